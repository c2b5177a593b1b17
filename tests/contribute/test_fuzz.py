"""Whatever stands in the files: the reader refuses it in words, or every value it hands on is what the file says."""

from __future__ import annotations

import csv
import math
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fmgenomics.bibliography import BibliographyError
from fmgenomics.contribute import document, rows
from fmgenomics.contribute.refusal import Refusal
from fmgenomics.evidence import ROOT, Evidence, EvidenceError, load
from fmgenomics.evidence.records import ROLE_OF_CLASS, SCALE_OF_UNIT

from .conftest import GOOD, SMALL

TABLES = sorted(path.name for path in (SMALL / "evidence").glob("*.csv"))
NASTY = [
    *("", " ", ",", '"', "'", "\n", "\r", "\r\n", "\t", "\x00", "\x1b", "\ufeff", "\u202e", "\u200b", "\u2028", "\x85"),
    *(
        "=1+1",
        "@x",
        "-",
        "+",
        "%",
        "0.93%",
        "0,93",
        "1e999",
        "-0",
        "nan",
        "inf",
        "1_000",
        "٣",
        "０.９",
        "1e-400",
        "0x1",
    ),
    *(
        "<script>",
        "../..",
        "small-lm-1m",
        "percent",
        "foundation",
        "random_init",
        "2026-02-30",
        "9" * 400,
        "é",
        "\ud83d\ude00",
    ),
]
# In lone surrogates no file can be written.
PIECES = st.one_of(
    st.sampled_from([piece.encode("utf-8", "surrogatepass") for piece in NASTY]),
    st.binary(max_size=4),
    st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace")),
)


@contextmanager
def base() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "book"
        shutil.copytree(SMALL, root)
        shutil.copyfile(ROOT / "evidence" / "datapackage.yaml", root / "evidence" / "datapackage.yaml")
        yield root


def is_what_the_files_say(root: Path, evidence: Evidence) -> None:
    """By another reader of CSV, and by the rules that a wrong value would break."""
    with (root / "evidence" / "results.csv").open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["id"] for row in rows] == list(evidence.results)
    with (root / "evidence" / "tables.csv").open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            assert evidence.tables[row["id"]].checked_on.isoformat() == row["checked_on"]
    for row in rows:
        result = evidence.results[row["id"]]
        metric = evidence.metrics[result.metric]
        assert math.isfinite(result.value)
        assert (result.printed, result.value) == (row["value"], float(row["value"]))
        assert row["value"].isascii()
        assert (result.model, result.dataset, result.unit, result.note) == tuple(
            row[name] for name in ("model", "dataset", "unit", "note")
        )
        assert result.role in ("random_init", ROLE_OF_CLASS[evidence.models[result.model].class_])
        scale = SCALE_OF_UNIT[result.unit]
        assert metric.max is None or result.value <= metric.max * scale + 1e-6
        assert metric.min is None or result.value >= metric.min * scale - 1e-6
        assert not any(ord(c) < 32 or c in "\u202e\u200b\ufeff" for cell in row.values() for c in cell)


def refused_or_right(root: Path) -> bool:
    """Whether it loaded; raises whatever is neither a refusal in words nor right."""
    told: list[str] = []
    try:
        evidence = load(root)
    except EvidenceError as error:
        told = [problem.message for problem in error.problems]
    except BibliographyError as error:
        told = str(error).splitlines()
    else:
        is_what_the_files_say(root, evidence)
        return True
    assert told
    assert all(told)
    return False


QUICK = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@QUICK
@given(table=st.sampled_from(TABLES), at=st.floats(0, 1), cut=st.integers(0, 6), piece=PIECES)
def test_bytes_anywhere(table: str, at: float, cut: int, piece: bytes) -> None:
    with base() as root:
        path = root / "evidence" / table
        data = path.read_bytes()
        start = round(at * len(data))
        path.write_bytes(data[:start] + piece + data[start + cut :])
        refused_or_right(root)


@QUICK
@given(
    table=st.sampled_from(TABLES),
    row=st.integers(0, 3),
    column=st.integers(0, 20),
    text=st.one_of(st.sampled_from(NASTY), st.text(max_size=12)).filter(lambda text: text.isprintable()),
)
@example(table="results.csv", row=0, column=12, text="٠.٩١")
@example(table="results.csv", row=0, column=12, text="1e400")
@example(table="tables.csv", row=0, column=4, text="20261125")
@example(table="results.csv", row=0, column=11, text="fra ction")
def test_cells_of_other_text(table: str, row: int, column: int, text: str) -> None:
    with base() as root:
        path = root / "evidence" / table
        with path.open(newline="", encoding="utf-8") as handle:
            rows = list(csv.reader(handle))
        cells = rows[1 + row % (len(rows) - 1)]
        cells[column % len(cells)] = text
        with path.open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle, lineterminator="\n").writerows(rows)
        refused_or_right(root)


@QUICK
@given(at=st.floats(0, 1), cut=st.integers(0, 30), piece=PIECES)
def test_the_bibliography(at: float, cut: int, piece: bytes) -> None:
    with base() as root:
        path = root / "references.bib"
        data = path.read_bytes()
        start = round(at * len(data))
        path.write_bytes(data[:start] + piece + data[start + cut :])
        refused_or_right(root)


@settings(QUICK, max_examples=150)
@given(at=st.floats(0, 1), cut=st.integers(0, 10), piece=PIECES)
def test_contributions(at: float, cut: int, piece: bytes) -> None:
    """Refused without a trace, or added and right."""
    data = GOOD.encode()
    start = round(at * len(data))
    with base() as root:
        file = root / "new.yml"
        file.write_bytes(data[:start] + piece + data[start + cut :])
        before = {path: path.read_bytes() for path in (root / "evidence").rglob("*") if path.is_file()}
        reasons = None
        try:
            rows.added(root, document.parse(document.read(file), "new.yml"), "new.yml")
        except Refusal as refusal:
            reasons = refusal.reasons
        if reasons is None:
            assert refused_or_right(root)
        else:
            assert reasons
            assert {path: path.read_bytes() for path in (root / "evidence").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "planted",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{ 7*7 }}",
        "{% raw %}",
        "javascript:alert(1)",
        "</script><b>",
    ],
)
def test_markup_is_shown_as_text(planted: str) -> None:
    """It may stand in a cell, and reaches a page only as the characters it is."""
    from fmgenomics.pages import atlas, evidence_pages

    with base() as root:
        path = root / "evidence" / "results.csv"
        path.write_text(path.read_text("utf-8").replace(",human,", f",{planted} human,"), "utf-8")
        evidence = load(root)
        folder = root / "pages"
        folder.mkdir()
        evidence_pages.write_pages(evidence, folder, lambda _: None)
        atlas.write_atlas(evidence, folder, lambda _: None)
        page = (folder / "cole2025check.html").read_text("utf-8")
        markup = [sign for sign in "<>" if sign in planted]
        assert (planted in page) is not bool(markup)
        assert 'href="javascript:' not in page
        assert "49 human" not in page
