"""Thirty queries as people type them, each with the place that must be among the first three results."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

QUERIES = {
    "Evo 2": "#variant-effects|#genome-language-models|#zero-shot-scores",
    "evo2": "#variant-effects|#genome-language-models|#zero-shot-scores",
    "EVO-2": "#variant-effects|#genome-language-models|#zero-shot-scores",
    "DNABERT-2": "#genome-language-models",
    "dnabert2": "#genome-language-models",
    "scGPT": "#single-cell-models|#fine-tuning",
    "Geneformer": "#single-cell-models",
    "HyenaDNA": "#genome-language-models",
    "nucleotide transformer": "#genome-language-models",
    "Caduceus": "#genome-language-models|#equivariance",
    "AlphaGenome": "#variant-effects|#baselines|#unique-genomic-challenges",
    "ESM-2": "#protein-models",
    "ESM2": "#protein-models",
    "CADD": "#term-CADD",
    "k-mer": "#term-k-mer",
    "kmer": "#term-k-mer",
    "AUPRC": "#term-AUPRC",
    "eQTL": "#term-eQTL",
    "ClinVar": "#term-ClinVar",
    "data leakage": "#term-Data-leakage",
    "splits and leakage": "#splits-and-leakage",
    "homology split": "#term-Homology-aware-split",
    "zero shot": "#zero-shot",
    "fine-tuning": "#fine-tuning|#term-Fine-tuning",
    "perturbation": "#perturbation-response",
    "pertubation": "#perturbation-response",
    "class imbalance": "#imbalance",
    "GPU hours": "#what-a-gain-costs",
    "decision guide": "#the-decision-guide",
    "multi-omics": "#multi-omics",
    "cell type annotation": "#term-Cell-type-annotation|#cell-types-and-integration",
    "long context": "#long-context",
    "Kedzierska": "#cell-types|#zero-shot",
}


@pytest.fixture(scope="module")
def searching(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{site}search.html?q=start")
    expect(page.locator("#search-status")).to_contain_text("“start”")
    yield page
    context.close()


def first_three(page: Page, query: str) -> list[str]:
    page.locator(".bd-search-container input").fill(query)
    expect(page.locator("#search-status")).to_contain_text(f"“{query}”")
    links = page.locator("#search-results li > a").all()[:3]
    return [link.get_attribute("href") or "" for link in links]


def test_there_are_thirty_queries() -> None:
    assert len(QUERIES) >= 30


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_lands_on_its_section(searching: Page, query: str) -> None:
    found = first_three(searching, query)
    assert any(re.search(QUERIES[query], address) for address in found), found


@pytest.mark.parametrize(
    ("query", "row"), [("evo2-40b", "#evo2-40b"), ("Evo 2 40B", "#evo2-40b"), ("TraitGym", "benchmarks.html#traitgym")]
)
def test_a_row_of_the_evidence_is_found_by_its_name(searching: Page, query: str, row: str) -> None:
    first_three(searching, query)
    links = searching.locator("#search-results li > a").all()
    assert any(row in (link.get_attribute("href") or "") for link in links)


def test_a_result_leads_to_its_place(searching: Page, site: str) -> None:
    address = first_three(searching, "k-mer")[0]
    searching.goto(f"{site}{address}")
    expect(searching.locator(":target")).to_be_in_viewport()
    searching.go_back()
    expect(searching.locator("#search-results li").first).to_be_visible()


@pytest.mark.parametrize("query", ["<zzzz>", "zzzzqqqq", "…", "a" * 300])
def test_a_query_without_a_result_says_so(searching: Page, query: str) -> None:
    assert first_three(searching, query) == []
    expect(searching.locator("#search-status")).to_contain_text("Nothing found")
