"""Line and dot charts for the experiments, in the book's style."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from fmgenomics.figures import palette
from fmgenomics.figures.svg import RC, new_figure


def book_style() -> AbstractContextManager[None]:
    """matplotlib in the book's style, for as long as a figure is being drawn."""
    settings: Any = RC
    return mpl.rc_context(settings)


SIDE_BY_SIDE = 600
"""From this width in CSS pixels on, panels stand side by side."""

_LOOKS = (
    (palette.FOUNDATION, "o", "-"),
    (palette.COMPARATOR, "s", "--"),
    (palette.SECOND, "^", "-."),
    (palette.ACCENT, "D", ":"),
    (palette.THIRD, "v", "-"),
    (palette.FOURTH, "P", "--"),
)


@dataclass(frozen=True)
class Series:
    """One line. ``look`` picks colour, marker and dash together, so that colour never says anything alone."""

    name: str
    x: Sequence[float] | npt.NDArray[np.floating]
    y: Sequence[float] | npt.NDArray[np.floating]
    look: int
    markers: bool = True
    joined: bool = True


@dataclass(frozen=True)
class Panel:
    """One coordinate system with its lines. ``ticks`` are values of x and what stands under them."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Series]
    y_range: tuple[float, float] | None = None
    log_x: bool = False
    log_y: bool = False
    chance: float | None = None
    ticks: Sequence[tuple[float, str]] | None = None


def _fill(axes: Axes, panel: Panel) -> None:
    for line in panel.lines:
        colour, marker, dash = _LOOKS[line.look]
        axes.plot(
            line.x, line.y, color=colour, marker=marker if line.markers else "", linestyle=dash if line.joined else "",
            markersize=5, label=line.name,
        )  # fmt: skip
    if panel.chance is not None:
        axes.axhline(panel.chance, color=palette.TIE, linewidth=1, linestyle=(0, (1, 2)))
        axes.annotate(
            "chance", (0, panel.chance), xycoords=("axes fraction", "data"), xytext=(3, -3),
            textcoords="offset points", va="top", color=palette.SOFT, fontsize=11,
        )  # fmt: skip
    if panel.log_x:
        axes.set_xscale("log")
    if panel.log_y:
        axes.set_yscale("log")
    if panel.ticks is not None:
        axes.set_xticks([value for value, _ in panel.ticks], [text for _, text in panel.ticks])
        axes.minorticks_off()
    if panel.y_range is not None:
        axes.set_ylim(*panel.y_range)
    axes.set(xlabel=panel.x_label, ylabel=panel.y_label)
    axes.set_title(panel.title, loc="left")


def legend_columns(names: Sequence[str], width_px: int) -> int:
    """How many entries of a legend stand beside each other without leaving the figure."""
    widest = 58 + 6.6 * max(map(len, names))
    return max(1, min(len(names), int(width_px / widest)))


def draw_panels(panels: Sequence[Panel], width_px: int) -> Figure:
    """The panels beside each other, or below each other on a narrow page, with one legend for all."""
    with book_style():
        wide = width_px >= SIDE_BY_SIDE
        names = {line.name: None for panel in panels for line in panel.lines}
        columns = legend_columns(list(names), width_px)
        legend_rows = -(-len(names) // columns)
        height = (270 if wide else 260 * len(panels)) + 19 * legend_rows
        figure = new_figure(width_px, height)
        shape = (1, len(panels)) if wide else (len(panels), 1)
        grid = np.asarray(figure.subplots(*shape, squeeze=False)).ravel()
        handles: dict[str, Line2D] = {}
        for axes, panel in zip(grid, panels, strict=True):
            _fill(axes, panel)
            for handle in axes.get_lines():
                handles.setdefault(str(handle.get_label()), handle)
        figure.legend(
            handles=[handles[name] for name in names], loc="outside lower left", ncols=columns, handlelength=2.6
        )
        return figure


@dataclass(frozen=True)
class DotRow:
    """One line of a dot chart: what it is, and its values by series name, each one or many dots."""

    name: str
    values: dict[str, Sequence[float]]


def draw_dots(
    rows: Sequence[DotRow],
    x_label: str,
    width_px: int,
    x_range: tuple[float, float] | None = None,
    chance: float | None = None,
) -> Figure:
    """Names on the left, values as dots; several values of one series in a row show their spread."""
    with book_style():
        names = list({name: None for row in rows for name in row.values})
        columns = legend_columns(names, width_px)
        legend_rows = -(-len(names) // columns) if len(names) > 1 else 0
        figure = new_figure(width_px, 34 * len(rows) + 60 + 19 * legend_rows)
        axes = figure.subplots()
        for look, name in enumerate(names):
            colour, marker, _ = _LOOKS[look]
            values = [value for row in rows for value in row.values.get(name, ())]
            places = [place for place, row in enumerate(rows) for _ in row.values.get(name, ())]
            axes.scatter(values, places, color=colour, marker=marker, s=34, label=name, zorder=3)
        if chance is not None:
            axes.axvline(chance, color=palette.TIE, linewidth=1, linestyle=(0, (1, 2)))
        axes.set_yticks(range(len(rows)), [row.name for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlabel(x_label)
        if x_range is not None:
            axes.set_xlim(*x_range)
        if len(names) > 1:
            figure.legend(loc="outside lower left", ncols=columns, handletextpad=0.3)
        return figure
