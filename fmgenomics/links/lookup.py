"""What every check of the sources needs: the book it looks things up in, and how a fault is noted."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from docutils.nodes import fully_normalize_name

from fmgenomics.links import urls
from fmgenomics.links.own import OwnSites
from fmgenomics.links.page import Label, Mention, Page
from fmgenomics.links.report import Fault, nearest
from fmgenomics.links.targets import Book


class Lookup:
    """A book, and the faults found in it so far."""

    def __init__(self, book: Book, *, numbered: bool) -> None:
        self.book = book
        self.numbered = numbered
        self.own = OwnSites.of(book.dialect.root, book.dialect.config)
        self.faults: list[Fault] = []

    def fault(self, mention: Mention, message: str, near: str = "", target: str | None = None) -> None:
        """Note a fault at the place of a mention."""
        shown = mention.target if target is None else target
        if target is None and not urls.looks_external(shown):
            shown = unquote(shown)  # as the author wrote it
        self.faults.append(Fault(mention.place.file, mention.place.line, shown, message, near))

    def external(self, mention: Mention, target: str, *, bare: bool = False) -> None:
        """What is wrong with an address outside the book; ``bare`` says it stands for itself."""
        wrong = urls.problem(target, bare=bare) or self.own.problem(target, self.book.files, self.book.pages)
        if wrong:
            self.fault(mention, wrong.message, wrong.nearest)
        elif not bare and (said := _other_address(mention.text, target)):
            self.fault(mention, f"the text shows another address: {said}")

    def find_label(self, name: str) -> tuple[str, Label] | None:
        """The page and label of a name, however it is written."""
        return self.book.labels.get(fully_normalize_name(name))

    def near_label(self, target: str) -> str:
        """The label most like a name that is none."""
        return nearest(target, (label.name for _, label in self.book.labels.values()))

    def relative(self, page: Page, target: str) -> str:
        """A path of the book as it is written on a page."""
        if not target:
            return ""
        here = page.file.split("/")[:-1]
        there = target.split("/")
        while here and len(there) > 1 and here[0] == there[0]:
            here, there = here[1:], there[1:]
        return "/".join([".."] * len(here) + there)

    def file_target(self, page: Page, mention: Mention, written: str, what: str = "file") -> None:
        """A file that the build reads or copies."""
        target = self.book.join(page, written.partition("#")[0] if what == "file" else written, mention.folder)
        if target.startswith(".."):
            self.fault(mention, f"the {what} lies outside the book's folder")
        elif target.endswith(".*") and what == "image":
            folder, _, stem = target[:-1].rpartition("/")
            if not any(name.startswith(stem) for name in self.book.files.names(folder)):
                self.fault(mention, "no image of that name in any format")
        elif not self.book.files.is_file(target):
            near = self.book.files.nearest(target)
            case = near.casefold() == target.casefold()
            self.fault(
                mention,
                f"no such {what}" + (" (upper and lower case differ)" if case else ""),
                self.relative(page, near),
            )
        elif target.startswith("_build/"):
            self.fault(mention, f"the {what} exists here but not in the repository")


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
