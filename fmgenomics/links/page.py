"""What a page defines and what it points to: the records the readers fill and the checks judge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fmgenomics.links.report import Fault


@dataclass(frozen=True, order=True)
class Place:
    """A line of a source file; the file is relative to the book."""

    file: str
    line: int


@dataclass(frozen=True)
class Mention:
    """Something that points somewhere.

    kind is one of
      link      a Markdown link, its target as written
      image     an image, relative to the page
      file      a file that a directive or role reads, relative to the page
      role      a role; ``detail`` is its name
      label     a label named by a directive; ``detail`` is its type (ref, doc, any)
      html      an attribute of raw HTML; ``detail`` is ``tag.attribute``
      text-url  an address in plain text
      bracket   plain ``[text]`` that may have been meant as a link
      substitution  ``{{ key }}``
    """

    kind: str
    place: Place
    target: str
    text: str = ""
    detail: str = ""
    auto: bool = False
    folder: str | None = None
    """Folder the target is relative to, when it is not the page's own (files included with relative-docs)."""


@dataclass(frozen=True)
class Heading:
    """A heading and the anchor MyST gives it (empty when it lies below myst_heading_anchors)."""

    level: int
    title: str
    slug: str
    place: Place


@dataclass(frozen=True)
class Label:
    """An explicit target; ``titled`` says whether a reference without text of its own has something to show."""

    name: str
    kind: str
    titled: bool
    place: Place
    heading: str = ""
    """The slug of the heading it stands before, if it does."""


@dataclass
class Page:
    """All that was read from one page and the files it includes."""

    doc: str
    file: str
    headings: list[Heading] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    terms: list[tuple[str, Place]] = field(default_factory=list)
    equations: list[tuple[str, Place]] = field(default_factory=list)
    notes_defined: list[tuple[str, Place]] = field(default_factory=list)
    notes_used: list[tuple[str, Place]] = field(default_factory=list)
    definitions: dict[str, tuple[str, Place]] = field(default_factory=dict)
    definitions_used: set[str] = field(default_factory=set)
    html_ids: list[tuple[str, Place]] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    included: set[str] = field(default_factory=set)
    substitutions: set[str] = field(default_factory=set)
    generated: bool = False
    """Whether cells or the book's own directives add content that only the build knows."""
    orphan: bool = False

    def fault(self, place: Place, target: str, message: str, nearest: str = "") -> None:
        """Note a fault that needs no knowledge of the other pages."""
        self.faults.append(Fault(place.file, place.line, target, message, nearest))


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

    def find(self, first: int, needle: str) -> Place:
        """The place of a text that stands soon after a line; the line itself when it does not."""
        for line in range(first, min(first + 60, self.first + len(self.lines))):
            if needle and needle in self.line(line):
                return Place(self.file, line)
        return Place(self.file, first)
