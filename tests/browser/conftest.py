"""The built book as a reader has it: served below a path, as on a project site, and opened in the machine's Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from scripts.chromium import FLAGS, MISSING, executable
from tests.browser.book import HTML

# Two workers on two cores: a page may take a while.
expect.set_options(timeout=15_000)
PREFIX = "/book"
"""A project site lives below its name: an address that starts at the root of the host breaks there, and here."""


class _Below(SimpleHTTPRequestHandler):
    """Serves the book below PREFIX and nothing else."""

    def translate_path(self, path: str) -> str:
        below = path.removeprefix(PREFIX) if path.startswith(f"{PREFIX}/") else "/outside-of-the-book"
        return super().translate_path(below)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def book() -> Path:
    if not (HTML / "index.html").exists():
        pytest.fail("there is no built book in _build/html: run make book first", pytrace=False)
    return HTML


@pytest.fixture(scope="session")
def site(book: Path) -> Iterator[str]:
    """The address of the book, with a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Below, directory=str(book)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{PREFIX}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = executable()
    if program is None:
        pytest.fail(MISSING, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


class Faults:
    """What a page did that no page of the book may do."""

    def __init__(self, site: str) -> None:
        self.host = urlsplit(site).netloc
        self.seen: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self._note(page, message.type == "error", f"console: {message.text}"))
        page.on("pageerror", lambda error: self._note(page, True, f"script error: {error}"))
        # A page that is left before its pictures have come aborts them; that is no fault.
        page.on(
            "requestfailed",
            lambda request: self._note(
                page, request.failure != "net::ERR_ABORTED", f"failed request: {request.url} ({request.failure})"
            ),
        )
        page.on("response", lambda answer: self._note(page, answer.status >= 400, f"{answer.status}: {answer.url}"))
        page.on("request", lambda request: self._note(page, self._foreign(request.url), f"foreign: {request.url}"))

    def _foreign(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host

    def _note(self, page: Page, wrong: bool, what: str) -> None:
        if wrong:
            self.seen.append(f"{page.url}: {what}")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, site: str) -> Iterator[Page]:
    """A page that fails its test for any console error, failed request or foreign host, whatever else is tested."""
    faults = Faults(site)
    page = context.new_page()
    faults.watch(page)
    yield page
    assert faults.seen == []
