"""Each fault a contributor can plant in the evidence is refused, in one line that says how to mend it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from fmgenomics.evidence import ROOT, load

from .conftest import Base

Refused = Callable[..., str]


def test_the_small_base_is_valid(base: Base) -> None:
    evidence = load(base.root)
    assert len(evidence.results) == 4
    assert evidence.results["ada2024model-t1-0001"].natural == pytest.approx(0.815)


def test_the_books_own_evidence_is_valid_and_large_enough() -> None:
    evidence = load()
    assert len(evidence.models) >= 150
    assert len(evidence.benchmarks) >= 40
    assert len({table.source for table in evidence.tables.values()}) >= 80
    assert len(evidence.results) >= 12_000
    assert len(evidence.facts) >= 600
    assert len(evidence.bibliography) >= 200


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        pytest.param("tables.csv", ",cole2025check,Table 2", ",cole2025chekc,Table 2",
                     ("tables.csv:2: source", "cole2025chekc", "nearest: cole2025check"), id="unknown source"),
        pytest.param("results.csv", "small-lm-1m,,foundation,probe", "small-lm-2m,,foundation,probe",
                     ("results.csv:2: model", "small-lm-2m", "nearest: small-lm-1m"), id="unknown model"),
        pytest.param("tables.csv", "small-bench,probe", "smal-bench,probe",
                     ("tables.csv:2: benchmark", "smal-bench", "nearest: small-bench"), id="unknown benchmark"),
        pytest.param("results.csv", "probe,auroc", "probe,auorc",
                     ("results.csv:2: metric", "auorc", "nearest: auroc"), id="unknown metric"),
        pytest.param("results.csv", "promoter-detection", "promotor-detection",
                     ("results.csv:2: task", "nearest: promoter-detection"), id="unknown task"),
        pytest.param("results.csv", "fraction,0.91", "fraction,1.7",
                     ("results.csv:2: value: '1.7'", "AUROC is at most 1 in fraction"), id="AUROC of 1.7"),
        pytest.param("results.csv", "fraction,0.91", "fraction,-0.2",
                     ("results.csv:2: value", "AUROC is at least 0"), id="negative AUROC"),
        pytest.param("results.csv", "fraction,0.91", "fraction,91",
                     ("results.csv:2: value: '91'", "a percentage has the unit percent"), id="percent given as fraction"),
        pytest.param("results.csv", "percent,81.5", "percent,0.815",
                     ("results.csv:4: value: '0.815'", "expected 81.5"), id="fraction given as percent"),
        pytest.param("results.csv", "percent,81.5", "fraction,0.815",
                     ("results.csv:5: unit", "another unit"), id="both units in one table"),
        pytest.param("results.csv", "fraction,0.91", "fraction,0.91%",
                     ("results.csv:2: value: '0.91%'", "expected a number"), id="a unit in a number"),
        pytest.param("results.csv", "fraction,0.91", "fraction,NaN",
                     ("results.csv:2: value: 'NaN'", "expected a number"), id="not a number"),
        pytest.param("tables.csv", "cole2025check,Table 2", "cole2025check,",
                     ("tables.csv:2: locator", "must be filled"), id="missing locator of a table"),
        pytest.param("facts.csv", "exact,Table 1", "exact,",
                     ("facts.csv:2: locator", "must be filled"), id="missing locator of a fact"),
        pytest.param("tables.csv", "2026-11-25,small-bench,probe", "25.11.2026,small-bench,probe",
                     ("tables.csv:2: checked_on", "YYYY-MM-DD"), id="malformed date"),
        pytest.param("results.csv", "simple,from-scratch", "foundation,from-scratch",
                     ("results.csv:3: role: 'foundation'", "expected simple", "class linear"), id="comparator as foundation"),
        pytest.param("results.csv", "small-lm-1m,,foundation,fine-tune", "small-lm-1m,,supervised,fine-tune",
                     ("results.csv:4: role: 'supervised'", "expected foundation"), id="foundation model as its own baseline"),
        pytest.param("results.csv", "k-mer LR,simple", "kmer LogReg,simple",
                     ("results.csv:3: model_printed", "aliases.csv"), id="spelling without an alias"),
        pytest.param("tables.csv", "independent,print", "model-authors,print",
                     ("tables.csv:2: run_by: 'model-authors'", "expected independent"), id="wrong run_by"),
        pytest.param("tables.csv", "model-authors,print", "independent,print",
                     ("tables.csv:3: run_by: 'independent'", "shares authors"), id="self-report as independent"),
        pytest.param("models.csv", "dna,language-model,foundation", "dna,language-model,fundation",
                     ("models.csv:2: class: 'fundation'", "nearest: foundation"), id="value outside an enum"),
        pytest.param("models.csv", "2024,1000000,512", "2024,1 million,512",
                     ("models.csv:2: parameters: '1 million'", "whole number"), id="words for a number"),
        pytest.param("models.csv", "https://example.org/small", "htps://example.org/small",
                     ("models.csv:2: code_url", "https://"), id="mistyped address"),
        pytest.param("facts.csv", "ada2024model.parameters", "cole2025check.parameters",
                     ("facts.csv:2: id", "begin with its source"), id="fact under another source"),
        pytest.param("facts.csv", "win,0.5,fraction", "win,50,fraction",
                     ("facts.csv:3: value: '50'", "percent"), id="fact percent as fraction"),
        pytest.param("results.csv", ",cole2025check-t1,", ",cole2025check-t9,",
                     ("results.csv:2: table", "nearest: cole2025check-t1"), id="unknown table"),
        pytest.param("corrections.csv", "results.csv,", "result.csv,",
                     ("corrections.csv:2: file", "nearest: results"), id="correction of an unknown file"),
        pytest.param("results.csv", "SD over 5 seeds", "<script>alert(1)</script>\x07",
                     ("results.csv:2: uncertainty_kind", "invisible"), id="control character"),
        pytest.param("facts.csv", "SmallLM has", "Small\u202eLM has",
                     ("facts.csv:2: statement", "RIGHT-TO-LEFT OVERRIDE"), id="bidirectional override"),
        pytest.param("facts.csv", "SmallLM has", "=HYPERLINK(A1) has",
                     ("facts.csv:2: statement", "spreadsheet"), id="formula"),
        pytest.param("facts.csv", "SmallLM has", "SmallLM " + "very " * 500 + "has",
                     ("facts.csv:2: statement", "at most 2000"), id="huge cell"),
        pytest.param("facts.csv", "SmallLM has", " SmallLM has",
                     ("facts.csv:2: statement", "white space"), id="space before a value"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_refused(
    base: Base, refused: Refused, file: str, old: str, new: str, words: tuple[str, ...]
) -> None:
    base.replace(file, old, new)
    refused(*words)


ROW = "cole2025check-t1-0003,cole2025check-t1,human,promoter-detection,,small-lm-1m,,foundation,probe,auroc,,fraction,{},,,,,,"


def test_a_duplicate_row_is_refused(base: Base, refused: Refused) -> None:
    base.add("results.csv", ROW.format("0.91"))
    assert "remove one" in refused("results.csv:6: id", "repeats line 2")


def test_the_same_row_with_two_values_is_refused(base: Base, refused: Refused) -> None:
    base.add("results.csv", ROW.format("0.92"))
    assert "0.91" in refused("results.csv:6: value: '0.92'", "line 2 gives")


def test_a_repeated_id_is_refused(base: Base, refused: Refused) -> None:
    base.add("models.csv", "small-cnn,CNN,Another,,,,,,,,,dna,baseline,supervised-scratch,,,,,")
    refused("models.csv:5: id: 'small-cnn'", "line 4")


def test_a_model_beside_its_untrained_copy_must_be_named(base: Base, refused: Refused) -> None:
    base.add("results.csv", ROW.format("0.5").replace(",foundation,", ",random_init,"))
    refused("results.csv:6: role", "stands as its own baseline")


def test_a_malformed_doi_is_refused(base: Base) -> None:
    from fmgenomics.bibliography import problems

    bib = base.root / "references.bib"
    bib.write_text(bib.read_text().replace("10.1234/small.2", "doi:10.1234 small"))
    found = [str(problem) for problem in problems(bib.read_text(), "references.bib")]
    assert any("cole2025check" in line and "doi" in line.lower() for line in found), found


def _spoil(base: Base, change: Callable[[bytes], bytes]) -> None:
    path = base.path("results.csv")
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda b: b"\xef\xbb\xbf" + b, ("results.csv:1", "byte-order mark"), id="BOM"),
        pytest.param(lambda b: b.replace(b"\n", b"\r\n"), ("results.csv:1", "CRLF"), id="CRLF"),
        pytest.param(lambda b: b.replace(b"human,", b'hu"man,', 1), ("results.csv:2", "metric"), id="quote inside a cell"),
        pytest.param(lambda b: b.replace(b",human,", b',"human,', 1), ("results.csv:2", "quote"), id="unclosed quote"),
        pytest.param(lambda b: b.replace(b",human,", b',"hum"an,', 1), ("results.csv:2", "quote"), id="stray quote"),
        pytest.param(lambda b: b.replace(b"human", b"hum\xe9n", 1), ("results.csv:2", "byte", "UTF-8"), id="not UTF-8"),
        pytest.param(lambda b: b"", ("results.csv: is empty", "id,table"), id="empty file"),
        pytest.param(lambda b: b.replace(b",metric,", b",metrik,", 1), ("results.csv:1: metric", "missing"), id="missing column"),
        pytest.param(lambda b: b.replace(b",metric,", b",metrik,", 1), ("results.csv:1: metrik", "nearest: metric"), id="strange column"),
        pytest.param(lambda b: b.replace(b"id,table", b"table,id", 1), ("results.csv:1", "out of order"), id="columns swapped"),
        pytest.param(lambda b: b.replace(b",human,", b",human,human,", 1), ("results.csv:2", "20 cells, expected 19"), id="too many cells"),
        pytest.param(lambda b: b.replace(b"\nada", b"\n\nada", 1), ("results.csv:4", "blank line"), id="blank line"),
    ],
)  # fmt: skip
def test_a_file_that_would_read_differently_elsewhere_is_refused(
    base: Base, refused: Refused, change: Callable[[bytes], bytes], words: tuple[str, ...]
) -> None:
    _spoil(base, change)
    if words[-1] == "metric":  # a quote in the middle of a cell is a character like any other, and stays one
        assert base.problems() == []
        assert load(base.root).results["cole2025check-t1-0001"].dataset == 'hu"man'
        return
    refused(*words)


def test_a_missing_file_is_named(base: Base, refused: Refused) -> None:
    base.path("facts.csv").unlink()
    refused("evidence/facts.csv", "is missing")


def test_all_errors_come_in_one_run(base: Base) -> None:
    base.replace("results.csv", "fraction,0.91", "fraction,1.7")
    base.replace("results.csv", "percent,74.2", "percent,0.742")
    base.replace("models.csv", "language-model,foundation", "language-model,fundation")
    base.replace("facts.csv", "exact,Table 1", "exact,")
    assert len(base.problems()) >= 4


def test_one_fault_is_told_once(base: Base) -> None:
    base.replace("models.csv", "2024,1000000,512", "2024,one million,512")
    assert len(base.problems()) == 1


def test_the_command_lists_problems_and_fails(base: Base) -> None:
    base.replace("results.csv", "fraction,0.91", "fraction,1.7")
    command = [sys.executable, "-m", "fmgenomics.evidence", "--root", str(base.root)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert done.stdout.startswith("evidence/results.csv:2: value: '1.7':")
    assert "1 problem(s)" in done.stderr


def test_frictionless_agrees_on_the_books_evidence() -> None:
    """A second implementation of the table schema reads the same files and finds them valid."""
    from frictionless import Package, system

    with system.use_context(trusted=True):
        report = Package(str(ROOT / "evidence" / "datapackage.yaml")).validate(limit_errors=5)
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])


def test_frictionless_agrees_on_a_bad_row(base: Base) -> None:
    from frictionless import Package, system

    base.replace("results.csv", "small-lm-1m,,foundation,probe", "small-lm-2m,,foundation,probe")
    base.replace("models.csv", "language-model,foundation", "language-model,fundation")
    with system.use_context(trusted=True):
        report = Package(str(base.path("datapackage.yaml"))).validate()
    found = {(row[0], row[1]) for row in report.flatten(["rowNumber", "type"])}
    assert {(2, "foreign-key"), (2, "constraint-error")} <= found
