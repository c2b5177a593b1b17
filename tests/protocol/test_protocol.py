"""On tables whose right answer is known the protocol finds it: leaks, confounders, gains, and too little to tell."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

from fmgenomics.protocol import InputError, Report, evaluate
from fmgenomics.protocol.example import table
from fmgenomics.protocol.findings import Leak
from tests.protocol.cases import mutated, no_signal, random_sequences, reverse_complement


@cache
def example(leaking: bool) -> Report:
    frame = table(leaking=leaking, train=400, test=300)
    names = ["reads_grammar", "copies_words", *(["remembers"] if leaking else [])]
    return evaluate(frame, predictions=names, draws=300)


def test_a_real_gain_is_found_and_one_that_adds_nothing_is_not() -> None:
    assert example(False).verdicts == {"reads_grammar": "clear gain", "copies_words": "no gain"}
    assert [leak.level for leak in example(False).findings.leaks] == ["none"]
    assert example(False).findings.left_out == 0


def test_a_leaking_split_is_flagged_and_memory_earns_nothing() -> None:
    findings = example(True).findings
    (leak,) = findings.leaks
    assert leak.level == "serious"
    assert leak.copies >= 145
    assert findings.left_out >= 145
    remembers = findings.model("remembers")
    assert remembers.leaked is not None
    assert remembers.leaked > 0.8
    assert remembers.scores["auroc"].low < 0.5 < remembers.scores["auroc"].high
    assert example(True).verdicts["remembers"] in ("no gain", "worse")
    assert example(True).verdicts["reads_grammar"] == "clear gain"
    assert findings.model("Label of the nearest copy in training").leaked > 0.8  # type: ignore[operator]
    assert any("Split again" in item for item in findings.advice)
    assert any("left out" in reason for verdict in findings.verdicts for reason in verdict.reasons)


def leak_of(texts: list[str], splits: list[str], labels: list[int] | None = None) -> Leak:
    frame = pd.DataFrame(
        {
            "sequence": texts,
            "split": splits,
            "label": labels or [row % 2 for row in range(len(texts))],
            "model": np.linspace(0, 1, len(texts)),
        }
    )
    return evaluate(frame, predictions=["model"], draws=100).findings.leaks[0]


def test_each_kind_of_copy_is_counted_once() -> None:
    rng = np.random.default_rng(1)
    train, fresh = random_sequences(rng, 60, 150), random_sequences(rng, 40, 150)
    near = [mutated(rng, text, 0.04) for text in train[10:20]]
    turned = [reverse_complement(mutated(rng, text, 0.04)) for text in train[20:24]]
    test = [*train[:3], *(reverse_complement(text) for text in train[3:5]), *near, *turned, *fresh]
    leak = leak_of([*train, *test], ["train"] * 60 + ["test"] * len(test))
    assert (leak.exact, leak.reverse_complement, leak.near) == (3, 2, 14)
    assert leak.clustered == 19
    assert {kind for _, _, kind in leak.examples} == {"exact", "reverse complement", "near copy"}
    assert ("61", "1", "exact") in leak.examples


def test_a_copy_with_the_other_label_is_named() -> None:
    texts = random_sequences(np.random.default_rng(2), 20, 80)
    leak = leak_of(
        [*texts, texts[0], *texts[3:5], "ACGT" * 20], ["train"] * 20 + ["test"] * 4, [0, 1] * 10 + [1, 0, 0, 1]
    )
    assert leak.exact == 3
    assert leak.other_label == 2


@pytest.mark.parametrize("length", [30, 60, 200])
def test_unrelated_sequences_are_no_copies(length: int) -> None:
    texts = random_sequences(np.random.default_rng(3), 400, length)
    leak = leak_of(texts, ["train"] * 300 + ["test"] * 100)
    assert (leak.copies, leak.clustered, leak.level) == (0, 0, "none")


@pytest.mark.parametrize(("share", "least", "most"), [(0.03, 96, 100), (0.3, 0, 2)])
def test_near_means_about_nine_bases_in_ten(share: float, least: int, most: int) -> None:
    rng = np.random.default_rng(4)
    train = random_sequences(rng, 100, 300)
    leak = leak_of([*train, *(mutated(rng, text, share) for text in train)], ["train"] * 100 + ["test"] * 100)
    assert least <= leak.near <= most


def test_windows_that_overlap_are_near_copies_and_chain_into_one_cluster() -> None:
    (genome,) = random_sequences(np.random.default_rng(5), 1, 2000)
    windows = [genome[start : start + 200] for start in range(0, 1800, 100)]
    others = random_sequences(np.random.default_rng(6), 20, 200)
    leak = leak_of([*windows[::2], *others[:10], *windows[1::2], *others[10:]], ["train"] * 19 + ["test"] * 19)
    assert leak.near == leak.clustered == 9


def test_a_large_family_is_one_cluster() -> None:
    """More members than are compared pair by pair."""
    rng = np.random.default_rng(7)
    (founder,) = random_sequences(rng, 1, 200)
    family = [mutated(rng, founder, 0.03) for _ in range(300)]
    leak = leak_of(
        [*family, *random_sequences(rng, 100, 200)], (["train"] * 2 + ["test"] * 1) * 100 + ["train", "test"] * 50
    )
    assert leak.clustered == 100


def test_validation_leaks_are_seen_too() -> None:
    texts = random_sequences(np.random.default_rng(8), 60, 100)
    frame = pd.DataFrame(
        {
            "sequence": [*texts, texts[0], texts[45]],
            "split": ["train"] * 20 + ["dev"] * 20 + ["test"] * 20 + ["dev", "dev"],
            "label": [0, 1] * 31,
            "model": np.arange(62.0),
        }
    )
    levels = {
        (leak.split, leak.among): leak.exact
        for leak in evaluate(frame, predictions=["model"], draws=100).findings.leaks
    }
    assert levels == {("test", "train"): 0, ("test", "validation"): 1, ("validation", "train"): 1}


@pytest.mark.parametrize("confounder", ["GC content", "length"])
def test_a_confounder_is_flagged_and_a_model_that_leans_on_it_gains_nothing(confounder: str) -> None:
    rng = np.random.default_rng(9)
    labels = np.arange(500) % 2
    texts = []
    for label in labels:
        weights = [0.2, 0.3, 0.3, 0.2] if label and confounder == "GC content" else [0.25] * 4
        size = 100 + int(rng.integers(0, 20)) + (10 * label if confounder == "length" else 0)
        texts.append("".join(rng.choice(list("ACGT"), size, p=weights)))
    number = np.array([len(t) if confounder == "length" else (t.count("G") + t.count("C")) / len(t) for t in texts])
    leans = number + rng.normal(0, 0.02 * number.std(), len(number))
    frame = pd.DataFrame(
        {"sequence": texts, "label": labels, "split": ["train"] * 250 + ["test"] * 250, "leans": leans}
    )
    findings = evaluate(frame, predictions=["leans"], draws=300).findings
    flagged = {found.name for found in findings.confounders if found.flagged}
    assert confounder in flagged
    (verdict,) = findings.verdicts
    assert verdict.words in ("no gain", "worse")
    assert findings.model("leans").scores["auroc"].value > 0.7
    assert findings.model("leans").scores["auroc-matched"].value < 0.65
    assert any("match the positives" in item for item in findings.advice)
    assert any(f"{confounder}" in reason for reason in verdict.reasons)


def test_no_confounder_is_named_where_there_is_none() -> None:
    findings = evaluate(no_signal(77), predictions=["model"], draws=300).findings
    assert [found.name for found in findings.confounders if found.flagged] == []


def test_a_small_test_set_is_too_little_evidence_however_good_the_model() -> None:
    frame = table(train=200, test=24)
    frame["perfect"] = frame["label"]
    assert evaluate(frame, predictions=["perfect"], draws=200).verdicts == {"perfect": "too little evidence"}


def test_copies_do_not_make_evidence() -> None:
    """Three hundred test rows that are ten sequences are ten sequences."""
    rng = np.random.default_rng(10)
    train, few = random_sequences(rng, 200, 100), random_sequences(rng, 10, 100)
    labels = [row % 2 for row in range(200)] + [row % 10 % 2 for row in range(300)]
    frame = pd.DataFrame(
        {
            "sequence": [*train, *(few[row % 10] for row in range(300))],
            "label": labels,
            "split": ["train"] * 200 + ["test"] * 300,
            "model": np.array(labels) + rng.normal(0, 0.1, 500),
        }
    )
    report = evaluate(frame, predictions=["model"], draws=200)
    assert report.findings.clusters == 10
    assert report.verdicts == {"model": "too little evidence"}


def test_a_test_set_of_copies_only_is_judged_too_little_evidence() -> None:
    frame = table(train=100, test=100)
    frame.loc[100:, "sequence"] = frame["sequence"][:100].to_numpy()
    frame.loc[100:, "label"] = frame["label"][:100].to_numpy()
    report = evaluate(frame, predictions=["reads_grammar"], draws=200)
    assert report.verdicts == {"reads_grammar": "too little evidence"}
    assert report.findings.left_out == 0
    assert any("No test set is left" in reason for reason in report.findings.verdicts[0].reasons)


def test_scores_that_point_the_wrong_way_are_worse_and_said_so() -> None:
    frame = table(train=200, test=200)
    frame["backwards"] = -frame["reads_grammar"]
    report = evaluate(frame, predictions=["backwards"], draws=200)
    assert report.verdicts == {"backwards": "worse"}
    assert any("wrong way" in reason for reason in report.findings.verdicts[0].reasons)


def test_embeddings_get_a_probe_and_random_features_beside_it() -> None:
    frame = table(train=300, test=200)
    rng = np.random.default_rng(11)
    matrix = rng.normal(size=(500, 12))
    matrix[:, 3] += 1.5 * frame["label"]
    report = evaluate(frame, embeddings=matrix, draws=200)
    assert report.verdicts == {"Linear probe on the embeddings": "clear gain"}
    assert "Random features, linear probe" in [model.name for model in report.findings.models]
    useless = evaluate(frame, embeddings=rng.normal(size=(500, 12)), draws=200)
    assert set(useless.verdicts.values()) <= {"no gain", "worse"}


def test_regression_is_judged_by_rank_correlation() -> None:
    frame = table(train=200, test=150)
    rng = np.random.default_rng(12)
    frame["value"] = rng.normal(size=350)
    frame["good"] = frame["value"] + rng.normal(size=350)
    frame["noise"] = rng.normal(size=350)
    report = evaluate(frame, label="value", predictions=["good", "noise"], task="regression", draws=200)
    assert report.verdicts["good"] == "clear gain"
    assert report.verdicts["noise"] in ("no gain", "worse")
    assert list(report.findings.models[0].scores) == ["spearman", "pearson"]


def test_the_small_network_is_fitted_on_request() -> None:
    frame = table(train=120, test=80)
    report = evaluate(frame, predictions=["reads_grammar"], cnn=True, draws=100)
    assert "Small CNN" in [model.name for model in report.findings.models]
    assert not any("--cnn" in item for item in report.findings.advice)


def test_predictions_are_needed_in_test_rows_only() -> None:
    frame = table(train=150, test=100)
    whole = evaluate(frame, predictions=["reads_grammar"], draws=100).findings
    frame.loc[:149, "reads_grammar"] = np.nan
    assert evaluate(frame, predictions=["reads_grammar"], draws=100).findings == whole


def test_the_same_input_gives_the_same_bytes() -> None:
    frame = table(leaking=True, train=150, test=100)
    first, second = (evaluate(frame, predictions=["remembers"], draws=100).files() for _ in range(2))
    assert first == second
    assert json.loads(first["report.json"])["seed"] == 20261125


def test_a_column_may_not_have_the_name_of_a_baseline() -> None:
    frame = table(train=60, test=40).rename(columns={"reads_grammar": "Length only"})
    with pytest.raises(InputError, match="name of a baseline"):
        evaluate(frame, predictions=["Length only"])
