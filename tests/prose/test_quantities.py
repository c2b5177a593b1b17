"""A typed quantity is found wherever prose can hide it, and names, dates, code and roles are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from fmgenomics.evidence import ROOT, load
from fmgenomics.prose.quantities import EXCEPTIONS, known_names, load_exceptions, typed_quantities

NAMES = known_names(load())
CHAPTERS = sorted((ROOT / "chapters").glob("*.md"))


def found(text: str, exceptions: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    return [(hit.line, hit.text) for hit in typed_quantities("page.md", text, NAMES, exceptions)]


@pytest.mark.parametrize(
    "text",
    [
        "The model reaches an AUROC of 0.93.",
        "It wins on 45% of tasks.",
        "It wins on 45 per cent of tasks.",
        "It has 40 billion parameters.",
        "It has forty billion parameters.",
        "It has 500M weights.",
        "It reads 131 kb of sequence.",
        "It reads 8,192 bp at once.",
        "They compared 14 models.",
        "They compared 14 large models.",
        "Training took 2,000 GPU hours.",
        "Training took 2,000 GPU-hours.",
        "A gain of 3 points.",
        "Ten percent of variants.",
        "It is 128 times larger.",
        "It costs 12x more.",
        "There were 839 of them.",
        "The correlation is −0.2.",
        "# A heading with 17 tasks",
        "| a | b |\n| - | - |\n| x | 0.51 |",
        ":::{admonition} Key\n:class: tip\nIt wins on 45% of tasks.\n:::",
        "```{note}\nIt has 40 billion parameters.\n```",
        "```{figure} x.svg\n:alt: It wins on 45% of tasks\n\nCaption.\n```",
        "- a list with 0.5 in it",
        "> a quotation with 0.5 in it",
        "**0.93** in bold",
        "[0.93](https://example.org)",
        "A footnote.[^a]\n\n[^a]: It has 40 billion parameters.",
        "Term\n: defined with 0.5 in it",
    ],
)
def test_a_typed_quantity_is_found(text: str) -> None:
    assert found(text), text


@pytest.mark.parametrize(
    "text",
    [
        "Evo 2, DNABERT-2, NT-v2 and BRCA1 in K562 cells.",
        "The mark H3K27ac, the 3'UTR, 6-mers and F1.",
        "It has {fact}`evo2-40b.parameters` parameters.",
        "The setting `k = 6` and $x = 0.5$.",
        "Last reviewed 2026-11-25, first posted in 2023.",
        "See Table 2 and Fig. 3a and Section 4.",
        "```python\nx = 0.5\n```",
        "```{code-cell} ipython3\nx = 0.5\n```",
        "% a comment with 0.5\n\nText.",
        "<!-- 0.5 -->\n\nText.",
        "[text](https://example.org/0.5)",
        "{cite:p}`brixi2026genome`",
        "Two ways, three readings, one rule.",
    ],
)
def test_what_is_no_quantity_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_the_line_is_right_inside_directives() -> None:
    assert found("Text.\n\n:::{admonition} Key\n:class: tip\n\nFirst.\nSecond 0.5.\n:::\n") == [(7, "0.5")]


def test_an_exception_lets_its_own_text_stand_and_no_other() -> None:
    assert found("In 95% intervals, 45% win.", ("95%",)) == [(1, "45%")]


def test_an_exception_without_a_reason_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "exceptions.yml"
    path.write_text("- text: 95%\n")
    with pytest.raises(ValueError, match="a why"):
        load_exceptions(path)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[path.stem for path in CHAPTERS])
def test_no_quantity_is_typed_in(chapter: Path) -> None:
    exceptions = load_exceptions(ROOT / EXCEPTIONS)
    text = chapter.read_text("utf-8")
    assert [str(hit) for hit in typed_quantities(chapter.name, text, NAMES, exceptions)] == []


def test_the_exceptions_are_few_and_each_is_used() -> None:
    exceptions = load_exceptions(ROOT / EXCEPTIONS)
    assert len(exceptions) <= 20
    book = "\n".join(chapter.read_text("utf-8") for chapter in CHAPTERS)
    assert [text for text in exceptions if text not in book] == []
