"""scripts/environment.py: a fresh machine, an interrupted run, no network, an old Python. All in small copies."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

from tests.project.house import ROOT

SCRIPT = ROOT / "scripts" / "environment.py"
Version = namedtuple("Version", "major minor micro releaselevel serial")


def wheel(folder: Path, name: str, version: str) -> str:
    """A package of one empty module; the line that requires it, with its hash."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that needs one tiny package to build and one more to test, both in a local folder."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "wheels").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    (tmp_path / "requirements.txt").write_text(wheel(tmp_path / "wheels", "tinybook", "1.0"))
    (tmp_path / "requirements-dev.txt").write_text(wheel(tmp_path / "wheels", "tinytest", "1.0"))
    return tmp_path


def run(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    own |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(checkout / "wheels")}
    command = [sys.executable, str(checkout / "scripts" / "environment.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=own | environment)


def has(checkout: Path, module: str) -> bool:
    python = checkout / ".venv" / "bin" / "python"
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0


def test_made_once_quick_afterwards_and_mended_when_half_made(checkout: Path) -> None:
    first = run(checkout)
    assert first.returncode == 0, first.stderr
    assert "Making the environment" in first.stdout
    assert has(checkout, "tinybook")
    assert not has(checkout, "tinytest")

    started = time.monotonic()
    second = run(checkout)
    assert (second.returncode, second.stdout) == (0, "")
    assert time.monotonic() - started < 2

    # The tools of the tests are added to the same environment, which stays good for building.
    added = run(checkout, "--dev")
    assert added.returncode == 0, added.stderr
    assert "Making the environment" not in added.stdout
    assert has(checkout, "tinytest")
    assert run(checkout).stdout == ""

    # A run that was killed while it installed leaves no stamp.
    (checkout / ".venv" / ".requirements.txt.installed").unlink()
    (checkout / ".venv" / "left-over").touch()
    mended = run(checkout)
    assert mended.returncode == 0, mended.stderr
    assert "Removing the half-made" in mended.stdout
    assert not (checkout / ".venv" / "left-over").exists()
    assert has(checkout, "tinybook")


def test_without_a_network_it_says_so_and_the_next_run_recovers(checkout: Path) -> None:
    # Nothing listens on the discard port: the answer of a machine that is not connected.
    offline = {
        "PIP_NO_INDEX": "",
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
    }
    failed = run(checkout, **offline)
    assert failed.returncode == 1
    assert "without a network this cannot work" in failed.stderr
    assert "Traceback" not in failed.stderr
    recovered = run(checkout)
    assert recovered.returncode == 0, recovered.stderr
    assert has(checkout, "tinybook")


@pytest.fixture
def script(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module of the small checkout, which makes and installs nothing but notes what it would."""
    spec = importlib.util.spec_from_file_location("environment", checkout / "scripts" / "environment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.calls = []

    def call(command: list[str], **_: object) -> int:
        module.calls.append(command)
        if "venv" in command:
            python = Path(module.PYTHON)
            python.parent.mkdir(parents=True)
            python.touch()
        return 0

    monkeypatch.setattr(module.subprocess, "call", call)
    return module


def made_anew(script: ModuleType) -> bool:
    script.calls.clear()
    script.main([])
    return any("venv" in command for command in script.calls)


def test_every_half_made_state_is_made_anew(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, checkout: Path
) -> None:
    venv = checkout / ".venv"
    assert made_anew(script), "nothing there"
    assert not made_anew(script), "finished"
    shutil.rmtree(venv)
    venv.mkdir()
    assert made_anew(script), "an empty folder"
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to(checkout / "a-python-that-was-removed")
    assert made_anew(script), "the Python it was made with is gone"
    shutil.rmtree(venv)
    venv.symlink_to(checkout / "nowhere")
    assert made_anew(script), "a link to nothing"
    (checkout / "requirements.txt").write_text("tinybook==2.0\n")
    assert made_anew(script), "other packages"
    monkeypatch.setattr(script.sys, "version", "another")
    assert made_anew(script), "another Python"


def test_a_moved_checkout_gets_its_own_environment(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = script.fingerprint(script.wanted(False))
    monkeypatch.setattr(script, "VENV", script.VENV + "-elsewhere")
    assert script.fingerprint(script.wanted(False)) != before


def test_a_missing_ensurepip_names_the_package_to_install(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match="1"):
        script.main([])
    assert "sudo apt-get install python3-venv" in capsys.readouterr().err
    assert script.calls == []


def test_an_environment_that_cannot_be_made_leaves_nothing(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], checkout: Path
) -> None:
    def half_made(command: list[str], **_: object) -> int:
        Path(script.VENV).mkdir()
        return 1

    monkeypatch.setattr(script.subprocess, "call", half_made)
    with pytest.raises(SystemExit, match="1"):
        script.main([])
    assert "could not be made" in capsys.readouterr().err
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("old", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_an_old_python_gets_a_message(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], old: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(script.sys, "version_info", Version(*old, "final", 0))
    with pytest.raises(SystemExit, match="1"):
        script.main([])
    message = capsys.readouterr().err
    assert f"needs Python 3.11 or newer; this is {old[0]}.{old[1]}" in message
    assert "make book PYTHON=" in message
    assert script.calls == []


def test_an_old_python_can_read_the_script() -> None:
    """Python 2.7 still parses the grammar that is left when all of this is absent."""
    source = SCRIPT.read_text("ascii")
    tree = ast.parse(source, feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.AsyncFunctionDef, ast.Await, ast.Nonlocal, ast.Starred)
    for node in ast.walk(tree):
        assert not isinstance(node, newer), f"line {node.lineno}: {type(node).__name__}"
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            assert node.returns is None, f"line {node.lineno}: annotation"
            assert arguments.kwonlyargs + arguments.posonlyargs == [], f"line {node.lineno}: kinds of arguments"
            assert not any(argument.annotation for argument in arguments.args), f"line {node.lineno}: annotation"
        if isinstance(node, ast.Raise):
            assert node.cause is None, f"line {node.lineno}: raise from"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            assert len(node.args) == 1, f"line {node.lineno}: print of a tuple in Python 2"
            assert not node.keywords, f"line {node.lineno}: print with keywords"


def test_only_the_standard_library_is_imported() -> None:
    imports = [
        node for node in ast.walk(ast.parse(SCRIPT.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert {alias.name for node in imports for alias in node.names} <= {"hashlib", "os", "shutil", "subprocess", "sys"}
