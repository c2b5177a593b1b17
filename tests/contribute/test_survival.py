"""Killed at any moment, on a full disk, in a read-only tree, twice at once: the evidence is the old or the new, never between."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fmgenomics.contribute import store
from fmgenomics.contribute.refusal import Refusal
from fmgenomics.evidence import ROOT, load

from .conftest import Book

# Dies, without any chance to tidy up, just before the n-th time that a file is written or renamed.
KILLED = """
import os, pathlib, signal, sys
from fmgenomics.contribute import store, __main__
left = int(sys.argv.pop(1))
def dying(call):
    def step(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **options)
    return step
store._write = dying(store._write)
pathlib.Path.replace = dying(pathlib.Path.replace)
store.shutil.rmtree = dying(store.shutil.rmtree)
sys.exit(__main__.main(sys.argv[1:]))
"""
STEPS = 10
"""Three new files, the note and its rename, three renames, the tidying; and one more, at which nothing is left to kill."""


def tables(book: Book) -> dict[str, bytes]:
    return {name: data for name, data in book.state().items() if not name.startswith(store.PENDING)}


def test_a_kill_at_any_moment_leaves_the_old_or_the_new(book: Book) -> None:
    pristine = book.root.with_name("pristine")
    shutil.copytree(book.root, pristine)
    old = tables(book)
    assert book.run("add", str(book.file)).returncode == 0
    new = tables(book)
    killed = 0
    for step in range(STEPS):
        shutil.rmtree(book.root)
        shutil.copytree(pristine, book.root)
        command = [sys.executable, "-c", KILLED, str(step), "--root", str(book.root), "add", str(book.file)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        killed += done.returncode == -9
        load(book.root)  # the tables hold together at every step, also before anybody comes to finish
        store.recover(book.root)
        assert tables(book) in (old, new), f"between old and new after step {step}"
        if tables(book) == old:
            assert book.run("add", str(book.file)).returncode == 0
        assert tables(book) == new
        assert not (book.root / store.PENDING).exists()
    assert killed == STEPS - 1


def test_work_done_by_hand_after_a_kill_is_not_overwritten(book: Book) -> None:
    """The note of a killed run is carried out only on files that are still as that run found them."""
    pending = book.root / store.PENDING / "evidence"
    pending.mkdir(parents=True)
    mine = book.root / "evidence" / "results.csv"
    (pending / "results.csv").write_text("of the killed run")
    note = {"evidence/results.csv": ["digest before", store._digest(pending / "results.csv")]}
    (pending.parent / "replace.json").write_text(json.dumps(note))
    before = book.state()
    done = book.run("add", str(book.file))
    assert done.returncode == 1
    assert "has changed since. Its version is in evidence/.pending/evidence/results.csv" in done.stdout
    assert book.state() == before
    assert mine.read_bytes() == before["evidence/results.csv"]


def test_what_changes_meanwhile_is_kept(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book.root / "evidence" / "tasks.csv"
    data = path.read_bytes()

    def edited(root: Path) -> object:
        path.write_bytes(data + b"by-hand,By hand,promoter,\n")
        return load(root)

    monkeypatch.setattr(store, "load", edited)
    with pytest.raises(Refusal, match="changed while this ran"):
        store.change(book.root, lambda: ({"evidence/tasks.csv": data + b"tool,Tool,promoter,\n"}, str))
    assert path.read_bytes().endswith(b"by-hand,By hand,promoter,\n")


def test_a_full_disk_changes_nothing(book: Book) -> None:
    """Files may grow to 1 KiB: room for some of the copies, not for all."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))"
    code = f"{limit}; import sys; from fmgenomics.contribute.__main__ import main; sys.exit(main(sys.argv[1:]))"
    before = book.state()
    command = [sys.executable, "-B", "-c", code, "--root", str(book.root), "add", str(book.file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cannot be written: File too large" in done.stdout
    assert book.state() == before
    assert book.run("add", str(book.file)).returncode == 0


@pytest.fixture
def read_only(book: Book) -> Iterator[Path]:
    """The base in a place that others may read, without the right to write there."""
    place = Path(tempfile.mkdtemp())
    shutil.copytree(book.root, place / "book")
    for path in [place, *place.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield place / "book"
    for path in [place, *place.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    shutil.rmtree(place)


def test_a_read_only_tree_is_told(read_only: Path) -> None:
    """Root may write everywhere, so that its child becomes nobody after the imports, which others may not read."""
    code = (
        "import sys, os; from fmgenomics.contribute.__main__ import main; import encodings.utf_8_sig\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-B", "-c", code, "--root", str(read_only), "add", str(read_only / "contribution.yml")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "HOME": "/"})
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "cannot be written: Permission denied" in done.stdout


def test_two_at_once(book: Book) -> None:
    handle = os.open(book.root / "evidence", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        done = book.run("add", str(book.file))
        assert done.returncode == 1
        assert "Another run" in done.stdout
    finally:
        os.close(handle)
    assert book.run("add", str(book.file)).returncode == 0
