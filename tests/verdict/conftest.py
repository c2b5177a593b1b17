"""Small evidence made from a few rows, so that every number of the verdict can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest

from fmgenomics.bibliography import Entry
from fmgenomics.evidence import Evidence
from fmgenomics.evidence.records import ROLE_OF_CLASS, Benchmark, Metric, Model, Result, Table, Task

CLASS_OF_MODEL = {
    "fm-a": "foundation",
    "fm-b": "foundation",
    "fm-c": "foundation",
    "kmer": "linear",
    "cnn": "supervised-scratch",
    "enformer": "strong-supervised",
    "cadd": "integrative",
    "phylop": "conservation",
    "mean": "trivial",
    "replicate": "upper-bound",
}
MAKER = {"fm-a": "paper0"}


def _model(name: str) -> Model:
    return Model(name, name, name.upper(), MAKER.get(name, ""), 2024, None, None, *[""] * 5, "other", CLASS_OF_MODEL[name], *[""] * 5)  # fmt: skip


def _entry(key: str) -> Entry:
    author = {"paper0": "Ada, Maria"}.get(key, f"Other{key}, Ruth")
    return Entry(key=key, title=key, authors=[author], year=2025, venue="", doi=None, arxiv=None, url=None, peer_reviewed=True, note="")  # fmt: skip


def evidence(rows: Iterable[dict[str, Any]]) -> Evidence:
    """Each row gives source, model and value, and may give any other field of its result or table."""
    results, tables, sources = {}, {}, {"paper0"}
    for number, given in enumerate(rows):
        row = {"dataset": "d", "task": "promoter", "metric": "auroc", "setting": "probe", "unit": "fraction", "run_by": "independent", "homology": "unknown", "role": None, "uncertainty": "", "kind": "", "quoted": "", "printed": "", "detail": "", "place": ""} | given  # fmt: skip
        source = row["source"]
        sources.add(source)
        table = f"{source}-t1"
        tables[table] = Table(table, source, "Table 1", "https://example.org", date(2026, 1, 1), "bench", "mixed", "unknown", row["homology"], row["run_by"], "print", "what", "")  # fmt: skip
        id_ = f"{table}-{number:04d}"
        results[id_] = Result(
            id_, table, row["dataset"], row["task"], row["detail"], row["model"], row["printed"],
            row["role"] or ROLE_OF_CLASS[CLASS_OF_MODEL[row["model"]]], row["setting"], row["metric"], "", row["unit"],
            row["value"], row["uncertainty"], row["kind"], "", row["quoted"], row["place"], "", str(row["value"]),
        )  # fmt: skip
    return Evidence(
        bibliography={key: _entry(key) for key in sources},
        models={name: _model(name) for name in CLASS_OF_MODEL},
        benchmarks={"bench": Benchmark("bench", "Bench", "", None, *[""] * 3, "unknown", *[""] * 6)},
        metrics={
            "auroc": Metric("auroc", "AUROC", "higher", 0, 1, ""),
            "mse": Metric("mse", "MSE", "lower", 0, None, ""),
            "rank": Metric("rank", "rank", "none", None, None, ""),
        },
        tasks={"promoter": Task("promoter", "Promoters", "promoter", ""), "missense": Task("missense", "Missense", "variant-effect", "")},
        tables=tables,
        results=results,
        facts={},
        aliases=(),
        corrections={},
        version="test",
    )  # fmt: skip


@pytest.fixture
def make() -> Callable[..., Evidence]:
    return evidence
