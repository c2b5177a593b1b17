"""Null models are called null, and real gains found, at the rates that the protocol states."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats import norm

from fmgenomics.protocol import evaluate, measures
from fmgenomics.protocol.findings import POWER_80, Margin, judge
from fmgenomics.protocol.measures import Estimate
from tests.protocol.cases import no_signal

ITEMS = 200
REPLICATES = 200
BASELINE = 0.75


def replicate(rng: np.random.Generator, gain: float, clusters: np.ndarray) -> tuple[str, Estimate]:
    """One test set on which a model is ``gain`` better than a baseline; both are binormal and share half their noise."""
    labels = np.arange(ITEMS) < ITEMS // 2
    of_cluster = rng.normal(size=clusters.max() + 1)
    models = {}
    shared = of_cluster[clusters]
    for name, truth in (("baseline", BASELINE), ("model", BASELINE + gain)):
        own = rng.normal(size=clusters.max() + 1)[clusters]
        scores = np.sqrt(2) * norm.ppf(truth) * labels + (shared + own) / np.sqrt(2)
        models[name] = {"auroc": measures._Ranking.of(labels, scores).auroc}
    values, drawn = measures.bootstrap(models, clusters, 250, seed=1)
    difference = float(values["model"]["auroc"][0] - values["baseline"]["auroc"][0])
    estimate = Estimate.of(difference, drawn["model"]["auroc"] - drawn["baseline"]["auroc"])
    margin = Margin("model", "baseline", estimate, difference / (1 - float(values["baseline"]["auroc"][0])))
    return judge(margin, margin, enough=True), estimate


@pytest.mark.parametrize("copies", [1, 4], ids=["independent items", "clusters of four copies"])
def test_a_null_model_is_called_null_and_a_gain_found_at_the_stated_rates(copies: int) -> None:
    """Stated: at most one null in forty a gain, one in forty worse; a margin of the detectable size found four times in five."""
    clusters = np.arange(ITEMS) // copies
    rng = np.random.default_rng(3)
    nulls = [replicate(rng, 0.0, clusters) for _ in range(REPLICATES)]
    words = Counter(word for word, _ in nulls)
    gains = words["clear gain"] + words["small gain"]
    assert gains <= 0.05 * REPLICATES
    assert words["worse"] <= 0.07 * REPLICATES
    assert words["no gain"] >= 0.90 * REPLICATES
    detectable = POWER_80 * float(np.mean([estimate.error for _, estimate in nulls]))
    found = Counter(replicate(rng, detectable, clusters)[0] for _ in range(REPLICATES))
    assert found["clear gain"] + found["small gain"] >= 0.75 * REPLICATES  # errors shrink towards the top of the scale
    half = Counter(replicate(rng, detectable / 2, clusters)[0] for _ in range(REPLICATES))
    assert half["clear gain"] + half["small gain"] <= 0.6 * REPLICATES


def test_ignoring_the_clusters_would_call_nulls_gains() -> None:
    """Why the bootstrap draws clusters: item by item, four copies of each sequence count as four."""
    rng = np.random.default_rng(4)
    clusters = np.arange(ITEMS) // 4
    by_item = []
    for _ in range(100):
        labels = np.arange(ITEMS) < ITEMS // 2
        models = {
            name: {"auroc": measures._Ranking.of(labels, rng.normal(size=50)[clusters] + labels).auroc} for name in "ab"
        }
        values, drawn = measures.bootstrap(models, np.arange(ITEMS), 200, seed=1)
        by_item.append(
            Estimate.of(
                float((values["a"]["auroc"] - values["b"]["auroc"])[0]), drawn["a"]["auroc"] - drawn["b"]["auroc"]
            )
        )
    assert sum(estimate.low > 0 or estimate.high < 0 for estimate in by_item) > 20


@pytest.mark.parametrize("first", [0, 15], ids=["first half", "second half"])
def test_the_whole_protocol_calls_a_null_model_null(first: int) -> None:
    """The baseline to beat is chosen within training, so that the choice does not push the verdict to either side."""
    words = Counter(
        evaluate(no_signal(seed), predictions=["model"], draws=200).verdicts["model"]
        for seed in range(first, first + 15)
    )
    assert words["no gain"] >= 13
    assert words["clear gain"] + words["small gain"] <= 2
    assert words["worse"] <= 2
