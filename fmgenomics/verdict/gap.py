"""The self-report gap: the same model on the same task, in its authors' hands and in independent hands.

Two measurements match *exactly* when model, benchmark, dataset, task and metric agree. They match *closely* when model, task and metric
agree and the benchmark does, averaged over the datasets each side reports. Everything else is counted as unmatched.
"""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from dataclasses import dataclass

from fmgenomics.evidence import Evidence
from fmgenomics.evidence.records import Result


@dataclass(frozen=True)
class Match:
    """Both values are on the metric's natural scale; ``difference`` is positive when the authors report the better one."""

    model: str
    benchmark: str
    dataset: str
    task: str
    metric: str
    how: str
    own: float
    independent: float
    difference: float
    own_source: str
    independent_sources: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    matches: tuple[Match, ...]
    own_results: int
    unmatched: int


def _fold(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.casefold())


Key = tuple[str, ...]


def _best_by_key(
    evidence: Evidence, results: list[Result], with_dataset: bool
) -> dict[Key, dict[str, list[float]]]:
    """Values by what was measured, then by source."""
    values: dict[Key, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        table = evidence.tables[result.table]
        dataset = _fold(result.dataset) if with_dataset else ""
        key = (result.model, table.benchmark, dataset, result.task, result.metric, result.setting)
        values[key][table.source].append(result.natural)
    return values


def self_report_gap(evidence: Evidence) -> Gap:
    """Every match between an own and an independent measurement, exact ones first; rows quoted from elsewhere stay out."""
    own, independent = [], []
    for result in evidence.results.values():
        if result.role != "foundation" or result.quoted_from or evidence.metrics[result.metric].direction == "none":
            continue
        if not evidence.tables[result.table].benchmark:
            continue
        run_by = evidence.run_by(result)
        (own if run_by == "own-model" else independent).append(result)
    matches: list[Match] = []
    matched_own: set[Key] = set()
    for how, with_dataset in (("exact", True), ("close", False)):
        mine = _best_by_key(evidence, own, with_dataset)
        theirs = _best_by_key(evidence, independent, with_dataset)
        for key in sorted(mine.keys() & theirs.keys()):
            model, benchmark, dataset, task, metric, setting = key
            if how == "close" and (model, benchmark, task, metric, setting) in matched_own:
                continue
            matched_own.add((model, benchmark, task, metric, setting))
            higher = evidence.metrics[metric].direction == "higher"
            ours = statistics.fmean(value for values in mine[key].values() for value in values)
            others = statistics.fmean(statistics.fmean(values) for values in theirs[key].values())
            matches.append(
                Match(
                    model=model,
                    benchmark=benchmark,
                    dataset=dataset,
                    task=task,
                    metric=metric,
                    how=how,
                    own=ours,
                    independent=others,
                    difference=(ours - others) * (1 if higher else -1),
                    own_source=sorted(mine[key])[0],
                    independent_sources=tuple(sorted(theirs[key])),
                )
            )
    keys = {
        (r.model, evidence.tables[r.table].benchmark, r.task, r.metric, r.setting) for r in own
    }
    return Gap(tuple(matches), own_results=len(keys), unmatched=len(keys - matched_own))
