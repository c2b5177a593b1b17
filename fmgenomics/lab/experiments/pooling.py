"""Mean pooling or a single token: does the choice decide what an embedding is worth?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fmgenomics.lab.drawing import DotRow, draw_dots
from fmgenomics.lab.finding import SEED, Finding, single_threaded
from fmgenomics.lab.measure import auroc
from fmgenomics.lab.models import MaskedModel, Single, probe_scores
from fmgenomics.lab.simulate import Codes, Genome, Grammar, Numbers, Sample, World

LENGTH = 100
TRAIN, TEST = 1000, 1500
GENOME = 60_000
MEMORY = 0.95
REPLICATES = 3
ANYWHERE, CENTRE = "signal anywhere", "signal at the centre"


def _running_state(tokens: Single) -> Single:
    """The state at the last token of a reader that forgets: an exponentially weighted sum of the tokens before it."""
    weights = np.float32(MEMORY) ** np.arange(tokens.shape[1] - 1, -1, -1, dtype=np.float32)
    return np.einsum("nlh,l->nh", tokens, weights / weights.sum())


POOLS: dict[str, Callable[[Single], Single]] = {
    "mean": lambda tokens: tokens.mean(axis=1),
    "maximum": lambda tokens: tokens.max(axis=1),
    "running state": _running_state,
    "last token": lambda tokens: tokens[:, -1],
    "centre token": lambda tokens: tokens[:, LENGTH // 2],
}


@dataclass(frozen=True)
class Pooling:
    """AUROC of a linear probe by pooling (rows) and task (columns), one frame a replicate averaged."""

    scores: pd.DataFrame

    def at(self, pool: str, task: str) -> float:
        return float(self.scores.at[pool, task])


def _centred(rng: np.random.Generator, count: int) -> Sample:
    """Positives have the motifs around the centre, negatives the same motifs somewhere else."""
    middle = Grammar()
    middle = Grammar(gaps=(4, 4), start=LENGTH // 2 - middle.first.width - 2)
    everywhere = Grammar(gaps=(4, 4))
    half = count // 2
    positives = World(length=LENGTH, grammar=middle, positives=1).draw(rng, half)
    negatives = World(length=LENGTH, grammar=everywhere, positives=1).draw(rng, count - half)
    codes = np.concatenate([positives.codes, negatives.codes])
    return Sample(codes, np.arange(count) < half, np.arange(count))


def _pools(model: MaskedModel, codes: Codes) -> dict[str, Numbers]:
    """The embeddings of ``codes`` by every pooling."""
    parts = [model.tokens(part) for part in np.array_split(codes, 5)]
    return {name: np.concatenate([pool(tokens) for tokens in parts]).astype(float) for name, pool in POOLS.items()}


def _probe_all(model: MaskedModel, train: Sample, test: Sample) -> dict[str, float]:
    embedded, embedded_test = _pools(model, train.codes), _pools(model, test.codes)
    return {
        name: float(auroc(test.labels, probe_scores(embedded[name], train.labels, embedded_test[name])))
        for name in POOLS
    }


@single_threaded
def run(seed: int = SEED, replicates: int = REPLICATES) -> Pooling:
    frames = []
    for replicate in range(replicates):
        rng = np.random.default_rng([seed, 9, replicate])
        genome, _ = Genome(motif_every=50).draw(rng, GENOME)
        model = MaskedModel(seed + replicate).pretrain(genome)
        anywhere = World(length=LENGTH, decoys=0.3)
        scores = {
            ANYWHERE: _probe_all(model, anywhere.draw(rng, TRAIN), anywhere.draw(rng, TEST)),
            CENTRE: _probe_all(model, _centred(rng, TRAIN), _centred(rng, TEST)),
        }
        frames.append(pd.DataFrame(scores))
    return Pooling(sum(frames[1:], frames[0]) / len(frames))


def finding(result: Pooling) -> Finding:
    scores = result.scores

    def draw(width_px: int) -> Figure:
        rows = [DotRow(name, {task: [scores.at[name, task]] for task in (ANYWHERE, CENTRE)}) for name in POOLS]
        return draw_dots(rows, "AUROC of a linear probe", width_px, x_range=(0.45, 1.02), chance=0.5)

    mean, centre, last = "mean", "centre token", "last token"
    return Finding(
        title=(
            f"One model, two poolings: signal anywhere, mean {result.at(mean, ANYWHERE):.2f} and last token {result.at(last, ANYWHERE):.2f}; "
            f"signal at the centre, mean {result.at(mean, CENTRE):.2f} and token there {result.at(centre, CENTRE):.2f}"
        ),
        alt=(
            "AUROC of a linear probe on the same frozen model. "
            + "; ".join(
                f"{name}: {result.at(name, ANYWHERE):.2f} anywhere, {result.at(name, CENTRE):.2f} at the centre"
                for name in POOLS
            )
            + "."
        ),
        notes=(
            f"Simulated sequences of {LENGTH} bp, {TRAIN} with labels and {TEST} to test; a masked model of "
            f"{MaskedModel(0).parameters:,} parameters pre-trained on {GENOME:,} simulated bases; mean of {REPLICATES} draws.",
            "Its tokens see a window around themselves. A model with longer context loses less in a single token; how much "
            "less is what an evaluation should show, and not assume. The running state stands for a recurrent reader that forgets: it is the "
            "exponentially weighted mean of the tokens up to the last.",
        ),
        table=scores.reset_index(names="Pooling").round(2),
        draw=draw,
    )
