"""Which of the published margins in the evidence are wider than the interval that their test set allows?

Not a simulation: it reads the book's evidence. Few sources print an interval, many print the size of the test set. For those and for the
metrics that have a large-sample formula, the interval of the margin can be had from size and scores alone. Where a source
does not print the class ratio, equal classes are assumed, and test items always count as independent. Unequal classes and homologous
items make an interval wider: a margin that falls here has fallen, one that stands may still fall.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from fmgenomics.evidence import Evidence, load
from fmgenomics.figures import palette
from fmgenomics.figures.svg import new_figure
from fmgenomics.lab.drawing import SIDE_BY_SIDE, book_style
from fmgenomics.lab.finding import Finding, single_threaded
from fmgenomics.lab.measure import LEAST_N, METRICS_WITH_ERROR
from fmgenomics.verdict.contests import Contest, Side, contests

from .intervals import smallest_difference

AGREEMENT = 0.8
"""The correlation of two models' errors on the same items in the lenient reading: assumed, since no source prints it."""

AHEAD, WITHIN, BEHIND = "foundation model ahead", "within the interval", "comparator ahead"
OUTCOMES = (AHEAD, WITHIN, BEHIND)
BINS = ((10, 100), (100, 300), (300, 1000), (1000, 3000), (3000, 10_000), (10_000, None))
_COUNT = r"\d+|\d{1,3}(?:,\d{3})+"
_PLAIN = re.compile(_COUNT)
_WITH_CLASSES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<positives>{_COUNT}) (?:positives|significant) ?[/+] ?(?P<negatives>{_COUNT}) (?:negatives|controls?)",
        rf"(?:{_COUNT}) variants \(N_pos (?P<positives>{_COUNT}), N_neg (?P<negatives>{_COUNT})\)",
        rf"(?P<n>{_COUNT}) scored of (?P=n) \((?P<positives>{_COUNT}) pathogenic\)",
        rf"(?P<n>{_COUNT}) \((?P<positives>{_COUNT}) (?:LOF|pos \+ \d+x matched controls)\)",
        rf"(?P<n>{_COUNT}) \((?P<percent>[\d.]+)% pathogenic\)",
    )
)
_MEAN_OF_SCORES = re.compile(
    r"\b(?:mean|median|averaged?)\W+(?:over|across|within|pearson|spearman|auroc|accuracy|f1|mcc)\b|\bweighted\b", re.I
)


@dataclass(frozen=True)
class ItemCount:
    """The size of a test set, with the number of positives where the source states it."""

    n: int
    positives: int | None = None

    @classmethod
    def read(cls, text: str) -> ItemCount | None:
        """From a cell ``n_test``; ``None`` where it counts something else (folds, genes, tracks) or leaves a class open."""
        text = text.strip()
        if _PLAIN.fullmatch(text):
            return cls(_whole(text))
        for pattern in _WITH_CLASSES:
            if match := pattern.fullmatch(text):
                found = match.groupdict()
                if "percent" in found:
                    n = _whole(found["n"])
                    return cls(n, round(n * float(found["percent"]) / 100))
                positives = _whole(found["positives"])
                return cls(_whole(found["n"]) if "n" in found else positives + _whole(found["negatives"]), positives)
        return None


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


@dataclass(frozen=True)
class Margin:
    """A contest whose test-set size is known. Half-widths are those of the 95% interval of the margin."""

    contest: Contest
    n: int
    margin: float
    half_width_apart: float
    half_width_paired: float

    def outcome(self, *, paired: bool) -> str:
        half_width = self.half_width_paired if paired else self.half_width_apart
        return WITHIN if abs(self.margin) <= half_width else AHEAD if self.margin > 0 else BEHIND


@dataclass(frozen=True)
class Margins:
    """The margins that could be judged, and why the other contests could not."""

    judged: tuple[Margin, ...]
    unjudged: dict[str, int]

    @property
    def papers(self) -> int:
        return len({margin.contest.source for margin in self.judged})

    def count(self, outcome: str, *, paired: bool = False) -> int:
        return sum(margin.outcome(paired=paired) == outcome for margin in self.judged)

    def surviving(self, *, paired: bool = False) -> tuple[int, int]:
        """Of the margins in favour of the foundation model: how many are wider than their interval, and of how many."""
        ahead = [margin for margin in self.judged if margin.margin > 0]
        return sum(margin.outcome(paired=paired) == AHEAD for margin in ahead), len(ahead)


def _test_set(evidence: Evidence, side: Side) -> ItemCount | None:
    """The smallest test set behind a side; ``None`` when one of its results does not state it."""
    sets = [ItemCount.read(evidence.results[result].n_test) for result in side.results]
    known = [test for test in sets if test is not None]
    return min(known, key=lambda test: test.n) if len(known) == len(sets) else None


def _is_mean(evidence: Evidence, contest: Contest) -> bool:
    """Whether the scores are means of scores, whose error the number of items does not give.

    Correlations of a predicted with a measured perturbation run over genes and are averaged over perturbations, said or not.
    """
    if contest.category == "perturbation" and contest.metric in ("pearson", "spearman"):
        return True
    rows = [
        evidence.results[row] for side in (contest.best_foundation, contest.best_comparator) for row in side.results
    ]
    texts = [*(evidence.tables[row.table].what_is_measured for row in rows), contest.metric_printed]
    return any(_MEAN_OF_SCORES.search(text) for text in texts) or "(mean)" in contest.dataset


def _judge(evidence: Evidence, contest: Contest) -> Margin | str:
    """The margin beside its interval, or why it cannot be judged."""
    best = contest.best_foundation, contest.best_comparator
    if contest.metric not in METRICS_WITH_ERROR:
        return "metric without a formula"
    tests = [test for side in best if (test := _test_set(evidence, side)) is not None]
    if len(tests) < len(best):
        return "no test-set size in items"
    if _is_mean(evidence, contest):
        return "mean of several scores"
    test = min(tests, key=lambda test: test.n)
    if test.n < LEAST_N:
        return f"fewer than {LEAST_N} test items"
    middle = sum(side.value for side in best) / len(best)
    apart, paired = (
        smallest_difference(contest.metric, middle, test.n, agreement, test.positives) for agreement in (0.0, AGREEMENT)
    )
    if apart is None or paired is None:
        return "no formula for its class ratio"
    return Margin(contest, test.n, contest.margin(), apart, paired)


def judge(evidence: Evidence, found: Sequence[Contest]) -> Margins:
    """Every contest's margin against its interval, best foundation model against best comparator."""
    outcomes = [_judge(evidence, contest) for contest in found]
    return Margins(
        judged=tuple(outcome for outcome in outcomes if isinstance(outcome, Margin)),
        unjudged=dict(sorted(Counter(outcome for outcome in outcomes if isinstance(outcome, str)).items())),
    )


@single_threaded
def run(evidence: Evidence | None = None) -> Margins:
    evidence = load() if evidence is None else evidence
    return judge(evidence, contests(evidence))


def by_size(result: Margins, *, paired: bool) -> pd.DataFrame:
    """Outcomes counted by test-set size."""
    rows = []
    for low, high in BINS:
        inside = [margin for margin in result.judged if low <= margin.n and (high is None or margin.n < high)]
        counts = Counter(margin.outcome(paired=paired) for margin in inside)
        name = f"{low:,} and more" if high is None else f"{low:,} to {high - 1:,}"
        papers = len({margin.contest.source for margin in inside})
        rows.append([name, len(inside), papers, *(counts[outcome] for outcome in OUTCOMES)])
    return pd.DataFrame(rows, columns=["Test items", "Contests", "Papers", *OUTCOMES])


def finding(result: Margins) -> Finding:
    tables = {paired: by_size(result, paired=paired) for paired in (False, True)}

    def draw(width_px: int) -> Figure:
        with book_style():
            wide = width_px >= SIDE_BY_SIDE
            figure = new_figure(width_px, 310 if wide else 600)
            grid = figure.subplots(*((1, 2) if wide else (2, 1)), sharex=True, sharey=True)
            colours = dict(zip(OUTCOMES, (palette.FOUNDATION, palette.TIE, palette.COMPARATOR), strict=True))
            for axes, paired in zip(grid, (False, True), strict=True):
                table = tables[paired]
                left = pd.Series(0.0, index=table.index)
                for outcome in OUTCOMES:
                    share = (table[outcome] / table["Contests"].clip(lower=1)).astype(float)
                    axes.barh(table.index, share, left=left, color=colours[outcome], label=outcome, height=0.72)
                    for place, (start, width, count) in enumerate(zip(left, share, table[outcome], strict=True)):
                        if width > 0.1:
                            axes.text(
                                start + width / 2, place, str(count), ha="center", va="center", color=palette.PAPER
                            )
                    left = left + share
                axes.set_title(f"errors correlate {AGREEMENT:g}" if paired else "errors independent", loc="left")
                axes.set_yticks(table.index, table["Test items"])
                axes.set(xlim=(0, 1), ylim=(len(BINS) - 0.5, -0.5), xlabel="share of contests (counts inside)")
                axes.grid(axis="y", visible=False)
            grid[0].set_ylabel("test items")
            handles, labels = grid[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside lower left", ncols=3 if wide else 1)
            return figure

    survive, ahead = result.surviving()
    survive_paired, _ = result.surviving(paired=True)
    left_out = ", ".join(f"{reason}: {count}" for reason, count in result.unjudged.items()) or "none"
    table = pd.concat(
        [tables[False].assign(Errors="independent"), tables[True].assign(Errors=f"correlate {AGREEMENT:g}")]
    )
    return Finding(
        title=(
            f"{survive} of {ahead} published margins in favour of a foundation model are wider than the 95% interval of their test set"
            if ahead
            else "No published margin could be judged by its test-set size"
        ),
        alt=(
            f"{len(result.judged)} contests of {result.papers} papers can be judged: foundation model ahead in {result.count(AHEAD)}, "
            f"comparator ahead in {result.count(BEHIND)}, within the interval {result.count(WITHIN)}. If the two models' errors correlate by "
            f"{AGREEMENT:g}, {survive_paired} of the {ahead} margins survive."
        ),
        notes=(
            "Published results of the evidence, best foundation model against best comparator; not simulated. "
            "Intervals from test-set size and scores; classes as stated, else equal; items taken as independent; no correction for the choice of the best.",
            f"Not judged: {left_out}. Contests of one paper are not independent of each other.",
        ),
        table=table[["Errors", "Test items", "Contests", "Papers", *OUTCOMES]],
        draw=draw,
    )
