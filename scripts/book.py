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
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"
HTML = BUILD / "html"
STAMP = BUILD / "book.stamp"
INPUTS = ("_config.yml", "_toc.yml", "references.bib", "requirements.txt")
FOLDERS = ("chapters", "backmatter", "evidence", "fmgenomics")


def digest() -> str:
    """Changes with every file the book is made of, and with what the build takes from its environment."""
    files = [ROOT / name for name in INPUTS]
    for folder in FOLDERS:
        files.extend(path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    total = hashlib.sha256(repr([os.environ.get(name) for name in ("GITHUB_REPOSITORY", "BOOK_BRANCH")]).encode())
    for path in sorted(files):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def pages() -> list[str]:
    """Every page of the table of contents."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    found = [contents["root"]]
    for part in contents["parts"]:
        found.extend(chapter["file"] for chapter in part["chapters"])
    return found


def missing_output() -> list[str]:
    """Pages that a build which called itself a success did not write, or wrote empty."""
    return [page for page in pages() if not (path := HTML / f"{page}.html").exists() or path.stat().st_size < 2000]


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the book.")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    options = parser.parse_args()
    index = HTML / "index.html"
    now = digest()
    if not options.force and STAMP.exists() and STAMP.read_text() == now and index.exists() and not missing_output():
        print(f"Nothing changed. Open {index}")
        return 0
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    for old in (HTML, BUILD / ".doctrees"):
        shutil.rmtree(old, ignore_errors=True)
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT), "-W", "-n", "--keep-going"]
    print("Building the book", flush=True)
    status = subprocess.call(command, cwd=ROOT)
    if status != 0:
        print("The book was not built; each warning above names its file and line.", file=sys.stderr)
        return 1
    if lost := missing_output():
        print(f"The build reported success but these pages are missing or empty: {', '.join(lost)}", file=sys.stderr)
        return 1
    STAMP.write_text(now)
    print(f"Built in {time.monotonic() - started:.0f} s. Open {index}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
