"""What the search looks through: every section of the book, every term, model, benchmark and source, each with its address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from fmgenomics.evidence import Evidence
from fmgenomics.pages import addresses
from fmgenomics.pages.book import evidence_of

DATA_FILE = "search-data.js"
_SPACE = re.compile(r"\s+")
_NOT_READ = (nodes.raw, nodes.image, nodes.comment, addnodes.index)


@dataclass(frozen=True)
class Record:
    """One thing that can be found. ``page`` says where it stands, ``names`` what else it is called."""

    kind: str
    title: str
    page: str
    address: str
    names: str
    text: str


def _words(node: nodes.Node) -> str:
    """The text of a node, with a space between its blocks, without what is no prose."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, _NOT_READ):
        return ""
    joint = "" if isinstance(node, (nodes.TextElement, nodes.inline)) else " "
    return joint.join(map(_words, node.children))


def _clean(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _sections(app: Sphinx, docname: str) -> Iterator[Record]:
    doctree = app.env.get_doctree(docname)
    page = _clean(app.env.titles[docname].astext())
    for section in doctree.findall(nodes.section):
        title = next(iter(section.findall(nodes.title)))
        own = [child for child in section.children if not isinstance(child, (nodes.section, nodes.title))]
        top = section.parent is doctree
        address = f"{docname}.html" + ("" if top else f"#{section['ids'][0]}")
        if next(doctree.findall(addnodes.glossary), None) is None:
            yield Record(
                "section", _clean(_words(title)), "" if top else page, address, "", _clean(" ".join(map(_words, own)))
            )
    for item in doctree.findall(nodes.definition_list_item):
        for term in item.findall(nodes.term):
            if term["ids"] and isinstance(item.parent.parent, addnodes.glossary):
                text = _clean(" ".join(_words(node) for node in item.findall(nodes.definition)))
                yield Record("term", _clean(term.astext()), page, f"{docname}.html#{term['ids'][0]}", "", text)


def _rows(evidence: Evidence) -> Iterator[Record]:
    for model in evidence.models.values():
        text = f"{model.kind}; {model.class_}; {model.architecture}; {model.objective}; {model.pretraining_data}"
        yield Record(
            "model",
            model.name,
            "Models",
            f"{addresses.MODELS_PAGE}.html#{model.id}",
            f"{model.family} {model.id}",
            _clean(text),
        )
    for benchmark in evidence.benchmarks.values():
        address = f"{addresses.BENCHMARKS_PAGE}.html#{benchmark.id}"
        yield Record(
            "benchmark",
            benchmark.name,
            "Benchmarks",
            address,
            benchmark.id,
            _clean(f"{benchmark.asks} {benchmark.forgets}"),
        )
    for key, entry in sorted(evidence.bibliography.items()):
        yield Record("source", entry.title, addresses.cited(entry), f"{addresses.source_page(key)}.html", key, "")


def records(app: Sphinx) -> list[Record]:
    found = [record for docname in sorted(app.env.found_docs) for record in _sections(app, docname)]
    return [*found, *_rows(evidence_of(app))]


def data(app: Sphinx) -> str:
    """A script, so that it loads from a file as well as from a server."""
    rows = [astuple(record) for record in records(app)]
    return f"bookSearch({json.dumps(rows, ensure_ascii=False, separators=(',', ':'))});\n"
