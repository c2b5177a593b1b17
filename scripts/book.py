"""Build the book to _build/html from a clean output, warnings as errors; nothing happens when nothing changed.

Sphinx reads an unchanged page only once, so a second run over old output would not repeat its warnings: every build
here starts without the old pages. What the cells computed is kept, under the fingerprint of evidence and code.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"
HTML = BUILD / "html"
STAMP = BUILD / "book.stamp"
INPUTS = ("_config.yml", "_toc.yml", "references.bib", "requirements.txt", "scripts/book.py")
FOLDERS = ("chapters", "backmatter", "evidence", "fmgenomics")
ENVIRONMENT = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "BOOK_BRANCH")


def inputs() -> str:
    """Changes with every file the book is made of, and with what the build takes from its environment."""
    files = [ROOT / name for name in INPUTS]
    for folder in FOLDERS:
        files.extend(path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    total = hashlib.sha256(repr([os.environ.get(name) for name in ENVIRONMENT]).encode())
    for path in sorted(files):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def pages() -> list[str]:
    """Every page of the table of contents, however deep, in its order."""

    def walk(entry: object) -> Iterator[str]:
        if isinstance(entry, dict):
            yield from (entry[key] for key in ("root", "file") if key in entry)
            entry = list(entry.values())
        if isinstance(entry, list):
            for part in entry:
                yield from walk(part)

    return list(walk(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))))


def outputs() -> str:
    """Changes when a file of the built book vanishes, appears or is cut short."""
    files = sorted(path for path in HTML.rglob("*") if path.is_file())
    listing = "\n".join(f"{path.relative_to(HTML)} {path.stat().st_size}" for path in files)
    return hashlib.sha256(listing.encode()).hexdigest()


def missing_output() -> list[str]:
    """Pages that a build which called itself a success did not write, or wrote without a heading."""
    written = {page: HTML / f"{page}.html" for page in pages()}
    return [page for page, path in written.items() if not path.exists() or "<h1" not in path.read_text("utf-8")]


LEAST_SPACE = 200_000_000
"""Bytes; a build writes about a third of that, and a little may come from elsewhere meanwhile."""


def obstacle() -> str:
    """Why nothing can be built here, or nothing: told before the build, which would end in a traceback."""
    try:
        BUILD.mkdir(exist_ok=True)
        probe = BUILD / "probe"
        probe.write_bytes(b"x" * 100_000)
        probe.unlink()
    except OSError as error:
        return f"_build cannot be written to: {error.strerror}. Make space, or build in a folder that is yours."
    if (free := shutil.disk_usage(BUILD).free) < LEAST_SPACE:
        return f"Only {free // 1_000_000} MB are free beside _build; {LEAST_SPACE // 1_000_000} are needed. Make space."
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the book.")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    options = parser.parse_args()
    index = HTML / "index.html"
    now = inputs()
    if not options.force and STAMP.exists() and STAMP.read_text() == f"{now} {outputs()}":
        print(f"Nothing changed. Open {index}")
        return 0
    if reason := obstacle():
        print(f"The book was not built. {reason} Then run the same command again.", file=sys.stderr)
        return 1
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    for old in (HTML, BUILD / ".doctrees"):
        shutil.rmtree(old, ignore_errors=True)
    # First, because the same faults would end a build in a traceback, after a minute.
    if subprocess.call([sys.executable, "-m", "fmgenomics.evidence"], cwd=ROOT) != 0:
        print("The book was not built: mend the rows above.", file=sys.stderr)
        return 1
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT), "-W", "-n", "--keep-going"]
    print("Building the book", flush=True)
    if subprocess.call(command, cwd=ROOT) != 0:
        reason = obstacle() or "Each warning above names its file and line."
        print(f"The book was not built. {reason}", file=sys.stderr)
        return 1
    if lost := missing_output():
        print(f"The build reported success but these pages are missing or empty: {', '.join(lost)}", file=sys.stderr)
        return 1
    STAMP.write_text(f"{now} {outputs()}")
    print(f"Built in {time.monotonic() - started:.0f} s. Open {index}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
