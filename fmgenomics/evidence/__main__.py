"""``python -m fmgenomics.evidence``: check the evidence and say what is wrong, all of it, or what there is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fmgenomics.bibliography import BibliographyError

from .load import ROOT, load
from .problem import EvidenceError


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m fmgenomics.evidence", description="Check the evidence tables.")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder with evidence/ and references.bib")
    options = parser.parse_args(arguments)
    try:
        evidence = load(options.root)
    except EvidenceError as error:
        for problem in error.problems:
            print(problem)
        print(f"{len(error.problems)} problem(s)", file=sys.stderr)
        return 1
    except BibliographyError as error:
        print(error)
        print(f"{len(str(error).splitlines())} problem(s)", file=sys.stderr)
        return 1
    counts = ("models", "benchmarks", "metrics", "tasks", "tables", "results", "facts", "corrections")
    print(", ".join(f"{len(getattr(evidence, name)):,} {name}" for name in counts), f"- version {evidence.version}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
