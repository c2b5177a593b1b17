"""Each chart says what it shows in words and numbers, and its drawing belongs to the page."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from fmgenomics.evidence import ROOT, Evidence, load
from fmgenomics.figures import CHARTS, show
from fmgenomics.figures.display import NARROW, WIDE, to_html
from fmgenomics.figures.palette import DARK, LIGHT, STAND_IN, style_rules
from fmgenomics.figures.svg import SIZE, _without_bare_groups, new_figure, to_svg


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_whole(evidence: Evidence, name: str) -> None:
    chart = CHARTS[name](evidence)
    assert chart.name == name
    assert len(chart.title) > 20
    assert len(chart.alt) > 60
    assert chart.notes
    assert len(chart.table) > 3
    for kind, width in (("narrow", NARROW), ("wide", WIDE)):
        svg = to_svg(chart.draw(width), f"{name}-{kind}", chart.alt)
        tree = etree.fromstring(svg)
        assert tree.get("viewBox", "").split()[2] == str(width)
        assert "style=" not in svg
        assert "<script" not in svg
        assert not re.search(r"#0[0-9a-f]0[0-9a-f]0[0-9a-f]\b", svg), "a stand-in colour was not replaced"
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert all(identifier.startswith(f"{name}-{kind}") for identifier in ids)
        smallest = min(float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg))
        assert smallest >= 10


def test_a_chart_is_drawn_the_same_every_time(evidence: Evidence) -> None:
    assert to_html(CHARTS["verdict"](evidence)) == to_html(CHARTS["verdict"](load()))


def test_an_unknown_chart_names_the_known_ones() -> None:
    with pytest.raises(KeyError, match="verdict"):
        show("verdikt")


def test_the_style_sheet_has_the_palette_as_the_code_has_it() -> None:
    sheet = (ROOT / "fmgenomics" / "pages" / "static" / "fmgenomics.css").read_text("utf-8")
    assert style_rules() in sheet


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_the_paper(palette: dict[str, str]) -> None:
    paper = _luminance(palette["paper"])
    for name in STAND_IN:
        if name in ("paper", "grid", "wash"):
            continue
        bright, dim = sorted((paper, _luminance(palette[name])), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= (4.5 if name in ("ink", "soft") else 3), name


def test_a_drawing_is_terse() -> None:
    """No tenth of a tenth of a pixel, no group without a word to say, and no line that takes two points to be straight."""
    figure = new_figure(360, 200)
    axes = figure.subplots()
    axes.plot([0, 1, 2], [0.123456, 1.123456, 0.5])
    axes.scatter([0.333333, 1.777777], [0.1, 0.9])
    svg = to_svg(figure, "terse", "A chart.")
    tree = etree.fromstring(svg)
    assert not re.search(r' (?:x|y|d|transform)="[^"]*\.\d\d', svg)
    assert [group for group in tree.iter("{*}g") if not group.attrib] == []
    assert re.search(r'<path d="M[\d.]+ [\d.]+[HV][\d.]+" [^>]*fig-grid', svg) or "fig-grid" not in svg
    assert f'font-size="{SIZE}px"' in svg.partition(">")[0]


def test_groups_are_dropped_in_pairs() -> None:
    text = '<svg><g><g a="1"><g>x</g></g></g></svg>'
    assert _without_bare_groups(text) == '<svg><g a="1">x</g></svg>'
