"""Checks the sources: every link, role, image and file of every page against what the book has."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from fmgenomics.links import dialect as dialects
from fmgenomics.links import toc as tocs
from fmgenomics.links import urls
from fmgenomics.links.dialect import Dialect
from fmgenomics.links.metadata import bibliography_faults, config_faults
from fmgenomics.links.output import ABSOLUTE, OutputChecks
from fmgenomics.links.page import Mention, Page
from fmgenomics.links.report import Fault, nearest
from fmgenomics.links.roles import RoleChecks
from fmgenomics.links.targets import EvidenceIds, read_book


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


class Checker(RoleChecks, OutputChecks):
    """Looks up every mention of a book."""

    def run(self) -> list[Fault]:
        """All faults of all pages and of the bibliography."""
        for page in self.book.pages.values():
            self.faults += page.faults
            self._notes(page)
            self._definitions(page)
            for mention in page.mentions:
                self._mention(page, mention)
        return [*self.faults, *bibliography_faults(self.book)]

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
            self.fault(mention, "the link has no target")
            return
        if (
            mention.detail == "linkify"
            and not re.match(r"^(?:[a-z]+:|www\.)", mention.text, re.I)
            and not target.startswith("mailto:")
        ):
            self.fault(
                mention,
                f"plain text turned into a link to {target}; put it in back-ticks or give the address",
                target=mention.text,
            )
            return
        scheme = urls.scheme_of(target)
        if target.startswith("#"):
            self._anchor(page, mention, unquote(target[1:]))
        elif scheme == "path":
            self.file_target(page, mention, unquote(target[5:]))
        elif scheme == "project":
            rest = unquote(target[8:])
            self._anchor(page, mention, rest[1:]) if rest.startswith("#") else self._path(page, mention, rest)
        elif scheme == "inv":
            if not self.book.dialect.settings["intersphinx"]:
                self.fault(mention, "inv: needs an intersphinx inventory, and the book has none")
        elif urls.looks_external(target):
            self.external(mention, target, bare=mention.auto)
        else:
            self._path(page, mention, unquote(target))

    def _anchor(self, page: Page, mention: Mention, name: str) -> None:
        if not name:
            self.fault(mention, "the link has no target")
            return
        if any(heading.slug == name for heading in page.headings):
            return
        found = self.find_label(name)
        if found is None:
            if name.lower() in self.book.terms or name in self.book.equations or name in self.book.pages:
                return
            near = nearest(name, {heading.slug for heading in page.headings if heading.slug} | set(self.book.labels))
            self.fault(mention, "no such anchor: no label of the book and no heading of this page", near and f"#{near}")
        elif not mention.text and not found[1].titled and found[0] != page.doc:
            self.fault(mention, "the label has no title, so the link needs a text")

    def _path(self, page: Page, mention: Mention, written: str) -> None:
        """A file, with an anchor or not; or, as MyST allows, the bare name of a page, label or term."""
        path, mark, anchor = written.partition("#")
        target = self.book.join(page, path, mention.folder)
        if target.startswith(".."):
            self.fault(mention, "the link leaves the book's folder")
            return
        if re.fullmatch(r"[^/\s]+@[^/\s]+\.[a-z]+", path):
            self.fault(mention, "an e-mail address needs mailto:", f"mailto:{path}")
            return
        if (mark and not anchor) or (path.endswith("/") and self.book.files.is_file(target)):
            self.fault(mention, "the address ends in a '#' or '/' too many", written.rstrip("#/"))
            return
        if self.book.files.is_file(target):
            self._existing_file(mention, target, anchor)
            return
        if not anchor and (
            target in self.book.pages
            or path in self.book.pages
            or self.find_label(path)
            or path.lower() in self.book.terms
        ):
            return
        self._missing_file(page, mention, target, path)

    def _missing_file(self, page: Page, mention: Mention, target: str, path: str) -> None:
        suffixes = tuple(self.book.dialect.settings["suffixes"])
        if target.endswith((".html", ".htm")):
            source = f"{target.rpartition('.')[0]}.md"
            if path.startswith("/"):
                message = f"{ABSOLUTE}; link the .md file by a relative path"
            else:
                message = "pages are linked by their source file (.md), not by the built page"
            self.fault(
                mention,
                message,
                self.relative(
                    page, source if self.book.files.is_file(source) else self.book.files.nearest(source, suffixes)
                ),
            )
        elif (self.book.dialect.root / target).is_dir() and self.book.files.exists(target):
            self.fault(mention, "a folder is not a page")
        elif target in self.book.pages or f"{target}.md" in {p.file for p in self.book.pages.values()}:
            self.fault(mention, "an anchor needs the file name with its suffix", f"{path}.md")
        else:
            near = (
                self.book.files.nearest(target, suffixes)
                if target.endswith(suffixes) or "." not in target
                else self.book.files.nearest(target)
            )
            if "/" not in path and "." not in path:
                near_label = nearest(path, set(self.book.labels))
                self.fault(mention, "no such file, page, label or term", near_label or self.relative(page, near))
                return
            same = near.casefold() == target.casefold()
            self.fault(
                mention,
                "no such file (upper and lower case differ)" if same else "no such file",
                self.relative(page, near),
            )

    def _existing_file(self, mention: Mention, target: str, anchor: str) -> None:
        doc = self.book.doc_of(target)
        if doc and doc not in self.book.pages:
            included = any(target in page.included for page in self.book.pages.values())
            why = (
                "the file is only included by other pages" if included else "the file exists but is no page of the book"
            )
            self.fault(mention, why, nearest(target, (page.file for page in self.book.pages.values()), 0.8))
        elif target.startswith("_build/") or any(part.startswith(".") for part in target.split("/")):
            self.fault(mention, "the file exists here but not in the published book")
        elif doc and anchor:
            slugs = {heading.slug for heading in self.book.pages[doc].headings if heading.slug}
            if anchor not in slugs:
                self._missing_anchor(mention, doc, anchor, slugs)

    def _missing_anchor(self, mention: Mention, doc: str, anchor: str, slugs: set[str]) -> None:
        if (found := self.find_label(anchor)) and found[0] == doc:
            self.fault(
                mention,
                "a label is linked without its file (MyST looks only for headings after a file name)",
                f"#{anchor}",
            )
        else:
            near = nearest(anchor, slugs)
            self.fault(mention, f"no heading with this anchor in {self.book.pages[doc].file}", near and f"#{near}")

    # files and images

    def _image(self, page: Page, mention: Mention) -> None:
        target = mention.target
        if not target.strip():
            self.fault(mention, "image without a file")
            return
        if target.startswith("data:image/"):
            return
        if urls.looks_external(target):
            self.external(mention, target)
            return
        self.file_target(page, mention, unquote(target), what="image")

    def _file(self, page: Page, mention: Mention) -> None:
        if mention.target.startswith("<"):
            return
        self.file_target(page, mention, mention.target)

    # plain text

    def _text_url(self, _page: Page, mention: Mention) -> None:
        if wrong := urls.problem(mention.target, bare=True):
            self.fault(mention, wrong.message, wrong.nearest)
        else:
            self.fault(
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
            self.fault(mention, "shown as plain text; a link is written [text](address)")
        elif text in self.book.keys:
            self.fault(mention, f"shown as plain text; a citation is written {{cite}}`{text}`")
        elif text.lower() in titles:
            self.fault(mention, "the title of a section, but not a link; write [text](address)")
        elif definitions and (near := nearest(text.lower(), definitions, 0.8)):
            self.fault(mention, "link without a definition, shown as plain text", f"[{near}]")
        elif re.fullmatch(r"\S+\.md(?:#\S*)?", text):
            self.fault(mention, "shown as plain text; a link is written [text](address)")
        elif text.startswith("@") and text[1:] in self.book.keys:
            self.fault(mention, f"shown as plain text; a citation is written {{cite}}`{text[1:]}`")

    def _substitution(self, page: Page, mention: Mention) -> None:
        name = re.split(r"[|.(\s\[]", mention.target, maxsplit=1)[0]
        known = (
            page.substitutions
            | set(self.book.dialect.settings["substitutions"])
            | {"env", "wordcount-words", "wordcount-minutes"}
        )
        if name and name not in known:
            self.fault(mention, "no such substitution", nearest(name, known))
