"""What a citation says of its work on hover and on focus: who, what, where and when, in two lines."""

from __future__ import annotations

from typing import Any

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.style.formatting.unsrtalpha import Style as FullStyle
from pybtex.style.template import FieldIsMissing, join, node, sentence

NAME = "book-tooltip"
MOST_NAMES = 3
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


@node
def first_names(children: Any, context: dict[str, Any], role: str) -> Text:
    persons = context["entry"].persons.get(role)
    if not persons:
        raise FieldIsMissing(role, context["entry"])
    named = [person for person in persons if person.last_names != ["others"]]
    shown = named if len(persons) <= MOST_NAMES and len(named) == len(persons) else named[:1]
    names = [Text.from_latex(" ".join([*person.prelast_names, *person.last_names])) for person in shown]
    text: Text = join(sep=", ", sep2=" and ", last_sep=" and ")[names].format_data(context)
    return text if len(shown) == len(persons) else text + " et al"


class TooltipStyle(FullStyle):
    def format_names(self, role: str, as_sentence: bool = True) -> Any:
        names = first_names(role)
        return sentence[names] if as_sentence else names

    def format_entry(self, label: str, entry: Entry, bib_data: Any = None) -> Any:
        fields = [(name, value) for name, value in entry.fields.items() if name not in _LEFT_OUT]
        short = Entry(entry.type, fields=fields, persons=entry.persons)
        short.key = entry.key
        return super().format_entry(label, short, bib_data)


def register() -> None:
    register_plugin("pybtex.style.formatting", NAME, TooltipStyle, force=True)
