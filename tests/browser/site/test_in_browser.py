"""What a reader, a keyboard and a printer meet on the pages as they are served, and as they lie in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.book import CONTENTS, GENERATED, STICKING_OUT, largest_source
from tests.browser.conftest import Faults

CHARTED = "chapters/part4_fm_reality_check"
CODED = "chapters/part4_fm_evaluation_methods"
EVERY = [*CONTENTS, *GENERATED, "largest source", "search", "genindex"]


def open_(page: Page, site: str, name: str) -> None:
    name = largest_source() if name == "largest source" else name
    page.goto(f"{site}{name}.html", wait_until="load")


@pytest.mark.parametrize("name", [*EVERY, "404", "index"])
def test_works_from_a_folder(context: BrowserContext, book: Path, name: str) -> None:
    """Nothing refused by the content policy, nothing missing, no script error, no network, from ``file://`` as well."""
    name = largest_source() if name == "largest source" else name
    faults = Faults("http://nowhere.invalid")
    page = context.new_page()
    faults.watch(page)
    page.goto((book / f"{name}.html").as_uri(), wait_until="load")
    expect(page.locator("h1:visible").first).to_be_visible()
    assert faults.seen == []


def test_a_search_works_from_a_folder(context: BrowserContext, book: Path) -> None:
    page = context.new_page()
    page.goto((book / "search.html").as_uri() + "?q=evo2")
    expect(page.locator("#search-results li").first).to_be_visible()


@pytest.mark.parametrize("name", [CONTENTS[0], CHARTED, "search"])
def test_every_icon_is_drawn(page: Page, site: str, name: str) -> None:
    """The icon font holds a glyph for each: a box of its own, and not the box that stands for a missing one."""
    open_(page, site, name)
    page.wait_for_timeout(200)
    icons = page.evaluate(
        """async () => {
          await document.fonts.ready;
          const found = [];
          for (const icon of document.querySelectorAll("[class*='fa-']")) {
            const style = getComputedStyle(icon, "::before");
            const text = style.content.replace(/"/g, "");
            const drawn = icon.checkVisibility() && icon.getBoundingClientRect().width;
            const known = document.fonts.check(`900 16px "Font Awesome 6 Free"`, text);
            found.push([icon.className, text, known, drawn]);
          }
          return found;
        }"""
    )
    assert len(icons) > 5
    assert [icon for icon in icons if len(icon[1]) != 1 or not icon[2]] == []
    assert sum(1 for icon in icons if icon[3]) >= 4
    faces = page.evaluate("() => [...document.fonts].map((face) => [face.family, face.status])")
    assert ["Font Awesome 6 Free", "loaded"] in [[family.strip('"'), status] for family, status in faces]


def test_the_menu_of_downloads_opens_and_closes(page: Page, site: str) -> None:
    open_(page, site, CHARTED)
    button = page.get_by_role("button", name="Download this page")
    entry = page.locator(".dropdown-menu .btn-download-pdf-button")
    page.mouse.move(0, 0)
    expect(entry).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(entry).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(entry).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(entry).to_be_hidden()
    button.click()
    box = entry.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 1280
    page.locator("h1:visible").click()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_the_print_button_prints(page: Page, site: str) -> None:
    page.add_init_script("window.print = () => { window.printed = true; }")
    open_(page, site, CHARTED)
    page.get_by_role("button", name="Download this page").click()
    page.locator(".btn-download-pdf-button").click()
    assert page.evaluate("() => window.printed") is True


def test_code_can_be_copied(page: Page, site: str, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_(page, site, CODED)
    folded = page.locator("details:has(.highlight) > summary").first
    folded.scroll_into_view_if_needed()
    folded.click()
    code = page.locator(".highlight pre").first
    code.hover()
    button = page.locator("button.copybtn").first
    expect(button).to_be_visible()
    button.click()
    text = page.evaluate("() => navigator.clipboard.readText()")
    assert text.strip() == code.inner_text().strip()


def test_a_citation_says_what_it_cites_on_focus_and_on_hover(page: Page, site: str) -> None:
    open_(page, site, CHARTED)
    tip = page.locator("#book-tip")
    expect(tip).to_be_hidden()
    for selector in ("article .bibtex-citation a", "article a.evidence-number"):
        link = page.locator(selector).first
        words = link.get_attribute("title") or ""
        assert len(words) > 10
        link.focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        expect(link).to_be_focused()
        expect(tip).to_be_visible()
        expect(tip).to_have_text(words)
        expect(link).to_have_attribute("aria-describedby", "book-tip")
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()
        assert link.get_attribute("title") == words
        link.hover()
        expect(tip).to_have_text(words)
        expect(tip).to_be_in_viewport(ratio=1)
        page.mouse.move(0, 0)
        expect(tip).to_be_hidden()


def test_the_contents_list_follows_the_reader(page: Page, site: str) -> None:
    open_(page, site, CHARTED)
    entries = page.locator("#pst-page-toc-nav > ul > li > a")
    for number in (2, 0):
        target = (entries.nth(number).get_attribute("href") or "").removeprefix("#")
        page.evaluate("(id) => document.getElementById(id).scrollIntoView()", target)
        expect(page.locator("#pst-page-toc-nav > ul > li.active > a").first).to_have_attribute("href", f"#{target}")


def test_the_words_of_a_mark_come_when_it_is_pointed_at(page: Page, site: str) -> None:
    open_(page, site, CHARTED)
    figure = page.locator("figure[data-marks]").first
    figure.scroll_into_view_if_needed()
    mark = figure.locator(".wide a").first
    with page.expect_response("**/charts/*.js"):
        mark.dispatch_event("pointerover")
    expect(mark.locator("title")).not_to_have_text("its row")
    assert "against" in (mark.locator("title").text_content() or "")


def test_the_theme_is_dark_before_the_first_script_file(browser: Browser, site: str) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(f"{site}{CONTENTS[0]}.html", wait_until="load")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    context.close()


FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const ringed = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  const box = at.getBoundingClientRect();
  // The theme draws the ring of a search field around its form.
  const ring = [at, at.closest("form.bd-search")].some((element) => element && ringed(getComputedStyle(element)));
  return { what: at.outerHTML.slice(0, 120), ring, seen: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth };
}"""


@pytest.mark.parametrize("name", [CONTENTS[0], CHARTED, "backmatter/atlas", "search", "evidence/models"])
def test_the_keyboard_shows_where_it_is(page: Page, site: str, name: str) -> None:
    open_(page, site, name)
    page.mouse.click(1, 1)
    stops = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            break
        stops += 1
        assert focus["ring"], f"no visible focus: {focus['what']}"
        assert focus["seen"], f"focus on what nobody sees: {focus['what']}"
    assert stops > 4


@pytest.fixture
def large(browser: Browser) -> Iterator[Page]:
    """A reader with text at twice the size: the page has half the width in its own units."""
    context = browser.new_context(viewport={"width": 640, "height": 512}, device_scale_factor=2)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", [*CONTENTS, "search"])
def test_nothing_is_cut_off_at_twice_the_text_size(large: Page, site: str, name: str) -> None:
    open_(large, site, name)
    assert large.evaluate(STICKING_OUT) == []
    large.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    large.set_viewport_size({"width": 1280, "height": 900})
    assert large.evaluate(STICKING_OUT) == []


@pytest.mark.parametrize("name", [CONTENTS[0], "evidence/models"])
def test_nothing_moves_for_those_who_asked_for_it(page: Page, site: str, name: str) -> None:
    open_(page, site, name)
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((e) => {
          const style = getComputedStyle(e);
          return style.animationName !== "none" || style.transitionDuration.split(",").some((d) => parseFloat(d) > 0) || style.scrollBehavior === "smooth";
        }).map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert moving == []


@pytest.mark.parametrize("name", [CHARTED, CODED])
def test_paper_gets_the_text_whole_and_no_controls(page: Page, site: str, name: str) -> None:
    open_(page, site, name)
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    for gone in (".bd-sidebar-primary", ".bd-header-article", "#pst-back-to-top", ".prev-next-footer"):
        assert page.locator(f"{gone}:visible").count() == 0, gone
    assert page.locator("details:not([open])").count() == 0
    scrolled = page.evaluate(
        "() => [...document.querySelectorAll('article .scroll')].filter((e) => getComputedStyle(e).overflowX !== 'visible').length"
    )
    assert scrolled == 0
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert page.locator("article details[open]").count() == 0


def test_without_scripts_nothing_is_shown_that_needs_them(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{CONTENTS[0]}.html")
    assert page.locator(".pst-js-only:visible").count() == 0
    colour = page.locator("h1:visible").first.evaluate("e => getComputedStyle(e).color")
    assert colour != page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", [*CONTENTS, "search"])
def test_every_target_is_large_enough(page: Page, site: str, name: str, width: int) -> None:
    """WCAG 2.2, 2.5.8, which axe leaves out unless asked."""
    page.set_viewport_size({"width": width, "height": 900})
    open_(page, site, name)
    options = {"runOnly": {"type": "rule", "values": ["target-size"]}, "resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, options=options).response["violations"]
    assert [node["html"][:160] for violation in found for node in violation["nodes"]] == []
