"""The rules that a table schema cannot say: keys across files, ranges by metric, roles, repeats, who ran it."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from fmgenomics.bibliography import Entry

from .problem import Problem, nearest
from .reading import Row
from .records import ROLE_OF_CLASS, SCALE_OF_UNIT
from .schema import Resource

SOURCE_FIELDS = {
    "models": ["source"],
    "benchmarks": ["source"],
    "tables": ["source"],
    "facts": ["source"],
    "results": ["quoted_from"],
    "aliases": ["source"],
}
"""Columns that hold a key of references.bib."""

_NOT_A_KEY = {"aliases": "*", "results": "unknown"}
"""The one word such a column may hold instead of a key."""

_ALIAS_TARGET = {"model": "models", "metric": "metrics", "task": "tasks", "benchmark": "benchmarks"}

LOW_PERCENT = "low as printed"
"""A note with these words lets a percentage of at most 1 stand: some scores really are that low."""

Rows = dict[str, list[Row]]


def check(
    schema: dict[str, Resource],
    rows: Rows,
    ids: dict[str, set[str]],
    records: dict[str, list[Any]],
    bibliography: dict[str, Entry],
) -> Iterator[Problem]:
    """Everything wrong across rows and files. ``ids`` has those of faulty rows too, so that one fault is told once."""
    for resource in schema.values():
        yield from _unique(resource, rows[resource.name])
        yield from _foreign_keys(resource, rows[resource.name], ids)
        yield from _sources(resource, rows[resource.name], bibliography)
    yield from _aliases(rows["aliases"], ids)
    yield from _facts(rows["facts"], records["facts"])
    yield from _corrections(rows["corrections"], ids)
    models = {record.id: record for record in records["models"]}
    metrics = {record.id: record for record in records["metrics"]}
    pairs = list(zip(rows["results"], records["results"], strict=True))
    yield from _roles(pairs, models)
    yield from _ranges(pairs, metrics)
    yield from _percent_or_fraction(pairs, metrics)
    yield from _repeats(pairs)
    yield from _own_baseline(pairs)
    yield from _spellings(pairs, models, rows["aliases"])
    yield from _run_by(rows["tables"], records["tables"], pairs, models, bibliography)


def _unique(resource: Resource, rows: list[Row]) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row.cells[name] for name in resource.primary_key)
        if key in seen:
            yield row.problem(resource.primary_key[-1], f"stands already in line {seen[key]}; each row has its own")
        seen.setdefault(key, row.line)


def _foreign_keys(resource: Resource, rows: list[Row], ids: dict[str, set[str]]) -> Iterator[Problem]:
    for key in resource.foreign_keys:
        valid = ids[key.resource]
        for row in rows:
            value = row.cells[key.field]
            if value and value not in valid:
                yield row.problem(key.field, f"is no id of evidence/{key.resource}.csv{nearest(value, valid)}")


def _sources(resource: Resource, rows: list[Row], bibliography: dict[str, Entry]) -> Iterator[Problem]:
    for field in SOURCE_FIELDS.get(resource.name, ()):
        for row in rows:
            value = row.cells[field]
            if value and value != _NOT_A_KEY.get(resource.name) and value not in bibliography:
                yield row.problem(field, f"is no key of references.bib{nearest(value, bibliography)}")


def _aliases(rows: list[Row], ids: dict[str, set[str]]) -> Iterator[Problem]:
    for row in rows:
        target = _ALIAS_TARGET.get(row.cells["kind"])
        if target and row.cells["id"] not in ids[target]:
            near = nearest(row.cells["id"], ids[target])
            yield row.problem("id", f"is no id of evidence/{target}.csv{near}")


def _facts(rows: list[Row], records: list[Any]) -> Iterator[Problem]:
    for row, fact in zip(rows, records, strict=True):
        if row.cells["id"].split(".")[0] != row.cells["source"]:
            yield row.problem("id", f"expected to begin with its source, {row.cells['source']}.")
        if fact.unit == "fraction" and fact.value > 1:
            yield row.problem("value", "is no fraction; expected at most 1, or the unit percent")


def _corrections(rows: list[Row], ids: dict[str, set[str]]) -> Iterator[Problem]:
    for row in rows:
        target = row.cells["file"].removesuffix(".csv")
        if target not in ids:
            yield row.problem("file", f"is no table of the evidence{nearest(target, ids)}")


Pairs = list[tuple[Row, Any]]


def _roles(pairs: Pairs, models: dict[str, Any]) -> Iterator[Problem]:
    for row, result in pairs:
        model = models.get(result.model)
        if model is None or result.role == "random_init":
            continue
        expected = ROLE_OF_CLASS.get(model.class_)  # a class outside the enum is told at its own row
        if expected is not None and result.role != expected:
            yield row.problem(
                "role", f"expected {expected}, since {model.id} is of class {model.class_} in evidence/models.csv"
            )


def _ranges(pairs: Pairs, metrics: dict[str, Any]) -> Iterator[Problem]:
    for row, result in pairs:
        metric = metrics.get(result.metric)
        if metric is None:
            continue
        scale = SCALE_OF_UNIT.get(result.unit)
        if scale is None:  # a unit outside the enum is told at its own cell
            continue
        slack = 1e-9 * scale
        if metric.max is not None and result.value > metric.max * scale + slack:
            hint = "; a percentage has the unit percent" if scale == 1 and result.value <= 100 * metric.max else ""
            yield row.problem("value", f"{metric.name} is at most {metric.max * scale:g} in {result.unit}{hint}")
        if metric.min is not None and result.value < metric.min * scale - slack:
            yield row.problem("value", f"{metric.name} is at least {metric.min * scale:g} in {result.unit}")


def _percent_or_fraction(pairs: Pairs, metrics: dict[str, Any]) -> Iterator[Problem]:
    """A score of a metric that ends at 1 must not be both percent and fraction within one table.

    A percentage of at most 1 is nearly always a fraction under the wrong unit; where the source prints one, the note says so.
    """
    units: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for row, result in pairs:
        metric = metrics.get(result.metric)
        if metric is None or metric.max != 1:
            continue
        units[result.table, result.metric, result.metric_printed].setdefault(result.unit, row.line)
        if result.unit == "percent" and 0 < abs(result.value) <= 1 and LOW_PERCENT not in result.note:
            yield row.problem(
                "value",
                f"looks like a fraction under the unit percent; expected {result.value * 100:g}, or the unit fraction, "
                f"or {LOW_PERCENT!r} in the note",
            )
    for row, result in pairs:
        seen = units.get((result.table, result.metric, result.metric_printed), {})
        if len(seen) > 1 and result.unit != min(seen, key=lambda unit: seen[unit]):
            yield row.problem("unit", f"line {min(seen.values())} of the same table gives this metric in another unit")


def _identity(result: Any) -> tuple[str, ...]:
    return (
        result.table,
        result.dataset,
        result.task,
        result.task_printed,
        result.model,
        result.model_printed,
        result.role,
        result.setting,
        result.metric,
        result.metric_printed,
        result.locator,
    )


def _repeats(pairs: Pairs) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], tuple[int, float]] = {}
    for row, result in pairs:
        key = _identity(result)
        if key not in seen:
            seen[key] = row.line, result.value
            continue
        line, value = seen[key]
        if value == result.value:
            yield row.problem("id", f"repeats line {line}: same table, dataset, task, model and metric; remove one")
        else:
            yield row.problem(
                "value",
                f"line {line} gives {value:g} for the same table, dataset, task, model and metric; "
                "keep the published one, or say in model_printed, metric_printed or locator how they differ",
            )


def _own_baseline(pairs: Pairs) -> Iterator[Problem]:
    """Roles are tied to models already; this finds a pre-trained model that stands as its own untrained baseline."""
    seen: dict[tuple[str, ...], tuple[int, str]] = {}
    key: tuple[str, ...]
    for row, result in pairs:
        if result.role not in ("foundation", "random_init"):
            continue
        key = (result.table, result.dataset, result.task, result.task_printed, result.metric, result.metric_printed)
        key = (*key, result.model, result.model_printed, result.setting, result.locator)
        line, role = seen.setdefault(key, (row.line, result.role))
        if role != result.role and result.role == "random_init" and not result.model_printed:
            yield row.problem(
                "role",
                f"{result.model} stands as its own baseline (line {line}); name the untrained copy in model_printed",
            )


def _spellings(pairs: Pairs, models: dict[str, Any], aliases: list[Row]) -> Iterator[Problem]:
    known = {
        (row.cells["source"], row.cells["printed"], row.cells["id"]) for row in aliases if row.cells["kind"] == "model"
    }
    spelled = {(printed, id_) for _, printed, id_ in known}
    for row, result in pairs:
        model = models.get(result.model)
        if model is None or not result.model_printed or result.model_printed == model.name:
            continue
        if (result.model_printed, result.model) not in spelled:
            yield row.problem("model_printed", f"add it to evidence/aliases.csv as a spelling of {result.model}")


def _people(entry: Entry) -> list[tuple[str, str]]:
    """The authors in order as (last name, first given name), folded to plain lower-case letters."""
    people = []
    for author in entry.authors:
        last, _, given = author.partition(",")
        plain = [
            "".join(c for c in unicodedata.normalize("NFKD", part).casefold() if c.isalnum() or c == " ").split()
            for part in (last, given)
        ]
        if plain[0]:
            people.append((" ".join(plain[0]), plain[1][0] if plain[1] else ""))
    return people


def shares_authors(model: Entry, source: Entry) -> bool:
    """Whether the work that introduced a model and the work that ran it are by the same people.

    They are when they are one work, when the model's first or last author signed the other work, or when at
    least three of its authors did. A single author in the middle of a long list does not make a benchmark a self-report. Full given names
    must agree; an initial stands for every name it begins.
    """
    if model.key == source.key:
        return True
    others: dict[str, set[str]] = defaultdict(set)
    for last, given in _people(source):
        others[last].add(given)

    def signed(person: tuple[str, str]) -> bool:
        last, given = person
        return any(
            given == other or (given[:1] == other[:1] and min(len(given), len(other)) <= 1) for other in others[last]
        )

    people = _people(model)
    found = [signed(person) for person in people]
    return bool(people) and (found[0] or found[-1] or sum(found) >= 3)


PUBLISHED_MODELS = ("foundation", "strong-supervised", "integrative", "hybrid")
"""Classes whose models are somebody's own; a baseline trained for a comparison is nobody's."""


def _run_by(
    rows: list[Row], tables: Iterable[Any], pairs: Pairs, models: dict[str, Any], bibliography: dict[str, Entry]
) -> Iterator[Problem]:
    """``run_by`` must agree with the author lists, unless the note begins its reason with ``run_by:``."""
    evaluated: dict[str, set[str]] = defaultdict(set)
    undecided = set()  # a model row with a fault is told there, not again here
    for _, result in pairs:
        model = models.get(result.model)
        if model is None:
            undecided.add(result.table)
        elif model.class_ in PUBLISHED_MODELS and model.source in bibliography:
            evaluated[result.table].add(model.source)
    for row, table in zip(rows, tables, strict=True):
        if table.source not in bibliography or table.id in undecided or "run_by:" in table.note:
            continue
        own = [s for s in evaluated[table.id] if shares_authors(bibliography[s], bibliography[table.source])]
        expected = "model-authors" if own else "independent"
        if table.run_by != expected:
            why = f"{sorted(own)[0]} shares authors with {table.source}" if own else "no model in it is by its authors"
            yield row.problem("run_by", f"expected {expected}: {why}; or give the reason in the note after 'run_by:'")
