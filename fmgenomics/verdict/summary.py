"""Every number that the book computes from the evidence, by the name its prose uses."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
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
SINGLE_CELL = ("perturbation", "cell-type", "gene-network", "integration", "clinical")
SCOPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "all": ("All of genomics", tuple(name for name in CATEGORY_NAMES if name != "protein")),
    "dna": ("DNA sequence", tuple(name for name in CATEGORY_NAMES if name not in ("protein", "rna", *SINGLE_CELL))),
    "single-cell": ("Single cells", SINGLE_CELL),
    **{category: (name, (category,)) for category, name in CATEGORY_NAMES.items()},
}
"""What the verdict is drawn over: a name for the reader, and the task categories it holds."""

WEAK = ("trivial", "linear", "network trained from scratch", "untrained copy")
STRONG = ("strong supervised model", "integrative score", "conservation or alignment", "classical")


def slug(text: str) -> str:
    return text.replace(" ", "-")


@dataclass(frozen=True)
class Cut:
    """One line of the verdict: which contests, and what they say together."""

    name: str
    category: str
    comparators: str
    filter: str
    summary: Summary


def _against(found: Sequence[Contest], groups: Sequence[str]) -> list[Contest]:
    classes = frozenset().union(*(CLASS_GROUPS[group] for group in groups))
    return [kept for contest in found if (kept := contest.against(classes)) is not None]


@lru_cache(maxsize=4)
def cuts(evidence: Evidence) -> tuple[Cut, ...]:
    """The verdict by task category, against each strength of comparator, and under every filter."""
    found = contests(evidence)
    lines = []
    for category, (_, held) in SCOPES.items():
        scope = [contest for contest in found if contest.category in held]
        if not scope:
            continue
        views: list[tuple[str, list[Contest]]] = [("any", scope)]
        views += [(group, _against(scope, [group])) for group in CLASS_GROUPS]
        views += [("weak", _against(scope, WEAK)), ("strong", _against(scope, STRONG))]
        for comparators, view in views:
            if not view:
                continue
            filters: dict[str, list[Contest]] = {
                "": view,
                "independent": [c for c in view if c.run_by == "independent"],
                "model-authors": [c for c in view if c.run_by == "model-authors"],
                "homology-aware": [c for c in view if c.homology_aware == "yes"],
                "print": [c for c in view if c.version == "print"],
                "zero-shot": [c for c in view if c.setting == "zero-shot"],
                "probe": [c for c in view if c.setting == "probe"],
                "fine-tune": [c for c in view if c.setting == "fine-tune"],
            }
            if comparators != "any":
                filters = {key: filters[key] for key in ("", "independent", "model-authors")}
            for name, kept in filters.items():
                if kept:
                    label = ".".join(
                        filter(None, (category, f"vs-{slug(comparators)}" if comparators != "any" else "", name))
                    )
                    lines.append(Cut(label, category, comparators, name, summarise(kept)))
            if comparators == "any":
                for band in BANDS:
                    lines.append(
                        Cut(f"{category}.band-{band:g}", category, comparators, f"band-{band:g}", summarise(view, band))
                    )
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
