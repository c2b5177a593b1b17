"""The decision guide: for each kind of task, what to try first and which baseline to beat, derived from the verdict by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fmgenomics.evidence import Evidence

from .contests import CLASS_GROUPS, Contest, contests
from .scale import Summary, summarise
from .summary import CATEGORY_NAMES

GROUP_OF_CLASS = {class_: group for group, classes in CLASS_GROUPS.items() for class_ in classes}

ADVICE = {
    "clear gain": "Try a foundation model first; keep the comparator as the check.",
    "small gain": "Try both; expect a gain only from the best of several foundation models.",
    "no gain": "Start with the comparator; a foundation model has to earn its cost on your data.",
    "worse": "Use the comparator.",
    "too little evidence": "Undecided in the literature: run both on your data.",
}
"""What each verdict means for somebody who has to choose. The independent verdict, where there is one, decides."""


@dataclass(frozen=True)
class Line:
    """One kind of task. ``beat`` is the kind of comparator that was the best one in most papers, ``names``
    its comparators that were; ``leaders`` are the foundation models most often the best."""

    category: str
    name: str
    all: Summary
    independent: Summary | None
    beat: str
    names: tuple[str, ...]
    leaders: tuple[str, ...]
    advice: str


def _most(counter: Counter[str], count: int) -> tuple[str, ...]:
    return tuple(name for name, _ in sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:count])


def _by_paper(found: Sequence[Contest], side: str) -> Counter[str]:
    """How many papers had each model as the best of ``side`` at least once: a long table counts once."""
    seen = {
        (contest.source, (contest.best_comparator if side == "comparator" else contest.best_foundation).model)
        for contest in found
    }
    return Counter(model for _, model in seen)


def decision_guide(evidence: Evidence) -> list[Line]:
    """One line a task category with any contest, ordered as in ``CATEGORY_NAMES``; proteins stand last, for contrast."""
    found = contests(evidence)
    lines = []
    for category, name in CATEGORY_NAMES.items():
        scope = [contest for contest in found if contest.category == category]
        if not scope:
            continue
        independent = [contest for contest in scope if contest.run_by == "independent"]
        decisive = summarise(independent) if independent else None
        whole = summarise(scope)
        groups = Counter(
            group for _, group in {(c.source, GROUP_OF_CLASS[c.best_comparator.comparator_class]) for c in scope}
        )
        beat = _most(groups, 1)[0]
        beaten_by = [c for c in scope if GROUP_OF_CLASS[c.best_comparator.comparator_class] == beat]
        ruling = decisive if decisive is not None and decisive.verdict != "too little evidence" else whole
        lines.append(
            Line(
                category=category,
                name=name,
                all=whole,
                independent=decisive,
                beat=beat,
                names=tuple(evidence.models[m].name for m in _most(_by_paper(beaten_by, "comparator"), 3)),
                leaders=tuple(evidence.models[m].name for m in _most(_by_paper(scope, "foundation"), 3)),
                advice=ADVICE[ruling.verdict],
            )
        )
    return lines
