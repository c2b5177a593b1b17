"""What each directive holds: its names, images, files and links, and the text inside it that is read like any other."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING, Any

from docutils.parsers.rst import Directive
from myst_parser.parsers.directives import DirectiveParsingResult

from fmgenomics.links import rawhtml
from fmgenomics.links.page import Chunk, Label, Mention, Place

if TYPE_CHECKING:
    from fmgenomics.links.markup import Reader

# Directives whose body is data or code: nothing in it is a link.
LITERAL = frozenset(
    {
        "code",
        "code-block",
        "sourcecode",
        "raw-cell",
        "math",
        "highlight",
        "mermaid",
        "graphviz",
        "productionlist",
        "literalinclude",
        "meta",
        "role",
        "default-role",
        "index",
        "contents",
        "sectnum",
        "unicode",
        "replace",
        "date",
        "parsed-literal",
        "nb-exec-table",
        "thebe-button",
        "bibliography",
        "footbibliography",
        "tableofcontents",
        "toctree",
        "title",
        "tabularcolumns",
        "image",
        "eval",
    }
)
# Directives whose argument is text that the reader sees, so it may hold links.
TITLED_ARGUMENT = frozenset(
    {
        "admonition",
        "topic",
        "sidebar",
        "table",
        "list-table",
        "csv-table",
        "rubric",
        "card",
        "grid-item-card",
        "dropdown",
        "tab-item",
        "centered",
        "versionadded",
        "versionchanged",
        "versionremoved",
        "deprecated",
        "toggle",
        "margin",
        "card-header",
        "card-footer",
        "step",
    }
)
FIGURES = frozenset({"figure", "figure-md"})
TABLES = frozenset({"table", "list-table", "csv-table"})
CODES = frozenset({"code-block", "code", "sourcecode", "literalinclude"})
CARD_IMAGES = ("img-top", "img-bottom", "img-background")


@dataclass
class Block:
    """One directive whose text has been cut into arguments, options and body."""

    reader: Reader
    name: str
    cls: type[Directive]
    parsed: DirectiveParsingResult
    content: str
    chunk: Chunk
    first: int

    def __post_init__(self) -> None:
        self.page = self.reader.page
        self.options: dict[str, Any] = self.parsed.options
        self.argument = self.parsed.arguments[0] if self.parsed.arguments else ""
        self.body = "\n".join(self.parsed.body)
        # the body is the tail of the content (where no argument is possible it may start on the line of the head)
        self.body_line = self.first + 1 + len(self.content.splitlines()) - len(self.parsed.body)

    def place(self, needle: str = "") -> Place:
        return self.chunk.find(self.first, needle)

    def mention(self, kind: str, target: str, detail: str = "") -> None:
        self.page.mentions.append(
            Mention(kind, self.place(target), target, self.body.strip(), detail, folder=self.chunk.folder)
        )

    def read(self) -> None:
        self._name()
        self._common()
        if special := _SPECIAL.get(self.name):
            special(self)
            return
        if self.name in TITLED_ARGUMENT and self.argument:
            self.reader.text(self.argument, self.chunk, self.first)
        if self.cls.has_content and self.name not in LITERAL:
            self._body()

    def _body(self, offset: int = 0) -> None:
        if self.body.strip():
            chunk = replace(self.chunk.part(self.body, self.body_line), heading_offset=offset)
            self.reader.blocks(self.body, chunk, nested=True)

    def _kind(self) -> tuple[str, bool]:
        if self.name in FIGURES:
            captioned = bool(self.body.strip()) if self.name == "figure" else "\n\n" in self.body.strip()
            return "figure", captioned
        if self.name in TABLES:
            return "table", bool(self.argument)
        if self.name in CODES:
            return "code-block", bool(self.options.get("caption"))
        if self.name == "math":
            return "equation", False
        return "block", self.name in {"rubric", "glossary"}

    def _name(self) -> None:
        kind, titled = self._kind()
        name = str(self.options.get("name") or "")
        if self.name == "figure-md" and self.argument:
            name = self.argument
        if name:
            self.page.labels.append(Label(name, kind, titled, self.place(name)))
        self.reader.attach(kind, titled=titled)

    def _common(self) -> None:
        if caption := self.options.get("caption"):
            self.reader.text(str(caption), self.chunk, self.place(str(caption)).line)
        if target := self.options.get("target"):
            self._image_target(str(target))
        for option in CARD_IMAGES:
            if source := self.options.get(option):
                self.mention("image", str(source))
                if not str(self.options.get("img-alt") or "").strip():
                    self.page.fault(self.place(str(source)), str(source), "image without alt text (:img-alt:)")
        if (link := self.options.get("link")) is not None:
            self._typed_link(str(link), str(self.options.get("link-type") or "url"))

    def _image_target(self, target: str) -> None:
        if target.endswith("_"):
            self.page.fault(self.place(target), target, "reStructuredText target; give an address")
        else:
            self.mention("html", target, "image.target")

    def _typed_link(self, target: str, kind: str) -> None:
        if kind == "url":
            self.mention("html", target, "card.link")
        else:
            self.mention("label", target, kind)

    # directives that need more than their body read

    def _figure(self) -> None:
        self._check_image()
        self._body()

    def _image(self) -> None:
        self._check_image()

    def _check_image(self) -> None:
        alt = str(self.options.get("alt") or "").strip()
        if not alt:
            self.page.fault(self.place(self.argument), self.argument, "image without alt text (:alt:)")
        elif re.fullmatch(r"\S+\.(?:png|jpe?g|gif|svg|webp)", alt, re.I):
            self.page.fault(self.place(self.argument), self.argument, "the alt text is a file name")
        self.mention("image", self.argument)

    def _include(self) -> None:
        if {"literal", "code", "parser"} & set(self.options):
            self.mention("file", self.argument)
            return
        target = normpath(self._from_page(self.argument))
        path = self.reader.dialect.root / target
        if target.startswith("..") or not path.is_file():
            self.mention("file", self.argument)
            return
        self.mention("file", self.argument)
        if target in self.reader.files:
            self.page.fault(self.place(self.argument), self.argument, "the file includes itself")
            return
        self._included(target, path)

    def _included(self, target: str, path: Path) -> None:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            self.page.fault(self.place(self.argument), self.argument, "the included file is not UTF-8 text")
            return
        start, end = self.options.get("start-line"), self.options.get("end-line")
        text = "\n".join(text.splitlines()[start:end])
        first = 1 + (start or 0)
        if after := self.options.get("start-after"):
            before, found, text = text.partition(str(after))
            first += (before + found).count("\n")
            if not found:
                self.page.fault(self.place(str(after)), str(after), f"text not found in {target} (:start-after:)")
        if stop := self.options.get("end-before"):
            text, found, _ = text.partition(str(stop))
            if not found:
                self.page.fault(self.place(str(stop)), str(stop), f"text not found in {target} (:end-before:)")
        folder = (
            target.rpartition("/")[0]
            if "relative-docs" in self.options or "relative-images" in self.options
            else self.chunk.folder
        )
        self.page.included.add(target)
        self.reader.files.append(target)
        offset = int(self.options.get("heading-offset") or 0)
        self.reader.blocks(text, Chunk(target, first, tuple(text.splitlines()), offset, folder), nested=True)
        self.reader.files.pop()

    def _from_page(self, target: str) -> str:
        """A path of the book from a path written on this page."""
        if target.startswith("/"):
            return target.lstrip("/")
        folder = self.page.file.rpartition("/")[0]
        return f"{folder}/{target}" if folder else target

    def _literalinclude(self) -> None:
        self.mention("file", self.argument)
        if other := self.options.get("diff"):
            self.mention("file", str(other))

    def _raw(self) -> None:
        if source := self.options.get("file"):
            self.mention("file", str(source))
        if source := self.options.get("url"):
            self.mention("link", str(source))
        if "html" in self.argument.split():
            rawhtml.read(self.page, self.body, self.chunk.file, self.body_line, image_is_directive=False)

    def _math(self) -> None:
        if label := self.options.get("label"):
            self.page.equations.append((str(label), self.place(str(label))))

    def _bibliography(self) -> None:
        for source in self.parsed.arguments:
            self.mention("file", source)

    def _toctree(self) -> None:
        self.page.fault(self.place(), "{toctree}", "the order of the book is kept in _toc.yml alone")

    def _button_link(self) -> None:
        self.mention("html", self.argument, "button.link")
        self._body()

    def _button_ref(self) -> None:
        self.mention("label", self.argument, str(self.options.get("ref-type") or "any"))
        self._body()

    def _csv_table(self) -> None:
        if self.argument:
            self.reader.text(self.argument, self.chunk, self.first)
        if source := self.options.get("file"):
            self.mention("file", str(source))
        rows = csv.reader(
            self.body.splitlines(), delimiter=str(self.options.get("delim") or ","), skipinitialspace=True
        )
        line = self.body_line
        for row in rows:
            for cell in row:
                self.reader.blocks(cell, self.chunk.part(cell, line), nested=True)
            line = self.body_line + rows.line_num

    def _glossary(self) -> None:
        """Lines at the left edge are terms; what is indented below explains them and is MyST."""
        lines = self.body.splitlines()
        start = 0
        while start < len(lines):
            line = lines[start]
            if not line.strip() or line.startswith(".. "):
                start += 1
            elif not line[0].isspace():
                term = re.split(r" : ", line.strip())[0]
                self._term(term, self.body_line + start)
                start += 1
                if not (start < len(lines) and lines[start].strip()):
                    place = Place(self.chunk.file, self.body_line + start - 1)
                    self.page.fault(place, term, "term without an explanation (indented lines below it)")
            else:
                end = start
                while end < len(lines) and (not lines[end].strip() or lines[end][0].isspace()):
                    end += 1
                indent = min(len(text) - len(text.lstrip()) for text in lines[start:end] if text.strip())
                text = "\n".join(text[indent:] for text in lines[start:end])
                self.reader.blocks(text, self.chunk.part(text, self.body_line + start), nested=True)
                start = end

    def _term(self, written: str, line: int) -> None:
        children = self.reader.parser.parseInline(written, self.reader.env)[0].children or []
        plain = "".join(
            child.content for child in children if child.type in {"text", "text_special", "code_inline", "math_inline"}
        )
        self.page.terms.append((" ".join(plain.split()), Place(self.chunk.file, line)))
        self.reader.inline(children, self.chunk, line, line)


_SPECIAL: dict[str, Callable[[Block], None]] = {
    "figure": Block._figure,
    "image": Block._image,
    "include": Block._include,
    "literalinclude": Block._literalinclude,
    "raw": Block._raw,
    "math": Block._math,
    "bibliography": Block._bibliography,
    "toctree": Block._toctree,
    "button-link": Block._button_link,
    "button-ref": Block._button_ref,
    "csv-table": Block._csv_table,
    "glossary": Block._glossary,
}
