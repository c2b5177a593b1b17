"""The commands that README, CONTRIBUTING and the workflows name are there, and make picks a Python that runs."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.house import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "Makefile", ".ci/run", "requirements.in", "requirements-dev.in")
PROMISED = {"book", "serve", "links", "test", "check", "lint", "lock", "clean", "distclean"}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def commands() -> list[tuple[str, str]]:
    """Each ``make target`` that a document or a workflow tells somebody to run."""
    paths = [ROOT / name for name in DOCUMENTS] + sorted((ROOT / ".github").rglob("*.y*ml"))
    paths += sorted((ROOT / ".github").rglob("*.md"))
    pattern = re.compile(r"(?:^|[`(:&]\s?|run: )make ([a-z][a-z-]*)", re.MULTILINE)
    return [
        (path.relative_to(ROOT).as_posix(), target)
        for path in paths
        for target in pattern.findall(path.read_text("utf-8"))
    ]


def test_every_named_command_is_a_target() -> None:
    assert commands(), "the documents name no command"
    assert [entry for entry in commands() if entry[1] not in targets()] == []
    assert targets() >= PROMISED


def test_the_readme_names_the_two_commands() -> None:
    named = {target for name, target in commands() if name == "README.md"}
    assert {"book", "test"} <= named


@pytest.mark.parametrize("target", sorted(PROMISED))
def test_every_target_calls_what_exists(target: str) -> None:
    result = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    for script in re.findall(r"scripts/\w+\.py", result.stdout):
        assert (ROOT / script).exists(), script
    for module in re.findall(r"-m ((?:fmgenomics|scripts)[\w.]*)", result.stdout):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
    for tool in re.findall(r"\.venv/bin/([\w-]+)", result.stdout):
        assert Path(sys.executable).with_name(tool).exists(), tool


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("machine", "picked"),
    [
        ({"python3": "exit 0"}, "python3"),
        ({"python3": "exit 1", "python3.12": "exit 0"}, "python3.12"),
        ({"python3": "exit 1", "python3.13": "exit 127", "python3.11": "exit 0"}, "python3.11"),
        ({"python3": "exit 1"}, "python3"),
        ({}, "python3"),
    ],
    ids=["new enough", "old beside new", "one that does not run", "only an old one", "none"],
)
def test_make_picks_a_python_that_runs(tmp_path: Path, machine: dict[str, str], picked: str) -> None:
    """A version manager leaves commands such as python3.13 on the path that answer that they are not installed."""
    for name, text in machine.items():
        program(tmp_path, name, text)
    make = shutil.which("make")
    assert make is not None
    own = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "PYTHON")}
    result = subprocess.run(
        [make, "-n", "env"], cwd=ROOT, capture_output=True, text=True, env={**own, "PATH": str(tmp_path)}
    )
    assert result.stdout.split() == [picked, "scripts/environment.py"], result.stderr


def test_the_gate_runs_the_test_command_of_the_readme() -> None:
    gate = ROOT / ".ci" / "run"
    assert gate.stat().st_mode & stat.S_IXUSR, "run chmod +x .ci/run"
    text = gate.read_text("utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert text.splitlines()[-1] == "make test"
    assert subprocess.run(["bash", "-n", gate]).returncode == 0


def test_the_gate_installs_only_what_is_missing(tmp_path: Path) -> None:
    """With apt-get replaced by a note of its arguments, on a machine that lacks a browser and on one that has it."""
    (tmp_path / "bin").mkdir()
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    note = tmp_path / "note"
    for name in ("bash", "dirname", "env", "cat"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    program(tmp_path / "bin", "python3", "exit 0")
    program(tmp_path / "bin", "id", "echo 0")
    program(tmp_path / "bin", "make", f'echo "make $*" >> {note}')
    program(tmp_path / "bin", "apt-cache", "exit 0")
    program(tmp_path / "bin", "apt-get", f'echo "apt-get $*" >> {note}')
    only = {"PATH": str(tmp_path / "bin")}
    assert subprocess.run([tmp_path / ".ci" / "run"], env=only).returncode == 0
    lines = note.read_text().splitlines()
    assert [line.split()[1] for line in lines] == ["update", "install", "test"]
    assert lines[1].endswith(" chromium")
    note.unlink()
    program(tmp_path / "bin", "chromium", "exit 0")
    assert subprocess.run([tmp_path / ".ci" / "run"], env=only).returncode == 0
    assert note.read_text() == "make test\n"
