"""The words of a MyST page by line: what a reader reads, without code, mathematics, addresses, roles and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

_EXTENSIONS = {"attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist", "tasklist"}
_DIRECTIVE = re.compile(r"\{([\w:-]+)\}")
_SILENT = {"code-cell", "code-block", "code", "math", "raw", "bibliography", "toctree", "mermaid", "literalinclude"}
"""Directives whose body is not prose."""


@dataclass(frozen=True)
class Line:
    """``text`` of one line of prose; roles and code leave a gap character that no pattern matches."""

    number: int
    text: str


GAP = "\N{REPLACEMENT CHARACTER}"


def _parser() -> MarkdownIt:
    return create_md_parser(MdParserConfig(enable_extensions=_EXTENSIONS), RendererHTML)


def _inline(token: Token, first: int) -> Iterator[Line]:
    line = first
    parts: list[str] = []
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            yield Line(line, "".join(parts))
            line, parts = line + 1, []
        elif child.type == "text":
            parts.append(child.content)
        elif child.type == "image":
            parts.append(f"{GAP} {child.content}")
        elif child.type in ("code_inline", "myst_role", "math_inline", "html_inline", "footnote_ref"):
            parts.append(GAP)
    yield Line(line, "".join(parts))


def _options_length(body: list[str]) -> int:
    """How many lines of a directive's body are its options."""
    if body and body[0].strip() == "---":
        return next((i + 1 for i, text in enumerate(body[1:], 1) if text.strip() == "---"), len(body))
    count = 0
    while count < len(body) and re.match(r"\s*:[\w-]+:", body[count]):
        count += 1
    return count


def prose(text: str, first: int = 1) -> Iterator[Line]:
    """Every line of prose in ``text``, whose first line is number ``first``; bodies of directives are read too."""
    for token in _parser().parse(text, {}):
        start = first + (token.map[0] if token.map else 0)
        if token.type == "inline":
            yield from _inline(token, start)
        elif token.type in ("fence", "colon_fence"):
            name = _DIRECTIVE.match(token.info.strip())
            if name is None or name[1] in _SILENT:
                continue
            yield Line(start, token.info.strip()[name.end() :])
            body = token.content.split("\n")
            skip = _options_length(body)
            for offset, option in enumerate(body[:skip]):
                if re.match(r"\s*:(alt|caption):", option):
                    yield Line(start + 1 + offset, option.split(":", 2)[2])
            yield from prose("\n".join(body[skip:]), start + 1 + skip)
