"""The ways in: hooks and container name what is there, and the workflow of the evidence diff runs without rights."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fmgenomics.evidence import ROOT

HOOKS = {
    hook["id"]: hook
    for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    for hook in repo["hooks"]
}
FILES = {
    "ruff": "fmgenomics/contribute/diff.py",
    "ruff-format": "fmgenomics/contribute/diff.py",
    "issue-forms": ".github/ISSUE_TEMPLATE/wrong-number.yml",
}


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_each_hook_runs_and_is_content_with_the_book(name: str) -> None:
    command = HOOKS[name]["entry"].split()
    assert command[0].startswith(".venv/bin/")
    command[0] = str(Path(sys.executable).with_name(command[0].removeprefix(".venv/bin/")))
    files = [FILES[name]] if HOOKS[name].get("pass_filenames", True) else []
    done = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_hooks_look_at_files_that_exist() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.yml")]
    names += ["evidence/results.csv", "references.bib", "fmgenomics/evidence/load.py"]
    for name, hook in HOOKS.items():
        if "files" in hook:
            assert any(re.search(hook["files"], file) for file in names), name


def test_the_container_sets_up_the_book() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert container["postCreateCommand"] == "make env-dev"
    assert "chromium" in container["onCreateCommand"]


def test_the_diff_of_a_pull_request_reads_two_checkouts() -> None:
    """The command of the workflow, as the workflow runs it, from the folder head."""
    job = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text("utf-8"))["jobs"]["what-changes"]
    assert job["if"] == "github.event_name == 'pull_request'"
    assert [step["with"]["path"] for step in job["steps"] if "path" in step.get("with", {})] == ["head", "base"]
    (command,) = [line for line in job["steps"][-1]["run"].splitlines() if "contribute.diff" in line]
    assert re.fullmatch(
        r'\.venv/bin/python -m fmgenomics\.contribute\.diff \.\./base \. >> "\$GITHUB_STEP_SUMMARY"', command
    )
