"""The small book that faults are planted in, and the helpers to plant them."""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fmgenomics.links import dialect as dialects
from fmgenomics.links import repository, sources
from fmgenomics.links.dialect import Dialect
from fmgenomics.links.report import Fault

BOOK = Path(__file__).parent / "book"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only this machine may be reached."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1"}:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    return


@pytest.fixture(scope="session")
def small_dialect() -> Dialect:
    """The dialect of the small book, loaded once."""
    return dialects.load(BOOK)


@dataclass
class SmallBook:
    """A copy of the small book that a test may spoil."""

    root: Path
    dialect: Dialect

    def write(self, file: str, text: str) -> None:
        """Write a file of the book."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def append(self, file: str, text: str) -> None:
        """Add text at the end of a file."""
        path = self.root / file
        path.write_text(f"{path.read_text(encoding='utf-8').rstrip()}\n\n{text}\n", encoding="utf-8")

    def change(self, file: str, old: str, new: str) -> None:
        """Replace text that must be there."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def line(self, file: str, needle: str) -> int:
        """The number of the last line that holds the needle."""
        lines = (self.root / file).read_text(encoding="utf-8").splitlines()
        return max(number for number, line in enumerate(lines, 1) if needle in line)

    def check(self, *, fresh: bool = False) -> list[Fault]:
        """All faults of the sources; ``fresh`` reads a changed _config.yml too."""
        dialect = dialects.load(self.root) if fresh else replace(self.dialect, root=self.root)
        return sources.check(self.root, dialect)

    def check_repository(self) -> list[Fault]:
        """All faults of the texts beside the book."""
        return repository.check(self.root, replace(self.dialect, root=self.root))


@pytest.fixture
def book(tmp_path: Path, small_dialect: Dialect) -> SmallBook:
    """A fresh copy of the small book."""
    root = tmp_path / "book"
    shutil.copytree(BOOK, root, ignore=shutil.ignore_patterns("_build", "__pycache__"))
    return SmallBook(root, small_dialect)


@dataclass(frozen=True)
class Build:
    """The result of a build with ``-W -n``."""

    root: Path
    html: Path
    status: int
    log: str


def build(root: Path) -> Build:
    """Build a book as ``make book`` does: from clean, every warning an error."""
    command = [str(Path(sys.executable).parent / "jupyter-book"), "build", "-W", "-n", "--keep-going", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    return Build(root, root / "_build" / "html", done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Build:
    """The sound small book, built once; workers that run side by side wait for the first one's build."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    root, result = shared / "links-book", shared / "links-build.json"
    with (shared / "links-build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.is_file():
            shutil.copytree(BOOK, root, ignore=shutil.ignore_patterns("_build", "__pycache__"))
            done = build(root)
            result.write_text(json.dumps([done.status, done.log]), encoding="utf-8")
    status, log = json.loads(result.read_text(encoding="utf-8"))
    return Build(root, root / "_build" / "html", status, log)
