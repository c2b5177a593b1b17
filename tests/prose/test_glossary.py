"""The glossary: each term is defined once, and used by the text."""

from __future__ import annotations

import re
from collections import Counter

from fmgenomics.evidence import ROOT

GLOSSARY = (ROOT / "backmatter" / "glossary.md").read_text("utf-8")
BODY = GLOSSARY.split(":::{glossary}\n", 1)[1].split("\n:::", 1)[0]
TERMS = [line.strip() for line in BODY.splitlines() if line and not line.startswith((" ", "\t"))]
ROLE = re.compile(r"\{term\}`(?:[^`<]*<([^>`]+)>|([^`]+))`")
CHAPTERS = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "chapters").glob("*.md"))}


def used(text: str) -> set[str]:
    return {(inner or plain).strip().casefold() for inner, plain in ROLE.findall(text)}


def test_there_are_enough_terms() -> None:
    assert len(TERMS) >= 60


def test_each_term_is_defined_once() -> None:
    assert [term for term, count in Counter(term.casefold() for term in TERMS).items() if count > 1] == []


def test_each_term_is_used_by_a_chapter() -> None:
    everywhere = set().union(*(used(text) for text in CHAPTERS.values()))
    assert [term for term in TERMS if term.casefold() not in everywhere] == []


def test_each_used_term_is_defined() -> None:
    known = {term.casefold() for term in TERMS}
    assert {name: sorted(used(text) - known) for name, text in CHAPTERS.items() if used(text) - known} == {}


def test_a_chapter_links_a_term_at_its_first_use_and_not_twice_in_a_row() -> None:
    """A term is linked where it first helps; a page full of links to one entry helps nobody."""
    for name, text in CHAPTERS.items():
        counts = Counter((inner or plain).strip().casefold() for inner, plain in ROLE.findall(text))
        assert [term for term, count in counts.items() if count > 4] == [], name
