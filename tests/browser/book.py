"""The pages of the book, by its table of contents and by what the build adds to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"


def _walk(entry: object) -> Iterator[str]:
    if isinstance(entry, dict):
        yield from (entry[key] for key in ("root", "file") if key in entry)
        entry = list(entry.values())
    if isinstance(entry, list):
        for part in entry:
            yield from _walk(part)


CONTENTS: list[str] = list(_walk(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))))
"""Every page of the table of contents, in its order."""

GENERATED = ["evidence/models", "evidence/benchmarks", "evidence/verdict"]
"""Pages that are not in it; those of the sources are as many as the bibliography has entries."""


def largest_source() -> str:
    """The page of the source with the most rows: the heaviest table of its kind."""
    pages = [page for page in (HTML / "evidence").glob("*.html") if f"evidence/{page.stem}" not in GENERATED]
    return f"evidence/{max(pages, key=lambda page: page.stat().st_size).stem}"


STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  const wide = document.scrollingElement.scrollWidth;
  if (wide <= width) return [];
  const inside = (element) => {
    for (let up = element.parentElement; up && up !== document.body; up = up.parentElement)
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  const out = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > width + 1 && !inside(e));
  return [`${wide} px on a screen of ${width}`, ...out.slice(0, 5).map((e) => e.outerHTML.slice(0, 160))];
}"""
"""What makes a page scroll sideways, as a script for the browser: nothing, or the width and the first elements."""
