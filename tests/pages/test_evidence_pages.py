"""The evidence pages: every row has its address, and nothing in a row can act on the page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from fmgenomics.evidence import Evidence, load
from fmgenomics.pages import atlas, downloads, evidence_pages
from fmgenomics.pages.addresses import fact_address, result_address


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


@pytest.fixture(scope="module")
def pages(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence")
    evidence_pages.write_pages(evidence, folder, lambda _: None)
    return folder


def test_every_fact_and_result_has_its_address(evidence: Evidence, pages: Path) -> None:
    wanted: dict[str, set[str]] = {}
    for page, anchor in (fact_address(fact) for fact in evidence.facts.values()):
        wanted.setdefault(page, set()).add(anchor)
    for page, anchor in (result_address(evidence, result) for result in evidence.results.values()):
        wanted.setdefault(page, set()).add(anchor)
    for page, anchors in wanted.items():
        tree = html.parse(str(pages / f"{page.rpartition('/')[2]}.html"))
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), page
        assert anchors <= set(ids), page


def test_every_model_and_benchmark_has_its_address(evidence: Evidence, pages: Path) -> None:
    for name, rows in (("models", evidence.models), ("benchmarks", evidence.benchmarks)):
        assert set(rows) <= set(html.parse(str(pages / f"{name}.html")).xpath("//@id"))


@pytest.mark.parametrize(
    "planted",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<!-- ", "{{ 7*7 }}", "javascript:alert(1)", "&lt;b&gt;"],
)  # fmt: skip
def test_markup_in_a_row_is_shown_and_never_run(evidence: Evidence, tmp_path: Path, planted: str) -> None:
    first = next(iter(evidence.facts.values()))
    spoiled = replace(
        evidence, facts={first.id: replace(first, statement=planted, locator=planted, seen_at=planted, subject=planted)}
    )
    evidence_pages.write_pages(spoiled, tmp_path, lambda _: None)
    tree = html.parse(str(tmp_path / f"{first.source}.html"))
    assert planted in tree.getroot().text_content()
    assert [script.get("src") for script in tree.iter("script")] == ["page.js"]
    assert not tree.xpath("//img")
    assert not [href for href in tree.xpath("//@href") if href.startswith("javascript:")]


@pytest.mark.parametrize(
    ("seen_at", "href"),
    [
        ("github:owner/repo:data/x.csv", "https://github.com/owner/repo"),
        ("https://example.org/x", "https://example.org/x"),
    ],
)
def test_a_place_seen_is_a_link(seen_at: str, href: str) -> None:
    assert f'href="{href}"' in evidence_pages.seen_link(seen_at)


def test_a_place_that_is_no_address_is_text() -> None:
    assert "href" not in evidence_pages.seen_link("javascript:alert(1)")
    assert "href" not in evidence_pages.seen_link("stored full-text copy")


def test_the_atlas_holds_every_row_and_its_address(evidence: Evidence, tmp_path: Path) -> None:
    atlas.write_atlas(evidence, tmp_path, lambda _: None)
    text = (tmp_path / atlas.DATA_FILE).read_text("utf-8")
    data = json.loads(text.removeprefix("atlas(").removesuffix(");\n"))
    column = data["tables"]["results"]["columns"]["row"]
    ids = [f"{column['words'][word]}-{number}" for word, number in zip(column["rows"], column["suffix"], strict=True)]
    assert ids == list(evidence.results)
    for table in data["tables"].values():
        lengths = {len(column["rows"]) for column in table["columns"].values()}
        assert len(lengths) == 1


def test_downloads_are_the_same_every_time(evidence: Evidence, tmp_path: Path) -> None:
    sums = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        downloads.write_downloads(evidence, tmp_path / name, lambda _: None)
        sums.append((tmp_path / name / downloads.CHECKSUMS).read_text())
    assert sums[0] == sums[1]
    whole = json.loads((tmp_path / "one" / downloads.JSON_FILE).read_text("utf-8"))
    assert len(whole["results"]) == len(evidence.results)


def test_the_joined_frame_has_a_row_for_each_result(evidence: Evidence) -> None:
    frame = downloads.results_frame(evidence)
    assert list(frame["id"]) == list(evidence.results)
    assert frame["task_category"].notna().all()
