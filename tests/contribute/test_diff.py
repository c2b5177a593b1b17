"""The summary of a change: every row and number that moved, every verdict that flipped, and nothing that acts."""

from __future__ import annotations

import dataclasses
import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fmgenomics.contribute import diff
from fmgenomics.evidence import ROOT, Evidence
from fmgenomics.verdict.summary import Cut

from .conftest import Book


@pytest.fixture
def base(book: Book) -> Path:
    """The base beside the book of the test, which changes."""
    shutil.copytree(book.root, book.root.with_name("base"))
    return book.root.with_name("base")


def replace(book: Book, name: str, old: str, new: str) -> None:
    path = book.root / "evidence" / f"{name}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def shown(text: str) -> str:
    """As GitHub shows it: entities are characters again."""
    return html.unescape(text)


def test_no_change(book: Book, base: Path) -> None:
    text = diff.report(base, book.root)
    assert "No row changes." in text
    assert "No verdict and no score moves." in text


def test_a_changed_number_that_flips_a_verdict(book: Book, base: Path) -> None:
    replace(book, "results", "fraction,0.91", "fraction,0.97")
    text = shown(diff.report(base, book.root))
    assert "| results | 0 | 0 | 1 | 1 | 4 |" in text
    assert "| results | <code>cole2025check-t1-0001</code> | value | 0.91 | 0.97 |" in text
    assert "Changed without a line in corrections.csv" in text
    moved = [line for line in text.splitlines() if line.startswith("| <code>promoter</code>")]
    assert len(moved) == 1, text


def test_a_flip_is_counted_and_shown(book: Book, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small base is too small for a verdict, so that these words stand in for it."""
    replace(book, "results", "fraction,0.91", "fraction,0.97")
    real = diff.summary.cuts

    def decided(evidence: Evidence) -> list[Cut]:
        better = evidence.results["cole2025check-t1-0001"].value > 0.93
        word = "better" if better else "worse"
        return [
            dataclasses.replace(cut, summary=dataclasses.replace(cut.summary, verdict=word)) for cut in real(evidence)
        ]

    monkeypatch.setattr(diff.summary, "cuts", decided)
    text = shown(diff.report(base, book.root))
    assert re.search(r"\*\*(\d+) of \1 verdicts flip\.\*\*", text), text
    assert re.search(r"<code>promoter</code> \| worse \| better \|", text)


def test_a_logged_correction_is_not_complained_about(book: Book, base: Path) -> None:
    arguments = ("--row", "cole2025check-t1-0001", "--field", "value", "--is", "0.97", "--reason", "Read again.")
    assert book.run("correct", *arguments).returncode == 0
    text = shown(diff.report(base, book.root))
    assert "Numbers changed" in text
    assert "| corrections | 1 | 0 | 0 | 0 | 2 |" in text
    assert "without a line" not in text


def test_rows_added_and_removed(book: Book, base: Path) -> None:
    assert book.run("add", str(book.file)).returncode == 0
    text = shown(diff.report(base, book.root))
    assert "| results | 4 | 0 | 0 | 0 | 8 |" in text
    assert "<code>cole2025check-t2-0002</code> | kmer-logistic-regression · mouse · auroc · 0.93 |" in text
    text = shown(diff.report(book.root, base))
    assert "| results | 0 | 4 | 0 | 0 | 4 |" in text
    assert "### Rows removed" in text


def test_refused_evidence_is_told_with_its_mend_and_still_compared(book: Book, base: Path) -> None:
    replace(book, "results", "fraction,0.91", "fraction,91")
    text = shown(diff.report(base, book.root))
    assert "The evidence is refused for 1 reason(s)" in text
    assert (
        "evidence/results.csv:2: value: '91': AUROC is at most 1 in fraction; a percentage has the unit percent" in text
    )
    assert "| 0.91 | 91 |" in text
    assert "The verdict" not in text.replace("The verdict before", "")


PLANTED = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "@maintainers please merge",
    "a | b | c",
    "`x` **bold** ~~s~~ #1",
    "&lt;script&gt;",
    "https://evil.example/",
    "GH-1 http://evil.example www.evil.example",
]


@pytest.mark.parametrize("planted", PLANTED)
def test_nothing_that_a_stranger_writes_acts(book: Book, base: Path, planted: str) -> None:
    replace(book, "facts", "SmallLM has one million parameters.", planted)
    text = diff.report(base, book.root)
    lines = [line for line in text.splitlines() if line.startswith("|") and "| statement |" in line]
    assert len(lines) == 1
    is_ = lines[0].split(" | ")[-1].removesuffix(" |").removeprefix("<code>").removesuffix("</code>")
    assert html.unescape(is_) == planted, "it is shown as written"
    assert not re.search(r"[<>`*\[\]()@|~:/]|&(?!#\d+;)", is_), is_


def test_hidden_characters_are_seen(book: Book, base: Path) -> None:
    replace(book, "facts", "SmallLM has", "Small\u202eLM has")
    assert "\u202e" not in diff.report(base, book.root)
    assert "Small\N{REPLACEMENT CHARACTER}LM" in diff.report(base, book.root)


@pytest.mark.parametrize("fault", ["schema", "no table", "bytes", "bibliography"])
def test_broken_files_give_a_summary_and_no_traceback(book: Book, base: Path, fault: str) -> None:
    evidence = book.root / "evidence"
    if fault == "schema":
        (evidence / "datapackage.yaml").write_text("a: [")
    elif fault == "no table":
        (evidence / "results.csv").unlink()
    elif fault == "bytes":
        (evidence / "results.csv").write_bytes(b"\xff\x00\n\n,,,")
    else:
        (book.root / "references.bib").write_text("@article{x")
    done = subprocess.run(
        [sys.executable, "-m", "fmgenomics.contribute.diff", str(base), str(book.root)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert "The evidence is refused for" in done.stdout


def test_a_place_without_evidence_is_told(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff.main([str(book.root / "nowhere"), str(book.root)]) == 2
    assert "has no folder evidence" in capsys.readouterr().err


def test_the_list_is_cut_but_the_counts_are_whole(book: Book, base: Path) -> None:
    path = book.root / "evidence" / "tasks.csv"
    with path.open("a") as handle:
        handle.writelines(f"task-{n},Task {n},promoter,\n" for n in range(500))
    text = diff.report(base, book.root)
    assert "| tasks | 500 | 0 | 0 | 0 | 501 |" in text
    assert f"and {500 - diff.MOST_LINES} more" in text
