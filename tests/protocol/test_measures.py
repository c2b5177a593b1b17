"""The measures are scikit-learn's and scipy's, on weights as on repeated items, with ties and without."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, average_precision_score, matthews_corrcoef, roc_auc_score

from fmgenomics.protocol import measures
from fmgenomics.protocol.findings import Margin, judge
from fmgenomics.protocol.measures import Estimate


@pytest.mark.parametrize("decimals", [8, 1, 0], ids=["no ties", "some ties", "many ties"])
def test_weighted_measures_are_those_of_scikit_learn(decimals: int) -> None:
    rng = np.random.default_rng(1)
    labels = rng.random(80) < 0.4
    scores = (rng.normal(size=80) + labels).round(decimals)
    called = scores > 0.5
    weights = rng.integers(0, 4, (6, 80)).astype(float)
    found = measures.classification(labels, scores, called, np.zeros(80, dtype=np.int64))
    expected = {
        "auroc": lambda w: roc_auc_score(labels, scores, sample_weight=w),
        "auprc": lambda w: average_precision_score(labels, scores, sample_weight=w),
        "mcc": lambda w: matthews_corrcoef(labels, called, sample_weight=w),
        "accuracy": lambda w: accuracy_score(labels, called, sample_weight=w),
        "auroc-matched": lambda w: roc_auc_score(labels, scores, sample_weight=w),
    }
    assert set(found) == set(measures.CLASSIFICATION) == set(expected)
    for metric, measure in found.items():
        assert measure(weights) == pytest.approx([expected[metric](w) for w in weights], abs=1e-12), metric


def test_correlations_are_those_of_scipy_on_repeated_items() -> None:
    rng = np.random.default_rng(2)
    labels = rng.normal(size=60)
    scores = labels + rng.normal(size=60)
    weights = rng.integers(0, 4, (5, 60))
    found = measures.regression(labels, scores)
    repeated = [np.repeat(np.arange(60), w) for w in weights]
    pearson = [pearsonr(labels[rows], scores[rows]).statistic for rows in repeated]
    assert found["pearson"](weights.astype(float)) == pytest.approx(pearson, abs=1e-12)
    assert found["spearman"](np.ones((1, 60)))[0] == pytest.approx(spearmanr(labels, scores).statistic, abs=1e-12)
    assert measures.regression(labels, np.zeros(60))["pearson"](np.ones((1, 60)))[0] == 0


def test_matched_auroc_compares_within_strata_only() -> None:
    labels = np.array([True, False, True, False, True, False])
    scores = np.array([1.0, 0.0, 11.0, 10.0, 20.0, 21.0])
    strata = np.array([0, 0, 1, 1, 2, 2])
    measure = measures.classification(labels, scores, scores > 5, strata)["auroc-matched"]
    assert measure(np.ones((1, 6)))[0] == pytest.approx(2 / 3)
    assert np.isnan(
        measures.classification(labels, scores, scores > 5, np.arange(6))["auroc-matched"](np.ones((1, 6)))[0]
    )


def test_a_draw_without_a_class_is_no_value_and_not_a_wrong_one() -> None:
    labels = np.array([True, False, True, False])
    found = measures.classification(labels, np.arange(4.0), labels, np.zeros(4, dtype=np.int64))
    for metric in ("auroc", "auprc", "mcc", "auroc-matched"):
        assert np.isnan(found[metric](np.array([[0.0, 1.0, 0.0, 1.0]]))[0]), metric
    assert np.isnan(Estimate.of(0.5, np.array([np.nan, np.nan])).low)


def test_draws_are_of_whole_clusters_and_the_same_for_all_models() -> None:
    clusters = np.array([5, 5, 9, 2, 2, 2])
    weights = np.concatenate(list(measures._draws(clusters, 50, 1)))
    assert weights.shape == (50, 6)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 4]).all()
    assert ((weights[:, 0] + weights[:, 2] + weights[:, 3]) == 3).all()
    assert (weights == np.concatenate(list(measures._draws(clusters, 50, 1)))).all()


def estimate(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high, (high - low) / 4)


@pytest.mark.parametrize(
    ("to_beat", "best", "closed", "enough", "expected"),
    [
        ((0.02, 0.10), (0.01, 0.09), 0.2, True, "clear gain"),
        ((0.02, 0.10), (-0.01, 0.09), 0.2, True, "small gain"),
        ((0.02, 0.10), (0.01, 0.09), 0.05, True, "small gain"),
        ((0.02, 0.10), (0.01, 0.09), None, True, "small gain"),
        ((-0.02, 0.10), (-0.02, 0.10), 0.2, True, "no gain"),
        ((0.0, 0.10), (0.0, 0.10), 0.2, True, "no gain"),
        ((-0.20, -0.01), (-0.3, -0.1), -0.2, True, "worse"),
        ((0.02, 0.10), (0.01, 0.09), 0.2, False, "too little evidence"),
        ((-0.20, -0.01), (-0.3, -0.1), -0.2, False, "too little evidence"),
    ],
)
def test_the_written_rule(
    to_beat: tuple[float, float], best: tuple[float, float], closed: float | None, enough: bool, expected: str
) -> None:
    margins = (Margin("m", "b", estimate(*interval), closed) for interval in (to_beat, best))
    assert judge(*margins, enough) == expected
