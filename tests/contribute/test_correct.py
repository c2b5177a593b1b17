"""A correction changes one cell and logs it, or changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from fmgenomics.contribute import document, rows
from fmgenomics.contribute.refusal import Refusal
from fmgenomics.evidence import load

from .conftest import Book

ROW = "cole2025check-t1-0002"


def correct(book: Book, **fields: str) -> str:
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return rows.corrected(book.root, rows.wrong(document.parse(text, "fix.yml"), "fix.yml"), "2026-11-26")[1]


def test_a_cell_is_corrected_and_logged(book: Book) -> None:
    before = book.lines("results")
    assert correct(book, row=ROW, field="value", was="0.93", **{"is": "0.940"}, reason="Table 2, print.") == "c0002"
    assert load(book.root).results[ROW].printed == "0.940"
    after = book.lines("results")
    assert [n for n, (old, new) in enumerate(zip(before, after, strict=True)) if old != new] == [2]
    assert book.lines("corrections")[-1] == f'c0002,results.csv,{ROW},value,0.93,0.940,"Table 2, print.",2026-11-26'


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"row": "cole2025check-t1-0009"}, ("no row", "nearest: cole2025check-t1-000")),
        ({"field": "valeu"}, ("no column", "nearest: value")),
        ({"field": "id"}, ("never changes",)),
        ({"was": "0.94"}, ("results.csv:3: value: is '0.93' and not '0.94'",)),
        ({"is": "0.93"}, ("already",)),
        ({"is": "93"}, ("results.csv:3", "at most 1")),
        ({"is": "much"}, ("expected a number",)),
        ({"field": "model", "is": "small-lm-1m"}, ("role", "expected foundation")),
        ({"reason": "=cmd"}, ("corrections.csv:3: reason", "spreadsheet")),
        ({"reason": ""}, ("reason: is missing",)),
        ({"colour": "red"}, ("colour: is no field",)),
        ({"file": "result.csv"}, ("no table", "nearest: results")),
        ({"file": "models.csv"}, ("no row",)),
    ],
)
def test_a_faulty_correction_changes_nothing(book: Book, fields: dict[str, str], words: tuple[str, ...]) -> None:
    before = book.state()
    with pytest.raises(Refusal) as caught:
        correct(book, **{"row": ROW, "field": "value", "is": "0.94", "reason": "Read again."} | fields)
    assert all(word in str(caught.value) for word in words), caught.value
    assert book.state() == before


def test_the_command_corrects(book: Book) -> None:
    arguments = ("correct", "--row", ROW, "--field", "value", "--is", "0.94", "--reason", "Read again.")
    done = book.run(*arguments)
    assert done.returncode == 0, done.stdout
    assert "logged as c0002" in done.stdout
    again = book.run(*arguments)
    assert again.returncode == 1
    assert "already" in again.stdout
    assert "all of --row" in book.run("correct", "--row", ROW).stdout


def test_a_file_is_as_good_as_options(book: Book, tmp_path: Path) -> None:
    fix = tmp_path / "fix.yml"
    fix.write_text(f"row: {ROW}\nfield: value\nwas: 0.93\nis: 0.94\nreason: 'Table 2: read again.'\n")
    assert book.run("correct", str(fix)).returncode == 0
