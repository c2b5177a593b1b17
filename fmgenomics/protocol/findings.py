"""What the protocol finds, as plain records, and the rule for the verdict on one test set.

The words are the book's (:mod:`fmgenomics.verdict.scale`), and so are its thresholds. There a score over papers has an interval from a
bootstrap of papers; here one margin has an interval from a paired bootstrap of clusters of near copies in one test set:

* **too little evidence**: fewer than 30 clusters in the test set, or fewer than 10 with either class;
* **worse**: the interval of the margin over the baseline to beat lies wholly below zero;
* **clear gain**: it lies wholly above zero, so does the one over the baseline that is best on the test set, and at
  least 10% of the remaining error of the baseline to beat is closed;
* **small gain**: it lies wholly above zero, but one of the other conditions fails;
* **no gain**: anything else.

The baseline to beat is the one with the best inner score within training, so that choosing it does not use the test set: of models that
add nothing, at most one in forty should be called a gain, and one in forty worse.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fmgenomics.verdict.scale import CLEAR_PAPERS, LEAST_CONTESTS, rule

from .measures import Estimate

LEAST_CLUSTERS = 30
LEAST_CLUSTERS_OF_CLASS = 10
POWER_80 = 1.96 + 0.8416
"""Standard errors away from zero at which a margin is found four times in five."""
LEAK = 0.01
"""Share of the test set from which on leakage counts as serious."""
CONFOUNDED = 0.05
"""Distance from chance from which on a feature that should not decide is named."""


@dataclass(frozen=True)
class Split:
    name: str
    rows: int
    positives: int | None
    clusters: int
    shortest: int
    median: float
    longest: int


@dataclass(frozen=True)
class Leak:
    """Rows of one split that have a copy in another, each counted once, by its closest kind of copy."""

    split: str
    among: str
    rows: int
    exact: int
    reverse_complement: int
    near: int
    clustered: int
    other_label: int
    examples: tuple[tuple[str, str, str], ...]

    @property
    def copies(self) -> int:
        return self.exact + self.reverse_complement + self.near

    @property
    def level(self) -> str:
        touched = max(self.copies, self.clustered)
        return "none" if not touched else "serious" if touched >= LEAK * self.rows else "slight"


@dataclass(frozen=True)
class Confounder:
    """How far one feature that should not decide gets alone: AUROC or correlation, in whichever direction."""

    name: str
    alone: Estimate
    chance: float

    @property
    def flagged(self) -> bool:
        outside = self.alone.low > self.chance or self.alone.high < self.chance
        return outside and abs(self.alone.value - self.chance) >= CONFOUNDED


@dataclass(frozen=True)
class Scored:
    """A model under test or a baseline with its scores; ``leaked`` is the first score on the whole test set, copies included."""

    name: str
    kind: str
    about: str
    scores: dict[str, Estimate]
    inner: float | None = None
    leaked: float | None = None


@dataclass(frozen=True)
class Margin:
    """Model minus baseline on the same bootstrap draws."""

    model: str
    baseline: str
    estimate: Estimate
    error_closed: float | None


@dataclass(frozen=True)
class Verdict:
    model: str
    words: str
    to_beat: Margin
    best_on_test: Margin
    detectable: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """Everything that the report says."""

    task: str
    positive: str | None
    metric: str
    splits: tuple[Split, ...]
    word: int
    words_kept: float
    leaks: tuple[Leak, ...]
    used: int
    left_out: int
    clusters: int
    confounders: tuple[Confounder, ...]
    models: tuple[Scored, ...]
    margins: tuple[Margin, ...]
    verdicts: tuple[Verdict, ...]
    thresholds: dict[str, str]
    advice: tuple[str, ...]
    draws: int
    seed: int
    files: dict[str, str] = field(default_factory=dict)

    def model(self, name: str) -> Scored:
        return next(model for model in self.models if model.name == name)


def margin(model: Scored, baseline: Scored, metric: str, estimate: Estimate) -> Margin:
    room = 1 - baseline.scores[metric].value
    return Margin(model.name, baseline.name, estimate, estimate.value / room if room > 1e-12 else None)


def judge(to_beat: Margin, best_on_test: Margin, enough: bool) -> str:
    """The book's word, by the rule above."""
    return rule(
        papers=CLEAR_PAPERS if enough else 0,
        contests=LEAST_CONTESTS if enough else 0,
        low=to_beat.estimate.low,
        high=to_beat.estimate.high,
        median_low=best_on_test.estimate.low,
        error_closed=to_beat.error_closed,
    )
