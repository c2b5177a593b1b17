"""Find the machine's own Chromium or Chrome, for the browser tests and the picture of the README."""

from __future__ import annotations

import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
MISSING = f"no Chromium found (looked for {', '.join(NAMES)}). Install one, on Debian: sudo apt-get install chromium"


def executable() -> str | None:
    """The program, or nothing; :data:`MISSING` says what to do then."""
    found = (path for path in map(shutil.which, NAMES) if path)
    return next(found, next((path for path in MAC if Path(path).exists()), None))
