"""A contribution becomes validated rows, or is refused with its line and its mend while not a byte changes."""

from __future__ import annotations

import pytest

from fmgenomics.contribute import document, rows
from fmgenomics.contribute.refusal import Refusal
from fmgenomics.evidence import load

from .conftest import GOOD, Book


def add(book: Book, text: str) -> list[str]:
    return rows.added(book.root, document.parse(text, "new.yml"), "new.yml")[1]


def refusal(book: Book, text: str) -> list[str]:
    """The reasons; every byte of the evidence stays."""
    before = book.state()
    with pytest.raises(Refusal) as caught:
        add(book, text)
    assert book.state() == before
    return caught.value.reasons


def test_a_good_file_becomes_rows(book: Book) -> None:
    old = {name: book.lines(name) for name in ("tables", "results", "aliases", "models")}
    ids = add(book, GOOD)
    assert ids == [f"cole2025check-t2-000{n}" for n in (1, 2, 3, 4)]
    evidence = load(book.root)
    table = evidence.tables["cole2025check-t2"]
    assert (table.locator, table.homology_aware) == ("Table 3", "no")
    first, second, third, fourth = (evidence.results[id_] for id_ in ids)
    assert (first.model, first.printed, first.role, first.model_printed) == (
        "small-lm-1m",
        "0.90",
        "foundation",
        "SmallLM",
    )
    assert (second.model, second.model_printed) == ("kmer-logistic-regression", "k-mer LR")
    assert (third.model_printed, third.role, third.dataset) == ("CNN, 2 layers", "supervised", "mouse")
    assert fourth.role == "random_init"
    for name, lines in old.items():
        assert book.lines(name)[: len(lines)] == lines, "what was there keeps its bytes and its place"
    assert book.lines("aliases")[len(old["aliases"]) :] == [
        'model,cole2025check,"CNN, 2 layers",small-cnn',
        "model,cole2025check,untrained SmallLM,small-lm-1m",
    ]
    assert not (book.root / "evidence" / ".pending").exists()


def test_rows_for_a_table_that_is_there(book: Book) -> None:
    text = "table: cole2025check-t1\nresults:\n" + (
        "  - {model: small-cnn, dataset: human, task: promoter-detection, setting: from-scratch, metric: auroc,"
        " unit: fraction, value: 0.5}\n"
    )
    assert add(book, text) == ["cole2025check-t1-0003"]
    assert "0.91" in refusal(book, text.replace("small-cnn", "small-lm-1m").replace("from-scratch", "probe"))[0]


def test_a_new_model_and_a_new_paper_come_along(book: Book) -> None:
    bib = """\
bibtex: |
  @article{dahl2026third,
    author = {Dahl, Eva},
    title = {A third look},
    journal = {Journal of Small Things},
    year = {2026},
    doi = {10.1234/small.3},
    keywords = {peer-reviewed}
  }
models:
  - {id: gc-content, family: GC, name: GC content, kind: baseline, class: linear, modality: dna}
"""
    text = (
        GOOD.replace("cole2025check", "dahl2026third")
        .replace("each:", bib + "each:")
        .replace('"k-mer LR"', "GC content")
    )
    assert add(book, text)[1] == "dahl2026third-t1-0002"
    evidence = load(book.root)
    assert evidence.bibliography["dahl2026third"].title == "A third look"
    assert evidence.results["dahl2026third-t1-0002"].role == "simple"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("source: cole2025check", "source: cole2025chekc",
                     ("new.yml:1", "source", "no key of references.bib", "nearest: cole2025check"), id="unknown source"),
        pytest.param("small-bench", "smal-bench", ("new.yml:1", "benchmark", "nearest: small-bench"), id="unknown benchmark"),
        pytest.param("model: SmallLM", "model: SmalLM", ("new.yml:18: results[1]: model", "nearest: SmallLM"), id="unknown model"),
        pytest.param("metric: auroc", "metric: auorc", ("new.yml:18: results[1]: metric", "nearest: auroc"), id="unknown metric"),
        pytest.param("task: promoter-detection", "task: promotor", ("results[1]: task", "nearest"), id="unknown task"),
        pytest.param("unit: fraction", "unit: fractoin", ("results[1]: unit", "nearest: fraction"), id="unknown unit"),
        pytest.param("value: 0.93", "value: 93", ("new.yml:19: results[2]: value: '93'", "at most 1"), id="percent as fraction"),
        pytest.param("value: 0.93", "value: 0.93%", ("results[2]: value", "expected a number"), id="unit in a number"),
        pytest.param("value: 0.93", "value: 0,93", ("new.yml:19",), id="decimal comma"),
        pytest.param("value: 0.93", "valeu: 0.93", ("new.yml:19: valeu", "nearest: value"), id="misspelt field"),
        pytest.param(", value: 0.93", "", ("results[2]: value: ''", "must be filled"), id="no value"),
        pytest.param("value: 0.93", "value: [0.93]", ("value: expected one value",), id="list for a value"),
        pytest.param("value: 0.93", "value: &a 0.93", ("new.yml:19", "anchors"), id="anchor"),
        pytest.param("setting: from-scratch, value: 0.93", "setting: scratch, value: 0.93",
                     ("results[2]: setting", "nearest: from-scratch"), id="unknown setting"),
        pytest.param("value: 0.88", "role: foundation, value: 0.88", ("results[3]: role", "leave it out"), id="wrong role"),
        pytest.param("Table 3", "Table 2", ("locator", "write 'table: cole2025check-t1'"), id="table is there"),
        pytest.param("run_by: independent", "run_by: model-authors", ("run_by", "expected independent"), id="wrong run_by"),
        pytest.param("checked_on: 2026-11-25", "checked_on: 25.11.2026", ("checked_on", "YYYY-MM-DD"), id="date"),
        pytest.param("locator: Table 3", "locator: Table 3\nlocator: Table 4", ("new.yml:3", "already in line 2"), id="twice"),
        pytest.param("mouse promoters.", "mouse: promoters", ("new.yml:11", "not valid YAML"), id="colon in a text"),
        pytest.param("AUROC on mouse", '"=HYPERLINK(A1)" #', ("what_is_measured", "spreadsheet"), id="formula"),
        pytest.param("AUROC on mouse", "AUROC on m\u202eouse", ("RIGHT-TO-LEFT OVERRIDE",), id="bidi"),
        pytest.param("AUROC on mouse", "AUROC\x07 on mouse", ("new.yml", "not valid YAML"), id="control character"),
        pytest.param("AUROC on mouse", "very " * 600, ("what_is_measured", "at most 2000"), id="huge cell"),
        pytest.param("source: cole2025check", "source: ../../etc/passwd", ("source", "no key"), id="path as source"),
        pytest.param("results:", "rows:", ("rows", "results: is missing"), id="no results"),
        pytest.param("each:", "each: [", ("new.yml",), id="broken YAML"),
        pytest.param("source:", "[source]:", ("new.yml:1", "plain name"), id="key is a list"),
        pytest.param("source:", "!!python/object/apply:os.system [x]\nsource:", ("new.yml",), id="python tag"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_and_changes_nothing(book: Book, old: str, new: str, words: tuple[str, ...]) -> None:
    assert old in GOOD
    reasons = "\n".join(refusal(book, GOOD.replace(old, new)))
    assert all(word in reasons for word in words), reasons


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "just words", "- a\n- b\n", "results: []\n", "results: {}\n", "[" * 5000, "a: {b: {c: {d: {e: {f: {g: 1}}}}}}",
     "results: [1, 2]\n", "each: 3\nresults: [{model: x}]\n", "models: x\nresults: [{model: x}]\n", "--- a\n--- b\n", "\x00", "%YAML 9\n"],
)  # fmt: skip
def test_what_is_no_contribution_is_refused(book: Book, text: str) -> None:
    assert refusal(book, text)


def test_all_faults_come_in_one_run(book: Book) -> None:
    reasons = refusal(book, GOOD.replace("0.93", "93").replace("0.88", "-2").replace("Table 3", " "))
    assert len(reasons) >= 3, reasons


def test_evidence_that_is_faulty_already_is_told_apart(book: Book) -> None:
    path = book.root / "evidence" / "results.csv"
    path.write_text(path.read_text("utf-8").replace("fraction,0.91", "fraction,1.7"), "utf-8")
    reasons = refusal(book, GOOD)
    assert "faults already" in reasons[0]
    assert "results.csv:2" in reasons[1]


def test_the_command_adds_and_refuses(book: Book) -> None:
    done = book.run("add", str(book.file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Added 4 row(s): cole2025check-t2-0001 to cole2025check-t2-0004" in done.stdout
    before = book.state()
    again = book.run("add", str(book.file))
    assert again.returncode == 1
    assert "contribution.yml:1: locator" in again.stdout
    assert "Nothing was changed" in again.stderr
    missing = book.run("add", str(book.root / "Tabelle drei é.yml"))
    assert "cannot be read: No such file" in missing.stdout
    book.file.write_bytes(b"source: \xff\n")
    assert "is not UTF-8" in book.run("add", str(book.file)).stdout
    book.file.write_bytes(b"#" * 1_000_001)
    assert "at most" in book.run("add", str(book.file)).stdout
    assert book.state() == before


def test_file_names_with_spaces_and_other_letters(book: Book) -> None:
    named = book.file.rename(book.root.parent / "Tabelle drei – é.yml")
    assert book.run("add", str(named)).returncode == 0
