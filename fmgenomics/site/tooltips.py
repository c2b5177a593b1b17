"""What a citation says of its work on hover and on focus: what, where and when; who stands in the citation."""

from __future__ import annotations

from typing import Any

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.style.formatting.unsrtalpha import Style as FullStyle

NAME = "book-tooltip"
_LEFT_OUT = (
    "note",
    "doi",
    "url",
    "eprint",
    "pubmed",
    "volume",
    "number",
    "pages",
    "publisher",
    "address",
    "series",
    "organization",
)
"""What the list of references has and a glance does not need."""


class TooltipStyle(FullStyle):
    def format_names(self, role: str, as_sentence: bool = True) -> Any:
        """None: the citation itself has the names."""
        return Text()

    def format_entry(self, label: str, entry: Entry, bib_data: Any = None) -> Any:
        fields = [(name, value) for name, value in entry.fields.items() if name not in _LEFT_OUT]
        short = Entry(entry.type, fields=fields, persons=entry.persons)
        short.key = entry.key
        return super().format_entry(label, short, bib_data)


def register() -> None:
    register_plugin("pybtex.style.formatting", NAME, TooltipStyle, force=True)
