"""The self-report gap: the same model on the same task, in its authors' hands and in other hands.

Two measurements match

* *exactly* when model, benchmark, dataset, task, metric and way of use agree;
* *closely* when model, dataset, task, metric and way of use agree and the two benchmarks hold the same data
  (:data:`SAME_DATA`). Dataset names are compared without the name of the collection, case and punctuation.

Everything else is counted as unmatched. Rows that quote another work measure nothing and stay out.
"""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from fmgenomics.evidence import Evidence
from fmgenomics.evidence.records import Result


@dataclass(frozen=True)
class Match:
    """Both values are on the metric's natural scale; ``difference`` is positive when the authors report the better one."""

    model: str
    dataset: str
    task: str
    metric: str
    how: str
    own: float
    others: float
    difference: float
    own_source: str
    other_sources: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """``own`` counts the distinct things that authors measured on their own models, ``unmatched`` those nobody else did."""

    matches: tuple[Match, ...]
    own: int
    unmatched: int


_COLLECTION = re.compile(
    r"^(?:gue|emp|genomicbenchmarks?|nucleotidetransformer(?:v?2)?(?:downstreamtasks)?|nt(?:downstreamtasks)?|"
    r"human(?=tf\d)|prom(?=300|core)|demo(?=coding|human))+"
)


def dataset_key(name: str) -> str:
    """``GUE__emp_H3K9ac`` and ``H3K9ac`` name the same data."""
    folded = re.sub(r"[^a-z0-9]+", "", name.casefold())
    return _COLLECTION.sub("", folded) or folded


SAME_DATA = {"gue": "yeast-marks", "nt-downstream-original": "yeast-marks"}
"""Benchmarks that took the same data sets from one place: the yeast histone marks of GUE are those of the first set of
Nucleotide Transformer tasks. The revised set has human marks under the same names, so it is another benchmark here."""

Key = tuple[str, ...]
Values = dict[Key, dict[str, list[float]]]


def _grouped(evidence: Evidence, results: Iterable[Result], exact: bool) -> Values:
    """Values by what was measured, then by source."""
    values: Values = defaultdict(lambda: defaultdict(list))
    for result in results:
        table = evidence.tables[result.table]
        data = table.benchmark if exact else SAME_DATA.get(table.benchmark, table.benchmark)
        key: Key = (result.model, dataset_key(result.dataset), result.task, result.metric, data, result.setting)
        values[key][table.source].append(result.natural)
    return values


@lru_cache(maxsize=4)
def self_report_gap(evidence: Evidence) -> Gap:
    """Every match between an own measurement and others'; the best of a source's variants stands for it on both sides."""
    own: list[Result] = []
    others: list[Result] = []
    for result in evidence.results.values():
        metric = evidence.metrics[result.metric]
        if result.role != "foundation" or result.quoted_from or metric.direction == "none":
            continue
        if evidence.tables[result.table].benchmark:
            (own if evidence.run_by(result) == "own-model" else others).append(result)
    matches: list[Match] = []
    done: set[Key] = set()
    for how in ("exact", "close"):
        mine, theirs = (_grouped(evidence, results, how == "exact") for results in (own, others))
        for key in sorted(mine.keys() & theirs.keys()):
            model, dataset, task, metric_id = key[:4]
            if key[:4] in done:
                continue
            done.add(key[:4])
            higher = evidence.metrics[metric_id].direction == "higher"
            best = max if higher else min
            ours = best(best(values) for values in mine[key].values())
            rest = statistics.median(best(values) for values in theirs[key].values())
            matches.append(
                Match(
                    model=model,
                    dataset=dataset,
                    task=task,
                    metric=metric_id,
                    how=how,
                    own=ours,
                    others=rest,
                    difference=(ours - rest) * (1 if higher else -1),
                    own_source=sorted(mine[key])[0],
                    other_sources=tuple(sorted(theirs[key])),
                )
            )
    measured = {key[:4] for key in _grouped(evidence, own, exact=False)}
    return Gap(tuple(matches), own=len(measured), unmatched=len(measured - done))
