from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.book import HTML


@pytest.fixture(scope="session")
def book() -> Path:
    if not (HTML / "index.html").exists():
        pytest.fail("there is no built book in _build/html: run make book first", pytrace=False)
    return HTML
