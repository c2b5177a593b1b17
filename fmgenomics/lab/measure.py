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

from .simulate import Numbers, Truth

Z95 = 1.96


def auroc(labels: Truth, scores: npt.NDArray[np.floating]) -> Numbers:
    """Area under the ROC curve of each column of ``scores`` (one column: a 0-d array), by the rank-sum statistic."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        raise ValueError("AUROC needs positives and negatives in the test set")
    columns = np.ascontiguousarray(np.atleast_2d(scores.T))
    order = columns.argsort(axis=1)
    in_order = np.take_along_axis(columns, order, axis=1)
    if (in_order[:, 1:] == in_order[:, :-1]).any():
        rank_sum = rankdata(columns, axis=1)[:, labels].sum(axis=1)
    else:
        rank_sum = labels[order] @ np.arange(1.0, len(labels) + 1)
    area = (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)
    return np.asarray(area.reshape(np.shape(scores)[1:]), dtype=float)


def _accuracy_error(value: float, n: int) -> float:
    return math.sqrt(value * (1 - value) / n)


def _auroc_error(value: float, positives: float, negatives: float) -> float:
    """Hanley and McNeil's formula: the rarer class decides. With few positives it tends to be a little wide."""
    first, second = value / (2 - value), 2 * value**2 / (1 + value)
    variance = (value * (1 - value) + (positives - 1) * (first - value**2) + (negatives - 1) * (second - value**2)) / (
        positives * negatives
    )
    return math.sqrt(max(variance, 0.0))


def _mcc_error(value: float, n: int) -> float:
    """Equal classes, errors equal on both sides: MCC = 2 accuracy - 1, so its error is twice that of accuracy."""
    return 2 * _accuracy_error((1 + value) / 2, n)


def _f1_error(value: float, n: int) -> float:
    """Delta method on the confusion table of equal classes with errors equal on both sides, where F1 equals accuracy."""
    wrong = 1 - value
    both = (value / 2) * (1 - value / 2)
    variance = 4 * wrong**2 * both + value**3 * wrong + 2 * value**2 * wrong**2
    return math.sqrt(variance / n)


def _pearson_error(value: float, n: int) -> float:
    return (1 - value**2) / math.sqrt(n - 3)


def _spearman_error(value: float, n: int) -> float:
    return (1 - value**2) * math.sqrt((1 + value**2 / 2) / (n - 3))


_ERROR: dict[str, Callable[[float, int], float]] = {
    "accuracy": _accuracy_error,
    "f1": _f1_error,
    "mcc": _mcc_error,
    "pearson": _pearson_error,
    "spearman": _spearman_error,
}
METRICS_WITH_ERROR = ("auroc", *_ERROR)
CLASSES_DO_NOT_MATTER = ("accuracy", "auroc")
"""Metrics whose error is known for any class ratio, once that is stated."""
LEAST_N = 10


def standard_error(metric: str, value: float, n: int, positives: int | None = None) -> float | None:
    """One standard error of a score measured on ``n`` independent items, or ``None`` where no formula here applies.

    Without ``positives`` the classes are taken as equal; with it, only the metrics of :data:`CLASSES_DO_NOT_MATTER` have one.
    """
    least = -1.0 if metric in ("mcc", "pearson", "spearman") else 0.0
    if metric not in METRICS_WITH_ERROR or n < LEAST_N or not least <= value <= 1:
        return None
    if positives is not None and (metric not in CLASSES_DO_NOT_MATTER or not 0 < positives < n):
        return None
    if metric == "auroc":
        count = n / 2 if positives is None else positives
        return _auroc_error(value, count, n - count)
    return _ERROR[metric](value, n)
