"""An issue filed with a form becomes the same rows as a file; the forms offer what the schema allows, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from fmgenomics.contribute import document, rows
from fmgenomics.contribute.refusal import Refusal
from fmgenomics.evidence import ROOT, load
from fmgenomics.evidence.schema import read_schema

from .conftest import Book

FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"
PROPOSE = FORMS / "propose-a-result.yml"
WRONG = FORMS / "wrong-number.yml"
RESULTS = """\
```yaml
- {model: SmallLM, dataset: mouse, task: promoter-detection, setting: probe, metric: auroc, unit: fraction, value: 0.90, uncertainty: , uncertainty_kind: , n_test: 1000}
- {model: k-mer LR, dataset: mouse, task: promoter-detection, setting: from-scratch, metric: auroc, unit: fraction, value: 0.93, uncertainty: , uncertainty_kind: , n_test: 1000}
```"""
ANSWERS = {
    "source": "cole2025check",
    "locator": "Table 3",
    "seen_at": "https://example.org/cole",
    "checked_on": "2026-11-25",
    "version": "print",
    "what_is_measured": "AUROC on mouse promoters.",
    "benchmark": "small-bench",
    "setting": "probe",
    "split_policy": "chromosome",
    "homology_aware": "no",
    "run_by": "independent",
    "results": RESULTS,
}


def questions(form: str) -> list[dict[str, Any]]:
    return [part for part in yaml.safe_load((FORMS / form).read_text("utf-8"))["body"] if "id" in part]


def issue(form: str, answers: dict[str, str]) -> str:
    """The text that GitHub makes of a filled form."""
    parts = [
        f"### {part['attributes']['label']}\n\n{answers.get(part['id'], '_No response_')}" for part in questions(form)
    ]
    return "\n\n".join(parts)


def test_a_proposed_result_becomes_rows(book: Book) -> None:
    book.file.write_text(issue(PROPOSE.name, ANSWERS).replace("\n", "\r\n"), newline="")
    done = book.run("add", str(book.file))
    assert done.returncode == 0, done.stdout
    evidence = load(book.root)
    assert evidence.results["cole2025check-t2-0001"].printed == "0.90"
    assert evidence.tables["cole2025check-t2"].what_is_measured == "AUROC on mouse promoters."


def test_a_faulty_answer_is_named_by_its_line(book: Book) -> None:
    text = issue(PROPOSE.name, ANSWERS | {"results": RESULTS.replace("0.93", "93")})
    book.file.write_text(text)
    done = book.run("add", str(book.file))
    assert done.returncode == 1
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "value: 93" in line)
    assert f"contribution.yml:{line}: results[2]: value: '93': AUROC is at most 1" in done.stdout


def test_a_wrong_number_becomes_a_correction(book: Book) -> None:
    answers = {
        "row": "cole2025check-t1-0002",
        "field": "value",
        "was": "0.93",
        "is": "0.94",
        "reason": "Print, Table 2,\nthird row.",
    }
    book.file.write_text(issue(WRONG.name, answers))
    done = book.run("correct", str(book.file))
    assert done.returncode == 0, done.stdout
    assert load(book.root).corrections["c0002"].reason == "Print, Table 2, third row."


def test_headings_that_a_reader_adds_do_not_replace_answers() -> None:
    text = issue(WRONG.name, {"row": "a", "reason": "x\n\n### Row\n\nanother"})
    with pytest.raises(Refusal, match="stands already"):
        document.parse_issue(text, WRONG, "issue.md")
    with pytest.raises(Refusal, match="no heading"):
        document.parse_issue("### Something\n\nelse", WRONG, "issue.md")


def test_the_forms_ask_what_the_tools_take() -> None:
    schema = read_schema(ROOT / "evidence")
    asked = {part["id"] for part in questions(PROPOSE.name)}
    table = set(schema["tables"].columns) - {"id"}
    assert asked == table | {"table", "bibtex", "results", "models"}
    assert {part["id"] for part in questions(WRONG.name)} == set(rows.CORRECTION_FIELDS) - {"file"}


def test_every_choice_is_one_of_the_schema() -> None:
    tables = read_schema(ROOT / "evidence")["tables"]
    offered = {p["id"]: tuple(p["attributes"]["options"]) for p in questions(PROPOSE.name) if p["type"] == "dropdown"}
    assert offered == {field.name: field.enum for field in tables.fields if field.enum}
    required = {part["id"] for part in questions(PROPOSE.name) if part["validations"]["required"]}
    assert required == {field.name for field in tables.fields if field.required and field.name != "id"} | {"results"}


def test_the_example_line_of_the_form_has_fields_of_the_schema() -> None:
    (results,) = [part for part in questions(PROPOSE.name) if part["id"] == "results"]
    example = yaml.safe_load(results["attributes"]["value"])
    assert set(example[0]) <= set(read_schema(ROOT / "evidence")["results"].columns)


def test_the_example_of_the_guide_is_taken(book: Book) -> None:
    """The YAML of CONTRIBUTING.md, word for word, against the evidence that it speaks of."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    blocks = [block.split("```")[0] for block in text.split("```yaml\n")[1:]]
    assert len(blocks) == 2
    assert rows.added(book.root, document.parse(blocks[1], "x"), "x")[1]
    fix = rows.wrong(document.parse(blocks[0], "x"), "x")
    assert rows.corrected(book.root, fix, "2026-11-25")[1] == "c0002"
