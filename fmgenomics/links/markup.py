"""Reads a MyST page, block by block, into a ``Page``: nested directives and included files too, with their own lines.

The parser is MyST's, with the book's own settings; the text of a directive is cut into arguments, options and body
by MyST's own function. So what is read here is what the build reads.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import normpath
from typing import Any

import yaml
from docutils.parsers.rst import Directive
from docutils.parsers.rst.states import MarkupError
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from myst_nb.core.read import _MockDirective, is_myst_markdown_notebook
from myst_parser.mdit_to_docutils.base import compute_unique_slug
from myst_parser.parsers.directives import DirectiveParsingResult, parse_directive_text
from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound

from fmgenomics.links import rawhtml, urls
from fmgenomics.links.dialect import Dialect
from fmgenomics.links.inline import Inline
from fmgenomics.links.page import Heading, Label, Mention, Page, Place
from fmgenomics.links.report import nearest

# Directives whose body is data or code: nothing in it is a link.
LITERAL = frozenset(
    "code code-block sourcecode raw-cell math highlight mermaid graphviz productionlist literalinclude meta role default-role "
    "index contents sectnum unicode replace date parsed-literal nb-exec-table thebe-button bibliography footbibliography "
    "tableofcontents toctree title tabularcolumns image eval".split()
)
# Directives whose argument is text that the reader sees, so it may hold links.
TITLED_ARGUMENT = frozenset(
    "admonition topic sidebar table list-table csv-table rubric card grid-item-card dropdown tab-item centered versionadded "
    "versionchanged versionremoved deprecated toggle margin card-header card-footer step".split()
)
FIGURES = frozenset({"figure", "figure-md"})
TABLES = frozenset({"table", "list-table", "csv-table"})
CODES = frozenset({"code-block", "code", "sourcecode", "literalinclude"})
CARD_IMAGES = ("img-top", "img-bottom", "img-background")
_FENCES = frozenset({"fence", "colon_fence"})
_HEAD = re.compile(r"^\{([^\s{}]*)\}$")


@dataclass(frozen=True)
class Chunk:
    """A piece of a file: its lines, and the number of the first of them."""

    file: str
    first: int
    lines: tuple[str, ...]
    heading_offset: int = 0
    folder: str | None = None

    def line(self, number: int) -> str:
        index = number - self.first
        return self.lines[index] if 0 <= index < len(self.lines) else ""

    def part(self, text: str, first: int) -> Chunk:
        return replace(self, first=first, lines=tuple(text.splitlines()))


class Reader:
    """Reads one page. Make a new one for each page: link definitions and footnotes are the page's own."""

    def __init__(self, dialect: Dialect, doc: str, file: str, parser: MarkdownIt | None = None) -> None:
        self.dialect = dialect
        self.parser = parser or dialect.parser()
        self.page = Page(doc, file)
        self.env: dict[str, Any] = {}
        self.slugs: set[str] = set()
        self.pending: list[tuple[str, Place]] = []
        self.files: list[str] = [file]
        self.is_notebook = False

    def read(self) -> Page:
        """Read the page from its file.

        Raises OSError when it cannot be opened and UnicodeDecodeError when it is not UTF-8.
        """
        text = (self.dialect.root / self.page.file).read_text(encoding="utf-8")
        self.is_notebook = is_myst_markdown_notebook(text)
        self._blocks(text, Chunk(self.page.file, 1, tuple(text.splitlines())))
        self._attach("block", titled=False)
        return self.page

    # blocks

    def _blocks(self, text: str, chunk: Chunk, *, nested: bool = False) -> None:
        known = set(self.env.get("references", {}))
        tokens = self.parser.parse(text + "\n", self.env)
        self._definitions(known, chunk)
        if tokens and tokens[0].type == "front_matter":
            front = tokens.pop(0)
            if not nested:
                self._front_matter(front.content, chunk)
        span = (chunk.first, chunk.first)
        for index, token in enumerate(tokens):
            if token.map and token.map[1] > token.map[0]:
                span = (chunk.first + token.map[0], chunk.first + token.map[1] - 1)
            self._block(tokens, index, chunk, span)

    def _block(self, tokens: Sequence[Token], index: int, chunk: Chunk, span: tuple[int, int]) -> None:
        token = tokens[index]
        first, last = span
        if token.type == "myst_target":
            self.pending.append((token.content.strip(), Place(chunk.file, first)))
            return
        if token.nesting < 0 or token.type in {"myst_line_comment", "myst_block_break"}:
            return
        if token.type == "heading_open":
            self._heading(tokens, index, chunk, first)
        elif token.type == "inline":
            self._inline(token.children or [], chunk, first, last)
        elif token.type in _FENCES:
            self._fence(token, chunk, first, last)
        elif token.type == "html_block":
            image = "html_image" in self.dialect.myst.enable_extensions and rawhtml.only_images(token.content)
            rawhtml.read(self.page, token.content, chunk.file, first, image_is_directive=image)
            self._attach("block", titled=False)
        elif token.type in {"math_block_label", "math_block_eqno"}:
            self.page.equations.append((str(token.info).strip(), Place(chunk.file, last)))
            self._attach("equation", titled=False)
        elif token.type == "footnote_reference_open":
            self.page.notes_defined.append((str(token.meta["label"]), Place(chunk.file, first)))
        elif token.type == "substitution_block":
            self.page.mentions.append(Mention("substitution", Place(chunk.file, first), token.content.strip()))
        elif token.type in {"dl_open", "field_list_open"}:
            self._block_label(token, chunk, first, titled=True)
            self._attach("list", titled=True)
        else:
            self._block_label(token, chunk, first, titled=False)
            self._attach("table" if token.type == "table_open" else "block", titled=False)

    def _block_label(self, token: Token, chunk: Chunk, line: int, *, titled: bool) -> None:
        if name := token.attrs.get("id"):
            self.page.labels.append(Label(str(name), "block", titled, Place(chunk.file, max(chunk.first, line - 1))))

    def _attach(self, kind: str, *, titled: bool, heading: str = "") -> None:
        for name, place in self.pending:
            self.page.labels.append(Label(name, kind, titled, place, heading))
        self.pending.clear()

    def _heading(self, tokens: Sequence[Token], index: int, chunk: Chunk, line: int) -> None:
        token, inline = tokens[index], tokens[index + 1]
        level = int(token.tag[1]) + chunk.heading_offset
        words = {"text", "code_inline", "text_special", "math_inline"}
        title = "".join(child.content for child in inline.children or [] if child.type in words)
        slug = ""
        if level <= self.dialect.myst.heading_anchors:
            # MyST takes text and code for the slug; escapes are text to it, so they are joined first
            joined = Token("inline", "", 0, children=[_as_text(child) for child in inline.children or []])
            tree = SyntaxTreeNode([token, joined, tokens[index + 2]])
            slug = compute_unique_slug(tree.children[0], self.slugs, self.dialect.myst.heading_slug_func)
            self.slugs.add(slug)
        self.page.headings.append(Heading(level, title, slug, Place(chunk.file, line)))
        if name := token.attrs.get("id"):
            self.page.labels.append(Label(str(name), "section", True, Place(chunk.file, line), slug))
        self._attach("section", titled=True, heading=slug)

    def _inline(self, children: Sequence[Token], chunk: Chunk, first: int, last: int) -> None:
        extensions = self.dialect.myst.enable_extensions
        reader = Inline(
            self.page,
            chunk.file,
            self.dialect.role_names,
            html_image="html_image" in extensions,
            linkify="linkify" in extensions,
            lines=chunk.line,
            folder=chunk.folder,
        )
        reader.read(children, first, last)

    def _text(self, text: str, chunk: Chunk, line: int) -> None:
        """Read one line of text that stands outside the block structure (a title, a caption in an option)."""
        children = self.parser.parseInline(text, self.env)[0].children or []
        self._inline(children, chunk, line, line)

    def _definitions(self, known: set[str], chunk: Chunk) -> None:
        for label, found in self.env.get("references", {}).items():
            if label not in known:
                place = Place(chunk.file, chunk.first + found["map"][0])
                self.page.definitions[label] = (str(found["href"]), place)
        for found in self.env.pop("duplicate_refs", []):
            place = Place(chunk.file, chunk.first + found["map"][0])
            self.page.fault(place, f"[{found['label']}]", "link definition repeated; only the first one counts")

    # front matter

    def _front_matter(self, content: str, chunk: Chunk) -> None:
        try:
            data = yaml.safe_load(content)
        except yaml.YAMLError as error:
            self.page.fault(Place(chunk.file, chunk.first), "front matter", f"not YAML: {' '.join(str(error).split())}")
            return
        if not isinstance(data, dict):
            return
        self.page.orphan = bool(data.get("orphan", False))
        for key in ("substitutions", "myst_substitutions"):
            self.page.substitutions.update(data.get(key) or {})
        self.page.substitutions.update((data.get("myst") or {}).get("substitutions") or {})
        for value in _strings(data):
            line = next(
                (
                    n
                    for n in range(chunk.first, chunk.first + content.count("\n") + 2)
                    if value.split("\n")[0] in chunk.line(n)
                ),
                chunk.first,
            )
            if "](" in value or re.search(r"\{\w[\w:]*\}`", value) or value.lstrip().startswith("<"):
                self._blocks(value, chunk.part(value, line), nested=True)
            elif urls.looks_external(value) and " " not in value:
                self.page.mentions.append(Mention("link", Place(chunk.file, line), value, value))

    # fences and directives

    def _fence(self, token: Token, chunk: Chunk, first: int, last: int) -> None:
        head = token.info.strip().split(maxsplit=1)
        name, rest = (head[0] if head else ""), (head[1] if len(head) > 1 else "")
        if not _is_closed(token, chunk, first, last):
            self.page.fault(Place(chunk.file, first), f"{token.markup}{token.info}".strip(), "fence is never closed")
        match = _HEAD.match(name)
        if match:
            self._directive(match.group(1), rest, token, chunk, first)
        elif name in self.dialect.myst.fence_as_directive:
            self._directive(name, rest, token, chunk, first)
        elif name.startswith("{") or name.endswith("}"):
            self.page.fault(
                Place(chunk.file, first),
                token.info.strip(),
                "not a directive head; MyST writes {name} and then its argument",
            )
        else:
            self._plain_fence(name, token, chunk, first)
        self._attach("block", titled=False)

    def _plain_fence(self, name: str, token: Token, chunk: Chunk, first: int) -> None:
        known = name in self.dialect.directive_classes
        if token.type == "colon_fence":
            if known:
                self.page.fault(Place(chunk.file, first), name, "braces missing: shown as a plain box", f"{{{name}}}")
            self._blocks(token.content, chunk.part(token.content, first + 1), nested=True)
        elif known and not _is_language(name):
            self.page.fault(Place(chunk.file, first), name, "braces missing: shown as code", f"{{{name}}}")

    def _directive(self, name: str, rest: str, token: Token, chunk: Chunk, first: int) -> None:
        place = Place(chunk.file, first)
        if name == "eval-rst":
            self.page.fault(place, "{eval-rst}", "reStructuredText is not read by this check; write MyST")
            return
        cls = self.dialect.directive_classes.get(name)
        if cls is None:
            self.page.fault(place, f"{{{name}}}", "unknown directive", nearest(name, self.dialect.directive_classes))
            return
        name = name.removeprefix("std:")
        if name == "code-cell":
            self._code_cell(token, chunk, first)
            return
        try:
            # as in MyST: a nested colon fence on the first line is not an option
            text = f"\n{token.content}" if token.content.startswith(":::") else token.content
            parsed = parse_directive_text(cls, rest, text, line=first)
        except MarkupError as error:
            self.page.fault(place, f"{{{name}}}", f"directive cannot be read: {error}")
            return
        for warning in parsed.warnings:
            self.page.fault(place, f"{{{name}}}", warning.msg, _nearest_option(warning.msg, cls))
        if self.dialect.is_local(name):
            self.page.generated = True
        _Block(self, name, cls, parsed, token.content, chunk, first).read()

    def _code_cell(self, token: Token, chunk: Chunk, first: int) -> None:
        place = Place(chunk.file, first)
        self.page.generated = True
        if not self.is_notebook:
            self.page.fault(
                place, "{code-cell}", "the page has no 'file_format: mystnb' header, so the cell is never run"
            )
        parsed = parse_directive_text(_MockDirective, "", token.content, validate_options=False)
        for warning in parsed.warnings:
            self.page.fault(place, "{code-cell}", warning.msg)
        options = parsed.options
        if load := options.get("load"):
            self.page.mentions.append(Mention("file", place, str(load)))
        shown = options.get("mystnb") or {}
        image, figure = shown.get("image") or {}, shown.get("figure") or {}
        if (image or figure) and not str(image.get("alt") or "").strip():
            self.page.fault(place, "{code-cell}", "figure of a cell without alt text (mystnb: image: alt:)")
        if label := figure.get("name"):
            self.page.labels.append(
                Label(str(label), "figure", bool(figure.get("caption")), self._option_place(chunk, first, str(label)))
            )
        if caption := str(figure.get("caption") or ""):
            line = self._option_place(chunk, first, caption.splitlines()[0]).line
            self._blocks(caption, chunk.part(caption, line), nested=True)

    @staticmethod
    def _option_place(chunk: Chunk, first: int, needle: str) -> Place:
        for line in range(first, min(first + 60, chunk.first + len(chunk.lines))):
            if needle and needle in chunk.line(line):
                return Place(chunk.file, line)
        return Place(chunk.file, first)


@dataclass
class _Block:
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
        return self.reader._option_place(self.chunk, self.first, needle)

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
            self.reader._text(self.argument, self.chunk, self.first)
        if self.cls.has_content and self.name not in LITERAL:
            self._body()

    def _body(self, offset: int = 0) -> None:
        if self.body.strip():
            chunk = replace(self.chunk.part(self.body, self.body_line), heading_offset=offset)
            self.reader._blocks(self.body, chunk, nested=True)

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
        self.reader._attach(kind, titled=titled)

    def _common(self) -> None:
        if caption := self.options.get("caption"):
            self.reader._text(str(caption), self.chunk, self.place(str(caption)).line)
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
        text = path.read_text(encoding="utf-8")
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
        self.reader._blocks(text, Chunk(target, first, tuple(text.splitlines()), offset, folder), nested=True)
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
            self.reader._text(self.argument, self.chunk, self.first)
        if source := self.options.get("file"):
            self.mention("file", str(source))
        rows = csv.reader(
            self.body.splitlines(), delimiter=str(self.options.get("delim") or ","), skipinitialspace=True
        )
        line = self.body_line
        for row in rows:
            for cell in row:
                self.reader._blocks(cell, self.chunk.part(cell, line), nested=True)
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
            else:
                end = start
                while end < len(lines) and (not lines[end].strip() or lines[end][0].isspace()):
                    end += 1
                indent = min(len(text) - len(text.lstrip()) for text in lines[start:end] if text.strip())
                text = "\n".join(text[indent:] for text in lines[start:end])
                self.reader._blocks(text, self.chunk.part(text, self.body_line + start), nested=True)
                start = end

    def _term(self, written: str, line: int) -> None:
        children = self.reader.parser.parseInline(written, self.reader.env)[0].children or []
        plain = "".join(
            child.content for child in children if child.type in {"text", "text_special", "code_inline", "math_inline"}
        )
        self.page.terms.append((" ".join(plain.split()), Place(self.chunk.file, line)))
        self.reader._inline(children, self.chunk, line, line)


_SPECIAL: dict[str, Callable[[_Block], None]] = {
    "figure": _Block._figure,
    "image": _Block._image,
    "include": _Block._include,
    "literalinclude": _Block._literalinclude,
    "raw": _Block._raw,
    "math": _Block._math,
    "bibliography": _Block._bibliography,
    "toctree": _Block._toctree,
    "button-link": _Block._button_link,
    "button-ref": _Block._button_ref,
    "csv-table": _Block._csv_table,
    "glossary": _Block._glossary,
}


def _as_text(token: Token) -> Token:
    return Token("text", "", 0, content=token.content) if token.type == "text_special" else token


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [found for item in value.values() for found in _strings(item)]
    if isinstance(value, list):
        return [found for item in value for found in _strings(item)]
    return []


def _is_closed(token: Token, chunk: Chunk, first: int, last: int) -> bool:
    closing = chunk.line(last).lstrip("> \t").rstrip()
    mark = token.markup
    return last > first and len(closing) >= len(mark) and set(closing) == {mark[0]}


def _is_language(name: str) -> bool:
    try:
        find_lexer_class_by_name(name)
    except ClassNotFound:
        return False
    return True


def _nearest_option(message: str, cls: type[Directive]) -> str:
    if match := re.search(r"Unknown option keys: \['([^']+)'", message):
        return nearest(match.group(1), cls.option_spec or {})
    return ""
