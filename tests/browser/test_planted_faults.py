"""The watch over every page and the measure of its width, shown faults that they must see."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.book import STICKING_OUT
from tests.browser.conftest import Faults


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ("<script>console.error('planted')</script>", "console: planted"),
        ("<script>undefined_name</script>", "script error: undefined_name is not defined"),
        ("<img src='https://foreign.invalid/x.png' alt='x'>", "foreign: https://foreign.invalid/x.png"),
        ("<link rel=stylesheet href='//foreign.invalid/x.css'>", "foreign: http://foreign.invalid/x.css"),
        ("<script src='/root.js'></script>", "404: "),
        ("<img src='missing.png' alt='x'>", "404: "),
    ],
)
def test_a_fault_of_a_page_is_seen(context: BrowserContext, site: str, planted: str, seen: str) -> None:
    faults = Faults(site)
    page = context.new_page()
    faults.watch(page)
    body = f"<!doctype html><html lang=en><title>x</title><link rel=icon href='data:,'>{planted}"
    page.route("**/planted.html", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.route("**://foreign.invalid/**", lambda route: route.abort())
    page.goto(f"{site}planted.html", wait_until="load")
    assert any(seen in fault for fault in faults.seen), faults.seen


@pytest.mark.parametrize(
    ("planted", "sticks_out"),
    [
        ("<p style='width:500px'>wide</p>", True),
        ("<p>" + "x" * 200 + "</p>", True),
        ("<div style='overflow-x:auto'><p style='width:500px'>scrolls inside itself</p></div>", False),
    ],
)
def test_a_wide_element_is_seen(context: BrowserContext, planted: str, sticks_out: bool) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 800})
    page.set_content(f"<!doctype html><html lang=en><title>x</title>{planted}")
    assert bool(page.evaluate(STICKING_OUT)) is sticks_out
