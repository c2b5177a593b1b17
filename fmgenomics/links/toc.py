"""The table of contents: _toc.yml names every page once, and only pages that exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from sphinx_external_toc.parsing import MalformedError, parse_toc_data

from fmgenomics.links import urls
from fmgenomics.links.dialect import TOC, ConfigError, Dialect
from fmgenomics.links.report import Fault
from fmgenomics.links.targets import REPOSITORY_TEXTS, Files, source_files


@dataclass(frozen=True)
class TocEntry:
    """One line of the table of contents: a page, or an address outside the book."""

    kind: str
    target: str
    line: int


@dataclass(frozen=True)
class Toc:
    """The pages in reading order (name and file each), whether parts are numbered, and what is wrong."""

    docs: tuple[tuple[str, str], ...]
    numbered: bool
    faults: tuple[Fault, ...]


def read(dialect: Dialect) -> Toc:
    """Read and check the table of contents.

    Raises ConfigError when there is no _toc.yml, or it is not YAML: then no page is known at all.
    """
    path = dialect.root / TOC
    if not path.is_file():
        raise ConfigError(f"{path}: no such file; the book has no table of contents")
    text = path.read_text(encoding="utf-8")
    try:
        node, data = yaml.compose(text), yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    faults: list[Fault] = []
    entries = list(_entries(node)) if node is not None else []
    docs = _check_entries(dialect, entries, faults)
    try:
        parse_toc_data(data)
    except MalformedError as error:
        if "multiple times" not in str(error) and "more than once" not in str(error):
            faults.append(Fault(TOC, 1, TOC, f"cannot be read as a table of contents: {error}"))
    except (AttributeError, TypeError, ValueError) as error:
        faults.append(Fault(TOC, 1, TOC, f"cannot be read as a table of contents: {error}"))
    return Toc(tuple(docs), "numbered" in text, tuple(faults))


def _entries(node: yaml.Node) -> Iterator[TocEntry]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = str(key.value)
            if name in {"root", "file", "url", "glob"} and isinstance(value, yaml.ScalarNode):
                yield TocEntry(name, str(value.value), value.start_mark.line + 1)
            else:
                yield from _entries(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _entries(value)


def _check_entries(dialect: Dialect, entries: list[TocEntry], faults: list[Fault]) -> list[tuple[str, str]]:
    files = Files(dialect.root)
    suffixes = tuple(dialect.settings["suffixes"])
    buildable = set(source_files(dialect))
    seen: dict[str, int] = {}
    docs: list[tuple[str, str]] = []
    for entry in entries:
        if entry.kind == "url":
            if wrong := urls.problem(entry.target):
                faults.append(Fault(TOC, entry.line, entry.target, wrong.message, wrong.nearest))
            continue
        if entry.kind == "glob":
            faults.append(Fault(TOC, entry.line, entry.target, "a pattern hides which pages the book has; name them"))
            continue
        doc = next((entry.target[: -len(s)] for s in suffixes if entry.target.endswith(s)), entry.target)
        if doc in seen:
            faults.append(Fault(TOC, entry.line, entry.target, f"page named twice; first on line {seen[doc]}"))
            continue
        seen[doc] = entry.line
        file = next((f"{doc}{s}" for s in sorted(suffixes, key=lambda s: s != ".md") if files.is_file(f"{doc}{s}")), "")
        if not file or doc.startswith(("/", "..", "./")):
            message = "the page is not in the book" if file else "no such page"
            near = files.nearest(f"{doc}.md", suffixes)
            faults.append(Fault(TOC, entry.line, entry.target, message, near.removesuffix(".md")))
            continue
        if file not in buildable:
            faults.append(
                Fault(TOC, entry.line, entry.target, "exclude_patterns of _config.yml keep this page out of the build")
            )
        docs.append((doc, file))
    return docs


def strays(dialect: Dialect, toc: Toc, included: set[str]) -> list[Fault]:
    """Pages that exist but are in no table of contents, so no reader finds them.

    With ``only_build_toc_files`` Sphinx passes them over without a word. Texts about the repository
    (README.md and the like at its root) and files that a page includes are not pages.
    """
    named = {file for _, file in toc.docs}
    folders = {Path(file).parts[0] for file in named if "/" in file}
    only_toc = bool(dialect.settings["only_toc_files"])
    faults = []
    for path in source_files(dialect):
        if path in named or path in included or Path(path).name == "404.md":
            continue
        at_root = "/" not in path
        if at_root and REPOSITORY_TEXTS.match(path):
            continue
        if at_root or not only_toc or Path(path).parts[0] in folders:
            faults.append(Fault(path, 1, path, "page outside the table of contents (_toc.yml); nobody finds it"))
    return faults
