"""Load, check and index the whole evidence in one pass."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fmgenomics.bibliography import Entry, load_keys

from . import rules
from .cells import complaints, convert
from .problem import EvidenceError, Problem
from .reading import Row, read_rows
from .records import Alias, Benchmark, Correction, Fact, Metric, Model, Result, Table, Task
from .schema import PACKAGE_FILE, Resource, read_schema

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds ``evidence/`` and ``references.bib``."""

_RECORDS: dict[str, type] = {
    "models": Model,
    "benchmarks": Benchmark,
    "metrics": Metric,
    "tasks": Task,
    "tables": Table,
    "results": Result,
    "facts": Fact,
    "aliases": Alias,
    "corrections": Correction,
}
_PYTHON_NAME = {"class": "class_", "is": "is_"}
_KEEPS_DIGITS = {"results", "facts"}


@dataclass(frozen=True, eq=False)
class Evidence:
    """Every table of the evidence by row id, with the bibliography its sources are keys of.

    Two loads are two objects, each equal to itself only: what is computed from one is kept with it.
    """

    bibliography: dict[str, Entry]
    models: dict[str, Model]
    benchmarks: dict[str, Benchmark]
    metrics: dict[str, Metric]
    tasks: dict[str, Task]
    tables: dict[str, Table]
    results: dict[str, Result]
    facts: dict[str, Fact]
    aliases: tuple[Alias, ...]
    corrections: dict[str, Correction]
    version: str

    @cached_property
    def own_models(self) -> dict[str, frozenset[str]]:
        """For each source, the models in its tables that its own authors made (see :func:`rules.shares_authors`)."""
        pairs = {(self.tables[result.table].source, result.model) for result in self.results.values()}
        own: dict[str, set[str]] = {}
        for source, model in pairs:
            maker = self.models[model].source if self.models[model].class_ in rules.PUBLISHED_MODELS else ""
            if maker and rules.shares_authors(self.bibliography[maker], self.bibliography[source]):
                own.setdefault(source, set()).add(model)
        return {source: frozenset(models) for source, models in own.items()}

    def run_by(self, result: Result) -> str:
        """Who ran this model: ``own-model`` (its authors), ``competitor`` (authors of another model of the table),
        or ``independent``. A quoted number was run by the work that it is quoted from."""
        table = self.tables[result.table]
        if result.quoted_from in self.bibliography:
            maker = self.models[result.model].source
            if maker and rules.shares_authors(self.bibliography[maker], self.bibliography[result.quoted_from]):
                return "own-model"
        elif table.run_by == "model-authors" and result.model in self.own_models.get(table.source, ()):
            return "own-model"
        return "competitor" if table.run_by == "model-authors" else "independent"


def _records(resource: Resource, rows: list[Row]) -> tuple[list[Any], list[Row], list[Problem]]:
    """The records of the rows that convert, those rows, and what is wrong with the others."""
    record = _RECORDS[resource.name]
    names = [_PYTHON_NAME.get(field.name, field.name) for field in resource.fields]
    keeps_digits = resource.name in _KEEPS_DIGITS
    records, good, problems = [], [], []
    for row in rows:
        values = []
        failed = False
        for field in resource.fields:
            text = row.cells[field.name]
            try:
                value = convert(field, text)
            except ValueError as error:
                problems.append(row.problem(field.name, str(error)))
                failed = True
                continue
            if text or field.required:
                for complaint in complaints(field, text, value):
                    problems.append(row.problem(field.name, complaint))
                    failed = failed or not text
            values.append(value)
        if not failed:
            extra = {"printed": row.cells["value"]} if keeps_digits else {}
            records.append(record(**dict(zip(names, values, strict=True)), **extra))
            good.append(row)
    return records, good, problems


def _version(folder: Path, bibliography: Path) -> str:
    """A short fingerprint of the evidence: the same data gives the same version on every machine."""
    digest = hashlib.sha256()
    for path in [*sorted(folder.glob("*.csv")), folder / PACKAGE_FILE, bibliography]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def load(root: Path = ROOT) -> Evidence:
    """The evidence below ``root``.

    Raises :class:`EvidenceError` with every problem of every file, each with file, line, field, value and the mend.
    """
    folder = root / "evidence"
    schema = read_schema(folder)
    records: dict[str, list[Any]] = {}
    rows: dict[str, list[Row]] = {}
    ids: dict[str, set[str]] = {}
    problems: list[Problem] = []
    for name, resource in schema.items():
        raw, faults = read_rows(folder / resource.path, resource, f"evidence/{resource.path}")
        problems.extend(faults)
        ids[name] = {row.cells["id"] for row in raw if "id" in row.cells}
        records[name], rows[name], faults = _records(resource, raw)
        problems.extend(faults)
    bibliography = load_keys(root / "references.bib")
    problems.extend(rules.check(schema, rows, ids, records, bibliography))
    if problems:
        raise EvidenceError(sorted(set(problems)))
    by_id = {name: {record.id: record for record in found} for name, found in records.items() if name != "aliases"}
    return Evidence(
        bibliography=bibliography,
        aliases=tuple(records["aliases"]),
        version=_version(folder, root / "references.bib"),
        **by_id,
    )
