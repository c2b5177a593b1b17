"""The bibliography: typed entries for the rest of the package, and the checks that keep ``references.bib`` honest.

Entries are cut apart before pybtex sees them, because pybtex drops everything that follows a repeated key
and because each fault should name the line it stands on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pybtex.errors
from pybtex.database import Entry as BibtexEntry
from pybtex.database import Person
from pybtex.database.input.bibtex import Parser
from pybtex.richtext import Text

KEYWORDS = ("peer-reviewed", "preprint", "software", "web")
VENUE_FIELD = {"article": "journal", "inproceedings": "booktitle", "misc": "howpublished"}
FIELDS = frozenset(
    {
        *("author", "title", "year", "journal", "booktitle", "howpublished", "publisher", "volume", "number", "pages"),
        *("doi", "eprint", "archiveprefix", "url", "note", "keywords"),
    }
)
INCOMPLETE = "Author list incomplete"

KEY_FORM = re.compile(r"[a-z]+[0-9]{4}[a-z0-9]+")
DOI_FORM = re.compile(r"10\.[0-9]{4,9}/[^\s%\\{}\"<>]+")
ARXIV_FORM = re.compile(r"[0-9]{4}\.[0-9]{4,5}")
URL_FORM = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[^\s\\{}\"<>]*)?", re.IGNORECASE)
YEAR_FORM = re.compile(r"(19|20)[0-9]{2}")
PREPRINT_DOI = re.compile(r"10\.(1101/[0-9]|64898/|48550/)")
TRAILING = ".,;:"
PLACEHOLDER = {
    "author": re.compile(r"\bnot seen\b|\bunknown\b|\banonymous\b|\bet al\b", re.IGNORECASE),
    "title": re.compile(r"\bnot seen\b|\bexact title\b|\bfrom memory\b|\buntitled\b", re.IGNORECASE),
}
LATEX_SPECIAL = re.compile(r"(?<!\\)[&%#_$]")

_MARKUP = re.compile(r"[\\{}$~]|--|``|''")

_Add = Callable[[str, str, str], None]  # field, what is wrong, what was expected
_BLOCK = re.compile(r"^[ \t]*@(?P<type>\w+)\s*[{(]\s*(?P<key>[^,\s{}()]*)", re.MULTILINE)


class BibliographyError(ValueError):
    """The file cannot be read as a bibliography."""


@dataclass(frozen=True)
class Problem:
    """One fault, printed as one line."""

    file: str
    line: int
    key: str
    what: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key or '(no key)'}: {self.what}; expected {self.expected}"


@dataclass(frozen=True)
class Entry:
    """A source as the rest of the package needs it: plain text, without BibTeX markup."""

    key: str
    title: str
    authors: list[str]
    year: int
    venue: str
    doi: str | None
    arxiv: str | None
    url: str | None
    peer_reviewed: bool
    note: str

    @property
    def link(self) -> str:
        """The address that leads to the source: DOI before arXiv before URL."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.arxiv:
            return f"https://arxiv.org/abs/{self.arxiv}"
        return self.url or ""

    @property
    def complete_authors(self) -> bool:
        return INCOMPLETE not in self.note


def short_citation(entry: Entry) -> str:
    """``Brixi et al. 2026``, ``Cheng and Zhang 2026``, ``Lee 2026`` or ``Arc Institute 2025``."""
    names = [author.split(",")[0] for author in entry.authors]
    several = len(names) > 2 or not entry.complete_authors
    who = f"{names[0]} et al." if several else " and ".join(names)
    return f"{who} {entry.year}"


@dataclass(frozen=True)
class _Block:
    """One ``@type{key, …}`` as it stands in the file."""

    type: str
    key: str
    line: int
    text: str

    def line_of(self, field: str) -> int:
        match = re.search(rf"^[ \t]*{field}\s*=", self.text, re.MULTILINE | re.IGNORECASE)
        return self.line + self.text.count("\n", 0, match.start()) if match else self.line


def _blocks(text: str) -> Iterator[_Block]:
    starts = list(_BLOCK.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    for match, end in zip(starts, ends, strict=True):
        line = text.count("\n", 0, match.start("type")) + 1
        yield _Block(match["type"].lower(), match["key"], line, text[match.start() : end].strip())


def _parse(block: _Block) -> tuple[BibtexEntry | None, list[str]]:
    """The entry as pybtex reads it on its own, and what pybtex objects to."""
    with pybtex.errors.capture() as errors:
        entries = Parser().parse_string(block.text).entries  # the parser itself: finding it by name is slow
    objections = [str(error) for error in errors]
    if not objections and not block.text.endswith(("}", ")")):
        objections.append("text after the closing brace")
    return (next(iter(entries.values())) if len(entries) == 1 else None), objections


@cache
def _plain(value: str) -> str:
    if not _MARKUP.search(value):
        return " ".join(value.split())
    return str(Text.from_latex(value)).strip()


def _normal(title: str) -> str:
    return re.sub(r"[^a-z0-9]", "", _plain(title).lower())


def _is_others(person: Person) -> bool:
    return str(person) == "others"


def _name(person: Person) -> str:
    family = _plain(" ".join(person.prelast_names + person.last_names))
    given = _plain(" ".join(person.first_names + person.middle_names))
    lineage = _plain(" ".join(person.lineage_names))
    return ", ".join(part for part in (family, lineage, given) if part)


def _is_corporate(person: Person) -> bool:
    return len(person.last_names) == 1 and person.last_names[0].startswith("{") and not person.first_names


def _entry(key: str, raw: BibtexEntry) -> Entry:
    fields = raw.fields
    return Entry(
        key=key,
        title=_plain(fields["title"]),
        authors=[_name(person) for person in raw.persons["author"] if not _is_others(person)],
        year=int(fields["year"]),
        venue=_plain(fields[VENUE_FIELD[raw.type]]),
        doi=fields.get("doi"),
        arxiv=fields.get("eprint"),
        url=fields.get("url"),
        peer_reviewed=fields["keywords"] == "peer-reviewed",
        note=_plain(fields.get("note", "")),
    )


def load_keys(path: str | Path) -> dict[str, Entry]:
    """All entries of a BibTeX file by key. A file with any fault is refused, with every fault named."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BibliographyError(f"{path.name}:{line}: not UTF-8; expected the file saved as UTF-8") from None
    except FileNotFoundError:
        raise BibliographyError(f"{path.name}: is missing; expected a BibTeX file") from None
    raw_entries, found = _survey(text, path.name)
    if found:
        raise BibliographyError("\n".join(map(str, found)))
    return {key: _entry(key, raw) for key, raw in raw_entries.items()}


def problems(text: str, filename: str) -> list[Problem]:
    """Every fault of a BibTeX file, in the order of the file."""
    return _survey(text, filename)[1]


def _survey(text: str, filename: str) -> tuple[dict[str, BibtexEntry], list[Problem]]:
    raw_entries: dict[str, BibtexEntry] = {}
    found: list[Problem] = []
    seen: dict[tuple[str, str], _Block] = {}

    for block in _blocks(text):

        def add(field: str, what: str, expected: str, block: _Block = block) -> None:
            found.append(Problem(filename, block.line_of(field) if field else block.line, block.key, what, expected))

        def once(kind: str, value: str, field: str, block: _Block = block) -> None:
            first = seen.setdefault((kind, value), block)
            if first is not block:
                found.append(
                    Problem(
                        filename,
                        block.line_of(field) if field else block.line,
                        block.key,
                        f"same {kind} as {first.key} on line {first.line}",
                        "one entry per source: merge the two",
                    )
                )

        if not KEY_FORM.fullmatch(block.key):
            add(
                "",
                f"key {block.key!r} is malformed",
                "lower-case ASCII of the form family name, year, word (brixi2026genome)",
            )
        once("key", block.key.lower(), "")

        if block.type not in VENUE_FIELD:
            add("", f"entry type @{block.type}", "one of " + ", ".join("@" + name for name in VENUE_FIELD))
            continue
        raw, objections = _parse(block)
        for objection in objections:
            add("", f"not valid BibTeX: {objection}", "an entry that pybtex reads")
        if raw is None or objections:
            continue
        raw_entries[block.key] = raw

        fields = {name.lower(): value for name, value in raw.fields.items()}
        if raw.persons.get("author"):
            fields["author"] = re.sub(r"\s+", " ", " and ".join(map(str, raw.persons["author"])))
        for name in sorted(set(fields) - FIELDS):
            add(name, f"unknown field {name!r}", "one of " + ", ".join(sorted(FIELDS)))
        for name in ("author", "title", "year", VENUE_FIELD[block.type], "keywords"):
            if not fields.get(name, "").strip():
                add(name, f"@{block.type} without {name}", f"a filled {name} field")

        _check_authors(raw, fields, add)
        _check_identifiers(fields, add)
        _check_text(fields, add)

        if "title" in fields:
            once("title", _normal(fields["title"]), "title")
        for name in ("doi", "eprint"):
            if name in fields:
                once(name, fields[name].lower(), name)
    return raw_entries, found


def _check_authors(raw: BibtexEntry, fields: dict[str, str], add: _Add) -> None:
    persons = raw.persons.get("author", [])
    others = [person for person in persons if _is_others(person)]
    admitted = INCOMPLETE in fields.get("note", "")
    if others and not admitted:
        add("author", "'and others' without a word on it", f"the full list, or a note that begins '{INCOMPLETE}: …'")
    if admitted and not others:
        add(
            "note",
            "the note says the author list is incomplete but it does not end in 'and others'",
            "the two together, or neither",
        )
    for person in persons:
        if _is_others(person):
            continue
        if not (person.first_names or _is_corporate(person)):
            add(
                "author",
                f"author {str(person)!r} has no given name",
                "'Family, Given', or {braces} around a corporate author",
            )
        if re.search(r"[0-9;@]", str(person)) and not _is_corporate(person):
            add("author", f"author {str(person)!r} is not one person", "names joined by 'and'")


def _check_identifiers(fields: dict[str, str], add: _Add) -> None:
    doi, arxiv, url = fields.get("doi"), fields.get("eprint"), fields.get("url")
    if not (doi or arxiv or url):
        add("", "no identifier", "a doi, an arXiv eprint or an https url")
    if doi is not None:
        if not DOI_FORM.fullmatch(doi):
            add(
                "doi",
                f"malformed DOI {doi!r}",
                "the bare form 10.prefix/suffix without spaces, percent signs, braces or a leading address",
            )
        if doi != doi.lower():
            add("doi", f"DOI {doi!r} has capitals", f"lower case: {doi.lower()}")
        if doi.rstrip(TRAILING) != doi or doi.count(")") > doi.count("("):
            add("doi", f"DOI {doi!r} ends in punctuation", "the DOI alone")
        if fields.get("keywords") == "peer-reviewed" and PREPRINT_DOI.match(doi):
            add(
                "doi",
                f"peer-reviewed entry with the preprint's DOI {doi!r}",
                "the DOI of the published version; the preprint's belongs in the note",
            )
    if arxiv is not None:
        if not ARXIV_FORM.fullmatch(arxiv):
            add("eprint", f"malformed arXiv identifier {arxiv!r}", "the form 2306.15006, without version")
        if fields.get("archiveprefix") != "arXiv":
            add("archiveprefix", f"eprint with archiveprefix {fields.get('archiveprefix')!r}", "arXiv")
    if url is not None:
        if not URL_FORM.fullmatch(url) or re.search(r"%(?![0-9A-Fa-f]{2})", url):
            add(
                "url",
                f"malformed URL {url!r}",
                "an https address without spaces, braces, backslashes or stray percent signs",
            )
        if url.rstrip(TRAILING) != url:
            add("url", f"URL {url!r} ends in punctuation", "the address alone")


def _check_text(fields: dict[str, str], add: _Add) -> None:
    if "year" in fields and not YEAR_FORM.fullmatch(fields["year"]):
        add("year", f"year {fields['year']!r}", "four digits")
    if "keywords" in fields and fields["keywords"] not in KEYWORDS:
        add("keywords", f"keywords {fields['keywords']!r}", "one of " + ", ".join(KEYWORDS))
    if re.search(r"[0-9]\s*[-–—]\s*[0-9]", fields.get("pages", "").replace("--", "to")):
        add("pages", f"page range {fields['pages']!r}", "two hyphens: 12--34")
    for name, placeholder in PLACEHOLDER.items():
        if placeholder.search(fields.get(name, "")):
            add(name, f"{name} {fields[name]!r} holds a placeholder", f"the {name} as printed, or no entry")
    for name in sorted(set(fields) & FIELDS - {"doi", "eprint", "url"}):
        special = LATEX_SPECIAL.search(fields[name])
        if special:
            add(name, f"{name} holds an unescaped {special[0]!r}", f"\\{special[0]}")
