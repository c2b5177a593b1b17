"""From published numbers to contests: what stood side by side in one place, and by how much which side was ahead.

A *contest* is one source, benchmark, dataset, task, metric and way of using the foundation models (zero-shot, probe,
fine-tune), in which at least one foundation model and at least one comparator were reported. Comparators keep the way
they were trained: a linear model has no zero-shot form.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from fmgenomics.evidence import Evidence
from fmgenomics.evidence.records import SCALE_OF_UNIT, Result

Reading = Literal["best", "median"]
"""``best``: best foundation model against best comparator. ``median``: median foundation model against best comparator."""

CLASS_GROUPS: dict[str, frozenset[str]] = {
    "trivial": frozenset({"trivial"}),
    "linear": frozenset({"linear"}),
    "classical": frozenset({"classical"}),
    "conservation or alignment": frozenset({"conservation", "alignment"}),
    "network trained from scratch": frozenset({"supervised-scratch"}),
    "strong supervised model": frozenset({"strong-supervised"}),
    "integrative score": frozenset({"integrative"}),
    "untrained copy": frozenset({"random-init"}),
}
"""The comparators by strength; each class of evidence/models.csv stands in exactly one group."""

_INTERVAL = re.compile(r"\[?\s*(-?[\d.]+(?:e-?\d+)?)\s*(?:-|–|to|,|;)\s*(-?[\d.]+(?:e-?\d+)?)\s*\]?")
_HALF = re.compile(r"(?:±|\+-|\+/-)?\s*([\d.]+(?:e-?\d+)?)")


def standard_error(uncertainty: str, kind: str) -> float | None:
    """The published uncertainty as one standard error, or ``None`` when it cannot be read as one.

    A 95% interval or half-width is divided by 1.96. A standard deviation stands for itself: that makes ties likelier,
    never wins, since the error of a mean is smaller.
    """
    text = uncertainty.strip()
    if not text:
        return None
    kind = kind.casefold()
    if match := _INTERVAL.fullmatch(text):
        low, high = float(match[1]), float(match[2])
        return (high - low) / 2 / 1.96 if high >= low else None
    if match := _HALF.fullmatch(text):
        half = float(match[1])
        return half / 1.96 if "95" in kind or "ci" in kind.split() else half
    return None


@dataclass(frozen=True)
class Side:
    """One model in a contest: the mean of its replicates, on the metric's natural scale."""

    model: str
    printed: str
    comparator_class: str
    value: float
    error: float | None
    results: tuple[str, ...]
    quoted: bool


def _best(sides: Iterable[Side], *, higher: bool) -> Side:
    """The side with the best value; by name where two are equal."""
    return min(sides, key=lambda side: (-side.value if higher else side.value, side.model, side.printed))


@dataclass(frozen=True)
class Contest:
    """What stood side by side. ``higher`` says whether larger values are better; ``kind`` is that of most of its
    foundation models, ``parameters`` the size of the best of them, ``version`` what was read of the source."""

    source: str
    benchmark: str
    dataset: str
    task: str
    task_printed: str
    category: str
    setting: str
    metric: str
    metric_printed: str
    higher: bool
    bounded: bool
    foundation: tuple[Side, ...]
    comparators: tuple[Side, ...]
    run_by: str
    homology_aware: str
    version: str
    year: int
    kind: str
    parameters: int | None

    @property
    def id(self) -> str:
        parts = (self.source, self.benchmark, self.dataset, self.task, self.task_printed, self.setting, self.metric)
        return "|".join((*parts, self.metric_printed))

    @property
    def measured(self) -> bool:
        """Whether the source itself measured the two numbers that decide, rather than quoting one."""
        return not (self.best_foundation.quoted or self.best_comparator.quoted)

    @cached_property
    def best_comparator(self) -> Side:
        return _best(self.comparators, higher=self.higher)

    @cached_property
    def best_foundation(self) -> Side:
        return _best(self.foundation, higher=self.higher)

    def _signed(self, foundation: float, comparator: float) -> float:
        return foundation - comparator if self.higher else comparator - foundation

    def margin(self, reading: Reading = "best") -> float:
        """Foundation minus best comparator, in the metric's units; positive means the foundation side is better."""
        if reading == "best":
            value = self.best_foundation.value
        else:
            value = statistics.median(side.value for side in self.foundation)
        return self._signed(value, self.best_comparator.value)

    def error_closed(self, reading: Reading = "best") -> float | None:
        """The margin as a share of what the comparator still lacks to a perfect score; ``None`` for unbounded metrics."""
        lacking = 1 - self.best_comparator.value
        return self.margin(reading) / lacking if self.bounded and self.higher and lacking > 1e-9 else None

    def outcome(self, reading: Reading = "best", band: float = 0.01) -> int:
        """1 win, 0 tie, -1 loss of the foundation side.

        Where both best models carry a published uncertainty, a margin within 1.96 of its standard errors is a tie.
        Otherwise a margin within ``band`` is: in score for metrics that end at 1, else relative to the comparator.
        """
        margin = self.margin(reading)
        first, second = self.best_foundation.error, self.best_comparator.error
        if reading == "best" and first is not None and second is not None and first + second > 0:
            width = 1.96 * (first**2 + second**2) ** 0.5
        else:
            width = band if self.bounded else band * abs(self.best_comparator.value)
        return 0 if abs(margin) <= width + 1e-12 else 1 if margin > 0 else -1

    def wins_of_each(self, band: float = 0.01) -> Iterator[tuple[str, int]]:
        """For every foundation model, its own outcome against the best comparator."""
        width = band if self.bounded else band * abs(self.best_comparator.value)
        for side in self.foundation:
            margin = self._signed(side.value, self.best_comparator.value)
            yield side.model, 0 if abs(margin) <= width + 1e-12 else 1 if margin > 0 else -1

    def against(self, classes: frozenset[str]) -> Contest | None:
        """The same contest with comparators of these classes only; ``None`` when there is none."""
        kept = tuple(side for side in self.comparators if side.comparator_class in classes)
        if not kept:
            return None
        return self if len(kept) == len(self.comparators) else replace(self, comparators=kept)


def _side(evidence: Evidence, results: list[Result]) -> Side:
    first = results[0]
    scale = SCALE_OF_UNIT[first.unit]
    errors = [standard_error(result.uncertainty, result.uncertainty_kind) for result in results]
    known = [error / scale for error in errors if error is not None]
    error = sum(known) / len(known) if len(known) == len(results) else None
    return Side(
        model=first.model,
        printed=first.model_printed or evidence.models[first.model].name,
        comparator_class="random-init" if first.role == "random_init" else evidence.models[first.model].class_,
        value=statistics.fmean(result.natural for result in results),
        error=error,
        results=tuple(result.id for result in results),
        quoted=all(result.quoted_from for result in results),
    )


_REPLICATE = re.compile(r"(?:replicate|seed|fold|run) \d+(?: of \d+)?")


def _sides(evidence: Evidence, results: Iterable[Result]) -> tuple[Side, ...]:
    """One side a model, spelling, setting and place; rows whose places differ by the number of a replicate are one side.

    Rows of one spelling that stand in different places are variants (another head, another protocol), not replicates.
    """
    grouped: dict[tuple[str, ...], list[Result]] = defaultdict(list)
    for result in results:
        place = _REPLICATE.sub("", result.locator)
        grouped[result.model, result.model_printed, result.role, result.setting, place].append(result)
    return tuple(_side(evidence, group) for _, group in sorted(grouped.items()))


NO_CONTEST = "not for contests"
"""A table whose note says so measures something that decides nothing about performance, such as running time."""

USES = ("zero-shot", "probe", "fine-tune", "na")
"""The ways a foundation model is used; each makes a contest of its own. Trained from scratch, it is not one."""


@lru_cache(maxsize=4)
def contests(evidence: Evidence) -> tuple[Contest, ...]:
    """All contests of the evidence, in a fixed order.

    Left out: tables that say they are not for contests, metrics without a better direction, and places where every number is quoted from another work, since
    a number counts once, for the work that measured it.
    """
    groups: dict[tuple[str, ...], list[Result]] = defaultdict(list)
    for result in evidence.results.values():
        table = evidence.tables[result.table]
        if NO_CONTEST in table.note.casefold():
            continue
        what = (table.source, table.benchmark, result.dataset, result.task, result.task_printed, result.metric)
        groups[*what, result.metric_printed].append(result)
    found = []
    for key, rows in sorted(groups.items()):
        source, benchmark, dataset, task, task_printed, metric_id, metric_printed = key
        metric = evidence.metrics[metric_id]
        if metric.direction == "none":
            continue
        comparators = _sides(evidence, (row for row in rows if row.role in ("supervised", "simple", "random_init")))
        if not comparators:
            continue
        for use in USES:
            mine = [row for row in rows if row.role == "foundation" and row.setting == use]
            foundation = _sides(evidence, mine)
            if not foundation or all(side.quoted for side in (*foundation, *comparators)):
                continue
            tables = [evidence.tables[row.table] for row in rows]
            own = any(evidence.run_by(row) == "own-model" for row in mine)
            found.append(
                Contest(
                    source=source,
                    benchmark=benchmark,
                    dataset=dataset,
                    task=task,
                    task_printed=task_printed,
                    category=evidence.tasks[task].category,
                    setting=use,
                    metric=metric_id,
                    metric_printed=metric_printed,
                    higher=metric.direction == "higher",
                    bounded=metric.max == 1,
                    foundation=foundation,
                    comparators=comparators,
                    run_by="model-authors" if own else tables[0].run_by,
                    homology_aware=tables[0].homology_aware,
                    version=tables[0].version,
                    year=evidence.bibliography[source].year,
                    parameters=evidence.models[_best(foundation, higher=metric.direction == "higher").model].parameters,
                    kind=Counter(evidence.models[side.model].kind for side in foundation).most_common(1)[0][0],
                )
            )
    return tuple(found)
