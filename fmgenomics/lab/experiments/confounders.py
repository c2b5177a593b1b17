"""Do negatives that differ in GC content or in length let a model that knows nothing win?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fmgenomics.lab.drawing import Panel, Series, draw_panels
from fmgenomics.lab.finding import SEED, Finding, single_threaded
from fmgenomics.lab.measure import auroc
from fmgenomics.lab.models import Classifier, SmallCnn, gc_only, kmer_logistic, length_only, position_linear
from fmgenomics.lab.simulate import World

WORLD = World(length=100, length_spread=8, decoys=0.3)
GC_SHIFTS = (0.0, 0.03, 0.06, 0.1, 0.15)
LENGTH_SHIFTS = (0, 5, 10, 20, 30)
TRAIN, TEST = 800, 1500
REPLICATES = 2

KNOWS_NOTHING = "GC or length only"
SAME, MATCHED = "same negatives", "matched negatives"
LINEAR = "Linear model on sequence"
CNN = "Small CNN"


@dataclass(frozen=True)
class Confounders:
    """AUROC by how far the negatives are off, in GC content (a share) and in length (bp)."""

    gc: pd.DataFrame
    length: pd.DataFrame

    def at_largest(self, confounder: str, column: str) -> float:
        return float(getattr(self, confounder)[column].iloc[-1])


def _columns(model: str) -> tuple[str, str]:
    return f"{model}, {SAME}", f"{model}, {MATCHED}"


def _row(seed: list[int], world: World, ignorant: Classifier, linear: Classifier) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    train, test = world.draw(rng, TRAIN), world.draw(rng, TEST)
    matched = replace(world, negative_gc_shift=0.0, negative_length_shift=0.0).draw(rng, TEST)
    row = {}
    ignorant.fit(train.codes, train.labels)
    row[KNOWS_NOTHING] = float(auroc(test.labels, ignorant.score(test.codes)))
    for name, model in ((LINEAR, linear), (CNN, SmallCnn(seed[0], epochs=12))):
        width = max(train.codes.shape[1], test.codes.shape[1], matched.codes.shape[1])
        parts = [
            np.pad(part.codes, ((0, 0), (0, width - part.codes.shape[1])), constant_values=4)
            for part in (train, test, matched)
        ]
        model.fit(parts[0], train.labels)
        same, other = _columns(name)
        row[same] = float(auroc(test.labels, model.score(parts[1])))
        row[other] = float(auroc(matched.labels, model.score(parts[2])))
    return row


@single_threaded
def run(seed: int = SEED, replicates: int = REPLICATES) -> Confounders:
    gc, length = [], []
    for replicate in range(replicates):
        for step, shift in enumerate(GC_SHIFTS):
            world = replace(WORLD, negative_gc_shift=-shift)
            gc.append({"Shift": shift, **_row([seed, 1, replicate, step], world, gc_only(), kmer_logistic())})
        for step, bases in enumerate(LENGTH_SHIFTS):
            world = replace(WORLD, negative_length_shift=-float(bases))
            length.append({"Shift": bases, **_row([seed, 2, replicate, step], world, length_only(), position_linear())})
    return Confounders(*(pd.DataFrame(rows).groupby("Shift", as_index=False).mean() for rows in (gc, length)))


def finding(result: Confounders) -> Finding:
    looks = {KNOWS_NOTHING: 1, _columns(LINEAR)[0]: 0, _columns(LINEAR)[1]: 3, _columns(CNN)[0]: 2, _columns(CNN)[1]: 4}

    def panel(title: str, label: str, table: pd.DataFrame, scale: float) -> Panel:
        lines = [Series(name, scale * table["Shift"], table[name], look) for name, look in looks.items()]
        ticks = [(float(scale * shift), f"{scale * shift:.0f}") for shift in table["Shift"]]
        return Panel(title, label, "AUROC", lines, y_range=(0.42, 1.02), chance=0.5, ticks=ticks)

    def draw(width_px: int) -> Figure:
        return draw_panels(
            [
                panel("GC content", "negatives poorer in GC by (points)", result.gc, 100),
                panel("Length", "negatives shorter by (bp)", result.length, 1),
            ],
            width_px,
        )

    blind = {name: result.at_largest(name, KNOWS_NOTHING) for name in ("gc", "length")}
    same, matched = _columns(LINEAR)
    table = pd.concat(
        [
            result.gc.assign(Confounder="GC content (points)", Shift=(100 * result.gc["Shift"]).round().astype(int)),
            result.length.assign(Confounder="Length (bp)"),
        ]
    )
    table = table[["Confounder", "Shift", *looks]].round(2)
    return Finding(
        title=(
            f"Negatives with other GC content give a GC-only model AUROC {blind['gc']:.2f}, shorter negatives give a length-only model "
            f"{blind['length']:.2f}"
        ),
        alt=(
            f"With equal negatives GC alone reaches {result.gc[KNOWS_NOTHING].iloc[0]:.2f} and length alone "
            f"{result.length[KNOWS_NOTHING].iloc[0]:.2f}. At the largest shift the k-mer model scores {result.at_largest('gc', same):.2f} "
            f"on its own negatives but {result.at_largest('gc', matched):.2f} on matched ones, and the position-aware linear model "
            f"{result.at_largest('length', same):.2f} but {result.at_largest('length', matched):.2f}."
        ),
        notes=(
            f"Simulated sequences of about {WORLD.length} bp, {TRAIN} to train and {TEST} to test, mean of {REPLICATES} draws. "
            "The linear model on sequence is k-mers with logistic regression for GC, a position-aware one for length.",
            "Matched negatives: the same trained model on a test set whose negatives have the GC content and length of the positives.",
        ),
        table=table,
        draw=draw,
    )
