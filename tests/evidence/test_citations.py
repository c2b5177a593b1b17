"""Every entry of the bibliography is used by a chapter or a row, and every key that is used is there."""

from __future__ import annotations

import re

from fmgenomics.evidence import ROOT, Evidence, load

CITE = re.compile(r"\{cite:?\w*\}`([^`]+)`")


def cited_in_text() -> set[str]:
    pages = [*(ROOT / "chapters").glob("*.md"), *(ROOT / "backmatter").glob("*.md")]
    text = "\n".join(page.read_text("utf-8") for page in pages)
    return {key.strip() for keys in CITE.findall(text) for key in keys.split(",")}


def cited_in_rows(evidence: Evidence) -> set[str]:
    keys = {table.source for table in evidence.tables.values()} | {fact.source for fact in evidence.facts.values()}
    keys |= {model.source for model in evidence.models.values()} | {b.source for b in evidence.benchmarks.values()}
    return keys | {result.quoted_from for result in evidence.results.values()}


def test_every_entry_is_used() -> None:
    evidence = load()
    assert sorted(set(evidence.bibliography) - cited_in_text() - cited_in_rows(evidence)) == []


def test_every_citation_exists() -> None:
    assert sorted(cited_in_text() - set(load().bibliography)) == []
