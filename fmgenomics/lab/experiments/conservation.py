"""When does a zero-shot likelihood ratio tell harmful changes, and when does an alignment?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fmgenomics.lab.drawing import Panel, Series, draw_panels
from fmgenomics.lab.finding import SEED, Finding, single_threaded
from fmgenomics.lab.measure import auroc
from fmgenomics.lab.models import MarkovModel, MaskedModel
from fmgenomics.lab.simulate import PAST_END, Background, Codes, Motif, Numbers, Whole, encode

GENOME = 40_000
EVERY = 40
MOTIF = Motif("TGACTCATCG", fidelity=0.9)
LEVELS = 5
BRANCH = 0.08
KINDS = ("recurring", "one-off")
VARIANTS = 600
SPECIES = tuple(2**level for level in range(1, LEVELS + 1))
CONSERVATION, COLUMN_ODDS, MASKED, MARKOV = (
    "Conservation (share keeping the base)",
    "Log-odds in the alignment column",
    "Zero-shot, masked model",
    "Zero-shot, Markov model",
)


@dataclass(frozen=True)
class Evolution:
    """The genomes of all species, aligned, and what selection wants at each site.

    ``wanted`` is the base that selection keeps, or :data:`PAST_END` where it does not care; ``kind`` is 0 neutral, 1 an element that
    recurs all over the genome, 2 an element that stands once.
    """

    alignment: Codes
    wanted: Codes
    kind: Whole


def _step(rng: np.random.Generator, genome: Codes, wanted: Codes) -> Codes:
    """One branch: each site proposes a change with probability :data:`BRANCH`; selection accepts it as a Metropolis rule would.

    The stationary state is that a site under selection shows its wanted base with the motif's fidelity.
    """
    proposed = (genome + rng.integers(1, 4, len(genome), dtype=np.uint8)) % 4
    leaves = (genome == wanted) & (wanted != PAST_END)
    accept = np.where(leaves, (1 - MOTIF.fidelity) / 3 / MOTIF.fidelity, 1.0)
    changed = (rng.random(len(genome)) < BRANCH) & (rng.random(len(genome)) < accept)
    return np.where(changed, proposed, genome).astype(np.uint8)


def evolve(rng: np.random.Generator) -> Evolution:
    """A root genome with functional elements, and its descendants on a balanced tree; the first row is the reference species.

    The first 2, 4, 8, ... rows are clades around the reference, each twice as large and one split further away.
    """
    root = Background(gc_spread=0).draw(rng, 1, GENOME)[0]
    wanted = np.full(GENOME, PAST_END, dtype=np.uint8)
    kind = np.zeros(GENOME, dtype=np.int64)
    starts = np.arange(0, GENOME - EVERY + 1, EVERY)
    starts = starts + rng.integers(0, EVERY - MOTIF.width, len(starts))
    consensus = encode(MOTIF.consensus)
    for number, start in enumerate(starts):
        element = slice(start, start + MOTIF.width)
        recurring = number % 2 == 0
        wanted[element] = consensus if recurring else rng.permutation(consensus)
        kind[element] = 1 if recurring else 2
    at_rest = rng.random(GENOME) < MOTIF.fidelity
    root = np.where((wanted != PAST_END) & at_rest, wanted, root).astype(np.uint8)
    leaves = [root]
    for _ in range(LEVELS):
        leaves = [_step(rng, parent, wanted) for parent in leaves for _ in range(2)]
    return Evolution(np.stack(leaves), wanted, kind)


@dataclass(frozen=True)
class Conservation:
    """AUROC for telling changes that selection would remove from neutral ones, by number of species in the alignment."""

    scores: pd.DataFrame

    def at(self, kind: str, species: int, column: str) -> float:
        row = self.scores[(self.scores["Elements"] == kind) & (self.scores["Species"] == species)]
        return float(row[column].iloc[0])


def _variants(rng: np.random.Generator, world: Evolution, code: int) -> tuple[Whole, Codes, np.ndarray]:
    """Places, new bases and whether the change is harmful: it takes away the base that selection wants."""
    reference = world.alignment[0]
    inner = np.zeros(GENOME, dtype=bool)
    inner[50:-50] = True
    harmful = rng.permutation(np.flatnonzero((world.kind == code) & (reference == world.wanted) & inner))[:VARIANTS]
    neutral = rng.permutation(np.flatnonzero((world.kind == 0) & inner))[: len(harmful)]
    places = np.r_[harmful, neutral]
    new = ((reference[places] + rng.integers(1, 4, len(places), dtype=np.uint8)) % 4).astype(np.uint8)
    return places, new, np.arange(len(places)) < len(harmful)


def _markov_ratio(model: MarkovModel, reference: Codes, places: Whole, new: Codes) -> Numbers:
    """Log-likelihood of the reference minus that of the changed sequence, over all bases that see the change."""
    ratios = []
    for place, base in zip(places, new, strict=True):
        window = reference[place - model.order : place + model.order + 1]
        changed = window.copy()
        changed[model.order] = base
        ratios.append((model.log_likelihood(window) - model.log_likelihood(changed))[model.order :].sum())
    return np.array(ratios)


@single_threaded
def run(seed: int = SEED) -> Conservation:
    rng = np.random.default_rng([seed, 10])
    world = evolve(rng)
    reference = world.alignment[0]
    masked = MaskedModel(seed).pretrain(reference, steps=3000)
    probabilities = masked.probabilities(reference)
    markov = MarkovModel(order=6).fit(reference)
    rows = []
    for code, kind in enumerate(KINDS, start=1):
        places, new, harmful = _variants(rng, world, code)
        old = reference[places]
        zero_shot = {
            MASKED: np.log(probabilities[places, old]) - np.log(probabilities[places, new]),
            MARKOV: _markov_ratio(markov, reference, places, new),
        }
        for species in SPECIES:
            columns = world.alignment[:species, places]
            kept = (columns[1:] == old).mean(axis=0)
            odds = np.log((columns == old).sum(axis=0) + 0.5) - np.log((columns == new).sum(axis=0) + 0.5)
            scores = {CONSERVATION: kept, COLUMN_ODDS: odds, **zero_shot}
            rows.append(
                {"Elements": kind, "Species": species, **{name: float(auroc(harmful, s)) for name, s in scores.items()}}
            )
    return Conservation(pd.DataFrame(rows))


def finding(result: Conservation) -> Finding:
    names = (MASKED, CONSERVATION, COLUMN_ODDS, MARKOV)
    most, few = SPECIES[-1], SPECIES[0]

    def draw(width_px: int) -> Figure:
        def panel(kind: str, title: str) -> Panel:
            part = result.scores[result.scores["Elements"] == kind]
            lines = [
                Series(name, part["Species"], part[name], look, markers=look in (1, 2))
                for look, name in enumerate(names)
            ]
            ticks = [(float(count), str(count)) for count in SPECIES]
            return Panel(
                title, "species in the alignment", "AUROC", lines, (0.45, 1.02), log_x=True, ticks=ticks, chance=0.5
            )

        return draw_panels(
            [panel("recurring", "Elements that recur in the genome"), panel("one-off", "Elements that stand once")],
            width_px,
        )

    return Finding(
        title=(
            f"A zero-shot ratio tells harmful changes in recurring elements (AUROC {result.at('recurring', most, MASKED):.2f}), not in "
            f"one-off elements ({result.at('one-off', most, MASKED):.2f}); conservation over {most} species tells both"
        ),
        alt=(
            f"Conservation reaches {result.at('recurring', most, CONSERVATION):.2f} and {result.at('one-off', most, CONSERVATION):.2f} "
            f"with {most} species, and {result.at('recurring', few, CONSERVATION):.2f} and {result.at('one-off', few, CONSERVATION):.2f} "
            f"with {few}. The Markov model reaches {result.at('recurring', most, MARKOV):.2f} and {result.at('one-off', most, MARKOV):.2f}."
        ),
        notes=(
            f"Simulated genome of {GENOME:,} bases and its descendants on a balanced tree of {most} species; selection keeps the wanted base "
            f"of {MOTIF.width} bp elements. {VARIANTS} harmful and as many neutral changes of each kind.",
            "Both language models were trained on the reference genome alone, without labels or alignment. Half of the elements are one motif that "
            "recurs, half have a sequence of their own.",
        ),
        table=result.scores.round(2),
        draw=draw,
    )
