"""What the roles write, and how an id that does not exist is told."""

from __future__ import annotations

import pytest

from fmgenomics.evidence import Evidence, load
from fmgenomics.pages import roles
from fmgenomics.pages.roles import UnknownRow


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


def test_a_fact_has_its_row_and_its_place_in_the_source(evidence: Evidence) -> None:
    fact = next(fact for fact in evidence.facts.values() if fact.confidence == "confirmed")
    number = roles.fact_number(evidence, fact.id, {})
    assert number.page == f"evidence/{fact.source}"
    assert f"{fact.source}.{number.anchor}" == fact.id
    assert fact.locator in number.source


def test_a_second_hand_fact_says_so(evidence: Evidence) -> None:
    fact = next(fact for fact in evidence.facts.values() if fact.confidence == "secondary")
    assert roles.fact_number(evidence, fact.id, {}).source.endswith("second-hand")


def test_attributes_of_models_and_benchmarks(evidence: Evidence) -> None:
    model = next(model for model in evidence.models.values() if model.parameters)
    assert roles.fact_number(evidence, f"{model.id}.parameters", {}).page == "evidence/models"
    benchmark = next(benchmark for benchmark in evidence.benchmarks.values() if benchmark.tasks)
    assert roles.fact_number(evidence, f"{benchmark.id}.tasks", {}).anchor == benchmark.id


def test_a_result_links_to_its_own_row(evidence: Evidence) -> None:
    result = next(iter(evidence.results.values()))
    number = roles.result_number(evidence, result.id, {})
    assert number.anchor == result.id
    assert number.page == f"evidence/{evidence.tables[result.table].source}"


@pytest.mark.parametrize("name", ["nowhere.nothing", "evo2-40b.weight", ""])
def test_an_unknown_fact_is_refused(evidence: Evidence, name: str) -> None:
    with pytest.raises(UnknownRow, match="no fact has the id"):
        roles.fact_number(evidence, name, {})


def test_the_nearest_id_is_named(evidence: Evidence) -> None:
    fact = next(iter(evidence.facts))
    with pytest.raises(UnknownRow, match=f"nearest: {fact}"):
        roles.fact_number(evidence, fact[:-1] + "x", {})


def test_an_attribute_that_was_not_seen_is_refused(evidence: Evidence) -> None:
    model = next(model for model in evidence.models.values() if not model.parameters)
    with pytest.raises(UnknownRow, match="has no parameters"):
        roles.fact_number(evidence, f"{model.id}.parameters", {})


def test_an_unknown_result_is_refused(evidence: Evidence) -> None:
    result = next(iter(evidence.results))
    with pytest.raises(UnknownRow, match="nearest"):
        roles.result_number(evidence, result + "9", {})


@pytest.mark.parametrize("text", ["x;round", "x;digits=two", "x;percent=yes"])
def test_an_unknown_option_is_refused(text: str) -> None:
    with pytest.raises(UnknownRow, match="unknown option"):
        roles._options(text)


def test_a_percentage_is_not_multiplied_twice(evidence: Evidence) -> None:
    result = next(result for result in evidence.results.values() if result.unit == "percent")
    with pytest.raises(UnknownRow, match="a percentage already"):
        roles.result_number(evidence, result.id, {"percent": True})
