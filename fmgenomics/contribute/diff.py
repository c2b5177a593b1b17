"""``python -m fmgenomics.contribute.diff BASE HEAD``: what a change does to the evidence and to the verdict, as Markdown.

BASE and HEAD are two checkouts. Nothing of them is run: only their tables are read. Cells were written by strangers, so
that none of their text can become markup, a link or a mention in the summary.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from fmgenomics.bibliography import BibliographyError
from fmgenomics.evidence import Evidence, EvidenceError, load
from fmgenomics.evidence.reading import read_rows
from fmgenomics.evidence.schema import Resource, read_schema
from fmgenomics.verdict import summary

MOST_LINES = 60
"""Of each list; the counts above it are whole."""
LONGEST = 120
LONGEST_TEXT = 900_000
"""Characters; a summary of a step may have a megabyte."""

# Everything that could begin markup, a link or a mention. "&" is first of all, in the same pass.
_ACTIVE = re.compile(r"[&\\`*_{}\[\]()#!|<>@~:/-]")

# What GitHub turns into links and mentions after the markup is read, except in the type of code.
_LINKED_LATER = re.compile(r"[@#]|://|www\.|GH-", re.IGNORECASE)

Rows = dict[str, dict[str, str]]


def quoted(text: str) -> str:
    """The text as itself: no markup, no link, no mention, on one line."""
    text = " ".join(text.split())
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    shown = _inert(text) or "(empty)"
    return f"<code>{shown}</code>" if _LINKED_LATER.search(text) else shown


def _inert(text: str) -> str:
    # A character that reorders the text on screen would show another number than the file holds.
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return _ACTIVE.sub(lambda match: f"&#{ord(match[0])};", visible)


def code(text: str) -> str:
    """An id, in the type of code."""
    return f"<code>{_inert(' '.join(text.split())[:LONGEST])}</code>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    rows = list(rows)
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows[:MOST_LINES]:
        yield "| " + " | ".join(row) + " |"
    if len(rows) > MOST_LINES:
        yield f"| … and {len(rows) - MOST_LINES} more |" + " |" * (len(head) - 1)
    yield ""


def _read(root: Path, resource: Resource) -> Rows:
    rows, _ = read_rows(root / "evidence" / resource.path, resource, resource.path)
    return {"|".join(row.cells[name] for name in resource.primary_key): row.cells for row in rows}


@dataclass(frozen=True)
class Change:
    """What happened to one table of the evidence."""

    name: str
    before: Rows
    after: Rows

    @property
    def added(self) -> list[str]:
        return [key for key in self.after if key not in self.before]

    @property
    def removed(self) -> list[str]:
        return [key for key in self.before if key not in self.after]

    @property
    def cells(self) -> list[tuple[str, str, str, str]]:
        """Row, column, old and new text of each cell that differs."""
        return [
            (key, column, self.before[key].get(column, ""), text)
            for key, cells in self.after.items()
            if key in self.before and cells != self.before[key]
            for column, text in cells.items()
            if text != self.before[key].get(column, "")
        ]


NUMBERS = {"results": ("value", "uncertainty", "unit", "n_test"), "facts": ("value", "unit", "bound")}
"""What a reviewer must see first."""


def changes(base: Path, head: Path) -> list[Change]:
    """The tables of both that differ, by the schema of ``head``."""
    found = []
    old = read_schema(base / "evidence")
    for name, resource in read_schema(head / "evidence").items():
        change = Change(name, _read(base, old[name]) if name in old else {}, _read(head, resource))
        if change.before != change.after:
            found.append(change)
    return found


def _attempt(root: Path) -> tuple[Evidence | None, list[str]]:
    """The evidence, or every reason why it cannot be loaded."""
    try:
        return load(root), []
    except EvidenceError as error:
        return None, [str(problem) for problem in error.problems]
    except (BibliographyError, OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        return None, str(error).splitlines() or [type(error).__name__]


def _counts(found: list[Change]) -> Iterator[str]:
    rows = []
    for change in found:
        changed = len({row for row, *_ in change.cells})
        numbers = sum(column in NUMBERS.get(change.name, ()) for _, column, *_ in change.cells)
        rows.append(
            (
                change.name,
                f"{len(change.added)}",
                f"{len(change.removed)}",
                f"{changed}",
                f"{numbers}",
                f"{len(change.after):,}",
            )
        )
    yield from table(("Table", "Rows added", "Rows removed", "Rows changed", "Numbers changed", "Rows now"), rows)


def _unlogged(found: list[Change]) -> list[tuple[str, str]]:
    """Changed values of rows that no new line of corrections.csv names."""
    log = next((change for change in found if change.name == "corrections"), None)
    logged = {(log.after[key]["row"], log.after[key]["field"]) for key in log.added} if log else set()
    return [
        (row, column)
        for change in found
        for row, column, *_ in change.cells
        if column in NUMBERS.get(change.name, ()) and (row, column) not in logged
    ]


def _cells(found: list[Change]) -> Iterator[str]:
    numbers: list[tuple[str, ...]] = []
    others: list[tuple[str, ...]] = []
    for change in found:
        for row, column, old, new in change.cells:
            line = (change.name, code(row), quoted(column), quoted(old), quoted(new))
            (numbers if column in NUMBERS.get(change.name, ()) else others).append(line)
    head = ("Table", "Row", "Field", "Was", "Is")
    if numbers:
        yield "### Numbers changed\n"
        yield from table(head, numbers)
    if unlogged := _unlogged(found):
        yield "### Changed without a line in corrections.csv\n"
        yield "Log each with `python -m fmgenomics.contribute correct`, or add the line by hand.\n"
        yield from table(("Row", "Field"), [(code(row), quoted(column)) for row, column in unlogged])
    if others:
        yield "### Other cells changed\n"
        yield from table(head, others)


def _rows(found: list[Change]) -> Iterator[str]:
    for title, pick in (("Rows removed", "removed"), ("Rows added", "added")):
        lines = []
        for change in found:
            rows = change.before if pick == "removed" else change.after
            for key in getattr(change, pick):
                cells = rows[key]
                said = [
                    cells[c]
                    for c in ("model", "dataset", "metric", "value", "statement", "name", "locator", "reason")
                    if cells.get(c)
                ]
                lines.append((change.name, code(key), quoted(" · ".join(said))))
        if lines:
            yield f"### {title}\n"
            yield from table(("Table", "Row", "What it says"), lines)


def _verdict(before: Evidence, after: Evidence) -> Iterator[str]:
    old = {cut.name: cut for cut in summary.cuts(before)}
    new = {cut.name: cut for cut in summary.cuts(after)}
    flips, moved = [], []
    for name in sorted(old.keys() | new.keys()):
        was, is_ = old.get(name), new.get(name)
        words = [cut.summary.verdict if cut else "no contest" for cut in (was, is_)]
        scores = [f"{cut.summary.score:+.2f} of {cut.summary.contests}" if cut else "none" for cut in (was, is_)]
        if words[0] != words[1]:
            flips.append((code(name), *map(quoted, words), *scores))
        elif scores[0] != scores[1]:
            moved.append((code(name), quoted(words[1]), *scores))
    yield "### The verdict\n"
    if not flips and not moved:
        yield "No verdict and no score moves.\n"
    if flips:
        yield f"**{len(flips)} of {len(new)} verdicts flip.**\n"
        yield from table(("Cut", "Was", "Is", "Score and contests before", "after"), flips)
    if moved:
        yield f"{len(moved)} scores move under the same verdict.\n"
        yield from table(("Cut", "Verdict", "Score and contests before", "after"), moved)


def report(base: Path, head: Path) -> str:
    """The whole summary; never raises on what the tables hold."""
    parts = ["## What this changes in the evidence\n"]
    after, faults = _attempt(head)
    if faults:
        parts.append(
            f"**The evidence is refused for {len(faults)} reason(s).** Each says how to mend it; `make check` repeats it.\n"
        )
        parts += [f"- {quoted_whole(fault)}" for fault in faults[:MOST_LINES]]
        parts += [f"- … and {len(faults) - MOST_LINES} more"] * (len(faults) > MOST_LINES) + [""]
    try:
        found = changes(base, head)
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        return "\n".join([*parts, f"The tables cannot be compared: {quoted(str(error))}\n"])
    if (base / "references.bib").read_bytes() != (head / "references.bib").read_bytes():
        parts.append("The bibliography changes.\n")
    if not found:
        parts.append("No row changes.\n")
    else:
        parts += [*_counts(found), *_cells(found), *_rows(found)]
    before, old_faults = _attempt(base)
    if old_faults:
        parts.append("The verdict before cannot be computed: the evidence of the base is faulty.\n")
    elif before is not None and after is not None:
        parts += _verdict(before, after)
    text = "\n".join(parts)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT].rsplit("\n", 1)[0] + "\n\nThe list is cut here.\n"


def quoted_whole(text: str) -> str:
    """As ``quoted``, uncut: a message must keep its end, which says how to mend the fault."""
    return _inert(" ".join(text.split())[:1000])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m fmgenomics.contribute.diff", description="What a change does.")
    parser.add_argument("base", type=Path, help="a checkout before the change")
    parser.add_argument("head", type=Path, help="a checkout with the change")
    options = parser.parse_args(arguments)
    for root in (options.base, options.head):
        if not (root / "evidence").is_dir():
            print(f"diff: {root} has no folder evidence; expected a checkout of the book", file=sys.stderr)
            return 2
    print(report(options.base, options.head))
    return 0


if __name__ == "__main__":
    sys.exit(main())
