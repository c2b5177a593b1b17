"""scripts/book.py: quick when nothing changed, and never content with an old, killed, incomplete or faulty build."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.project.house import ROOT

CONTENTS = """\
format: jb-book
root: chapters/index
parts:
  - caption: The book
    chapters:
      - file: chapters/second
        sections:
          - file: chapters/deeper
"""
CONFIG = "title: Small\nauthor: A\nlaunch_buttons: {}\nexecute: {execute_notebooks: 'off'}\n"
PAGES = ("chapters/index", "chapters/second", "chapters/deeper")


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module of a small book of three pages, whose evidence is always in order."""
    for folder in ("scripts", "chapters", "evidence", "backmatter", "fmgenomics/evidence"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "book.py", tmp_path / "scripts")
    (tmp_path / "fmgenomics" / "evidence" / "__main__.py").write_text("print('in order')\n")
    (tmp_path / "_toc.yml").write_text(CONTENTS)
    (tmp_path / "_config.yml").write_text(CONFIG)
    for name in ("references.bib", "requirements.txt"):
        (tmp_path / name).touch()
    for page in PAGES:
        (tmp_path / f"{page}.md").write_text(f"# {page}\n\nText.\n")
    spec = importlib.util.spec_from_file_location("book", tmp_path / "scripts" / "book.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["book.py"])
    for name in module.ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    return module


@pytest.fixture
def builds(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Replaces jupyter-book by something quick; the function says whether a run of the script built the book."""
    count = 0

    def call(command: list[str], **_: object) -> int:
        nonlocal count
        if "build" in command:
            assert not script.HTML.exists(), "a build that starts on old output does not repeat its warnings"
            assert not (script.BUILD / ".doctrees").exists()
            assert {"-W", "-n", "--keep-going"} <= set(command)
            count += 1
            for page in (*PAGES, "index"):
                path = script.HTML / f"{page}.html"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("<h1>Page</h1>")
            (script.BUILD / ".doctrees").mkdir()
        return 0

    monkeypatch.setattr(script.subprocess, "call", call)

    def run() -> int:
        before = count
        assert script.main() == 0
        return count - before

    return run


def test_nothing_changed_is_not_built_again(
    script: ModuleType, builds: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert builds() == 1
    assert f"Open {script.HTML / 'index.html'}" in capsys.readouterr().out
    assert builds() == 0
    assert f"Nothing changed. Open {script.HTML / 'index.html'}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        *("chapters/index.md", "evidence/results.csv", "fmgenomics/new.py", "backmatter/new.md"),
        *("_config.yml", "_toc.yml", "references.bib", "requirements.txt", "scripts/book.py"),
    ],
)
def test_a_change_of_any_input_is_built(script: ModuleType, builds: Callable[[], int], change: str) -> None:
    builds()
    with (script.ROOT / change).open("a") as handle:
        handle.write("\n")
    assert builds() == 1
    assert builds() == 0


def test_a_removed_chapter_and_another_repository_are_built(
    script: ModuleType, builds: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    builds()
    (script.ROOT / "chapters" / "second.md").unlink()
    assert builds() == 1
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/book")
    assert builds() == 1


def test_a_killed_build_is_built_again(
    script: ModuleType, builds: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    builds()
    quick = script.subprocess.call

    def killed(command: list[str], **options: object) -> int:
        quick(command, **options)
        if "build" in command:
            raise KeyboardInterrupt
        return 0

    monkeypatch.setattr(script.subprocess, "call", killed)
    monkeypatch.setattr(sys, "argv", ["book.py", "--force"])
    with pytest.raises(KeyboardInterrupt):
        script.main()
    monkeypatch.setattr(script.subprocess, "call", quick)
    monkeypatch.setattr(sys, "argv", ["book.py"])
    assert builds() == 1


@pytest.mark.parametrize("loss", ["removed page", "page cut short", "removed index", "all gone"])
def test_lost_output_is_built_again(script: ModuleType, builds: Callable[[], int], loss: str) -> None:
    builds()
    if loss == "all gone":
        shutil.rmtree(script.HTML)
    elif loss == "page cut short":
        (script.HTML / "chapters" / "deeper.html").write_text("<h1>")
    else:
        (script.HTML / {"removed page": "chapters/deeper.html", "removed index": "index.html"}[loss]).unlink()
    assert builds() == 1


@pytest.mark.parametrize("written", [None, "<html><p>no heading</p></html>"])
def test_a_success_without_its_pages_is_a_failure(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    written: str | None,
) -> None:
    def call(command: list[str], **_: object) -> int:
        for page in PAGES if "build" in command else ():
            path = script.HTML / f"{page}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            if page != "chapters/deeper":
                path.write_text("<h1>Page</h1>")
            elif written is not None:
                path.write_text(written)
        return 0

    monkeypatch.setattr(script.subprocess, "call", call)
    assert script.main() == 1
    assert "these pages are missing or empty: chapters/deeper" in capsys.readouterr().err
    assert not script.STAMP.exists()


def test_faulty_evidence_stops_before_the_build(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (script.ROOT / "fmgenomics/evidence/__main__.py").write_text("print('results.csv:7: wrong')\nraise SystemExit(1)")
    assert script.main() == 1
    output = capfd.readouterr()
    assert "results.csv:7: wrong" in output.out
    assert "mend the rows above" in output.err
    assert "Traceback" not in output.err
    assert not script.HTML.exists()


def test_a_warning_fails_every_time(script: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    """With the real jupyter-book: the second run over the same pages must not succeed in silence."""
    assert script.main() == 0
    assert "Built in" in capfd.readouterr().out
    page = script.ROOT / "chapters" / "second.md"
    page.write_text("# Second\n\nSee {ref}`nowhere`.\n")
    for _ in range(2):
        assert script.main() == 1
        output = capfd.readouterr()
        assert "second.md:3: WARNING: undefined label" in output.err + output.out
        assert not script.STAMP.exists()
    page.write_text("# Second\n\nMended.\n")
    assert script.main() == 0


def test_a_full_disk_is_told_before_the_build(script, monkeypatch, capsys) -> None:
    monkeypatch.setattr(script.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 5_000_000})())
    monkeypatch.setattr(script.subprocess, "call", lambda *_, **__: 0)
    assert script.main() == 1
    assert "Only 5 MB are free" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_told(script, capsys) -> None:
    script.BUILD.write_text("a file in the way")
    assert script.main() == 1
    assert "_build cannot be written to" in capsys.readouterr().err
