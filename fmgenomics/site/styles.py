"""One style sheet for the book: the theme's and the extensions' sheets, merged, without the rules no page can match.

Conservative by construction: a rule goes only when it asks for a class, an id or an element that stands on no page and in no
script the book loads. What scripts add to a page is therefore kept without a list that could go stale.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tinycss2
from sphinx.errors import ExtensionError
from tinycss2 import ast

_TAG = re.compile(r"<([a-zA-Z][\w-]*)")
_CLASS = re.compile(r'\bclass=(?:"([^"]*)"|\'([^\']*)\')')
_ID = re.compile(r'\bid=(?:"([^"]*)"|\'([^\']*)\')')
_WORD = re.compile(r"[\w-]+")
_VARIABLE = re.compile(r"--[\w-]+")
_NESTED = {"media", "supports", "layer", "container"}
_ANY_OF = {"is", "where", "matches", "-webkit-any", "-moz-any", "has"}
_WITHOUT_CONTENT = {"charset"}


@dataclass
class Used:
    """What stands on the pages and in the scripts."""

    tags: set[str] = field(default_factory=lambda: {"html", "head", "body"})
    classes: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)

    def add_page(self, html: str) -> None:
        self.tags.update(tag.lower() for tag in _TAG.findall(html))
        for match in _CLASS.finditer(html):
            self.classes.update((match[1] or match[2] or "").split())
        self.ids.update(match[1] or match[2] for match in _ID.finditer(html))
        self.variables.update(_VARIABLE.findall(html))

    def add_script(self, text: str) -> None:
        """Every word of a script may be a class, an id or an element that it makes."""
        words = set(_WORD.findall(text))
        for names in (self.tags, self.classes, self.ids):
            names.update(words)
        self.variables.update(_VARIABLE.findall(text))


def can_match(selector: Sequence[Any], used: Used) -> bool:
    """Whether some element of some page could match; anything this does not understand could."""
    before = ""
    for token in selector:
        kind = token.type
        if kind == "ident":
            if before == ".":
                if token.value not in used.classes:
                    return False
            elif before != ":" and token.lower_value not in used.tags:
                return False
        elif kind == "hash" and token.value not in used.ids:
            return False
        elif kind == "function" and before == ":" and token.lower_name in _ANY_OF:
            options = _split(token.arguments)
            if not any(can_match(option, used) for option in options):
                return False
        before = token.value if kind == "literal" else ""
    return True


def _split(tokens: Iterable[Any]) -> Iterator[list[Any]]:
    """The selectors of a list, at its commas."""
    part: list[Any] = []
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _text(tokens: Iterable[Any]) -> str:
    """The tokens as they were, with each stretch of white space as one space and comments gone."""
    kept = []
    for token in tokens:
        if token.type == "comment":
            continue
        if token.type == "whitespace":
            token = ast.WhitespaceToken(0, 0, " ")
        kept.append(token)
    return tinycss2.serialize(kept).strip()


@dataclass
class Sheet:
    """A style sheet: where it stands in the built book, and the condition under which a page loads it."""

    path: Path
    media: str = ""


class Merger:
    """Merges sheets in the order in which pages load them."""

    def __init__(self, static: Path, used: Used, embed: Callable[[Path, set[int]], str | None]) -> None:
        self.static = static
        self.used = used
        self.embed = embed
        """Gives those characters of a font file as a ``data:`` address, or nothing when it has none of them."""

    def merge(self, sheets: Sequence[Sheet], extra: str = "") -> str:
        rules: list[Any] = []
        for sheet in sheets:
            inner = self._sheet(sheet.path)
            rules.extend([("media", sheet.media, inner)] if sheet.media not in ("", "all") else inner)
        rules.extend(self._parse(extra, self.static, "the book's own rules"))
        rules = self._without_unused_animations(rules)
        rules = self._without_unused_variables(rules)
        rules = self._with_fonts(rules)
        return _write(rules)

    def _sheet(self, path: Path) -> list[Any]:
        if not path.is_file():
            raise ExtensionError(f"style sheet {path}: a page asks for it and the build did not write it")
        return self._parse(path.read_text("utf-8"), path.parent, str(path))

    def _parse(self, text: str, folder: Path, name: str) -> list[Any]:
        return self._rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), folder, name)

    def _rules(self, nodes: Iterable[Any], folder: Path, name: str) -> list[Any]:
        result: list[Any] = []
        for node in nodes:
            if node.type == "error":
                raise ExtensionError(f"style sheet {name}, line {node.source_line}: {node.message}")
            if node.type == "qualified-rule":
                kept = [part for part in _split(node.prelude) if can_match(part, self.used)]
                if kept:
                    selector = ",".join(_text(part) for part in kept)
                    result.append(("rule", selector, self._declarations(node.content, folder, name)))
            elif node.type == "at-rule":
                result.extend(self._at_rule(node, folder, name))
        return result

    def _at_rule(self, node: Any, folder: Path, name: str) -> list[Any]:
        keyword = node.lower_at_keyword
        condition = _text(node.prelude)
        if keyword in _WITHOUT_CONTENT:
            return []
        if keyword == "import":
            target = next((token.value for token in node.prelude if token.type in ("string", "url")), None)
            if target is None or ":" in target or "media" in condition:
                raise ExtensionError(f"style sheet {name}: cannot merge @import {condition}")
            return self._sheet(folder / target)
        if keyword in _NESTED and node.content is not None:
            inner = self._rules(
                tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True), folder, name
            )
            return [(keyword, condition, inner)] if inner else []
        if keyword == "font-face":
            return [("font-face", folder, self._declarations(node.content, folder, name, urls=False))]
        if keyword in ("keyframes", "-webkit-keyframes"):
            return [("keyframes", f"@{keyword} {condition}", _text(node.content))]
        if keyword == "page":
            return [("raw", f"@page {condition}{{{_text(node.content)}}}", "")]
        raise ExtensionError(f"style sheet {name}, line {node.source_line}: @{keyword} is not known to fmgenomics.site")

    def _declarations(self, content: Any, folder: Path, name: str, urls: bool = True) -> list[tuple[str, str]]:
        result = []
        for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
            if node.type == "error":
                continue  # browsers skip what they cannot read, and old hacks are written so
            if node.type != "declaration":
                raise ExtensionError(f"style sheet {name}, line {node.source_line}: nested rules are not known here")
            value = _text(self._moved(node.value, folder, name) if urls else node.value)
            result.append((node.name, value + ("!important" if node.important else "")))
        return result

    def _moved(self, tokens: Iterable[Any], folder: Path, name: str) -> list[Any]:
        """Addresses relative to the sheet become relative to the merged one, which stands in ``_static``."""
        result = []
        for token in tokens:
            if token.type == "url" and not token.value.startswith(("data:", "#")):
                target = (folder / token.value.partition("?")[0]).resolve()
                if not target.is_file():
                    raise ExtensionError(f"style sheet {name}: there is no {token.value}")
                path = posixpath.relpath(target.as_posix(), self.static.resolve().as_posix())
                token = tinycss2.parse_one_component_value(f"url({path})")
            result.append(token)
        return result

    def _without_unused_animations(self, rules: list[Any]) -> list[Any]:
        """Keyframes that no rule names any more."""
        named = {
            word
            for name, value in _walk(rules)
            if name.removeprefix("-webkit-") in ("animation", "animation-name")
            for word in _WORD.findall(value)
        }
        return [rule for rule in rules if rule[0] != "keyframes" or rule[1].split()[-1] in named]

    def _without_unused_variables(self, rules: list[Any]) -> list[Any]:
        """Variables that nothing reads, and those that only they read."""
        while True:
            read = set(self.used.variables)
            for name, value in _walk(rules):
                read.update(word for word in _VARIABLE.findall(value) if word != name)
            for rule in _flat(rules):
                if rule[0] == "keyframes":
                    read.update(_VARIABLE.findall(rule[2]))
            before = sum(1 for _ in _walk(rules))
            rules = _filtered(rules, {name for name, _ in _walk(rules) if not name.startswith("--")} | read)
            if sum(1 for _ in _walk(rules)) == before:
                return rules

    def _with_fonts(self, rules: list[Any]) -> list[Any]:
        """Each font as far as the pages need it, inside the sheet: no request, and it loads from a file as well."""
        icons = _icons(rules)
        result = []
        for rule in rules:
            if rule[0] != "font-face":
                result.append(rule)
                continue
            _, folder, declarations = rule
            source = dict(declarations)["src"]
            files = [folder / address.strip("\"'") for address in re.findall(r"url\(([^)]*)\)", source)]
            truetype = next((path for path in files if path.suffix == ".ttf"), None)
            if truetype is None:
                raise ExtensionError(f"font of the theme: expected a .ttf among {source}")
            data = self.embed(truetype, icons)
            if data is not None:
                kept = [(name, value) for name, value in declarations if name != "src"]
                result.append(("rule", "@font-face", [*kept, ("src", f'url({data}) format("woff")')]))
        return result


def _flat(rules: Iterable[Any]) -> Iterator[Any]:
    for rule in rules:
        if rule[0] in _NESTED:
            yield from _flat(rule[2])
        else:
            yield rule


def _walk(rules: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Every declaration."""
    for rule in _flat(rules):
        if rule[0] == "rule":
            yield from rule[2]


def _filtered(rules: Iterable[Any], keep: set[str]) -> list[Any]:
    """The rules with the declarations of these names, without the rules that have none left."""
    result: list[Any] = []
    for rule in rules:
        if rule[0] in _NESTED:
            inner = _filtered(rule[2], keep)
            if inner:
                result.append((rule[0], rule[1], inner))
        elif rule[0] == "rule":
            kept = [(name, value) for name, value in rule[2] if name in keep]
            if kept:
                result.append(("rule", rule[1], kept))
        else:
            result.append(rule)
    return result


def _write(rules: Iterable[Any]) -> str:
    parts = []
    for rule in rules:
        if rule[0] in _NESTED:
            parts.append(f"@{rule[0]} {rule[1]}{{{_write(rule[2])}}}\n")
        elif rule[0] == "rule":
            parts.append(f"{rule[1]}{{{';'.join(f'{name}:{value}' for name, value in rule[2])}}}\n")
        elif rule[0] == "keyframes":
            parts.append(f"{rule[1]}{{{rule[2]}}}\n")
        else:
            parts.append(rule[1] + "\n")
    return "".join(parts)


def _icons(rules: Iterable[Any]) -> set[int]:
    """The code points that rules write into the page from the part of Unicode that icon fonts use."""
    return {
        code
        for name, value in _walk(rules)
        if name == "content" or name.startswith("--")
        for token in tinycss2.parse_component_value_list(value)
        if token.type == "string"
        for code in map(ord, token.value)
        if 0xE000 <= code <= 0xF8FF
    }
