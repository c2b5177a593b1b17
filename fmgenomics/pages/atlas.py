"""The data of the evidence atlas, encoded so that a browser can search and filter it at once.

Every column of repeated words is a list of its distinct words and, per row, an index into it; a filter compares small integers and
a search looks through the distinct words first. Ten times the rows grow the index arrays, hardly the words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fmgenomics.evidence import Evidence

from . import addresses
from .quantities import in_prose, significant

DATA_FILE = "atlas-data.js"


def _words(values: Iterable[str]) -> dict[str, Any]:
    """A column of words: its distinct ``words``, sorted, and per row the index of its word."""
    rows = list(values)
    words = sorted(set(rows), key=lambda word: (word.casefold(), word))
    index = {word: number for number, word in enumerate(words)}
    return {"words": words, "rows": [index[word] for word in rows]}


def _numbers(values: Iterable[float], texts: Iterable[str]) -> dict[str, Any]:
    """A column of numbers, with the text that shows each where it is not the number itself."""
    return {"rows": list(values), "texts": list(texts)}


def _results(evidence: Evidence) -> dict[str, Any]:
    rows = list(evidence.results.values())
    tables = [evidence.tables[row.table] for row in rows]
    return {
        "label": "Results",
        "address": {"page": "source", "anchor": "row"},
        "columns": {
            "category": {"label": "Task category", "filter": True}
            | _words(evidence.tasks[row.task].category for row in rows),
            "task": {"label": "Task"} | _words(evidence.tasks[row.task].name for row in rows),
            "dataset": {"label": "Dataset"} | _words(row.dataset for row in rows),
            "model": {"label": "Model", "filter": True} | _words(evidence.models[row.model].name for row in rows),
            "role": {"label": "Role", "filter": True} | _words(row.role for row in rows),
            "setting": {"label": "Setting", "filter": True} | _words(row.setting for row in rows),
            "metric": {"label": "Metric"} | _words(evidence.metrics[row.metric].name for row in rows),
            "value": {"label": "Value"}
            | _numbers(
                (float(f"{row.value:.4g}") for row in rows),
                ("%" if row.unit == "percent" else "" for row in rows),
            ),
            "run_by": {"label": "Who ran it", "filter": True} | _words(evidence.run_by(row) for row in rows),
            "benchmark": {"label": "Benchmark", "filter": True}
            | _words(
                evidence.benchmarks[table.benchmark].name if table.benchmark else "none named" for table in tables
            ),
            "source": {"label": "Source", "filter": True} | _words(table.source for table in tables),
            "row": {"label": "Row"} | _row_ids([row.id for row in rows]),
        },
    }


def _row_ids(ids: list[str]) -> dict[str, Any]:
    """Result ids are ``<table>-<number>``: the table as a word, the number apart."""
    split = [id_.rpartition("-") for id_ in ids]
    return _words(table for table, _, _ in split) | {"suffix": [number for _, _, number in split]}


def _facts(evidence: Evidence) -> dict[str, Any]:
    rows = list(evidence.facts.values())
    return {
        "label": "Facts",
        "address": {"page": "source", "anchor": "row"},
        "columns": {
            "statement": {"label": "Statement"} | _words(row.statement for row in rows),
            "subject": {"label": "Subject"} | _words(row.subject for row in rows),
            "quantity": {"label": "Quantity"} | _words(row.quantity for row in rows),
            "value": {"label": "Value"}
            | _numbers(
                (row.value for row in rows),
                (in_prose(row.value, row.unit, row.printed, row.bound) for row in rows),
            ),
            "unit": {"label": "Unit", "filter": True} | _words(row.unit for row in rows),
            "confidence": {"label": "Confidence", "filter": True} | _words(row.confidence for row in rows),
            "source": {"label": "Source", "filter": True} | _words(row.source for row in rows),
            "row": {"label": "Row"} | _words(addresses.fact_address(row)[1] for row in rows),
        },
    }


def _models(evidence: Evidence) -> dict[str, Any]:
    rows = list(evidence.models.values())
    return {
        "label": "Models",
        "address": {"fixed": "models", "anchor": "row"},
        "columns": {
            "name": {"label": "Name"} | _words(row.name for row in rows),
            "family": {"label": "Family"} | _words(row.family for row in rows),
            "class": {"label": "Class", "filter": True} | _words(row.class_ for row in rows),
            "kind": {"label": "Kind", "filter": True} | _words(row.kind for row in rows),
            "year": {"label": "Year", "filter": True} | _words(str(row.year or "not seen") for row in rows),
            "parameters": {"label": "Parameters"}
            | _numbers(
                (row.parameters or 0 for row in rows),
                (significant(row.parameters) if row.parameters else "not seen" for row in rows),
            ),
            "architecture": {"label": "Architecture", "filter": True}
            | _words(row.architecture or "not seen" for row in rows),
            "row": {"label": "Row"} | _words(row.id for row in rows),
        },
    }


def write_atlas(evidence: Evidence, folder: Path, progress: Callable[[str], None]) -> None:
    """Write the data as a script, so that it loads from a file as well as from a server."""
    data = {
        "version": evidence.version,
        "tables": {"results": _results(evidence), "facts": _facts(evidence), "models": _models(evidence)},
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (folder / DATA_FILE).write_text(f"atlas({text});\n", "utf-8")
    progress(f"atlas: {len(evidence.results):,} results, {len(text) / 1024:.0f} KiB")
