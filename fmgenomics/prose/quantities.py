"""No quantity is typed into a chapter: it comes from its row of the evidence, by role.

A typed number cannot be traced, and does not move when its row is corrected. Numbers inside the names of models, genes, assays and
benchmarks are no quantities; neither are dates, and references to a table or figure. What is left over and may
stay has a line with its reason in ``chapters/exceptions.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from fmgenomics.evidence import Evidence

from .text import GAP, prose

EXCEPTIONS = Path("chapters/exceptions.yml")

_SCALE = r"(?:thousand|million|billion|trillion)s?"
_WORDS = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundred|a hundred|dozens?|half a|several hundred)"
)
_UNIT = (
    r"(?:parameters|tokens|base pairs|bases|bp|kb|Mb|Gb|nucleotides|GPUs?|GPU[ -]hours|TPUs?|tasks|models|benchmarks|"
    r"papers|datasets|data sets|variants|genes|cells|species|genomes|individuals|people|patients|layers|percent|per cent|points|fold)"
)
_PATTERNS = (
    ("a decimal", re.compile(r"(?<![\w.])[-−+]?\d+\.\d+(?![\w.]*\d)")),
    ("a percentage", re.compile(r"(?<!\w)\d[\d,.]*\s?(?:%|per ?cent\b|percentage points)")),
    ("a number with its size", re.compile(rf"(?<!\w)\d[\d,.]*[\s-]?{_SCALE}\b", re.IGNORECASE)),
    ("a count in words", re.compile(rf"\b{_WORDS}[\s-]{_SCALE}\b", re.IGNORECASE)),
    (
        "a count in words",
        re.compile(
            rf"\b{_WORDS} (?:[a-z-]+ )?(?:parameters|tokens|base pairs|GPUs|GPU hours|per ?cent)\b", re.IGNORECASE
        ),
    ),
    ("a length or size", re.compile(r"(?<!\w)\d[\d,.]*\s?(?:[kMG]?bp|[kMGT]b|[kMGT]B|[MBT])\b")),
    ("a count", re.compile(rf"(?<!\w)\d[\d,]*[\s-]?(?:[a-z-]+ )?{_UNIT}\b")),
    ("a multiple", re.compile(r"(?<!\w)\d[\d,.]*\s?(?:×|x\b|times\b|-fold\b)")),
    ("a number", re.compile(r"(?<![\w.,/'’:-])\d[\d,]*(?![\w/'’:-]*\w)")),
)
_NO_QUANTITY = (
    re.compile(r"\b\d{4}-\d{2}-\d{2}\b"),
    re.compile(r"\b(?:19|20)\d{2}\b"),
    re.compile(r"\b(?:Extended Data |Supplementary )?(?:Table|Figure|Fig\.|Section|Chapter|Part|Appendix|Task|Tier|Step|Level|Phase|Question)s?\s[A-Z]?\d+[a-z]?\b"),
    re.compile(r"\b\d+-mers?\b|\b[35]['’′](?:[- ]?UTRs?)?"),
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Typed:
    """A quantity that stands typed in a chapter."""

    file: str
    line: int
    text: str
    what: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.text!r}: {self.what} is typed; write it by a role such as "
            f"{{fact}}`source.slug`, or give the reason in {EXCEPTIONS}"
        )


def known_names(evidence: Evidence) -> re.Pattern[str]:
    """Names of the evidence that hold a digit, longest first: their digits are no quantities."""
    names: set[str] = set()
    for model in evidence.models.values():
        names.update((model.name, model.family))
    names.update(benchmark.name for benchmark in evidence.benchmarks.values())
    names.update(metric.name for metric in evidence.metrics.values())
    names.update(alias.printed for alias in evidence.aliases if alias.kind in ("model", "benchmark"))
    # a bare number or a mere size is no name, whatever a source calls its row
    named = [name for name in names if re.search(r"\d", name) and re.match(r"[^\W\d]", name)]
    named += ["Evo 1", "Evo 2", "Evo 1.5", "GPT-2", "GPT-3", "GPT-4", "version 1", "version 2"]
    ordered = sorted(set(named), key=lambda name: (-len(name), name))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)")


def load_exceptions(path: Path) -> dict[str, str]:
    """Texts that may stand typed, with the reason of each. Raises ``ValueError`` for one without a reason."""
    entries = yaml.safe_load(path.read_text("utf-8")) or [] if path.exists() else []
    for entry in entries:
        if not entry.get("text") or not entry.get("why"):
            raise ValueError(f"{path}: each exception has a text and a why, this has not: {entry}")
    return {entry["text"]: entry["why"] for entry in entries}


def _blank(match: re.Match[str]) -> str:
    return GAP * len(match.group())


def typed_quantities(file: str, text: str, names: re.Pattern[str], exceptions: Iterable[str]) -> Iterator[Typed]:
    """Every quantity that stands typed in ``text``, once each."""
    allowed = [re.compile(rf"(?<!\w){re.escape(exception)}(?!\w)") for exception in exceptions]
    for line in prose(text):
        rest = line.text
        for pattern in (*allowed, names, *_NO_QUANTITY):
            rest = pattern.sub(_blank, rest)
        for what, pattern in _PATTERNS:
            for match in pattern.finditer(rest):
                yield Typed(file, line.number, match.group().strip(), what)
            rest = pattern.sub(_blank, rest)
