"""The evidence atlas: search, filter, sort, follow a row; from a file and without scripts as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

ATLAS = "backmatter/atlas.html"


@pytest.fixture(scope="module")
def rows(book: Path) -> dict[str, Any]:
    """The atlas's own columns, read without its script."""
    text = (book / "evidence" / "atlas-data.js").read_text("utf-8")
    data = json.loads(text.removeprefix("atlas(").rstrip().removesuffix(");"))
    return data["tables"]["results"]["columns"]


@pytest.fixture
def atlas(page: Page, site: str) -> Page:
    page.goto(f"{site}{ATLAS}")
    page.locator("#atlas").get_by_role("button", name="Show all rows").click()
    expect(shown(page).first).to_be_visible()
    return page


def shown(page: Page) -> Locator:
    return page.locator("#atlas tbody tr")


def status(page: Page) -> Locator:
    return page.locator("#atlas [role=status]")


def column(page: Page, name: str) -> list[str]:
    heads = page.locator("#atlas thead th").all_inner_texts()
    return page.locator(f"#atlas tbody td:nth-child({heads.index(name) + 1})").all_inner_texts()


def count(text: str | None) -> int:
    assert text is not None
    return int(text.split()[0].replace(",", ""))


def test_all_rows_are_counted_and_shown_in_pages(atlas: Page, rows: dict[str, Any]) -> None:
    total = len(rows["row"]["rows"])
    assert count(status(atlas).text_content()) == total
    assert shown(atlas).count() == min(50, total)


@pytest.mark.parametrize("typed", ["evo2", "Evo 2", "EVO-2"])
def test_search_takes_a_name_however_it_is_typed(atlas: Page, rows: dict[str, Any], typed: str) -> None:
    before = count(status(atlas).text_content())
    atlas.get_by_role("searchbox", name="Search", exact=True).fill(typed)
    expect(status(atlas)).not_to_contain_text(f"{before:,} of")
    assert 0 < count(status(atlas).text_content()) < before
    named = {name for name in rows["model"]["words"] if "evo2" in name.lower().replace(" ", "").replace("-", "")}
    assert set(column(atlas, "Model")) & named


def test_a_search_without_a_hit_says_so(atlas: Page) -> None:
    atlas.get_by_role("searchbox", name="Search", exact=True).fill("zzzzqqqq")
    expect(status(atlas)).to_contain_text("No row matches")
    atlas.get_by_role("button", name="Clear").click()
    expect(shown(atlas).first).to_be_visible()


def test_a_filter_works_by_keyboard_and_lands_in_the_address(atlas: Page) -> None:
    atlas.get_by_role("searchbox", name="Search", exact=True).focus()
    role = atlas.get_by_role("combobox", name="Role")
    for _ in range(12):
        atlas.keyboard.press("Tab")
        if role.evaluate("select => select === document.activeElement"):
            break
    expect(role).to_be_focused()
    atlas.keyboard.type("foundation")
    expect(role).to_have_value("foundation")
    assert set(column(atlas, "Role")) == {"foundation"}
    filtered = status(atlas).text_content()
    assert "role=foundation" in atlas.url
    atlas.reload()
    expect(status(atlas)).to_have_text(filtered or "")


def test_a_column_sorts_both_ways(atlas: Page) -> None:
    head = atlas.locator("#atlas th").filter(has=atlas.get_by_role("button", name="Value"))
    for direction, flip in (("ascending", False), ("descending", True)):
        head.get_by_role("button").press("Enter")
        expect(head).to_have_attribute("aria-sort", direction)
        values = [float(text.removesuffix("%")) for text in column(atlas, "Value")]
        assert values == sorted(values, reverse=flip)
        expect(head.get_by_role("button")).to_be_focused()


def test_a_row_leads_to_its_source(atlas: Page) -> None:
    link = shown(atlas).first.get_by_role("link")
    name = link.inner_text()
    link.click()
    atlas.wait_for_url(f"**/evidence/*.html#{name}")
    expect(atlas.locator(":target")).to_be_in_viewport()


@pytest.mark.parametrize("table", ["facts", "models"])
def test_the_other_tables_open_and_their_rows_resolve(atlas: Page, table: str) -> None:
    atlas.get_by_role("combobox", name="Show").select_option(table)
    expect(atlas.locator("#atlas thead")).to_contain_text({"facts": "Statement", "models": "Family"}[table])
    shown(atlas).first.get_by_role("link").click()
    atlas.wait_for_url("**/evidence/*.html#*")
    expect(atlas.locator(":target")).to_be_in_viewport()


def test_it_works_from_a_file(page: Page, book: Path) -> None:
    page.goto((book / ATLAS).as_uri())
    page.locator("#atlas").get_by_role("button", name="Show all rows").click()
    expect(shown(page).first).to_be_visible()
    page.get_by_role("searchbox", name="Search", exact=True).fill("evo2")
    expect(status(page)).to_contain_text("page 1")
    shown(page).first.get_by_role("link").click()
    expect(page.locator(":target")).to_be_in_viewport()


def test_without_scripts_the_list_of_sources_stands_in(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{ATLAS}")
    expect(page.locator("#atlas")).to_be_hidden()
    sources = page.get_by_role("region", name="Sources of the evidence").get_by_role("link")
    expect(sources.first).to_be_visible()
    sources.first.click()
    expect(page.locator("h1")).to_be_visible()
    assert "/evidence/" in page.url
    context.close()


def test_the_downloads_are_there(page: Page, site: str) -> None:
    page.goto(f"{site}{ATLAS}")
    links = page.locator("a[href*='evidence/download/']").evaluate_all("links => links.map((link) => link.href)")
    assert len(links) > 5
    for link in links:
        answer = page.request.get(link)
        assert answer.ok, link
        assert len(answer.body()) > 0, link
