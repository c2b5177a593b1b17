"""What does a linear probe reach on features that were never trained?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fmgenomics.lab.drawing import Panel, Series, draw_panels
from fmgenomics.lab.finding import SEED, Finding, single_threaded
from fmgenomics.lab.measure import auroc
from fmgenomics.lab.models import Classifier, MaskedModel, RandomFeatures, SmallCnn, kmer_logistic, probe_scores
from fmgenomics.lab.simulate import Codes, Genome, Numbers, Sample, World

WORLD = World(decoys=0.3)
LABELS = (100, 300, 1000, 3000)
WIDTHS = (16, 64, 256)
WIDTH = 64
SHOWN = 1000
TEST = 1500
GENOME = 60_000
REPLICATES = 2
PRETRAINED, UNTRAINED, RANDOM, KMER, CNN = (
    "Probe, pre-trained",
    "Probe, untrained copy",
    "Probe, random filters",
    "k-mer + logistic regression",
    "Small CNN, from scratch",
)


@dataclass(frozen=True)
class RandomProbe:
    """AUROC by number of labels (all models) and, at one number of labels, by width of the embedding."""

    by_labels: pd.DataFrame
    by_width: pd.DataFrame

    def at(self, model: str, labels: int = SHOWN) -> float:
        return float(self.by_labels.set_index("Labels").at[labels, model])

    @property
    def share_untrained(self) -> float:
        """The untrained copy's gain over chance as a share of the pre-trained model's."""
        return (self.at(UNTRAINED) - 0.5) / (self.at(PRETRAINED) - 0.5)


def _score(model: Classifier, train: Sample, test: Sample) -> float:
    return float(auroc(test.labels, model.fit(train.codes, train.labels).score(test.codes)))


@dataclass(frozen=True)
class _Embedded:
    """Training and test embeddings of one encoder, so that it runs once for all numbers of labels."""

    train: Numbers
    test: Numbers

    @classmethod
    def by(cls, embed: Callable[[Codes], Numbers], train: Sample, test: Sample) -> _Embedded:
        return cls(embed(train.codes), embed(test.codes))

    def probe(self, train: Sample, test: Sample, labels: int) -> float:
        return float(auroc(test.labels, probe_scores(self.train[:labels], train.labels[:labels], self.test)))


@single_threaded
def run(seed: int = SEED, replicates: int = REPLICATES) -> RandomProbe:
    by_labels, by_width = [], []
    for replicate in range(replicates):
        rng = np.random.default_rng([seed, 11, replicate])
        genome, _ = Genome(motif_every=50).draw(rng, GENOME)
        train, test = WORLD.draw(rng, max(LABELS)), WORLD.draw(rng, TEST)
        own = seed + replicate

        for width in WIDTHS:
            model = MaskedModel(own, hidden=width)
            untrained = _Embedded.by(model.embed, train, test)
            pretrained = _Embedded.by(model.pretrain(genome).embed, train, test)
            encoders = {PRETRAINED: pretrained, UNTRAINED: untrained}
            by_width.append({"Width": width} | {name: e.probe(train, test, SHOWN) for name, e in encoders.items()})
            if width == WIDTH:
                encoders[RANDOM] = _Embedded.by(RandomFeatures(own).embed, train, test)
                for labels in LABELS:
                    few = train.take(np.arange(labels))
                    by_labels.append(
                        {"Labels": labels}
                        | {name: e.probe(train, test, labels) for name, e in encoders.items()}
                        | {KMER: _score(kmer_logistic(), few, test), CNN: _score(SmallCnn(own, epochs=12), few, test)}
                    )
    return RandomProbe(
        pd.DataFrame(by_labels).groupby("Labels", as_index=False).mean(),
        pd.DataFrame(by_width).groupby("Width", as_index=False).mean(),
    )


def finding(result: RandomProbe) -> Finding:
    labels, width = result.by_labels, result.by_width

    def draw(width_px: int) -> Figure:
        return draw_panels(
            [
                Panel(
                    "By number of labels", "labelled sequences", "AUROC",
                    [
                        Series(name, labels["Labels"], labels[name], look)
                        for look, name in enumerate((PRETRAINED, UNTRAINED, RANDOM, KMER, CNN))
                    ],
                    (0.45, 1.02), log_x=True, chance=0.5, ticks=[(float(n), f"{n:,}") for n in LABELS],
                ),
                Panel(
                    f"By width of the embedding, {SHOWN:,} labels", "numbers in the embedding", "AUROC",
                    [Series(PRETRAINED, width["Width"], width[PRETRAINED], 0), Series(UNTRAINED, width["Width"], width[UNTRAINED], 1)],
                    (0.45, 1.02), log_x=True, chance=0.5, ticks=[(float(n), str(n)) for n in WIDTHS],
                ),
            ],
            width_px,
        )  # fmt: skip

    table = pd.concat(
        [
            labels.assign(Width=WIDTH),
            width.assign(Labels=SHOWN),
        ]
    )[["Labels", "Width", PRETRAINED, UNTRAINED, RANDOM, KMER, CNN]].round(2)
    model = MaskedModel(0, hidden=WIDTH)
    return Finding(
        title=(
            f"An untrained copy gives a linear probe {result.share_untrained:.0%} of what the pre-trained model gains over chance: "
            f"AUROC {result.at(UNTRAINED):.2f} against {result.at(PRETRAINED):.2f}"
        ),
        alt=(
            f"With {SHOWN:,} labels: pre-trained {result.at(PRETRAINED):.2f}, untrained copy {result.at(UNTRAINED):.2f}, random filters "
            f"{result.at(RANDOM):.2f}, k-mers {result.at(KMER):.2f}, CNN from scratch {result.at(CNN):.2f}. "
            f"With {LABELS[0]} labels: pre-trained {result.at(PRETRAINED, LABELS[0]):.2f}, k-mers {result.at(KMER, LABELS[0]):.2f}, "
            f"CNN {result.at(CNN, LABELS[0]):.2f}. An untrained copy {WIDTHS[-1]} wide reaches {width[UNTRAINED].iloc[-1]:.2f}."
        ),
        notes=(
            f"Simulated sequences of {WORLD.length} bp, {TEST} to test, mean of {REPLICATES} draws. The pre-trained model is small: "
            f"{model.parameters:,} parameters, one hidden layer, {GENOME:,} simulated bases that hold the same motifs.",
        ),
        table=table,
        draw=draw,
    )
