"""``python -m fmgenomics.prose [FILE ...]``: quantities that stand typed in the chapters."""

from __future__ import annotations

import sys
from pathlib import Path

from fmgenomics.evidence import ROOT, load

from .quantities import EXCEPTIONS, known_names, load_exceptions, typed_quantities


def main(arguments: list[str]) -> int:
    files = [Path(argument) for argument in arguments] or sorted((ROOT / "chapters").glob("*.md"))
    names = known_names(load())
    exceptions = load_exceptions(ROOT / EXCEPTIONS)
    found = [hit for file in files for hit in typed_quantities(str(file), file.read_text("utf-8"), names, exceptions)]
    for hit in sorted(found):
        print(hit)
    if found:
        print(f"{len(found)} typed quantities", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
