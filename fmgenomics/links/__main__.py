"""``python -m fmgenomics.links``: check the sources and the built book.

Exit status 0: nothing wrong. 1: faults, one a line on standard output. 2: it could not be checked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fmgenomics.links import dialect as dialects
from fmgenomics.links import html, lychee, repository, sources, toc
from fmgenomics.links.dialect import ConfigError
from fmgenomics.links.html import MissingBuild
from fmgenomics.links.lychee import LycheeMissing
from fmgenomics.links.report import Fault, render


def collect(root: Path, folder: Path | None) -> list[Fault]:
    """All faults of the book at ``root``, and of its build in ``folder`` when one is given.

    Raises ConfigError, MissingBuild or LycheeMissing when something cannot be checked.
    """
    dialect = dialects.load(root)
    faults = sources.check(root, dialect) + repository.check(root, dialect)
    if folder is not None:
        built = html.check(folder, root, toc.read(dialect))
        faults += built
        found = lychee.check(folder, html.BuiltBook.prefix_of(folder, root))
        faults += [fault for fault in found if not any(_same(fault, known) for known in built)]
    return sorted(set(faults))


def _same(fault: Fault, known: Fault) -> bool:
    """Whether lychee (which gives full paths and other lines) means a fault that is known already."""
    tail = known.target.rpartition("/")[2]
    return fault.file == known.file and (fault.line == known.line or (bool(tail) and fault.target.endswith(tail)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check and print what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m fmgenomics.links", description="Check every link of the book.")
    parser.add_argument(
        "--root", type=Path, default=Path(), help="folder with _config.yml and _toc.yml (default: here)"
    )
    parser.add_argument("--html", type=Path, help="folder of the built book (default: ROOT/_build/html)")
    parser.add_argument("--sources-only", action="store_true", help="leave the built book alone")
    options = parser.parse_args(arguments)
    folder = None if options.sources_only else options.html or options.root / "_build" / "html"
    try:
        faults = collect(options.root, folder)
    except (ConfigError, MissingBuild, LycheeMissing, OSError) as error:
        print(f"links: {error}", file=sys.stderr)
        return 2
    if faults:
        print(render(faults))
        print(f"links: {len(faults)} fault(s)", file=sys.stderr)
        return 1
    what = "sources" if folder is None else "sources and built pages"
    print(f"links: nothing wrong in {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
