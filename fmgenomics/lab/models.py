"""The models of the laboratory, from one number a sequence to a small pre-trained network.

Every classifier has ``fit(codes, labels)`` and ``score(codes)`` (larger means more likely positive). Every encoder has
``embed(codes)``; a :class:`Probe` puts logistic regression on it. :class:`MarkovModel` and :class:`MaskedModel` are language models:
both give bases probabilities. They are small on purpose: the largest has a few thousand parameters, and what they show is
how an evaluation goes wrong, not what a large model can do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .simulate import PAST_END, Codes, Numbers, Truth

Single = npt.NDArray[np.float32]


class Classifier(Protocol):
    def fit(self, codes: Codes, labels: Truth) -> Self: ...

    def score(self, codes: Codes) -> Numbers: ...


# ---------------------------------------------------------------------------------------------------------------- features


def composition(codes: Codes) -> Numbers:
    """GC content, one column. Knows nothing of the order of bases."""
    is_base = codes != PAST_END
    return (((codes == 1) | (codes == 2)).sum(axis=1) / is_base.sum(axis=1))[:, None]


def lengths(codes: Codes) -> Numbers:
    """Length in bases, one column. Does not read the sequence at all."""
    return (codes != PAST_END).sum(axis=1, dtype=float)[:, None]


def _words(codes: Codes, k: int) -> tuple[npt.NDArray[np.int64], Truth]:
    """The word that begins at each position as a number, and whether all of it lies inside the sequence."""
    words = np.zeros((*codes.shape[:-1], codes.shape[-1] - k + 1), dtype=np.int64)
    valid = np.ones(words.shape, dtype=bool)
    for place in range(k):
        part = codes[..., place : place + words.shape[-1]]
        words = words * 4 + part
        valid &= part != PAST_END
    return words, valid


def kmer_frequencies(codes: Codes, k: int) -> Numbers:
    """Share of each of the ``4**k`` words among the words of a sequence."""
    words, valid = _words(codes, k)
    rows = np.broadcast_to(np.arange(len(codes))[:, None], words.shape)
    counts = np.bincount((rows * 4**k + words)[valid], minlength=len(codes) * 4**k).reshape(len(codes), -1)
    return counts / np.maximum(valid.sum(axis=1, keepdims=True), 1)


def words_present(codes: Codes, k: int) -> csr_matrix:
    """Which of the ``4**k`` words stand in each sequence, as a sparse matrix of ones."""
    words, valid = _words(codes, k)
    rows = np.broadcast_to(np.arange(len(codes))[:, None], words.shape)
    pairs = np.unique((rows * 4**k + words)[valid])
    ones = np.ones(len(pairs), dtype=np.int32)
    return csr_matrix((ones, (pairs // 4**k, pairs % 4**k)), shape=(len(codes), 4**k))


def one_hot(codes: Codes) -> Single:
    """Four indicator columns a position; none is set past the end."""
    return np.eye(5, 4, dtype=np.float32)[codes]


def positions(codes: Codes) -> Numbers:
    """One-hot base at each position, flat."""
    return one_hot(codes).reshape(len(codes), -1).astype(float)


# -------------------------------------------------------------------------------------------------------------- classifiers


@dataclass
class Linear:
    """Logistic regression on standardised features of a sequence. ``strength`` is the inverse weight of the L2 penalty."""

    features: Callable[[Codes], npt.NDArray[np.floating]]
    strength: float = 0.01
    _pipeline: Any = field(default=None, repr=False)

    def fit(self, codes: Codes, labels: Truth) -> Self:
        pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=self.strength, max_iter=500))
        self._pipeline = pipeline.fit(self.features(codes), labels)
        return self

    def score(self, codes: Codes) -> Numbers:
        if self._pipeline is None:
            raise RuntimeError("fit the model before asking for scores")
        return np.asarray(self._pipeline.decision_function(self.features(codes)))


def gc_only() -> Linear:
    return Linear(composition, strength=1.0)


def length_only() -> Linear:
    return Linear(lengths, strength=1.0)


def kmer_logistic(k: int = 5) -> Linear:
    return Linear(lambda codes: kmer_frequencies(codes, k), strength=0.003)


def position_linear() -> Linear:
    return Linear(positions)


class _Adam:
    """The Adam optimiser for a few arrays, updated in place."""

    def __init__(self, weights: list[Single], rate: float):
        self.weights, self.rate, self.step = weights, rate, 0
        self.mean = [np.zeros_like(w) for w in weights]
        self.square = [np.zeros_like(w) for w in weights]

    def update(self, gradients: list[Single]) -> None:
        self.step += 1
        for weight, gradient, mean, square in zip(self.weights, gradients, self.mean, self.square, strict=True):
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient * gradient - square)
            correction = np.float32(np.sqrt(1 - 0.999**self.step) / (1 - 0.9**self.step))
            weight -= np.float32(self.rate) * correction * mean / (np.sqrt(square) + np.float32(1e-8))


def _windows(codes: Codes, width: int) -> Single:
    """One-hot windows of ``width`` bases: (sequences, places, 4 * width)."""
    flat = one_hot(codes).reshape(len(codes), -1)
    return np.ascontiguousarray(sliding_window_view(flat, 4 * width, axis=1)[:, ::4])


def _in_parts(codes: Codes, size: int = 250) -> list[Codes]:
    """Few sequences at a time, to keep memory small."""
    return np.array_split(codes, -(-len(codes) // size))


@dataclass
class SmallCnn:
    """A convolution, ReLU, the maximum over positions and a logistic output, trained with Adam on mini-batches."""

    seed: int
    filters: int = 16
    width: int = 10
    epochs: int = 20
    rate: float = 0.02
    batch: int = 50
    decay: float = 1e-3
    _weights: list[Single] = field(default_factory=list, repr=False)

    @property
    def parameters(self) -> int:
        return self.width * 4 * self.filters + 2 * self.filters + 1

    def fit(self, codes: Codes, labels: Truth) -> Self:
        rng = np.random.default_rng(self.seed)
        filters = rng.normal(0, 0.3, (self.width * 4, self.filters)).astype(np.float32)
        bias = np.zeros(self.filters, dtype=np.float32)
        output = rng.normal(0, 0.3, self.filters).astype(np.float32)
        offset = np.zeros(1, dtype=np.float32)
        self._weights = [filters, bias, output, offset]
        optimiser = _Adam(self._weights, self.rate)
        windows, target = _windows(codes, self.width), labels.astype(np.float32)
        for _ in range(self.epochs):
            order = rng.permutation(len(codes))
            for start in range(0, len(codes), self.batch):
                rows = order[start : start + self.batch]
                optimiser.update(self._gradients(windows[rows], target[rows]))
        return self

    def _gradients(self, windows: Single, target: Single) -> list[Single]:
        filters, bias, output, offset = self._weights
        response = windows @ filters + bias
        places = response.argmax(axis=1)
        peak = np.maximum(np.take_along_axis(response, places[:, None, :], axis=1)[:, 0], 0)
        error = (1 / (1 + np.exp(-(peak @ output) - offset)) - target) / np.float32(len(target))
        back = error[:, None] * output * (peak > 0)
        at_peak = windows[np.arange(len(target))[:, None], places]
        return [
            np.einsum("bf,bfw->wf", back, at_peak) + np.float32(self.decay) * filters,
            back.sum(axis=0),
            error @ peak + np.float32(self.decay) * output,
            np.asarray([error.sum()], dtype=np.float32),
        ]

    def score(self, codes: Codes) -> Numbers:
        if not self._weights:
            raise RuntimeError("fit the model before asking for scores")
        filters, bias, output, offset = self._weights
        peaks = [(_windows(part, self.width) @ filters + bias).max(axis=1) for part in _in_parts(codes)]
        return (np.maximum(np.concatenate(peaks), 0) @ output + offset[0]).astype(float)


# ---------------------------------------------------------------------------------------------------------- language models


class MarkovModel:
    """The smallest language model: the next base from the ``order`` bases before it.

    Contexts are smoothed towards the next shorter one, as if it had been seen ``weight`` more times there (interpolation
    after Witten-Bell's idea with a fixed weight), so that a rare context costs little.
    """

    def __init__(self, order: int, weight: float = 4.0):
        self.order, self.weight = order, weight
        self._tables: list[Numbers] = []

    @property
    def parameters(self) -> int:
        return 3 * 4**self.order

    def fit(self, genome: Codes) -> Self:
        table = np.full((1, 4), 0.25)
        self._tables = []
        for order in range(self.order + 1):
            words, _ = _words(genome, order + 1)
            counts = np.bincount(words, minlength=4 ** (order + 1)).reshape(-1, 4).astype(float)
            shorter = np.tile(table, (len(counts) // len(table), 1))  # the last bases of a context decide
            table = (counts + self.weight * shorter) / (counts.sum(axis=1, keepdims=True) + self.weight)
            self._tables.append(table)
        return self

    def log_likelihood(self, genome: Codes) -> Numbers:
        """Natural log of the probability of each base; the first ``order`` bases use the contexts they have."""
        if not self._tables:
            raise RuntimeError("fit the model before asking for likelihoods")
        start = [self._tables[place].ravel()[_words(genome[: place + 1], place + 1)[0]] for place in range(self.order)]
        rest = self._tables[-1].ravel()[_words(genome, self.order + 1)[0]]
        return np.log(np.concatenate([*start, rest]))


class MaskedModel:
    """A small masked language model: one hidden layer guesses a hidden base from the ``reach`` bases on either side.

    ``pretrain`` is self-supervised: it sees unlabelled sequence only. Not pre-trained, the same object is the untrained copy
    of the same architecture. The hidden layer at a position is that position's embedding.
    """

    def __init__(self, seed: int, reach: int = 8, hidden: int = 64):
        self.seed, self.reach, self.hidden = seed, reach, hidden
        rng = np.random.default_rng([seed, 1])
        around = 2 * reach
        self._in = rng.normal(0, 1 / np.sqrt(around), (around * 4, hidden)).astype(np.float32)
        self._in_bias = np.zeros(hidden, dtype=np.float32)
        self._out = rng.normal(0, 0.1, (hidden, 4)).astype(np.float32)
        self._out_bias = np.zeros(4, dtype=np.float32)
        self.bases_seen = 0

    @property
    def parameters(self) -> int:
        return sum(w.size for w in (self._in, self._in_bias, self._out, self._out_bias))

    def _around(self, genome: Codes, centres: npt.NDArray[np.int64]) -> Single:
        """The bases around each centre, one-hot and flat, without the centre itself."""
        offsets = np.r_[-self.reach : 0, 1 : self.reach + 1]
        return one_hot(genome[centres[:, None] + offsets]).reshape(len(centres), -1)

    def pretrain(self, genome: Codes, steps: int = 1500, batch: int = 128, rate: float = 0.005) -> Self:
        """Hide a base, guess it: ``steps`` mini-batches from places drawn at random in ``genome``."""
        rng = np.random.default_rng([self.seed, 2])
        optimiser = _Adam([self._in, self._in_bias, self._out, self._out_bias], rate)
        rows = np.arange(batch)
        for step in range(steps):
            optimiser.rate = rate * (1 - step / steps)
            centres = rng.integers(self.reach, len(genome) - self.reach, batch)
            around = self._around(genome, centres)
            hidden = np.maximum(around @ self._in + self._in_bias, 0)
            error = _softmax(hidden @ self._out + self._out_bias)
            error[rows, genome[centres]] -= 1
            error /= np.float32(batch)
            back = (error @ self._out.T) * (hidden > 0)
            optimiser.update([around.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)])
        self.bases_seen += steps * batch
        return self

    def probabilities(self, genome: Codes) -> Single:
        """For each base of ``genome``, what the model expects there; where the window leaves the genome, all are equal."""
        result = np.full((len(genome), 4), 0.25, dtype=np.float32)
        inner = np.arange(self.reach, len(genome) - self.reach)
        for part in np.array_split(inner, max(1, len(inner) // 20_000)):
            hidden = np.maximum(self._around(genome, part) @ self._in + self._in_bias, 0)
            result[part] = _softmax(hidden @ self._out + self._out_bias)
        return result

    def tokens(self, codes: Codes) -> Single:
        """The embedding of every position: (sequences, positions, hidden)."""
        padded = np.pad(codes, ((0, 0), (self.reach, self.reach)), constant_values=PAST_END)
        hole = np.zeros((4, self.hidden), dtype=np.float32)  # the centre stays hidden
        weights = np.concatenate([self._in[: 4 * self.reach], hole, self._in[4 * self.reach :]])
        return np.maximum(_windows(padded, 2 * self.reach + 1) @ weights + self._in_bias, 0)

    def embed(self, codes: Codes) -> Numbers:
        """The mean of the position embeddings."""
        return np.concatenate([_mean_over_bases(self.tokens(part), part) for part in _in_parts(codes)]).astype(float)


def _mean_over_bases(tokens: Single, codes: Codes) -> Single:
    is_base = (codes != PAST_END)[:, :, None]
    return (tokens * is_base).sum(axis=1) / is_base.sum(axis=1)


def _softmax(logits: Single) -> Single:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class RandomFeatures:
    """Random filters, ReLU, and over positions both the mean and the maximum: nothing in it was ever trained."""

    seed: int
    filters: int = 64
    width: int = 8

    def embed(self, codes: Codes) -> Numbers:
        rng = np.random.default_rng(self.seed)
        filters = rng.normal(0, 1 / np.sqrt(self.width), (4 * self.width, self.filters)).astype(np.float32)
        rows = []
        for part in _in_parts(codes):
            response = np.maximum(_windows(part, self.width) @ filters, 0)
            rows.append(np.concatenate([response.mean(axis=1), response.max(axis=1)], axis=1))
        return np.concatenate(rows).astype(float)


PROBE_STRENGTH = 0.1


def probe(embed: Callable[[Codes], Numbers], strength: float = PROBE_STRENGTH) -> Linear:
    """A linear probe: logistic regression on frozen embeddings."""
    return Linear(embed, strength=strength)


def probe_scores(train: Numbers, labels: Truth, test: Numbers) -> Numbers:
    """The same probe when the embeddings are at hand: fit on ``train``, scores of ``test``."""
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=PROBE_STRENGTH, max_iter=500)).fit(train, labels)
    return np.asarray(pipeline.decision_function(test))
