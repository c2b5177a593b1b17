"""A contribution that is not taken, with every reason."""

from __future__ import annotations

from collections.abc import Iterable


class Refusal(ValueError):
    """``reasons`` are lines that name the place, what is wrong and how to mend it. Nothing was changed."""

    def __init__(self, reasons: Iterable[str]):
        self.reasons = list(reasons)
        super().__init__("\n".join(self.reasons))
