"""What a fault is and how it is printed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong, at one place."""

    file: str
    line: int
    target: str
    message: str
    nearest: str = ""

    def __str__(self) -> str:
        hint = f" (nearest: {self.nearest})" if self.nearest else ""
        target = " ".join(self.target.split()) or "(empty)"
        return f"{self.file}:{self.line}: {target}: {self.message}{hint}"


def nearest(wanted: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known name most like the wanted one, or an empty string.

    A name that differs only in case, or in ``-``, ``_``, ``.`` and spaces, comes before any other.
    """
    names = sorted(set(known))
    plain = {_plain(name): name for name in reversed(names)}
    if found := plain.get(_plain(wanted)):
        return found
    by_case = {name.casefold(): name for name in reversed(names)}
    close = difflib.get_close_matches(wanted.casefold(), list(by_case), n=1, cutoff=cutoff)
    return by_case[close[0]] if close else ""


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char not in "-_ .")


def render(faults: Iterable[Fault]) -> str:
    """All faults, each once, sorted, one a line."""
    return "\n".join(str(fault) for fault in sorted(set(faults)))
