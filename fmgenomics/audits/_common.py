"""What both audits need: the commit of a clone, an error in one line, a command that prints text or JSON."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


class AuditError(ValueError):
    """A file is not what the audit expects; the message says which, where and what was expected."""


def commit(clone: Path) -> str:
    """The commit that is checked out in ``clone``, or ``"unknown"`` for a folder without version control."""
    command = ["git", "-C", str(clone), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return answer.stdout.strip() if answer.returncode == 0 else "unknown"


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in plain text: the first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = []
    for row in (head, *rows):
        cells = [cell.ljust(w) if not i else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def command(
    name: str,
    description: str,
    audit: Callable[[Path], Any],
    text: Callable[[Any], str],
    data: Callable[[Any], Any],
    arguments: Sequence[str] | None,
) -> int:
    parser = argparse.ArgumentParser(prog=f"python -m fmgenomics.audits.{name}", description=description)
    parser.add_argument("path", type=Path, help="a clone of the repository")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    options = parser.parse_args(arguments)
    try:
        found = audit(options.path)
    except AuditError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(json.dumps(data(found), indent=1, sort_keys=True) if options.json else text(found))
    return 0
