"""Designed phage genomes: how near each is to a known one, and how well that alone predicts which are viable.

Reads ``phage_gen/data`` of a clone of evo-design/evo on GitHub: the viable and the non-viable designs, and as known genomes phiX174
itself, the phiX174-like wild isolates and the phiX174 variants used for fine-tuning. Among these variants are laboratory lines
and mutants, so the identity to the wild ones and phiX174 alone is given too. The genomes evolved in the laboratory that stand in
a file of their own (``wichman2005``) are left out.

Identity is one minus edits per base of the design, where edits are the fewest substitutions, insertions and deletions that
turn the whole design into a stretch of a known genome written twice in a row, which lets the circle begin anywhere. It is exact
(Myers' bit-parallel algorithm).
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fmgenomics.lab.measure import auroc, standard_error

from ._common import AuditError, aligned, command, commit, progress

VIABLE = "viable_generated_phage_genomes.fasta"
NONVIABLE = "nonviable_generated_phage_genomes.fasta"
TEMPLATE = "NC_001422_1.fna"
WILD = (TEMPLATE, "rokyta2006_phix174like_genomes.fasta")
VARIANTS = "phage_sft_genomes_phix174_variants.fna"
LETTERS = frozenset("ACGTNRYSWKMBDHV")
WORD = 12
BITS = 64
PROCESSES = 2
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


@dataclass(frozen=True)
class Design:
    """A designed genome and its distance in edits to the nearest known genome, the nearest wild one, and phiX174."""

    name: str
    viable: bool
    length: int
    edits: int
    nearest: str
    wild_edits: int
    template_edits: int

    @property
    def identity(self) -> float:
        return 100 * (1 - self.edits / self.length)

    @property
    def wild_identity(self) -> float:
        return 100 * (1 - self.wild_edits / self.length)

    @property
    def template_identity(self) -> float:
        return 100 * (1 - self.template_edits / self.length)


@dataclass(frozen=True)
class Audit:
    commit: str
    known: int
    known_distinct: int
    wild: int
    template_length: int
    designs: tuple[Design, ...]

    def of(self, viable: bool) -> list[Design]:
        return [design for design in self.designs if design.viable == viable]

    def auroc(self, by: str) -> float:
        """How well one number of a design ranks the viable above the others."""
        if by == "length":
            values = [-abs(design.length - self.template_length) for design in self.designs]
        else:
            values = [getattr(design, by) for design in self.designs]
        labels = np.array([design.viable for design in self.designs])
        return float(auroc(labels, np.asarray(values, dtype=float)))

    def auroc_error(self, by: str) -> float | None:
        return standard_error("auroc", self.auroc(by), len(self.designs), len(self.of(True)))


def read_fasta(path: Path) -> dict[str, str]:
    """Sequences by the first word of their header, or by all of it where first words recur; upper case."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise AuditError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from error
    except OSError as error:
        raise AuditError(f"{path}: cannot be read ({error.strerror}); give a clone of evo-design/evo") from error
    records: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(lines, 1):
        if line.startswith(">"):
            name = line[1:].strip()
            if not name or name in records:
                raise AuditError(f"{path}: line {number}: a header must name its sequence, once; found {name!r}")
            current = records[name] = []
        elif line.strip():
            if current is None:
                raise AuditError(f"{path}: line {number}: sequence before the first header")
            if wrong := set(line.strip().upper()) - LETTERS:
                raise AuditError(f"{path}: line {number}: {sorted(wrong)[0]!r} is no letter of DNA")
            current.append(line.strip().upper())
    sequences = {name: "".join(parts) for name, parts in records.items()}
    if not sequences or not all(sequences.values()):
        raise AuditError(f"{path}: no sequence, or an empty one")
    return sequences


def infix_distances(pattern: str, texts: Sequence[str]) -> list[int]:
    """For each text, the fewest edits that turn ``pattern`` into any stretch of it.

    Myers' algorithm: a column of the dynamic programme is kept as two bits a row, whether the value there is one more or
    one less than in the row above, 64 rows to a word. All texts and all words advance together; a word works one column
    behind the word above it, whose carry it needs.
    """
    if not pattern:
        return [0] * len(texts)
    blocks = -(-len(pattern) // BITS)
    lead = blocks * BITS - len(
        pattern
    )  # rows above the pattern that match everything, and columns for them before the text
    letters = sorted(set(pattern))
    known = {letter: code for code, letter in enumerate(letters)}
    rows = np.array([*[-1] * lead, *(known[letter] for letter in pattern)]).reshape(blocks, BITS)
    powers = np.uint64(1) << np.arange(BITS, dtype=np.uint64)
    match = np.stack(  # for each word and letter, the rows that match; the last column is a letter that only ``lead`` matches
        [(((rows == code) | (rows == -1)) * powers).sum(axis=1, dtype=np.uint64) for code in range(len(letters) + 1)],
        axis=1,
    )
    longest = max(map(len, texts))
    columns = np.full((2 * blocks + lead + longest, len(texts)), len(letters), dtype=np.intp)
    first = blocks + lead
    for place, text in enumerate(texts):
        columns[first : first + len(text), place] = [known.get(letter, len(letters)) for letter in text]
    offsets = (np.arange(blocks) * match.shape[1])[:, None]
    flat = match.ravel()

    shape = (blocks, len(texts))
    more, less = np.full(shape, ~np.uint64(0)), np.zeros(shape, dtype=np.uint64)
    carry_more, carry_less = (np.zeros((blocks + 1, len(texts)), dtype=np.uint64) for _ in range(2))
    score = np.full(len(texts), blocks * BITS, dtype=np.int64)
    best = score.copy()
    one, top = np.uint64(1), np.uint64(BITS - 1)
    for step in range(len(columns) - blocks):
        active = min(step + 1, blocks)
        now = slice(0, active)
        seen = columns[step + blocks - active + 1 : step + blocks + 1][::-1]
        same = flat[offsets[now] + seen]
        plus, minus = more[now], less[now]
        in_more, in_less = carry_more[:active], carry_less[:active]
        vertical = same | minus
        same |= in_less
        diagonal = (((same & plus) + plus) ^ plus) | same
        up = minus | ~(diagonal | plus)
        down = plus & diagonal
        out_more, out_less = up >> top, down >> top
        up = (up << one) | in_more
        down = (down << one) | in_less
        more[now] = down | ~(vertical | up)
        less[now] = up & vertical
        carry_more[1 : active + 1], carry_less[1 : active + 1] = out_more, out_less
        if active == blocks:
            score += out_more[-1].astype(np.int64) - out_less[-1].astype(np.int64)
            np.minimum(best, score, out=best)
    return [int(value) for value in best]


_names: list[str] = []
_wild: list[int] = []
_doubled: list[str] = []
_known_words: set[str] = set()


def _words(text: str) -> set[str]:
    return {text[start : start + WORD] for start in range(len(text) - WORD + 1)}


def _prepare(known: dict[str, str], wild: int) -> None:
    """What every process needs once: the known genomes, phiX174 first, then the other ``wild`` ones."""
    _names[:] = known
    _wild[:] = [wild]
    _doubled[:] = [sequence * 2 for sequence in known.values()]
    _known_words.clear()
    for text in _doubled:
        _known_words.update(_words(text))


def _examine(design: str) -> tuple[int, str, int, int]:
    """Distance to the nearest genome, its name, distance to the nearest wild one and to phiX174.

    Measured on the strand that shares more words with the known genomes.
    """
    reverse = design.translate(_COMPLEMENT)[::-1]
    strand = max((design, reverse), key=lambda text: len(_words(text) & _known_words))
    edits = infix_distances(strand, _doubled)
    place = int(np.argmin(edits))
    return edits[place], _names[place], min(edits[: _wild[0]]), edits[0]


def _distinct(sequences: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One name a sequence, the first."""
    names: dict[str, str] = {}
    for name, sequence in sequences:
        names.setdefault(sequence, name)
    return {name: sequence for sequence, name in names.items()}


def audit(clone: Path, processes: int = PROCESSES) -> Audit:
    folder = clone / "phage_gen" / "data"
    wild = [item for file in WILD for item in read_fasta(folder / file).items()]
    known = list(dict([*wild, *read_fasta(folder / VARIANTS).items()]).items())
    distinct, distinct_wild = _distinct(known), _distinct(wild)
    template = known[0][1]
    groups = {viable: read_fasta(folder / (VIABLE if viable else NONVIABLE)) for viable in (True, False)}
    names = [(name, viable, sequence) for viable, group in groups.items() for name, sequence in group.items()]
    designs = []
    with ProcessPoolExecutor(
        min(processes, os.cpu_count() or 1), initializer=_prepare, initargs=(distinct, len(distinct_wild))
    ) as pool:
        for done, ((name, viable, sequence), (edits, to, to_wild, to_template)) in enumerate(
            zip(names, pool.map(_examine, [sequence for _, _, sequence in names]), strict=True), 1
        ):
            designs.append(Design(name, viable, len(sequence), edits, to, to_wild, to_template))
            if not done % 20 or done == len(names):
                progress(f"{done} of {len(names)} designs")
    return Audit(commit(clone), len(known), len(distinct), len(distinct_wild), len(template), tuple(designs))


BY = {
    "identity": "identity to the nearest known",
    "wild_identity": "identity to the nearest wild",
    "template_identity": "identity to phiX174",
    "length": "nearness of length",
}


def to_text(found: Audit) -> str:
    head = ("identity (%)", "designs", "lowest", "median", "highest", "median to wild", "median to phiX174")
    rows = []
    for viable in (True, False):
        values = [design.identity for design in found.of(viable)]
        others = (
            statistics.median(getattr(d, by) for d in found.of(viable)) for by in ("wild_identity", "template_identity")
        )
        numbers = (min(values), statistics.median(values), max(values), *others)
        rows.append(("viable" if viable else "not viable", str(len(values)), *(f"{value:.2f}" for value in numbers)))
    scores = []
    for by, name in BY.items():
        error = found.auroc_error(by)
        scores.append((name, f"{found.auroc(by):.3f}", "-" if error is None else f"{error:.3f}"))
    single = [
        (d.name, f"{d.length:,}", str(d.edits), f"{d.identity:.2f}", f"{d.template_identity:.2f}", d.nearest[:40])
        for d in found.of(True)
    ]
    return "\n\n".join(
        (
            f"commit {found.commit}\n{found.known} known genomes, {found.known_distinct} of them different, {found.wild} of these wild or phiX174 itself",
            aligned(head, rows),
            aligned(("viable or not, predicted by", "AUROC", "standard error"), scores),
            aligned(("viable design", "bp", "edits", "identity", "to phiX174", "nearest"), single),
        )
    )


def to_data(found: Audit) -> dict[str, Any]:
    scores = {by: {"auroc": found.auroc(by), "standard_error": found.auroc_error(by)} for by in BY}
    return asdict(found) | {"auroc": scores}


def main(arguments: Sequence[str] | None = None) -> int:
    return command(
        "phage_identity", "Identity of designed phage genomes to known ones, and viability predicted from it.",
        audit, to_text, to_data, arguments,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
