"""Simulated tables whose right answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fmgenomics.lab.simulate import World, decode


def no_signal(seed: int, train: int = 150, test: int = 150, length: int = 50) -> pd.DataFrame:
    """Labels and predictions that have nothing to do with the sequences: the true margin over any baseline is zero."""
    rng = np.random.default_rng([seed, 9])
    sample = World(length=length, grammar=None).draw(rng, train + test)
    return pd.DataFrame(
        {
            "sequence": [decode(row) for row in sample.codes],
            "label": rng.permutation(np.arange(train + test) % 2),
            "split": ["train"] * train + ["test"] * test,
            "model": rng.normal(size=train + test),
        }
    )


def random_sequences(rng: np.random.Generator, count: int, length: int) -> list[str]:
    return ["".join(row) for row in np.array(list("ACGT"))[rng.integers(0, 4, (count, length))]]


def reverse_complement(text: str) -> str:
    return text.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def mutated(rng: np.random.Generator, text: str, share: float) -> str:
    return "".join(str(rng.choice([b for b in "ACGT" if b != base])) if rng.random() < share else base for base in text)
