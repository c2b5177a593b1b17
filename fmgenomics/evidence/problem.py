"""What is wrong with a cell, a row or a file, in one line that says how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """``line`` counts from 1 (the header); 0 means the file as a whole."""

    file: str
    line: int
    field: str
    value: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        value = self.value if len(self.value) <= 80 else self.value[:77] + "..."
        return f"{place}: {self.field}: {value!r}: {self.message}" if self.field else f"{place}: {self.message}"


def nearest(value: str, valid: Iterable[str]) -> str:
    """``" (nearest: x)"`` for the valid value most like ``value``, or an empty string."""
    folded = {candidate.casefold(): candidate for candidate in valid}
    close = difflib.get_close_matches(value.casefold(), folded, n=1, cutoff=0.5)
    return f" (nearest: {folded[close[0]]})" if close else ""


class EvidenceError(ValueError):
    """The evidence cannot be used; carries every problem found in one run."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        shown = "\n".join(str(problem) for problem in problems[:50])
        more = f"\n... and {len(problems) - 50} more" if len(problems) > 50 else ""
        super().__init__(f"{len(problems)} problem(s) in the evidence:\n{shown}{more}")
