"""Each experiment shows its trap in the stated direction and size, whatever the seed, and gives the same numbers twice.

The book's seed is one of the seeds, and the statements that must hold stand once for all of them. Margins are wide enough for any seed that was tried, and narrow enough to fail when the trap is gone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fmgenomics import lab
from fmgenomics.lab.experiments import (
    best_of_many,
    confounders,
    conservation,
    homology,
    imbalance,
    intervals,
    pooling,
    random_features,
    repeats,
    seeds,
)
from fmgenomics.lab.finding import Finding

OTHER_SEED = 7
SIMULATIONS = [name for name in lab.EXPERIMENTS if name != "margins"]
QUICK = ("imbalance", "intervals", "pooling", "conservation")
FEWER_REPLICATES = {"homology": 2, "confounders": 1, "repeats": 1, "pooling": 1, "random_features": 1}

Check = Callable[[Any], None]
CHECKS: dict[str, list[Check]] = defaultdict(list)


def checks(module: ModuleType) -> Callable[[Check], Check]:
    """Marks a statement about an experiment that has to hold with any seed."""

    def register(check: Check) -> Check:
        CHECKS[module.__name__.rsplit(".", 1)[1]].append(check)
        return check

    return register


@checks(homology)
def copies_across_a_random_split_inflate_and_a_family_aware_split_tells_the_truth(
    result: homology.Homology,
) -> None:
    assert 0.15 < result.inflation < 0.4
    assert abs(result.left_by_family_split) < 0.12
    assert abs(result.at_shown(homology.BY_WORDS) - result.at_shown(homology.FRESH_FAMILIES)) < 0.15


@checks(homology)
def a_model_that_cannot_see_the_signal_looks_good_on_the_random_split_alone(result: homology.Homology) -> None:
    linear = "Position-aware linear"
    assert result.at_shown(homology.RANDOM, linear) > 0.8
    assert result.at_shown(homology.BY_FAMILY, linear) < 0.65
    assert result.at_shown(homology.FRESH_FAMILIES, linear) < 0.6
    for split in (homology.RANDOM, homology.BY_FAMILY, homology.FRESH_FAMILIES):
        assert result.at_shown(split, "GC only") == pytest.approx(0.5, abs=0.1)


@checks(homology)
def the_inflation_falls_as_the_copies_diverge(result: homology.Homology) -> None:
    inflation = result.sweep[homology.RANDOM] - result.sweep[homology.FRESH_FAMILIES]
    assert inflation.iloc[0] > 0.25
    assert inflation.iloc[-1] < 0.12


@checks(confounders)
def with_other_gc_content_or_length_a_model_that_knows_nothing_wins(result: confounders.Confounders) -> None:
    for confounder in ("gc", "length"):
        blind = getattr(result, confounder)[confounders.KNOWS_NOTHING]
        assert blind.iloc[0] == pytest.approx(0.5, abs=0.07)
        assert blind.iloc[-1] > 0.93
        assert blind.is_monotonic_increasing
        honest = getattr(result, confounder)[f"{confounders.CNN}, {confounders.MATCHED}"].iloc[0]
        assert blind.iloc[-1] > honest + 0.08, "it beats the best model under equal negatives"


@checks(confounders)
def what_was_learned_from_the_difference_is_gone_on_matched_negatives(result: confounders.Confounders) -> None:
    same, matched = (f"{confounders.LINEAR}, {kind}" for kind in (confounders.SAME, confounders.MATCHED))
    for confounder in ("gc", "length"):
        table = getattr(result, confounder)
        assert table[same].iloc[-1] > 0.93
        assert table[matched].iloc[-1] < 0.66
    assert result.gc[matched].iloc[0] - result.gc[matched].iloc[-1] > 0.06, "the grammar itself was learned less"


@checks(imbalance)
def auroc_stays_while_auprc_and_mcc_fall_and_accuracy_loses_to_no(result: imbalance.Imbalance) -> None:
    assert abs(result.change(imbalance.AUROC)) < 0.04
    assert result.change(imbalance.AUPRC) < -0.6
    assert result.change(imbalance.MCC) < -0.25
    rare = imbalance.SHARES[-1]
    assert result.at(rare, imbalance.NEVER) > result.at(rare, imbalance.ACCURACY) + 0.1
    assert result.at(0.5, imbalance.NEVER) < result.at(0.5, imbalance.ACCURACY) - 0.15
    assert result.at(rare, imbalance.AUPRC) > 2 * result.at(rare, imbalance.AUPRC_CHANCE)


@checks(intervals)
def intervals_narrow_with_the_square_root_of_the_test_set_and_agree_with_the_formula(
    result: intervals.Intervals,
) -> None:
    simulated, formula = result.simulated.set_index("n"), result.formula.set_index("n")
    large = simulated.index >= 200
    assert (simulated[large] / formula[large]).to_numpy() == pytest.approx(1, abs=0.25)
    for metric in intervals.TRUTH:
        assert simulated[metric].loc[100] / simulated[metric].loc[10_000] == pytest.approx(10, rel=0.3)


def test_models_whose_errors_agree_can_be_told_apart_sooner() -> None:
    apart, together = (intervals.smallest_difference("auroc", 0.9, 500, agreement) for agreement in (0.0, 0.75))
    assert apart is not None
    assert together == pytest.approx(apart / 2)
    assert intervals.smallest_difference("auprc", 0.9, 500) is None


@checks(seeds)
def seeds_move_a_model_more_than_the_variants_differ(result: seeds.Seeds) -> None:
    assert result.spread_by_seed > 1.2 * result.spread_by_variant
    assert result.winners >= 2
    assert 0.2 < result.reversed_pairs < 0.7


@checks(best_of_many)
def the_best_of_many_equals_wins_where_it_was_chosen_and_not_on_fresh_data(
    result: best_of_many.BestOfMany,
) -> None:
    most = max(best_of_many.MODELS)
    gaps = [result.gap(n, most) for n in best_of_many.SIZES]
    assert 0.02 < gaps[0] < 0.05
    assert gaps == sorted(gaps, reverse=True)
    few = min(best_of_many.SIZES)
    assert result.gap(few, best_of_many.BASELINES) == pytest.approx(0, abs=0.006), (
        "as many baselines as models: a fair race"
    )
    for n in best_of_many.SIZES:
        for models in best_of_many.MODELS:
            assert abs(result.gap(n, models, "fresh")) < 0.01
        grown = [result.gap(n, models) for models in best_of_many.MODELS]
        assert grown == sorted(grown)


@checks(repeats)
def repeats_lower_the_perplexity_and_not_the_use(result: repeats.Repeats) -> None:
    for model in (repeats.MARKOV, repeats.MASKED):
        assert result.change(f"{model}, all bases") < -0.7
        assert result.change(f"{model}, unique bases") > 0.5
    assert result.change("Probe AUROC") < -0.05


@checks(pooling)
def no_pooling_is_right_for_both_tasks(result: pooling.Pooling) -> None:
    assert result.at("mean", pooling.ANYWHERE) > result.at("last token", pooling.ANYWHERE) + 0.15
    assert result.at("centre token", pooling.CENTRE) > 0.93
    assert result.at("mean", pooling.CENTRE) < 0.6
    assert result.at("centre token", pooling.ANYWHERE) < 0.62
    assert result.at("last token", pooling.ANYWHERE) < result.at("running state", pooling.ANYWHERE)


@checks(conservation)
def zero_shot_needs_elements_that_recur_and_conservation_needs_species(result: conservation.Conservation) -> None:
    recurring, one_off = conservation.KINDS
    few, most = conservation.SPECIES[0], conservation.SPECIES[-1]
    assert result.at(recurring, most, conservation.MASKED) > 0.95
    assert 0.7 < result.at(recurring, most, conservation.MARKOV) < 0.95
    for model in (conservation.MASKED, conservation.MARKOV):
        assert result.at(one_off, most, model) < 0.66
    for kind in conservation.KINDS:
        by_species = [result.at(kind, count, conservation.CONSERVATION) for count in conservation.SPECIES]
        assert by_species == sorted(by_species)
        assert by_species[0] < 0.65
        assert by_species[-1] > 0.94
    assert result.at(recurring, few, conservation.MASKED) > result.at(recurring, few, conservation.CONSERVATION) + 0.2


def test_selection_keeps_what_it_wants_and_the_clades_are_nested() -> None:
    world = conservation.evolve(np.random.default_rng(3))
    assert len(world.alignment) == conservation.SPECIES[-1]
    kept = (world.alignment == world.alignment[0]).mean(axis=1)
    clades = [kept[2**level : 2 ** (level + 1)].mean() for level in range(conservation.LEVELS)]
    assert clades == sorted(clades, reverse=True), "each clade further out resembles the reference less"
    same = world.alignment[1:] == world.alignment[0]
    assert same[:, world.kind > 0].mean() > same[:, world.kind == 0].mean() + 0.1
    at_sites = world.alignment[:, world.kind > 0] == world.wanted[world.kind > 0]
    assert at_sites.mean() == pytest.approx(
        conservation.MOTIF.fidelity + (1 - conservation.MOTIF.fidelity) / 4, abs=0.02
    )


@checks(random_features)
def an_untrained_copy_gives_a_probe_a_good_part_of_the_gain(result: random_features.RandomProbe) -> None:
    assert 0.3 < result.share_untrained < 0.8
    assert result.at(random_features.PRETRAINED) > result.at(random_features.UNTRAINED) + 0.06
    wide = result.by_width.set_index("Width")[random_features.UNTRAINED]
    assert wide.loc[256] > wide.loc[16] + 0.02


@checks(random_features)
def pre_training_helps_most_where_labels_are_few(result: random_features.RandomProbe) -> None:
    few, many = random_features.LABELS[0], random_features.LABELS[-1]

    def lead(labels: int) -> float:
        return result.at(random_features.PRETRAINED, labels) - result.at(random_features.CNN, labels)

    assert lead(few) > 0.05
    assert lead(many) < 0.02


@pytest.mark.parametrize("name", SIMULATIONS)
def test_it_holds_with_another_seed(name: str) -> None:
    replicates = {"replicates": FEWER_REPLICATES[name]} if name in FEWER_REPLICATES else {}
    result = import_module(f"fmgenomics.lab.experiments.{name}").run(OTHER_SEED, **replicates)
    assert CHECKS[name], "every experiment has its checks"
    for check in CHECKS[name]:
        check(result)


@pytest.mark.parametrize("name", lab.EXPERIMENTS)
def test_the_books_own_run_holds_and_makes_a_finding(name: str) -> None:
    result = lab.run(name)
    for check in CHECKS[name]:
        check(result)
    found = lab.finding(name)
    assert_answers(name, found)
    for width in (360, 720):
        assert_fits(found.draw(width), width)
    html = lab.show_experiment(name)._repr_html_()
    assert html.count("<svg") == 2
    assert html.count("<tr") == len(found.table) + 1
    if name in QUICK:
        assert_same_numbers(result, import_module(f"fmgenomics.lab.experiments.{name}").run())


def assert_answers(name: str, found: Finding) -> None:
    notes = " ".join(found.notes)
    for text in (found.title, found.alt, notes):
        assert re.search(r"\d", text)
        assert "nan" not in text
    assert len(found.title) < 180
    assert found.title != found.alt
    assert ("not simulated" if name == "margins" else "Simulated") in notes
    assert len(found.table) >= 5


def assert_fits(figure: Figure, width: int) -> None:
    """The figure has the width asked for, and nothing in it is cut off."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    assert figure.bbox.width == pytest.approx(width)
    box = figure.get_tightbbox(canvas.get_renderer())
    assert min(box.x0, box.y0) * figure.dpi >= -1
    assert box.x1 * figure.dpi <= width + 1
    assert box.y1 * figure.dpi <= figure.bbox.height + 1


def assert_same_numbers(first: Any, again: Any) -> None:
    for field in vars(first):
        pd.testing.assert_frame_equal(getattr(first, field), getattr(again, field), check_exact=True)


def test_without_copies_a_random_split_inflates_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(homology, "WORLD", replace(homology.WORLD, family_size=1.0))
    monkeypatch.setattr(homology, "DIVERGENCES", (homology.SHOWN,))
    result = homology.run(OTHER_SEED, replicates=2)
    assert abs(result.inflation) < 0.08


def test_title_and_alt_follow_the_numbers() -> None:
    scores = pd.DataFrame({pooling.ANYWHERE: 0.61, pooling.CENTRE: 0.83}, index=list(pooling.POOLS))
    found = pooling.finding(pooling.Pooling(scores))
    other = pooling.finding(pooling.Pooling(scores + 0.1))
    assert "0.61" in found.title
    assert "0.83" in found.title
    assert "0.71" in other.title
    assert found.alt != other.alt


def test_an_unknown_experiment_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        ValueError, match=r"no experiment is called 'homologies'; did you mean 'homology'\? There are: homology"
    ):
        lab.finding("homologies")
