"""What a reader does: open every page, walk the book, search it, follow a citation and a number to their source."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.book import CONTENTS, GENERATED, STICKING_OUT, largest_source

EVERY_PAGE = [*CONTENTS, *GENERATED]


@pytest.mark.parametrize("name", [*EVERY_PAGE, "index", "search", "genindex"])
def test_opens_without_errors_or_foreign_requests(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}{name}.html", wait_until="load")
    page.wait_for_url("**/book/**")
    expect(page.locator("main h1:visible").first).to_be_visible()


@pytest.mark.parametrize("name", [*EVERY_PAGE, "largest source", "search"])
def test_nothing_scrolls_sideways_on_a_phone(page: Page, site: str, name: str) -> None:
    name = largest_source() if name == "largest source" else name
    page.goto(f"{site}{name}.html")
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(STICKING_OUT) == []


def test_next_and_previous_walk_the_whole_book(page: Page, site: str) -> None:
    page.goto(f"{site}{CONTENTS[0]}.html")
    expect(page.locator("a.left-prev")).to_have_count(0)
    for name in CONTENTS[1:]:
        page.locator("a.right-next").click()
        page.wait_for_url(f"{site}{name}.html")
    expect(page.locator("a.right-next")).to_have_count(0)
    for name in CONTENTS[-2::-1]:
        page.locator("a.left-prev").click()
        page.wait_for_url(f"{site}{name}.html")


def test_the_sidebar_opens_and_closes_on_a_phone(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site}{CONTENTS[0]}.html")
    entries = page.locator(
        ".bd-sidebar-primary nav a.reference.internal:visible, dialog nav a.reference.internal:visible"
    )
    expect(entries).to_have_count(0)
    page.locator("button.primary-toggle").click()
    expect(entries).to_have_count(len(CONTENTS))
    page.keyboard.press("Escape")
    expect(entries).to_have_count(0)
    page.locator("button.primary-toggle").click()
    entries.nth(1).click()
    page.wait_for_url(f"{site}{CONTENTS[1]}.html")


def test_the_contents_of_a_page_follow_the_reader(page: Page, site: str) -> None:
    page.goto(f"{site}{CONTENTS[1]}.html")
    contents = page.locator("#pst-secondary-sidebar nav a")
    assert contents.count() > 2
    last = contents.last
    expect(last).not_to_have_class(re.compile("active"))
    page.locator("article").locator(last.get_attribute("href") or "").scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#pst-secondary-sidebar nav a.active").last).to_be_visible()


@pytest.mark.parametrize("term", ["scGPT", "Evo 2"])
def test_search_finds_a_model_by_its_name(page: Page, site: str, term: str) -> None:
    page.goto(f"{site}{CONTENTS[0]}.html")
    page.locator("button.search-button__button:visible, button.search-button:visible").first.click()
    page.locator("input[type=search]:visible").first.fill(term)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    hits = page.locator("#search-results ul.search a")
    expect(hits.first).to_be_visible()
    assert any("chapters/" in (hit.get_attribute("href") or "") for hit in hits.all())
    hits.first.click()
    expect(page.locator("article")).to_contain_text(term.split()[0], ignore_case=True)


def test_a_citation_shows_its_reference_and_leads_to_it(page: Page, site: str) -> None:
    for name in CONTENTS[:6]:
        page.goto(f"{site}{name}.html")
        citations = page.locator("article .bibtex-citation a")
        assert citations.count(), f"{name} cites nothing"
        titles = citations.evaluate_all("links => links.map((link) => link.title)")
        assert min(map(len, titles)) > 20, f"{name} has a citation without its reference on hover: {titles}"
    citations.first.click()
    page.wait_for_url("**/backmatter/references.html#*")
    expect(page.locator(":target")).to_be_in_viewport()


@pytest.mark.parametrize("name", CONTENTS[:6])
def test_a_number_leads_to_its_row(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}{name}.html")
    number = page.locator("article a.evidence-number[href*='#']").first
    source = number.get_attribute("title")
    assert source, "a number without its source on hover"
    number.click()
    page.wait_for_url("**/evidence/*.html#*")
    row = page.locator(":target")
    expect(row).to_be_in_viewport()
    plain = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert row.evaluate("row => getComputedStyle(row).backgroundColor") not in (plain, "rgba(0, 0, 0, 0)")


def test_dark_mode_is_chosen_once_for_the_whole_book(page: Page, site: str) -> None:
    page.goto(f"{site}{CONTENTS[0]}.html")
    backgrounds = {}
    for _ in range(3):
        mode = page.locator("html").get_attribute("data-mode")
        backgrounds[mode] = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
        page.locator("button.theme-switch-button:visible").first.click()
    assert set(backgrounds) == {"auto", "light", "dark"}
    assert backgrounds["dark"] != backgrounds["light"]
    while page.locator("html").get_attribute("data-mode") != "dark":
        page.locator("button.theme-switch-button:visible").first.click()
    for name in (CONTENTS[1], "evidence/models"):
        page.goto(f"{site}{name}.html")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("name", CONTENTS[:6])
def test_a_chapter_reads_without_scripts(browser: Browser, site: str, name: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{name}.html")
    expect(page.locator("article h1")).to_be_visible()
    expect(page.locator("article p").first).to_be_visible()
    context.close()
