"""The same commit gives the same bytes: in another folder, time zone, year and hash seed, and with plain Sphinx.

Takes two builds, so that it stands in a file of its own: ``python -m pytest tests/reproducible/test_builds.py``.
The first build is that of ``make test``; it is repeated only when something changed since.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.house import ROOT

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__", ".*_cache", ".hypothesis")
ELSEWHERE = {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "4242", "SOURCE_DATE_EPOCH": "1000000000", "LC_ALL": "C"}


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def differing(one: Path, other: Path) -> list[str]:
    """Files that are not the same, or on one side only."""
    first, second = digests(one), digests(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def run(root: Path, script: str, *arguments: str, **changed: str) -> None:
    done = subprocess.run(
        [sys.executable, str(root / "scripts" / script), *arguments],
        cwd=root,
        env={**os.environ, **changed},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture(scope="module")
def here() -> Path:
    run(ROOT, "book.py")
    return ROOT / "_build" / "html"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the sources, nothing of what was computed from them, in a folder with a space and other letters."""
    root = tmp_path_factory.mktemp("anderswo") / "das Büch"
    shutil.copytree(ROOT, root, ignore=NOT_COPIED)
    run(root, "book.py", **ELSEWHERE)
    yield root
    shutil.rmtree(root)


def test_two_builds_are_the_same_to_the_byte(here: Path, elsewhere: Path) -> None:
    assert len(digests(here)) > 200
    assert differing(here, elsewhere / "_build" / "html") == []


def test_plain_sphinx_gives_the_same_pages(here: Path, elsewhere: Path, tmp_path: Path) -> None:
    run(elsewhere, "plain.py", str(tmp_path / "html"), "--conf", str(tmp_path / "conf.py"))
    assert differing(here, tmp_path / "html") == []
    assert "extensions = [" in (tmp_path / "conf.py").read_text("utf-8")
    assert not (elsewhere / "conf.py").exists()


def test_no_page_names_the_place_where_it_was_built(here: Path, elsewhere: Path) -> None:
    places = [str(elsewhere).encode(), sys.prefix.encode()]
    built = elsewhere / "_build" / "html"
    named = [path.name for path in built.rglob("*") if path.is_file() and any(p in path.read_bytes() for p in places)]
    assert named == []


def test_a_difference_would_be_seen(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "page.html").write_text("same")
        (tmp_path / name / "changed.html").write_text(name)
    (tmp_path / "one" / "only.html").write_text("")
    assert differing(tmp_path / "one", tmp_path / "other") == ["changed.html", "only.html"]
