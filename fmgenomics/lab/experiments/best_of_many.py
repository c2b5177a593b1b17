"""Best of many models against the best of few baselines: what does the choice alone win?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import norm

from fmgenomics.lab.drawing import Panel, Series, draw_panels
from fmgenomics.lab.finding import SEED, Finding, single_threaded
from fmgenomics.lab.measure import auroc

TRUE_AUROC = 0.8
AGREEMENT = 0.5
MODELS = (1, 2, 4, 8, 16, 32)
BASELINES = 2
SIZES = (200, 1000, 5000)
DRAWS = {200: 600, 1000: 200, 5000: 60}


@dataclass(frozen=True)
class BestOfMany:
    """Best-of-many minus best baseline, in AUROC, when all are equally good.

    ``same`` judges the winner on the test set that chose it, ``fresh`` on a second one that nothing was chosen on.
    """

    gaps: pd.DataFrame

    def gap(self, n: int, models: int, judged: str = "same") -> float:
        row = self.gaps[(self.gaps["n"] == n) & (self.gaps["models"] == models)]
        return float(row[judged].iloc[0])


def _test_set(rng: np.random.Generator, n: int, count: int) -> np.ndarray:
    """AUROC of ``count`` equally good models on one test set; their errors correlate by :data:`AGREEMENT`."""
    labels = np.arange(n) % 2 == 0
    shared = rng.normal(size=(n, 1))
    own = rng.normal(size=(n, count))
    signal = labels[:, None] * np.sqrt(2) * norm.ppf(TRUE_AUROC)
    return auroc(labels, signal + np.sqrt(AGREEMENT) * shared + np.sqrt(1 - AGREEMENT) * own)


@single_threaded
def run(seed: int = SEED) -> BestOfMany:
    rng = np.random.default_rng([seed, 6])
    rows = []
    for n in SIZES:
        for _ in range(DRAWS[n]):
            chosen_on, fresh = (_test_set(rng, n, max(MODELS) + BASELINES) for _ in range(2))
            for models in MODELS:
                candidates = slice(BASELINES, BASELINES + models)
                winner = int(np.argmax(chosen_on[candidates])) + BASELINES
                baseline = int(np.argmax(chosen_on[:BASELINES]))
                rows.append((n, models, chosen_on[winner] - chosen_on[baseline], fresh[winner] - fresh[baseline]))
    table = pd.DataFrame(rows, columns=["n", "models", "same", "fresh"])
    gaps = table.groupby(["n", "models"], as_index=False).mean()
    gaps[["same", "fresh"]] = gaps[["same", "fresh"]].round(3) + 0.0  # no minus zero
    return BestOfMany(gaps)


def finding(result: BestOfMany) -> Finding:
    most, few = max(MODELS), min(SIZES)

    def draw(width_px: int) -> Figure:
        def panel(title: str, judged: str) -> Panel:
            lines = []
            for look, n in enumerate(SIZES):
                part = result.gaps[result.gaps["n"] == n]
                lines.append(Series(f"{n:,} test items", part["models"], part[judged], look))
            ticks = [(float(count), str(count)) for count in MODELS]
            return Panel(
                title,
                "models tried",
                "best model − best baseline (AUROC)",
                lines,
                (-0.025, 0.045),
                log_x=True,
                ticks=ticks,
            )

        return draw_panels(
            [panel("Judged where it was chosen", "same"), panel("Judged on a fresh test set", "fresh")], width_px
        )

    table = result.gaps.rename(
        columns={
            "n": "Test items",
            "models": "Models tried",
            "same": "Gap where chosen",
            "fresh": "Gap on fresh test set",
        }
    )
    return Finding(
        title=(
            f"The best of {most} models beats the best of {BASELINES} equally good baselines by {result.gap(few, most):.3f} AUROC on {few} "
            f"test items; on a fresh test set the gap is {result.gap(few, most, 'fresh'):.3f}"
        ),
        alt=(
            f"The gap grows with the number of models tried and shrinks with the test set: {result.gap(max(SIZES), most):.3f} on "
            f"{max(SIZES):,} items. Judged on a fresh test set it is near zero everywhere."
        ),
        notes=(
            f"Simulated predictions: every model and every baseline has the true AUROC {TRUE_AUROC:g}, the correlation of their errors "
            f"is {AGREEMENT:g}; equal classes; mean of {min(DRAWS.values())} to {max(DRAWS.values())} test sets.",
        ),
        table=table.round(3),
        draw=draw,
    )
