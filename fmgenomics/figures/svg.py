"""From a matplotlib figure to an SVG that belongs to the page: its colours, its text, no identifiers that clash."""

from __future__ import annotations

import io
import re
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from .palette import STAND_IN, css_variable

DPI = 72
_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_STYLE_SHEET = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_STYLE = re.compile(r'\sstyle="([^"]*)"')
_COORDINATES = re.compile(r' (?:x|y|d|x1|y1|x2|y2|width|height|points|transform)="[^"]*"')
_NUMBER = re.compile(r"-?\d+\.\d+")
_NO_TURN = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_EMPTY = re.compile(r"<g\s*/>\n?")
_INVISIBLE = re.compile(r'<path d="[^"]*" fill="none"/>\n?')
_PATH = re.compile(r' d="([^"]*)"')
_STRAIGHT = re.compile(r'(?<= d="M)([\d.-]+) ([\d.-]+)L(?:\1 ([\d.-]+)|([\d.-]+) \2)(?=")')
_WHOLE = re.compile(r"<text\b[^>]*>|<path[^>]*stroke=\"var\(--fig-grid\)\"[^>]*>")
_GRID_CLIP = re.compile(r'(<path d="[^"]*") clip-path="[^"]*"(?=[^>]*stroke="var\(--fig-grid\)")')
SIZE = 12
_DEFAULTS = (' text-anchor="start"', ' stroke-dashoffset="0"', f' font-size="{SIZE}px"')
_GROUP = re.compile(r"<(/?)g\b\s*([^>]*)>\n?")
_ROOT = re.compile(r"<svg[^>]*>", re.DOTALL)
_VIEWBOX = re.compile(r'viewBox="([^"]+)"')
_FONT = re.compile(r"font:\s*(?:(\d{3}|bold|normal)\s+)?([\d.]+)px[^;]*")
_INHERITED = {"font-family", "stroke-linecap", "stroke-linejoin"}  # the page's own, or not worth their bytes
_COLOUR = {colour: f"var({css_variable(name)})" for name, colour in STAND_IN.items()}

RC: Any = {  # matplotlib types its settings by their names
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": SIZE,
    "axes.edgecolor": STAND_IN["soft"],
    "axes.labelcolor": STAND_IN["ink"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": STAND_IN["grid"],
    "grid.linewidth": 0.8,
    "text.color": STAND_IN["ink"],
    "xtick.color": STAND_IN["soft"],
    "ytick.color": STAND_IN["soft"],
    "xtick.labelcolor": STAND_IN["ink"],
    "ytick.labelcolor": STAND_IN["ink"],
    "xtick.bottom": False,  # the grid says where a label belongs
    "ytick.left": False,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "figure.dpi": DPI,
    "axes.titlesize": 12,
}


def _attributes(match: re.Match[str]) -> str:
    """A style attribute as presentation attributes: a strict content policy forbids the former."""
    text = _FONT.sub(lambda m: f"font-size: {m[2]}px" + (f"; font-weight: {m[1]}" if m[1] else ""), match[1])
    pairs = (part.split(":", 1) for part in text.split(";") if ":" in part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs if name.strip() not in _INHERITED)


def new_figure(width_px: int, height_px: int, **options: Any) -> Figure:
    """An empty figure of that size in CSS pixels, in the book's style."""
    with mpl.rc_context(RC):
        return Figure(figsize=(width_px / DPI, height_px / DPI), layout="constrained", **options)


def to_svg(figure: Figure, salt: str, label: str, *, role: str = "img") -> str:
    """The figure as an ``<svg>`` element that scales with its column.

    ``salt`` makes the identifiers inside it its own; ``label`` is what a screen reader says.
    """
    buffer = io.StringIO()
    with mpl.rc_context(RC | {"svg.hashsalt": salt, "svg.id": salt}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = _HEAD.sub("", buffer.getvalue(), count=1)
    for pattern in (_METADATA, _STYLE_SHEET, _COMMENT):
        text = pattern.sub("", text)
    box = _VIEWBOX.search(text)
    assert box is not None, "matplotlib writes a viewBox"
    safe = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    root = f'<svg viewBox="{box[1]}" font-size="{SIZE}px" role="{role}" aria-label="{safe}">'
    text = _STYLE.sub(_attributes, text).replace("xlink:href", "href")
    for colour, variable in _COLOUR.items():
        text = text.replace(f'"{colour}"', f'"{variable}"')
    text = _unique_ids(text, salt)
    text = _MARK_LINK.sub(_titled_link, text)
    text = _NO_TURN.sub("", text)
    for default in _DEFAULTS:
        text = text.replace(default, "")
    text = _ROOT.sub(lambda _: root, text, count=1)
    text = _GRID_CLIP.sub(r"\1", text)
    text = _WHOLE.sub(lambda m: _COORDINATES.sub(lambda c: _NUMBER.sub(_whole, c[0]), m[0]), text)
    text = _COORDINATES.sub(lambda m: _NUMBER.sub(_rounded, m[0]), text)
    text = _PATH.sub(_terse, text)
    text = _INVISIBLE.sub("", text)
    text = re.sub(r"\n\s*", "\n", text).strip()
    return _without_bare_groups(_EMPTY.sub("", text))


def _rounded(match: re.Match[str]) -> str:
    """A tenth of a CSS pixel is finer than any screen shows, and hundreds of marks are most of a page's bytes."""
    text = f"{float(match[0]):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _whole(match: re.Match[str]) -> str:
    """Words and grid lines stand on whole pixels."""
    return f"{float(match[0]):.0f}"


def _terse(match: re.Match[str]) -> str:
    """A path without the spaces it can do without, and a straight line by its one free end."""
    text = re.sub(r"\s*([MLCQZz])\s*", r"\1", match[1])
    text = f' d="{text.strip()}"'
    return _STRAIGHT.sub(lambda m: f"{m[1]} {m[2]}V{m[3]}" if m[3] else f"{m[1]} {m[2]}H{m[4]}", text)


def _without_bare_groups(text: str) -> str:
    """Drop groups that say nothing about what they hold."""
    kept: list[bool] = []

    def group(match: re.Match[str]) -> str:
        if match[1]:
            return match[0] if kept.pop() else ""
        kept.append(bool(match[2].strip()))
        return match[0] if kept[-1] else ""

    return _GROUP.sub(group, text)


_MARK_LINK = re.compile(r'<a href="([^"|]*)\|([^"]*)"[^>]*>')


def _titled_link(match: re.Match[str]) -> str:
    """A mark's address carries its words after a bar. Hundreds of marks are no stops for the keyboard: the table has them."""
    return f'<a href="{match[1]}" tabindex="-1" aria-label="{match[2]}"><title>{match[2]}</title>'


_ID = re.compile(r'\bid="([^"]+)"')


def _unique_ids(text: str, salt: str) -> str:
    """Keep only the identifiers that something refers to, numbered after ``salt``."""
    used = dict.fromkeys(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
    short = {name: f"{salt}-{number}" for number, name in enumerate(used)}
    text = _ID.sub(lambda m: f'id="{short[m[1]]}"' if m[1] in used else "", text)
    return re.sub(r'(url\(#|href="#)([^")]+)', lambda m: m[1] + short[m[2]], text)
