"""Which script of the theme and of the extensions a page gets, and why the others stay away.

Every script that a page asks for must be named here. A theme or an extension that comes with a new one stops the build,
with the page and the script, instead of going unnoticed past the reader's content policy or budget.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sphinx.errors import ExtensionError

_SCRIPT = re.compile(r"[ \t]*<script\b([^>]*)>(.*?)</script>\n?", re.DOTALL)
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
_COMMENT = re.compile(r"//# sourceMappingURL=.*$", re.MULTILINE)
DATA_TYPES = {"application/ld+json", "application/json", "text/x-template"}

CORE = ("documentation_options.js", "scripts/sphinx-book-theme.js", "scripts/pydata-sphinx-theme.js")
"""What every page needs, in this order, in one file with the book's own."""

REPLACED = {
    "scripts/fontawesome.js": "1.5 MB for a dozen icons; the theme's style sheet draws them with a font",
    "scripts/bootstrap.js": "the parts in use are in assets/book.js",
    "doctools.js": "keyboard paging is off, and only the search of Sphinx calls the rest",
    "sphinx_highlight.js": "only the search of Sphinx calls it",
    "searchtools.js": "assets/search.js finds names as people type them",
    "language_data.js": "belongs to the search of Sphinx",
    "searchindex.js": "belongs to the search of Sphinx",
}
"""Scripts that no page gets, and why."""


@dataclass(frozen=True)
class Feature:
    """Scripts that only pages with a certain element get, as one file."""

    name: str
    parts: tuple[str, ...]
    wanted: Callable[[str], bool]
    later: bool = False
    """Loaded when the reader first comes near such an element, and not with the page."""


def _has(classes: str) -> Callable[[str], bool]:
    pattern = re.compile(rf'class="(?:[^"]*\s)?(?:{classes})(?:\s[^"]*)?"')
    return lambda page: pattern.search(page) is not None


FEATURES = (
    Feature("copy", ("clipboard.min.js", "copybutton.js"), _has("highlight"), later=True),
    Feature("toggle", ("togglebutton.js",), _has(r"toggle|admonition\s[^\"]*dropdown|dropdown\s[^\"]*admonition")),
    Feature("tabs", ("design-tabs.js",), _has("sd-tab-set")),
    Feature("search", (), lambda page: 'id="search-results"' in page),
)
_PARTS = {part for feature in FEATURES for part in feature.parts}

INLINE = {
    "document.documentElement.dataset.mode": "sets light or dark; ours also decides what auto means, before anything is drawn",
    "DOCUMENTATION_OPTIONS.pagename": "read by the version menu alone, which this book has not",
    "let toggleHintShow": "written into the file of the toggle buttons",
    "let toggleHintHide": "written into the file of the toggle buttons",
    "let toggleOpenOnPrint": "written into the file of the toggle buttons",
    "var togglebuttonSelector": "written into the file of the toggle buttons",
    "// Activate the search field": "the book's own search does it",
}
"""How each inline script of the theme begins, and what became of it: a strict content policy lets none run."""

TOGGLE_SETTINGS = tuple(start for start, why in INLINE.items() if "toggle buttons" in why)

KEPT_FILES = ("atlas.js",)


@dataclass(frozen=True)
class Script:
    """One ``<script>`` of a page."""

    attributes: dict[str, str]
    text: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """The file, relative to ``_static`` where it is there."""
        return self.attributes.get("src", "").partition("?")[0].rpartition("_static/")[2]


def scripts_of(page: str) -> list[Script]:
    return [
        Script(dict(_ATTRIBUTE.findall(match[1])), match[2], match.start(), match.end())
        for match in _SCRIPT.finditer(page)
    ]


@dataclass(frozen=True)
class Stripped:
    """A page without its scripts, the features it needs, and the settings its inline scripts made for them."""

    page: str
    features: list[Feature]
    settings: list[str]


def stripped(page: str, name: str) -> Stripped:
    """Take the scripts out of a page; ``name`` is for messages."""
    features = [feature for feature in FEATURES if feature.wanted(page)]
    asked: set[str] = set()
    settings: list[str] = []
    result, last = [], 0
    for script in scripts_of(page):
        if script.attributes.get("type") in DATA_TYPES or script.name.rpartition("/")[2] in KEPT_FILES:
            continue
        asked.add(script.name)
        if not _is_known(script):
            what = (
                f"the script {script.name}"
                if script.name
                else f"an inline script that begins {script.text.strip()[:60]!r}"
            )
            raise ExtensionError(f"{name}: the page has {what}; say in fmgenomics/site/scripts.py what becomes of it")
        if script.text.strip().startswith(TOGGLE_SETTINGS):
            settings.append(script.text.strip())
        result.append(page[last : script.start])
        last = script.end
    missing = sorted(set(CORE) - asked)
    if missing:
        raise ExtensionError(f"{name}: the theme no longer loads {', '.join(missing)}; see fmgenomics/site/scripts.py")
    return Stripped("".join([*result, page[last:]]), features, list(dict.fromkeys(settings)))


def _is_known(script: Script) -> bool:
    if script.name:
        return script.name in CORE or script.name in REPLACED or script.name in _PARTS
    return script.text.strip().startswith(tuple(INLINE))


def bundle(files: Iterable[Path], own: str = "") -> str:
    """Classic scripts one after another; each keeps its own statement and its licence comment."""
    parts = []
    for path in files:
        if not path.is_file():
            raise ExtensionError(f"script {path}: a page asks for it and the build did not write it")
        parts.append(_COMMENT.sub("", path.read_text("utf-8")).strip())
    if own:
        parts.append(own.strip())
    return ";\n".join(parts) + "\n"
