"""Checks the texts beside the book, which readers meet on GitHub: README.md and its like, issue forms, CITATION.cff.

GitHub renders them as its own Markdown, so they are read as such: no roles, files relative to the text.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote

import yaml
from myst_parser.config.main import MdParserConfig

from fmgenomics.links import urls
from fmgenomics.links.dialect import Dialect
from fmgenomics.links.markup import Reader
from fmgenomics.links.own import OwnSites
from fmgenomics.links.page import Mention, Page
from fmgenomics.links.plaintext import REFERENCE_ROLES
from fmgenomics.links.report import Fault, nearest
from fmgenomics.links.targets import Files

FOLDERS = ("", "evidence", "docs", "scripts", ".github", ".github/ISSUE_TEMPLATE")
YAML_FILES = ("CITATION.cff", ".github/ISSUE_TEMPLATE")
# GitHub's own pages beside a repository, reached from a text by a relative path
_SITE_PAGES = re.compile(r"^(?:\.\./)+(?:issues|pulls?|discussions|wiki|releases|actions|security|blob|tree)(?:/|\?|$)")


def texts(files: Files) -> list[str]:
    """The Markdown texts of the repository that are no pages of the book."""
    found = []
    for folder in FOLDERS:
        found += [f"{folder}/{n}" if folder else n for n in sorted(files.names(folder)) if n.endswith(".md")]
    return found


def check(root: Path, dialect: Dialect) -> list[Fault]:
    """All faults in the texts and forms of the repository at ``root``.

    Raises OSError when one of them cannot be opened.
    """
    files = Files(root)
    own = OwnSites.of(root, dialect.config)
    plain = dataclasses.replace(
        dialect,
        myst=MdParserConfig(gfm_only=True, heading_anchors=6),
        role_names=REFERENCE_ROLES | {"cite"},
        directive_classes={},
    )
    pages = {name: Reader(plain, name, name).read() for name in texts(files)}
    faults: list[Fault] = []
    for page in pages.values():
        faults += page.faults
        for mention in page.mentions:
            faults += _mention(files, own, pages, page, mention)
    for name in _forms(files):
        faults += _form(root, name, files, own)
    return sorted(set(faults))


def _mention(files: Files, own: OwnSites, pages: dict[str, Page], page: Page, mention: Mention) -> list[Fault]:
    target = mention.target.strip()
    place = mention.place

    def fault(message: str, near: str = "") -> list[Fault]:
        return [Fault(place.file, place.line, mention.target, message, near)]

    if mention.kind not in {"link", "image", "html"}:
        return []
    if not target or target == "#":
        return fault("the link has no target")
    if mention.detail == "linkify" and not re.match(r"^(?:[a-z]+:|www\.)", mention.text, re.I):
        return []  # GitHub links only full addresses
    if urls.looks_external(target):
        wrong = urls.problem(target, bare=mention.auto) or own.problem(target, files, pages)
        return fault(wrong.message, wrong.nearest) if wrong else []
    if _SITE_PAGES.match(target):
        return []
    path, _, anchor = target.partition("#")
    path = unquote(path.partition("?")[0])
    folder = page.file.rpartition("/")[0]
    place_in_book = normpath(path.lstrip("/") if path.startswith("/") else f"{folder}/{path}" if folder else path)
    if path and place_in_book.startswith(".."):
        return fault("the link leaves the repository")
    if path and not files.exists(place_in_book):
        near = files.nearest(place_in_book)
        return fault("no such file in the repository", near)
    other = page if not path else pages.get(place_in_book)
    if anchor and other is not None:
        known = {heading.slug for heading in other.headings} | {name for name, _ in other.html_ids}
        if unquote(anchor) not in known:
            near = nearest(anchor, known)
            return fault("no such heading", near and f"#{near}")
    return []


def _forms(files: Files) -> list[str]:
    found = []
    for name in YAML_FILES:
        if files.is_file(name):
            found.append(name)
        found += [f"{name}/{inside}" for inside in sorted(files.names(name)) if inside.endswith((".yml", ".yaml"))]
    return found


def _form(root: Path, name: str, files: Files, own: OwnSites) -> list[Fault]:
    faults: list[Fault] = []
    try:
        node = yaml.compose((root / name).read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        return [Fault(name, 1, name, f"not YAML: {' '.join(str(error).split())}")]
    for key, scalar in _pairs(node, ""):
        value, first = str(scalar.value), scalar.start_mark.line + 1
        if key == "doi":
            wrong = urls.doi_problem(value)
            faults += [Fault(name, first, value, wrong.message, wrong.nearest)] if wrong else []
            continue
        for match in re.finditer(r"\]\(([^()\s]*)\)|(?<![\w(])([a-z]{2,8}:/+[^\s<>()\"'`]+)", value):
            target = match.group(1) if match.group(1) is not None else match.group(2)
            line = first + value[: match.start()].count("\n") + (1 if scalar.style in {"|", ">"} else 0)
            wrong = urls.problem(target.rstrip(".,;:")) if urls.looks_external(target) or not target else None
            wrong = wrong or own.problem(target, files, {})
            faults += [Fault(name, line, target, wrong.message, wrong.nearest)] if wrong else []
    return faults


def _pairs(node: yaml.Node | None, key: str) -> list[tuple[str, yaml.ScalarNode]]:
    if isinstance(node, yaml.ScalarNode):
        return [(key, node)]
    if isinstance(node, yaml.SequenceNode):
        return [pair for item in node.value for pair in _pairs(item, key)]
    if isinstance(node, yaml.MappingNode):
        return [pair for name, item in node.value for pair in _pairs(item, str(name.value))]
    return []
