"""The locked stack: hashed, complete, the one that is installed, and within the bounds the book needs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project.house import ROOT

LOCKS = ["requirements.txt", "requirements-dev.txt"]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def locked(name: str) -> Iterator[tuple[Requirement, int]]:
    """Each requirement of a lock file and how many hashes it has."""
    logical = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    for line in logical.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield Requirement(line.split(" --hash")[0].strip()), len(HASH.findall(line))


def declared(name: str) -> Iterator[Requirement]:
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "-")):
            yield Requirement(line)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_one_version_with_hashes(name: str) -> None:
    loose = [
        str(requirement)
        for requirement, hashes in locked(name)
        if [specifier.operator for specifier in requirement.specifier] != ["=="] or hashes == 0
    ]
    assert loose == []


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_installed_is_what_is_locked(name: str) -> None:
    differs = {}
    for requirement, _ in locked(name):
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            version = "not installed"
        if not requirement.specifier.contains(version, prereleases=True):
            differs[str(requirement)] = version
    assert differs == {}, "run make test, which installs what is locked"


@pytest.mark.parametrize(("wish", "lock"), [("requirements.in", LOCKS[0]), ("requirements-dev.in", LOCKS[1])])
def test_the_lock_holds_what_was_asked_for(wish: str, lock: str) -> None:
    versions = {canonicalize_name(requirement.name): requirement for requirement, _ in locked(lock)}
    for asked in declared(wish):
        found = versions.get(canonicalize_name(asked.name))
        assert found is not None, f"{asked} is not in {lock}: run make lock"
        (pin,) = found.specifier
        assert asked.specifier.contains(pin.version, prereleases=True), f"{lock} has {found}, {wish} asks for {asked}"


def test_both_locks_agree() -> None:
    first, second = ({r.name: str(r.specifier) for r, _ in locked(name) if r.marker is None} for name in LOCKS)
    assert {name: (first[name], second[name]) for name in first.keys() & second if first[name] != second[name]} == {}


def test_pip_accepts_both_locks_and_has_nothing_to_do() -> None:
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--require-hashes", "--no-index"]
    asked = [part for name in LOCKS for part in ("-r", str(ROOT / name))]
    result = subprocess.run([*command, *asked], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "Would install" not in result.stdout


def test_pip_refuses_a_lock_with_a_missing_hash(tmp_path: Path) -> None:
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    (tmp_path / "bare.txt").write_text(lock + "\nnot-hashed==1.0\n", "utf-8")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--require-hashes", "--no-index"]
    result = subprocess.run([*command, "-r", str(tmp_path / "bare.txt")], capture_output=True, text=True)
    assert result.returncode != 0
    assert "hash" in result.stderr.lower()


def test_nothing_offers_the_versions_that_break_the_book() -> None:
    """The reasons stand in requirements.in; Dependabot must know them too."""
    bounds = {"jupyter-book": ">=2", "sphinx": ">=8", "sphinx-book-theme": ">=1.3", "pydata-sphinx-theme": ">=0.17"}
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text("utf-8"))["updates"]
    (pip,) = [update for update in updates if update["package-ecosystem"] == "pip"]
    assert {entry["dependency-name"]: entry["versions"] for entry in pip["ignore"]} == {
        name: [bound] for name, bound in bounds.items()
    }
    pinned = {requirement.name: requirement for requirement, _ in locked("requirements.txt")}
    for name, bound in bounds.items():
        (pin,) = pinned[name].specifier
        assert not Requirement(name + bound).specifier.contains(pin.version), f"{pinned[name]} breaks the book"
