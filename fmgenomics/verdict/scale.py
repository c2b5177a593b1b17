"""The verdict scale: what many contests say together, by a written rule.

Contests of one paper are not independent, so each paper counts once: its score is its share of wins minus its share of losses.
The verdict looks at the mean score over papers, with an interval from a bootstrap that draws papers, and at the median margin:

* **too little evidence**: fewer than 3 papers or fewer than 10 contests;
* **worse**: the interval of the score lies wholly below zero;
* **clear gain**: it lies wholly above zero with the best *and* with the median foundation model, the median
  error closed by the best is at least 10%, and at least 5 papers stand behind it;
* **small gain**: it lies wholly above zero with the best, but one of the other conditions fails;
* **no gain**: anything else: the interval holds zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .contests import Contest, Reading

VERDICTS = ("clear gain", "small gain", "no gain", "worse", "too little evidence")

LEAST_PAPERS = 3
LEAST_CONTESTS = 10
CLEAR_PAPERS = 5
CLEAR_ERROR_CLOSED = 0.10
TIE_BAND = 0.01
DRAWS = 4000
SEED = 20261125


@dataclass(frozen=True)
class Summary:
    """What a set of contests says. ``score`` and its bounds run from -1 (all lost) to 1 (all won)."""

    papers: int
    contests: int
    wins: int
    ties: int
    losses: int
    score: float
    low: float
    high: float
    median_score: float
    median_low: float
    error_closed: float | None
    verdict: str
    leave_one_out: tuple[float, float] | None


def rule(papers: int, contests: int, low: float, high: float, median_low: float, error_closed: float | None) -> str:
    """The verdict that the module's docstring writes down. ``low`` and ``high`` bound the score with the best foundation
    model, ``median_low`` is the lower bound with the median one, ``error_closed`` the median share of error closed."""
    if papers < LEAST_PAPERS or contests < LEAST_CONTESTS:
        return "too little evidence"
    if high < 0:
        return "worse"
    if low > 0:
        enough = papers >= CLEAR_PAPERS and error_closed is not None and error_closed >= CLEAR_ERROR_CLOSED
        clear = enough and median_low > 0
        return "clear gain" if clear else "small gain"
    return "no gain"


def paper_scores(contests: Sequence[Contest], reading: Reading, band: float) -> dict[str, float]:
    """For each paper, its share of wins minus its share of losses."""
    outcomes: dict[str, list[int]] = defaultdict(list)
    for contest in contests:
        outcomes[contest.source].append(contest.outcome(reading, band))
    return {source: float(np.mean(values)) for source, values in sorted(outcomes.items())}


def bootstrap(scores: Sequence[float], draws: int = DRAWS, seed: int = SEED) -> tuple[float, float]:
    """The 95% percentile interval of the mean of ``scores`` when papers are drawn with replacement."""
    values = np.asarray(scores, dtype=float)
    if values.size == 0:
        return float("nan"), float("nan")
    picks = np.random.default_rng(seed).integers(0, values.size, size=(draws, values.size))
    low, high = np.quantile(values[picks].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def leave_one_out(scores: Sequence[float]) -> tuple[float, float] | None:
    """The lowest and highest mean when any one paper is left out; ``None`` when that leaves nothing."""
    values = np.asarray(scores, dtype=float)
    if values.size < 2:
        return None
    means = (values.sum() - values) / (values.size - 1)
    return float(means.min()), float(means.max())


def _paper_median(contests: Sequence[Contest]) -> float | None:
    """The median over papers of each paper's median share of error closed by its best foundation models."""
    closed: dict[str, list[float]] = defaultdict(list)
    for contest in contests:
        if (share := contest.error_closed("best")) is not None:
            closed[contest.source].append(share)
    return float(np.median([np.median(values) for values in closed.values()])) if closed else None


def summarise(contests: Sequence[Contest], band: float = TIE_BAND) -> Summary:
    """What these contests say together. A copied contest changes nothing."""
    unique = list({contest.id: contest for contest in contests}.values())
    best = paper_scores(unique, "best", band)
    median = paper_scores(unique, "median", band)
    low, high = bootstrap(list(best.values()))
    median_low, _ = bootstrap(list(median.values()))
    outcomes = [contest.outcome("best", band) for contest in unique]
    closed = _paper_median(unique)
    return Summary(
        papers=len(best),
        contests=len(unique),
        wins=outcomes.count(1),
        ties=outcomes.count(0),
        losses=outcomes.count(-1),
        score=float(np.mean(list(best.values()))) if best else float("nan"),
        low=low,
        high=high,
        median_score=float(np.mean(list(median.values()))) if median else float("nan"),
        median_low=median_low,
        error_closed=closed,
        verdict=rule(len(best), len(unique), low, high, median_low, closed),
        leave_one_out=leave_one_out(list(best.values())),
    )
