"""A chart as the reader meets it: its finding as the title, the drawing, its sources, and its numbers as a table and CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

import pandas as pd
from matplotlib.figure import Figure

from .svg import to_svg

NARROW, WIDE = 360, 720
"""The two widths a chart is drawn at, in CSS pixels; the style sheet shows the one that fits."""

Draw = Callable[[int], Figure]


@dataclass(frozen=True)
class Chart:
    """Everything a reader gets of one chart.

    ``title`` says what the chart shows, ``alt`` its finding in words, ``notes`` the sources and what cannot be compared.
    ``draw`` is called with each width in CSS pixels. ``links`` says that its marks are links.
    """

    name: str
    title: str
    alt: str
    draw: Draw
    table: pd.DataFrame
    notes: Sequence[str] = field(default_factory=tuple)
    links: bool = False


class Shown:
    """HTML that a notebook shows as it is."""

    def __init__(self, html: str):
        self._html = html

    def _repr_html_(self) -> str:
        return self._html

    def __repr__(self) -> str:
        """The plain form, which Jupyter keeps beside the HTML: without an address in memory, so that builds are the same."""
        return "Figure"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return escape(str(value))


def _table(chart: Chart) -> str:
    head = "".join(f'<th scope="col">{escape(str(column))}</th>' for column in chart.table.columns)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>"
        for row in chart.table.itertuples(index=False)
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Numbers of the chart: {escape(chart.title)}">'
        f'<table class="table"><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'
    )


def to_html(chart: Chart) -> str:
    """The chart as one ``<figure>``; drawn twice, and the reader's width decides which drawing is shown."""
    role = "group" if chart.links else "img"
    drawings = "\n".join(
        f'<div class="{kind}">{to_svg(chart.draw(width), f"{chart.name}-{kind}", chart.alt, role=role)}</div>'
        for kind, width in (("narrow", NARROW), ("wide", WIDE))
    )
    notes = "".join(f"<p>{note}</p>" for note in chart.notes)
    csv = chart.table.to_csv(index=False, lineterminator="\n")
    return (
        f'<figure class="book-figure" id="chart-{chart.name}">\n'
        f'<p class="book-figure-title">{escape(chart.title)}</p>\n{drawings}\n'
        f"<figcaption>{notes}</figcaption>\n<details><summary>The numbers as a table</summary>\n{_table(chart)}\n"
        f'<p><a download="{chart.name}.csv" href="data:text/csv;charset=utf-8,{quote(csv)}">Download these numbers as CSV</a></p>\n'
        "</details>\n</figure>"
    )
