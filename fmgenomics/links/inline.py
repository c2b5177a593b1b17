"""The inside of a paragraph: links, images, roles, footnotes, and text that was meant to be one of them.

A failed link is no token at all, it is text. So the paragraph is flattened to a string in which every recognised
element is one private character; what still looks like a link in that string was not understood by the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from fmgenomics.links import rawhtml, urls
from fmgenomics.links.page import Label, Mention, Page, Place
from fmgenomics.links.report import nearest

ESCAPE, CODE, ATOM, LINK = "\ue000", "\ue001", "\ue002", "\ue003"
REFERENCE_ROLES = frozenset({"ref", "numref", "doc", "term", "eq", "download", "any", "fact", "result", "verdict"})
_IMAGE_NAME = re.compile(r"^[^\s]+\.(?:png|jpe?g|gif|svg|webp|avif|pdf)$", re.I)
_UNDERSTOOD_AS_PATH = re.compile(r"^(?:#\S+|\S+\.(?:md|html?|ipynb|rst)(?:#\S*)?|\S+/\S*)$")
_BARE_URL = re.compile(r"(?<![\w@/.])(?:[A-Za-z]{2,8}(?::/+|//|;//)|www\.)[\w\-.~:/?#\[@!$&'()*+,;=%]*[\w/#=]")


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
        self._first, self._last = first, max(first, last)
        self._line = first
        flat = ""
        position = 0
        while position < len(children):
            token = children[position]
            if token.type == "link_open":
                end = _closing(children, position)
                self._link(token, children[position + 1 : end])
                self._breaks(children[position + 1 : end])
                flat += LINK + "\n" * sum(child.type in {"softbreak", "hardbreak"} for child in children[position:end])
                position = end + 1
                continue
            flat += self._one(token)
            position += 1
        self._scan(flat)

    def _breaks(self, children: Sequence[Token]) -> None:
        self._line += sum(child.type in {"softbreak", "hardbreak"} for child in children)

    def _one(self, token: Token) -> str:
        self._attributes(token)
        kind = token.type
        if kind == "text":
            return token.content
        if kind == "text_special":
            return ESCAPE
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

    def _html(self, token: Token) -> None:
        image = self.html_image and rawhtml.only_images(token.content)
        rawhtml.read(
            self.page,
            token.content,
            self.file,
            self._place(token.content.splitlines()[0]).line,
            image_is_directive=image,
        )
        self._line += token.content.count("\n")

    # text that was meant as something else

    def _scan(self, flat: str) -> None:
        def at(position: int) -> Place:
            return Place(self.file, min(self._first + flat[:position].count("\n"), self._last))

        self._scan_links(flat, at)
        self._scan_roles(flat, at)
        self._scan_urls(flat, at)

    def _scan_links(self, flat: str, at: Callable[[int], Place]) -> None:
        taken: list[tuple[int, int]] = []

        def fault(match: re.Match[str], target: str, message: str) -> None:
            taken.append(match.span())
            self.page.fault(at(match.start()), _show(target), message)

        for match in re.finditer(r"^[ \t]*\[(\^?)([^\[\]\n]+)\][ \t]*:[ \t]*(\S*)", flat, re.M):
            if (
                match.group(1)
                or urls.looks_external(match.group(3))
                or _UNDERSTOOD_AS_PATH.match(match.group(3))
                or LINK in match.group(3)
            ):
                fault(
                    match,
                    match.group(2),
                    "this definition is plain text (it needs an empty line before it and '[name]: address')",
                )
        for match in re.finditer(r"\]\(([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)?", flat):
            target = match.group(1)
            why = (
                "the address holds a space; write <…> around it or %20"
                if " " in target.strip()
                else "not a complete [text](address)"
            )
            fault(match, target, f"link shown as plain text: {why}")
        for match in re.finditer(r"\[\^([^\[\]\n]+)\]", flat):
            if not _inside(match, taken):
                fault(match, f"[^{match.group(1)}]", "footnote without a definition")
        for match in re.finditer(r"(?<![\w\]])\[([^\[\]]*)\]\[([^\[\]]*)\]", flat):
            if not _inside(match, taken):
                fault(
                    match,
                    match.group(2) or match.group(1),
                    "reference-style link without a definition, shown as plain text",
                )
        for match in re.finditer(r"\[([^\[\]\n]+)\][ \t\n]+\(([^()\s]+)\)", flat):
            target = match.group(2)
            if not _inside(match, taken) and (
                LINK in target or urls.looks_external(target) or _UNDERSTOOD_AS_PATH.match(target)
            ):
                fault(match, target, "link shown as plain text: no space is allowed between [text] and (address)")
        for match in re.finditer(r"\(([^()\n]+)\)\[([^\[\]\n]+)\]", flat):
            target = match.group(2)
            if not _inside(match, taken) and (
                LINK in target or urls.looks_external(target) or _UNDERSTOOD_AS_PATH.match(target)
            ):
                fault(match, target, "link shown as plain text: (text)[address] the wrong way round")
        for match in re.finditer(r"<((?:[\w./-]+\.(?:md|html?|ipynb)(?:#[\w-]*)?)|#[\w-]+)>", flat):
            fault(match, match.group(1), "not a link; write <project:…>")
        for match in re.finditer(r"(?<!\s)<>|<>(?!\s)|^<>$", flat, re.M):
            fault(match, "<>", "the link has no target")
        for match in re.finditer(r"(?<![\w\])])\[([^\[\]^][^\[\]]*)\](?!\()", flat):
            if not _inside(match, taken) and not re.fullmatch(r"[ xX]", match.group(1)):
                text = " ".join(match.group(1).split())
                self.page.mentions.append(Mention("bracket", at(match.start()), text))

    def _scan_roles(self, flat: str, at: Callable[[int], Place]) -> None:
        def known(name: str) -> bool:
            return (
                name in REFERENCE_ROLES
                or name.split(":")[0] in {"cite", "footcite"}
                or name in {"std:ref", "std:doc", "std:term"}
            )

        for match in re.finditer(r"\{([A-Za-z][\w:+.-]*)\}(\s*)(" + CODE + r"?)", flat):
            name, gap, code = match.groups()
            if code and gap and (name in self.role_names or nearest(name, self.role_names, 0.8)):
                self.page.fault(
                    at(match.start()), f"{{{name}}}", "space between the role and its back-ticks; shown as plain text"
                )
            elif code and not gap:
                self.page.fault(
                    at(match.start()),
                    f"{{{name}}}",
                    "not a role name; shown as plain text",
                    nearest(name, self.role_names),
                )
            elif not code and known(name):
                self.page.fault(at(match.start()), f"{{{name}}}", "role without closed back-ticks; shown as plain text")
        for match in re.finditer(r":([a-z][\w:+.-]*):" + CODE, flat):
            if match.group(1) in self.role_names:
                self.page.fault(
                    at(match.start()),
                    f":{match.group(1)}:",
                    f"reStructuredText role; MyST writes {{{match.group(1)}}}`…`",
                )
        for match in re.finditer(CODE + r"__?(?!\w)", flat):
            self.page.fault(at(match.start()), "`…`_", "reStructuredText link; MyST writes [text](address)")
        for match in re.finditer(
            r"\{?(?<![\w{}:])(" + "|".join(sorted(REFERENCE_ROLES)) + r"|(?:foot)?cite(?::[a-z]+)?)" + CODE, flat
        ):
            self.page.fault(
                at(match.start()), match.group(1), f"braces missing or misplaced; MyST writes {{{match.group(1)}}}`…`"
            )
        for match in re.finditer(
            r"\{(" + "|".join(sorted(REFERENCE_ROLES)) + r"|(?:foot)?cite(?::[a-z]+)?)" + CODE, flat
        ):
            self.page.fault(
                at(match.start()),
                match.group(1),
                f"closing brace in the wrong place; MyST writes {{{match.group(1)}}}`…`",
            )

    def _scan_urls(self, flat: str, at: Callable[[int], Place]) -> None:
        for match in _BARE_URL.finditer(flat):
            target = match.group()
            if re.fullmatch(r"[A-Za-z]+:?/+", target) or not urls.looks_external(target):
                continue
            self.page.mentions.append(Mention("text-url", at(match.start()), target))


def _closing(children: Sequence[Token], start: int) -> int:
    depth = 0
    for index in range(start, len(children)):
        depth += (children[index].type == "link_open") - (children[index].type == "link_close")
        if not depth:
            return index
    return len(children) - 1


def _inside(match: re.Match[str], taken: Sequence[tuple[int, int]]) -> bool:
    return any(match.start() < end and start < match.end() for start, end in taken)


def _show(text: str) -> str:
    for mark, shown in ((ESCAPE, ""), (CODE, "`…`"), (ATOM, "…"), (LINK, "…")):
        text = text.replace(mark, shown)
    return " ".join(text.split())
