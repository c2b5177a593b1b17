"""How wide is a 95% interval at the test-set sizes of real benchmarks?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import norm, rankdata

from fmgenomics.lab.drawing import Panel, Series, draw_panels
from fmgenomics.lab.finding import SEED, Finding, single_threaded
from fmgenomics.lab.measure import Z95, auroc, standard_error
from fmgenomics.lab.simulate import Numbers

SIZES = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
TRUTH = {"auroc": 0.9, "mcc": 0.7, "spearman": 0.5, "accuracy": 0.85}
NAMES = {"auroc": "AUROC", "mcc": "MCC", "spearman": "Spearman", "accuracy": "Accuracy"}
DRAWS = 250


@dataclass(frozen=True)
class Intervals:
    """Half-widths by test-set size: simulated, and by formula."""

    simulated: pd.DataFrame
    formula: pd.DataFrame

    def half_width(self, metric: str, n: int) -> float:
        return float(self.simulated.set_index("n").at[n, metric])


def smallest_difference(
    metric: str, value: float, n: int, agreement: float = 0.0, positives: int | None = None
) -> float | None:
    """The smallest difference of two models around ``value`` that leaves zero out of its 95% interval.

    ``agreement`` is the correlation of the two models' errors on the same items; 0 is as if they had been tested apart.
    """
    error = standard_error(metric, value, n, positives)
    return None if error is None else Z95 * error * float(np.sqrt(2 * (1 - agreement)))


def _draw(rng: np.random.Generator, n: int) -> dict[str, Numbers]:
    """Each metric on ``DRAWS`` simulated test sets of ``n`` items, from models whose true score is :data:`TRUTH`."""
    labels = np.arange(n) % 2 == 0
    noise = rng.normal(size=(n, DRAWS))
    ranking = noise + labels[:, None] * np.sqrt(2) * norm.ppf(TRUTH["auroc"])
    half = {
        metric: norm.ppf(share) for metric, share in (("mcc", (1 + TRUTH["mcc"]) / 2), ("accuracy", TRUTH["accuracy"]))
    }
    side = np.where(labels, 1, -1)[:, None]
    called = {metric: (noise + side * distance) > 0 for metric, distance in half.items()}
    right = {metric: decisions == labels[:, None] for metric, decisions in called.items()}
    rho = 2 * np.sin(np.pi * TRUTH["spearman"] / 6)  # the Pearson correlation of normal pairs with this Spearman
    other = rho * noise + np.sqrt(1 - rho**2) * rng.normal(size=noise.shape)
    return {
        "auroc": auroc(labels, ranking),
        "mcc": _mcc(labels, called["mcc"]),
        "spearman": _column_correlation(rankdata(noise, axis=0), rankdata(other, axis=0)),
        "accuracy": right["accuracy"].mean(axis=0),
    }


def _mcc(labels: np.ndarray, called: np.ndarray) -> Numbers:
    """Matthews correlation of each column: for two classes it is the Pearson correlation of labels and calls."""
    return _column_correlation(np.repeat(labels[:, None], called.shape[1], axis=1).astype(float), called.astype(float))


def _column_correlation(first: Numbers, second: Numbers) -> Numbers:
    first, second = first - first.mean(axis=0), second - second.mean(axis=0)
    return np.asarray((first * second).sum(axis=0) / np.sqrt((first**2).sum(axis=0) * (second**2).sum(axis=0)))


@single_threaded
def run(seed: int = SEED) -> Intervals:
    rng = np.random.default_rng([seed, 4])
    simulated = [{"n": n, **{metric: Z95 * float(v.std()) for metric, v in _draw(rng, n).items()}} for n in SIZES]
    formula = [
        {"n": n, **{metric: Z95 * (standard_error(metric, value, n) or np.nan) for metric, value in TRUTH.items()}}
        for n in SIZES
    ]
    return Intervals(pd.DataFrame(simulated), pd.DataFrame(formula))


def finding(result: Intervals) -> Finding:
    def draw(width_px: int) -> Figure:
        ticks = [(n, f"{n:,}") for n in SIZES if str(n)[0] == "1"]
        lines = [
            Series(f"{NAMES[metric]} {TRUTH[metric]:g}", result.simulated["n"], result.simulated[metric], look)
            for look, metric in enumerate(TRUTH)
        ]
        lines_two = [
            Series(
                f"{NAMES[metric]} {TRUTH[metric]:g}",
                SIZES,
                [smallest_difference(metric, TRUTH[metric], n) or np.nan for n in SIZES],
                look,
                markers=True,
            )
            for look, metric in enumerate(TRUTH)
        ]
        label = "test items"
        return draw_panels(
            [
                Panel(
                    "One score: half-width of its interval",
                    label,
                    "± score",
                    lines,
                    log_x=True,
                    ticks=ticks,
                    y_range=(0, 0.34),
                ),
                Panel(
                    "Two models: smallest difference seen",
                    label,
                    "difference",
                    lines_two,
                    log_x=True,
                    ticks=ticks,
                    y_range=(0, 0.34),
                ),
            ],
            width_px,
        )

    few, many = 200, 10_000
    difference = {n: smallest_difference("auroc", TRUTH["auroc"], n) or np.nan for n in (few, many)}
    table = result.simulated.rename(columns={m: f"{NAMES[m]} {TRUTH[m]:g}, simulated" for m in TRUTH})
    for metric in TRUTH:
        table[f"{NAMES[metric]}, formula"] = result.formula[metric]
        table[f"{NAMES[metric]}, smallest difference"] = [smallest_difference(metric, TRUTH[metric], n) for n in SIZES]
    return Finding(
        title=(
            f"On {few} test items an AUROC of {TRUTH['auroc']:g} is known to ±{result.half_width('auroc', few):.3f}, "
            f"on {many:,} to ±{result.half_width('auroc', many):.3f}"
        ),
        alt=(
            f"Half-widths shrink with the square root of the test set. MCC {TRUTH['mcc']:g} on {few} items: "
            f"±{result.half_width('mcc', few):.2f}; Spearman {TRUTH['spearman']:g}: ±{result.half_width('spearman', few):.2f}. "
            f"Two AUROCs near {TRUTH['auroc']:g}, tested apart, must differ by {difference[few]:.3f} on {few} items "
            f"and by {difference[many]:.3f} on {many:,}."
        ),
        notes=(
            f"Simulated predictions with the stated true score, equal classes, {DRAWS} test sets of each size; "
            "left: simulated, right: by the large-sample formulas, which the table sets beside the simulation.",
            "Two models tested on the same items need less, by the square root of one minus the correlation of their errors.",
        ),
        table=table.round(4),
        draw=draw,
    )
