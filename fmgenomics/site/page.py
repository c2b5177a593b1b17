"""One finished page made light and strict: one style sheet, deferred scripts, nothing inline, a content policy of its own."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from html import unescape
from urllib.parse import unquote

from sphinx.errors import ExtensionError

from .scripts import Stripped, stripped
from .search import DATA_FILE as SEARCH_DATA
from .styles import Used

STYLE, SCRIPT = "book.css", "book.js"
"""The merged files, in ``_static``."""

_POLICY = '<meta http-equiv="Content-Security-Policy"'
_CHARSET = re.compile(r"<meta charset=[^>]*>")
_SHEET = re.compile(r'[ \t]*<link\b[^>]*\brel="stylesheet"[^>]*>\n?')
_PRELOAD = re.compile(r'[ \t]*<link\b[^>]*\brel="preload"[^>]*>\n?')
_VIEWPORT = re.compile(r'[ \t]*<meta name="viewport"[^>]*>\n?')
_LINK_FIELD = re.compile(r'\b(href|media)="([^"]*)"')
_NOSCRIPT_STYLE = re.compile(
    r"[ \t]*<noscript>\s*<style>\s*\.pst-js-only \{ display: none !important; \}\s*</style>\s*</noscript>\n?"
)
_COMMENT = re.compile(r"[ \t]*<!--.*?-->\n?", re.DOTALL)
_HANDLER = re.compile(r'<[a-zA-Z][^>]*?\s(on[a-z]+)="([^"]*)"')
_STYLED = re.compile(r'(<[a-zA-Z][^<>]*?)\sstyle="([^"]*)"')
_KEPT_STYLE = re.compile(r'\sdata-style="([^"]*)"')
_TOGGLE = re.compile(r'data-bs-toggle="([^"]*)"')
_CITATION = re.compile(r'(<a class="reference internal" href="([^"]*#[^"]*)") title="[^"]*"')
_NUMBER = re.compile(
    r'(<a class="evidence-number" href="[^"]*") title="([^"]*)"(>(?:(?!</a>).)*?<span class="for-screen-readers"> \(\2\)</span>)',
    re.DOTALL,
)
_CITATION_ID = re.compile(r'(<span class="bibtex-citation") id="id\d+"')
_CSV = re.compile(r'download="([\w-]+)\.csv" href="data:text/csv;charset=utf-8,([^"]*)"')
_FIGURE = re.compile(r'<figure class="book-figure" id="chart-([\w-]+)">.*?</figure>', re.DOTALL)
_MARK = re.compile(r'<a href="([^"]*)" tabindex="-1"[^>]*>\s*<title>([^<]*)</title>')
_OWN_REGION = re.compile(r'(<div class="scroll generated-table[^>]*>)<div class="pst-scrollable-table-container">')
_TABLE = '<div class="pst-scrollable-table-container">'
_HOST_SIGN = re.compile(r'class="(?:github|gitlab) reference external"')
_BODY = re.compile(r"<body ")
_VERSIONED = re.compile(rf"(_static/(?:{re.escape(STYLE)}|[\w-]+\.js))\?v=[0-9a-f]*")
_BLANK = re.compile(r"\n\s*\n+")

BOOTSTRAP = {"dropdown", "tooltip"}
"""What the theme asks of bootstrap that assets/book.js does: menus; tooltips stay titles."""


def is_done(page: str) -> bool:
    """Whether an earlier build already treated the page."""
    return _POLICY in page


def sheets_of(page: str) -> list[tuple[str, str]]:
    """Address and medium of each style sheet, in order."""
    fields = (dict(_LINK_FIELD.findall(match[0])) for match in _SHEET.finditer(page))
    return [(field["href"].partition("?")[0], field.get("media", "")) for field in fields]


def hash_of(script: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"


def policy(mode_script: str) -> str:
    """What a page may load: its own files, and the one inline script whose hash is given."""
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' {hash_of(mode_script)}",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _rewrite(page: str, pattern: re.Pattern[str], name: str, what: str, into: str = "") -> str:
    """Replace what the theme writes on every page; its absence means that the theme changed."""
    page, count = pattern.subn(lambda _: into, page)
    if count == 0:
        raise ExtensionError(f"{name}: the theme no longer writes {what}; see fmgenomics/site/page.py")
    return page


def _one_title_each(page: str) -> str:
    """The reference behind a citation once a page: a script gives it to the other citations of the same work."""
    seen: set[str] = set()

    def once(match: re.Match[str]) -> str:
        if match[2] in seen:
            return match[1]
        seen.add(match[2])
        return match[0]

    # A number says its source to screen readers in words; a script shows those on hover, instead of a second copy.
    # Nothing leads back from the list of references to a citation.
    return _NUMBER.sub(r"\1\3", _CITATION_ID.sub(r"\1", _CITATION.sub(once, page)))


def _without_inline(page: str, name: str) -> str:
    """No handler and no style in an attribute: the content policy forbids both."""
    page = page.replace('onclick="window.print()"', 'data-action="print"')
    handler = _HANDLER.search(page)
    if handler:
        raise ExtensionError(f"{name}: {handler[1]}={handler[2]!r} would not run under the content policy of the page")
    return _STYLED.sub(r'\1 data-style="\2"', page)


def _without_words(figure: re.Match[str], base: str, files: dict[str, str]) -> str:
    """A chart whose marks are links: their words, most of its bytes, move to a file that the first hover loads.

    They are out of the way of screen readers, which have the chart's finding and its table.
    """
    words = {unescape(address): unescape(text) for address, text in _MARK.findall(figure[0])}
    if not words:
        return figure[0]
    path = f"charts/{figure[1]}.js"
    files[path] = f"bookMarks({json.dumps(words, ensure_ascii=False, separators=(',', ':'))});\n"
    text = _MARK.sub(r'<a href="\1" tabindex="-1" aria-hidden="true"><title>its row</title>', figure[0])
    return text.replace("<figure ", f'<figure data-marks="{base}{path}" ', 1)


def _tables(page: str) -> str:
    """A table that may scroll is a stop for the keyboard from the start.

    The theme's script finds that out by measuring each table when the page has loaded, which makes the browser lay out everything
    that the reader has not come to yet; under this name it leaves them alone, and assets/book.js looks when one comes near.
    """
    page = _OWN_REGION.sub(r'\1<div class="book-table">', page)
    return page.replace(_TABLE, '<div class="book-table" tabindex="0" data-scrolls>')


def styled(page: str) -> set[str]:
    """The styles that stood in attributes of a treated page."""
    return {unescape(style) for style in _KEPT_STYLE.findall(page)}


def rules_of(styles: Sequence[str]) -> str:
    """A rule for each such style, stronger than a class, as the attribute was."""
    marks = "[data-style]" * 2
    return "".join(f'[data-style="{style}"]{marks}{{{style}}}\n' for style in sorted(styles))


def treated(page: str, name: str, base: str, mode_script: str) -> tuple[str, Stripped, dict[str, str]]:
    """The page made light, what its scripts were, and the files it held inside itself.

    ``name`` is for messages, ``base`` leads from the page to the root of the book.
    """
    unknown = set(_TOGGLE.findall(page)) - BOOTSTRAP
    if unknown:
        raise ExtensionError(f"{name}: assets/book.js does not know data-bs-toggle={sorted(unknown)}")
    parts = stripped(page, name)
    page = parts.page
    page = _rewrite(page, _SHEET, name, "its style sheets")
    page = _PRELOAD.sub("", page)
    page = _rewrite(page, _NOSCRIPT_STYLE, name, "its style for readers without scripts (book.css has that rule)")
    page = _VIEWPORT.sub("", page)
    page = _rewrite(page, re.compile('data-theme="auto"'), name, 'data-theme="auto"', 'data-theme="light"')
    page = _COMMENT.sub("", page)
    page = _without_inline(page, name)
    page = _tables(_one_title_each(page))
    # The sign of a host before its links would bring a second icon font to every page.
    page = _HOST_SIGN.sub('class="reference external"', page)
    files: dict[str, str] = {}

    def moved(match: re.Match[str]) -> str:
        path = f"charts/{match[1]}.csv"
        files[path] = unquote(unescape(match[2]))
        return f'download href="{base}{path}"'

    page = _CSV.sub(moved, page)
    page = _FIGURE.sub(lambda figure: _without_words(figure, base, files), page)
    later = {f"data-{feature.name}": f"{feature.name}.js" for feature in parts.features if feature.later}
    names = [SCRIPT, *(f"{feature.name}.js" for feature in parts.features if not feature.later)]
    if "search" in (feature.name for feature in parts.features):
        later["data-search-data"] = SEARCH_DATA
    if later:
        data = "".join(f'{name}="{base}_static/{script}?v=" ' for name, script in later.items())
        page = _rewrite(page, _BODY, name, "its body", f"<body {data}")
    head = "\n".join(
        [
            '<meta charset="utf-8">',
            f'{_POLICY} content="{policy(mode_script)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<script>{mode_script}</script>",
            f'<link rel="stylesheet" href="{base}_static/{STYLE}?v=">',
            *(f'<script defer src="{base}_static/{script}?v="></script>' for script in names),
        ]
    )
    page = _rewrite(page, _CHARSET, name, "its character set", head)
    return _BLANK.sub("\n", page), parts, files


def versioned(page: str, versions: dict[str, str]) -> str:
    """The page asking for these versions of the merged files, so that no cache serves it old ones."""

    def version(match: re.Match[str]) -> str:
        file = match[1].rpartition("/")[2]
        return f"{match[1]}?v={versions[file]}" if file in versions else match[0]

    return _VERSIONED.sub(version, page)


def used_by(pages: Sequence[str], scripts: Sequence[str]) -> Used:
    used = Used()
    for page in pages:
        used.add_page(page)
    for script in scripts:
        used.add_script(script)
    return used
