"""A page of the theme becomes light and strict, and what nobody foresaw stops the build."""

from __future__ import annotations

import re

import pytest
from sphinx.errors import ExtensionError

from fmgenomics.site import page as pages
from fmgenomics.site.scripts import CORE, REPLACED

MODE = "(() => {})();"
HEAD = """<html lang="en" data-content_root="../" data-theme="auto">
<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" /><meta name="viewport" content="width=device-width" />
    <noscript>
    <style>
      .pst-js-only { display: none !important; }

    </style>
  </noscript>
<link href="../_static/styles/theme.css?digest=1" rel="stylesheet" />
<link rel="stylesheet" media="print" href="../_static/print.css?v=2" />
<link rel="preload" as="script" href="../_static/scripts/bootstrap.js?digest=1" />
<script data-cfasync="false">
    document.documentElement.dataset.mode = localStorage.getItem("mode");
</script>
"""
SCRIPTS = "".join(f'<script src="../_static/{name}?v=1"></script>\n' for name in (*CORE, *REPLACED))


def made(body: str = "", scripts: str = SCRIPTS) -> tuple[str, dict[str, str]]:
    page = f'{HEAD}{scripts}</head>\n<body class="x">{body}</body></html>'
    text, _, files = pages.treated(page, "chapters/x.html", "../", MODE)
    return text, files


def test_the_page_loads_one_sheet_and_one_deferred_script() -> None:
    text, _ = made()
    assert re.findall(r'(?:src|href)="([^"]*)"', text) == ["../_static/book.css?v=", "../_static/book.js?v="]
    assert text.count("<script") == 2
    assert "defer" in text
    assert text.count("viewport") == 1


def test_the_policy_comes_first_and_knows_the_inline_script() -> None:
    text, _ = made()
    assert text.index("Content-Security-Policy") < text.index("<script")
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert len(policy) == 1
    assert "unsafe" not in policy[0]
    assert pages.hash_of(MODE) in policy[0]
    assert f"<script>{MODE}</script>" in text


def test_style_sheets_are_read_with_their_medium() -> None:
    assert pages.sheets_of(HEAD) == [("../_static/styles/theme.css", ""), ("../_static/print.css", "print")]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<script src="../_static/new-of-the-theme.js"></script>', "the script new-of-the-theme.js"),
        ("<script>surprise()</script>", "an inline script that begins 'surprise"),
        ('<p onmouseover="surprise()">x</p>', "onmouseover"),
        ('<button data-bs-toggle="collapse">x</button>', "collapse"),
    ],
)
def test_what_a_theme_upgrade_could_bring_stops_the_build(body: str, message: str) -> None:
    with pytest.raises(ExtensionError, match=re.escape(message)):
        made(body)


@pytest.mark.parametrize("name", CORE)
def test_a_script_that_the_theme_no_longer_loads_stops_the_build(name: str) -> None:
    with pytest.raises(ExtensionError, match=re.escape(name)):
        made(scripts=SCRIPTS.replace(f'<script src="../_static/{name}?v=1"></script>\n', ""))


def test_a_style_that_the_theme_no_longer_writes_stops_the_build() -> None:
    with pytest.raises(ExtensionError, match="style sheets"):
        pages.treated(re.sub(r"<link[^>]*>", "", HEAD) + SCRIPTS + "</head>", "x.html", "", MODE)


def test_inline_styles_and_the_print_button_work_without_inline_code() -> None:
    text, _ = made('<td style="width: 33%; top:0">x</td><button onclick="window.print()">p</button>')
    assert " style=" not in text
    assert "onclick" not in text
    assert 'data-action="print"' in text
    assert pages.styled(text) == {"width: 33%; top:0"}
    assert '[data-style="width: 33%; top:0"]' in pages.rules_of(["width: 33%; top:0"])


def test_a_reference_stands_once_a_page() -> None:
    one = '<a class="reference internal" href="r.html#id1" title="Long reference">A</a>'
    text, _ = made(one + one + one.replace("id1", "id2"))
    assert text.count("Long reference") == 2


def test_the_numbers_of_a_chart_become_a_file() -> None:
    text, files = made('<a download="verdict.csv" href="data:text/csv;charset=utf-8,a%2Cb%0A1%2C2%0A">x</a>')
    assert files == {"charts/verdict.csv": "a,b\n1,2\n"}
    assert '<a download href="../charts/verdict.csv">' in text


def test_the_words_of_marks_become_a_file_that_comes_later() -> None:
    mark = '<a href="../evidence/s.html#r1" tabindex="-1" aria-label="W &amp; x"><title>W &amp; x</title><use/></a>'
    text, files = made(f'<figure class="book-figure" id="chart-m"><svg>{mark}</svg></figure>')
    assert files == {"charts/m.js": 'bookMarks({"../evidence/s.html#r1":"W & x"});\n'}
    assert "W &amp; x" not in text
    assert 'data-marks="../charts/m.js"' in text
    assert 'href="../evidence/s.html#r1" tabindex="-1" aria-hidden="true"' in text


@pytest.mark.parametrize(
    ("body", "attribute", "script"),
    [
        ('<div class="highlight"><pre>x</pre></div>', "data-copy=", None),
        ('<div class="toggle">x</div>', None, "toggle.js"),
        ('<div class="admonition dropdown">x</div>', None, "toggle.js"),
        ('<div class="sd-tab-set">x</div>', None, "tabs.js"),
        ('<div id="search-results"></div>', "data-search-data=", "search.js"),
        ("<p>plain</p>", None, None),
    ],
)
def test_a_page_asks_for_a_feature_only_where_it_uses_it(body: str, attribute: str | None, script: str | None) -> None:
    text, _ = made(body)
    assert ("data-copy=" in text or "data-search-data=" in text) is (attribute is not None)
    assert attribute is None or attribute in text
    names = re.findall(r'<script defer src="../_static/([\w-]+\.js)', text)
    assert names == ["book.js", *([script] if script else [])]


def test_a_treated_page_is_known_and_gets_new_versions() -> None:
    text, _ = made()
    assert pages.is_done(text)
    once = pages.versioned(text, {"book.css": "aa", "book.js": "bb"})
    assert "book.css?v=aa" in once
    assert "book.js?v=bb" in once
    assert "book.css?v=cc" in pages.versioned(once, {"book.css": "cc"})


def test_a_table_is_a_stop_for_the_keyboard_and_no_work_for_the_theme() -> None:
    inner = '<div class="pst-scrollable-table-container"><table></table></div>'
    text, _ = made(inner + f'<div class="scroll generated-table long" tabindex="0">{inner}</div>')
    assert "pst-scrollable" not in text
    assert text.count('<div class="book-table" tabindex="0" data-scrolls>') == 1
    assert text.count('<div class="book-table">') == 1
