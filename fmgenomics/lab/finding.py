"""What an experiment hands to the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

import pandas as pd
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

SEED = 20261125

P = ParamSpec("P")
R = TypeVar("R")


def single_threaded(run: Callable[P, R]) -> Callable[P, R]:
    """Run with one thread in the linear algebra, whose sums then have one order: the same numbers on every run."""

    @wraps(run)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with threadpool_limits(1):
            return run(*args, **kwargs)

    return limited


@dataclass(frozen=True)
class Finding:
    """The answer of an experiment in words and numbers, its figure, and the numbers of the figure.

    ``title`` is the answer, ``alt`` the same for those who do not see the figure, ``notes`` how it was made.
    """

    title: str
    alt: str
    notes: tuple[str, ...]
    table: pd.DataFrame
    draw: Callable[[int], Figure]
