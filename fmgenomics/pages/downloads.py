"""What readers take away: each table as CSV, all as one JSON and Parquet, the schema, checksums and the version."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from fmgenomics.evidence import ROOT, Evidence
from fmgenomics.evidence.schema import PACKAGE_FILE, read_schema
from fmgenomics.verdict import summary
from fmgenomics.verdict.contests import contests

JSON_FILE = "evidence.json"
PARQUET_FILE = "results.parquet"
VERDICT_JSON = "verdict.json"
VERDICT_CSV = "verdict.csv"
CONTESTS_CSV = "contests.csv"
CHECKSUMS = "SHA256SUMS"


def write_downloads(evidence: Evidence, folder: Path, progress: Callable[[str], None]) -> None:
    """Write the downloads into ``folder``, which exists. The same evidence gives the same bytes."""
    schema = read_schema(ROOT / "evidence")
    for resource in schema.values():
        shutil.copyfile(ROOT / "evidence" / resource.path, folder / resource.path)
    shutil.copyfile(ROOT / "evidence" / PACKAGE_FILE, folder / PACKAGE_FILE)
    shutil.copyfile(ROOT / "references.bib", folder / "references.bib")
    whole: dict[str, object] = {"version": evidence.version, "licence": "CC-BY-4.0"}
    for name in schema:
        records = getattr(evidence, name)
        rows = records if isinstance(records, tuple) else records.values()
        whole[name] = [asdict(row) for row in rows]
    text = json.dumps(whole, ensure_ascii=False, default=str, separators=(",", ":"))
    (folder / JSON_FILE).write_text(text, "utf-8")
    results_frame(evidence).to_parquet(folder / PARQUET_FILE, index=False, compression="zstd")
    values = summary.compute(evidence)
    (folder / VERDICT_JSON).write_text(json.dumps(values, indent=1, sort_keys=True) + "\n", "utf-8")
    verdict_frame(evidence).to_csv(folder / VERDICT_CSV, index=False, lineterminator="\n")
    contests_frame(evidence).to_csv(folder / CONTESTS_CSV, index=False, lineterminator="\n")
    (folder / "VERSION").write_text(evidence.version + "\n", "utf-8")
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in sorted(folder.iterdir())
        if path.name != CHECKSUMS
    ]
    (folder / CHECKSUMS).write_text("\n".join(sums) + "\n", "utf-8")
    progress(f"downloads: {len(sums)} files")


def verdict_frame(evidence: Evidence) -> pd.DataFrame:
    """One row a cut of the verdict: its scope, comparators and filter, and what its contests say together."""
    rows = []
    for cut in summary.cuts(evidence):
        row: dict[str, object] = {
            "cut": cut.name,
            "scope": cut.scope,
            "comparators": cut.comparators,
            "filter": cut.filter,
        }
        row |= asdict(cut.summary)
        row.pop("leave_one_out")
        low, high = cut.summary.leave_one_out or (None, None)
        rows.append(row | {"leave_one_out_low": low, "leave_one_out_high": high, "evidence": evidence.version})
    return pd.DataFrame(rows)


def contests_frame(evidence: Evidence) -> pd.DataFrame:
    """One row a contest: what met, both readings of the margin, and the rows of the evidence that decide."""
    return pd.DataFrame(
        {
            "contest": contest.id,
            "source": contest.source,
            "benchmark": contest.benchmark,
            "dataset": contest.dataset,
            "task": contest.task,
            "category": contest.category,
            "setting": contest.setting,
            "metric": contest.metric,
            "run_by": contest.run_by,
            "version_read": contest.version,
            "homology_aware": contest.homology_aware,
            "foundation": contest.best_foundation.model,
            "foundation_value": contest.best_foundation.value,
            "foundation_rows": " ".join(contest.best_foundation.results),
            "comparator": contest.best_comparator.model,
            "comparator_class": contest.best_comparator.comparator_class,
            "comparator_value": contest.best_comparator.value,
            "comparator_rows": " ".join(contest.best_comparator.results),
            "margin_best": contest.margin("best"),
            "margin_median": contest.margin("median"),
            "error_closed": contest.error_closed("best"),
            "outcome": contest.outcome("best"),
            "quoted_number_decides": not contest.measured,
            "evidence": evidence.version,
        }
        for contest in contests(evidence)
    )


def results_frame(evidence: Evidence) -> pd.DataFrame:
    """One row a result, with what its table, task, model and metric say of it joined on: the shape people analyse."""
    rows = []
    for result in evidence.results.values():
        table = evidence.tables[result.table]
        model = evidence.models[result.model]
        rows.append(
            {
                "id": result.id,
                "source": table.source,
                "table": table.id,
                "benchmark": table.benchmark,
                "dataset": result.dataset,
                "task": result.task,
                "task_category": evidence.tasks[result.task].category,
                "model": model.id,
                "model_class": model.class_,
                "parameters": model.parameters,
                "role": result.role,
                "setting": result.setting,
                "metric": result.metric,
                "direction": evidence.metrics[result.metric].direction,
                "unit": result.unit,
                "value": result.value,
                "value_natural": result.natural,
                "uncertainty": result.uncertainty,
                "uncertainty_kind": result.uncertainty_kind,
                "n_test": result.n_test,
                "run_by": evidence.run_by(result),
                "quoted_from": result.quoted_from,
                "split_policy": table.split_policy,
                "homology_aware": table.homology_aware,
                "version_read": table.version,
                "locator": result.locator or table.locator,
            }
        )
    return pd.DataFrame(rows).astype({"parameters": "Int64"})
