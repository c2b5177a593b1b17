"""``python -m fmgenomics.contribute``: rows from a small file or an issue, and corrections, all or nothing."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import Any

from fmgenomics.evidence import ROOT

from . import document, rows
from .refusal import Refusal

FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"


def _document(path: Path, form: str) -> Any:
    text = document.read(path)
    if document.is_issue(text):
        return document.parse_issue(text, FORMS / form, path.name)
    return document.parse(text, path.name)


def _add(options: argparse.Namespace) -> str:
    _, ids = rows.added(options.root, _document(options.file, "propose-a-result.yml"), options.file.name)
    span = ids[0] if len(ids) == 1 else f"{ids[0]} to {ids[-1]}"
    return f"Added {len(ids)} row(s): {span}. Look at them with git diff, then run make check."


def _correct(options: argparse.Namespace) -> str:
    if options.file is not None:
        fault = rows.wrong(_document(options.file, "wrong-number.yml"), options.file.name)
    elif None in (options.row, options.field, options.is_, options.reason):
        raise Refusal(["Give a file, or all of --row, --field, --is and --reason"])
    else:
        fault = rows.Wrong(options.row, options.field, options.is_, options.reason, options.was, options.table)
    _, log = rows.corrected(options.root, fault, options.date.isoformat())
    return f"Corrected {fault.field} of {fault.row}, logged as {log}. Look at it with git diff, then run make check."


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m fmgenomics.contribute", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="folder with evidence/ and references.bib")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="add a table's results from a YAML file or the text of an issue")
    add.add_argument("file", type=Path)
    add.set_defaults(run=_add)
    correct = commands.add_parser("correct", help="correct one cell and log it")
    correct.add_argument("file", type=Path, nargs="?", help="a YAML file or the text of an issue, instead of options")
    for name in ("row", "field", "was", "reason"):
        correct.add_argument(f"--{name}")
    correct.add_argument("--is", dest="is_")
    correct.add_argument("--table", default="", help="the file, where the id alone does not say it")
    correct.add_argument("--date", type=datetime.date.fromisoformat, default=datetime.date.today())
    correct.set_defaults(run=_correct)
    options = parser.parse_args(arguments)
    try:
        print(options.run(options))
    except Refusal as refusal:
        for reason in refusal.reasons[:100]:
            print(reason)
        print(f"Nothing was changed: {len(refusal.reasons)} problem(s).", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. All was changed or nothing: git status says which.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
