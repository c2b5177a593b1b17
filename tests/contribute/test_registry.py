"""The report on sources, against registries and a tracker on this machine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest

from fmgenomics.bibliography import Entry
from fmgenomics.contribute import registry
from fmgenomics.contribute.registry import LABEL, MARK, TITLE, Finding, Registry
from fmgenomics.evidence import load
from fmgenomics.links.external import WebClient
from fmgenomics.links.issue import Close, Issue, Open, Update
from tests.links.servers import FakeGitHub, serve

from .conftest import Book

TODAY = date(2026, 11, 26)
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
{}
</feed>"""
ITEM = """<entry><id>http://arxiv.org/abs/{id}v2</id>
<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">{doi}</arxiv:doi>
<arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">{comment}</arxiv:comment></entry>"""


def entry(key: str, doi: str | None = None, arxiv: str | None = None, reviewed: bool = False) -> Entry:
    return Entry(key, "Title", ["Ada, Maria"], 2024, "Venue", doi, arxiv, None, reviewed, "")


class World:
    """Crossref and arXiv; ``works`` are the records by DOI, ``status`` what is answered first, and how often."""

    def __init__(self) -> None:
        self.works: dict[str, object] = {}
        self.feed = FEED.format("")
        self.failures: list[int] = []
        self.asked: list[str] = []

    def __call__(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        self.asked.append(path)
        if self.failures:
            return self.failures.pop(), {"Retry-After": "7"}, ""
        if path.startswith("/arxiv"):
            return 200, {}, self.feed
        work = self.works.get(unquote(path.removeprefix("/works/")))
        if work is None:
            return 404, {}, "Resource not found."
        return 200, {}, work if isinstance(work, str) else json.dumps({"message": work})


@pytest.fixture
def world() -> Iterator[tuple[World, Registry, list[float]]]:
    found, waits = World(), []
    with serve(found) as address:
        client = WebClient("test", 5)
        yield found, Registry(client, f"{address}/works/", f"{address}/arxiv", sleep=waits.append), waits


Asked = tuple[World, Registry, list[float]]


def test_a_preprint_that_was_published(world: Asked) -> None:
    there, registry_, _ = world
    there.works["10.1101/2024.1"] = {"relation": {"is-preprint-of": [{"id": "10.1038/x", "id-type": "doi"}]}}
    assert list(registry_.works([entry("ada2024a", "10.1101/2024.1")])) == [
        Finding("published", "ada2024a", "10.1101/2024.1 is the preprint of 10.1038/x")
    ]
    assert list(registry_.works([entry("ada2024a", "10.1101/2024.1", reviewed=True)])) == []


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("retraction", "retracted"), ("withdrawal", "retracted"), ("expression_of_concern", "retracted"),
     ("correction", "corrected"), ("erratum", "corrected"), ("new_version", None)],
)  # fmt: skip
def test_a_work_that_was_retracted_or_corrected(world: Asked, type_: str, kind: str | None) -> None:
    there, registry_, _ = world
    there.works["10.1038/x"] = {"updated-by": [{"DOI": "10.1038/y", "type": type_, "source": "retraction-watch"}]}
    found = list(registry_.works([entry("ada2024a", "10.1038/x", reviewed=True)]))
    assert [finding.kind for finding in found] == ([kind] if kind else [])


def test_arxiv_names_what_was_published_or_withdrawn(world: Asked) -> None:
    there, registry_, _ = world
    items = [
        ("2401.00001", "10.1038/z", ""),
        ("2401.00002", "", "Withdrawn by the authors"),
        ("2401.00003", "", "8 pages"),
    ]
    there.feed = FEED.format("".join(ITEM.format(id=i, doi=d, comment=c) for i, d, c in items))
    entries = [entry(f"ada2024{n}", arxiv=f"2401.0000{n}") for n in (1, 2, 3, 4)]
    found = list(registry_.preprints([*entries, entry("ada2024five", arxiv="2401.00005", reviewed=True)]))
    assert [(finding.kind, finding.key) for finding in found] == [("published", "ada20241"), ("retracted", "ada20242")]
    assert "2401.00005" not in there.asked[0]


def test_patience_and_no_all_clear_without_an_answer(world: Asked) -> None:
    there, registry_, waits = world
    there.works["10.1038/x"] = {}
    there.failures = [503, 429]
    assert list(registry_.works([entry("ada2024a", "10.1038/x")])) == []
    assert waits == [7.0, 7.0]
    there.failures = [500] * 3
    assert [f.kind for f in registry_.works([entry("ada2024a", "10.1038/x")])] == ["unknown"]
    there.works["10.1038/x"] = "<html>busy</html>"
    assert [f.kind for f in registry_.works([entry("ada2024a", "10.1038/x")])] == ["unknown"]
    there.feed = "<feed"
    assert [f.kind for f in registry_.preprints([entry("ada2024b", arxiv="2401.00001")])] == ["unknown"]
    there.feed = '<!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>'
    assert [f.kind for f in registry_.preprints([entry("ada2024b", arxiv="2401.00001")])] == ["unknown"]


def test_what_is_registered_elsewhere_is_not_asked_for(world: Asked) -> None:
    there, registry_, _ = world
    assert list(registry_.works([entry("a", "10.48550/arxiv.1"), entry("b", "10.5281/zenodo.1"), entry("c")])) == []
    assert there.asked == []


def test_evidence_that_nobody_reviewed_for_a_year(book: Book) -> None:
    evidence = load(book.root)
    assert list(registry.unreviewed(evidence, date(2027, 11, 25))) == []
    found = list(registry.unreviewed(evidence, date(2027, 11, 26)))
    assert [finding.key for finding in found] == ["ada2024model", "cole2025check"]
    assert found[0].detail == "2 table(s) and fact(s), the first ada2024model-t1, read 2026-11-25"


A, B = Finding("published", "ada2024a", "now 10.1038/x"), Finding("retracted", "cole2025b", "10.1038/y")
UNKNOWN = Finding("unknown", "dahl2026c", "Crossref: 503")


def test_one_issue_opened_updated_and_closed() -> None:
    (opened,) = registry.plan([A], [])
    assert isinstance(opened, Open)
    assert "published since" in opened.body.casefold()
    issue = Issue(7, opened.body)
    assert registry.plan([A], [issue]) == []
    (update,) = registry.plan([A, B], [issue])
    assert isinstance(update, Update)
    (close,) = registry.plan([], [issue])
    assert isinstance(close, Close)
    assert registry.plan([], []) == []
    assert registry.plan([A], [Issue(7, opened.body.replace("\n", "\r\n"))]) == []


def test_a_ticked_box_stays_ticked() -> None:
    (opened,) = registry.plan([A], [])
    ticked = opened.body.replace("- [ ]", "- [x]")
    assert registry.plan([A], [Issue(7, ticked)]) == []
    (update,) = registry.plan([A, B], [Issue(7, ticked)])
    assert update.body.count("- [x]") == 1
    assert update.body.count("- [ ]") == 1


def test_a_silent_registry_neither_opens_nor_closes() -> None:
    assert registry.plan([UNKNOWN], []) == []
    assert registry.plan([UNKNOWN], [Issue(7, registry.text([A]))]) == []


def test_other_issues_are_left_alone_and_doubles_are_closed() -> None:
    assert registry.plan([], [Issue(1, "somebody's")]) == []
    body = registry.text([A])
    assert registry.plan([A], [Issue(9, body), Issue(4, body)]) == [Close(9, "Continued in #4.")]


def test_what_a_registry_says_cannot_act() -> None:
    body = registry.text([Finding("published", "a", "<img src=x> @team [x](http://evil) \n- [x] forged")])
    assert "<img" not in body
    assert "@team" not in body
    assert body.count("\n- [") == 1
    assert len(registry.text([Finding("old", f"source{n}", "x" * 100) for n in range(5000)])) < 65_536


def test_the_command_keeps_the_issue(
    book: Book, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    there, github = World(), FakeGitHub()
    there.works["10.1234/small.1"] = {"updated-by": [{"DOI": "10.1234/small.9", "type": "retraction"}]}
    monkeypatch.setenv("GITHUB_REPOSITORY", "example-org/small-book")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    with serve(there) as world, serve(github) as tracker:
        monkeypatch.setenv("GITHUB_API_URL", tracker)
        command = ["--root", str(book.root), "--crossref", f"{world}/works/", "--arxiv", f"{world}/arxiv", "--issue"]
        command += ["--pause", "0", "--today", "2026-11-26"]
        assert registry.main(command) == 0
        assert "retracted: ada2024model: retraction: 10.1234/small.9" in capsys.readouterr().out
        assert [(i["title"], i["labels"], i["state"]) for i in github.issues] == [(TITLE, [LABEL], "open")]
        assert MARK in github.issues[0]["body"]
        assert registry.main(command) == 0
        assert len(github.writes) == 1
        there.works.clear()
        assert registry.main(command) == 0
        assert github.issues[0]["state"] == "closed"
        github.broken = True
        assert registry.main(command) == 2
        monkeypatch.delenv("GITHUB_TOKEN")
        assert registry.main(command) == 2
        assert "must be set" in capsys.readouterr().err
    shutil.rmtree(book.root / "evidence")
    assert registry.main(["--root", str(book.root)]) == 2
