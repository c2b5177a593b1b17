"""What every page of one build shares: the evidence, the verdict, and the fingerprint they are cached under."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx

from fmgenomics import evidence as evidence_package
from fmgenomics.evidence import ROOT, Evidence

PACKAGE = ROOT / "fmgenomics"
_COMPUTES = ("evidence", "verdict", "figures", "lab")
"""The parts of the package whose code a cell's output can depend on."""


@lru_cache(maxsize=2)
def _load(root: Path) -> Evidence:
    return evidence_package.load(root)


def evidence_of(app: Sphinx) -> Evidence:
    """The evidence of this build, loaded once; raises ``EvidenceError`` on bad rows."""
    return _load(ROOT)


def discard_damaged(cache: Path) -> str:
    """Remove what the cells computed where a kill or a full disk left it unreadable; says what was wrong, or nothing."""
    try:
        for index in cache.glob("global.db"):
            with contextlib.closing(sqlite3.connect(f"file:{quote(str(index))}?mode=ro", uri=True)) as database:
                if database.execute("pragma quick_check").fetchall() != [("ok",)]:
                    raise sqlite3.DatabaseError("the index of the stored cells is malformed")
                database.execute("select count(*) from nbcache").fetchone()
        for notebook in cache.glob("executed/*/base.ipynb"):
            json.loads(notebook.read_text("utf-8"))
    except (sqlite3.Error, OSError, ValueError) as error:
        shutil.rmtree(cache, ignore_errors=True)
        return f"{type(error).__name__}: {error}"
    return ""


def fingerprint(root: Path = ROOT) -> str:
    """Changes when the evidence or the code that computes from it changes, and only then."""
    digest = hashlib.sha256()
    files = [*root.glob("evidence/*.csv"), root / "evidence/datapackage.yaml", root / "references.bib"]
    for part in _COMPUTES:
        files.extend((PACKAGE / part).rglob("*.py"))
    files.append(PACKAGE / "bibliography.py")
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@lru_cache(maxsize=2)
def _verdict(cache: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):  # absent, or cut short by a kill or a full disk
        return json.loads(cache.read_text("utf-8"))
    from fmgenomics.verdict import summary

    values = summary.compute(_load(ROOT))
    cache.parent.mkdir(parents=True, exist_ok=True)
    half = cache.with_suffix(f".{os.getpid()}")
    half.write_text(json.dumps(values, indent=1, sort_keys=True), "utf-8")
    half.replace(cache)
    return values


def verdict_of(app: Sphinx) -> dict[str, Any]:
    """The computed numbers of the verdict by name; recomputed only when data or code changed."""
    return _verdict(Path(app.outdir).parent / ".verdict" / f"{fingerprint()}.json")
