"""The workflows: valid, pinned, with the least permissions, without kept credentials; and the other files GitHub reads."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.project.house import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
ZIZMOR = ("--offline", "--no-progress", "--persona", "pedantic")
# What each job may do beyond nothing. A new job must be entered here.
PERMISSIONS = {
    "check.yml": {"build-and-test": {"contents": "read"}, "what-changes": {"contents": "read"}},
    "publish.yml": {"build": {"contents": "read"}, "deploy": {"pages": "write", "id-token": "write"}},
    "external-links.yml": {"report": {"contents": "read", "issues": "write"}},
    "sources.yml": {"report": {"contents": "read", "issues": "write"}},
    "newest.yml": {"try": {"contents": "read"}},
    "vulnerabilities.yml": {"scan": {"contents": "read"}},
}


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)


def schema(name: str, path: Path) -> subprocess.CompletedProcess[str]:
    return run(tool("check-jsonschema"), "--builtin-schema", f"vendor.{name}", path)


def load(path: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key "on" as true.
    return {{True: "on"}.get(key, key): value for key, value in yaml.safe_load(path.read_text("utf-8")).items()}


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in load(path)["jobs"].values() for step in job["steps"]]


by_name = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def test_the_workflows_are_there() -> None:
    assert {path.name for path in WORKFLOWS} == set(PERMISSIONS)
    triggers = {path.name: set(load(path)["on"]) for path in WORKFLOWS}
    assert "pull_request" in triggers["check.yml"]
    assert triggers["publish.yml"] == {"push", "workflow_dispatch"}
    for name in ("external-links.yml", "sources.yml", "newest.yml", "vulnerabilities.yml"):
        assert triggers[name] == {"schedule", "workflow_dispatch"}, "what depends on others gates nothing"
    assert not any("pull_request_target" in names for names in triggers.values())


@pytest.mark.parametrize(
    "path", [*WORKFLOWS, ROOT / ".github/dependabot.yml", ROOT / "CITATION.cff"], ids=lambda p: p.name
)
def test_valid_by_its_schema(path: Path) -> None:
    kinds = {"dependabot.yml": "dependabot", "CITATION.cff": "citation-file-format"}
    result = schema(kinds.get(path.name, "github-workflows"), path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_issue_forms_are_valid() -> None:
    for path in FORMS:
        result = schema("github-issue-config" if path.stem == "config" else "github-issue-forms", path)
        assert result.returncode == 0, f"{path.name}: {result.stdout}{result.stderr}"


def test_zizmor_finds_nothing() -> None:
    result = run(tool("zizmor"), *ZIZMOR, ".github")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("was", "planted"),
    [
        ("persist-credentials: false", "fetch-depth: 1"),
        ("permissions:\n      contents: read", "permissions: write-all"),
        ("@de0fac2e4500dabe0009e67214ff5f5447ce83dd", "@main"),
    ],
)
def test_zizmor_would_find(tmp_path: Path, was: str, planted: str) -> None:
    text = (ROOT / ".github/workflows/check.yml").read_text("utf-8")
    assert was in text
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "check.yml").write_text(text.replace(was, planted))
    result = run(tool("zizmor"), *ZIZMOR, tmp_path)
    assert result.returncode != 0, result.stdout


@by_name
def test_actions_are_pinned_by_commit_with_their_version(path: Path) -> None:
    lines = [line.strip() for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    pinned = re.compile(r"(?:- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+)*")
    assert [line for line in lines if not pinned.fullmatch(line)] == []


def test_an_action_is_pinned_to_one_commit_everywhere() -> None:
    commits: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for step in steps(path):
            if "uses" in step:
                action, _, commit = step["uses"].partition("@")
                commits.setdefault(action, set()).add(commit)
    assert {action: pins for action, pins in commits.items() if len(pins) > 1} == {}


@by_name
def test_permissions_are_the_least(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == PERMISSIONS[path.name]


@by_name
def test_no_credentials_are_kept_and_no_secret_is_used(path: Path) -> None:
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
    assert "secrets." not in path.read_text("utf-8")


@by_name
def test_jobs_end_and_name_their_machine(path: Path) -> None:
    workflow = load(path)
    assert "concurrency" in workflow
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 60, name
        assert re.fullmatch(r"ubuntu-\d\d\.\d\d", job["runs-on"]), f"{name} runs on {job['runs-on']}"


@by_name
def test_no_expression_is_pasted_into_a_shell(path: Path) -> None:
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


def test_the_built_book_is_kept_and_published_as_built() -> None:
    kept = [step for step in steps(ROOT / ".github/workflows/check.yml") if "upload-artifact" in step.get("uses", "")]
    assert [(step["with"]["path"], step["with"]["if-no-files-found"]) for step in kept] == [("_build/html", "error")]
    pages = [step for step in steps(ROOT / ".github/workflows/publish.yml") if "pages-artifact" in step.get("uses", "")]
    assert [step["with"]["path"] for step in pages] == ["_build/html"]


def test_the_oldest_python_that_is_promised_is_tested() -> None:
    job = load(ROOT / ".github/workflows/check.yml")["jobs"]["build-and-test"]
    assert job["strategy"]["matrix"]["python"][0] == "3.11"
    assert any(".ci/run" in step.get("run", "") for step in job["steps"])
