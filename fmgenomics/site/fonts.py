"""Only those characters of a font that the pages show."""

from __future__ import annotations

import base64
import io
import logging
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it reports each table it leaves out


def embedded(path: Path, characters: set[int]) -> str | None:
    """The font with these characters alone, as an address for a style sheet; nothing when it has none of them."""
    with TTFont(path, recalcTimestamp=False) as font:
        wanted = characters & set(font.getBestCmap())
        if not wanted:
            return None
        options = subset.Options(
            layout_features=[], name_IDs=[], notdef_outline=False, hinting=False, drop_tables=["FFTM"]
        )
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=sorted(wanted))
        subsetter.subset(font)
        font.flavor = "woff"
        out = io.BytesIO()
        font.save(out)
    return "data:font/woff;base64," + base64.b64encode(out.getvalue()).decode()
