"""Scores of a model on the test set, over many weightings of it at once: how a paired bootstrap by cluster is computed.

A bootstrap draw is a weight for each test item: how often its cluster was drawn. Every model sees the same draws, so that the
difference of two models has an interval of its own. AUROC and average precision (AUPRC) follow scikit-learn, ties included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from fmgenomics.lab.simulate import Numbers, Truth, Whole

Weights = npt.NDArray[np.float64]
Measure = Callable[[Weights], Numbers]
"""From weights (draws, items) to one value a draw; NaN where a draw lacks a class."""

CLASSIFICATION = ("auroc", "auprc", "mcc", "accuracy", "auroc-matched")
REGRESSION = ("spearman", "pearson")
NAMES = {
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "mcc": "MCC",
    "accuracy": "Accuracy",
    "auroc-matched": "AUROC, matched",
    "spearman": "Spearman",
    "pearson": "Pearson",
}
CELLS = 2_000_000


@dataclass(frozen=True)
class Estimate:
    """A value with its 95% interval and standard error."""

    value: float
    low: float
    high: float
    error: float

    @classmethod
    def of(cls, value: float, draws: Numbers) -> Estimate:
        draws = draws[np.isfinite(draws)]
        if len(draws) < 2:
            return cls(value, float("nan"), float("nan"), float("nan"))
        low, high = np.quantile(draws, [0.025, 0.975])
        return cls(value, float(low), float(high), float(draws.std(ddof=1)))


def _ratio(top: Numbers, bottom: Numbers) -> Numbers:
    return np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom > 0)


@dataclass(frozen=True)
class _Ranking:
    """Items from the lowest score up, in groups of equal scores."""

    order: Whole
    positive: Truth
    groups: Whole

    @classmethod
    def of(cls, labels: Truth, scores: Numbers) -> _Ranking:
        order = np.argsort(scores, kind="stable")
        in_order = scores[order]
        groups = np.flatnonzero(np.concatenate([[True], in_order[1:] != in_order[:-1]]))
        return cls(order, labels[order], groups)

    def counts(self, weights: Weights) -> tuple[Weights, Weights]:
        """Weight of positives and of negatives in each group of equal scores."""
        sorted_weights = weights[:, self.order]
        positive = sorted_weights * self.positive
        negative = sorted_weights - positive
        if len(self.groups) < len(self.order):
            positive = np.add.reduceat(positive, self.groups, axis=1)
            negative = np.add.reduceat(negative, self.groups, axis=1)
        return positive, negative

    def auroc_parts(self, weights: Weights) -> tuple[Numbers, Numbers]:
        """Pairs that are ranked rightly (a tie is half a pair), and all pairs of a positive with a negative."""
        positive, negative = self.counts(weights)
        below = np.cumsum(negative, axis=1)
        right = (positive * (below - negative / 2)).sum(axis=1)
        return right, positive.sum(axis=1) * below[:, -1]

    def auroc(self, weights: Weights) -> Numbers:
        return _ratio(*self.auroc_parts(weights))

    def average_precision(self, weights: Weights) -> Numbers:
        positive, negative = (part[:, ::-1] for part in self.counts(weights))
        found = np.cumsum(positive, axis=1)
        called = found + np.cumsum(negative, axis=1)
        precision = np.divide(found, called, out=np.zeros_like(found), where=called > 0)
        return _ratio((positive * precision).sum(axis=1), found[:, -1])


def _confusion(labels: Truth, called: Truth) -> Callable[[Weights], Numbers]:
    table = np.stack([labels & called, ~labels & called, labels & ~called, ~labels & ~called]).T.astype(float)
    return lambda weights: (weights @ table).T


def _mcc(labels: Truth, called: Truth) -> Measure:
    confusion = _confusion(labels, called)

    def measure(weights: Weights) -> Numbers:
        tp, fp, fn, tn = confusion(weights)
        bottom = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
        value = np.divide(tp * tn - fp * fn, bottom, out=np.zeros_like(tp), where=bottom > 0)
        return np.where((tp + fn > 0) & (fp + tn > 0), value, np.nan)

    return measure


def _accuracy(labels: Truth, called: Truth) -> Measure:
    right = (labels == called).astype(float)
    return lambda weights: _ratio(weights @ right, weights.sum(axis=1))


def _matched(labels: Truth, scores: Numbers, strata: Whole) -> Measure:
    """AUROC over pairs within a stratum only."""
    parts = []
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        if labels[rows].any() and not labels[rows].all():
            parts.append((rows, _Ranking.of(labels[rows], scores[rows])))

    def measure(weights: Weights) -> Numbers:
        right, pairs = np.zeros(len(weights)), np.zeros(len(weights))
        for rows, ranking in parts:
            more_right, more_pairs = ranking.auroc_parts(weights[:, rows])
            right, pairs = right + more_right, pairs + more_pairs
        return _ratio(right, pairs)

    return measure


def classification(labels: Truth, scores: Numbers, called: Truth, strata: Whole) -> dict[str, Measure]:
    """Every measure of a classifier; ``strata`` groups items that are alike in what should not decide."""
    ranking = _Ranking.of(labels, scores)
    return {
        "auroc": ranking.auroc,
        "auprc": ranking.average_precision,
        "mcc": _mcc(labels, called),
        "accuracy": _accuracy(labels, called),
        "auroc-matched": _matched(labels, scores, strata),
    }


def _correlation(one: Numbers, other: Numbers) -> Measure:
    one, other = one - one.mean(), other - other.mean()
    flat = one.std() == 0 or other.std() == 0
    moments = np.stack([one, other, one * one, other * other, one * other], axis=1)

    def measure(weights: Weights) -> Numbers:
        total = weights.sum(axis=1)
        if flat:  # a constant ranks nothing
            return np.where(total > 0, 0.0, np.nan)
        x, y, xx, yy, xy = (weights @ moments).T / total
        spread = np.sqrt(np.maximum(xx - x * x, 0) * np.maximum(yy - y * y, 0))
        return _ratio(xy - x * y, spread)

    return measure


def regression(labels: Numbers, scores: Numbers) -> dict[str, Measure]:
    """Correlations; the ranks of Spearman's are those of the whole test set in every draw."""
    return {
        "spearman": _correlation(rankdata(labels), rankdata(scores)),
        "pearson": _correlation(labels, scores),
    }


def _draws(clusters: Whole, draws: int, seed: int) -> Iterator[Weights]:
    """Weights of the items, a few draws at a time: clusters are drawn with replacement, as many as there are."""
    numbers = np.unique(clusters, return_inverse=True)[1]
    count = int(numbers.max()) + 1
    rng = np.random.default_rng(seed)
    step = max(1, CELLS // len(clusters))
    for start in range(0, draws, step):
        size = min(step, draws - start)
        picks = rng.integers(0, count, (size, count)) + np.arange(size)[:, None] * count
        times = np.bincount(picks.ravel(), minlength=size * count).reshape(size, count)
        yield times[:, numbers].astype(float)


Draws = dict[str, dict[str, Numbers]]


def bootstrap(
    models: Mapping[str, Mapping[str, Measure]], clusters: Whole, draws: int, seed: int
) -> tuple[Draws, Draws]:
    """Every measure of every model on the test set, and on each bootstrap draw; the draws are the same for all."""
    whole = np.ones((1, len(clusters)))
    values = {name: {metric: measure(whole) for metric, measure in own.items()} for name, own in models.items()}
    parts: dict[str, dict[str, list[Numbers]]] = {name: {metric: [] for metric in own} for name, own in models.items()}
    for weights in _draws(clusters, draws, seed):
        for name, own in models.items():
            for metric, measure in own.items():
                parts[name][metric].append(measure(weights))
    drawn = {name: {metric: np.concatenate(found) for metric, found in own.items()} for name, own in parts.items()}
    return values, drawn
