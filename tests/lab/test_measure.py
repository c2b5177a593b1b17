"""The scores agree with scikit-learn, and the formulas for their errors with simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, pearsonr, spearmanr
from sklearn.metrics import roc_auc_score

from fmgenomics.lab.measure import auroc, standard_error

DRAWS = 500
DECISIONS = {
    "accuracy": lambda truth, called: (truth == called).mean(),
    "f1": lambda truth, called: 2 * (truth & called).sum() / (truth.sum() + called.sum()),
    "mcc": lambda truth, called: np.corrcoef(truth, called)[0, 1],
}


@pytest.mark.parametrize("decimals", [8, 1, 0], ids=["no ties", "some ties", "many ties"])
def test_auroc_is_that_of_scikit_learn(decimals: int) -> None:
    rng = np.random.default_rng(3)
    labels = rng.random(300) < 0.3
    scores = (rng.normal(size=(300, 4)) + labels[:, None]).round(decimals)
    expected = [roc_auc_score(labels, column) for column in scores.T]
    assert auroc(labels, scores) == pytest.approx(expected, abs=1e-12)
    assert float(auroc(labels, scores[:, 0])) == pytest.approx(expected[0], abs=1e-12)


def test_auroc_wants_both_classes() -> None:
    with pytest.raises(ValueError, match="positives and negatives"):
        auroc(np.ones(5, dtype=bool), np.arange(5.0))


def simulated(metric: str, truth: float, n: int, share: float = 0.5) -> float:
    """The spread of a metric over simulated test sets whose true score is ``truth``."""
    rng = np.random.default_rng(11)
    labels = np.arange(n) < share * n
    values = []
    for _ in range(DRAWS):
        noise = rng.normal(size=n)
        if metric == "auroc":
            values.append(float(auroc(labels, noise + labels * np.sqrt(2) * norm.ppf(truth))))
        elif metric in ("pearson", "spearman"):
            r = truth if metric == "pearson" else 2 * np.sin(np.pi * truth / 6)
            other = r * noise + np.sqrt(1 - r**2) * rng.normal(size=n)
            values.append((pearsonr if metric == "pearson" else spearmanr)(noise, other).statistic)
        else:
            right = (1 + truth) / 2 if metric == "mcc" else truth
            mine = rng.random(n) < 0.5
            called = np.where(rng.random(n) < right, mine, ~mine)
            values.append(DECISIONS[metric](mine, called))
    return float(np.std(values))


@pytest.mark.parametrize(
    ("metric", "truth"),
    [
        ("accuracy", 0.7),
        ("accuracy", 0.95),
        ("auroc", 0.7),
        ("auroc", 0.9),
        ("f1", 0.7),
        ("f1", 0.9),
        ("mcc", 0.2),
        ("mcc", 0.8),
        ("pearson", 0.1),
        ("pearson", 0.8),
        ("spearman", 0.3),
        ("spearman", 0.7),
    ],
)
def test_the_formula_gives_the_simulated_spread(metric: str, truth: float) -> None:
    error = standard_error(metric, truth, 400)
    assert error == pytest.approx(simulated(metric, truth, 400), rel=0.15)


def test_with_few_positives_the_error_of_auroc_is_theirs() -> None:
    error = standard_error("auroc", 0.8, 1000, positives=50)
    assert error == pytest.approx(simulated("auroc", 0.8, 1000, share=0.05), rel=0.25)
    assert error > 2 * standard_error("auroc", 0.8, 1000)


@pytest.mark.parametrize(
    ("metric", "value", "n", "positives"),
    [
        ("auprc", 0.5, 1000, None),
        ("auroc", 1.2, 1000, None),
        ("accuracy", -0.1, 1000, None),
        ("auroc", 0.8, 5, None),
        ("mcc", 0.5, 1000, 30),
        ("auroc", 0.8, 1000, 0),
        ("auroc", 0.8, 1000, 1000),
    ],
    ids=["no formula", "above one", "below zero", "too few", "unequal classes", "no positive", "no negative"],
)
def test_where_no_formula_applies_there_is_none(metric: str, value: float, n: int, positives: int | None) -> None:
    assert standard_error(metric, value, n, positives) is None
