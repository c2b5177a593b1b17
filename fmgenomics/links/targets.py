"""All that a link of the book may point at: pages, labels, terms, citations, files and evidence."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import normpath

from docutils.nodes import fully_normalize_name, make_id
from pybtex.database.input.bibtex import LowLevelParser
from pybtex.scanner import PybtexSyntaxError, TokenRequired
from sphinx.util.matching import Matcher

from fmgenomics.links.dialect import Dialect
from fmgenomics.links.markup import Reader
from fmgenomics.links.page import Label, Page, Place
from fmgenomics.links.report import Fault, nearest

NEVER_ENTERED = frozenset({"_build", "node_modules", "__pycache__", "site-packages", "tests"})
# Texts about the repository, which stand beside the book and are no pages of it.
REPOSITORY_TEXTS = re.compile(r"^(?:[A-Z][A-Z0-9_.-]*\.md|requirements.*)$")


# What {fact} may name besides the facts: a column of a model or benchmark.
FACT_COLUMNS = {"models.csv": ("parameters", "context_bp", "year"), "benchmarks.csv": ("tasks",)}


class Files:
    """The files below a folder, compared letter by letter even where the file system does not care about case."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._listed: dict[str, frozenset[str]] = {}

    def names(self, folder: str) -> frozenset[str]:
        """The names in a folder of the book, empty when there is no such folder."""
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(path.name for path in (self.root / folder).iterdir())
            except OSError:
                self._listed[folder] = frozenset()
        return self._listed[folder]

    def exists(self, path: str) -> bool:
        """Whether the path names a file or folder with exactly these letters."""
        folder = ""
        for part in Path(path).parts:
            if part not in self.names(folder):
                return False
            folder = f"{folder}/{part}" if folder else part
        return True

    def is_file(self, path: str) -> bool:
        """Whether the path names a file with exactly these letters."""
        return self.exists(path) and (self.root / path).is_file()

    def nearest(self, path: str, suffixes: tuple[str, ...] = ()) -> str:
        """The file most like a path that does not exist: in its folder first, then anywhere."""
        folder, _, name = path.rpartition("/")
        beside = {Path(f).stem: f for f in sorted(self.names(folder)) if not suffixes or f.endswith(suffixes)}
        exact = nearest(name, beside.values(), 1.0)
        if found := exact or beside.get(nearest(Path(name).stem, beside), ""):
            return f"{folder}/{found}" if folder else found
        return nearest(path, (found for found in self.walk() if not suffixes or found.endswith(suffixes)), 0.8)

    def walk(self) -> Iterator[str]:
        """Every file below the root, leaving out hidden folders, environments and builds."""
        for current, folders, names in os.walk(self.root):
            folders[:] = sorted(f for f in folders if f not in NEVER_ENTERED and not f.startswith("."))
            relative = Path(current).relative_to(self.root).as_posix()
            for name in sorted(names):
                yield name if relative == "." else f"{relative}/{name}"


@dataclass(frozen=True)
class EvidenceIds:
    """The ids that ``{fact}`` and ``{result}`` may name. ``{verdict}`` keys are computed, so the build checks them.

    A later check of them here needs only ``verdicts`` to be filled.
    """

    facts: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    verdicts: frozenset[str] | None = None

    def known(self, role: str) -> frozenset[str] | None:
        """The ids a role may name; None when only the build knows them."""
        return {"fact": self.facts, "result": self.results, "verdict": self.verdicts}.get(role)


def load_evidence(folder: Path) -> EvidenceIds:
    """Read the ids from the evidence tables; a table that is not there has no ids.

    Raises UnicodeDecodeError when a table is not UTF-8.
    """
    facts = {row["id"] for row in _rows(folder / "facts.csv") if row.get("id")}
    results = {row["id"] for row in _rows(folder / "results.csv") if row.get("id")}
    empty: set[str] = set()
    for table, columns in FACT_COLUMNS.items():
        for row in _rows(folder / table):
            for column in columns:
                if row.get("id") and column in row:
                    (facts if str(row[column] or "").strip() else empty).add(f"{row['id']}.{column}")
    return EvidenceIds(frozenset(facts), frozenset(results), frozenset(empty - facts))


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@dataclass(frozen=True)
class BibEntry:
    """A source as it stands in a .bib file."""

    key: str
    place: Place
    fields: Mapping[str, str]
    lines: Mapping[str, int]


def read_bib(root: Path, file: str) -> tuple[list[BibEntry], list[Fault]]:
    """All entries of a .bib file, repeated keys too.

    Raises OSError when the file cannot be opened and UnicodeDecodeError when it is not UTF-8.
    """
    text = (root / file).read_text(encoding="utf-8")
    lines = text.splitlines()
    entries: list[BibEntry] = []
    faults: list[Fault] = []
    parser = LowLevelParser(text, want_entry=None, handle_error=lambda error: faults.append(_syntax_fault(file, error)))
    try:
        for command, content in parser:
            if command.lower() in {"comment", "preamble", "string"}:
                continue
            key, raw = content
            start = _entry_line(lines, str(key), entries)
            fields = {str(name).lower(): "".join(map(str, value)) for name, value in raw}
            entries.append(BibEntry(str(key), Place(file, start), fields, _field_lines(lines, start)))
    except (PybtexSyntaxError, TokenRequired) as error:
        faults.append(_syntax_fault(file, error))
    return entries, faults


def _syntax_fault(file: str, error: Exception) -> Fault:
    line = getattr(error, "lineno", None) or 1
    return Fault(file, int(line), "bibliography", f"cannot be read: {' '.join(str(error).split())}")


def _entry_line(lines: list[str], key: str, before: list[BibEntry]) -> int:
    start = before[-1].place.line if before else 0
    head = re.compile(r"^\s*@\w+\s*[{(]\s*" + re.escape(key) + r"\s*,?")
    return next((n + 1 for n in range(start, len(lines)) if head.match(lines[n])), start or 1)


def _field_lines(lines: list[str], start: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for number in range(start, len(lines)):
        if lines[number].lstrip().startswith("@"):
            break
        if match := re.match(r"\s*(\w+)\s*=", lines[number]):
            found.setdefault(match.group(1).lower(), number + 1)
    return found


@dataclass
class Book:
    """The book as read from its sources, with the tables its links are looked up in."""

    dialect: Dialect
    files: Files
    pages: dict[str, Page] = field(default_factory=dict)
    labels: dict[str, tuple[str, Label]] = field(default_factory=dict)
    terms: dict[str, tuple[str, Place]] = field(default_factory=dict)
    equations: dict[str, tuple[str, Place]] = field(default_factory=dict)
    entries: list[BibEntry] = field(default_factory=list)
    evidence: EvidenceIds = field(default_factory=EvidenceIds)
    faults: list[Fault] = field(default_factory=list)

    @property
    def keys(self) -> frozenset[str]:
        """All citation keys."""
        return frozenset(entry.key for entry in self.entries)

    def doc_of(self, path: str) -> str:
        """The page a source path stands for (its name without suffix), or an empty string."""
        for suffix in self.dialect.settings["suffixes"]:
            if path.endswith(suffix):
                return path[: -len(suffix)]
        return ""

    def join(self, page: Page, target: str, folder: str | None = None) -> str:
        """A path of the book from a path written on a page; ``/`` at the start means the book's root."""
        if target.startswith("/"):
            return normpath(target.lstrip("/"))
        base = page.file.rpartition("/")[0] if folder is None else folder
        return normpath(f"{base}/{target}" if base else target)

    def html_ids(self, page: Page) -> set[str]:
        """The ids the page will have in HTML as far as its source tells."""
        ids = {make_id(fully_normalize_name(heading.title)) for heading in page.headings}
        ids |= {make_id(fully_normalize_name(label.name)) for label in page.labels}
        ids |= {name for name, _ in page.html_ids} | {f"equation-{make_id(name)}" for name, _ in page.equations}
        return (
            ids
            | {f"term-{make_id(term)}" for term, _ in page.terms}
            | {f"term-{term.replace(' ', '-')}" for term, _ in page.terms}
        )


def source_files(dialect: Dialect) -> list[str]:
    """Every source file Sphinx would find, were ``only_build_toc_files`` off."""
    excluded = Matcher(list(dialect.settings["exclude_patterns"]))
    found = []
    for path in Files(dialect.root).walk():
        parts = path.split("/")
        if path.endswith(dialect.settings["suffixes"]) and not any(
            excluded("/".join(parts[: n + 1])) for n in range(len(parts))
        ):
            found.append(path)
    return found


def read_book(dialect: Dialect, docs: Iterable[tuple[str, str]], evidence: EvidenceIds | None = None) -> Book:
    """Read the pages (name and file each) and build the tables; repeated names are faults of the book."""
    book = Book(dialect, Files(dialect.root), evidence=evidence or load_evidence(dialect.root / "evidence"))
    parser = dialect.parser()
    for doc, file in docs:
        if not file.endswith(".md"):
            book.faults.append(Fault(file, 1, file, "only MyST Markdown pages can be checked; write it as .md"))
            book.pages[doc] = Page(doc, file, generated=True)
            continue
        try:
            book.pages[doc] = Reader(dialect, doc, file, parser).read()
        except UnicodeDecodeError as error:
            book.faults.append(Fault(file, 1, file, f"not UTF-8: {error.reason} at byte {error.start}"))
            book.pages[doc] = Page(doc, file)
    for page in book.pages.values():
        _add_names(book, page)
    _add_bibliography(book)
    return book


def _add_names(book: Book, page: Page) -> None:
    for label in page.labels:
        name = fully_normalize_name(label.name)
        if name in book.labels:
            _repeated(book, label.place, label.name, "label", book.labels[name][1].place)
        if name not in book.labels or (label.titled and not book.labels[name][1].titled):
            book.labels[name] = (page.doc, label)
    for label in page.labels:
        clash = next(
            (h for h in page.headings if h.slug == fully_normalize_name(label.name) and h.slug != label.heading), None
        )
        if clash:
            where = f"'{clash.title}' (line {clash.place.line})"
            message = f"label hides the heading {where}: #{clash.slug} leads to the label"
            book.faults.append(Fault(label.place.file, label.place.line, label.name, message))
    for term, place in page.terms:
        if term.lower() in book.terms:
            _repeated(book, place, term, "term", book.terms[term.lower()][1])
        else:
            book.terms[term.lower()] = (term, place)
    for name, place in page.equations:
        if name in book.equations:
            _repeated(book, place, name, "equation label", book.equations[name][1])
        else:
            book.equations[name] = (page.doc, place)
    seen: dict[str, Place] = {}
    for name, place in page.html_ids:
        if name in seen and seen[name] != place:
            _repeated(book, place, name, "HTML id", seen[name])
        seen.setdefault(name, place)


def _repeated(book: Book, place: Place, name: str, what: str, first: Place) -> None:
    book.faults.append(Fault(place.file, place.line, name, f"{what} defined twice; first at {first.file}:{first.line}"))


def _add_bibliography(book: Book) -> None:
    seen: dict[str, BibEntry] = {}
    for file in book.dialect.settings["bibfiles"]:
        if not book.files.is_file(file):
            book.faults.append(
                Fault("_config.yml", 1, file, "bibliography file not found", book.files.nearest(file, (".bib",)))
            )
            continue
        entries, faults = read_bib(book.dialect.root, file)
        book.entries += entries
        book.faults += faults
        for entry in entries:
            first = seen.setdefault(entry.key.lower(), entry)
            if first is not entry:
                where = f"{first.place.file}:{first.place.line}"
                book.faults.append(
                    Fault(
                        entry.place.file, entry.place.line, entry.key, f"citation key defined twice; first at {where}"
                    )
                )
