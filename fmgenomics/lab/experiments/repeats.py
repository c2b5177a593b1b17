"""Does a low perplexity that comes from repeats say anything about the use of a model?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fmgenomics.lab.drawing import Panel, Series, draw_panels
from fmgenomics.lab.finding import SEED, Finding, single_threaded
from fmgenomics.lab.measure import auroc
from fmgenomics.lab.models import MarkovModel, MaskedModel, probe
from fmgenomics.lab.simulate import Codes, Genome, Numbers, Truth, World

SHARES = (0.0, 0.2, 0.4, 0.6, 0.8)
GENOME = 120_000
ORDER = 6
TASK = World(decoys=0.3)
TRAIN, TEST = 1000, 1500
REPLICATES = 2
MARKOV, MASKED = f"Markov model, order {ORDER}", "Small masked model"


@dataclass(frozen=True)
class Repeats:
    """Held-out perplexity by the share of repeats in the genome, and what the same model is worth to a linear probe."""

    scores: pd.DataFrame

    def at(self, share: float, column: str) -> float:
        return float(self.scores.set_index("Repeats").at[share, column])

    def change(self, column: str) -> float:
        """Most repeats minus none."""
        return self.at(SHARES[-1], column) - self.at(SHARES[0], column)


def _perplexities(name: str, log_likelihood: Numbers, is_repeat: Truth) -> dict[str, float]:
    parts = {"all bases": np.ones_like(is_repeat), "unique bases": ~is_repeat, "repeat bases": is_repeat}
    return {
        f"{name}, {part}": float(np.exp(-log_likelihood[chosen].mean())) if chosen.any() else float("nan")
        for part, chosen in parts.items()
    }


def _masked_log_likelihood(model: MaskedModel, genome: Codes) -> Numbers:
    """The masked model's log-probability of each base given both sides: its pseudo-likelihood."""
    return np.log(model.probabilities(genome)[np.arange(len(genome)), genome]).astype(float)


@single_threaded
def run(seed: int = SEED, replicates: int = REPLICATES) -> Repeats:
    rows = []
    for replicate in range(replicates):
        rng = np.random.default_rng([seed, 7, replicate])
        train, test = TASK.draw(rng, TRAIN), TASK.draw(rng, TEST)
        for share in SHARES:
            genome, is_repeat = Genome(repeats=share, motif_every=50).draw(
                np.random.default_rng([seed, 8, replicate]), GENOME
            )
            half = GENOME // 2
            markov = MarkovModel(ORDER, weight=16).fit(genome[:half])
            masked = MaskedModel(seed + replicate).pretrain(genome[:half])
            classifier = probe(masked.embed).fit(train.codes, train.labels)
            rows.append(
                {
                    "Repeats": share,
                    **_perplexities(MARKOV, markov.log_likelihood(genome[half:]), is_repeat[half:]),
                    **_perplexities(MASKED, _masked_log_likelihood(masked, genome[half:]), is_repeat[half:]),
                    "Probe AUROC": float(auroc(test.labels, classifier.score(test.codes))),
                }
            )
    return Repeats(pd.DataFrame(rows).groupby("Repeats", as_index=False).mean())


def finding(result: Repeats) -> Finding:
    scores, most = result.scores, SHARES[-1]
    percent = 100 * scores["Repeats"]

    def draw(width_px: int) -> Figure:
        lines = [
            Series(name, percent, scores[name], look)
            for look, name in enumerate(
                (f"{MASKED}, all bases", f"{MASKED}, unique bases", f"{MARKOV}, all bases", f"{MARKOV}, unique bases")
            )
        ]
        label = "share of repeats in the genome (%)"
        return draw_panels(
            [
                Panel("Held-out perplexity", label, "perplexity (4 = guessing)", lines, (1, 5.6)),
                Panel(
                    "Use of the same model", label, "AUROC of a linear probe",
                    [Series(f"Probe on the {MASKED.lower()}", percent, scores["Probe AUROC"], 4)], (0.45, 1.02), chance=0.5,
                ),
            ],
            width_px,
        )  # fmt: skip

    column = f"{MASKED}, all bases"
    unique = f"{MASKED}, unique bases"
    table = scores.assign(Repeats=[f"{share:.0%}" for share in scores["Repeats"]]).round(2)
    return Finding(
        title=(
            f"With {most:.0%} repeats the same model's perplexity falls from {result.at(0, column):.2f} to {result.at(most, column):.2f}, "
            f"and a probe on it from AUROC {result.at(0, 'Probe AUROC'):.2f} to {result.at(most, 'Probe AUROC'):.2f}"
        ),
        alt=(
            f"Perplexity over all bases falls as repeats take over; over the unique bases it goes from {result.at(0, unique):.2f} to "
            f"{result.at(most, unique):.2f}. The Markov model falls from {result.at(0, f'{MARKOV}, all bases'):.2f} to "
            f"{result.at(most, f'{MARKOV}, all bases'):.2f}, on unique bases it stands at {result.at(most, f'{MARKOV}, unique bases'):.2f}."
        ),
        notes=(
            f"Simulated genomes of {GENOME:,} bases, half to train and half held out, {Genome().elements} repeat elements with copies "
            f"{Genome().divergence:.0%} diverged; mean of {REPLICATES} draws. Repeats take the place of unique sequence, the size stays. "
            "Perplexity of the masked model is its pseudo-perplexity.",
            f"The probe answers the two-motif task on {TEST} simulated sequences without repeats, after {TRAIN} with labels.",
        ),
        table=table,
        draw=draw,
    )
