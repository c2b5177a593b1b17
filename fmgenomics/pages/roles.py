"""The roles that write a number of the evidence into prose: ``fact``, ``result``, ``verdict``, ``count``.

``{fact}`key.slug` ``, ``{fact}`model-id.parameters` ``, ``{fact}`benchmark-id.tasks` ``, ``{result}`id` ``,
``{verdict}`key` ``, ``{count}`results` ``. Options follow the id after semicolons: ``plain`` (no unit, no word for a bound), ``percent``
(a fraction as a percentage), ``digits=N``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from fmgenomics.evidence import Evidence
from fmgenomics.evidence.problem import nearest
from fmgenomics.evidence.records import SCALE_OF_UNIT

from . import addresses
from .book import evidence_of, verdict_of
from .quantities import in_prose

logger = logging.getLogger(__name__)

MODEL_COLUMNS = {"parameters": "parameters", "context_bp": "bp", "year": "year"}
BENCHMARK_COLUMNS = {"tasks": "tasks"}
_UNIT_OF_RESULT = {"percent": "percent", "fraction": "score", "native": "score"}


class evidence_number(nodes.Inline, nodes.TextElement):
    """A number with its source: attributes ``page``, ``anchor``, ``source``."""


@dataclass(frozen=True)
class Number:
    """What a role writes: the text, where its row stands, and its source in words."""

    text: str
    page: str
    anchor: str
    source: str


class UnknownRow(LookupError):
    """No row has that id; the message carries the nearest one."""


def _options(text: str) -> tuple[str, dict[str, Any]]:
    name, *words = (part.strip() for part in text.split(";"))
    options: dict[str, Any] = {}
    for word in words:
        key, _, value = word.partition("=")
        if key == "digits" and value.isdigit():
            options["digits"] = int(value)
        elif key in ("plain", "percent") and not value:
            options[key] = True
        else:
            raise UnknownRow(f"unknown option {word!r}; expected plain, percent or digits=N")
    return name, options


def fact_number(evidence: Evidence, name: str, options: dict[str, Any]) -> Number:
    """The number behind ``{fact}``. Raises :class:`UnknownRow`."""
    if (fact := evidence.facts.get(name)) is not None:
        text = in_prose(fact.value, fact.unit, fact.printed, fact.bound, **options)
        hand = "" if fact.confidence == "confirmed" else ", second-hand"
        source = f"{addresses.cited(evidence.bibliography[fact.source])}, {fact.locator}{hand}"
        return Number(text, *addresses.fact_address(fact), source)
    row_id, _, column = name.rpartition(".")
    for rows, columns, page in (
        (evidence.models, MODEL_COLUMNS, addresses.MODELS_PAGE),
        (evidence.benchmarks, BENCHMARK_COLUMNS, addresses.BENCHMARKS_PAGE),
    ):
        row = rows.get(row_id)
        if row is None or column not in columns:
            continue
        value = getattr(row, column)
        if value is None:
            raise UnknownRow(f"{row_id} has no {column} in the evidence")
        entry = evidence.bibliography.get(row.source)
        source = ", ".join(part for part in (addresses.cited(entry) if entry else row.name, row.locator) if part)
        return Number(in_prose(value, columns[column], str(value), **options), page, row_id, source)
    valid = [
        *evidence.facts,
        *(f"{row_id}.{column}" for row_id in evidence.models for column in MODEL_COLUMNS),
        *(f"{row_id}.{column}" for row_id in evidence.benchmarks for column in BENCHMARK_COLUMNS),
    ]
    raise UnknownRow(f"no fact has the id {name!r}{nearest(name, valid)}")


def result_number(evidence: Evidence, name: str, options: dict[str, Any]) -> Number:
    """The number behind ``{result}``. Raises :class:`UnknownRow`."""
    result = evidence.results.get(name)
    if result is None:
        raise UnknownRow(f"no result has the id {name!r}{nearest(name, evidence.results)}")
    table = evidence.tables[result.table]
    if options.get("percent") and SCALE_OF_UNIT[result.unit] != 1:
        raise UnknownRow(f"{name} is a percentage already; leave out the option percent")
    text = in_prose(result.value, _UNIT_OF_RESULT[result.unit], result.printed, **options)
    place = result.locator or table.locator
    return Number(
        text,
        *addresses.result_address(evidence, result),
        f"{addresses.cited(evidence.bibliography[table.source])}, {place}",
    )


def verdict_number(evidence: Evidence, name: str, options: dict[str, Any], *, app: Sphinx) -> Number:
    """A number that the book computes from the evidence. Raises :class:`UnknownRow`."""
    values = verdict_of(app)
    if name not in values:
        raise UnknownRow(f"the verdict has no {name!r}{nearest(name, values)}")
    value = values[name]
    text = (
        value
        if isinstance(value, str)
        else in_prose(value, "score", f"{value:.3f}" if isinstance(value, float) else str(value), **options)
    )
    return Number(text, f"{addresses.FOLDER}/verdict", name, f"computed from evidence {evidence.version}")


_COUNTED = ("models", "benchmarks", "metrics", "tasks", "tables", "results", "facts", "corrections", "sources")


def count_number(evidence: Evidence, name: str, options: dict[str, Any]) -> Number:
    """How many rows a table of the evidence has. Raises :class:`UnknownRow`."""
    if name not in _COUNTED:
        raise UnknownRow(f"nothing called {name!r} is counted; expected one of {', '.join(_COUNTED)}")
    if name == "sources":
        value = len({table.source for table in evidence.tables.values()})
    else:
        value = len(getattr(evidence, name))
    return Number(f"{value:,}", "backmatter/atlas", "", f"counted in evidence {evidence.version}")


class EvidenceRole(SphinxRole):
    """One of the roles, by name."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        evidence = evidence_of(self.env.app)
        try:
            name, options = _options(self.text)
            if self.name == "fact":
                number = fact_number(evidence, name, options)
            elif self.name == "result":
                number = result_number(evidence, name, options)
            elif self.name == "verdict":
                number = verdict_number(evidence, name, options, app=self.env.app)
            else:
                number = count_number(evidence, name, options)
        except UnknownRow as error:
            logger.warning("%s: %s", self.name, error, location=self.get_location(), type="evidence", subtype=self.name)
            return [nodes.inline(self.rawtext, self.text)], []
        node = evidence_number(
            self.rawtext, "", nodes.Text(number.text), page=number.page, anchor=number.anchor, source=number.source
        )
        return [node], []


def visit_html(translator: Any, node: evidence_number) -> None:
    """A link to the row; its source on hover, and for screen readers as hidden text after the number."""
    builder = translator.builder
    uri = builder.get_relative_uri(builder.current_docname, node["page"])
    href = f"{uri}#{node['anchor']}" if node["anchor"] else uri or "#atlas"
    translator.body.append(translator.starttag(node, "a", "", CLASS="evidence-number", href=href, title=node["source"]))


def depart_html(translator: Any, node: evidence_number) -> None:
    hidden = translator.encode(f" ({node['source']})")
    translator.body.append(f'<span class="for-screen-readers">{hidden}</span></a>')


def pass_through(translator: Any, node: evidence_number) -> None:
    """Formats other than HTML show the number alone."""


def setup(app: Sphinx) -> None:
    formats: Any = dict.fromkeys(("latex", "text", "man", "texinfo", "epub"), (pass_through, pass_through))
    app.add_node(evidence_number, html=(visit_html, depart_html), **formats)
    for name in ("fact", "result", "verdict", "count"):
        app.add_role(name, EvidenceRole())
