"""Build the book with plain sphinx-build, from a configuration that is written for it: ``python scripts/plain.py OUT``.

The way out, should jupyter-book 1 stop working one day: what it adds to Sphinx is this configuration. The pages are the
same to the byte (tests/reproducible). The build happens in a copy, so that no conf.py is left in the book.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".*", "_build", "__pycache__", "node_modules", "tests", "docs", "benchmarks")
EXECUTED = Path("_build") / ".executed"


def command(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def build(out: Path, keep: Path | None = None) -> int:
    """The pages in ``out``; the configuration that made them also in ``keep``."""
    with tempfile.TemporaryDirectory(prefix="book-") as place:
        source = Path(place) / "source"
        shutil.copytree(ROOT, source, ignore=LEFT_OUT)
        if (ROOT / EXECUTED).exists():  # what the cells computed, under the fingerprint of evidence and code
            shutil.copytree(ROOT / EXECUTED, Path(place) / ".executed")
        written = subprocess.run(
            [command("jupyter-book"), "config", "sphinx", str(source)], capture_output=True, text=True
        )
        if written.returncode != 0:
            print(f"The configuration could not be written:\n{written.stdout}{written.stderr}", file=sys.stderr)
            return 1
        # jupyter-book finds the extensions of the book by itself; Sphinx is told where they are.
        with (source / "conf.py").open("a", encoding="utf-8") as conf:
            conf.write("import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).parent))\n")
        if keep is not None:
            shutil.copyfile(source / "conf.py", keep)
        flags = ["-b", "html", "-W", "-n", "--keep-going", "-q", "-d", str(Path(place) / "doctrees")]
        started = time.monotonic()
        # Beside the cells, for what is executed anew; PYTHONPATH as jupyter-book leaves it.
        html = Path(place) / "html"
        status = subprocess.call([command("sphinx-build"), *flags, str(source), str(html)], env=dict(os.environ))
        if status != 0:
            print("Plain Sphinx did not build the book; each warning above names its file and line.", file=sys.stderr)
            return 1
        shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(html, out)
    print(f"Built with plain Sphinx in {time.monotonic() - started:.0f} s. Open {out / 'index.html'}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the book with plain sphinx-build.")
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "_build" / "plain", help="where the pages go")
    parser.add_argument("--conf", type=Path, help="also keep the configuration, as this file")
    options = parser.parse_args()
    return build(options.out.resolve(), options.conf)


if __name__ == "__main__":
    raise SystemExit(main())
