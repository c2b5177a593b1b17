"""Reads a contribution: a small YAML file, or the text of an issue that was filed with one of the forms.

Every value stays the text that was written: ``0.90`` keeps its digits, ``no`` is a word, and no type is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from fmgenomics.evidence.problem import nearest

from .refusal import Refusal

LARGEST = 1_000_000
"""Bytes; a contribution is one table of one source."""
DEEPEST = 5
"""Levels of a document; none of ours has more than three."""

_HEADING = re.compile(r"^### (.+?)\s*$", re.MULTILINE)
_FENCE = re.compile(r"\A```\w*\n(.*?)\n?```\s*\Z", re.DOTALL)
_NO_ANSWER = "_No response_"


class Fields(dict[str, Any]):
    """A mapping of the document, with the line on which it and each of its keys stand."""

    def __init__(self, line: int):
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


def _plain(node: yaml.Node, name: str) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        if node.tag == "tag:yaml.org,2002:null":
            return ""
        # A folded or literal text of several lines becomes one line: a cell holds no line break.
        return " ".join(part.strip() for part in node.value.strip().split("\n")) if "\n" in node.value else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, name) for item in node.value]
    fields = Fields(line)
    assert isinstance(node, yaml.MappingNode)
    for key, value in node.value:
        at = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Refusal([f"{name}:{at}: a field must have a plain name"])
        if key.value in fields:
            raise Refusal([f"{name}:{at}: {key.value}: stands already in line {fields.lines[key.value]}"])
        raw = key.value == "bibtex" and isinstance(value, yaml.ScalarNode)
        fields[key.value] = value.value if raw else _plain(value, name)
        fields.lines[key.value] = at
    return fields


def parse(text: str, name: str) -> Any:
    """The document as text, lists and :class:`Fields`; raises :class:`Refusal`, never another error."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise Refusal([f"{name}:{line}: is nested too deeply; see the example in CONTRIBUTING.md"])
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise Refusal([f"{name}:{line}: no anchors or aliases (& and *); write it out"])
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}" if mark else name
        raise Refusal([f"{place}: is not valid YAML: {error.problem}; quote a text that holds ': ' or '#'"]) from None
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, Refusal):
            raise
        reason = str(error).replace("\n", " ")
        raise Refusal([f"{name}: is not valid YAML: {reason}"]) from None
    if node is None:
        raise Refusal([f"{name}: is empty; see the example in CONTRIBUTING.md"])
    return _plain(node, name)


def read(path: Path) -> str:
    """The text of a contribution; raises :class:`Refusal`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refusal([f"{path}: cannot be read: {error.strerror}"]) from None
    if len(data) > LARGEST:
        raise Refusal([f"{path}: {len(data):,} bytes; at most {LARGEST:,}: one table of one source a file"])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Refusal([f"{path}:{line}: is not UTF-8; save the file as UTF-8"]) from None


def labels(form: Path) -> dict[str, str]:
    """From the label of each question of an issue form to its id."""
    body = yaml.safe_load(form.read_text("utf-8"))["body"]
    return {part["attributes"]["label"]: part["id"] for part in body if "id" in part and part["type"] != "checkboxes"}


def is_issue(text: str) -> bool:
    return text.lstrip().startswith("### ")


def parse_issue(text: str, form: Path, name: str) -> Fields:
    """The answers of an issue that was filed with ``form``, by the ids of its questions; the rest is left out."""
    known = labels(form)
    text = text.replace("\r\n", "\n")
    found = Fields(1)
    headings = list(_HEADING.finditer(text))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        id_ = known.get(heading[1])
        if id_ is None:
            continue
        line = text.count("\n", 0, heading.start()) + 1
        if id_ in found:
            raise Refusal([f"{name}:{line}: the heading {heading[1]!r} stands already in line {found.lines[id_]}"])
        answer = text[heading.end() : following.start() if following else None].strip()
        answer = "" if answer == _NO_ANSWER else answer
        if fenced := _FENCE.match(answer):
            answer = fenced[1]
        # The heading, an empty line and the fence stand before a list; its lines count on from there.
        if id_ in ("results", "models"):
            if not answer:
                continue
            found[id_] = parse("\n" * (line + 2) + answer, name)
        elif id_ == "bibtex":
            found[id_] = answer
        else:
            found[id_] = " ".join(part.strip() for part in answer.split("\n"))
        found.lines[id_] = line
    if not found:
        raise Refusal([f"{name}: holds no heading of the form {form.name}"])
    return found


def expect(fields: Any, valid: Iterable[str], name: str, what: str) -> list[str]:
    """Complaints about anything but a mapping of known fields to plain text."""
    if not isinstance(fields, Fields):
        return [f"{name}: {what}: expected fields such as 'source: ...'; see the example in CONTRIBUTING.md"]
    valid = list(valid)
    faults = []
    for key, value in fields.items():
        place = f"{name}:{fields.lines.get(key, fields.line)}"
        if key not in valid:
            faults.append(f"{place}: {key}: is no field of {what}{nearest(key, valid)}")
        elif not isinstance(value, str):
            faults.append(f"{place}: {key}: expected one value, not a list or fields")
    return faults
