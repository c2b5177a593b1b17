"""The evaluation laboratory: the traps of evaluation, run on sequences whose truth is known.

``run("homology")`` gives an experiment's numbers, ``finding("homology")`` its answer with figure and table, and
``show_experiment("homology")`` shows that on a page. Each experiment is a module of :mod:`fmgenomics.lab.experiments`; the
sequences come from :mod:`fmgenomics.lab.simulate`, the models from :mod:`fmgenomics.lab.models`.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from html import escape
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .finding import Finding

if TYPE_CHECKING:
    from fmgenomics.figures.display import Shown

EXPERIMENTS = (
    "homology",
    "confounders",
    "imbalance",
    "intervals",
    "margins",
    "seeds",
    "best_of_many",
    "repeats",
    "pooling",
    "conservation",
    "random_features",
)
"""The experiments in the order of the chapter. All but ``margins`` are simulations."""

__all__ = ["EXPERIMENTS", "Finding", "finding", "run", "show_experiment"]


def _module(name: str) -> ModuleType:
    if name not in EXPERIMENTS:
        near = get_close_matches(name, EXPERIMENTS, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"no experiment is called {name!r}{hint} There are: {', '.join(EXPERIMENTS)}")
    return import_module(f"{__name__}.experiments.{name}")


@cache
def run(name: str) -> Any:
    """The numbers of an experiment, with the book's seed; run once a session."""
    return _module(name).run()


def finding(name: str) -> Finding:
    """The answer of an experiment in words, with its figure and table."""
    answer: Finding = _module(name).finding(run(name))
    return answer


def show_experiment(name: str) -> Shown:
    """An experiment as the page shows it: answer, figure, how it was made, numbers as a table."""
    from fmgenomics.figures.display import Chart, Shown, to_html

    answer = finding(name)
    return Shown(
        to_html(
            Chart(
                name=f"lab-{name.replace('_', '-')}",
                title=answer.title,
                alt=answer.alt,
                draw=answer.draw,
                table=answer.table,
                notes=[escape(note) for note in answer.notes],
            )
        )
    )
