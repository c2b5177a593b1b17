"""One simulated sequence through four tokenizers: what each makes of one changed base and of a start one base later.

The tokenizers are small, exact versions of the kinds that genome language models use. Byte-pair encoding is learned
here on :data:`TRAINING_LENGTH` simulated bases; published models learn theirs on whole genomes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np

from .finding import SEED
from .simulate import BASES, Background, Genome, decode

K = 6
MERGES = 124
TRAINING_LENGTH = 20_000
REPEAT_SHARE = 0.4
WINDOWS = 100
WINDOW_LENGTH = 120
EXAMPLE_LENGTH = 7 * K
MOTIF, MOTIF_START = "TATAAAAG", 17
CHANGED_AT, CHANGED_TO = MOTIF_START + 2, "G"


class Token(NamedTuple):
    """A symbol and where in the sequence it begins."""

    start: int
    text: str


class Tokenizer(Protocol):
    """Cuts a sequence into tokens. ``vocabulary`` is the number of symbols it can use."""

    @property
    def name(self) -> str: ...
    @property
    def vocabulary(self) -> int: ...
    def __call__(self, sequence: str) -> tuple[Token, ...]: ...


def _checked(sequence: str) -> str:
    for place, letter in enumerate(sequence, start=1):
        if letter not in BASES:
            raise ValueError(f"letter {letter!r} at position {place}: expected one of {BASES}, in capitals")
    return sequence


def _side_by_side(texts: Iterable[str]) -> Iterator[Token]:
    start = 0
    for text in texts:
        yield Token(start, text)
        start += len(text)


@dataclass(frozen=True)
class SingleNucleotide:
    """Every base is a token."""

    name: str = "Single nucleotide"
    vocabulary: int = len(BASES)

    def __call__(self, sequence: str) -> tuple[Token, ...]:
        return tuple(_side_by_side(_checked(sequence)))


@dataclass(frozen=True)
class OverlappingKmers:
    """A token for the ``k`` bases that begin at each position."""

    k: int = K

    def __post_init__(self) -> None:
        _check_k(self.k)

    @property
    def name(self) -> str:
        return f"Overlapping {self.k}-mer"

    @property
    def vocabulary(self) -> int:
        return int(len(BASES) ** self.k)

    def __call__(self, sequence: str) -> tuple[Token, ...]:
        _checked(sequence)
        return tuple(Token(at, sequence[at : at + self.k]) for at in range(len(sequence) - self.k + 1))


@dataclass(frozen=True)
class NonOverlappingKmers:
    """Blocks of ``k`` bases from the first base on; what is left at the end becomes single bases."""

    k: int = K

    def __post_init__(self) -> None:
        _check_k(self.k)

    @property
    def name(self) -> str:
        return f"Non-overlapping {self.k}-mer"

    @property
    def vocabulary(self) -> int:
        return int(len(BASES) ** self.k) + (len(BASES) if self.k > 1 else 0)

    def __call__(self, sequence: str) -> tuple[Token, ...]:
        _checked(sequence)
        whole = len(sequence) - len(sequence) % self.k
        blocks = [sequence[at : at + self.k] for at in range(0, whole, self.k)]
        return tuple(_side_by_side([*blocks, *sequence[whole:]]))


def _check_k(k: int) -> None:
    if k < 1:
        raise ValueError(f"k is {k}: expected a whole number of at least 1")


@dataclass(frozen=True)
class BytePairEncoding:
    """Merges of neighbouring symbols, in the order in which they were learned."""

    merges: tuple[tuple[str, str], ...]
    name: str = "Byte-pair encoding"

    @classmethod
    def learn(cls, training: str, merges: int) -> BytePairEncoding:
        """Join the commonest pair of neighbours, again and again; of equally common pairs the first in the alphabet."""
        symbols = list(_checked(training))
        learned: list[tuple[str, str]] = []
        for _ in range(merges):
            pairs = Counter(pairwise(symbols))
            if not pairs:
                raise ValueError(
                    f"{len(learned)} merges make one token of all {len(training)} training bases: "
                    f"expected a longer sequence or at most {len(learned)} merges"
                )
            pair = min(pairs, key=lambda each: (-pairs[each], each))
            symbols = _joined(symbols, pair)
            learned.append(pair)
        return cls(tuple(learned))

    @property
    def vocabulary(self) -> int:
        return len(set(BASES) | {left + right for left, right in self.merges})

    def __call__(self, sequence: str) -> tuple[Token, ...]:
        symbols = list(_checked(sequence))
        for pair in self.merges:
            symbols = _joined(symbols, pair)
        return tuple(_side_by_side(symbols))


def _joined(symbols: Sequence[str], pair: tuple[str, str]) -> list[str]:
    """The symbols with each occurrence of ``pair`` made one, from left to right."""
    left, right = pair
    result: list[str] = []
    at = 0
    while at < len(symbols):
        if symbols[at] == left and at + 1 < len(symbols) and symbols[at + 1] == right:
            result.append(left + right)
            at += 2
        else:
            result.append(symbols[at])
            at += 1
    return result


def with_base(sequence: str, at: int, base: str) -> str:
    """The sequence with another base at index ``at``."""
    if sequence[at] == base:
        raise ValueError(f"position {at + 1} is {base} already: expected another base")
    return sequence[:at] + base + sequence[at + 1 :]


def lost(before: Sequence[Token], after: Sequence[Token], offset: int = 0) -> tuple[Token, ...]:
    """The tokens of ``before`` that no longer stand in their place; ``after`` begins ``offset`` bases later."""
    there = {Token(token.start + offset, token.text) for token in after}
    return tuple(token for token in before if token not in there)


@dataclass(frozen=True)
class Reading:
    """How one tokenizer reads the example, its changed copy and the same sequence from one base later.

    ``mean_changed`` and ``mean_shifted`` are the mean shares of tokens lost over simulated windows.
    """

    tokenizer: Tokenizer
    original: tuple[Token, ...]
    changed: tuple[Token, ...]
    shifted: tuple[Token, ...]
    mean_changed: float
    mean_shifted: float

    @property
    def lost_to_change(self) -> int:
        return len(lost(self.original, self.changed))

    @property
    def lost_to_shift(self) -> int:
        return len(lost(self.original, self.shifted, offset=1))


@cache
def tokenizers() -> tuple[Tokenizer, ...]:
    """The four tokenizers; byte-pair encoding is learned on simulated sequence with repeats."""
    rng = np.random.default_rng([SEED, 21])
    codes, _ = Genome(grammar=None, repeats=REPEAT_SHARE).draw(rng, TRAINING_LENGTH)
    learned = BytePairEncoding.learn(decode(codes), MERGES)
    return SingleNucleotide(), OverlappingKmers(), learned, NonOverlappingKmers()


@cache
def example() -> str:
    """The sequence of the worked example: simulated background with a TATA box written into it."""
    rng = np.random.default_rng([SEED, 22])
    background = decode(Background().draw(rng, 1, EXAMPLE_LENGTH)[0])
    return background[:MOTIF_START] + MOTIF + background[MOTIF_START + len(MOTIF) :]


def _mean_losses(tokenizer: Tokenizer) -> tuple[float, float]:
    """The mean share of a window's tokens that one changed base in its middle, and a start one base later, replace."""
    rng = np.random.default_rng([SEED, 23])
    shares = []
    for codes in Background().draw(rng, WINDOWS, WINDOW_LENGTH):
        window, middle = decode(codes), WINDOW_LENGTH // 2
        other = BASES[(int(codes[middle]) + int(rng.integers(1, len(BASES)))) % len(BASES)]
        original = tokenizer(window)
        changed = lost(original, tokenizer(with_base(window, middle, other)))
        shifted = lost(original, tokenizer(window[1:]), offset=1)
        shares.append((len(changed) / len(original), len(shifted) / len(original)))
    changed_share, shifted_share = np.mean(shares, axis=0)
    return float(changed_share), float(shifted_share)


@cache
def readings() -> tuple[Reading, ...]:
    """The worked example, one reading for each tokenizer."""
    sequence = example()
    changed = with_base(sequence, CHANGED_AT, CHANGED_TO)
    return tuple(
        Reading(each, each(sequence), each(changed), each(sequence[1:]), *_mean_losses(each)) for each in tokenizers()
    )


@dataclass(frozen=True, repr=False)
class WorkedExample:
    """The worked example as the page shows it."""

    title: str
    html: str

    def __repr__(self) -> str:
        return self.title

    def _repr_html_(self) -> str:
        return self.html


def _strip(tokens: Sequence[Token], new: Sequence[Token]) -> str:
    """Tokens as a line of boxes; those in ``new`` are marked."""
    tags = ["mark" if token in set(new) else "span" for token in tokens]
    return " ".join(f'<{tag} class="token">{token.text}</{tag}>' for tag, token in zip(tags, tokens, strict=True))


def _summary_row(reading: Reading) -> str:
    count = len(reading.original)
    cells = (
        f"{reading.tokenizer.vocabulary:,}",
        f"{count}",
        f"{reading.lost_to_change} of {count} (mean {reading.mean_changed:.1%})",
        f"{reading.lost_to_shift} of {count} (mean {reading.mean_shifted:.1%})",
    )
    return (
        f'<tr><th scope="row">{escape(reading.tokenizer.name)}</th>'
        + "".join(f'<td class="n">{cell}</td>' for cell in cells)
        + "</tr>"
    )


def _strip_rows(reading: Reading) -> str:
    """Three lines of tokens: as it is, with the changed base, from one base later. New tokens are marked."""
    back = tuple(Token(token.start - 1, token.text) for token in reading.original)
    lines = (
        ("as it is", reading.original, ()),
        ("one base changed", reading.changed, lost(reading.changed, reading.original)),
        ("read from the next base", reading.shifted, lost(reading.shifted, back)),
    )
    rows = "".join(
        f'<tr><th scope="row">{label}</th><td class="tokens">{_strip(tokens, new)}</td></tr>'
        for label, tokens, new in lines
    )
    return f'<tbody><tr><th scope="rowgroup" colspan="2">{escape(reading.tokenizer.name)}</th></tr>{rows}</tbody>'


def _scroll(label: str, table: str) -> str:
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">{table}</div>'


def show_worked_example() -> WorkedExample:
    """The worked example: a table of what each tokenizer loses, and the tokens themselves."""
    rows = readings()
    title = (
        f"A start one base later replaces every non-overlapping {K}-mer and few tokens of the other kinds; "
        f"one changed base replaces one token, or {K} of them where they overlap"
    )
    head = "".join(
        f'<th scope="col">{text}</th>'
        for text in ("Tokenizer", "Symbols", "Tokens", "Lost to one changed base", "Lost to a start one base later")
    )
    losses = "".join(_summary_row(row) for row in rows)
    summary = f'<table class="table"><thead><tr>{head}</tr></thead><tbody>{losses}</tbody></table>'
    strips = (
        '<table class="table token-table">'
        '<thead><tr><th scope="col">Sequence</th><th scope="col">Tokens</th></tr></thead>'
        f"{''.join(_strip_rows(row) for row in rows)}</table>"
    )
    notes = (
        f"Simulated sequence, not from any genome: {EXAMPLE_LENGTH} bases of background with the TATA box {MOTIF} at "
        f"position {MOTIF_START + 1}; the changed base is number {CHANGED_AT + 1}, "
        f"{example()[CHANGED_AT]} to {CHANGED_TO}.",
        "Marked tokens are those that the unchanged sequence did not have in that place.",
        f"In brackets, the mean share of tokens lost over {WINDOWS} simulated windows of {WINDOW_LENGTH} bases.",
        f"The byte-pair encoding is a small one: {MERGES} merges, learned on {TRAINING_LENGTH:,} simulated bases, "
        f"{REPEAT_SHARE:.0%} of them in copies of repeats.",
    )
    html = (
        f'<div class="book-figure tokenizers">\n<p class="book-figure-title">{title}</p>\n'
        f"{_scroll('What each tokenizer loses', summary)}\n{_scroll('The tokens of each tokenizer', strips)}\n"
        f'<div class="tokenizers-notes">{"".join(f"<p>{note}</p>" for note in notes)}</div>\n</div>'
    )
    return WorkedExample(title, html)
