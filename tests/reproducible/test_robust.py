"""What a build finds after a kill or a full disk, under any name of its folder: the next run recovers by itself."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fmgenomics.pages import book
from fmgenomics.pages.book import discard_damaged
from tests.project.house import ROOT

PAGE = """\
---
jupytext: {text_representation: {format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---
# One

```{code-cell} ipython3
1 + 1
```
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A book of one page that computes, in a folder with spaces, quotes and other letters."""
    root = tmp_path / "ein Büch's 本 (1)"
    for folder in ("scripts", "chapters", "evidence", "backmatter", "fmgenomics/evidence"):
        (root / folder).mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "book.py", root / "scripts")
    (root / "fmgenomics/evidence/__main__.py").write_text("print('in order')\n")
    (root / "_toc.yml").write_text("format: jb-book\nroot: chapters/index\n")
    (root / "_config.yml").write_text("title: Small\nauthor: A\nexecute: {execute_notebooks: cache}\n")
    (root / "chapters" / "index.md").write_text(PAGE)
    for name in ("references.bib", "requirements.txt"):
        (root / name).touch()
    return root


def start(root: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-B", str(root / "scripts" / "book.py")]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=root, stdout=quiet, stderr=quiet, start_new_session=True)


@pytest.mark.parametrize("moment", [".jupyter_cache", "html"])
def test_a_build_killed_on_its_way_is_made_anew(small: Path, moment: str) -> None:
    running = start(small)
    while running.poll() is None and not (small / "_build" / moment).exists():
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert not (small / "_build" / "book.stamp").exists()
    assert start(small).wait() == 0
    assert "<h1>" in (small / "_build" / "html" / "chapters" / "index.html").read_text("utf-8")


def cache(folder: Path) -> Path:
    """What a build leaves of its cells, as jupyter-cache lays it out."""
    (folder / "executed" / "abc").mkdir(parents=True)
    (folder / "executed" / "abc" / "base.ipynb").write_text(json.dumps({"cells": []}))
    database = sqlite3.connect(folder / "global.db")
    database.execute("create table nbcache (pk integer)")
    database.commit()
    database.close()
    return folder


def test_a_sound_cache_is_kept(tmp_path: Path) -> None:
    kept = cache(tmp_path / "ca ché%20")
    assert discard_damaged(kept) == ""
    assert (kept / "global.db").exists()
    assert discard_damaged(tmp_path / "absent") == ""


@pytest.mark.parametrize("damage", ["garbage", "empty", "cut", "notebook"])
def test_a_damaged_cache_is_thrown_away(tmp_path: Path, damage: str) -> None:
    spoiled = cache(tmp_path / "cache")
    index, notebook = spoiled / "global.db", spoiled / "executed" / "abc" / "base.ipynb"
    if damage == "garbage":
        index.write_bytes(b"garbage" * 500)
    elif damage == "empty":
        index.write_bytes(b"")
    elif damage == "cut":
        index.write_bytes(index.read_bytes()[:4096])
    else:
        notebook.write_text('{"cells": [')
    assert discard_damaged(spoiled) != ""
    assert not spoiled.exists()


@pytest.mark.parametrize("left", ["", '{"all.score": 0.1', "\x00" * 10])
def test_a_verdict_cut_short_is_computed_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str) -> None:
    kept = tmp_path / "verdict.json"
    kept.write_text(left)
    monkeypatch.setattr(book, "_load", lambda root: None)
    monkeypatch.setattr("fmgenomics.verdict.summary.compute", lambda evidence: {"all.score": 0.1})
    book._verdict.cache_clear()
    assert book._verdict(kept) == {"all.score": 0.1}
    assert json.loads(kept.read_text()) == {"all.score": 0.1}
    assert [path.name for path in tmp_path.iterdir()] == ["verdict.json"]
    book._verdict.cache_clear()
