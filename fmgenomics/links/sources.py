"""Checks the sources: every link, role, image and file of every page against what the book has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urlsplit

import yaml
from docutils.nodes import fully_normalize_name
from sphinxcontrib.bibtex.citation_target import parse_citation_targets

from fmgenomics.links import dialect as dialects
from fmgenomics.links import toc as tocs
from fmgenomics.links import urls
from fmgenomics.links.dialect import CONFIG, Dialect
from fmgenomics.links.own import OwnSites
from fmgenomics.links.page import Label, Mention, Page
from fmgenomics.links.report import Fault, nearest
from fmgenomics.links.targets import Book, EvidenceIds, read_book

OUTPUT_FOLDERS = ("_static/", "_images/", "_downloads/", "_sources/")
OUTPUT_PAGES = frozenset({"index.html", "genindex.html", "search.html", "404.html"})
NUMBERED = frozenset({"figure", "table", "code-block"})
_EXPLICIT = re.compile(r"^(?P<text>.+?)\s*(?<!\x00)<(?P<target>[^<>]*)>$", re.S)
_ROLE_URL = frozenset({"bdg-link"})


def check(root: Path, dialect: Dialect | None = None, evidence: EvidenceIds | None = None) -> list[Fault]:
    """All faults in the sources of the book at ``root``.

    Raises ConfigError when _config.yml or _toc.yml cannot be read at all.
    """
    dialect = dialect or dialects.load(root)
    toc = tocs.read(dialect)
    book = read_book(dialect, toc.docs, evidence)
    checker = Checker(book, numbered=toc.numbered)
    faults = [*toc.faults, *book.faults, *checker.run()]
    included = {file for page in book.pages.values() for file in page.included}
    faults += tocs.strays(dialect, toc, included)
    faults += config_faults(dialect, checker.own, book)
    return sorted(set(faults))


class Checker:
    """Looks up every mention of a book."""

    def __init__(self, book: Book, *, numbered: bool) -> None:
        self.book = book
        self.numbered = numbered
        self.own = OwnSites.of(book.dialect.root, book.dialect.config)
        self.faults: list[Fault] = []

    def run(self) -> list[Fault]:
        """All faults of all pages and of the bibliography."""
        for page in self.book.pages.values():
            self.faults += page.faults
            self._notes(page)
            self._definitions(page)
            for mention in page.mentions:
                self._mention(page, mention)
        self._bibliography()
        return self.faults

    def _fault(self, mention: Mention, message: str, near: str = "", target: str | None = None) -> None:
        shown = mention.target if target is None else target
        self.faults.append(Fault(mention.place.file, mention.place.line, shown, message, near))

    def _mention(self, page: Page, mention: Mention) -> None:
        check = {
            "link": self._link,
            "image": self._image,
            "file": self._file,
            "role": self._role,
            "label": self._named,
            "html": self._html,
            "text-url": self._text_url,
            "bracket": self._bracket,
            "substitution": self._substitution,
        }[mention.kind]
        check(page, mention)

    # footnotes and definitions

    def _notes(self, page: Page) -> None:
        used = {label for label, _ in page.notes_used}
        seen: dict[str, int] = {}
        for label, place in page.notes_defined:
            if label in seen:
                self.faults.append(
                    Fault(place.file, place.line, f"[^{label}]", f"footnote defined twice; first on line {seen[label]}")
                )
            elif label not in used:
                near = nearest(label, (name for name, _ in page.notes_used))
                self.faults.append(
                    Fault(
                        place.file, place.line, f"[^{label}]", "footnote defined but never used", near and f"[^{near}]"
                    )
                )
            seen.setdefault(label, place.line)
        defined = {label for label, _ in page.notes_defined}
        for label, place in page.notes_used:
            if label not in defined:
                self.faults.append(Fault(place.file, place.line, f"[^{label}]", "footnote without a definition"))

    def _definitions(self, page: Page) -> None:
        for label, (href, place) in page.definitions.items():
            if label not in page.definitions_used and label != "//":
                message = f"link definition [{label.lower()}] is never used"
                self.faults.append(Fault(place.file, place.line, href, message))

    # Markdown links

    def _link(self, page: Page, mention: Mention) -> None:
        target = mention.target
        if not target.strip() or target in {"#", "<>"}:
            self._fault(mention, "the link has no target")
            return
        if (
            mention.detail == "linkify"
            and not re.match(r"^(?:[a-z]+:|www\.)", mention.text, re.I)
            and not target.startswith("mailto:")
        ):
            self._fault(
                mention,
                f"plain text turned into a link to {target}; put it in back-ticks or give the address",
                target=mention.text,
            )
            return
        scheme = urls.scheme_of(target)
        if target.startswith("#"):
            self._anchor(page, mention, unquote(target[1:]))
        elif scheme == "path":
            self._file_target(page, mention, unquote(target[5:]))
        elif scheme == "project":
            rest = unquote(target[8:])
            self._anchor(page, mention, rest[1:]) if rest.startswith("#") else self._path(page, mention, rest)
        elif scheme == "inv":
            if not self.book.dialect.settings["intersphinx"]:
                self._fault(mention, "inv: needs an intersphinx inventory, and the book has none")
        elif urls.looks_external(target):
            self._external(mention, target, bare=mention.auto)
        else:
            self._path(page, mention, unquote(target))

    def _external(self, mention: Mention, target: str, *, bare: bool = False) -> None:
        wrong = urls.problem(target, bare=bare) or self.own.problem(target, self.book.files, self.book.pages)
        if wrong:
            self._fault(mention, wrong.message, wrong.nearest)
        elif not bare and (said := _other_address(mention.text, target)):
            self._fault(mention, f"the text shows another address: {said}")

    def _anchor(self, page: Page, mention: Mention, name: str) -> None:
        if not name:
            self._fault(mention, "the link has no target")
            return
        if any(heading.slug == name for heading in page.headings):
            return
        found = self._find_label(name)
        if found is None:
            if name.lower() in self.book.terms or name in self.book.equations or name in self.book.pages:
                return
            near = nearest(name, {heading.slug for heading in page.headings if heading.slug} | set(self.book.labels))
            self._fault(
                mention, "no such anchor: no label of the book and no heading of this page", near and f"#{near}"
            )
        elif not mention.text and not found[1].titled and found[0] != page.doc:
            self._fault(mention, "the label has no title, so the link needs a text")

    def _find_label(self, name: str) -> tuple[str, Label] | None:
        return self.book.labels.get(fully_normalize_name(name))

    def _path(self, page: Page, mention: Mention, written: str) -> None:
        """A file, with an anchor or not; or, as MyST allows, the bare name of a page, label or term."""
        path, _, anchor = written.partition("#")
        path = path.partition("?")[0]
        target = self.book.join(page, path, mention.folder)
        if target.startswith(".."):
            self._fault(mention, "the link leaves the book's folder")
            return
        if self.book.files.is_file(target):
            self._existing_file(mention, target, anchor)
            return
        if not anchor and (
            target in self.book.pages
            or path in self.book.pages
            or self._find_label(path)
            or path.lower() in self.book.terms
        ):
            return
        self._missing_file(page, mention, target, path)

    def _missing_file(self, page: Page, mention: Mention, target: str, path: str) -> None:
        suffixes = tuple(self.book.dialect.settings["suffixes"])
        if target.endswith((".html", ".htm")):
            source = f"{target.rpartition('.')[0]}.md"
            if path.startswith("/"):
                message = "an absolute path breaks where the book is not at the root of its host; link the .md file by a relative path"
            else:
                message = "pages are linked by their source file (.md), not by the built page"
            self._fault(
                mention,
                message,
                self._relative(
                    page, source if self.book.files.is_file(source) else self.book.files.nearest(source, suffixes)
                ),
            )
        elif (self.book.dialect.root / target).is_dir() and self.book.files.exists(target):
            self._fault(mention, "a folder is not a page")
        elif target in self.book.pages or f"{target}.md" in {p.file for p in self.book.pages.values()}:
            self._fault(mention, "an anchor needs the file name with its suffix", f"{path}.md")
        else:
            near = (
                self.book.files.nearest(target, suffixes)
                if target.endswith(suffixes) or "." not in target
                else self.book.files.nearest(target)
            )
            if "/" not in path and "." not in path:
                near_label = nearest(path, set(self.book.labels))
                self._fault(mention, "no such file, page, label or term", near_label or self._relative(page, near))
                return
            same = near.casefold() == target.casefold()
            self._fault(
                mention,
                "no such file (upper and lower case differ)" if same else "no such file",
                self._relative(page, near),
            )

    def _relative(self, page: Page, target: str) -> str:
        if not target:
            return ""
        here = page.file.split("/")[:-1]
        there = target.split("/")
        while here and len(there) > 1 and here[0] == there[0]:
            here, there = here[1:], there[1:]
        return "/".join([".."] * len(here) + there)

    def _existing_file(self, mention: Mention, target: str, anchor: str) -> None:
        doc = self.book.doc_of(target)
        if doc and doc not in self.book.pages:
            included = any(target in page.included for page in self.book.pages.values())
            why = (
                "the file is only included by other pages" if included else "the file exists but is no page of the book"
            )
            self._fault(mention, why, nearest(target, (page.file for page in self.book.pages.values()), 0.8))
        elif target.startswith("_build/") or any(part.startswith(".") for part in target.split("/")):
            self._fault(mention, "the file exists here but not in the published book")
        elif doc and anchor:
            slugs = {heading.slug for heading in self.book.pages[doc].headings if heading.slug}
            if anchor not in slugs:
                self._missing_anchor(mention, doc, anchor, slugs)

    def _missing_anchor(self, mention: Mention, doc: str, anchor: str, slugs: set[str]) -> None:
        if (found := self._find_label(anchor)) and found[0] == doc:
            self._fault(
                mention,
                "a label is linked without its file (MyST looks only for headings after a file name)",
                f"#{anchor}",
            )
        else:
            near = nearest(anchor, slugs)
            self._fault(mention, f"no heading with this anchor in {self.book.pages[doc].file}", near and f"#{near}")

    # files and images

    def _image(self, page: Page, mention: Mention) -> None:
        target = mention.target
        if not target.strip():
            self._fault(mention, "image without a file")
            return
        if target.startswith("data:image/"):
            return
        if urls.looks_external(target):
            self._external(mention, target)
            return
        self._file_target(page, mention, unquote(target), what="image")

    def _file(self, page: Page, mention: Mention) -> None:
        if mention.target.startswith("<"):
            return
        self._file_target(page, mention, mention.target)

    def _file_target(self, page: Page, mention: Mention, written: str, what: str = "file") -> None:
        target = self.book.join(page, written.partition("#")[0] if what == "file" else written, mention.folder)
        if target.startswith(".."):
            self._fault(mention, f"the {what} lies outside the book's folder")
        elif target.endswith(".*") and what == "image":
            folder, _, stem = target[:-1].rpartition("/")
            if not any(name.startswith(stem) for name in self.book.files.names(folder)):
                self._fault(mention, "no image of that name in any format")
        elif not self.book.files.is_file(target):
            near = self.book.files.nearest(target)
            case = near.casefold() == target.casefold()
            self._fault(
                mention,
                f"no such {what}" + (" (upper and lower case differ)" if case else ""),
                self._relative(page, near),
            )
        elif target.startswith("_build/"):
            self._fault(mention, f"the {what} exists here but not in the repository")

    # roles

    def _role(self, page: Page, mention: Mention) -> None:
        name = mention.detail.removeprefix("std:").lower()
        if name in {"cite", "footcite"} or name.startswith(("cite:", "footcite:")):
            self._cite(mention)
            return
        text, target = _role_target(mention.target)
        if not target.strip():
            self._fault(mention, f"{{{mention.detail}}} without a target")
        elif name in {"ref", "numref", "doc", "term", "eq", "math:numref", "download", "any"}:
            getattr(self, f"_role_{name.replace('math:', 'math_')}")(page, mention, text, target)
        elif name in {"fact", "result", "verdict"}:
            self._evidence(mention, name, target)
        elif name.startswith("bdg-link") or name in {"uri", "url"}:
            if wrong := urls.problem(target):
                self._fault(mention, wrong.message, wrong.nearest, target)
        elif name.startswith("bdg-ref"):
            self._role_any(page, mention, text, target)

    def _role_ref(self, _page: Page, mention: Mention, text: str, target: str) -> None:
        found = self._find_label(target)
        if found is None:
            self._fault(mention, "no such label", self._near_label(target), target)
        elif not text and not found[1].titled:
            self._fault(
                mention, "the label has no title or caption, so {ref} needs a text: {ref}`text <label>`", target=target
            )

    def _near_label(self, target: str) -> str:
        return nearest(target, (label.name for _, label in self.book.labels.values()))

    def _role_numref(self, _page: Page, mention: Mention, _text: str, target: str) -> None:
        found = self._find_label(target)
        if found is None:
            numbered = [label.name for _, label in self.book.labels.values() if label.kind in NUMBERED]
            self._fault(mention, "no such figure, table or code block", nearest(target, numbered), target)
        elif found[1].kind == "section" and not self.numbered:
            self._fault(mention, "sections of this book have no numbers; use {ref}", target=target)
        elif found[1].kind not in {*NUMBERED, "section"}:
            self._fault(
                mention, f"the label stands on a {found[1].kind}, which has no number; use {{ref}}", target=target
            )

    def _role_doc(self, page: Page, mention: Mention, _text: str, target: str) -> None:
        doc = self.book.join(page, target)
        if doc in self.book.pages:
            return
        if self.book.doc_of(doc) in self.book.pages:
            self._fault(mention, "{doc} takes the page without its suffix", self.book.doc_of(target), target)
            return
        near = nearest(doc, self.book.pages)
        self._fault(mention, "no such page", self._relative(page, near), target)

    def _role_term(self, _page: Page, mention: Mention, _text: str, target: str) -> None:
        if " ".join(target.split()).lower() not in self.book.terms:
            self._fault(
                mention,
                "no such term in the glossary",
                nearest(target, (term for term, _ in self.book.terms.values())),
                target,
            )

    def _role_eq(self, _page: Page, mention: Mention, _text: str, target: str) -> None:
        if target not in self.book.equations:
            self._fault(mention, "no such equation", nearest(target, self.book.equations), target)

    _role_math_numref = _role_eq

    def _role_download(self, page: Page, mention: Mention, _text: str, target: str) -> None:
        if urls.looks_external(target):
            self._external(mention, target)
        else:
            self._file_target(page, Mention("file", mention.place, target), target)

    def _role_any(self, page: Page, mention: Mention, _text: str, target: str) -> None:
        known = self._find_label(target) or target.lower() in self.book.terms or target in self.book.equations
        if not known and self.book.join(page, target) not in self.book.pages:
            self._fault(mention, "no such label, page, term or equation", self._near_label(target), target)

    def _cite(self, mention: Mention) -> None:
        try:
            cited = [found.key for found in parse_citation_targets(mention.target)]
        except ValueError:
            self._fault(mention, "malformed citation; write {cite}`key` or {cite}`key1,key2`")
            return
        for key in cited:
            if key not in self.book.keys:
                self._fault(mention, "no such key in the bibliography", nearest(key, self.book.keys), key)

    def _evidence(self, mention: Mention, role: str, target: str) -> None:
        target = target.split(";")[0].strip()  # what follows says how the number is written
        known = self.book.evidence.known(role)
        if known is None or target in known:
            return
        if role == "fact" and target in self.book.evidence.empty:
            self._fault(mention, "this cell of the evidence table is empty", target=target)
        else:
            self._fault(mention, f"no such {role} in the evidence tables", nearest(target, known), target)

    def _named(self, page: Page, mention: Mention) -> None:
        if mention.detail == "ref":
            self._role_ref(page, mention, mention.text, mention.target)
        elif mention.detail == "doc":
            self._role_doc(page, mention, mention.text, mention.target)
        else:
            self._role_any(page, mention, mention.text, mention.target)

    # raw HTML, whose addresses are relative to the built page

    def _html(self, page: Page, mention: Mention) -> None:
        target = mention.target.strip()
        tag, _, attribute = mention.detail.partition(".")
        if not target or target == "#":
            self._fault(mention, f"empty {attribute} of <{tag}>")
        elif target.startswith("data:") and tag in {"img", "source"}:
            return
        elif urls.looks_external(target):
            self._external(mention, mention.target)
        elif target.startswith("/"):
            self._fault(mention, "an absolute path breaks where the book is not at the root of its host")
        elif tag in {"image", "card", "button"} and target.endswith(tuple(self.book.dialect.settings["suffixes"])):
            self._source_link(page, mention, target)
        else:
            self._output(page, mention, unquote(target))

    def _source_link(self, page: Page, mention: Mention, target: str) -> None:
        near = f"{target.rpartition('.')[0]}.html"
        self._fault(mention, "this address goes to the reader as it is; link the built page, or use a label", near)

    def _output(self, page: Page, mention: Mention, target: str) -> None:
        path, _, anchor = target.partition("#")
        path = path.partition("?")[0]
        if not path:
            self._output_anchor(page, mention, page, anchor)
            return
        out = normpath(f"{page.doc.rpartition('/')[0]}/{path}" if "/" in page.doc else path)
        suffixes = tuple(self.book.dialect.settings["suffixes"])
        if out.startswith(".."):
            self._fault(mention, "the link leaves the book")
        elif out.endswith(suffixes):
            near = f"{path.rpartition('.')[0]}.html"
            self._fault(mention, "raw HTML links the built page, not its source", near)
        elif out.endswith(".html"):
            doc = out.removesuffix(".html")
            if doc in self.book.pages:
                self._output_anchor(page, mention, self.book.pages[doc], anchor)
            elif out not in OUTPUT_PAGES and not self._extra(out) and not self._made_by_the_build(out):
                near = nearest(doc, self.book.pages)
                self._fault(mention, "the book has no such page", near and f"{self._relative(page, near)}.html")
        elif not self._is_output(out) and not (self._made_by_the_build(out) and not self.book.files.exists(out)):
            message = (
                "the file exists but is not part of the built book"
                if self.book.files.is_file(out)
                else "no such file in the built book"
            )
            self._fault(
                mention,
                message,
                "" if self.book.files.is_file(out) else self._relative(page, self.book.files.nearest(out)),
            )

    def _made_by_the_build(self, out: str) -> bool:
        """Whether the book's own extensions may write it; the check of the built pages knows for certain."""
        folders = {doc.split("/")[0] for doc in self.book.pages if "/" in doc}
        return bool(self.book.dialect.local_modules) and "/" in out and out.split("/")[0] not in folders

    def _is_output(self, out: str) -> bool:
        if out.startswith("_static/"):
            return self._static(out)
        return out.startswith(OUTPUT_FOLDERS) or self._extra(out)

    def _static(self, out: str) -> bool:
        """Own static files are looked for; what the theme and extensions bring is left to the check of the built pages."""
        name = out.removeprefix("_static/")
        folders = [
            str(folder) for folder in self.book.dialect.settings["static_paths"] if not Path(str(folder)).is_absolute()
        ]
        own = any(self.book.files.is_file(normpath(f"{folder}/{name}")) for folder in folders)
        return own or "/" not in name or not folders

    def _extra(self, out: str) -> bool:
        for extra in self.book.dialect.settings["extra_paths"]:
            if self.book.files.is_file(normpath(f"{extra}/{out}")) or normpath(str(extra)) == out:
                return True
        return False

    def _output_anchor(self, page: Page, mention: Mention, other: Page, anchor: str) -> None:
        if not anchor or anchor == "top" or other.generated:
            return
        ids = self.book.html_ids(other)
        if anchor not in ids:
            near = nearest(anchor, ids)
            where = "this page" if other is page else other.file
            self._fault(mention, f"no such id in {where}", near and f"#{near}")

    # plain text

    def _text_url(self, _page: Page, mention: Mention) -> None:
        if wrong := urls.problem(mention.target, bare=True):
            self._fault(mention, wrong.message, wrong.nearest)
        else:
            self._fault(
                mention,
                "address in plain text is no link here; write <address> or [text](address)",
                f"<{mention.target}>",
            )

    def _bracket(self, page: Page, mention: Mention) -> None:
        """Plain ``[text]``: a fault only where the text is, or nearly is, the name of something that can be linked."""
        text = mention.target
        definitions = {label.lower(): label for label in page.definitions}
        files = {page.file.rpartition("/")[2] for page in self.book.pages.values()}
        names = (
            set(self.book.labels) | set(self.book.pages) | {doc.rpartition("/")[2] for doc in self.book.pages} | files
        )
        titles = {
            heading.title.lower()
            for other in self.book.pages.values()
            for heading in other.headings
            if " " in heading.title
        }
        if text.lower() in names and re.search(r"[-_./]", text):
            self._fault(mention, "shown as plain text; a link is written [text](address)")
        elif text in self.book.keys:
            self._fault(mention, f"shown as plain text; a citation is written {{cite}}`{text}`")
        elif text.lower() in titles:
            self._fault(mention, "the title of a section, but not a link; write [text](address)")
        elif definitions and (near := nearest(text.lower(), definitions, 0.8)):
            self._fault(mention, "link without a definition, shown as plain text", f"[{near}]")
        elif re.fullmatch(r"\S+\.md(?:#\S*)?", text):
            self._fault(mention, "shown as plain text; a link is written [text](address)")
        elif text.startswith("@") and text[1:] in self.book.keys:
            self._fault(mention, f"shown as plain text; a citation is written {{cite}}`{text[1:]}`")

    def _substitution(self, page: Page, mention: Mention) -> None:
        name = re.split(r"[|.(\s\[]", mention.target, maxsplit=1)[0]
        known = (
            page.substitutions
            | set(self.book.dialect.settings["substitutions"])
            | {"env", "wordcount-words", "wordcount-minutes"}
        )
        if name and name not in known:
            self._fault(mention, "no such substitution", nearest(name, known))

    # bibliography

    def _bibliography(self) -> None:
        for entry in self.book.entries:
            for name, wrong in _entry_problems(entry.fields):
                line = entry.lines.get(name, entry.place.line)
                self.faults.append(
                    Fault(
                        entry.place.file,
                        line,
                        entry.fields[name],
                        f"{name} of {entry.key}: {wrong.message}",
                        wrong.nearest,
                    )
                )


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


def _role_target(written: str) -> tuple[str, str]:
    match = _EXPLICIT.match(written)
    if match:
        return match.group("text").strip(), match.group("target").strip()
    return "", written.lstrip("!~").strip()


def _other_address(text: str, target: str) -> str:
    """The address a link's text shows, when it is another one than it leads to."""
    said = text.strip()
    bare_doi = urls.DOI.match(said)
    if bare_doi:
        return (
            said if urlsplit(target).hostname in urls.DOI_HOSTS and _plain(f"doi.org/{said}") != _plain(target) else ""
        )
    if " " in said or not re.match(r"^(?:https?://|www\.)\S+$", said):
        return ""
    return said if _plain(said) != _plain(target) and not said.endswith(("…", "...")) else ""


def _plain(address: str) -> str:
    plain = re.sub(r"^https?://(?:www\.|dx\.(?=doi\.org))?", "", unquote(address).strip().lower())
    return re.sub(r"^www\.", "", plain).rstrip("/")


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
