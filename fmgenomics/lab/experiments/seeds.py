"""How much do seeds alone move a ranking?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fmgenomics.lab.drawing import DotRow, draw_dots
from fmgenomics.lab.finding import SEED, Finding, single_threaded
from fmgenomics.lab.measure import auroc
from fmgenomics.lab.models import SmallCnn
from fmgenomics.lab.simulate import World

WORLD = World(length=80, decoys=0.3)
WIDTHS = (8, 9, 10, 11, 12)
TRAIN, TEST = 600, 2000
SEEDS = 8


@dataclass(frozen=True)
class Seeds:
    """AUROC of each variant (rows) with each seed (columns): same data, same split, same code."""

    scores: pd.DataFrame

    @property
    def spread_by_seed(self) -> float:
        """Largest minus smallest score of one variant over seeds; the mean over variants."""
        return float((self.scores.max(axis=1) - self.scores.min(axis=1)).mean())

    @property
    def spread_by_variant(self) -> float:
        """Largest minus smallest mean score of the variants."""
        means = self.scores.mean(axis=1)
        return float(means.max() - means.min())

    @property
    def winners(self) -> int:
        """How many of the variants come first with at least one seed."""
        return int(self.scores.idxmax(axis=0).nunique())

    @property
    def reversed_pairs(self) -> float:
        """Share of pairs of variants whose order differs between two seeds; the mean over pairs of seeds."""
        values = self.scores.to_numpy()
        turned = [
            np.sign(values[a, i] - values[b, i]) != np.sign(values[a, j] - values[b, j])
            for a, b in combinations(range(values.shape[0]), 2)
            for i, j in combinations(range(values.shape[1]), 2)
        ]
        return float(np.mean(turned))


@single_threaded
def run(seed: int = SEED) -> Seeds:
    rng = np.random.default_rng([seed, 5])
    train, test = WORLD.draw(rng, TRAIN), WORLD.draw(rng, TEST)
    scores = {}
    for width in WIDTHS:
        fitted = (SmallCnn(seed + 100 * width + number, filters=12, width=width, epochs=12) for number in range(SEEDS))
        scores[width] = [
            float(auroc(test.labels, model.fit(train.codes, train.labels).score(test.codes))) for model in fitted
        ]
    return Seeds(
        pd.DataFrame.from_dict(scores, orient="index", columns=[f"seed {number + 1}" for number in range(SEEDS)])
    )


def finding(result: Seeds) -> Finding:
    scores = result.scores

    def draw(width_px: int) -> Figure:
        rows = [
            DotRow(
                f"filters of {width} bp",
                {"one seed": list(scores.loc[width]), "mean of seeds": [scores.loc[width].mean()]},
            )
            for width in WIDTHS
        ]
        return draw_dots(rows, "AUROC on the same test set", width_px)

    table = scores.reset_index(names="Filter width (bp)")
    table["mean"] = scores.mean(axis=1).to_numpy()
    return Finding(
        title=(
            f"Seeds alone move a model by {result.spread_by_seed:.3f} AUROC, the variants' means differ by "
            f"{result.spread_by_variant:.3f}: {result.winners} of {len(WIDTHS)} variants can be called the best"
        ),
        alt=(
            f"Five variants of one small CNN, {SEEDS} seeds each. Between two seeds, {result.reversed_pairs:.0%} of the pairs of variants "
            "change their order; the dots of the variants overlap."
        ),
        notes=(
            f"Simulated sequences of {WORLD.length} bp, {TRAIN} to train, {TEST} to test, the same for all. "
            "A seed sets the initial weights and the order of the mini-batches, nothing else.",
        ),
        table=table.round(3),
        draw=draw,
    )
