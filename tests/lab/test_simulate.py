"""The generative model does what its text says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fmgenomics.lab.simulate import (
    PAST_END,
    Background,
    Genome,
    Grammar,
    Motif,
    World,
    decode,
    diverge,
    encode,
    split_by_group,
)

EXACT = Grammar(Motif("TGACTCAT", fidelity=1.0), Motif("GGAAGTGA", fidelity=1.0))


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def gc(codes: np.ndarray) -> float:
    return float(np.isin(codes, (1, 2)).sum() / (codes != PAST_END).sum())


def test_the_same_seed_gives_the_same_sequences_and_another_seed_others() -> None:
    first, again, other = (World(family_size=3).draw(rng(seed), 200) for seed in (5, 5, 6))
    assert np.array_equal(first.codes, again.codes)
    assert np.array_equal(first.labels, again.labels)
    assert not np.array_equal(first.codes, other.codes)


@pytest.mark.parametrize("wanted", [0.3, 0.5, 0.7])
def test_gc_content_is_the_stated_one_when_cpg_is_not_depleted(wanted: float) -> None:
    assert gc(Background(gc=wanted, cpg=1.0).draw(rng(), 400, 200)) == pytest.approx(wanted, abs=0.01)


def test_cpg_is_depleted_by_the_stated_factor() -> None:
    codes = Background(gc=0.5, gc_spread=0.0, cpg=0.25).draw(rng(), 500, 200)
    after_c = codes[:, 1:][codes[:, :-1] == 1]
    assert (after_c == 2).mean() == pytest.approx(0.25 * 0.25 / (0.75 + 0.25 * 0.25), abs=0.01)


def test_positives_carry_the_grammar_and_decoys_the_same_motifs_in_the_wrong_order() -> None:
    sample = World(grammar=EXACT, decoys=1.0).draw(rng(), 300)
    for codes, is_positive in zip(sample.codes, sample.labels, strict=True):
        text = decode(codes)
        left, right = ("TGACTCAT", "GGAAGTGA") if is_positive else ("GGAAGTGA", "TGACTCAT")
        assert any(
            text[start : start + 8] == left and text[start + 8 + gap : start + 16 + gap] == right
            for start in range(len(text) - 15)
            for gap in range(EXACT.gaps[0], EXACT.gaps[1] + 1)
        )


def test_without_decoys_hardly_a_negative_carries_a_motif() -> None:
    sample = World(grammar=EXACT).draw(rng(), 2000)
    carries = np.array(["TGACTCAT" in decode(codes) for codes in sample.codes])
    assert carries[sample.labels].all()
    assert carries[~sample.labels].mean() < 0.02


def test_the_motifs_do_not_give_the_label_away_by_composition() -> None:
    sample = World().draw(rng(), 6000)
    assert abs(gc(sample.codes[sample.labels]) - gc(sample.codes[~sample.labels])) < 0.005


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_the_stated_share_of_families_is_positive(share: float) -> None:
    sample = World(positives=share).draw(rng(), 1000)
    assert sample.labels.mean() == pytest.approx(share, abs=0.001)


def test_a_family_shares_its_label_and_its_motifs_and_differs_elsewhere_by_the_divergence() -> None:
    sample = World(grammar=replace(EXACT, start=40, gaps=(4, 4)), family_size=5, divergence=0.2).draw(rng(), 1500)
    is_motif = np.zeros(100, dtype=bool)
    is_motif[[*range(40, 48), *range(52, 60)]] = True
    sizes, differences = [], []
    for family in np.unique(sample.families)[:-1]:
        members = sample.take(sample.families == family)
        assert len(set(members.labels)) == 1
        sizes.append(len(members))
        differences.append(members.codes[1:] != members.codes[0])
        if members.labels[0]:
            assert not differences[-1][:, is_motif].any()
    assert np.mean(sizes) == pytest.approx(5, abs=0.5)
    assert np.concatenate(differences)[:, ~is_motif].mean() == pytest.approx(0.2, abs=0.01)


def test_diverge_replaces_by_another_base_and_leaves_the_end_alone() -> None:
    codes = np.array([[0, 1, 2, 3, PAST_END]] * 2000, dtype=np.uint8)
    changed = diverge(rng(), codes, 1.0)
    assert (changed[:, :4] != codes[:, :4]).all()
    assert (changed[:, 4] == PAST_END).all()
    assert np.bincount(changed[:, 0], minlength=4)[1:] / 2000 == pytest.approx([1 / 3] * 3, abs=0.05)


def test_negatives_differ_in_length_and_gc_by_the_stated_shift() -> None:
    world = World(length=100, length_spread=5, negative_length_shift=-20, negative_gc_shift=-0.1, grammar=None)
    sample = world.draw(rng(), 2000)
    lengths = (sample.codes != PAST_END).sum(axis=1)
    assert lengths[sample.labels].mean() - lengths[~sample.labels].mean() == pytest.approx(20, abs=1)
    assert gc(sample.codes[sample.labels]) - gc(sample.codes[~sample.labels]) == pytest.approx(0.1, abs=0.015)
    ends = np.diff((sample.codes == PAST_END).astype(int), axis=1)
    assert (ends >= 0).all(), "nothing follows the end of a sequence"


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    family_size=st.floats(1, 12),
    share=st.floats(0.1, 0.5),
    count=st.integers(40, 300),
)
def test_a_family_aware_split_never_shares_a_family(seed: int, family_size: float, share: float, count: int) -> None:
    sample = World(length=30, grammar=None, family_size=family_size).draw(rng(seed), count)
    train, test = split_by_group(rng(seed), sample, sample.families, share)
    assert not set(train.families) & set(test.families)
    assert len(train) + len(test) == count
    assert len(test) <= round(share * count)


def test_a_group_a_sequence_is_a_random_split_of_the_stated_size() -> None:
    sample = World(family_size=5).draw(rng(), 400)
    train, test = split_by_group(rng(), sample, np.arange(400), 0.25)
    assert len(test) == 100
    assert set(train.families) & set(test.families), "a random split does share families"


def test_repeats_cover_the_stated_share_and_are_copies() -> None:
    codes, is_repeat = Genome(grammar=None, repeats=0.4, elements=1, divergence=0.0).draw(rng(), 20_000)
    assert is_repeat.mean() == pytest.approx(0.4, abs=0.001)
    blocks = codes.reshape(-1, 200)[is_repeat.reshape(-1, 200).all(axis=1)]
    assert (blocks == blocks[0]).all()
    unique = codes.reshape(-1, 200)[~is_repeat.reshape(-1, 200).any(axis=1)]
    assert len(np.unique(unique, axis=0)) == len(unique)


def test_a_genome_carries_its_grammar_as_often_as_stated() -> None:
    codes, _ = Genome(grammar=EXACT, motif_every=50).draw(rng(), 20_000)
    assert 400 <= decode(codes).count("TGACTCAT") <= 405


def test_a_letter_that_is_no_base_is_named() -> None:
    with pytest.raises(ValueError, match=r"letter 'N' at position 3"):
        encode("ACN")
