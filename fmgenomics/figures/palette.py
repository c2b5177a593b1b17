"""The colours of the book's charts.

matplotlib draws with the stand-ins on the left; the page's style sheet gives each its light and its dark value, so that
one drawing follows the reader's mode. The pairs are told apart by readers who see colours differently, and no chart says anything by
colour alone.
"""

from __future__ import annotations

STAND_IN = {
    "ink": "#010101",
    "soft": "#020202",
    "grid": "#030303",
    "paper": "#040404",
    "foundation": "#050505",
    "comparator": "#060606",
    "tie": "#070707",
    "accent": "#080808",
    "second": "#090909",
    "third": "#0a0a0a",
    "fourth": "#0b0b0b",
    "wash": "#0c0c0c",
}

INK = STAND_IN["ink"]
SOFT = STAND_IN["soft"]
GRID = STAND_IN["grid"]
PAPER = STAND_IN["paper"]
FOUNDATION = STAND_IN["foundation"]
COMPARATOR = STAND_IN["comparator"]
TIE = STAND_IN["tie"]
ACCENT = STAND_IN["accent"]
SECOND = STAND_IN["second"]
THIRD = STAND_IN["third"]
FOURTH = STAND_IN["fourth"]
WASH = STAND_IN["wash"]

LIGHT = {
    "ink": "#1d2430",
    "soft": "#566170",
    "grid": "#dde1e7",
    "paper": "#ffffff",
    "foundation": "#0a5fa5",
    "comparator": "#b4480a",
    "tie": "#767f8b",
    "accent": "#6a3d9a",
    "second": "#00785a",
    "third": "#9a6a00",
    "fourth": "#a3276b",
    "wash": "#eef2f7",
}
DARK = {
    "ink": "#e6e9ee",
    "soft": "#aab4c2",
    "grid": "#343d49",
    "paper": "#121212",
    "foundation": "#6db7ff",
    "comparator": "#ff9d5c",
    "tie": "#98a2af",
    "accent": "#c7a5f0",
    "second": "#4fd1a8",
    "third": "#e8bd4f",
    "fourth": "#f58cc0",
    "wash": "#1d242d",
}


def css_variable(name: str) -> str:
    return f"--fig-{name}"


def style_rules() -> str:
    """The style rules that give the stand-ins their values in both modes of the theme."""

    def block(selector: str, values: dict[str, str]) -> str:
        return f"{selector}{{{';'.join(f'{css_variable(name)}:{value}' for name, value in values.items())}}}\n"

    return block(":root", LIGHT) + block("html[data-theme=dark]", DARK)
