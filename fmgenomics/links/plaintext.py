"""Text that was meant as a link, role or footnote, and is none.

A failed link is no token at all, it is text. So a paragraph comes here as a string in which every element the parser
recognised is one private character; what still looks like a link in that string is what the parser did not understand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fmgenomics.links import urls
from fmgenomics.links.page import Mention, Page, Place
from fmgenomics.links.report import nearest

ESCAPE, CODE, ATOM, LINK, AUTOLINK = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
REFERENCE_ROLES = frozenset({"ref", "numref", "doc", "term", "eq", "download", "any", "fact", "result", "verdict"})

_ROLE_NAMES = "|".join(sorted(REFERENCE_ROLES)) + r"|(?:foot)?cite(?::[a-z]+)?"
_PATH = re.compile(r"^(?:#\S+|\S+\.(?:md|html?|ipynb|rst)(?:#\S*)?|\S+/\S*)$")
_BARE_URL = re.compile(r"(?<![\w@/.])(?:[A-Za-z]{2,8}(?::/+|//|;//)|www\.)[\w\-.~:/?#\[@!$&'()*+,;=%]*[\w/#=]")

_DEFINITION = re.compile(r"^[ \t]*\[(\^?)([^\[\]\n]+)\][ \t]*:[ \t]*(\S*)", re.M)
_UNPARSED = re.compile(r"\]\(([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)?")
_FOOTNOTE = re.compile(r"\[\^([^\[\]\n]+)\]")
# Brackets right after a word, as in x[i][j], are an index and no link.
_FULL_REFERENCE = re.compile(r"(?<![\w\]])\[([^\[\]]*)\]\[([^\[\]]*)\]")
_SPACED = re.compile(r"\[([^\[\]\n]+)\][ \t\n]+\(([^()\s]+)\)")
_REVERSED = re.compile(r"\(([^()\n]+)\)\[([^\[\]\n]+)\]")
_ANGLES = re.compile(r"<((?:[\w./-]+\.(?:md|html?|ipynb)(?:#[\w-]*)?)|#[\w-]+)>")
_OTHER_BRACKETS = re.compile(r"\[([^\[\]\n]+)\](?:\{([^{}\n]+)\}|(" + AUTOLINK + "))")
_ATTRIBUTES = re.compile(LINK + r"(\{[.#\w][^}\n]*\}?)")
_BROKEN_TAG = re.compile(r"</?(?:a|img|span|div|sup|sub|iframe|video)\b[^<]*", re.I)
_LATEX = re.compile(r"\\(?:cite[a-z]*|ref|autoref|eqref|pageref|href|url|footnote|label)\{([^{}]*)\}?")
_INLINE_NOTE = re.compile(r"\^\[[^\]\n]*\]")
_HALF_LABEL = re.compile(r"^(?:\([\w:.-]+=|[\w:.-]+\)=|\([\w:.-]+\)[ \t]+=)[ \t]*$")
_PANDOC = re.compile(r"(?<![\w@./\[])@([A-Za-z][\w:.+-]*\w)")
_EMPTY_ANGLES = re.compile(r"(?<!\s)<>|<>(?!\s)|^<>$", re.M)
_SHORTCUT = re.compile(r"(?<![\w\])])\[([^\[\]^][^\[\]]*)\](?!\()")


@dataclass
class PlainText:
    """Looks for such text in one paragraph that covers the lines ``first`` to ``last`` of a file."""

    page: Page
    file: str
    role_names: frozenset[str]
    flat: str
    first: int
    last: int
    taken: list[tuple[int, int]] = field(default_factory=list)

    def read(self) -> None:
        """Add what is found to the page."""
        self._unparsed_links()
        self._references()
        self._swapped()
        self._roles()
        self._addresses()

    def _place(self, match: re.Match[str]) -> Place:
        return Place(self.file, min(self.first + self.flat[: match.start()].count("\n"), self.last))

    def _fault(self, match: re.Match[str], target: str, message: str, near: str = "") -> None:
        self.taken.append(match.span())
        self.page.fault(self._place(match), _shown(target), message, near)

    def _free(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches outside the text that a fault was already found in."""
        for match in pattern.finditer(self.flat):
            if not any(match.start() < end and start < match.end() for start, end in self.taken):
                yield match

    def _unparsed_links(self) -> None:
        for match in self._free(_DEFINITION):
            if match.group(1) or _is_address(match.group(3)):
                message = "this definition is plain text (it needs an empty line before it and '[name]: address')"
                self._fault(match, match.group(2), message)
        for match in self._free(_UNPARSED):
            target = match.group(1).strip("<>")
            wrong = urls.problem(target) if urls.looks_external(target) and " " not in target.strip() else None
            if wrong:  # MyST refuses javascript:, file: and data: addresses and shows the whole link as text
                self._fault(match, target, wrong.message, wrong.nearest)
            elif " " in target.strip():
                self._fault(
                    match, target, "link shown as plain text: the address holds a space; write <…> around it or %20"
                )
            else:
                self._fault(match, target, "link shown as plain text: not a complete [text](address)")

    def _references(self) -> None:
        for match in self._free(_FOOTNOTE):
            self._fault(match, f"[^{match.group(1)}]", "footnote without a definition")
        for match in self._free(_FULL_REFERENCE):
            target = match.group(2) or match.group(1)
            self._fault(match, target, "reference-style link without a definition, shown as plain text")

    def _swapped(self) -> None:
        for match in self._free(_SPACED):
            if _is_address(match.group(2)):
                message = "link shown as plain text: no space is allowed between [text] and (address)"
                self._fault(match, match.group(2), message)
        for match in self._free(_REVERSED):
            if _is_address(match.group(2)):
                self._fault(match, match.group(2), "link shown as plain text: (text)[address] the wrong way round")
        for match in self._free(_ANGLES):
            self._fault(match, match.group(1), "not a link; write <project:…>")
        for match in self._free(_OTHER_BRACKETS):
            if match.group(3) or _PATH.match(match.group(2)) or urls.looks_external(match.group(2)):
                self._fault(match, match.group(2) or match.group(1), "link shown as plain text; write [text](address)")
        for match in self._free(_ATTRIBUTES):
            self._fault(match, match.group(1), "attributes that were not understood")
        for match in self._free(_BROKEN_TAG):
            self._fault(match, match.group(), "broken HTML tag, shown as plain text")
        for match in self._free(_LATEX):
            self._fault(match, match.group(), "LaTeX, shown as plain text; MyST has roles and links for it")
        for match in self._free(_INLINE_NOTE):
            self._fault(match, match.group(), "MyST has no inline footnotes; define [^name] apart")
        for match in self._free(_HALF_LABEL):
            self._fault(match, match.group(), "not a label; MyST writes (name)= on a line of its own")
        for match in self._free(_EMPTY_ANGLES):
            self._fault(match, "<>", "the link has no target")
        for match in self._free(_SHORTCUT):
            if not re.fullmatch(r"[ xX]", match.group(1)):
                self.page.mentions.append(Mention("bracket", self._place(match), _shown(match.group(1))))
        for match in self._free(_PANDOC):
            self.page.mentions.append(Mention("bracket", self._place(match), f"@{match.group(1)}"))

    def _roles(self) -> None:
        for match in re.finditer(r"\{(?:\s+([A-Za-z][\w:+.-]*)\s*|([A-Za-z][\w:+.-]*)\s+)\}" + CODE, self.flat):
            self._fault(match, f"{{{match.group(1) or match.group(2)}}}", "space inside the braces of a role")
        for match in re.finditer(r"\{([A-Za-z][\w:+.-]*)\}(\s*)(" + CODE + r"?)", self.flat):
            name, gap, code = match.groups()
            if code and gap and (name in self.role_names or nearest(name, self.role_names, 0.8)):
                self._fault(match, f"{{{name}}}", "space between the role and its back-ticks; shown as plain text")
            elif code and not gap:
                near = nearest(name, self.role_names)
                self._fault(match, f"{{{name}}}", "not a role name; shown as plain text", near)
            elif not code and re.fullmatch(_ROLE_NAMES, name.removeprefix("std:")):
                self._fault(match, f"{{{name}}}", "role without closed back-ticks; shown as plain text")
        for match in re.finditer(r":([a-z][\w:+.-]*):" + CODE, self.flat):
            if (name := match.group(1)) in self.role_names:
                self._fault(match, f":{name}:", f"reStructuredText role; MyST writes {{{name}}}`…`")
        for match in re.finditer(CODE + r"__?(?!\w)", self.flat):
            self._fault(match, "`…`_", "reStructuredText link; MyST writes [text](address)")
        for match in re.finditer(r"(?<![\w{}:])(" + _ROLE_NAMES + ")" + CODE, self.flat):
            self._fault(match, match.group(1), f"braces missing; MyST writes {{{match.group(1)}}}`…`")
        for match in re.finditer(r"\{(" + _ROLE_NAMES + ")" + CODE, self.flat):
            self._fault(match, match.group(1), f"closing brace in the wrong place; MyST writes {{{match.group(1)}}}`…`")

    def _addresses(self) -> None:
        for match in self._free(_BARE_URL):
            target = match.group()
            if urls.looks_external(target) and not re.fullmatch(r"[A-Za-z]+:?/+", target):
                self.page.mentions.append(Mention("text-url", self._place(match), target))


def _is_address(text: str) -> bool:
    return LINK in text or AUTOLINK in text or urls.looks_external(text) or bool(_PATH.match(text))


def _shown(text: str) -> str:
    for mark, visible in ((ESCAPE, ""), (CODE, "`…`"), (ATOM, "…"), (LINK, "…"), (AUTOLINK, "<…>")):
        text = text.replace(mark, visible)
    return " ".join(text.split())
