"""Checks the addresses that stand outside the pages: in the bibliography and in _config.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import normpath

import yaml

from fmgenomics.links import urls
from fmgenomics.links.dialect import CONFIG, Dialect
from fmgenomics.links.own import OwnSites
from fmgenomics.links.report import Fault
from fmgenomics.links.targets import Book


def bibliography_faults(book: Book) -> list[Fault]:
    """DOIs, addresses and arXiv numbers of the bibliography, by their form."""
    faults = []
    for entry in book.entries:
        for name, wrong in _entry_problems(entry.fields):
            line = entry.lines.get(name, entry.place.line)
            message = f"{name} of {entry.key}: {wrong.message}"
            faults.append(Fault(entry.place.file, line, entry.fields[name], message, wrong.nearest))
    return faults


def _entry_problems(fields: Mapping[str, str]) -> Iterator[tuple[str, urls.UrlProblem]]:
    if "doi" in fields and (wrong := urls.doi_problem(fields["doi"].replace("\\_", "_"))):
        yield "doi", wrong
    if "url" in fields and (
        wrong := urls.problem(fields["url"].replace("\\_", "_").replace("\\%", "%").replace("\\&", "&"))
    ):
        yield "url", wrong
    kind = fields.get("archiveprefix", fields.get("eprinttype", "")).lower()
    if "eprint" in fields and kind == "arxiv" and not urls.ARXIV_ID.match(fields["eprint"]):
        yield "eprint", urls.UrlProblem("malformed arXiv number")
    for name in ("note", "howpublished"):
        for found in re.findall(r"\\url\{([^{}]*)\}|\\href\{([^{}]*)\}", fields.get(name, "")):
            if wrong := urls.problem(found[0] or found[1]):
                yield name, wrong


def config_faults(dialect: Dialect, own: OwnSites, book: Book) -> list[Fault]:
    """Addresses and files that _config.yml names."""
    faults: list[Fault] = []
    text = (dialect.root / CONFIG).read_text(encoding="utf-8")
    for value, line in _scalars(yaml.compose(text)):
        for target in re.findall(r"""(?:href|src)\s*=\s*["']([^"']*)["']""", value) or (
            [value] if _is_address(value) else []
        ):
            wrong = urls.problem(target) if urls.looks_external(target) or not target.strip("#") else None
            if wrong := wrong or own.problem(target, book.files, book.pages):
                faults.append(Fault(CONFIG, line, target, wrong.message, wrong.nearest))
            elif not urls.looks_external(target):
                faults.append(
                    Fault(
                        CONFIG,
                        line,
                        target,
                        "a relative link on every page breaks in subfolders; give the full address",
                    )
                )
    for name in ("logo", "favicon"):
        file = str(dialect.settings[name])
        if file and not urls.looks_external(file) and not book.files.is_file(normpath(file)):
            line = next((n for n, row in enumerate(text.splitlines(), 1) if file in row), 1)
            faults.append(Fault(CONFIG, line, file, f"no such file ({name})", book.files.nearest(file)))
    return faults


def _is_address(value: str) -> bool:
    return " " not in value and bool(re.match(r"^(?:[a-z]{2,8}:/|www\.|https?[;/])", value, re.I))


def _scalars(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.ScalarNode):
        yield str(node.value), node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for _, item in node.value:
            yield from _scalars(item)
