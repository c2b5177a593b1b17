"""Checks what roles name: labels, figures, pages, citations, terms, equations, files and evidence."""

from __future__ import annotations

import re

from sphinxcontrib.bibtex.citation_target import parse_citation_targets

from fmgenomics.links import urls
from fmgenomics.links.lookup import Lookup
from fmgenomics.links.page import Mention, Page
from fmgenomics.links.report import nearest

NUMBERED = frozenset({"figure", "table", "code-block"})
_EXPLICIT = re.compile(r"^(?P<text>.+?)\s*<(?P<target>[^<>]*)>$", re.S)


class RoleChecks(Lookup):
    """The checks of roles, and of labels that directives name."""

    def _role(self, page: Page, mention: Mention) -> None:
        name = mention.detail.removeprefix("std:").lower()
        if name in {"cite", "footcite"} or name.startswith(("cite:", "footcite:")):
            self._cite(mention)
            return
        text, target = _role_target(mention.target)
        if not target.strip():
            self.fault(mention, f"{{{mention.detail}}} without a target")
        elif name in {"ref", "numref", "doc", "term", "eq", "math:numref", "download", "any"}:
            getattr(self, f"_role_{name.replace('math:', 'math_')}")(page, mention, text, target)
        elif name in {"fact", "result", "verdict"}:
            self._evidence(mention, name, target)
        elif name.startswith("bdg-link") or name in {"uri", "url"}:
            if wrong := urls.problem(target):
                self.fault(mention, wrong.message, wrong.nearest, target)
        elif name.startswith("bdg-ref"):
            self._role_any(page, mention, text, target)

    def _role_ref(self, _page: Page, mention: Mention, text: str, target: str) -> None:
        found = self.find_label(target)
        if found is None:
            self.fault(mention, "no such label", self.near_label(target), target)
        elif not text and not found[1].titled:
            self.fault(
                mention, "the label has no title or caption, so {ref} needs a text: {ref}`text <label>`", target=target
            )

    def _role_numref(self, _page: Page, mention: Mention, text: str, target: str) -> None:
        if re.search(r"%(?!s)|\{(?!number\}|name\})", text):
            self.fault(mention, "the text of {numref} may hold %s, {number} and {name} only", target=text)
        found = self.find_label(target)
        if found is None:
            numbered = [label.name for _, label in self.book.labels.values() if label.kind in NUMBERED]
            self.fault(mention, "no such figure, table or code block", nearest(target, numbered), target)
        elif found[1].kind == "section" and not self.numbered:
            self.fault(mention, "sections of this book have no numbers; use {ref}", target=target)
        elif found[1].kind not in {*NUMBERED, "section"}:
            self.fault(
                mention, f"the label stands on a {found[1].kind}, which has no number; use {{ref}}", target=target
            )

    def _role_doc(self, page: Page, mention: Mention, _text: str, target: str) -> None:
        doc = self.book.join(page, target)
        if doc in self.book.pages:
            return
        if self.book.doc_of(doc) in self.book.pages:
            self.fault(mention, "{doc} takes the page without its suffix", self.book.doc_of(target), target)
            return
        near = nearest(doc, self.book.pages)
        self.fault(mention, "no such page", self.relative(page, near), target)

    def _role_term(self, _page: Page, mention: Mention, _text: str, target: str) -> None:
        if " ".join(target.split()).lower() not in self.book.terms:
            self.fault(
                mention,
                "no such term in the glossary",
                nearest(target, (term for term, _ in self.book.terms.values())),
                target,
            )

    def _role_eq(self, _page: Page, mention: Mention, _text: str, target: str) -> None:
        if target not in self.book.equations:
            self.fault(mention, "no such equation", nearest(target, self.book.equations), target)

    _role_math_numref = _role_eq

    def _role_download(self, page: Page, mention: Mention, _text: str, target: str) -> None:
        if urls.looks_external(target):
            self.external(mention, target)
        else:
            self.file_target(page, Mention("file", mention.place, target), target)

    def _role_any(self, page: Page, mention: Mention, _text: str, target: str) -> None:
        known = self.find_label(target) or target.lower() in self.book.terms or target in self.book.equations
        if not known and self.book.join(page, target) not in self.book.pages:
            self.fault(mention, "no such label, page, term or equation", self.near_label(target), target)

    def _cite(self, mention: Mention) -> None:
        try:
            cited = [found.key for found in parse_citation_targets(mention.target)]
        except ValueError:
            self.fault(mention, "malformed citation; write {cite}`key` or {cite}`key1,key2`")
            return
        for key in cited:
            if key not in self.book.keys:
                self.fault(mention, "no such key in the bibliography", nearest(key, self.book.keys), key)

    def _evidence(self, mention: Mention, role: str, target: str) -> None:
        target = target.split(";")[0].strip()  # what follows says how the number is written
        known = self.book.evidence.known(role)
        if known is None or target in known:
            return
        if role == "fact" and target in self.book.evidence.empty:
            self.fault(mention, "this cell of the evidence table is empty", target=target)
        else:
            self.fault(mention, f"no such {role} in the evidence tables", nearest(target, known), target)

    def _named(self, page: Page, mention: Mention) -> None:
        if mention.detail == "ref":
            self._role_ref(page, mention, mention.text, mention.target)
        elif mention.detail == "doc":
            self._role_doc(page, mention, mention.text, mention.target)
        else:
            self._role_any(page, mention, mention.text, mention.target)


def _role_target(written: str) -> tuple[str, str]:
    match = _EXPLICIT.match(written)
    if match:
        return match.group("text").strip(), match.group("target").strip()
    return "", written.lstrip("!~").strip()
