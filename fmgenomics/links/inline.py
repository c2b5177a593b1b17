"""The inside of a paragraph: links, images, roles and footnotes; the text between them goes to ``plaintext``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from fmgenomics.links import rawhtml, urls
from fmgenomics.links.page import Label, Mention, Page, Place
from fmgenomics.links.plaintext import ATOM, AUTOLINK, CODE, ESCAPE, LINK, PlainText
from fmgenomics.links.report import nearest

_IMAGE_NAME = re.compile(r"^[^\s]+\.(?:png|jpe?g|gif|svg|webp|avif|pdf)$", re.I)


@dataclass
class Inline:
    """Reads the children of one inline token into a page."""

    page: Page
    file: str
    role_names: frozenset[str]
    html_image: bool
    linkify: bool
    lines: Callable[[int], str]
    """The text of a line of the file, or an empty string beyond the piece that is read."""
    folder: str | None = None

    def read(self, children: Sequence[Token], first: int, last: int) -> None:
        """Read one paragraph, heading or cell that covers the lines ``first`` to ``last``."""
        self._last = max(first, last)
        self._open_anchors: list[Place] = []
        self._line = first
        flat = ""  # the text as the reader sees it, each recognised element one private character
        position = 0
        while position < len(children):
            token = children[position]
            if token.type == "link_open":
                end = _closing(children, position)
                self._link(token, children[position + 1 : end])
                self._breaks(children[position + 1 : end])
                flat += (AUTOLINK if token.info == "auto" else LINK) + "\n" * sum(
                    child.type in {"softbreak", "hardbreak"} for child in children[position:end]
                )
                position = end + 1
                continue
            flat += self._one(token)
            position += 1
        for place in self._open_anchors:
            self.page.fault(place, "<a>", "the <a> is not closed in its paragraph")
        PlainText(self.page, self.file, self.role_names, flat, first, self._last).read()

    def _breaks(self, children: Sequence[Token]) -> None:
        self._line += sum(child.type in {"softbreak", "hardbreak"} for child in children)

    def _one(self, token: Token) -> str:
        self._attributes(token)
        kind = token.type
        if kind == "text":
            return token.content
        if kind == "text_special":
            return token.content if token.content.startswith("\\") and len(token.content) > 1 else ESCAPE
        if kind in {"softbreak", "hardbreak"}:
            self._line += 1
            return "\n"
        if kind == "code_inline":
            return CODE
        if kind == "image":
            self._image(token)
            return ATOM
        if kind == "myst_role":
            self._role(token)
            return ATOM
        if kind == "footnote_ref":
            self.page.notes_used.append((str(token.meta["label"]), self._place(f"[^{token.meta['label']}]")))
            return ATOM
        if kind == "html_inline":
            self._html(token)
            return ATOM
        if kind == "substitution_inline":
            self.page.mentions.append(Mention("substitution", self._place(token.content), token.content.strip()))
            return ATOM
        if kind.startswith("math"):
            return ATOM
        return "" if token.nesting or not token.content else token.content

    def _attributes(self, token: Token) -> None:
        if (name := token.attrs.get("id")) and token.nesting >= 0:
            self.page.labels.append(Label(str(name), "inline", False, self._place(str(name))))

    def _place(self, needle: str) -> Place:
        for line in range(self._line, self._last + 1):
            if needle and needle in self.lines(line):
                return Place(self.file, line)
        return Place(self.file, min(self._line, self._last))

    def _link(self, token: Token, inside: Sequence[Token]) -> None:
        self._attributes(token)
        auto = token.info == "auto"
        target = str(token.attrs.get("href", ""))
        text = "".join(
            child.content for child in inside if child.type in {"text", "text_special", "code_inline", "math_inline"}
        )
        for child in inside:
            if child.type in {"image", "html_inline", "myst_role"}:
                self._one(child)
        self._inside_link(inside)
        visible = bool(text.strip()) or any(child.type in {"image", "myst_role", "html_inline"} for child in inside)
        label = str(token.meta.get("label", ""))
        place = self._place(target) if not label else self._place(label)
        if label:
            self.page.definitions_used.add(label)
            place = self.page.definitions.get(label, ("", place))[1]
        if token.markup == "linkify":
            place = self._place(text)
        if not visible and not auto and urls.looks_external(target):
            self.page.fault(place, target, "link without a text to click")
        shown = text if visible else ""
        self.page.mentions.append(Mention("link", place, target, shown, token.markup, auto, self.folder))

    def _inside_link(self, inside: Sequence[Token]) -> None:
        for child in inside:
            if child.type == "link_open":
                self.page.fault(self._place(""), str(child.attrs.get("href", "")), "a link inside a link")

    def _image(self, token: Token) -> None:
        source = str(token.attrs.get("src", ""))
        place = self._place(source)
        if label := str(token.meta.get("label", "")):
            self.page.definitions_used.add(label)
        if not token.content.strip():
            self.page.fault(place, source, "image without alt text")
        elif _IMAGE_NAME.match(token.content.strip()):
            self.page.fault(place, source, "the alt text is a file name")
        self.page.mentions.append(Mention("image", place, source, token.content, folder=self.folder))

    def _role(self, token: Token) -> None:
        name = str(token.meta["name"])
        place = self._place(f"{{{name}}}")
        if name not in self.role_names and name.lower() not in self.role_names:
            self.page.fault(place, f"{{{name}}}", "unknown role", nearest(name, self.role_names))
            return
        # a role's text may run over several lines; the parser joins them by spaces
        self.page.mentions.append(Mention("role", place, token.content, detail=name, folder=self.folder))

    def _anchors(self, tag: str) -> None:
        if re.match(r"<a[\s>]", tag, re.I):
            self._open_anchors.append(self._place("<a"))
        elif re.match(r"</a\s*>", tag, re.I) and self._open_anchors:
            self._open_anchors.pop()

    def _html(self, token: Token) -> None:
        self._anchors(token.content)
        image = self.html_image and rawhtml.only_images(token.content)
        rawhtml.read(
            self.page,
            token.content,
            self.file,
            self._place(token.content.splitlines()[0]).line,
            image_is_directive=image,
        )
        self._line += token.content.count("\n")


def _closing(children: Sequence[Token], start: int) -> int:
    depth = 0
    for index in range(start, len(children)):
        depth += (children[index].type == "link_open") - (children[index].type == "link_close")
        if not depth:
            return index
    return len(children) - 1
