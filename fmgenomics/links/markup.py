"""Reads a MyST page, block by block, into a ``Page``: nested directives and included files too, with their own lines.

The parser is MyST's, with the book's own settings; the text of a directive is cut into arguments, options and body
by MyST's own function. So what is read here is what the build reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml
from docutils.parsers.rst import Directive
from docutils.parsers.rst.states import MarkupError
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from myst_nb.core.read import _MockDirective, is_myst_markdown_notebook
from myst_parser.mdit_to_docutils.base import compute_unique_slug
from myst_parser.parsers.directives import parse_directive_text
from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound

from fmgenomics.links import rawhtml, urls
from fmgenomics.links.dialect import Dialect
from fmgenomics.links.directives import Block
from fmgenomics.links.inline import Inline
from fmgenomics.links.page import Chunk, Heading, Label, Mention, Page, Place
from fmgenomics.links.report import nearest

_FENCES = frozenset({"fence", "colon_fence"})
_HEAD = re.compile(r"^\{([^\s{}]*)\}$")


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
        self.blocks(text, Chunk(self.page.file, 1, tuple(text.splitlines())))
        self.attach("block", titled=False)
        return self.page

    # blocks

    def blocks(self, text: str, chunk: Chunk, *, nested: bool = False) -> None:
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
            self.inline(token.children or [], chunk, first, last)
        elif token.type in _FENCES:
            self._fence(token, chunk, first, last)
        elif token.type == "html_block":
            image = "html_image" in self.dialect.myst.enable_extensions and rawhtml.only_images(token.content)
            rawhtml.read(self.page, token.content, chunk.file, first, image_is_directive=image)
            self.attach("block", titled=False)
        elif token.type in {"math_block_label", "math_block_eqno"}:
            self.page.equations.append((str(token.info).strip(), Place(chunk.file, last)))
            self.attach("equation", titled=False)
        elif token.type == "footnote_reference_open":
            self.page.notes_defined.append((str(token.meta["label"]), Place(chunk.file, first)))
        elif token.type == "substitution_block":
            self.page.mentions.append(Mention("substitution", Place(chunk.file, first), token.content.strip()))
        elif token.type in {"dl_open", "field_list_open"}:
            self._block_label(token, chunk, first, titled=True)
            self.attach("list", titled=True)
        else:
            self._block_label(token, chunk, first, titled=False)
            self.attach("table" if token.type == "table_open" else "block", titled=False)

    def _block_label(self, token: Token, chunk: Chunk, line: int, *, titled: bool) -> None:
        if name := token.attrs.get("id"):
            self.page.labels.append(Label(str(name), "block", titled, Place(chunk.file, max(chunk.first, line - 1))))

    def attach(self, kind: str, *, titled: bool, heading: str = "") -> None:
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
        self.attach("section", titled=True, heading=slug)

    def inline(self, children: Sequence[Token], chunk: Chunk, first: int, last: int) -> None:
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

    def text(self, text: str, chunk: Chunk, line: int) -> None:
        """Read one line of text that stands outside the block structure (a title, a caption in an option)."""
        children = self.parser.parseInline(text, self.env)[0].children or []
        self.inline(children, chunk, line, line)

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
                self.blocks(value, chunk.part(value, line), nested=True)
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
        self.attach("block", titled=False)

    def _plain_fence(self, name: str, token: Token, chunk: Chunk, first: int) -> None:
        known = name in self.dialect.directive_classes
        if token.type == "colon_fence":
            if known:
                self.page.fault(Place(chunk.file, first), name, "braces missing: shown as a plain box", f"{{{name}}}")
            self.blocks(token.content, chunk.part(token.content, first + 1), nested=True)
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
        Block(self, name, cls, parsed, token.content, chunk, first).read()

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
                Label(str(label), "figure", bool(figure.get("caption")), chunk.find(first, str(label)))
            )
        if caption := str(figure.get("caption") or ""):
            line = chunk.find(first, caption.splitlines()[0]).line
            self.blocks(caption, chunk.part(caption, line), nested=True)


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
