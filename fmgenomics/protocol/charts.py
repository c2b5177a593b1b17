"""The plots of a report: values with their intervals, one line each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from fmgenomics.figures.display import NARROW
from fmgenomics.figures.palette import ACCENT, COMPARATOR, FOUNDATION, LIGHT, SOFT
from fmgenomics.figures.svg import new_figure
from fmgenomics.lab.drawing import book_style

from .findings import Findings
from .measures import NAMES, Estimate
from .problem import cut

LABEL = 40
_VARIABLE = re.compile(r"var\(--fig-(\w+)\)")
_LOOKS = {"model": (FOUNDATION, "o"), "baseline": (COMPARATOR, "s"), "feature": (ACCENT, "D")}


@dataclass(frozen=True)
class Line:
    name: str
    kind: str
    estimate: Estimate


def label(name: str, size: int = LABEL) -> str:
    """A name as matplotlib shall print it: short, and no mathematics."""
    return cut(name, size).replace("\\", "\\\\").replace("$", r"\$")


def forest(lines: Sequence[Line], x_label: str, mark: float, width_px: int) -> Figure:
    """Values with 95% intervals, the first line on top, and a line at ``mark``."""
    narrow = width_px <= NARROW
    with book_style():
        figure = new_figure(width_px, 70 + (46 if narrow else 30) * len(lines))
        axes = figure.subplots()
        for place, line in enumerate(lines):
            colour, marker = _LOOKS[line.kind]
            axes.plot([line.estimate.low, line.estimate.high], [place, place], color=colour, linewidth=2.2)
            axes.plot([line.estimate.value], [place], marker=marker, color=colour, markersize=7, linestyle="none")
        axes.axvline(mark, color=SOFT, linewidth=1)
        if narrow:  # names above their lines, where there is room
            axes.set_yticks([])
            for place, line in enumerate(lines):
                axes.annotate(
                    label(line.name), (0, place - 0.3), xycoords=("axes fraction", "data"), fontsize=11, va="center"
                )
        else:
            axes.set_yticks(range(len(lines)), [label(line.name) for line in lines])
        axes.set_ylim(len(lines) - 0.5, -0.7)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel(x_label)
        return figure


def scores(findings: Findings, width_px: int) -> Figure:
    lines = [Line(model.name, model.kind, model.scores[findings.metric]) for model in findings.models]
    chance = 0.5 if findings.metric.startswith("auroc") else 0.0
    return forest(lines, f"{NAMES[findings.metric]} on the test set, 95% interval", chance, width_px)


def margins(findings: Findings, width_px: int) -> Figure:
    several = len(findings.verdicts) > 1
    lines = [
        Line(f"{cut(m.model, 14)} - {m.baseline}" if several else m.baseline, "model", m.estimate)
        for m in findings.margins
    ]
    return forest(lines, f"model minus baseline, {NAMES[findings.metric]}, 95% interval", 0.0, width_px)


def confounders(findings: Findings, width_px: int) -> Figure:
    lines = [Line(c.name, "feature", c.alone) for c in findings.confounders]
    name = "AUROC" if findings.task == "classification" else "Spearman's correlation"
    return forest(lines, f"{name} of one feature alone", findings.confounders[0].chance, width_px)


def inline(svg: str) -> str:
    """An ``<svg>`` of :func:`to_svg` for a page with or without the book's style sheet."""
    return _VARIABLE.sub(lambda found: f"var(--fig-{found[1]}, {LIGHT[found[1]]})", svg)


def standalone(svg: str) -> str:
    """The same as a file of its own, on white."""
    head = '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" style="background:#fff"'
    return _VARIABLE.sub(lambda found: LIGHT[found[1]], svg).replace("<svg", head, 1) + "\n"
