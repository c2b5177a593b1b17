"""The merged style sheet keeps what can match and drops what cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from sphinx.errors import ExtensionError

from fmgenomics.site.styles import Merger, Sheet, Used


def used(page: str = '<main id="top"><p class="kept also">x</p><ul><li>y</li></ul></main>', script: str = "") -> Used:
    result = Used()
    result.add_page(page)
    result.add_script(script)
    return result


def merged(tmp_path: Path, css: str, extra: str = "", media: str = "", **options: str) -> str:
    (tmp_path / "sheet.css").write_text(css, "utf-8")
    return Merger(tmp_path, used(**options), lambda path, icons: None).merge(
        [Sheet(tmp_path / "sheet.css", media)], extra
    )


@pytest.mark.parametrize(
    "selector",
    [
        "p", "*", ".kept", "p.kept.also", "main > p", "#top .kept", "li:not(.absent)", "a:hover, p", ":root", "html",
        ":is(.absent, .kept)", "p::before", "[data-x]", "ul li:nth-child(2n+1)", "p:has(+ ul)", "body:where(.kept)",
    ],
)  # fmt: skip
def test_a_rule_that_could_match_stays(tmp_path: Path, selector: str) -> None:
    page = '<main id="top"><p class="kept also">x</p><ul><li><a href="#">y</a></li></ul></main>'
    assert "color:red" in merged(tmp_path, f"{selector}{{color:red}}", page=page)


@pytest.mark.parametrize(
    "selector",
    [".absent", "p.kept.absent", "#absent p", "table td", ":is(.absent, #absent)", "p:has(.absent)", ".a\\:b"],
)
def test_a_rule_that_cannot_match_goes(tmp_path: Path, selector: str) -> None:
    assert merged(tmp_path, f"{selector}{{color:red}}") == ""


def test_of_a_list_of_selectors_only_those_stay_that_could_match(tmp_path: Path) -> None:
    assert merged(tmp_path, ".absent,.kept , table{color:red}") == ".kept{color:red}\n"


@pytest.mark.parametrize(
    "script", ["el.classList.add('made')", 'x = `<td class="made">`', "document.querySelector('.made')"]
)
def test_what_a_script_names_stays(tmp_path: Path, script: str) -> None:
    assert "red" in merged(tmp_path, ".made{color:red}", script=script)


def test_conditions_stay_around_their_rules_and_go_when_empty(tmp_path: Path) -> None:
    css = "@media print{.kept{color:red}.absent{color:blue}}@media screen{.absent{color:blue}}@supports (gap:1px){p{gap:1px}}"
    assert merged(tmp_path, css) == "@media print{.kept{color:red}\n}\n@supports (gap:1px){p{gap:1px}\n}\n"


def test_a_sheet_for_one_medium_stays_for_it(tmp_path: Path) -> None:
    assert merged(tmp_path, "p{color:red}", media="print") == "@media print{p{color:red}\n}\n"


def test_variables_stay_as_long_as_something_reads_them(tmp_path: Path) -> None:
    css = ":root{--read:1px;--chain:var(--read);--dead:2px;--dead-too:var(--dead);--by-page:3px}p{margin:var(--chain)}"
    out = merged(tmp_path, css, page='<p><svg fill="var(--by-page)"></svg></p>')
    assert "--read" in out
    assert "--by-page" in out
    assert "--dead" not in out


def test_animations_stay_as_long_as_a_rule_names_them(tmp_path: Path) -> None:
    css = "@keyframes spin{to{rotate:1turn}}@keyframes dead{to{rotate:1turn}}p{animation:spin 1s}"
    out = merged(tmp_path, css)
    assert "@keyframes spin" in out
    assert "dead" not in out


def test_important_empty_and_quoted_values_survive(tmp_path: Path) -> None:
    css = 'p{color:red!important}:root{--light:}p{content:"a  b";background:var(--light)}'
    out = merged(tmp_path, css)
    assert "color:red!important" in out
    assert "--light:" in out
    assert 'content:"a  b"' in out


def test_imports_and_addresses_are_followed(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "mark.svg").write_text("<svg/>", "utf-8")
    (tmp_path / "deep" / "inner.css").write_text("p{background:url(mark.svg)}", "utf-8")
    assert merged(tmp_path, '@charset "utf-8";@import "deep/inner.css";') == "p{background:url(deep/mark.svg)}\n"


@pytest.mark.parametrize(
    ("css", "message"),
    [
        ("@import url(https://foreign.invalid/x.css);", "cannot merge @import"),
        ("@unheard-of x{p{color:red}}", "@unheard-of is not known"),
        ("p{background:url(missing.png)}", "there is no missing.png"),
        ("p{color:red;.nested{color:blue}}", "nested rules"),
        ("@font-face{font-family:x;src:url(x.woff2)}", "expected a .ttf"),
    ],
)
def test_what_it_cannot_merge_stops_the_build(tmp_path: Path, css: str, message: str) -> None:
    with pytest.raises(ExtensionError, match=message):
        merged(tmp_path, css)


def test_a_font_is_embedded_with_the_characters_that_rules_write(tmp_path: Path) -> None:
    (tmp_path / "sheet.css").write_text(
        '@font-face{font-family:I;src:url(i.woff2),url(i.ttf)}.kept:before{content:"\\f0c9"}.absent:before{content:"\\f0ca"}',
        "utf-8",
    )
    asked: list[tuple[str, set[int]]] = []

    def embed(path: Path, icons: set[int]) -> str:
        asked.append((path.name, icons))
        return "data:x"

    out = Merger(tmp_path, used(), embed).merge([Sheet(tmp_path / "sheet.css")])
    assert asked == [("i.ttf", {0xF0C9})]
    assert 'src:url(data:x) format("woff")' in out
