"""Simulated DNA whose truth is known.

The generative model, in the order in which a sequence comes to be:

1. **Background.** A first-order Markov chain. Each sequence has its own GC content, drawn from a normal distribution;
   ``cpg`` says how often G follows C, relative to what composition alone gives.
2. **Grammar.** A positive sequence carries two motifs in a fixed order with a gap from a stated range, at a random place.
   A share of the negatives (``decoys``) carries the same two motifs in the wrong order: motif counts cannot tell these apart.
3. **Families.** Each such sequence founds a family. Its copies, as many as a Poisson number says, keep its label and its
   motifs, as selection would have it, and differ from it elsewhere by independent substitutions.
4. **Classes.** A stated share of the families is positive. Negatives may differ in GC content and in length.

Genomes for the language models are background with interspersed repeats, see :class:`Genome`. Every draw comes from the numpy
``Generator`` that the caller hands in: the same seed gives the same sequences.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

BASES = "ACGT"
PAST_END = 4
"""Stands in a row of codes after the last base of a sequence shorter than the row."""

Codes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]


def encode(text: str) -> Codes:
    """Letters to codes 0..3."""
    codes = np.array([BASES.find(letter) for letter in text], dtype=np.int8)
    if (codes < 0).any():
        place = int(np.argmax(codes < 0))
        raise ValueError(f"letter {text[place]!r} at position {place + 1}: a simulated sequence has only {BASES}")
    return codes.astype(np.uint8)


def decode(codes: Codes) -> str:
    """Codes to letters; what lies past the end is left out."""
    return "".join(BASES[code] for code in codes if code != PAST_END)


@dataclass(frozen=True)
class Background:
    """The sequence between the motifs. ``gc`` is the mean before CpG depletion, ``gc_spread`` its SD between sequences."""

    gc: float = 0.46
    gc_spread: float = 0.03
    cpg: float = 0.5

    def draw(self, rng: np.random.Generator, count: int, length: int) -> Codes:
        gc = np.clip(rng.normal(self.gc, self.gc_spread, count), 0.05, 0.95)
        composition = np.stack([(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2], axis=1)
        steps = np.repeat(composition[:, None, :], 4, axis=1)
        steps[:, 1, 2] *= self.cpg
        steps /= steps.sum(axis=2, keepdims=True)
        bounds = steps.cumsum(axis=2)[:, :, :3]
        codes = np.empty((count, length), dtype=np.uint8)
        uniform = rng.random((count, length))
        codes[:, 0] = (uniform[:, :1] > composition.cumsum(axis=1)[:, :3]).sum(axis=1)
        rows = np.arange(count)
        for place in range(1, length):
            codes[:, place] = (uniform[:, place : place + 1] > bounds[rows, codes[:, place - 1]]).sum(axis=1)
        return codes


@dataclass(frozen=True)
class Motif:
    """A binding motif: each position shows its consensus base with probability ``fidelity``, else one of the other three."""

    consensus: str
    fidelity: float = 0.85

    @property
    def width(self) -> int:
        return len(self.consensus)

    def draw(self, rng: np.random.Generator, count: int) -> Codes:
        return diverge(rng, np.tile(encode(self.consensus), (count, 1)), 1 - self.fidelity)


@dataclass(frozen=True)
class Grammar:
    """Two motifs in an order, ``gaps`` bases apart (both ends included). ``start`` fixes where the first begins."""

    first: Motif = Motif("TGACTCAT")
    second: Motif = Motif("GGAAGTGA")
    gaps: tuple[int, int] = (3, 8)
    start: int | None = None

    @property
    def width(self) -> int:
        return self.first.width + self.gaps[1] + self.second.width

    def write(self, rng: np.random.Generator, codes: Codes, lengths: Whole, *, swapped: bool = False) -> Truth:
        """Write one occurrence into each row of ``codes`` and return where; ``swapped`` writes the motifs in the wrong order."""
        count = len(codes)
        left, right = (self.second, self.first) if swapped else (self.first, self.second)
        starts = (
            rng.integers(0, lengths - self.width + 1)
            if self.start is None
            else np.full(count, self.start, dtype=np.int64)
        )
        gaps = rng.integers(self.gaps[0], self.gaps[1] + 1, count)
        written = np.zeros(codes.shape, dtype=bool)
        rows = np.arange(count)[:, None]
        for motif, begin in ((left, starts), (right, starts + left.width + gaps)):
            places = begin[:, None] + np.arange(motif.width)
            codes[rows, places] = motif.draw(rng, count)
            written[rows, places] = True
        return written


def diverge(rng: np.random.Generator, codes: Codes, share: float) -> Codes:
    """A copy in which each base is replaced by one of the other three with probability ``share``."""
    hit = rng.random(codes.shape) < share
    shifted = (codes + rng.integers(1, 4, codes.shape, dtype=np.uint8)) % 4
    return np.where(hit & (codes != PAST_END), shifted, codes).astype(np.uint8)


@dataclass(frozen=True)
class Sample:
    """Sequences with their labels and families. Rows shorter than the widest end in :data:`PAST_END`."""

    codes: Codes
    labels: Truth
    families: Whole

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Whole | Truth) -> Sample:
        return Sample(self.codes[rows], self.labels[rows], self.families[rows])


@dataclass(frozen=True)
class World:
    """The stated generative model of labelled sequences; see the module's text."""

    length: int = 100
    length_spread: float = 0.0
    background: Background = Background()
    grammar: Grammar | None = Grammar()
    decoys: float = 0.0
    positives: float = 0.5
    family_size: float = 1.0
    divergence: float = 0.1
    negative_gc_shift: float = 0.0
    negative_length_shift: float = 0.0

    def _founders(self, rng: np.random.Generator, labels: Truth) -> tuple[Codes, Truth]:
        """The first sequence of each family, and which of its bases belong to a motif."""
        count = len(labels)
        mean = np.where(labels, self.length, self.length + self.negative_length_shift)
        least = self.grammar.width if self.grammar else 10
        lengths = np.rint(rng.normal(mean, self.length_spread)).astype(np.int64).clip(least, None)
        widest = int(lengths.max())
        shifted = Background(
            self.background.gc + self.negative_gc_shift, self.background.gc_spread, self.background.cpg
        )
        codes = self.background.draw(rng, count, widest)
        codes[~labels] = shifted.draw(rng, int((~labels).sum()), widest)
        is_motif = np.zeros(codes.shape, dtype=bool)
        if self.grammar:
            decoys = ~labels & (rng.random(count) < self.decoys)
            for chosen, swapped in ((labels, False), (decoys, True)):
                picked = codes[chosen]
                is_motif[chosen] = self.grammar.write(rng, picked, lengths[chosen], swapped=swapped)
                codes[chosen] = picked
        codes[np.arange(widest) >= lengths[:, None]] = PAST_END
        return codes, is_motif

    def draw(self, rng: np.random.Generator, count: int) -> Sample:
        """``count`` sequences, family after family; the last family may be cut short."""
        sizes = 1 + rng.poisson(self.family_size - 1, count)
        families = np.repeat(np.arange(count), sizes)[:count]
        founders = int(families[-1]) + 1
        labels = np.zeros(founders, dtype=bool)
        labels[rng.permutation(founders)[: round(founders * self.positives)]] = True
        founder_codes, is_motif = self._founders(rng, labels)
        codes = founder_codes[families]
        is_copy = np.r_[False, families[1:] == families[:-1]]
        changed = diverge(rng, codes, self.divergence)
        codes = np.where(is_copy[:, None] & ~is_motif[families], changed, codes)
        return Sample(codes, labels[families], families.astype(np.int64))


@dataclass(frozen=True)
class Genome:
    """Unlabelled sequence: background with regulatory grammar and interspersed repeats.

    ``repeats`` is the share of the genome that copies of ``elements`` consensus elements cover; each copy has diverged by
    ``divergence``. Between them, ``motif_every`` bases apart on average, stands one occurrence of the grammar.
    """

    background: Background = field(default_factory=Background)
    grammar: Grammar | None = Grammar()
    motif_every: int = 100
    repeats: float = 0.0
    elements: int = 4
    element_length: int = 200
    divergence: float = 0.05

    def draw(self, rng: np.random.Generator, length: int) -> tuple[Codes, Truth]:
        """The genome and, for each base, whether it lies in a repeat.

        The genome is a row of blocks of one element's length; each block is a repeat or unique sequence.
        """
        blocks = -(-length // self.element_length)
        unique = World(self.element_length, background=self.background, grammar=None).draw(rng, blocks).codes
        if self.grammar:
            for start in range(0, self.element_length - self.motif_every + 1, self.motif_every):
                part = unique[:, start : start + self.motif_every]
                self.grammar.write(rng, part, np.full(blocks, self.motif_every))
        library = self.background.draw(rng, self.elements, self.element_length)
        is_repeat = np.zeros(blocks, dtype=bool)
        is_repeat[rng.permutation(blocks)[: round(self.repeats * blocks)]] = True
        unique[is_repeat] = diverge(rng, library[rng.integers(0, self.elements, int(is_repeat.sum()))], self.divergence)
        return unique.ravel()[:length], np.repeat(is_repeat, self.element_length)[:length]


def split_by_group(rng: np.random.Generator, sample: Sample, groups: Whole, test_share: float) -> tuple[Sample, Sample]:
    """Training and test set such that no group stands in both; a group a sequence makes it a random split."""
    room = round(test_share * len(sample))
    sizes = np.bincount(groups)
    chosen = []
    for name in rng.permutation(np.unique(groups)):
        if sizes[name] <= room:  # a group that no longer fits stays in training
            chosen.append(name)
            room -= sizes[name]
    is_test = np.isin(groups, chosen)
    return sample.take(~is_test), sample.take(is_test)
