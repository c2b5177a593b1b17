"""Faults around the pages: table of contents, bibliography, configuration, cells, texts of the repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fmgenomics.links import __main__ as command
from fmgenomics.links.dialect import ConfigError
from fmgenomics.links.targets import EvidenceIds, Files, load_evidence, read_bib

TOC = "_toc.yml"
BIB = "references.bib"


def only(faults):
    """The one fault there must be."""
    assert len(faults) == 1, "\n".join(map(str, faults)) or "nothing found"
    return faults[0]


# table of contents


def test_toc_names_a_missing_page(book) -> None:
    book.append(TOC, "      - file: chapters/reslts")
    fault = only(book.check())
    assert (fault.file, fault.target, fault.nearest) == (TOC, "chapters/reslts", "chapters/results")
    assert fault.line == book.line(TOC, "chapters/reslts")


def test_toc_names_a_wrongly_cased_page(book) -> None:
    book.write("chapters/extra.md", "# Extra\n")
    book.append(TOC, "      - file: chapters/Extra")
    faults = book.check()
    assert {(fault.file, fault.target) for fault in faults} == {(TOC, "chapters/Extra"), ("chapters/extra.md",) * 2}


def test_toc_names_a_page_twice(book) -> None:
    book.append(TOC, "      - file: chapters/methods.md")
    fault = only(book.check())
    assert "named twice; first on line 6" in fault.message


def test_toc_pattern(book) -> None:
    book.append(TOC, "      - glob: chapters/m*")
    assert "pattern" in only(book.check()).message


def test_toc_address(book) -> None:
    book.append(TOC, "      - url: htps://example.org\n        title: Example")
    assert "unknown scheme" in only(book.check()).message


def test_toc_with_an_unknown_key(book) -> None:
    book.append(TOC, "      - fil: chapters/results")
    assert "cannot be read" in only(book.check()).message


def test_toc_that_is_not_yaml(book) -> None:
    book.append(TOC, "  - [")
    with pytest.raises(ConfigError, match="not YAML"):
        book.check()


def test_page_outside_the_toc(book) -> None:
    book.write("chapters/lonely.md", "# Lonely\n\nText.\n")
    fault = only(book.check())
    assert (fault.file, "outside the table of contents" in fault.message) == ("chapters/lonely.md", True)


def test_page_outside_the_toc_beside_the_texts_of_the_repository(book) -> None:
    book.write("CHANGELOG.md", "# Changes\n")
    book.write("stray.md", "# Stray\n")
    assert only(book.check()).file == "stray.md"


def test_orphan_is_outside_the_toc_too(book) -> None:
    book.write("backmatter/hidden.md", "---\norphan: true\n---\n\n# Hidden\n")
    assert only(book.check()).file == "backmatter/hidden.md"


def test_toc_names_an_excluded_page(book) -> None:
    book.write("chapters/_parts/page.md", "# Page\n")
    book.append(TOC, "      - file: chapters/_parts/page")
    assert "exclude_patterns" in only(book.check()).message


def test_page_that_is_no_markdown(book) -> None:
    book.write("chapters/old.rst", "Old\n===\n")
    book.append(TOC, "      - file: chapters/old")
    assert "only MyST Markdown" in only(book.check()).message


# bibliography


def test_key_defined_twice(book) -> None:
    book.append(BIB, "@book{smith2024genome,\n  title = {Again},\n}")
    fault = only(book.check())
    assert (fault.line, fault.target) == (book.line(BIB, "@book"), "smith2024genome")
    assert f"first at {BIB}:1" in fault.message


def test_key_defined_twice_in_another_case(book) -> None:
    book.append(BIB, "@book{Smith2024Genome,\n  title = {Again},\n}")
    assert "defined twice" in only(book.check()).message


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("doi", "10.12/abc", "malformed DOI"),
        ("doi", "10.1234/", "malformed DOI"),
        ("doi", "https://doi.org/10.1234/abc", "repeats its prefix"),
        ("doi", "10.1234/abc.", "swallowed"),
        ("doi", "10.1234/a bc", "malformed DOI"),
        ("doi", "10.1101/2023.01.11.523679v2", "no version"),
        ("doi", "10.1101/2023.01.11.523679.full.pdf", "publisher's page"),
        ("doi", "10.1234/xxxx", "placeholder"),
        ("doi", "10.1234/a10.1234/10.5678/b", "run together"),
        ("url", "htps://example.org", "unknown scheme"),
        ("url", "https://doi.org/10.12/abc", "malformed DOI"),
        ("url", "http://localhost/x", "private host"),
        ("url", "www.example.org", "without a scheme"),
        ("note", "See \\url{htp://example.org}", "unknown scheme"),
    ],
)
def test_address_in_the_bibliography(book, field: str, value: str, message: str) -> None:
    book.append(BIB, f"@misc{{new2025,\n  title = {{New}},\n  {field} = {{{value}}},\n}}")
    fault = only(book.check())
    assert message in fault.message
    assert fault.line == book.line(BIB, f"{field} = ")


def test_arxiv_number_in_the_bibliography(book) -> None:
    book.append(BIB, "@misc{new2025,\n  archiveprefix = {arXiv},\n  eprint = {2306.1},\n}")
    assert "arXiv" in only(book.check()).message


def test_bibliography_that_cannot_be_read(book) -> None:
    book.append(BIB, "@misc{new2025,\n  title = {Open,\n")
    assert any("cannot be read" in fault.message for fault in book.check())


def test_missing_bibliography(book) -> None:
    (book.root / BIB).rename(book.root / "refs.bib")
    assert any(fault.target == BIB and "not found" in fault.message for fault in book.check())


def test_every_entry_is_read_after_a_repeated_key(book) -> None:
    book.append(BIB, "@misc{smith2024genome,\n}\n@misc{late2025,\n  doi = {10.1234/z9},\n}")
    entries, faults = read_bib(book.root, BIB)
    assert [entry.key for entry in entries][-1] == "late2025"
    assert faults == []


# configuration and front matter


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("https://github.com/example-org/small-book", "htps://github.com/example-org/small-book", "unknown scheme"),
        ("https://example-org.github.io/small-book/", "http://localhost:8000/", "private host"),
        ("title: Small book", "title: Small book\nlogo: images/lgo.png", "no such file (logo)"),
        (
            "html:",
            "html:\n  extra_footer: <a href='chapters/index.html'>x</a>",
            "relative link on every page",
        ),
        ("html:", "html:\n  announcement: <a href='https//example.org'>x</a>", "mistyped scheme"),
    ],
)
def test_configuration(book, old: str, new: str, message: str) -> None:
    book.change("_config.yml", old, new)
    faults = book.check(fresh=True)
    assert any(message in fault.message and fault.file == "_config.yml" for fault in faults), faults


def test_configuration_that_is_not_yaml(book) -> None:
    book.append("_config.yml", "a: [")
    with pytest.raises(ConfigError, match="not YAML"):
        book.check(fresh=True)


def test_configuration_that_sphinx_refuses(book) -> None:
    book.change("_config.yml", "evidence_roles: _ext", "no_such_extension: _ext")
    with pytest.raises(ConfigError, match="Sphinx does not start"):
        book.check(fresh=True)


def test_heading_anchors_are_read_from_the_configuration(book) -> None:
    book.change("_config.yml", "myst_heading_anchors: 4", "myst_heading_anchors: 1")
    assert any(fault.target == "#what-it-holds" for fault in book.check(fresh=True))


def test_front_matter_link(book) -> None:
    book.change("chapters/index.md", '[the methods](methods.md)"', '[the methods](method.md)"')
    fault = only(book.check())
    assert (fault.target, fault.line) == ("method.md", 4)


def test_front_matter_address(book) -> None:
    book.change("chapters/index.md", "https://example.org/book", "htps://example.org/book")
    assert only(book.check()).line == 6


def test_front_matter_that_is_not_yaml(book) -> None:
    book.change("chapters/index.md", "myst:\n", "myst: [\n")
    assert any("not YAML" in fault.message for fault in book.check())


# cells and included files


def test_figure_of_a_cell_without_alt_text(book) -> None:
    book.change("chapters/methods.md", "    alt: a curve that rises\n", "    width: 10px\n")
    assert "without alt text" in only(book.check()).message


def test_link_in_the_caption_of_a_cell(book) -> None:
    book.change("chapters/methods.md", "[limits](#limits-label).", "[limits](#limit-label).")
    fault = only(book.check())
    assert (fault.target, fault.line) == ("#limit-label", book.line("chapters/methods.md", "#limit-label"))


def test_label_of_a_cell(book) -> None:
    book.change("chapters/methods.md", "    name: fig-curve\n", "    name: fig-curves\n")
    fault = only(book.check())
    assert (fault.file, fault.target, fault.nearest) == ("chapters/index.md", "fig-curve", "fig-curves")


def test_link_in_an_included_file(book) -> None:
    book.append("chapters/_parts/shared.md", "[it](result.md) and {cite}`nobody`")
    assert [(fault.file, fault.line, fault.target) for fault in book.check()] == [
        ("chapters/_parts/shared.md", 3, "nobody"),
        ("chapters/_parts/shared.md", 3, "result.md"),
    ]


def test_link_in_a_part_of_an_included_file(book) -> None:
    book.append("chapters/_parts/shared.md", "MARK\n\n[it](result.md)")
    book.change("chapters/methods.md", "shared.md\n", "shared.md\n:start-after: MARK\n")
    assert only(book.check()).line == 5


def test_label_in_an_included_file(book) -> None:
    book.append("chapters/_parts/shared.md", "(inside)=\n### Inside")
    book.append("chapters/index.md", "{ref}`inside`")
    assert book.check() == []


def test_file_that_includes_itself(book) -> None:
    book.append("chapters/_parts/shared.md", "```{include} _parts/shared.md\n```")
    assert "includes itself" in only(book.check()).message


def test_label_included_by_two_pages(book) -> None:
    book.append("chapters/_parts/shared.md", "(inside)=\n### Inside")
    book.append("chapters/index.md", "```{include} _parts/shared.md\n```")
    assert "defined twice" in only(book.check()).message


def test_term_defined_twice(book) -> None:
    book.append("backmatter/glossary.md", "```{glossary}\nauroc\n    Again.\n```")
    fault = only(book.check())
    assert (fault.target, fault.line) == ("auroc", book.line("backmatter/glossary.md", "auroc"))


def test_link_in_the_glossary(book) -> None:
    book.change("backmatter/glossary.md", "../chapters/results.md", "../chapters/result.md")
    assert only(book.check()).line == 5


def test_page_that_is_not_utf8(book) -> None:
    (book.root / "chapters/results.md").write_bytes(b"# R\xe9sultats\n")
    assert any("not UTF-8" in fault.message for fault in book.check())


# evidence


def test_evidence_ids(book) -> None:
    ids = load_evidence(book.root / "evidence")
    assert {"smith2024genome.assays", "evo-7b.year", "small-bench.tasks"} <= ids.facts
    assert ids.empty == {"quiet-model.parameters", "quiet-model.context_bp"}
    assert ids.results == {"smith2024genome-t1-auroc"}
    assert ids.known("verdict") is None


def test_verdict_keys_when_they_are_handed_in(book) -> None:
    ids = EvidenceIds(verdicts=frozenset({"gain"}))
    assert ids.known("verdict") == {"gain"}


def test_no_evidence_tables(tmp_path: Path) -> None:
    assert load_evidence(tmp_path) == EvidenceIds()


# upper and lower case on systems that do not care


def test_case_is_compared_where_the_file_system_ignores_it(book, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.is_file

    def careless(self: Path) -> bool:
        folder = self.parent
        return real(self) or (folder.is_dir() and self.name.lower() in {path.name.lower() for path in folder.iterdir()})

    monkeypatch.setattr(Path, "is_file", careless)
    assert (book.root / "chapters/METHODS.md").is_file()
    files = Files(book.root)
    assert files.is_file("chapters/methods.md")
    assert not files.is_file("chapters/METHODS.md")
    book.append("chapters/index.md", "[it](METHODS.md)")
    assert "case differ" in only(book.check()).message


# texts of the repository


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        ("[it](chapters/indx.md)", "chapters/indx.md", "no such file"),
        ("[it](chapters/Index.md)", "chapters/Index.md", "no such file"),
        ("[it](#small-bok)", "#small-bok", "no such heading"),
        ("[it](CHANGELOG.md#nothing)", "CHANGELOG.md#nothing", "no such heading"),
        ("[it][nowhere]", "nowhere", "without a definition"),
        ("[it](htps://example.org)", "htps://example.org", "unknown scheme"),
        ("![](images/dot.png)", "images/dot.png", "without alt text"),
        ("<img src='images/dott.png' alt='a dot'>", "images/dott.png", "no such file"),
        ("[it](../secret)", "../secret", "leaves the repository"),
        (
            "![x](https://github.com/example-org/small-book/actions/workflows/ci.yml/badge.svg)",
            "https://github.com/example-org/small-book/actions/workflows/ci.yml/badge.svg",
            "no such workflow",
        ),
    ],
)
def test_readme(book, text: str, target: str, message: str) -> None:
    book.write("CHANGELOG.md", "# Changes\n")
    book.append("README.md", text)
    fault = only(book.check_repository())
    assert (fault.file, fault.line, fault.target) == ("README.md", 5, target)
    assert message in fault.message


def test_readme_that_is_sound(book) -> None:
    book.append(
        "README.md", "[a](chapters/index.md#what-it-holds) [b](#small-book) [c](images) [d](../../issues) `{ref}`"
    )
    assert book.check_repository() == []


def test_issue_form_and_citation_file(book) -> None:
    new = "https://github.com/example-org/small-book/issues/new?template=wrong.yml"
    book.append("README.md", f"[report]({new})")
    book.write(
        ".github/ISSUE_TEMPLATE/number.yml",
        "name: Number\nbody:\n  - value: |\n      See\n      [it](htps://example.org)\n",
    )
    book.write("CITATION.cff", "title: Small\ndoi: 10.12/abc\n")
    assert [(fault.file, fault.line, fault.message.split(";")[0]) for fault in book.check_repository()] == [
        (".github/ISSUE_TEMPLATE/number.yml", 5, "unknown scheme 'htps:'"),
        ("CITATION.cff", 2, "malformed DOI (10.NNNN/name)"),
        ("README.md", 5, "no such issue form in this repository"),
    ]


# the command


def test_all_faults_are_printed_sorted_and_the_status_is_one(book, capsys: pytest.CaptureFixture[str]) -> None:
    book.append("chapters/results.md", "[a](b.md) {cite}`nobody`")
    book.append("chapters/index.md", "[a](b.md)")
    assert command.main(["--root", str(book.root), "--sources-only"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("chapters/index.md:")
    assert ": b.md: no such file" in lines[0]
    assert lines == sorted(lines)


def test_status_two_without_a_book(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--root", str(tmp_path)]) == 2
    assert "_config.yml" in capsys.readouterr().err


def test_status_two_without_a_build(book, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--root", str(book.root)]) == 2
    assert "make book" in capsys.readouterr().err


def test_status_two_for_unknown_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["--rot", "."])
    assert stopped.value.code == 2


def test_command_line(book) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fmgenomics.links", "--root", str(book.root), "--sources-only"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "links: nothing wrong in sources\n", "")
