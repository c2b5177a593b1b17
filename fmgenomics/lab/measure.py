"""Scores of a ranking or a decision, and how far chance moves them.

The scores come from scikit-learn, except :func:`auroc`, which ranks many models in one pass. The standard errors are large-sample
formulas: binomial for accuracy, Hanley and McNeil for AUROC, the delta method for F1 and MCC, Fisher's z for Pearson and with the
Bonett-Wright variance for Spearman. Each assumes independent test items, which homologous copies are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from .simulate import Numbers, Truth, Whole

Z95 = 1.96


def auroc(labels: Truth, scores: npt.NDArray[np.floating]) -> Numbers:
    """Area under the ROC curve of each column of ``scores`` (one column: a 0-d array), by the rank-sum statistic."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        raise ValueError("AUROC needs positives and negatives in the test set")
    ranks = rankdata(scores, axis=0)
    area = (ranks[labels].sum(axis=0) - positives * (positives + 1) / 2) / (positives * negatives)
    return np.asarray(area, dtype=float)


def _accuracy_error(value: float, n: int) -> float:
    return math.sqrt(value * (1 - value) / n)


def _auroc_error(value: float, n: int) -> float:
    """Hanley-McNeil, for a test set of ``n`` items with equal classes; other class ratios are wider."""
    half = n / 2
    first, second = value / (2 - value), 2 * value**2 / (1 + value)
    variance = value * (1 - value) + (half - 1) * (first + second - 2 * value**2)
    return math.sqrt(max(variance, 0.0)) / half


def _mcc_error(value: float, n: int) -> float:
    """Equal classes and errors on both sides: MCC = 2 accuracy - 1, so its error is twice that of accuracy."""
    return 2 * _accuracy_error((1 + value) / 2, n)


def _f1_error(value: float, n: int) -> float:
    """Delta method on the confusion table of equal classes with errors on both sides, where F1 equals accuracy."""
    wrong = 1 - value
    both = (value / 2) * (1 - value / 2)
    variance = 4 * wrong**2 * both + value**3 * wrong + 2 * value**2 * wrong**2
    return math.sqrt(variance / n)


def _pearson_error(value: float, n: int) -> float:
    return (1 - value**2) / math.sqrt(n - 3)


def _spearman_error(value: float, n: int) -> float:
    return (1 - value**2) * math.sqrt((1 + value**2 / 2) / (n - 3))


_ERROR: dict[str, tuple[float, Callable[[float, int], float]]] = {
    "accuracy": (0.0, _accuracy_error),
    "auroc": (0.0, _auroc_error),
    "f1": (0.0, _f1_error),
    "mcc": (-1.0, _mcc_error),
    "pearson": (-1.0, _pearson_error),
    "spearman": (-1.0, _spearman_error),
}
METRICS_WITH_ERROR = tuple(_ERROR)
LEAST_N = 10


def standard_error(metric: str, value: float, n: int) -> float | None:
    """One standard error of a score measured on ``n`` independent items, or ``None`` where no formula here applies."""
    if metric not in _ERROR or n < LEAST_N:
        return None
    least, formula = _ERROR[metric]
    return formula(value, n) if least <= value <= 1 else None


def paired_interval(
    rng: np.random.Generator,
    labels: Truth,
    first: npt.NDArray[np.floating],
    second: npt.NDArray[np.floating],
    draws: int = 500,
) -> tuple[float, float]:
    """95% percentile interval of the AUROC of ``first`` minus that of ``second`` over resampled test items."""
    both = np.stack([first, second], axis=1)
    differences = []
    positives, negatives = np.flatnonzero(labels), np.flatnonzero(~labels)
    for _ in range(draws):
        rows: Whole = np.r_[rng.choice(positives, len(positives)), rng.choice(negatives, len(negatives))]
        areas = auroc(labels[rows], both[rows])
        differences.append(areas[0] - areas[1])
    low, high = np.quantile(differences, [0.025, 0.975])
    return float(low), float(high)
