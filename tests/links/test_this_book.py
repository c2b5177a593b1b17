"""The book itself: nothing is wrong in its sources nor, once built, in its pages."""

from __future__ import annotations

from pathlib import Path

from fmgenomics.links import __main__ as command

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "_build" / "html"


def test_sources() -> None:
    assert "\n".join(map(str, command.collect(ROOT, None))) == ""


def test_built_pages() -> None:
    assert (BUILT / "index.html").is_file(), "the book is not built; run 'make book' (make test does)"
    assert "\n".join(map(str, command.collect(ROOT, BUILT))) == ""
