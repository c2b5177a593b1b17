"""Many sequences in little memory: one byte a base, one after the other, with a gap behind each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fmgenomics.lab.simulate import PAST_END, Codes, Numbers, Whole

from .problem import InputError, shown

AMBIGUOUS = "NRYSWKMBDHV"
MOST_AMBIGUOUS = 0.1
"""Of all letters, those that are ambiguous other than N. Proteins use many letters of this alphabet too."""
LEAST_WIDTH = 16
_WRONG = 255
_GAP = "\n"


def _code_table() -> Codes:
    table = np.full(256, _WRONG, dtype=np.uint8)
    for letters, code in (("Aa", 0), ("Cc", 1), ("Gg", 2), ("TtUu", 3), (AMBIGUOUS + AMBIGUOUS.lower() + _GAP, 4)):
        table[[ord(letter) for letter in letters]] = code
    return table


_CODES = _code_table()
_LOWER = np.zeros(256, dtype=bool)
_LOWER[ord("a") : ord("z") + 1] = True
_OTHER_AMBIGUOUS = np.zeros(256, dtype=bool)
_OTHER_AMBIGUOUS[[ord(letter) for letter in AMBIGUOUS[1:] + AMBIGUOUS[1:].lower()]] = True


@dataclass(frozen=True)
class Sequences:
    """``codes`` holds 0..3 for the bases and 4 for ambiguous ones and gaps; ``starts`` has one entry more than there are sequences.

    ``masked`` is the share of lower-case letters, by which repeats are marked in soft-masked genomes.
    """

    codes: Codes
    starts: Whole
    masked: Numbers

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Whole:
        return np.diff(self.starts) - 1

    def one(self, row: int) -> Codes:
        return self.codes[self.starts[row] : self.starts[row + 1] - 1]

    def padded(self, rows: Whole, width: int | None = None) -> Codes:
        """A matrix of some rows, as the models of the laboratory take it: short ones padded, long ones cut to ``width``."""
        sizes = self.lengths[rows]
        columns = max(LEAST_WIDTH, int(sizes.max(initial=0)) if width is None else width)
        places = self.starts[rows][:, None] + np.arange(columns)
        inside = np.arange(columns) < sizes[:, None]
        return np.where(inside, self.codes[np.where(inside, places, 0)], np.uint8(PAST_END)).astype(np.uint8)

    def parts(self, rows: Whole, bases: int = 1 << 20) -> Iterator[Whole]:
        """The rows a few at a time, so that a padded matrix of one part stays small."""
        longest = max(LEAST_WIDTH, int(self.lengths[rows].max(initial=0)))
        size = max(1, bases // longest)
        for start in range(0, len(rows), size):
            yield rows[start : start + size]


def _complain(texts: Sequence[str], codes: Codes, starts: Whole) -> None:
    """Raise for the first sequence that is not one."""
    wrong = np.flatnonzero(codes == _WRONG)
    if len(wrong):
        row = int(np.searchsorted(starts, wrong[0], side="right")) - 1
        place = int(wrong[0] - starts[row])
        raise InputError(
            f"row {row + 1}: letter {shown(texts[row][place])} at position {place + 1} is no base: the alphabet is A C G T U N and "
            "the ambiguity codes (a sequence of DNA or RNA, no gaps, no protein)"
        )


def pack(texts: Sequence[str]) -> Sequences:
    """Check letters and pack. Case is kept as masking, U is read as T."""
    for row, text in enumerate(texts):
        if not text:
            raise InputError(f"row {row + 1}: the sequence is empty")
        if not text.isascii() or _GAP in text:
            place = next(i for i, letter in enumerate(text) if not letter.isascii() or letter == _GAP)
            raise InputError(f"row {row + 1}: letter {shown(text[place])} at position {place + 1} is no base")
    letters = np.frombuffer((_GAP.join(texts) + _GAP).encode("ascii"), dtype=np.uint8)
    starts = np.concatenate([[0], np.cumsum([len(text) + 1 for text in texts])]).astype(np.int64)
    codes = _CODES[letters]
    _complain(texts, codes, starts)
    sizes = np.diff(starts) - 1
    bases = np.add.reduceat(codes < PAST_END, starts[:-1], dtype=np.int64)
    if (bases == 0).any():
        raise InputError(f"row {int(np.argmax(bases == 0)) + 1}: the sequence has no A, C, G, T or U")
    ambiguous = int(_OTHER_AMBIGUOUS[letters].sum())
    if ambiguous > MOST_AMBIGUOUS * int(sizes.sum()):
        raise InputError(
            f"{ambiguous:,} of {int(sizes.sum()):,} letters are ambiguity codes other than N: this looks like protein, not DNA or RNA"
        )
    masked = np.add.reduceat(_LOWER[letters], starts[:-1], dtype=np.int64) / sizes
    if masked.min() == masked.max():  # all upper or all lower: case says nothing about repeats
        masked = np.zeros(len(sizes))
    return Sequences(codes, starts, masked)
