"""A small valid evidence base that each test copies and spoils."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fmgenomics.evidence import ROOT, EvidenceError, load

SMALL = Path(__file__).parent / "small"


class Base:
    """A copy of the small evidence base, and ways to spoil it."""

    def __init__(self, root: Path):
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / "evidence" / name

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace ``old``, which must stand there, once."""
        text = self.path(name).read_text("utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        self.path(name).write_text(text.replace(old, new, 1), "utf-8")

    def add(self, name: str, line: str) -> None:
        with self.path(name).open("a", encoding="utf-8") as handle:
            handle.write(line + "\n")

    def problems(self) -> list[str]:
        """Every problem as the contributor reads it; an empty list when the base loads."""
        try:
            load(self.root)
        except EvidenceError as error:
            return [str(problem) for problem in error.problems]
        return []


@pytest.fixture
def base(tmp_path: Path) -> Base:
    shutil.copytree(SMALL, tmp_path / "book")
    shutil.copyfile(ROOT / "evidence" / "datapackage.yaml", tmp_path / "book" / "evidence" / "datapackage.yaml")
    return Base(tmp_path / "book")


@pytest.fixture
def refused(base: Base) -> Callable[..., str]:
    """The one line that holds all the given words; fails when no problem, or none with these words, was reported."""

    def find(*words: str) -> str:
        problems = base.problems()
        hits = [line for line in problems if all(word in line for word in words)]
        assert hits, f"no problem with {words} among: {problems}"
        return hits[0]

    return find
