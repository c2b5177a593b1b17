"""Copies of training sequences in the test set: exact, reverse complement, and near copies by shared words.

Near copies are found without an alignment. Each sequence is read as its set of canonical words of ``k`` bases (a word and its reverse
complement are one). Of these, a fixed share is kept, chosen by a hash of the word, so that two sequences keep the same words (the
"FracMinHash" idea); for small data all are kept. Two sequences are near copies when the shorter one shares at least ``identity ** k`` of
its words with the other: what is left of the words after ``1 - identity`` of the bases changed at random. Windows of a genome that overlap
by a fifth are near copies too. Sequences linked by near copies, directly or over others, form a cluster.

A word that stands in many sequences is compared among neighbours in an order that puts similar sequences side by side, up to
``MOST_PAIRS`` comparisons; the clusters then hold families that are larger than that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from fmgenomics.lab.simulate import PAST_END, Codes, Truth, Whole

from .sequences import Sequences

IDENTITY = 0.9
LEAST_SHARED = 4
SHORT = 60
MOST_WORDS = 16_000_000
MOST_PAIRS = 40_000_000
WINDOW = 64
_CHUNK = 1 << 21
_ROW = np.uint64(0xFFFFFFFF)
_COMPLEMENT = np.array([3, 2, 1, 0, 4], dtype=np.uint8)

Keys = npt.NDArray[np.uint64]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Copies:
    """What was found among all rows.

    ``same`` gives each row the first row that is identical on either strand, ``forward`` the first that is on the same strand,
    ``cluster`` the number of its cluster. ``pairs`` are near copies among those first rows, with the part of the shorter
    sequence's words that they share in ``shared``.
    """

    word: int
    kept: float
    same: Whole
    forward: Whole
    cluster: Whole
    pairs: Whole
    shared: npt.NDArray[np.float64]

    def partner(self, rows: Whole, others: Whole) -> Whole:
        """For each of ``rows`` the first row of the most similar group that has a member among ``others``, or -1."""
        there = np.zeros(len(self.same), dtype=bool)
        there[self.same[others]] = True
        best = np.full(len(self.same), -1, dtype=np.int64)
        one, other = np.concatenate([self.pairs, self.pairs[:, ::-1]]).T
        usable = np.flatnonzero(there[other])
        rising = usable[np.argsort(np.tile(self.shared, 2)[usable], kind="stable")]
        best[one[rising]] = other[rising]  # the last written shares most
        best[there] = np.flatnonzero(there)
        return best[self.same[rows]]

    def clustered(self, rows: Whole, others: Whole) -> Truth:
        """Which of ``rows`` are in a cluster with any of ``others``."""
        return np.isin(self.cluster[rows], self.cluster[others])


def word_size(lengths: Whole) -> int:
    """Long enough that unrelated sequences share next to no word by chance, no longer, so that words survive changes."""
    least = 10 if float(np.median(lengths)) >= SHORT else 8
    return next((k for k in range(least, 16, 2) if 4**k >= 4 * int(lengths.sum())), 16)


def _packed(codes: npt.NDArray[np.uint32], k: int, *, reverse: bool) -> npt.NDArray[np.uint32]:
    """The word of ``k`` bases that begins at each place, two bits a base; ``reverse`` puts the last base first."""
    words, size = codes, 1
    pieces = [(codes, 1)]
    while size * 2 <= k:
        words = _joined(words, words, size, size, reverse)
        size *= 2
        pieces.append((words, size))
    for piece, width in reversed(pieces):
        if size + width <= k:
            words = _joined(words, piece, size, width, reverse)
            size += width
    return words


def _joined(
    left: npt.NDArray[np.uint32], right: npt.NDArray[np.uint32], size: int, width: int, reverse: bool
) -> npt.NDArray[np.uint32]:
    after = right[size:]
    before = left[: len(after)]
    joined = (after << np.uint32(2 * size)) | before if reverse else (before << np.uint32(2 * width)) | after
    return joined.astype(np.uint32, copy=False)


def _scrambled(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """A one-to-one hash of 32 bits."""
    words = words ^ (words >> np.uint32(16))
    words = words * np.uint32(0x7FEB352D)
    words ^= words >> np.uint32(15)
    words *= np.uint32(0x846CA68B)
    return words ^ (words >> np.uint32(16))


def _hashed_words(sequences: Sequences, k: int, share: float) -> Iterator[Keys]:
    """Hash of a kept word in the upper half, its row in the lower, chunk after chunk of the packed codes."""
    codes = sequences.codes
    limit = np.uint64(round(share * 2**32))
    for start in range(0, len(codes), _CHUNK):
        part = codes[start : start + _CHUNK + k - 1]
        if len(part) < k:
            return
        wrong = np.concatenate([[0], np.cumsum(part == PAST_END, dtype=np.int32)])
        valid = wrong[k:] == wrong[:-k]
        bases = (part & 3).astype(np.uint32)
        forward = _packed(bases, k, reverse=False)
        backward = _packed(3 - bases, k, reverse=True)
        hashes = _scrambled(np.minimum(forward, backward)).astype(np.uint64)
        places = np.flatnonzero(valid & (hashes < limit))
        rows = np.searchsorted(sequences.starts, places + start, side="right") - 1
        yield (hashes[places] << np.uint64(32)) | rows.astype(np.uint64)


def _identical(sequences: Sequences) -> tuple[Whole, Whole]:
    """Group numbers of identical sequences, on either strand and on the same strand."""
    same: dict[bytes, int] = {}
    forward: dict[bytes, int] = {}
    groups = np.empty((2, len(sequences)), dtype=np.int64)
    for row in range(len(sequences)):
        codes = sequences.one(row)
        own = hashlib.blake2b(codes.tobytes(), digest_size=16).digest()
        other = hashlib.blake2b(_reverse_complement(codes).tobytes(), digest_size=16).digest()
        groups[0, row] = same.setdefault(min(own, other), row)
        groups[1, row] = forward.setdefault(own, row)
    return groups[0], groups[1]


def _reverse_complement(codes: Codes) -> Codes:
    return np.asarray(_COMPLEMENT[codes[::-1]])


def _order(keys: Keys, rows: int) -> Whole:
    """A place for each row such that rows with the same smallest hash are neighbours."""
    smallest = np.full(rows, np.iinfo(np.uint64).max, dtype=np.uint64)
    smallest[(keys & _ROW).astype(np.int64)[::-1]] = keys[::-1]  # the first of each row is written last
    place = np.empty(rows, dtype=np.int64)
    place[np.argsort(smallest, kind="stable")] = np.arange(rows)
    return place


def _first_of_equal(sorted_values: npt.NDArray[Any]) -> Truth:
    """Which are the first of their value. ``numpy.unique`` does the same through a hash table, ten times slower on this many."""
    return np.concatenate([np.ones(min(1, len(sorted_values)), dtype=bool), sorted_values[1:] != sorted_values[:-1]])


def _shared_counts(hashes: npt.NDArray[np.uint32], places: Whole, rows: int) -> tuple[Whole, Whole]:
    """Pairs of places that share words, as ``left * rows + right``, and how many they share."""
    pairs, counts = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    budget = MOST_PAIRS
    for offset in range(1, WINDOW):
        together = np.flatnonzero(hashes[offset:] == hashes[:-offset])
        if not len(together) or budget <= 0:
            break
        budget -= len(together)
        one, other = places[together], places[together + offset]
        found = np.minimum(one, other) * rows + np.maximum(one, other)
        merged = np.concatenate([pairs, found])
        times = np.concatenate([counts, np.ones(len(found), dtype=np.int64)])
        order = np.argsort(merged, kind="stable")
        starts = np.flatnonzero(_first_of_equal(merged[order]))
        pairs, counts = merged[order[starts]], np.add.reduceat(times[order], starts)
    return pairs, counts


def find_copies(sequences: Sequences, progress: Progress = lambda _: None) -> Copies:
    """Exact and near copies among all sequences."""
    rows = len(sequences)
    k = word_size(sequences.lengths)
    share = min(1.0, MOST_WORDS / len(sequences.codes))
    progress("looking for identical sequences")
    same, forward = _identical(sequences)
    progress(f"looking for near copies by words of {k} bases")
    keys = np.concatenate([*_hashed_words(sequences, k, share), np.empty(0, dtype=np.uint64)])
    keys.sort()
    keys = keys[_first_of_equal(keys)]
    sizes = np.bincount((keys & _ROW).astype(np.int64), minlength=rows)
    place = _order(keys, rows)
    own = (keys & _ROW).astype(np.int64)
    keys = keys[same[own] == own]  # one of each identical group
    hashes = (keys >> np.uint64(32)).astype(np.uint32)
    recurs = np.zeros(len(hashes), dtype=bool)
    equal = hashes[1:] == hashes[:-1]
    recurs[1:] |= equal
    recurs[:-1] |= equal
    keys, hashes = keys[recurs], hashes[recurs]
    places = place[(keys & _ROW).astype(np.int64)]
    by_place = (hashes.astype(np.uint64) << np.uint64(32)) | places.astype(np.uint64)
    by_place.sort()
    in_order = ((by_place >> np.uint64(32)).astype(np.uint32), (by_place & _ROW).astype(np.int64))
    pairs, counts = _shared_counts(*in_order, rows)
    back = np.argsort(place)
    left, right = back[pairs // rows], back[pairs % rows]
    shorter = np.minimum(sizes[left], sizes[right])
    enough = (counts >= LEAST_SHARED) & (counts >= IDENTITY**k * shorter)
    left, right, shared = left[enough], right[enough], counts[enough] / shorter[enough]
    links = coo_matrix(
        (
            np.ones(len(left) + rows, dtype=np.int8),
            (np.concatenate([left, np.arange(rows)]), np.concatenate([right, same])),
        ),
        shape=(rows, rows),
    )
    cluster = connected_components(links, directed=False)[1].astype(np.int64)
    return Copies(k, share, same, forward, cluster, np.stack([left, right], axis=1), shared)
