"""The report is written whole or not at all, replaces only a report, and shows whatever a table holds harmlessly."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree
from markdown_it import MarkdownIt

from fmgenomics.protocol import InputError, Report, evaluate, writing
from fmgenomics.protocol.__main__ import main
from fmgenomics.protocol.example import table

FILES = ["plots", "report.html", "report.json", "report.md"]
EVIL = '=cmd|"/c calc"!A1 <script>alert(1)</script> [x](javascript:alert(1)) $\\frac{ \u202e\x1b[31m'


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(table(leaking=True, train=120, test=100), predictions=["remembers"], draws=100)


@pytest.fixture(scope="module")
def evil() -> Report:
    frame = table(leaking=True, train=120, test=100).rename(columns={"remembers": EVIL})
    frame["id"] = [f"{EVIL}{row}" for row in range(len(frame))]
    frame["label"] = frame["label"].map({0: "<img src=x onerror=alert(1)>", 1: EVIL})
    return evaluate(frame, predictions=[EVIL], positive=EVIL, draws=100)


def test_the_command_writes_a_report_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table(train=120, test=100).to_csv(tmp_path / "t.csv", index=False)
    out = tmp_path / "report"
    arguments = [
        str(tmp_path / "t.csv"),
        "--predictions",
        "reads_grammar, copies_words",
        "--draws",
        "100",
        "--out",
        str(out),
    ]
    assert main(arguments) == 0
    printed, progress = capsys.readouterr()
    assert "reads_grammar: " in printed
    assert "report.html" in printed
    assert "bootstrap draws" in progress
    assert sorted(path.name for path in out.iterdir()) == FILES
    data = json.loads((out / "report.json").read_text("utf-8"))
    assert {verdict["model"] for verdict in data["verdicts"]} == {"reads_grammar", "copies_words"}
    assert list(data["files"]) == ["table: t.csv"]
    first = {path: path.read_bytes() for path in out.rglob("*.*")}
    assert str(tmp_path).encode() not in b"".join(first.values())
    assert main([*arguments, "--quiet"]) == 0
    assert {path: path.read_bytes() for path in out.rglob("*.*")} == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report", "t.csv"]


@pytest.mark.parametrize("at", ["report.html", "report.json", "plots/margins.svg"])
def test_a_write_that_fails_leaves_what_was_there(
    at: str, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report"
    report.save(out)
    before = {path: path.read_bytes() for path in out.rglob("*.*")}
    write = Path.write_text

    def full(self: Path, *arguments: object, **options: object) -> int:
        if self.as_posix().endswith(at):
            raise OSError(28, "No space left on device")
        return write(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(InputError, match="No space left"):
        report.save(out)
    assert {path: path.read_bytes() for path in out.rglob("*.*")} == before
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_an_interrupt_leaves_nothing_behind(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Path, *_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        report.save(tmp_path / "report")
    assert list(tmp_path.iterdir()) == []


def test_only_an_earlier_report_is_replaced(report: Report, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(mine)
    (tmp_path / "mixed").mkdir()
    report.save(tmp_path / "mixed")
    (tmp_path / "mixed" / "notes.txt").write_text("kept")
    for name, words in (
        ("mine", "holds something else"), ("file", "is a file"), ("link", "symbolic link"), ("mixed", "notes.txt"),
        ("absent/report", "does not exist"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            writing.check_target(tmp_path / name)
        with pytest.raises(InputError, match=words):
            report.save(tmp_path / name)
    assert (mine / "thesis.txt").read_text() == "years of work"
    assert (tmp_path / "mixed" / "notes.txt").read_text() == "kept"
    (tmp_path / "empty").mkdir()
    report.save(tmp_path / "empty")
    assert sorted(path.name for path in (tmp_path / "empty").iterdir()) == FILES


def test_a_bad_place_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    seen: list[str] = []
    with pytest.raises(InputError, match="is a file"):
        evaluate(table(train=50, test=50), predictions=["reads_grammar"], out=tmp_path / "file", progress=seen.append)
    assert seen == []


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attributes}


def test_markup_formulas_and_direction_characters_do_nothing(evil: Report) -> None:
    files = evil.files()
    everything = "".join(text for name, text in files.items() if name != "report.json")
    assert "\u202e" not in everything
    assert "\x1b" not in everything
    tags = Tags()
    tags.feed(files["report.html"] + evil._repr_html_() + evil.show()._repr_html_())
    assert not tags.seen & {"script", "img", "iframe", "object"}
    assert not any(name.startswith("on") for name in tags.attributes)
    assert "default-src 'none'" in files["report.html"]
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(files["report.md"])
    tags = Tags()
    tags.feed(rendered)
    assert tags.seen <= {
        "h1",
        "h2",
        "p",
        "strong",
        "em",
        "ul",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "img",
    }
    assert rendered.count("<img") == files["report.md"].count("](plots/")
    for name, text in files.items():
        if name.endswith(".svg"):
            tree = etree.fromstring(text.encode())
            assert not [node for node in tree.iter() if str(node.tag).endswith(("script", "image", "foreignObject"))]
    assert json.loads(files["report.json"])["verdicts"][0]["model"] == EVIL


def test_markdown_tables_keep_their_columns(evil: Report) -> None:
    rendered = MarkdownIt("commonmark").enable("table").render(evil.to_markdown())
    for part in rendered.split("<table>")[1:]:
        rows = part.split("</table>")[0].split("</tr>")[:-1]
        assert (
            len({row.count("<t") - row.count("<tr") - row.count("<thead") - row.count("<tbody") for row in rows}) == 1
        )


def test_the_report_says_what_it_rests_on(report: Report) -> None:
    text = report.to_markdown()
    for words in (
        "What would make it stronger",
        "Leakage between the splits",
        "Confounders",
        "Margins",
        "bootstrap draws",
        "seed",
    ):
        assert words in text
        assert words in report.to_html()


def test_a_page_of_the_book_can_show_it(report: Report) -> None:
    shown = report.show("protocol-x")._repr_html_()
    assert 'id="chart-protocol-x"' in shown
    assert shown.count("<svg") == 2
    assert isinstance(report.findings.margins[0].estimate.value, float)
    assert isinstance(pd.DataFrame(report.verdicts, index=[0]), pd.DataFrame)
