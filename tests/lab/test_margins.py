"""Published margins against their test sets: made-up cases with a known answer, then the book's own evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fmgenomics.evidence import Evidence, load
from fmgenomics.evidence.records import Result, Table
from fmgenomics.lab.experiments.margins import AHEAD, BEHIND, WITHIN, ItemCount, Margins, by_size, finding, judge, run
from fmgenomics.verdict.contests import Contest, Side, contests

TABLE = Table(
    "t1", "someone2024", "Table 1", "https://example.org", date(2026, 11, 25), "bench", "probe", "random", "no", "independent",
    "print", "AUROC of each model on the test set.", "",
)  # fmt: skip


def side(name: str, value: float) -> Side:
    return Side(name, name, "linear", value, None, (name,), False)


def result(name: str, n_test: str, value: float) -> Result:
    return Result(
        name, "t1", "set", "task", "", name, "", "foundation", "probe", "auroc", "", "fraction", value, "", "", n_test, "", "", "",
        str(value),
    )  # fmt: skip


def case(
    foundation: float,
    comparator: float,
    n: str | tuple[str, str],
    metric: str = "auroc",
    measured: str = TABLE.what_is_measured,
) -> Margins:
    """One contest between a foundation model and a comparator, judged."""
    sizes = (n, n) if isinstance(n, str) else n
    rows = {name: result(name, size, v) for name, size, v in zip("fc", sizes, (foundation, comparator), strict=True)}
    evidence = Evidence(
        {}, {}, {}, {}, {}, {"t1": replace(TABLE, what_is_measured=measured)}, rows, {}, (), {}, "made up"
    )
    contest = Contest(
        "someone2024", "bench", "set", "task", "", "promoter", "probe", metric, "", True, True,
        (side("f", foundation),), (side("c", comparator),), "independent", "no", "print", 2024, "language-model", None,
    )  # fmt: skip
    return judge(evidence, [contest])


def outcome(margins: Margins, *, paired: bool = False) -> str:
    (margin,) = margins.judged
    return margin.outcome(paired=paired)


@pytest.mark.parametrize(
    ("foundation", "comparator", "n", "expected"),
    [
        (0.90, 0.88, "100", WITHIN),
        (0.90, 0.88, "100,000", AHEAD),
        (0.88, 0.90, "100000", BEHIND),
        (0.90, 0.60, "100", AHEAD),
        (0.90, 0.90, "100000", WITHIN),
    ],
)
def test_a_margin_survives_when_its_test_set_is_large_enough(
    foundation: float, comparator: float, n: str, expected: str
) -> None:
    assert outcome(case(foundation, comparator, n)) == expected


def test_errors_that_agree_make_the_interval_narrower() -> None:
    margins = case(0.90, 0.88, "1000")
    assert outcome(margins) == WITHIN
    assert outcome(margins, paired=True) == AHEAD
    assert margins.surviving() == (0, 1)
    assert margins.surviving(paired=True) == (1, 1)


def test_the_smaller_of_two_test_sets_counts() -> None:
    margins = case(0.90, 0.88, ("100000", "80"))
    assert margins.judged[0].n == 80
    assert outcome(margins) == WITHIN


def test_few_positives_widen_the_interval() -> None:
    equal, rare = (case(0.9, 0.88, n).judged[0] for n in ("10000", "100 positives / 9900 negatives"))
    assert rare.n == equal.n
    assert rare.half_width_apart > 3 * equal.half_width_apart


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3000", ItemCount(3000)),
        ("41,186", ItemCount(41186)),
        ("1140 positives + 10260 controls", ItemCount(11400, 1140)),
        ("560 significant / 26813 control", ItemCount(27373, 560)),
        ("3893 variants (N_pos 3070, N_neg 823)", ItemCount(3893, 3070)),
        ("876 scored of 876 (25 pathogenic)", ItemCount(876, 25)),
        ("3380 (338 pos + 9x matched controls)", ItemCount(3380, 338)),
        ("1000 (12.5% pathogenic)", ItemCount(1000, 125)),
        ("73 scored of 715 (559 pathogenic)", None),
        ("5 folds", None),
        ("217 assays, ~2.7M variants", None),
        ("200 genes", None),
        ("16/316", None),
        ("1,2", None),
        ("", None),
    ],
)
def test_only_a_size_in_items_is_read(text: str, expected: ItemCount | None) -> None:
    assert ItemCount.read(text) == expected


@pytest.mark.parametrize(
    ("margins", "reason"),
    [
        (case(0.9, 0.8, "5 folds"), "no test-set size in items"),
        (case(0.9, 0.8, ("1000", "")), "no test-set size in items"),
        (case(0.9, 0.8, "1000", metric="auprc"), "metric without a formula"),
        (case(0.9, 0.8, "8"), "fewer than 10 test items"),
        (case(0.9, 0.8, "100 positives / 9900 negatives", metric="mcc"), "no formula for its class ratio"),
        (case(0.9, 0.8, "1000", measured="AUROC averaged over twelve tissues."), "mean of several scores"),
        (case(0.9, 0.8, "1000", measured="Median over tracks of the Pearson r."), "mean of several scores"),
    ],
)
def test_what_cannot_be_judged_has_a_reason(margins: Margins, reason: str) -> None:
    assert not margins.judged
    assert margins.unjudged == {reason: 1}


def test_mean_embeddings_are_no_mean_of_scores() -> None:
    assert case(0.9, 0.8, "1000", measured="Pearson r from ridge regression on mean embeddings.").judged


def test_each_judged_contest_is_counted_once_by_size() -> None:
    margins = case(0.9, 0.8, "1000")
    table = by_size(margins, paired=False)
    assert table["Contests"].sum() == 1
    assert table.set_index("Test items").at["1,000 to 2,999", AHEAD] == 1
    assert finding(margins).title.startswith("1 of 1 published margins")


def test_without_a_margin_the_finding_says_so() -> None:
    assert finding(case(0.9, 0.8, "5 folds")).title == "No published margin could be judged by its test-set size"


def test_of_the_books_contests_each_is_judged_or_has_a_reason() -> None:
    evidence = load()
    found = contests(evidence)
    margins = judge(evidence, found)
    assert len(margins.judged) + sum(margins.unjudged.values()) == len(found)
    assert margins.judged
    assert sum(by_size(margins, paired=False)["Contests"]) == len(margins.judged)
    for margin in margins.judged:
        assert margin.half_width_paired < margin.half_width_apart


def test_in_the_books_evidence_small_test_sets_leave_more_margins_undecided_than_large_ones() -> None:
    """The chapter says so in words; when new evidence turns it round, the words have to change."""
    table = by_size(run(), paired=False)
    share = {
        name: rows[WITHIN].sum() / rows["Contests"].sum() for name, rows in (("small", table[:3]), ("large", table[4:]))
    }
    assert share["small"] > 0.5
    assert share["large"] < 0.35
