"""The pages below ``evidence/``: one a source, with every row it gave under an address of its own.

They are plain pages without scripts to run: what a reader gets when scripts are off, and what each number links to.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from fmgenomics.evidence import Evidence
from fmgenomics.evidence.records import Fact, Result, Table

from . import addresses
from .quantities import in_prose, with_unit

_GITHUB = re.compile(r"github:([\w.-]+/[\w.-]+)(?::(.+))?")
_ADDRESS = re.compile(r"https?://\S+")


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("fmgenomics.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def seen_link(seen_at: str) -> Markup:
    """``seen_at`` with its address as a link; a repository path keeps its path as text."""
    if match := _GITHUB.fullmatch(seen_at):
        repository, path = match.groups()
        link = Markup('<a href="https://github.com/{0}">github.com/{0}</a>').format(repository)
        return link + (Markup(": {}").format(path) if path else "")
    if _ADDRESS.fullmatch(seen_at):
        return Markup('<a href="{0}">{0}</a>').format(seen_at)
    return escape(seen_at)


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        **asdict(fact),
        "anchor": addresses.fact_address(fact)[1],
        "text": with_unit(in_prose(fact.value, fact.unit, fact.printed, fact.bound), fact.unit),
        "seen": seen_link(fact.seen_at),
    }


def _result(evidence: Evidence, result: Result) -> dict[str, Any]:
    return {
        **asdict(result),
        "task": evidence.tasks[result.task].name + (f": {result.task_printed}" if result.task_printed else ""),
        "model": evidence.models[result.model].name,
        "metric": evidence.metrics[result.metric].name,
        "value": result.printed + ("%" if result.unit == "percent" else ""),
        "short_id": result.id.rpartition("-")[2],
    }


def _table(evidence: Evidence, table: Table, results: Iterable[Result]) -> dict[str, Any]:
    return {
        **asdict(table),
        "benchmark_name": evidence.benchmarks[table.benchmark].name if table.benchmark else "",
        "seen": seen_link(table.seen_at),
        "rows": [_result(evidence, result) for result in results],
    }


def _record_page(evidence: Evidence, rows: Iterable[Any], columns: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    shown = []
    for row in rows:
        cells = []
        for read in columns.values():
            value = read(row)
            number = isinstance(value, int | float)
            text = "" if value is None else f"{value:,}" if number else str(value)
            cells.append({"text": text, "number": number, "href": ""})
        if row.source:
            cells[1]["href"] = f"{row.source}.html"
        shown.append({"id": row.id, "cells": cells})
    return {"columns": list(columns), "rows": shown}


def _group(results: Iterable[Result]) -> dict[str, list[Result]]:
    by_table: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_table[result.table].append(result)
    return by_table


def write_pages(evidence: Evidence, folder: Path, progress: Callable[[str], None]) -> None:
    """Write all evidence pages into ``folder``, which exists."""
    environment = _environment()
    results = _group(evidence.results.values())
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in evidence.facts.values():
        facts[fact.source].append(fact)
    tables: dict[str, list[Table]] = defaultdict(list)
    for table in evidence.tables.values():
        tables[table.source].append(table)
    source_of_row = {row: fact.source for row, fact in evidence.facts.items()}
    source_of_row |= {row: evidence.tables[result.table].source for row, result in evidence.results.items()}
    source_of_row |= {row: table.source for row, table in evidence.tables.items()}
    corrections = defaultdict(list)
    for correction in evidence.corrections.values():
        corrections[source_of_row.get(correction.row, "")].append(correction)
    template = environment.get_template("source.html")
    for key, entry in evidence.bibliography.items():
        short = addresses.cited(entry)
        own = [_table(evidence, table, results[table.id]) for table in tables[key]]
        page = template.render(
            title=f"{short}: {entry.title}"[:110],
            description=f"Every number the book takes from {short}, with the place inside the source.",
            version=evidence.version,
            short=short,
            entry=entry,
            authors=", ".join(" ".join(reversed(author.split(", ", 1))) for author in entry.authors[:12])
            + (f" and {len(entry.authors) - 12} more" if len(entry.authors) > 12 else ""),
            facts=[_fact(fact) for fact in facts[key]],
            tables=own,
            n_results=sum(len(table["rows"]) for table in own),
            corrections=corrections[key],
        )
        (folder / f"{key}.html").write_text(page, "utf-8")
    progress(f"evidence pages: {len(evidence.bibliography)} sources")
    records = environment.get_template("records.html")
    pages: dict[str, tuple[str, str, dict[str, Any]]] = {
        "models": (
            "Models and comparators",
            "Every model and comparator of the evidence, with the attributes seen at its source.",
            _record_page(
                evidence,
                evidence.models.values(),
                {
                    "Id": lambda m: m.id,
                    "Name": lambda m: m.name,
                    "Class": lambda m: m.class_,
                    "Kind": lambda m: m.kind,
                    "Year": lambda m: str(m.year or ""),
                    "Parameters": lambda m: m.parameters,
                    "Context (bp)": lambda m: m.context_bp,
                    "Tokens": lambda m: m.tokenization,
                    "Architecture": lambda m: m.architecture,
                    "Objective": lambda m: m.objective,
                    "Pre-training data": lambda m: m.pretraining_data,
                    "Licence of weights": lambda m: m.weights_licence,
                    "Place in the source": lambda m: m.locator,
                    "Note": lambda m: m.note,
                },
            ),
        ),
        "benchmarks": (
            "Benchmarks",
            "Every benchmark of the evidence: what it asks, how it splits, what it forgets.",
            _record_page(
                evidence,
                evidence.benchmarks.values(),
                {
                    "Id": lambda b: b.id,
                    "Name": lambda b: b.name,
                    "Tasks": lambda b: b.tasks,
                    "Species": lambda b: b.species,
                    "Metrics": lambda b: b.metrics,
                    "Split": lambda b: b.split_policy,
                    "Homology-aware": lambda b: b.homology_aware,
                    "Negatives": lambda b: b.negatives,
                    "Baselines": lambda b: b.baselines_included,
                    "Asks": lambda b: b.asks,
                    "Forgets": lambda b: b.forgets,
                    "Place in the source": lambda b: b.locator,
                },
            ),
        ),
    }
    for name, (title, description, content) in pages.items():
        page = records.render(title=title, description=description, version=evidence.version, **content)
        (folder / f"{name}.html").write_text(page, "utf-8")


def write_verdict_page(evidence: Evidence, values: dict[str, Any], folder: Path) -> None:
    """The page that ``{verdict}`` numbers link to: every computed value under its name."""
    rows = []
    for name, value in sorted(values.items()):
        text = f"{value:.4g}" if isinstance(value, float) else f"{value}"
        cells = [
            {"text": name, "number": False, "href": ""},
            {"text": text, "number": not isinstance(value, str), "href": ""},
        ]
        rows.append({"id": name, "cells": cells})
    page = (
        _environment()
        .get_template("records.html")
        .render(
            title="Computed numbers of the verdict",
            description="Every number the book computes from the evidence, by the name its prose uses.",
            version=evidence.version,
            columns=["Name", "Value"],
            rows=rows,
        )
    )
    (folder / "verdict.html").write_text(page, "utf-8")
