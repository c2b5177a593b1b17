"""The baselines everyone owes, fitted on the training rows only.

Each is chosen and judged within the training rows first: three folds that keep clusters of near copies together. That inner score
picks the settings, and it picks the baseline to beat, so that the test set chooses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fmgenomics.lab.measure import auroc
from fmgenomics.lab.models import RandomFeatures, SmallCnn, composition, kmer_frequencies, one_hot
from fmgenomics.lab.simulate import Numbers, Whole

from .sequences import Sequences

Matrix = npt.NDArray[np.floating]
Progress = Callable[[str], None]

MATRIX_BYTES = 256 << 20
"""The largest matrix of features that a baseline is fitted on; with more training rows, a random part of them is used."""
CNN_BYTES = 256 << 20
INNER_ROWS = 4000
FOLDS = 3
STRENGTHS = (0.003, 0.03, 0.3)
MOST_POSITIONS = 2000
WORDS = (3, 5)
CNN_FILTER_WIDTH = 10


@dataclass(frozen=True)
class Baseline:
    """A fitted baseline. ``scores`` are of the test rows; ``inner`` is its cross-validated score within training."""

    name: str
    about: str
    scores: Numbers
    inner: float


@dataclass(frozen=True)
class Task:
    """What a baseline may see: training labels and clusters, and which rows are which."""

    sequences: Sequences
    labels: Numbers
    clusters: Whole
    train: Whole
    test: Whole
    classify: bool
    seed: int

    def some(self, bytes_a_row: int, most_bytes: int = MATRIX_BYTES) -> Whole:
        """The training rows, or a random part of them small enough for the features."""
        return self._part(self.train, max(100, most_bytes // bytes_a_row))

    def _part(self, rows: Whole, most: int) -> Whole:
        if len(rows) <= most:
            return rows
        return np.sort(np.random.default_rng([self.seed, len(rows)]).choice(rows, most, replace=False))

    def folds(self, rows: Whole, most: int = INNER_ROWS) -> list[tuple[Whole, Whole]]:
        """Places within ``rows`` to fit on and to score on; none where a fold would lack a class or a cluster."""
        inner = np.sort(np.random.default_rng([self.seed, 1]).permutation(len(rows))[:most])
        groups, labels = self.clusters[rows[inner]], self.labels[rows[inner]]
        if len(np.unique(groups)) < FOLDS:
            return []
        folds = [(inner[fit], inner[held]) for fit, held in GroupKFold(FOLDS).split(inner, labels, groups)]
        varied = all(len(np.unique(self.labels[rows[part]])) > 1 for fold in folds for part in fold)
        return folds if varied else []

    def judge(self, labels: Numbers, scores: Numbers) -> float:
        """AUROC, or Spearman's correlation."""
        if self.classify:
            return float(auroc(labels > 0.5, scores))
        if np.ptp(scores) == 0:
            return 0.0
        return float(spearmanr(labels, scores).statistic)

    @property
    def chance(self) -> float:
        return 0.5 if self.classify else 0.0


def _linear(features: Matrix, labels: Numbers, strength: float, classify: bool) -> Any:
    model = LogisticRegression(C=strength, max_iter=200) if classify else Ridge(alpha=1 / strength)
    return make_pipeline(StandardScaler(), model).fit(features, labels)


def _predict(model: Any, features: Matrix, classify: bool) -> Numbers:
    """Probability of the positive class, or the value."""
    values = model.predict_proba(features)[:, 1] if classify else model.predict(features)
    return np.asarray(values, dtype=float)


Choice = tuple[str, Callable[[Whole], Matrix], int]
"""What the features are called, how to compute them for some rows, and how many there are."""


def linear(
    task: Task, name: str, about: str, choices: list[Choice], strengths: tuple[float, ...] = STRENGTHS
) -> Baseline:
    """A linear model on the features and with the penalty that do best within training."""
    best = (-np.inf, 0, strengths[len(strengths) // 2])
    if len(choices) * len(strengths) > 1 or task.folds(task.train):
        for place, (_, features, count) in enumerate(choices):
            rows = task.some(4 * count)
            folds = task.folds(rows)
            if not folds:
                continue
            inner = np.unique(np.concatenate([held for _, held in folds]))
            matrix = features(rows[inner])
            where = np.full(len(rows), -1)
            where[inner] = np.arange(len(inner))
            for strength in strengths:
                scores = []
                for fit, held in folds:
                    model = _linear(matrix[where[fit]], task.labels[rows[fit]], strength, task.classify)
                    found = _predict(model, matrix[where[held]], task.classify)
                    scores.append(task.judge(task.labels[rows[held]], found))
                best = max(best, (round(float(np.mean(scores)), 6), -place, -strength))
    inner_score, place, strength = best[0], -best[1], abs(best[2])
    called, features, count = choices[place]
    rows = task.some(4 * count)
    model = _linear(features(rows), task.labels[rows], strength, task.classify)
    found = np.concatenate(
        [
            _predict(model, features(part), task.classify)
            for part in np.array_split(task.test, -(-len(task.test) // 5000))
        ]
    )
    used = f"; fitted on {len(rows):,} of {len(task.train):,} training rows" if len(rows) < len(task.train) else ""
    words = ", ".join(filter(None, [called, f"inverse penalty {strength:g}"]))
    return Baseline(name, f"{about} ({words}{used})", found, inner_score if np.isfinite(inner_score) else task.chance)


# ---------------------------------------------------------------------------------------------------------------- features


def describe(sequences: Sequences, progress: Progress = lambda _: None) -> dict[str, Numbers]:
    """What should not decide, for each sequence: GC content, length, low complexity, ambiguous and soft-masked letters."""
    rows = np.arange(len(sequences))
    gc, entropy = [], []
    for part in sequences.parts(rows):
        codes = sequences.padded(part)
        gc.append(composition(codes)[:, 0])
        words = kmer_frequencies(codes, 3)
        bits = -(words * np.log2(np.where(words > 0, words, 1))).sum(axis=1)
        entropy.append(bits / np.log2(np.clip(sequences.lengths[part] - 2, 2, 64)))
    lengths = sequences.lengths.astype(float)
    ambiguous = np.add.reduceat(sequences.codes > 3, sequences.starts[:-1], dtype=np.int64) - 1
    return {
        "GC content": np.concatenate(gc),
        "length": lengths,
        "low complexity": (1 - np.concatenate(entropy)).round(12),
        "ambiguous bases": ambiguous / lengths,
        "soft-masked bases": sequences.masked,
    }


def _by_parts(sequences: Sequences, rows: Whole, columns: int, of: Callable[[Whole], Matrix]) -> Matrix:
    matrix = np.empty((len(rows), columns), dtype=np.float32)
    done = 0
    for part in sequences.parts(rows):
        matrix[done : done + len(part)] = of(part)
        done += len(part)
    return matrix


def _word_features(sequences: Sequences, k: int) -> Choice:
    def features(rows: Whole) -> Matrix:
        return _by_parts(sequences, rows, 4**k, lambda part: kmer_frequencies(sequences.padded(part), k))

    return f"k = {k}", features, 4**k


def _position_features(sequences: Sequences, width: int) -> Choice:
    def features(rows: Whole) -> Matrix:
        def of(part: Whole) -> Matrix:
            return one_hot(sequences.padded(part, width)).reshape(len(part), -1)

        return _by_parts(sequences, rows, 4 * width, of)

    return f"first {width:,} positions", features, 4 * width


def _number_features(numbers: Matrix, called: str = "") -> Choice:
    return called, lambda rows: np.asarray(numbers[rows], dtype=np.float32), numbers.shape[1]


def _constant(task: Task) -> Baseline:
    value = float(task.labels[task.train].mean())
    name = "Most frequent class" if task.classify else "Mean of training"
    return Baseline(name, "the same answer for every sequence", np.full(len(task.test), value), task.chance)


def _cnn(task: Task) -> Baseline:
    """The laboratory's small convolutional network, on as many training rows as its memory allows."""
    width = min(MOST_POSITIONS, int(task.sequences.lengths.max()))
    width = max(width, CNN_FILTER_WIDTH + 1)
    rows = task.some(4 * 4 * CNN_FILTER_WIDTH * width, CNN_BYTES)

    def fitted(chosen: Whole) -> SmallCnn:
        return SmallCnn(task.seed).fit(task.sequences.padded(chosen, width), task.labels[chosen] > 0.5)

    def scored(model: SmallCnn, chosen: Whole) -> Numbers:
        logits = [model.score(task.sequences.padded(part, width)) for part in task.sequences.parts(chosen)]
        return np.asarray(1 / (1 + np.exp(-np.clip(np.concatenate(logits), -500, 500))))

    scores = [
        task.judge(task.labels[rows[held]], scored(fitted(rows[fit]), rows[held]))
        for fit, held in task.folds(rows, 1000)
    ]
    used = f"; fitted on {len(rows):,} of {len(task.train):,} training rows" if len(rows) < len(task.train) else ""
    about = f"16 filters of {CNN_FILTER_WIDTH} bases, maximum over positions{used}"
    return Baseline(
        "Small CNN", about, scored(fitted(rows), task.test), float(np.mean(scores)) if scores else task.chance
    )


def nearest_copy(task: Task, partner: Whole, same: Whole) -> Baseline:
    """The label of the most similar training sequence, where there is a near copy; the training mean elsewhere."""
    total = np.bincount(same[task.train], weights=task.labels[task.train], minlength=len(same))
    count = np.bincount(same[task.train], minlength=len(same))
    mean = float(task.labels[task.train].mean())
    scores = np.where(partner >= 0, total[partner] / np.maximum(count[partner], 1), mean)
    return Baseline("Label of the nearest copy in training", "remembers, does not learn", scores, task.chance)


def fit_all(
    task: Task, described: Mapping[str, Numbers], progress: Progress, *, cnn: bool = False, random_probe: bool = False
) -> list[Baseline]:
    """Every baseline, the simplest first."""
    found = [_constant(task)]
    alone = {"length": "Length only", "GC content": "GC content only"}
    for feature, name in alone.items():
        progress(f"fitting: {name}")
        column = described[feature][:, None]
        found.append(linear(task, name, "linear in one number", [_number_features(column)], (1.0,)))
    progress("fitting: GC, length and complexity")
    columns = np.stack(list(described.values()), axis=1)
    squares = np.concatenate([columns, (columns - columns[task.train].mean(axis=0)) ** 2], axis=1)
    about = "linear in GC content, length, complexity, ambiguous and masked share and their squares"
    found.append(linear(task, COMPOSITION, about, [_number_features(squares)], (1.0,)))
    progress("fitting: k-mers with a linear model")
    found.append(
        linear(task, "k-mers, linear", "frequencies of words", [_word_features(task.sequences, k) for k in WORDS])
    )
    progress("fitting: position-aware linear model")
    width = min(MOST_POSITIONS, int(task.sequences.lengths.max()))
    about = "the base at each position from the start"
    found.append(linear(task, "Position-aware linear", about, [_position_features(task.sequences, width)]))
    if random_probe:
        progress("fitting: linear probe on random features")
        random = RandomFeatures(task.seed)

        def features(rows: Whole) -> Matrix:
            return _by_parts(
                task.sequences, rows, 2 * random.filters, lambda part: random.embed(task.sequences.padded(part))
            )

        about = "mean and maximum of random filters, nothing trained but the probe"
        found.append(linear(task, "Random features, linear probe", about, [("", features, 2 * random.filters)]))
    if cnn and task.classify:
        progress("fitting: small CNN")
        found.append(_cnn(task))
    return found


COMPOSITION = "GC, length and complexity"


def probe(task: Task, embeddings: Matrix) -> Baseline:
    """The model under test when it comes as embeddings: a linear probe with the same choice of penalty."""
    return linear(task, "Linear probe on the embeddings", "linear in the embedding", [_number_features(embeddings)])
