"""Every number that the book computes from the evidence, by the name its prose uses."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fmgenomics.evidence import Evidence

from .contests import CLASS_GROUPS, Contest, contests
from .gap import self_report_gap
from .scale import LEAST_PAPERS, TIE_BAND, Summary, summarise

BANDS = (0.005, 0.02)
"""The tie bands of the sensitivity runs, beside the stated one."""

CATEGORY_NAMES = {
    "variant-effect": "Variant effects",
    "chromatin": "Chromatin",
    "promoter": "Promoters",
    "enhancer": "Enhancers",
    "splice": "Splicing",
    "tf-binding": "TF binding",
    "expression": "Gene expression",
    "gene-finding": "Gene finding",
    "taxonomy": "Taxonomy",
    "rna": "RNA",
    "protein": "Proteins",
    "perturbation": "Perturbation response",
    "cell-type": "Cell types",
    "gene-network": "Gene networks",
    "integration": "Data integration",
    "essentiality": "Gene essentiality",
    "design": "Design",
    "language-modelling": "Sequence modelling",
    "clinical": "Clinical outcomes",
    "other": "Other",
}
Wanted = Callable[[Contest], bool]


def _category(name: str) -> Wanted:
    return lambda contest: contest.category == name


def _without(*names: str) -> Wanted:
    return lambda contest: contest.category not in ("protein", *names)


SCOPES: dict[str, tuple[str, Wanted]] = {
    "all": ("All of genomics", _without()),
    "dna": ("DNA language models", lambda contest: contest.kind == "language-model" and contest.category != "protein"),
    "single-cell": ("Single-cell models", lambda contest: contest.kind == "single-cell"),
    "without-variant-effect": ("All but variant effects", _without("variant-effect")),
    "without-perturbation": ("All but perturbation", _without("perturbation")),
    "without-both": ("All but these two", _without("variant-effect", "perturbation")),
    **{category: (name, _category(category)) for category, name in CATEGORY_NAMES.items()},
}
"""What the verdict is drawn over: a name for the reader, and the contests it holds."""

HANDS: dict[str, Wanted] = {
    "independent": lambda contest: contest.run_by == "independent",
    "model-authors": lambda contest: contest.run_by == "model-authors",
}
FILTERS: dict[str, Wanted] = {
    "homology-aware": lambda contest: contest.homology_aware == "yes",
    "print": lambda contest: contest.version == "print",
    "measured": lambda contest: contest.measured,
    "not-print": lambda contest: contest.version != "print",
    "zero-shot": lambda contest: contest.setting == "zero-shot",
    "probe": lambda contest: contest.setting == "probe",
    "fine-tune": lambda contest: contest.setting == "fine-tune",
}
WEAK = ("trivial", "linear", "network trained from scratch", "untrained copy")
STRONG = ("strong supervised model", "integrative score", "conservation or alignment", "classical")


SIZES: dict[str, Wanted] = {
    "below-100-million": lambda contest: contest.parameters is not None and contest.parameters < 100_000_000,
    "100-million-to-1-billion": lambda contest: (
        contest.parameters is not None and 100_000_000 <= contest.parameters < 10**9
    ),
    "1-billion-and-more": lambda contest: contest.parameters is not None and contest.parameters >= 10**9,
    "size-unknown": lambda contest: contest.parameters is None,
}
"""By the parameters of the best foundation model."""


def _in_year(year: int) -> Wanted:
    return lambda contest: contest.year == year


def _years(found: Sequence[Contest]) -> dict[str, Wanted]:
    return {f"year-{year}": _in_year(year) for year in sorted({contest.year for contest in found})}


def slug(text: str) -> str:
    return text.replace(" ", "-")


@dataclass(frozen=True)
class Cut:
    """One line of the verdict: which contests, and what they say together."""

    name: str
    scope: str
    comparators: str
    filter: str
    summary: Summary


def _against(found: Sequence[Contest], groups: Sequence[str]) -> list[Contest]:
    classes = frozenset().union(*(CLASS_GROUPS[group] for group in groups))
    return [kept for contest in found if (kept := contest.against(classes)) is not None]


def _crossed() -> dict[str, Wanted]:
    """Each filter within each pair of hands: ``fine-tune.independent``."""

    def both(first: Wanted, second: Wanted) -> Wanted:
        return lambda contest: first(contest) and second(contest)

    return {f"{name}.{hand}": both(keeps, by) for name, keeps in FILTERS.items() for hand, by in HANDS.items()}


@lru_cache(maxsize=4)
def cuts(evidence: Evidence) -> tuple[Cut, ...]:
    """The verdict by task category, against each strength of comparator, and under every filter."""
    found = contests(evidence)
    lines: list[Cut] = []
    for scope, (_, wanted) in SCOPES.items():
        inside = [contest for contest in found if wanted(contest)]
        if not inside:
            continue
        views: list[tuple[str, list[Contest]]] = [("any", inside)]
        views += [(group, _against(inside, [group])) for group in CLASS_GROUPS]
        views += [("weak", _against(inside, WEAK)), ("strong", _against(inside, STRONG))]
        for comparators, view in views:
            against = f"vs-{slug(comparators)}" if comparators != "any" else ""
            filters: dict[str, Wanted] = {"": lambda _: True} | HANDS
            if comparators == "any":
                filters |= FILTERS
            if scope in ("all", "without-both") and comparators == "any":
                filters |= _crossed()
            if scope == "all" and comparators == "any":
                filters |= SIZES | _years(inside)
            for name, keeps in filters.items():
                kept = [contest for contest in view if keeps(contest)]
                if kept:
                    label = ".".join(filter(None, (scope, against, name)))
                    lines.append(Cut(label, scope, comparators, name, summarise(kept)))
        for band in BANDS:
            lines.append(Cut(f"{scope}.band-{band:g}", scope, "any", f"band-{band:g}", summarise(inside, band)))
    return tuple(lines)


def model_win_rates(evidence: Evidence) -> dict[str, tuple[int, int, int]]:
    """Third reading: for each foundation model, its wins, contests and papers against the best comparator of each contest."""
    wins: dict[str, int] = defaultdict(int)
    played: dict[str, int] = defaultdict(int)
    papers: dict[str, set[str]] = defaultdict(set)
    for contest in contests(evidence):
        if contest.category == "protein":
            continue
        for model, outcome in contest.wins_of_each(TIE_BAND):
            played[model] += 1
            wins[model] += outcome == 1
            papers[model].add(contest.source)
    return {model: (wins[model], played[model], len(papers[model])) for model in sorted(played)}


def _values(cut: Cut) -> Iterator[tuple[str, float | int | str]]:
    summary = cut.summary
    yield f"{cut.name}.papers", summary.papers
    yield f"{cut.name}.contests", summary.contests
    yield f"{cut.name}.wins", summary.wins
    yield f"{cut.name}.ties", summary.ties
    yield f"{cut.name}.losses", summary.losses
    yield f"{cut.name}.win-percent", round(100 * summary.wins / summary.contests)
    yield f"{cut.name}.loss-percent", round(100 * summary.losses / summary.contests)
    yield f"{cut.name}.score", round(summary.score, 2)
    yield f"{cut.name}.low", round(summary.low, 2)
    yield f"{cut.name}.high", round(summary.high, 2)
    yield f"{cut.name}.median-score", round(summary.median_score, 2)
    if summary.error_closed is not None:
        yield f"{cut.name}.error-closed-percent", round(100 * summary.error_closed)
    yield f"{cut.name}.verdict", summary.verdict
    if summary.leave_one_out is not None:
        yield f"{cut.name}.leave-one-out-low", round(summary.leave_one_out[0], 2)
        yield f"{cut.name}.leave-one-out-high", round(summary.leave_one_out[1], 2)


def _contrast(summaries: dict[str, Summary]) -> Iterator[tuple[str, float | int | str]]:
    """Independent against self-reported within the same kind of task, where each side has enough papers for an interval."""
    pairs = [
        (name, summaries[f"{category}.independent"].score - summaries[f"{category}.model-authors"].score)
        for category, name in CATEGORY_NAMES.items()
        if category not in ("protein", "other")
        and all(
            (side := summaries.get(f"{category}.{hand}")) is not None and side.papers >= LEAST_PAPERS
            for hand in ("independent", "model-authors")
        )
    ]
    yield "contrast.tasks", len(pairs)
    yield "contrast.tasks-lower", sum(difference < 0 for _, difference in pairs)
    yield "contrast.names", ", ".join(name.lower() for name, _ in pairs)
    yield (
        "contrast.mean-difference",
        round(statistics.fmean(difference for _, difference in pairs), 2) if pairs else "none",
    )


def compute(evidence: Evidence) -> dict[str, float | int | str]:
    """All computed numbers by name, for the ``verdict`` role and for download."""
    values: dict[str, float | int | str] = {"evidence-version": evidence.version}
    for cut in cuts(evidence):
        values.update(_values(cut))
    values.update(_contrast({cut.name: cut.summary for cut in cuts(evidence)}))
    gap = self_report_gap(evidence)
    values["gap.matches"] = len(gap.matches)
    values["gap.exact"] = sum(match.how == "exact" for match in gap.matches)
    values["gap.own-results"] = gap.own
    values["gap.unmatched"] = gap.unmatched
    values["gap.tasks"] = len({match.task for match in gap.matches})
    bounded = [match.difference for match in gap.matches if evidence.metrics[match.metric].max == 1]
    if bounded:
        values["gap.median-points"] = round(statistics.median(bounded), 3)
        values["gap.own-higher-percent"] = round(100 * sum(d > 0 for d in bounded) / len(bounded))
        values["gap.bounded-matches"] = len(bounded)
    for model, (wins, played, papers) in model_win_rates(evidence).items():
        values[f"model.{model}.wins"] = wins
        values[f"model.{model}.contests"] = played
        values[f"model.{model}.papers"] = papers
        values[f"model.{model}.win-percent"] = round(100 * wins / played)
    return values
