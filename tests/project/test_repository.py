"""What holds for every file: no test is skipped, no owner, machine or secret place is written down, the book is whole."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from fmgenomics.pages import _link_repository as link_repository
from tests.project.house import ROOT, files, names_used, texts

HOUSE = (".ci", ".github", "backmatter", "chapters", "fmgenomics", "scripts")
PROSE = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "CITATION.cff",
    "LICENSE",
    "Makefile",
    "_config.yml",
    "_toc.yml",
)
WAYS_TO_SKIP = {
    "skip",
    "skipif",
    "skipIf",
    "skipUnless",
    "SkipTest",
    "skipTest",
    "xfail",
    "importorskip",
    "expectedFailure",
}
MACHINE = re.compile(r"(?<![\w.:/}~-])(?:file://)?/(?:home|Users|root|work|tmp|mnt|srv)/[\w.-]+")
LOCAL = re.compile(r"localhost|127\.0\.0\.1|0\.0\.0\.0", re.IGNORECASE)
REPOSITORY = re.compile(r"github\.com[/:](?!sponsors)[\w.-]+/[\w.-]+|[\w-]+\.github\.io", re.IGNORECASE)


def house() -> list[tuple[Path, str]]:
    return texts(*HOUSE) + [(Path(name), (ROOT / name).read_text("utf-8")) for name in PROSE]


def found(pattern: re.Pattern[str], where: list[tuple[Path, str]]) -> Iterator[str]:
    for path, text in where:
        for number, line in enumerate(text.splitlines(), 1):
            for match in pattern.finditer(line):
                yield f"{path}:{number}: {match[0]}"


def test_no_test_can_be_skipped() -> None:
    skips = [
        f"{path}:{line}: {name}"
        for path in files("tests")
        if path.suffix == ".py"
        for line, name in names_used(path)
        if name in WAYS_TO_SKIP
    ]
    assert skips == []


def test_a_skip_would_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "test_x.py"
    for planted in ("@pytest.mark.skipif(True)", "@pytest.mark.xfail", "@skip('x')", "@unittest.skipUnless(0, 'x')"):
        path.write_text(f"{planted}\ndef test_x():\n    'skip this'\n")
        assert {name for _, name in names_used(path)} & WAYS_TO_SKIP, planted
    path.write_text("from pytest import importorskip\n")
    assert {name for _, name in names_used(path)} & WAYS_TO_SKIP


def test_no_place_on_a_machine_is_written_down() -> None:
    """Tests plant such places; they may name none of the machine they run on."""
    assert list(found(MACHINE, house() + texts("evidence"))) == []
    own = [str(ROOT)] if len(ROOT.parts) > 2 else []
    named = [f"{path}: {place}" for path, text in texts() for place in own if re.search(rf"{re.escape(place)}\b", text)]
    assert named == []


def test_no_address_of_this_machine_is_written_down() -> None:
    """The preview listens on it and the link suite looks for it; no page and no document names it."""
    allowed = ("scripts/serve.py", "fmgenomics/links/")
    seen = [line for line in found(LOCAL, house() + texts("evidence")) if not line.startswith(allowed)]
    assert seen == []


def test_no_owner_or_repository_is_written_down() -> None:
    """Buttons take both from the build environment. Sources of evidence and examples of a faulty link may name theirs."""
    own = {path: text for path, text in house() if path.parts[0] not in ("chapters", "backmatter")}
    seen = [line for line in found(REPOSITORY, list(own.items())) if not line.startswith("fmgenomics/links/")]
    # An address with a place to fill in, as in f"github.com/{repository}", names nobody.
    assert [line for line in seen if "{" not in line] == []


def test_the_name_of_this_repository_is_not_in_it() -> None:
    remote = subprocess.run(["git", "remote", "get-url", "origin"], cwd=ROOT, capture_output=True, text=True).stdout
    match = re.search(r"[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?\s*$", remote) if "://" in remote or "@" in remote else None
    names = {match[1] if match else "", os.environ.get("GITHUB_REPOSITORY", "")} - {""}
    assert [f"{path}: {name}" for path, text in texts() for name in names if name.casefold() in text.casefold()] == []


@pytest.mark.parametrize(
    ("pattern", "planted", "seen"),
    [
        (MACHINE, "see /home/ada/book/x.md", True),
        (MACHINE, "open file:///Users/ada/x.html", True),
        (MACHINE, "https://example.org/home/ada", False),
        (MACHINE, "a /tmp folder", False),
        (LOCAL, "http://localhost:8000/", True),
        (LOCAL, "http://127.0.0.1/", True),
        (REPOSITORY, "https://github.com/ada/book", True),
        (REPOSITORY, "git@github.com:ada/book.git", True),
        (REPOSITORY, "https://ada.github.io/book/", True),
        (REPOSITORY, "https://github.com", False),
    ],
)
def test_a_planted_place_is_seen(pattern: re.Pattern[str], planted: str, seen: bool) -> None:
    assert bool(list(found(pattern, [(Path("x.md"), planted)]))) is seen


def test_every_page_of_the_contents_is_there_and_every_chapter_is_in_it() -> None:
    def walk(entry: object) -> Iterator[str]:
        if isinstance(entry, dict):
            yield from (entry[key] for key in ("root", "file") if key in entry)
            entry = list(entry.values())
        if isinstance(entry, list):
            for part in entry:
                yield from walk(part)

    listed = {f"{page}.md" for page in walk(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8")))}
    assert {path for path in listed if not (ROOT / path).exists()} == set()
    assert {path.as_posix() for path in files("chapters", "backmatter") if path.suffix == ".md"} == listed


def test_texts_are_utf8_with_unix_line_ends() -> None:
    wrong = [path for path, text in texts() if "\r\n" in text or (text and not text.endswith("\n"))]
    assert [path for path in wrong if "tests" not in path.parts] == []


def test_nothing_large_is_kept() -> None:
    large = {str(path): (ROOT / path).stat().st_size for path in files()}
    assert {path: size for path, size in large.items() if size > 5_000_000} == {}


def test_the_citation_names_the_book_and_its_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    assert citation["title"] == config["title"]
    assert citation["authors"] == [{"name": config["author"]}]
    released = re.search(r"^## (\d+\.\d+\.\d+), (\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert released is not None
    assert (citation["version"], citation["date-released"]) == released.groups()


def test_both_licences_are_named() -> None:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert "Creative Commons Attribution 4.0" in licence
    assert "MIT License" in licence
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["license"] == "CC-BY-4.0"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_of_the_documents_resolve(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    assert targets
    broken = []
    for target in targets:
        path, _, fragment = target.partition("#")
        if "://" in target:
            continue
        there = (ROOT / path) if path else ROOT / name
        headings = re.findall(r"^#+ (.+)$", there.read_text("utf-8"), re.M) if fragment and there.exists() else []
        slugs = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
        if not there.exists() or (fragment and fragment not in slugs):
            broken.append(target)
    assert broken == []


def test_buttons_take_the_repository_from_the_build_and_are_absent_without(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "BOOK_BRANCH"):
        monkeypatch.delenv(name, raising=False)
    options: dict[str, object] = {}
    link_repository(options)
    assert options == {}
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    buttons = ("use_issues_button", "use_repository_button", "use_edit_page_button")
    assert [config["html"][button] for button in buttons] == [False, False, False]
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/book")
    monkeypatch.setenv("BOOK_BRANCH", "next")
    link_repository(options)
    assert options["repository_url"] == "https://github.com/someone/book"
    assert options["repository_branch"] == "next"
    assert all(options[button] for button in buttons)
