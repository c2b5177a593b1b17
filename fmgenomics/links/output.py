"""Checks raw HTML in the sources, whose addresses are relative to the built page."""

from __future__ import annotations

from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote

from fmgenomics.links import urls
from fmgenomics.links.lookup import Lookup
from fmgenomics.links.page import Mention, Page
from fmgenomics.links.report import nearest

OUTPUT_FOLDERS = ("_static/", "_images/", "_downloads/", "_sources/")
OUTPUT_PAGES = frozenset({"index.html", "genindex.html", "search.html", "404.html"})
ABSOLUTE = "an absolute path breaks where the book is not at the root of its host"


class OutputChecks(Lookup):
    """The checks of raw HTML, and of directive options that reach the reader as they are."""

    def _html(self, page: Page, mention: Mention) -> None:
        target = mention.target.strip()
        tag, _, attribute = mention.detail.partition(".")
        if not target or target == "#":
            self.fault(mention, f"empty {attribute} of <{tag}>")
        elif target.startswith("data:") and tag in {"img", "source"}:
            return
        elif urls.looks_external(target):
            self.external(mention, mention.target)
        elif target.startswith("/"):
            self.fault(mention, ABSOLUTE)
        elif tag in {"image", "card", "button"} and target.endswith(tuple(self.book.dialect.settings["suffixes"])):
            self._source_link(page, mention, target)
        else:
            self._output(page, mention, unquote(target))

    def _source_link(self, page: Page, mention: Mention, target: str) -> None:
        near = f"{target.rpartition('.')[0]}.html"
        self.fault(mention, "this address goes to the reader as it is; link the built page, or use a label", near)

    def _output(self, page: Page, mention: Mention, target: str) -> None:
        path, _, anchor = target.partition("#")
        path = path.partition("?")[0]
        if not path:
            self._output_anchor(page, mention, page, anchor)
            return
        out = normpath(f"{page.doc.rpartition('/')[0]}/{path}" if "/" in page.doc else path)
        suffixes = tuple(self.book.dialect.settings["suffixes"])
        if out.startswith(".."):
            self.fault(mention, "the link leaves the book")
        elif out.endswith(suffixes):
            near = f"{path.rpartition('.')[0]}.html"
            self.fault(mention, "raw HTML links the built page, not its source", near)
        elif out.endswith(".html"):
            doc = out.removesuffix(".html")
            if doc in self.book.pages:
                self._output_anchor(page, mention, self.book.pages[doc], anchor)
            elif out not in OUTPUT_PAGES and not self._extra(out) and not self._made_by_the_build(out):
                near = nearest(doc, self.book.pages)
                self.fault(mention, "the book has no such page", near and f"{self.relative(page, near)}.html")
        elif not self._is_output(out) and not (self._made_by_the_build(out) and not self.book.files.exists(out)):
            message = (
                "the file exists but is not part of the built book"
                if self.book.files.is_file(out)
                else "no such file in the built book"
            )
            self.fault(
                mention,
                message,
                "" if self.book.files.is_file(out) else self.relative(page, self.book.files.nearest(out)),
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
        """Own static files are looked for; what themes and extensions bring, the check of the built pages knows."""
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
            self.fault(mention, f"no such id in {where}", near and f"#{near}")
