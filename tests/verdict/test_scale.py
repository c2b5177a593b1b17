"""The verdict scale at its edges, its statistics against a second implementation, and what must not change it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fmgenomics.evidence import load
from fmgenomics.verdict import summary
from fmgenomics.verdict.contests import contests
from fmgenomics.verdict.gap import dataset_key, self_report_gap
from fmgenomics.verdict.guide import ADVICE, decision_guide
from fmgenomics.verdict.scale import VERDICTS, bootstrap, leave_one_out, rule, summarise

from .conftest import evidence


@pytest.mark.parametrize(
    ("papers", "count", "low", "high", "median_low", "closed", "expected"),
    [
        (2, 50, 0.5, 0.9, 0.5, 0.5, "too little evidence"),
        (3, 9, 0.5, 0.9, 0.5, 0.5, "too little evidence"),
        (3, 10, 0.5, 0.9, 0.5, 0.5, "small gain"),
        (5, 10, 0.5, 0.9, 0.5, 0.10, "clear gain"),
        (5, 10, 0.5, 0.9, 0.5, 0.0999, "small gain"),
        (5, 10, 0.5, 0.9, 0.0, 0.5, "small gain"),
        (5, 10, 0.5, 0.9, 0.5, None, "small gain"),
        (5, 10, 0.0, 0.9, 0.5, 0.5, "no gain"),
        (5, 10, -0.2, 0.0, -0.5, -0.5, "no gain"),
        (5, 10, -0.9, -0.0001, -0.9, -0.5, "worse"),
    ],
)
def test_the_rule_at_its_edges(papers: int, count: int, low: float, high: float, median_low: float, closed: float | None, expected: str) -> None:  # fmt: skip
    assert rule(papers, count, low, high, median_low, closed) == expected


def papers(outcomes: dict[str, list[int]]) -> list[dict[str, object]]:
    """Rows of papers whose contests come out as given."""
    rows: list[dict[str, object]] = []
    for source, values in outcomes.items():
        for number, outcome in enumerate(values):
            for model, value in (("fm-a", 0.8 + 0.05 * outcome), ("kmer", 0.8)):
                rows.append({"source": source, "model": model, "value": value, "dataset": f"d{number}"})
    return rows


def test_each_paper_counts_once_by_hand() -> None:
    found = summarise(contests(evidence(papers({"p1": [1, 1, 1, -1], "p2": [-1], "p3": [0, 1]}))))
    assert (found.papers, found.contests, found.wins, found.ties, found.losses) == (3, 7, 4, 1, 2)
    assert found.score == pytest.approx((0.5 - 1 + 0.5) / 3)
    assert found.leave_one_out == pytest.approx((-0.25, 0.5))


def test_the_bootstrap_agrees_with_scipy() -> None:
    scores = [0.1, -0.5, 0.7, 0.2, -0.9, 1.0, 0.3, 0.0]
    second = stats.bootstrap((scores,), np.mean, method="percentile", n_resamples=20_000, random_state=np.random.default_rng(1)).confidence_interval  # fmt: skip
    assert bootstrap(scores, draws=20_000) == pytest.approx((second.low, second.high), abs=0.02)


def test_the_bootstrap_gives_the_same_interval_every_time() -> None:
    assert bootstrap([0.1, 0.5, -0.2]) == bootstrap([0.1, 0.5, -0.2])


def test_leave_one_out_by_hand() -> None:
    assert leave_one_out([1.0, 0.0, -1.0]) == pytest.approx((-0.5, 0.5))


outcomes = st.dictionaries(
    st.sampled_from(["p1", "p2", "p3", "p4"]), st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=4), min_size=1
)


@settings(max_examples=30, deadline=None)
@given(outcomes)
def test_a_copied_contest_changes_nothing(given_outcomes: dict[str, list[int]]) -> None:
    found = contests(evidence(papers(given_outcomes)))
    assert summarise([*found, found[0]]) == summarise(found)


@settings(max_examples=30, deadline=None)
@given(outcomes)
def test_a_paper_without_a_contest_changes_nothing(given_outcomes: dict[str, list[int]]) -> None:
    rows = papers(given_outcomes)
    more = [*rows, {"source": "p9", "model": "fm-b", "value": 0.9}]
    assert summarise(contests(evidence(more))) == summarise(contests(evidence(rows)))


@settings(max_examples=30, deadline=None)
@given(outcomes)
def test_turning_every_outcome_turns_the_score(given_outcomes: dict[str, list[int]]) -> None:
    turned = {source: [-value for value in values] for source, values in given_outcomes.items()}
    one, other = (summarise(contests(evidence(papers(o)))) for o in (given_outcomes, turned))
    assert one.score == pytest.approx(-other.score)
    assert (one.wins, one.losses) == (other.losses, other.wins)


def test_a_wider_band_never_makes_a_win() -> None:
    found = contests(load())
    narrow, wide = summarise(found, 0.005), summarise(found, 0.02)
    assert wide.wins <= narrow.wins
    assert wide.losses <= narrow.losses


def test_the_computed_numbers_are_complete_and_the_same_every_time() -> None:
    book = load()
    values = summary.compute(book)
    assert values == summary.compute(load())
    assert values["all.contests"] == values["all.independent.contests"] + values["all.model-authors.contests"]
    assert {value for name, value in values.items() if name.endswith(".verdict")} <= set(VERDICTS)
    for name, value in values.items():
        if name.endswith((".low", ".high", ".score")):
            assert -1 <= float(value) <= 1, name


def test_the_decision_guide_has_a_line_for_every_task_with_a_contest() -> None:
    book = load()
    lines = decision_guide(book)
    assert {line.category for line in lines} == {contest.category for contest in contests(book)}
    assert all(line.advice in ADVICE.values() and line.names and line.leaders for line in lines)


GAP_ROWS = [
    {"source": "paper0", "model": "fm-a", "value": 0.90, "dataset": "GUE__emp_H3", "run_by": "model-authors"},
    {"source": "p1", "model": "fm-a", "value": 0.85, "dataset": "H3"},
    {"source": "p2", "model": "fm-a", "value": 0.81, "dataset": "H3"},
    {"source": "paper0", "model": "fm-a", "value": 0.70, "dataset": "unmatched", "run_by": "model-authors"},
    {"source": "p1", "model": "fm-b", "value": 0.70, "dataset": "unmatched"},
]


def test_the_gap_matches_the_same_model_on_the_same_data_by_hand() -> None:
    gap = self_report_gap(evidence(GAP_ROWS))
    assert len(gap.matches) == 1
    match = gap.matches[0]
    assert (match.own, match.others, match.how) == (0.90, pytest.approx(0.83), "exact")
    assert match.difference == pytest.approx(0.07)
    assert match.other_sources == ("p1", "p2")
    assert (gap.own, gap.unmatched) == (2, 1)


def test_a_quoted_value_is_no_second_measurement() -> None:
    rows = [dict(row) for row in GAP_ROWS[:2]]
    rows[1]["quoted"] = "paper0"
    assert self_report_gap(evidence(rows)).matches == ()


@pytest.mark.parametrize(("printed", "key"), [("GUE__emp_H3K9ac", "h3k9ac"), ("H3K9ac", "h3k9ac"), ("Genomic Benchmarks  coding", "coding"), ("GUE", "gue")])  # fmt: skip
def test_a_dataset_is_known_without_its_collection(printed: str, key: str) -> None:
    assert dataset_key(printed) == key
