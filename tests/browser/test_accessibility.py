"""axe-core on every page, light and dark, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.book import CONTENTS, GENERATED, largest_source

pytestmark = pytest.mark.xdist_group("browser-accessibility")

LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]
# Rule, start of the selector, why it is allowed. An entry that nothing needs any more fails below.
ALLOWED = {
    ("region", ".sidebar-primary-items__start > .sidebar-primary-item:nth-child(1)"): (
        "sphinx-book-theme puts the title of the book beside, not into, the navigation landmark"
    ),
}
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
# Without preload axe does not fetch style sheets again, relative to the wrong folder.
OPTIONS = {"resultTypes": ["violations"], "preload": False}


def violations(page: Page) -> Iterator[tuple[str, str, str]]:
    """Rule, element and message of each violation in each look."""
    page.add_style_tag(content=STILL)
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        for violation in Axe().run(page, options=OPTIONS).response["violations"]:
            for node in violation["nodes"]:
                why = "; ".join(check["message"] for check in node["any"] or node["all"] or node["none"])
                yield violation["id"], str(node["target"][0]), f"{scheme} {width} {violation['impact']}: {why}"


@pytest.mark.parametrize("name", [*CONTENTS, *GENERATED, "largest source", "search"])
def test_no_violation(page: Page, site: str, name: str) -> None:
    name = largest_source() if name == "largest source" else name
    page.goto(f"{site}{name}.html", wait_until="load")
    found = [entry for entry in violations(page) if entry[:2] not in ALLOWED]
    if found:
        pytest.fail("\n".join(": ".join(entry) for entry in found), pytrace=False)


def test_no_violation_in_the_open_atlas(page: Page, site: str) -> None:
    page.goto(f"{site}backmatter/atlas.html")
    page.get_by_role("button", name="Show all rows").click()
    page.locator("#atlas tbody tr").first.wait_for()
    found = [entry for entry in violations(page) if entry[:2] not in ALLOWED]
    if found:
        pytest.fail("\n".join(": ".join(entry) for entry in found), pytrace=False)


def test_every_exception_is_still_needed(page: Page, site: str) -> None:
    page.goto(f"{site}{CONTENTS[0]}.html", wait_until="load")
    assert {entry[:2] for entry in violations(page)} == set(ALLOWED)


def test_planted_violations_are_seen(page: Page) -> None:
    page.set_content(
        "<!doctype html><html lang=en><title>x</title><main><h1>x</h1><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
        "<p style='color:#aaa;background:#fff'>faint</p><p><a href='#x' style='color:inherit'></a></p></main></html>"
    )
    assert {entry[0] for entry in violations(page)} >= {"image-alt", "color-contrast", "link-name"}
