"""What a citation says of its work."""

from __future__ import annotations

from pybtex.backends.plaintext import Backend
from pybtex.database import parse_file
from pybtex.plugin import find_plugin

from fmgenomics.evidence import ROOT
from fmgenomics.site import tooltips


def test_every_work_says_its_title_and_neither_names_nor_numbers() -> None:
    tooltips.register()
    style = find_plugin("pybtex.style.formatting", tooltips.NAME)()
    data = parse_file(str(ROOT / "references.bib"))
    for key, entry in data.entries.items():
        text = style.format_entry(key, entry, data).text.render(Backend())
        assert len(text) > 20, key
        assert "doi" not in text.lower(), key
        assert len(text) < 400, key
