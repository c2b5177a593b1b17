"""The charts, as a cell shows them: ``show("verdict")``."""

from __future__ import annotations

from functools import lru_cache

from fmgenomics.evidence import Evidence, load

from .charts import CHARTS
from .display import Shown, to_html

__all__ = ["CHARTS", "show"]


@lru_cache(maxsize=1)
def _evidence() -> Evidence:
    return load()


def show(name: str) -> Shown:
    """The chart called ``name``, ready for the page. Raises ``KeyError`` for an unknown name, with the known ones."""
    if name not in CHARTS:
        raise KeyError(f"no chart is called {name!r}; there are {', '.join(CHARTS)}")
    return Shown(to_html(CHARTS[name](_evidence())))
