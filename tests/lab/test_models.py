"""Each model reads what it says it reads, learns, and gives the same answer twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from fmgenomics.lab.measure import auroc
from fmgenomics.lab.models import (
    Classifier,
    MarkovModel,
    MaskedModel,
    RandomFeatures,
    SmallCnn,
    _windows,
    gc_only,
    kmer_frequencies,
    kmer_logistic,
    length_only,
    position_linear,
    probe,
    probe_scores,
    words_present,
)
from fmgenomics.lab.simulate import BASES, PAST_END, Genome, Grammar, Sample, World, decode, encode


def draw(count: int, seed: int = 1, **world: object) -> Sample:
    return World(**world).draw(np.random.default_rng(seed), count)  # type: ignore[arg-type]


def reached(model: Classifier, train: Sample, test: Sample) -> float:
    return float(auroc(test.labels, model.fit(train.codes, train.labels).score(test.codes)))


MODELS: dict[str, Callable[[], Classifier]] = {
    "gc": gc_only,
    "length": length_only,
    "k-mer": kmer_logistic,
    "position": position_linear,
    "cnn": lambda: SmallCnn(1, epochs=3),
    "random features": lambda: probe(RandomFeatures(1).embed),
    "masked": lambda: probe(MaskedModel(1).embed),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_same_seed_gives_the_same_scores(name: str) -> None:
    sample = draw(120)
    first, again = (MODELS[name]().fit(sample.codes, sample.labels).score(sample.codes) for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.parametrize("model", [kmer_logistic(), SmallCnn(1)])
def test_a_model_that_was_not_fitted_says_so(model: Classifier) -> None:
    with pytest.raises(RuntimeError, match="fit the model"):
        model.score(draw(4).codes)


def test_gc_is_blind_to_the_order_of_bases_and_length_to_the_bases() -> None:
    sample = draw(200, length_spread=6, negative_gc_shift=-0.1)
    shuffled = np.array([np.r_[np.sort(row[row < 4]), row[row == 4]] for row in sample.codes])
    model = gc_only().fit(sample.codes, sample.labels)
    assert model.score(shuffled) == pytest.approx(model.score(sample.codes))
    other = np.where(sample.codes == PAST_END, PAST_END, 0).astype(np.uint8)
    blind = length_only().fit(sample.codes, sample.labels)
    assert blind.score(other) == pytest.approx(blind.score(sample.codes))


def test_kmer_frequencies_are_those_counted_by_hand() -> None:
    sample = draw(5, length_spread=6)
    names = ["".join(word) for word in product(BASES, repeat=3)]
    for row, codes in zip(kmer_frequencies(sample.codes, 3), sample.codes, strict=True):
        text = decode(codes)
        words = [text[start : start + 3] for start in range(len(text) - 2)]
        assert row == pytest.approx([words.count(name) / len(words) for name in names])


def test_words_present_marks_each_word_once() -> None:
    matrix = words_present(np.stack([encode("ACACACAC"), encode("TTTTTTTT")]), 3).toarray()
    assert matrix.sum(axis=1).tolist() == [2, 1]
    assert matrix.max() == 1
    assert matrix[1, -1] == 1


def test_where_the_motif_has_a_place_the_position_aware_model_finds_it_and_elsewhere_the_cnn_does() -> None:
    fixed = {"grammar": Grammar(start=20, gaps=(4, 4))}
    train, test = draw(800, 1, **fixed), draw(800, 2, **fixed)
    assert reached(position_linear(), train, test) > 0.95
    train, test = draw(800, 1), draw(800, 2)
    assert reached(position_linear(), train, test) < 0.65
    assert reached(SmallCnn(1), train, test) > 0.8
    assert reached(kmer_logistic(), train, test) > 0.7
    assert reached(gc_only(), train, test) < 0.58


def test_the_gradient_of_the_cnn_is_the_slope_of_its_loss() -> None:
    sample = draw(40, length=30, grammar=None)
    model = SmallCnn(3, filters=4, width=6, decay=0.0).fit(sample.codes, sample.labels)
    model._weights = [weight.astype(np.float64) for weight in model._weights]  # type: ignore[misc]
    windows, target = _windows(sample.codes, 6).astype(np.float64), sample.labels.astype(np.float64)

    def loss() -> float:
        score = model.score(sample.codes)
        return float(np.mean(np.log1p(np.exp(score)) - target * score))

    for weight, gradient in zip(model._weights, model._gradients(windows, target), strict=True):
        for place in np.ndindex(weight.shape):
            if sum(place) % 5:
                continue
            kept, step = weight[place], 1e-5
            weight[place] = kept + step
            above = loss()
            weight[place] = kept - step
            below = loss()
            weight[place] = kept
            assert gradient[place] == pytest.approx((above - below) / (2 * step), abs=2e-4)


def test_a_markov_model_gives_each_context_one_distribution_and_learns_order_zero_from_counts() -> None:
    genome = encode("ACGT" * 50 + "A" * 200)
    model = MarkovModel(order=2).fit(genome)
    for table in model._tables:
        assert table.sum(axis=1) == pytest.approx(np.ones(len(table)))
    single = np.exp(MarkovModel(order=0, weight=1e-9).fit(genome).log_likelihood(encode("ACGT")))
    assert single == pytest.approx([250 / 400, 50 / 400, 50 / 400, 50 / 400])


def test_a_markov_model_reads_the_bases_before() -> None:
    model = MarkovModel(order=3).fit(encode("ACGT" * 100))
    assert np.exp(model.log_likelihood(encode("ACGTACGT")))[4:] == pytest.approx(1, abs=0.1)
    assert np.exp(model.log_likelihood(encode("ACGTACGA")))[-1] < 0.1


def test_pre_training_lowers_the_loss_on_held_out_sequence_and_leaves_the_untrained_copy_alone() -> None:
    genome, _ = Genome(motif_every=50).draw(np.random.default_rng(2), 30_000)
    train, held_out = genome[:20_000], genome[20_000:]

    def loss(model: MaskedModel) -> float:
        return float(-np.log(model.probabilities(held_out)[np.arange(len(held_out)), held_out]).mean())

    untrained, trained = MaskedModel(4), MaskedModel(4).pretrain(train)
    assert np.array_equal(untrained._in, MaskedModel(4)._in)
    assert loss(trained) < loss(untrained) - 0.1
    assert trained.bases_seen > 0 == untrained.bases_seen
    assert trained.probabilities(held_out).sum(axis=1) == pytest.approx(np.ones(len(held_out)), abs=1e-4)


def test_a_token_sees_its_neighbours_and_not_its_own_base() -> None:
    model = MaskedModel(1, reach=4)
    codes = draw(1, length=40, grammar=None).codes
    changed = codes.copy()
    changed[0, 20] = (changed[0, 20] + 1) % 4
    differs = (model.tokens(codes) != model.tokens(changed)).any(axis=2)[0]
    assert np.flatnonzero(differs).tolist() == [16, 17, 18, 19, 21, 22, 23, 24]


def test_tokens_and_pre_training_see_the_same_hidden_layer() -> None:
    model = MaskedModel(1)
    codes = draw(1, length=60, grammar=None).codes
    centres = np.arange(8, 52)
    hidden = np.maximum(model._around(codes[0], centres) @ model._in + model._in_bias, 0)
    assert model.tokens(codes)[0, centres] == pytest.approx(hidden, abs=1e-5)


def test_the_number_of_parameters_is_that_of_the_weights() -> None:
    model = MaskedModel(1, reach=2, hidden=3)
    assert model.parameters == (4 * 4) * 3 + 3 + 3 * 4 + 4
    cnn = SmallCnn(1, filters=4, width=6, epochs=1)
    sample = draw(20)
    assert cnn.parameters == sum(weight.size for weight in cnn.fit(sample.codes, sample.labels)._weights)


def test_what_lies_past_the_end_does_not_change_an_embedding() -> None:
    codes = draw(6, length=40, grammar=None).codes
    padded = np.pad(codes, ((0, 0), (0, 15)), constant_values=PAST_END)
    model = MaskedModel(1)
    assert model.embed(padded) == pytest.approx(model.embed(codes), abs=1e-5)
    assert kmer_frequencies(padded, 4) == pytest.approx(kmer_frequencies(codes, 4))


def test_a_probe_on_embeddings_at_hand_is_the_probe_on_the_encoder() -> None:
    train, test = draw(100, 1), draw(100, 2)
    model = MaskedModel(1)
    expected = probe(model.embed).fit(train.codes, train.labels).score(test.codes)
    found = probe_scores(model.embed(train.codes), train.labels, model.embed(test.codes))
    assert found == pytest.approx(expected)
