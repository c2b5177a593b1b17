"""What does class imbalance do to accuracy, AUROC, AUPRC and MCC of one and the same model?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.metrics import average_precision_score, matthews_corrcoef

from fmgenomics.lab.drawing import Panel, Series, draw_panels
from fmgenomics.lab.finding import SEED, Finding, single_threaded
from fmgenomics.lab.measure import auroc
from fmgenomics.lab.models import kmer_logistic
from fmgenomics.lab.simulate import World

WORLD = World(decoys=0.1)
SHARES = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
TRAIN = 1000
POOL = 16_000
DRAWS = 12

ACCURACY, NEVER, AUROC, AUPRC, AUPRC_CHANCE, MCC = (
    "Accuracy",
    "Accuracy of always answering no",
    "AUROC",
    "AUPRC",
    "AUPRC of a random ranking",
    "MCC",
)


@dataclass(frozen=True)
class Imbalance:
    """Mean scores of one trained model by the share of positives in its test set."""

    scores: pd.DataFrame

    def at(self, share: float, metric: str) -> float:
        return float(self.scores.set_index("Positives").at[share, metric])

    def change(self, metric: str) -> float:
        """Rarest positives minus equal classes."""
        return self.at(SHARES[-1], metric) - self.at(SHARES[0], metric)


@single_threaded
def run(seed: int = SEED) -> Imbalance:
    rng = np.random.default_rng([seed, 3])
    train, pool = WORLD.draw(rng, TRAIN), WORLD.draw(rng, POOL)
    scores = kmer_logistic().fit(train.codes, train.labels).score(pool.codes)
    positives, negatives = np.flatnonzero(pool.labels), np.flatnonzero(~pool.labels)
    rows = []
    for share in SHARES:
        for _ in range(DRAWS):
            wanted = round(len(negatives) * share / (1 - share))
            chosen = np.r_[negatives, rng.choice(positives, min(wanted, len(positives)), replace=False)]
            labels, values = pool.labels[chosen], scores[chosen]
            rows.append(
                {
                    "Positives": share,
                    ACCURACY: ((values > 0) == labels).mean(),
                    NEVER: 1 - labels.mean(),
                    AUROC: float(auroc(labels, values)),
                    AUPRC: average_precision_score(labels, values),
                    AUPRC_CHANCE: labels.mean(),
                    MCC: matthews_corrcoef(labels, values > 0),
                }
            )
    return Imbalance(pd.DataFrame(rows).groupby("Positives", as_index=False, sort=False).mean())


def finding(result: Imbalance) -> Finding:
    scores, rare = result.scores, SHARES[-1]

    def draw(width_px: int) -> Figure:
        def panel(title: str, names: tuple[str, ...], looks: tuple[int, ...]) -> Panel:
            lines = [
                Series(name, scores["Positives"], scores[name], look) for name, look in zip(names, looks, strict=True)
            ]
            ticks = [(share, f"{share:.0%}") for share in SHARES]
            return Panel(
                title, "share of positives in the test set", "score", lines, (0, 1.03), log_x=True, ticks=ticks
            )

        return draw_panels(
            [
                panel("Blind to the class ratio, or fooled by it", (AUROC, ACCURACY, NEVER), (0, 3, 1)),
                panel("Fall with the positives", (AUPRC, AUPRC_CHANCE, MCC), (2, 1, 4)),
            ],
            width_px,
        )

    table = scores.assign(Positives=[f"{share:.0%}" for share in scores["Positives"]]).round(2)
    return Finding(
        title=(
            f"From equal classes to {rare:.0%} positives the same model keeps AUROC {result.at(rare, AUROC):.2f}, "
            f"while AUPRC falls from {result.at(0.5, AUPRC):.2f} to {result.at(rare, AUPRC):.2f}"
        ),
        alt=(
            f"MCC falls from {result.at(0.5, MCC):.2f} to {result.at(rare, MCC):.2f} at a fixed threshold. At {rare:.0%} positives "
            f"the model's accuracy is {result.at(rare, ACCURACY):.2f}, that of always answering no {result.at(rare, NEVER):.2f}."
        ),
        notes=(
            f"Simulated sequences of {WORLD.length} bp; k-mers with logistic regression, trained once on {TRAIN} with equal classes, its threshold kept; "
            f"test sets drawn from {POOL:,} sequences, mean of {DRAWS} draws each.",
        ),
        table=table,
        draw=draw,
    )
