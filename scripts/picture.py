"""Take the picture of the README: the first page of the built book in docs/picture.png. Run make book first."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from scripts.chromium import FLAGS, MISSING, executable

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "_build" / "html" / "chapters" / "index.html"
PICTURE = ROOT / "docs" / "picture.png"
WIDTH, HEIGHT = 1280, 1040


def main() -> int:
    program = executable()
    if program is None:
        print(MISSING, file=sys.stderr)
        return 1
    if not PAGE.exists():
        print("there is no built book in _build/html: run make book first", file=sys.stderr)
        return 1
    PICTURE.parent.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        page.goto(PAGE.as_uri(), wait_until="load")
        # The chart is what the picture is for.
        page.locator("#index-verdict").evaluate("section => scrollTo(0, section.getBoundingClientRect().top - 90)")
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE.relative_to(ROOT)}: {WIDTH} x {HEIGHT}, {PICTURE.stat().st_size / 1024:.0f} KiB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
