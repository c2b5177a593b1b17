"""Contests, margins and outcomes, each against a number worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmgenomics.evidence import Evidence, load
from fmgenomics.verdict.contests import CLASS_GROUPS, Contest, contests, standard_error

from .conftest import evidence

Make = Callable[..., Evidence]


def only(found: tuple[Contest, ...]) -> Contest:
    assert len(found) == 1, found
    return found[0]


def pair(foundation: float, comparator: float, **more: object) -> Contest:
    rows = [{"source": "p1", "model": "fm-a", "value": foundation}, {"source": "p1", "model": "kmer", "setting": "from-scratch", "value": comparator}]  # fmt: skip
    return only(contests(evidence([row | more for row in rows])))


def test_a_contest_needs_both_sides(make: Make) -> None:
    assert contests(make([{"source": "p1", "model": "fm-a", "value": 0.9}])) == ()
    assert contests(make([{"source": "p1", "model": "kmer", "value": 0.9}])) == ()


def test_an_upper_bound_is_no_comparator(make: Make) -> None:
    assert contests(make([{"source": "p1", "model": m, "value": 0.9} for m in ("fm-a", "replicate")])) == ()


def test_each_way_of_use_is_a_contest_of_its_own(make: Make) -> None:
    rows = [{"source": "p1", "model": "fm-a", "value": 0.9, "setting": s} for s in ("zero-shot", "probe")]
    rows.append({"source": "p1", "model": "kmer", "value": 0.8, "setting": "from-scratch"})
    assert [contest.setting for contest in contests(make(rows))] == ["zero-shot", "probe"]


@pytest.mark.parametrize("field", ["dataset", "detail", "source"])
def test_different_things_do_not_meet(make: Make, field: str) -> None:
    rows = [{"source": "p1", "model": "fm-a", "value": 0.9}, {"source": "p1", "model": "kmer", "value": 0.8, field: "other"}]  # fmt: skip
    assert contests(make(rows)) == ()


def test_margin_in_three_readings_by_hand(make: Make) -> None:
    rows = [{"source": "p1", "model": m, "value": v} for m, v in (("fm-a", 0.9), ("fm-b", 0.7), ("fm-c", 0.6), ("kmer", 0.8), ("cnn", 0.5))]  # fmt: skip
    contest = only(contests(make(rows)))
    assert contest.margin("best") == pytest.approx(0.1)
    assert contest.margin("median") == pytest.approx(-0.1)
    assert contest.error_closed("best") == pytest.approx(0.5)
    assert dict(contest.wins_of_each()) == {"fm-a": 1, "fm-b": -1, "fm-c": -1}


def test_lower_is_better_turns_the_sign() -> None:
    contest = pair(2.0, 4.0, metric="mse", unit="native")
    assert contest.margin() == pytest.approx(2.0)
    assert contest.outcome() == 1
    assert contest.error_closed() is None


def test_percent_and_fraction_meet_on_one_scale(make: Make) -> None:
    rows = [{"source": "p1", "model": "fm-a", "value": 90.0, "unit": "percent"}, {"source": "p1", "model": "kmer", "value": 0.8}]  # fmt: skip
    assert only(contests(make(rows))).margin() == pytest.approx(0.1)


def test_replicates_are_averaged(make: Make) -> None:
    rows = [{"source": "p1", "model": "fm-a", "value": v} for v in (0.8, 1.0)]
    rows.append({"source": "p1", "model": "kmer", "value": 0.8})
    assert only(contests(make(rows))).margin() == pytest.approx(0.1)


def test_a_metric_without_a_better_direction_decides_nothing(make: Make) -> None:
    assert (
        contests(make([{"source": "p1", "model": m, "value": 1.0, "metric": "rank"} for m in ("fm-a", "kmer")])) == ()
    )


def test_quoted_on_all_sides_is_no_contest_on_one_it_is(make: Make) -> None:
    rows = [{"source": "p1", "model": "fm-a", "value": 0.9, "quoted": "paper0"}, {"source": "p1", "model": "kmer", "value": 0.8, "quoted": "paper0"}]  # fmt: skip
    assert contests(make(rows)) == ()
    rows[0]["quoted"] = ""
    assert len(contests(make(rows))) == 1


def test_the_authors_own_model_makes_a_self_report(make: Make) -> None:
    rows = [{"source": "paper0", "model": m, "value": v, "run_by": "model-authors"} for m, v in (("fm-a", 0.9), ("kmer", 0.8))]  # fmt: skip
    assert only(contests(make(rows))).run_by == "model-authors"
    independent = [row | {"source": "p1", "run_by": "independent"} for row in rows]
    assert only(contests(make(independent))).run_by == "independent"


def test_a_quoted_number_was_run_by_the_work_it_is_quoted_from(make: Make) -> None:
    rows = [{"source": "p1", "model": "fm-a", "value": 0.9, "quoted": "paper0"}, {"source": "p1", "model": "kmer", "value": 0.8}]  # fmt: skip
    assert only(contests(make([*rows, {"source": "paper0", "model": "cnn", "value": 0.1}]))).run_by == "model-authors"


def test_heads_of_one_model_are_variants_and_replicates_are_not(make: Make) -> None:
    rows = [{"source": "p1", "model": "fm-a", "value": v, "place": p} for v, p in ((0.6, "head A"), (0.9, "head B, seed 1"), (0.7, "head B, seed 2"))]  # fmt: skip
    rows.append({"source": "p1", "model": "kmer", "value": 0.5})
    contest = only(contests(make(rows)))
    assert sorted(round(side.value, 3) for side in contest.foundation) == [0.6, 0.8]


@pytest.mark.parametrize(
    ("margin", "band", "expected"),
    [(0.011, 0.01, 1), (0.010, 0.01, 0), (0.0, 0.01, 0), (-0.010, 0.01, 0), (-0.011, 0.01, -1), (0.011, 0.02, 0), (0.006, 0.005, 1)],
)  # fmt: skip
def test_the_tie_band_at_its_edges(margin: float, band: float, expected: int) -> None:
    assert pair(0.8 + margin, 0.8).outcome("best", band) == expected


@pytest.mark.parametrize(("foundation", "expected"), [(4.0, 0), (3.97, 0), (3.95, 1), (4.05, -1)])
def test_without_a_perfect_score_the_band_is_relative(foundation: float, expected: int) -> None:
    assert pair(foundation, 4.0, metric="mse", unit="native").outcome("best", 0.01) == expected


def test_published_uncertainty_decides_where_both_sides_have_it() -> None:
    # 1.96 * sqrt(0.02**2 + 0.02**2) = 0.0554
    assert pair(0.85, 0.80, uncertainty="0.02", kind="SD").outcome() == 0
    assert pair(0.86, 0.80, uncertainty="0.02", kind="SD").outcome() == 1
    assert pair(0.804, 0.80, uncertainty="0.001", kind="SE").outcome() == 1


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("0.02", "SD over seeds", 0.02),
        ("±0.02", "", 0.02),
        ("0.0196", "95% CI half-width", 0.01),
        ("0.70-0.78", "95% interval", 0.04 / 1.96),
        ("[0.70, 0.78]", "95% CI", 0.04 / 1.96),
        ("-0.1 to 0.1", "95% CI", 0.1 / 1.96),
        ("", "", None),
        ("five seeds", "", None),
        ("0.78-0.70", "95% CI", None),
    ],
)
def test_an_uncertainty_is_read_or_refused(text: str, kind: str, expected: float | None) -> None:
    assert standard_error(text, kind) == (None if expected is None else pytest.approx(expected))


score = st.floats(0.01, 0.99).map(lambda value: round(value, 4))


@given(st.lists(score, min_size=1, max_size=3), st.lists(score, min_size=1, max_size=3))
def test_swapping_the_sides_turns_the_sign(first: list[float], second: list[float]) -> None:
    models = (("fm-a", "fm-b", "fm-c"), ("kmer", "cnn", "mean"))

    def margin(foundation: list[float], comparators: list[float]) -> Contest:
        sides = zip(models, (foundation, comparators), strict=True)
        return only(contests(evidence([{"source": "p1", "model": m, "value": v} for names, values in sides for m, v in zip(names, values, strict=False)])))  # fmt: skip

    one, other = margin(first, second), margin(second, first)
    assert one.margin("best") == pytest.approx(-other.margin("best"))
    assert one.outcome("best") == -other.outcome("best")


def test_every_comparator_class_has_one_strength() -> None:
    book = load()
    classes = [c for group in CLASS_GROUPS.values() for c in group]
    assert len(classes) == len(set(classes))
    seen = {side.comparator_class for contest in contests(book) for side in contest.comparators}
    assert seen <= set(classes)


def test_restricting_comparators_keeps_those_classes_only() -> None:
    rows = [{"source": "p1", "model": m, "value": v} for m, v in (("fm-a", 0.9), ("kmer", 0.8), ("enformer", 0.95))]
    contest = only(contests(evidence(rows)))
    assert contest.margin() == pytest.approx(-0.05)
    weaker = contest.against(CLASS_GROUPS["linear"])
    assert weaker is not None
    assert weaker.margin() == pytest.approx(0.1)
    assert contest.against(CLASS_GROUPS["trivial"]) is None
