"""The built book: faults planted into the pages of one real build, and the build itself as a gate."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fmgenomics.links import __main__ as command
from fmgenomics.links import dialect as dialects
from fmgenomics.links import html, lychee, toc
from fmgenomics.links.html import MissingBuild
from fmgenomics.links.lychee import LycheeMissing

from .conftest import BOOK, build

INDEX, METHODS, RESULTS = "chapters/index.html", "chapters/methods.html", "chapters/results.html"
END = "</article>"


@pytest.fixture
def site(built, tmp_path: Path, small_dialect):
    """A copy of the built small book that a test may spoil."""
    assert built.status == 0, built.log[-3000:]

    class Site:
        root = tmp_path / "book"
        folder = root / "_build" / "html"

        def change(self, page: str, old: str, new: str) -> None:
            path = self.folder / page
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{old!r} is not in {page}"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")

        def add(self, text: str, page: str = INDEX) -> None:
            self.change(page, END, f"{text}{END}")

        def check(self):
            return html.check(self.folder, self.root, toc.read(replace(small_dialect, root=self.root)))

        def only(self):
            faults = self.check()
            assert len(faults) == 1, "\n".join(map(str, faults)) or "nothing found"
            return faults[0]

    shutil.copytree(built.root, Site.root)
    return Site()


def test_sound_build(site) -> None:
    assert site.check() == []
    assert lychee.check(site.folder, "") == []
    assert command.main(["--root", str(site.root)]) == 0


PLANTS = [
    ("missing page", '<a href="method.html">x</a>', "method.html", "no such file", "methods.html"),
    ("wrongly cased page", '<a href="Methods.html">x</a>', "Methods.html", "case differ", "methods.html"),
    ("missing anchor", '<a href="#what-it-hold">x</a>', "#what-it-hold", "no such anchor", "#what-it-holds"),
    ("anchor elsewhere", '<a href="methods.html#limit">x</a>', "methods.html#limit", "no such anchor", "#limits"),
    ("wrongly cased anchor", '<a href="methods.html#Limits">x</a>', "methods.html#Limits", "no such anchor", "#limits"),
    ("empty", '<a href="">x</a>', "", "without a target", ""),
    ("hash", '<a href="#">x</a>', "#", "without a target", ""),
    ("absolute", '<a href="/chapters/methods.html">x</a>', "/chapters/methods.html", "absolute path", ""),
    ("leaves the book", '<a href="../../x.html">x</a>', "../../x.html", "leaves the published book", ""),
    ("source", '<a href="methods.md">x</a>', "methods.md", "no such file", "methods.html"),
    ("localhost", '<a href="http://localhost:8888/x">x</a>', "http://localhost:8888/x", "private host", ""),
    ("file", '<a href="file:///x.html">x</a>', "file:///x.html", "only on the machine", ""),
    ("javascript", '<a href="javascript:void(0)">x</a>', "javascript:void(0)", "not an address", ""),
    ("data link", '<a href="data:text/html,x">x</a>', "data:text/html,x", "not an address", ""),
    ("scheme", '<a href="htps://example.org">x</a>', "htps://example.org", "unknown scheme", "https://example.org"),
    ("doi", '<a href="https://doi.org/10.12/x">x</a>', "https://doi.org/10.12/x", "malformed DOI", ""),
    ("image", '<img src="../_images/no.png" alt="a dot">', "../_images/no.png", "no such file", ""),
    ("no alt", '<img src="../_images/dot.png">', "../_images/dot.png", "without alt text", ""),
    ("alt is a path", '<img src="../_images/dot.png" alt="../_images/dot.png">', "../_images/dot.png", "file name", ""),
    ("srcset", '<img src="../_images/dot.png" srcset="no.png 2x" alt="a dot">', "no.png", "no such file", ""),
    ("poster", '<video poster="no.png"></video>', "no.png", "no such file", ""),
    ("script", '<script src="../_static/no.js"></script>', "../_static/no.js", "no such file", ""),
    ("style", '<div style="background: url(no.png)">x</div>', "no.png", "no such file", ""),
    ("download", '<a href="../_downloads/x/no.csv">x</a>', "../_downloads/x/no.csv", "no such file", ""),
    ("no text", '<a href="methods.html"></a>', "methods.html", "without a text", ""),
    ("id twice", '<p id="box">x</p>', "#box", "id used twice", ""),
    ("second title", "<h1>Again</h1>", "h1", "2 first-level headings", ""),
    ("reference", '<span class="xref std">limits</span>', "limits", "leads nowhere", ""),
    ("problem", '<span class="problematic">:ref:x</span>', ":ref:x", "could not read", ""),
    ("left-over link", "<p>[x](methods.md)</p>", "](methods.md)", "not turned into", ""),
    ("left-over role", "<p>{ref}</p>", "{ref}", "not turned into", ""),
]


@pytest.mark.parametrize(("name", "text", "target", "message", "near"), PLANTS, ids=[plant[0] for plant in PLANTS])
def test_planted(site, name: str, text: str, target: str, message: str, near: str) -> None:
    site.add(text)
    fault = site.only()
    assert (fault.file, fault.target) == (f"_build/html/{INDEX}", target)
    assert message in fault.message
    if near:
        assert fault.nearest == near
    lines = (site.folder / INDEX).read_text(encoding="utf-8").splitlines()
    assert fault.line == 1 or text[:12] in lines[fault.line - 1]


SOUND = [
    "<pre>[x](y.md) {ref}`x`</pre>",
    '<a href="methods.html?q=1#limits">x</a> <a href="./methods.html">x</a> <a href="../chapters/">x</a>',
    '<a href="#top">x</a> <a href="methods.html#:~:text=limits">x</a>',
    '<img src="data:image/png;base64,AAAA" alt="a dot"> <img src="../_images/dot.png" alt="" role="presentation">',
    '<a href="methods.html"><img src="../_images/dot.png" alt="a dot"></a> <a href="methods.html" aria-label="x"></a>',
    '<a href="../open-data.csv">x</a> <a download="t.csv" href="data:text/csv,a">x</a>',
]


@pytest.mark.parametrize("text", SOUND)
def test_no_false_alarm(site, text: str) -> None:
    site.add(text)
    assert site.check() == []


def test_missing_page(site) -> None:
    (site.folder / METHODS).unlink()
    assert any(fault.target == METHODS and "was not built" in fault.message for fault in site.check())


def test_empty_page(site) -> None:
    path = site.folder / RESULTS
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"<article.*?</article>", "<article class='bd-article'><h1>R</h1></article>", text, flags=re.S)
    )
    faults = site.check()
    assert any(fault.message == "the page is empty" for fault in faults)


def test_page_of_no_bytes(site) -> None:
    (site.folder / RESULTS).write_text("")
    assert any(fault.message == "the page is empty" for fault in site.check())


def test_page_without_title(site) -> None:
    path = site.folder / RESULTS
    path.write_text(path.read_text().replace("<h1>Results", "<h2>Results"))
    assert any("0 first-level headings" in fault.message for fault in site.check())


def test_page_left_from_an_earlier_build(site) -> None:
    shutil.copy(site.folder / RESULTS, site.folder / "chapters/old.html")
    messages = {fault.message.split(" (")[0] for fault in site.check()}
    assert messages == {"built, but in no table of contents", "no way leads here from the start page"}


def test_page_that_nothing_links_to(site) -> None:
    (site.folder / "extra").mkdir()
    text = "<main><h1>Island</h1><p>Nobody comes to this page.</p><a href='../index.html'>x</a></main>"
    (site.folder / "extra/island.html").write_text(text)
    assert site.only().message == "no way leads here from the start page"


def test_next_page(site) -> None:
    site.change(
        METHODS, 'class="right-next"\n       href="results.html"', 'class="right-next"\n       href="index.html"'
    )
    fault = site.only()
    assert fault.target == "chapters/index.html"
    assert "the next page" in fault.message
    assert fault.nearest == RESULTS


def test_previous_page_missing(site) -> None:
    site.change(RESULTS, 'class="left-prev"', 'class="left"')
    assert "the previous page" in site.only().message


def test_order_of_the_table_of_contents(site) -> None:
    text = (site.root / "_toc.yml").read_text()
    swapped = text.replace("chapters/methods", "X").replace("chapters/results", "chapters/methods")
    (site.root / "_toc.yml").write_text(swapped.replace("X", "chapters/results"))
    assert len(site.check()) >= 4


def test_report_of_a_failed_cell(site) -> None:
    report = site.folder / "reports/chapters/methods.err.log"
    report.parent.mkdir(parents=True)
    report.write_text("Traceback\nZeroDivisionError: division by zero\n")
    assert "ZeroDivisionError" in site.only().message


def test_traceback_on_a_page(site) -> None:
    site.add('<div class="output traceback"><pre>Traceback\nValueError: no</pre></div>')
    assert "the cell raises ValueError: no" in site.only().message


def test_traceback_that_is_announced(site) -> None:
    site.add(
        '<div class="cell tag_raises-exception"><div class="output traceback"><pre>ValueError: no</pre></div></div>'
    )
    assert site.check() == []


def test_no_build(tmp_path: Path) -> None:
    with pytest.raises(MissingBuild, match="no built book"):
        html.check(tmp_path, tmp_path)


# lychee


def test_lychee_finds_a_broken_link_and_a_broken_anchor(site) -> None:
    site.add('<a href="no.html">x</a>\n<a href="methods.html#no">x</a>')
    found = lychee.check(site.folder, "_build/html/")
    assert {fault.target for fault in found} == {"chapters/no.html", "chapters/methods.html#no"}
    assert {fault.file for fault in found} == {f"_build/html/{INDEX}"}


def test_what_both_find_is_said_once(site, capsys: pytest.CaptureFixture[str]) -> None:
    site.add('<a href="no.html">x</a>')
    assert command.main(["--root", str(site.root)]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_missing_lychee_stops_the_check(site, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr("sys.executable", str(site.root / "python"))
    with pytest.raises(LycheeMissing, match=r"requirements-dev\.txt"):
        lychee.find()
    assert command.main(["--root", str(site.root)]) == 2
    assert "lychee not found" in capsys.readouterr().err


def test_broken_lychee_stops_the_check(site) -> None:
    program = site.root / "lychee"
    program.write_text("#!/bin/sh\necho no\n")
    program.chmod(0o755)
    with pytest.raises(LycheeMissing, match="gave no report"):
        lychee.check(site.folder, "", program)


# the build as a gate

SPOILT = """
[file](nothing.md), [anchor](#nothing-here), [other anchor](methods.md#nothing-here), [cased](Methods.md)

{ref}`nothing-label`, {numref}`nothing-figure`, {doc}`nothing-page`, {cite}`nothing1999`, {term}`nothing-term`

{eq}`nothing-equation`, {download}`nothing <nothing.csv>`, {reff}`nothing-role`, {any}`nothing-any`

![a dot](nothing.png)

```{nothing}
```

(limits-label)=
Twice.

A note[^nothing], and silent faults: [text][nothing-reference], [](), [x](htps://nothing.example.org), {ref} `space`.

[^unused]: Unused.

<a href="nothing.html">raw</a> <img src="../images/dot.png">
"""


def test_a_spoilt_book_fails_in_the_build_and_in_the_check(tmp_path: Path) -> None:
    """Sphinx sees many of these only with -W -n; the check sees all of them, those Sphinx is silent about too."""
    root = tmp_path / "book"
    shutil.copytree(BOOK, root, ignore=shutil.ignore_patterns("_build", "__pycache__"))
    page = root / "chapters/index.md"
    page.write_text(page.read_text() + SPOILT)
    methods = root / "chapters/methods.md"
    methods.write_text(methods.read_text() + "\n```{code-cell} python\n1 / 0\n```\n")
    bib = root / "references.bib"
    bib.write_text(bib.read_text() + "\n@misc{smith2024genome,\n  title = {Twice},\n}\n")
    result = build(root)
    assert result.status == 1
    for seen_by_sphinx in (
        "'nothing.md'",
        "'nothing-here'",
        "nothing-label",
        "nothing-figure",
        "nothing-page",
        "nothing1999",
        "nothing-term",
        "nothing-equation",
        "nothing.csv",
        "reff",
        "nothing-any",
        "nothing.png",
        "'nothing'",
        "Methods.md",
        "htps",
        "Executing notebook failed",
        "smith2024genome",
    ):
        assert seen_by_sphinx in result.log, seen_by_sphinx
    faults = command.collect(root, result.html)
    targets = {fault.target for fault in faults}
    assert {
        "nothing.md",
        "#nothing-here",
        "methods.md#nothing-here",
        "Methods.md",
        "nothing-label",
        "nothing-figure",
        "nothing-page",
        "nothing1999",
        "nothing-term",
        "nothing-equation",
        "nothing.csv",
        "{reff}",
        "nothing-any",
        "nothing.png",
        "{nothing}",
        "limits-label",
        "[^nothing]",
        "nothing-reference",
        "",
        "htps://nothing.example.org",
        "{ref}",
        "[^unused]",
        "nothing.html",
        "../images/dot.png",
        "smith2024genome",
        "cell",
    } <= targets
    assert any("ZeroDivisionError" in fault.message for fault in faults)


def test_the_dialect_knows_what_the_build_knows(small_dialect) -> None:
    assert {"fact", "cite:p", "term", "std:ref"} <= small_dialect.role_names
    assert {"figure", "glossary", "bibliography", "tab-set", "code-cell"} <= set(small_dialect.directive_classes)
    assert dialects.load(BOOK).myst.heading_anchors == 4
