"""A simulated table to try the protocol on: sequences with a known truth, and predictions whose worth is known.

Positives carry two motifs in an order, some negatives the same motifs in the wrong order, as in the laboratory. ``reads_grammar`` is noise
around the label, as of a model that reads some of that order. ``copies_words`` is what any composition-based score is: it adds nothing
over the baselines. In a ``leaking`` table half of the test sequences are slightly changed training sequences, and
``remembers`` is a model that recognises them and knows nothing else.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fmgenomics.lab.finding import SEED
from fmgenomics.lab.models import kmer_logistic
from fmgenomics.lab.simulate import World, decode, diverge

WORLD = World(length=120, decoys=0.5)
TRAIN, TEST = 600, 400


def table(*, leaking: bool = False, train: int = TRAIN, test: int = TEST, seed: int = SEED) -> pd.DataFrame:
    """The table as a data frame: id, sequence, label, split and the predictions."""
    rng = np.random.default_rng([seed, int(leaking)])
    sample = WORLD.draw(rng, train + test)
    codes, labels = sample.codes, sample.labels
    order = rng.permutation(train + test)
    codes, labels = codes[order], labels[order]
    remembers = rng.random(train + test) * 0.2 + 0.4
    if leaking:
        copies = np.arange(train, train + test // 2)
        sources = rng.choice(train, len(copies), replace=False)
        codes[copies] = diverge(rng, codes[sources], 0.03)
        labels[copies] = labels[sources]
        remembers[copies] = np.where(labels[copies], 0.9, 0.1) + 0.05 * rng.random(len(copies))
    words = kmer_logistic(3).fit(codes[:train], labels[:train]).score(codes)
    frame = {
        "id": [f"s{number}" for number in range(1, train + test + 1)],
        "sequence": [decode(row) for row in codes],
        "label": labels.astype(int),
        "split": ["train"] * train + ["test"] * test,
        "reads_grammar": rng.normal(1.6 * labels, 1),
        "copies_words": words + rng.normal(0, 0.01, len(words)),
    }
    return pd.DataFrame(frame | ({"remembers": remembers} if leaking else {}))
