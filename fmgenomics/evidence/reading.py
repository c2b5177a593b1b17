"""From the bytes of a CSV file to rows of text, refusing what would read differently elsewhere.

One row is one line: a cell holds no line break. That keeps line numbers true, changes reviewable, and a stray quote
from swallowing the rows after it.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .problem import Problem, nearest
from .schema import Resource

LONGEST_CELL = 2000
"""Characters; a longer cell is a pasted document and not a value or a note."""

# Control characters other than the line break, zero-width characters and the marks that reorder text on screen.
_HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]")
# Spreadsheets run a cell that begins with one of these.
_FORMULA = re.compile(r"[=@]|[+-](?![\d.∞])")
# White space or such a beginning at the edge of a cell, quoted or not.
_AT_AN_EDGE = re.compile(r'(?:^|,)"?(?:\s|[=@]|[+-](?![\d.∞]))|\s"?(?:,|$)')


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line of ``file``, by column."""

    file: str
    line: int
    cells: dict[str, str]

    def problem(self, field: str, message: str) -> Problem:
        return Problem(self.file, self.line, field, self.cells.get(field, ""), message)


def _suspicious(text: str) -> bool:
    """A cheap look at a whole line: whether any of its cells needs the closer one."""
    return _HIDDEN.search(text) is not None or _AT_AN_EDGE.search(text) is not None or len(text) > LONGEST_CELL


def _cell_problems(row: Row) -> Iterator[Problem]:
    for name, cell in row.cells.items():
        if len(cell) > LONGEST_CELL:
            yield row.problem(name, f"{len(cell)} characters; at most {LONGEST_CELL}: shorten it")
        if (hidden := _HIDDEN.search(cell)) is not None:
            character = hidden.group()
            label = unicodedata.name(character, f"U+{ord(character):04X}")
            yield row.problem(name, f"holds the invisible or reordering character {label}; type the text again")
        if _FORMULA.match(cell):
            yield row.problem(name, f"begins with {cell[0]!r}, which a spreadsheet would run; put a word before it")
        if cell != cell.strip():
            yield row.problem(name, "white space at the ends; remove it")


def read_rows(path: Path, resource: Resource, shown: str) -> tuple[list[Row], list[Problem]]:
    """The rows of ``path`` and everything wrong with its form; ``shown`` is how messages name the file.

    A file whose bytes or header cannot be trusted gives no rows, so that nothing is read from the wrong column.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], [Problem(shown, 0, "", "", f"is missing; expected a CSV file with the columns {resource.columns}")]
    if not data.strip():
        return [], [Problem(shown, 0, "", "", f"is empty; expected a header: {','.join(resource.columns)}")]
    problems = []
    if data.startswith(b"\xef\xbb\xbf"):
        problems.append(Problem(shown, 1, "", "", "begins with a byte-order mark; save it as UTF-8 without BOM"))
        data = data[3:]
    if b"\r" in data:
        line = data[: data.index(b"\r")].count(b"\n") + 1
        problems.append(Problem(shown, line, "", "", "has CRLF or CR line ends; save it with LF"))
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines: list[str] = []
    for number, raw in enumerate(data.removesuffix(b"\n").split(b"\n"), 1):
        try:
            lines.append(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            problems.append(
                Problem(shown, number, "", "", f"byte {error.start + 1} is not UTF-8; save the file as UTF-8")
            )
            lines.append(raw.decode("utf-8", "replace"))
    header = next(csv.reader([lines[0]]))
    if header != resource.columns:
        for column in resource.columns:
            if column not in header:
                near = nearest(column, [name for name in header if name not in resource.columns])
                problems.append(Problem(shown, 1, column, "", f"column is missing from the header{near}"))
        for column in header:
            if column not in resource.columns:
                near = nearest(column, resource.columns)
                problems.append(Problem(shown, 1, column, "", f"is not a column of this table{near}"))
        if sorted(header) == sorted(resource.columns):
            problems.append(Problem(shown, 1, "", "", f"columns out of order; expected {','.join(resource.columns)}"))
        elif len(header) != len(set(header)):
            problems.append(Problem(shown, 1, "", "", "a column stands twice in the header"))
        return [], problems
    rows = []
    for number, text in enumerate(lines[1:], 2):
        if not text.strip():
            problems.append(Problem(shown, number, "", "", "blank line; remove it"))
            continue
        try:
            cells = next(csv.reader([text], strict=True))
        except csv.Error as error:
            problems.append(
                Problem(shown, number, "", "", f"stray or unclosed quote ({error}); double a quote inside a cell")
            )
            continue
        if len(cells) != len(header):
            problems.append(
                Problem(shown, number, "", "", f"{len(cells)} cells, expected {len(header)}; quote a cell with commas")
            )
            continue
        row = Row(shown, number, dict(zip(header, cells, strict=True)))
        if _suspicious(text):
            problems.extend(_cell_problems(row))
        rows.append(row)
    return rows, problems
