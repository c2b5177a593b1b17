"""Where each row of the evidence stands in the built book. These addresses are public: they never change."""

from __future__ import annotations

from fmgenomics.bibliography import Entry, short_citation
from fmgenomics.evidence import Evidence
from fmgenomics.evidence.records import Fact, Result

FOLDER = "evidence"
"""The folder of the built book that holds the evidence pages, the data and the downloads."""


def source_page(source: str) -> str:
    """The page of a source, relative to the root of the book, without suffix."""
    return f"{FOLDER}/{source}"


MODELS_PAGE = f"{FOLDER}/models"
BENCHMARKS_PAGE = f"{FOLDER}/benchmarks"


def fact_address(fact: Fact) -> tuple[str, str]:
    """Page and anchor of a fact; the anchor leaves out the source, which the page is about."""
    return source_page(fact.source), fact.id.partition(".")[2]


def result_address(evidence: Evidence, result: Result) -> tuple[str, str]:
    return source_page(evidence.tables[result.table].source), result.id


def cited(entry: Entry) -> str:
    """``Brixi et al. 2026``"""
    return short_citation(entry)
