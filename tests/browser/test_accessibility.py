"""axe-core finds nothing on any page, light and dark, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.book import CONTENTS, GENERATED, largest_source

STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
# A style element would be refused by the content policy of the pages.
ADD_STYLE = """(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
# A table repeats one form of row thousands of times, and axe looks at each for half a second in all.
FIRST_ROWS = (
    'document.querySelectorAll("tbody").forEach((body) => { while (body.rows.length > 15) body.deleteRow(15); })'
)
# Without preload axe does not fetch style sheets again, relative to the wrong folder.
EVERYTHING = {"resultTypes": ["violations"], "preload": False}
COLOURS = EVERYTHING | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# The colour scheme changes colours alone; the width changes what is shown and what scrolls.
LOOKS: list[tuple[Literal["light", "dark"], int, dict[str, Any]]] = [
    ("light", 1280, EVERYTHING),
    ("light", 390, EVERYTHING),
    ("dark", 1280, COLOURS),
    ("dark", 390, COLOURS),
]


def violations(page: Page) -> Iterator[str]:
    """One line each: the look, the rule, the element, and what is wrong with it."""
    page.evaluate(ADD_STYLE, STILL)
    page.evaluate(FIRST_ROWS)
    for scheme, width, options in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        # The theme makes what scrolls a stop for the keyboard, 300 ms after the width has changed.
        page.wait_for_timeout(400)
        for violation in Axe().run(page, options=options).response["violations"]:
            for node in violation["nodes"]:
                why = "; ".join(check["message"] for check in node["any"] or node["all"] or node["none"])
                yield f"{scheme} {width} {violation['id']} ({violation['impact']}) {node['target'][0]}: {why}"


def expect_none(page: Page) -> None:
    found = list(violations(page))
    if found:
        pytest.fail(f"{len(found)} violations\n" + "\n".join(found[:40]), pytrace=False)


@pytest.mark.parametrize("name", [*CONTENTS, *GENERATED, "largest source", "search"])
def test_no_violation(page: Page, site: str, name: str) -> None:
    name = largest_source() if name == "largest source" else name
    page.goto(f"{site}{name}.html", wait_until="load")
    expect_none(page)


def test_no_violation_in_the_open_atlas(page: Page, site: str) -> None:
    page.goto(f"{site}backmatter/atlas.html")
    page.get_by_role("button", name="Show all rows").click()
    page.locator("#atlas tbody tr").first.wait_for()
    expect_none(page)


def test_planted_violations_are_seen(page: Page) -> None:
    page.set_content(
        "<!doctype html><html lang=en><title>x</title><main><h1>x</h1>"
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><p><a href='#x'></a></p>"
        "<style>@media (prefers-color-scheme: dark) { p { color: #aaa } }"
        "</style><p>faint in the dark</p></main></html>"
    )
    rules = {tuple(line.split()[:3]) for line in violations(page)}
    assert rules >= {("light", "1280", "image-alt"), ("light", "390", "link-name"), ("dark", "1280", "color-contrast")}
    assert not any(scheme == "light" and rule == "color-contrast" for scheme, _, rule in rules)
