"""From a contribution to rows of the tables: ids assigned, names resolved, roles derived."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fmgenomics.bibliography import BibliographyError
from fmgenomics.evidence import Evidence, EvidenceError, Problem, load
from fmgenomics.evidence.problem import nearest
from fmgenomics.evidence.records import ROLE_OF_CLASS
from fmgenomics.evidence.schema import Resource, read_schema

from .document import Fields, expect
from .refusal import Refusal
from .store import Changes, Explain, change

MOST_RESULTS = 5000
LISTS = ("results", "models")
_ASSIGNED = {"results": ("id", "table", "role"), "tables": ("id",)}


def line_of(cells: Iterable[str]) -> str:
    """One row as the tables write it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _whole(root: Path) -> Evidence:
    """The evidence as it is; a contribution is not judged on ground that is faulty already."""
    try:
        return load(root)
    except EvidenceError as error:
        first = ["The evidence has faults already, before this contribution; mend them first (make check):"]
        raise Refusal([*first, *map(str, error.problems)]) from None
    except BibliographyError as error:
        raise Refusal(["references.bib has faults already; mend them first:", *str(error).splitlines()]) from None


class Additions:
    """Rows to append, and where in the contribution each comes from."""

    def __init__(self, root: Path, schema: dict[str, Resource]):
        self._root = root
        self._schema = schema
        self._lines: dict[str, list[str]] = {}
        self._origin: dict[tuple[str, int], str] = {}
        self._length = {}
        for name in schema:
            self._length[name] = (root / "evidence" / schema[name].path).read_bytes().count(b"\n")

    def add(self, table: str, cells: dict[str, str], origin: str) -> None:
        lines = self._lines.setdefault(table, [])
        lines.append(line_of(cells.get(column, "") for column in self._schema[table].columns))
        self._origin[f"evidence/{self._schema[table].path}", self._length[table] + len(lines)] = origin

    def changes(self) -> dict[str, bytes]:
        """In the order of the package, in which each table leans only on those before it, aliases excepted."""
        new = {}
        for name in ("models", "aliases", "tables", "results"):
            if name in self._lines:
                path = f"evidence/{self._schema[name].path}"
                new[path] = (self._root / path).read_bytes() + "".join(self._lines[name]).encode()
        return new

    def explain(self, problem: Problem) -> str:
        origin = self._origin.get((problem.file, problem.line))
        if origin is None:
            return str(problem)
        return f"{origin}: {problem.field}: {problem.value[:80]!r}: {problem.message}"


def _numbers(ids: Iterable[str], prefix: str) -> int:
    """The largest number that follows ``prefix`` in ``ids``."""
    pattern = re.compile(re.escape(prefix) + r"(\d+)")
    return max((int(match[1]) for id_ in ids if (match := pattern.fullmatch(id_))), default=0)


def _check_form(document: Any, schema: dict[str, Resource], name: str) -> None:
    faults: list[str] = []
    top = {column for column in schema["tables"].columns if column != "id"} | {*LISTS, "table", "each", "bibtex"}
    columns = [column for column in schema["results"].columns if column not in ("id", "table")]
    if not isinstance(document, Fields):
        raise Refusal([f"{name}: expected fields such as 'source: ...'; see the example in CONTRIBUTING.md"])
    outer = Fields(document.line)
    outer.update({key: value for key, value in document.items() if key not in (*LISTS, "each")})
    outer.lines = document.lines
    faults += expect(outer, top, name, "a contribution")
    if "each" in document:
        faults += expect(document["each"], columns, name, "each")
    for kind, valid in (("results", columns), ("models", schema["models"].columns)):
        items = document.get(kind, [])
        at = f"{name}:{document.lines.get(kind, document.line)}"
        if not isinstance(items, list):
            faults.append(f"{at}: {kind}: expected a list, each entry beginning with '- '")
            continue
        if len(items) > MOST_RESULTS:
            faults.append(f"{at}: {kind}: {len(items)} entries; at most {MOST_RESULTS}: split the file")
            continue
        for number, item in enumerate(items, 1):
            faults += expect(item, valid, name, f"{kind}[{number}]")
    if not document.get("results"):
        faults.append(f"{name}: results: is missing; expected at least one number, and the comparators of its table")
    if faults:
        raise Refusal(faults)


@dataclass(frozen=True)
class Names:
    """The spellings of models that the book knows."""

    ids: frozenset[str]
    classes: dict[str, str]
    names: dict[str, str]
    spelled: dict[tuple[str, str], set[str]]

    @classmethod
    def of(cls, evidence: Evidence, new: list[Fields]) -> Names:
        classes = {model.id: model.class_ for model in evidence.models.values()}
        classes |= {model.get("id", ""): model.get("class", "") for model in new}
        names = {model.id: model.name for model in evidence.models.values()}
        names |= {model.get("id", ""): model.get("name", "") for model in new}
        spelled: dict[tuple[str, str], set[str]] = {}
        for alias in evidence.aliases:
            if alias.kind == "model":
                spelled.setdefault((alias.source, alias.printed), set()).add(alias.id)
        return cls(frozenset(classes), classes, names, spelled)

    def find(self, written: str, source: str) -> str | None:
        """The id for an id, the book's name, or a spelling that stands for one model only."""
        if written in self.ids:
            return written
        for found in (
            self.spelled.get((source, written), set()),
            self.spelled.get(("*", written), set()),
            {id_ for id_, name in self.names.items() if name == written},
        ):
            if len(found) == 1:
                return next(iter(found))
        return None


def added(root: Path, document: Any, name: str) -> tuple[Evidence, list[str]]:
    """Add what the document says; the evidence that results and the ids of the new rows. Raises :class:`Refusal`."""
    ids: list[str] = []

    def prepare() -> tuple[Changes, Explain]:
        schema = read_schema(root / "evidence")
        _check_form(document, schema, name)
        evidence = _whole(root)
        additions = Additions(root, schema)
        faults: list[str] = []
        source = document.get("source", "")
        bibtex = document.get("bibtex", "").strip()
        table = _table(document, evidence, additions, schema, faults, name)
        if table in evidence.tables:
            source = evidence.tables[table].source
        new_models = document.get("models") or []
        for number, model in enumerate(new_models, 1):
            additions.add("models", model, f"{name}:{model.line}: models[{number}]")
        names = Names.of(evidence, new_models)
        taken = _numbers(evidence.results, f"{table}-")
        each = document.get("each", {})
        learned: set[tuple[str, str]] = set()
        for number, given in enumerate(document["results"], 1):
            result = {**each, **given}
            place = f"{name}:{given.line}: results[{number}]"
            id_ = f"{table}-{taken + number:04d}"
            ids.append(id_)
            written = result.get("model", "")
            model = names.find(written, source)
            if model is None:
                known = [*names.ids, *names.names.values()]
                faults.append(
                    f"{place}: model: {written!r}: is no id or spelling of one model{nearest(written, known)}; "
                    "a new model goes under 'models:'"
                )
                continue
            printed = result.get("model_printed", "")
            if written != model and written != names.names[model] and not printed:
                printed = written
            role = result.get("role", "")
            expected = ROLE_OF_CLASS.get(names.classes[model], "")
            if role not in ("", "random_init", expected):
                faults.append(f"{place}: role: {role!r}: follows from the model ({expected}); leave it out")
            spelling = (printed, model)
            unknown = all(model not in names.spelled.get((at, printed), ()) for at in (source, "*"))
            if printed and printed != names.names[model] and spelling not in learned and unknown:
                learned.add(spelling)
                alias = {"kind": "model", "source": source, "printed": printed, "id": model}
                additions.add("aliases", alias, place)
            cells = {**result, "id": id_, "table": table, "model": model, "model_printed": printed}
            additions.add("results", {**cells, "role": role or expected}, place)
        if faults:
            raise Refusal(faults)
        changes: dict[str, bytes] = {}
        if bibtex and source not in evidence.bibliography:
            changes["references.bib"] = (root / "references.bib").read_bytes() + f"\n{bibtex}\n".encode()
        elif bibtex:
            raise Refusal([f"{name}: bibtex: references.bib holds {source} already; leave this field out"])
        return {**changes, **additions.changes()}, additions.explain

    return change(root, prepare), ids


def _table(
    document: Fields,
    evidence: Evidence,
    additions: Additions,
    schema: dict[str, Resource],
    faults: list[str],
    name: str,
) -> str:
    """The id of the table the results belong to: one that is there, or a new one."""
    source, locator = document.get("source", ""), document.get("locator", "")
    place = f"{name}:{document.line}"
    columns = [column for column in schema["tables"].columns if column != "id"]
    if wanted := document.get("table", ""):
        there = evidence.tables.get(wanted)
        if there is None:
            faults.append(
                f"{place}: table: {wanted!r}: is no table of the evidence{nearest(wanted, evidence.tables)}; "
                "leave it out for a table that is new"
            )
            return wanted
        again = [column for column in columns if document.get(column)]
        differing = [column for column in again if str(getattr(there, column)) != document[column]]
        for column in differing:
            faults.append(
                f"{name}:{document.lines[column]}: {column}: {wanted} has {str(getattr(there, column))[:80]!r} here; "
                "leave it out, or correct the table first"
            )
        return wanted
    for there in evidence.tables.values():
        if (there.source, there.locator.casefold()) == (source, locator.casefold()):
            faults.append(f"{place}: locator: {locator!r} of {source} is there already; write 'table: {there.id}'")
            return there.id
    if source not in evidence.bibliography and not document.get("bibtex"):
        faults.append(
            f"{name}:{document.lines.get('source', document.line)}: source: {source!r}: is no key of references.bib"
            f"{nearest(source, evidence.bibliography)}; add the paper there, or give its entry under 'bibtex: |'"
        )
    number = _numbers(evidence.tables, f"{source}-t") + 1
    table = f"{source}-t{number}"
    additions.add("tables", {**{column: document.get(column, "") for column in columns}, "id": table}, place)
    return table


@dataclass(frozen=True)
class Wrong:
    """A value that is not what the source says."""

    row: str
    field: str
    is_: str
    reason: str
    was: str | None = None
    file: str = ""


CORRECTION_FIELDS = ("file", "row", "field", "was", "is", "reason")


def wrong(document: Any, name: str) -> Wrong:
    """The correction that a document describes. Raises :class:`Refusal`."""
    faults = expect(document, CORRECTION_FIELDS, name, "a correction")
    if not faults:
        faults = [
            f"{name}: {key}: is missing" for key in ("row", "field", "reason") if not document.get(key, "").strip()
        ]
        faults += [f"{name}: is: is missing; write 'is: \"\"' to empty a cell"] if "is" not in document else []
    if faults:
        raise Refusal(faults)
    was = document.get("was")
    return Wrong(document["row"], document["field"], document["is"], document["reason"], was, document.get("file", ""))


def corrected(root: Path, fault: Wrong, today: str) -> tuple[Evidence, str]:
    """Correct one cell and log it; the evidence that results and the id of the log line. Raises :class:`Refusal`."""
    log = ""

    def prepare() -> tuple[Changes, Explain]:
        nonlocal log
        schema = read_schema(root / "evidence")
        evidence = _whole(root)
        resource, path, lines, at = _find(root, schema, fault)
        cells = next(csv.reader([lines[at].decode()]))
        if fault.field not in resource.columns:
            raise Refusal([f"{path}: has no column {fault.field!r}{nearest(fault.field, resource.columns)}"])
        if fault.field == "id":
            raise Refusal(
                ["The id of a row is its public address and never changes; add a row, or correct another field."]
            )
        column = resource.columns.index(fault.field)
        old = cells[column]
        if fault.was is not None and fault.was != old:
            raise Refusal(
                [f"{path}:{at + 1}: {fault.field}: is {old!r} and not {fault.was!r}; was it corrected already?"]
            )
        if old == fault.is_:
            raise Refusal([f"{path}:{at + 1}: {fault.field}: is {old!r} already; nothing to correct"])
        cells[column] = fault.is_
        lines[at] = line_of(cells).encode()
        log = f"c{_numbers(evidence.corrections, 'c') + 1:04d}"
        entry = [log, resource.path, fault.row, fault.field, old, fault.is_, fault.reason, today]
        logged = (root / "evidence/corrections.csv").read_bytes() + line_of(entry).encode()
        place = f"{path}:{at + 1} ({fault.row})"

        def explain(problem: Problem) -> str:
            if (problem.file, problem.line) == (path, at + 1):
                return f"{place}: {problem.field}: {problem.value[:80]!r}: {problem.message}"
            return str(problem)

        return {"evidence/corrections.csv": logged, path: b"".join(lines)}, explain

    evidence = change(root, prepare)
    return evidence, log


def _find(root: Path, schema: dict[str, Resource], fault: Wrong) -> tuple[Resource, str, list[bytes], int]:
    """Table, path, lines and index of the line whose first cell is the row's id."""
    ids: list[str] = []
    hits = []
    wanted = fault.file.removesuffix(".csv").removeprefix("evidence/")
    if wanted and wanted not in schema:
        raise Refusal([f"file: {fault.file!r}: is no table of the evidence{nearest(wanted, schema)}"])
    for name, resource in schema.items():
        if name == "corrections" or resource.columns[0] != "id" or (wanted and name != wanted):
            continue
        path = f"evidence/{resource.path}"
        lines = (root / path).read_bytes().splitlines(keepends=True)
        for at, line in enumerate(lines[1:], 1):
            id_ = line.split(b",", 1)[0].decode()
            ids.append(id_)
            if id_ == fault.row:
                hits.append((resource, path, lines, at))
    if not hits:
        raise Refusal([f"row: {fault.row!r}: is no row of the evidence{nearest(fault.row, ids)}"])
    if len(hits) > 1:
        files = ", ".join(hit[1] for hit in hits)
        raise Refusal([f"row: {fault.row!r} stands in {files}; say which with the field file"])
    return hits[0]
