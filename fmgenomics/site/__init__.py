"""The Sphinx extension that makes the finished pages light, strict and findable.

It works on what the theme and the other extensions wrote, changes none of them, and stops the build where they write
something it does not know.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from fmgenomics.pages.book import evidence_of

from . import findable, search, tooltips
from . import page as pages
from .fonts import embedded
from .scripts import CORE, FEATURES, bundle
from .styles import Merger, Sheet

logger = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
VENDOR = Path(__file__).parent / "vendor"
_BLOCK_COMMENT = re.compile(r"^\s*/\*\*.*?\*/\n", re.DOTALL | re.MULTILINE)
_SKIPPED = ("_static", "_sources", "evidence")
"""Folders of the built book whose pages are not the theme's."""

FONT_CLASSES = {
    "fa-solid-900.ttf": {"fa-solid", "fas", "admonition"},
    "fa-regular-400.ttf": {"fa-regular", "far"},
    "fa-brands-400.ttf": {"fa-brands", "fab", "github", "gitlab"},
}
"""Which classes on a page make the theme draw with which of its icon fonts."""

NEVER_MADE = {
    "version-switcher__menu",
    "version-switcher__button",
    "version-switcher__container",
    "list-group-item",
    "list-group-item-action",
    "bd-header-announcement",
    "bd-header-announcement__content",
    "bd-header-version-warning",
    "pst-button-link-to-stable-version",
    "tooltip",
}
"""What the theme's script makes for a book with several versions or with announcements, and bootstrap for its tooltips."""

UNUSED = (
    "scripts/*.map",
    "scripts/*.LICENSE.txt",
    "scripts/fontawesome.js",
    "scripts/bootstrap.js",
    "styles/*.map",
    "vendor",
    "locales",
    "*macros.html",
)
"""What the theme puts beside the pages and no page asks for: 6 of 7 MB."""


def _minified(script: str) -> str:
    """Without comment lines and indentation, which is most of what a minifier would save."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _search_script() -> str:
    """MiniSearch and the search page in one file."""
    library = _BLOCK_COMMENT.sub("", (VENDOR / "minisearch.js").read_text("utf-8"))
    return _minified(library) + "\n" + _minified((ASSETS / "search.js").read_text("utf-8")) + "\n"


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.name != "html":
        return
    out = Path(app.outdir)
    found = {
        path: path.read_text("utf-8")
        for path in sorted(out.rglob("*.html"))
        if path.relative_to(out).parts[0] not in _SKIPPED and path != out / "index.html"
    }
    fresh = [path for path, text in found.items() if not pages.is_done(text)]
    if fresh:
        _treat(app, out, found, fresh)
    evidence = evidence_of(app)
    book = findable.book_of(evidence)
    first = f"{app.config.root_doc}.html"
    (out / "index.html").write_text(_redirect(first, book), "utf-8")
    lost = findable.lost(book, first, "{hash}")
    style = lost.partition("<style>")[2].partition("</style>")[0]
    (out / "404.html").write_text(lost.replace("{hash}", pages.hash_of(style)), "utf-8")
    (out / "llms.txt").write_text(findable.for_language_models(app, book, evidence), "utf-8")
    if book.base:
        listed = sorted(
            p.relative_to(out).as_posix() for p in out.rglob("*.html") if p.relative_to(out).parts[0] != "_static"
        )
        unlisted = {"404.html", "search.html", "genindex.html", "index.html"}
        (out / "sitemap.xml").write_text(
            findable.site_map(book, [page for page in listed if page not in unlisted]), "utf-8"
        )


def _treat(app: Sphinx, out: Path, found: dict[Path, str], fresh: list[Path]) -> None:
    static = out / "_static"
    mode = _minified((ASSETS / "mode.js").read_text("utf-8"))
    evidence = evidence_of(app)
    book = findable.book_of(evidence)
    before = sum(len(found[path]) for path in fresh)
    sheets: dict[str, Sheet] = {}
    settings: dict[str, None] = {}
    for path in fresh:
        name = path.relative_to(out).as_posix()
        for address, media in pages.sheets_of(found[path]):
            target = address.rpartition("_static/")[2]
            if not address.endswith("_static/" + target):
                raise ExtensionError(f"{name}: the style sheet {address} is not in _static")
            sheets.setdefault(target, Sheet(static / target, media))
        text, parts, files = pages.treated(found[path], name, "../" * name.count("/"), mode)
        docname = name.removesuffix(".html")
        found[path] = text.replace(
            "</head>", findable.head(app, book, docname, _title(text), evidence) + "\n</head>", 1
        )
        settings.update(dict.fromkeys(parts.settings))
        for file, content in files.items():
            (out / file).parent.mkdir(exist_ok=True)
            (out / file).write_text(content, "utf-8")

    written = {
        pages.SCRIPT: bundle([static / part for part in CORE], _minified((ASSETS / "book.js").read_text("utf-8")))
    }
    for feature in FEATURES:
        if feature.name == "search":
            written["search.js"] = _search_script()
            written[search.DATA_FILE] = search.data(app)
        elif any(feature.wanted(text) for text in found.values()):
            own = [] if feature.name != "toggle" else list(settings)
            written[f"{feature.name}.js"] = "\n".join([*own, bundle([static / part for part in feature.parts])])
    loaded = [
        *(text for name, text in written.items() if name != search.DATA_FILE),
        *(path.read_text("utf-8") for path in sorted((out / "evidence").glob("*.js")) if "data" not in path.name),
    ]
    used = pages.used_by(list(found.values()), loaded)
    for names in (used.classes, used.ids):
        names -= NEVER_MADE
    on_pages = pages.used_by(list(found.values()), []).classes

    def icons(path: Path, characters: set[int]) -> str | None:
        if path.name not in FONT_CLASSES:
            raise ExtensionError(f"the theme has a font {path.name} that fmgenomics.site does not know")
        return embedded(path, characters) if FONT_CLASSES[path.name] & on_pages else None

    styles = sorted(set().union(*(pages.styled(text) for text in found.values())))
    extra = (ASSETS / "book.css").read_text("utf-8") + pages.rules_of(styles)
    written[pages.STYLE] = Merger(static, used, icons).merge(list(sheets.values()), extra)

    for name, content in written.items():
        (static / name).write_text(content, "utf-8")
    versions = {name: hashlib.sha256(content.encode()).hexdigest()[:8] for name, content in written.items()}
    for path, text in found.items():
        path.write_text(pages.versioned(text, versions), "utf-8")
    findable.draw_card(book, evidence, out / findable.CARD)
    _remove_unused(static)
    logger.info(
        "site: %d pages, %.0f to %.0f KiB of text; %s",
        len(fresh),
        before / 1024,
        sum(len(found[path]) for path in fresh) / 1024,
        ", ".join(f"{name} {len(content) / 1024:.0f} KiB" for name, content in sorted(written.items())),
    )


def _title(page: str) -> str:
    """The title of the page without that of the book, which follows a dash in the theme's pages."""
    return unescape(page.partition("<title>")[2].partition("</title>")[0]).partition(" — ")[0].strip()


def _remove_unused(static: Path) -> None:
    for pattern in UNUSED:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _redirect(first: str, book: findable.Book) -> str:
    title = book.title
    canonical = f'<link rel="canonical" href="{book.base}{first}">\n' if book.base else ""
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:">
<meta http-equiv="refresh" content="0; url={first}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta name="description" content="{book.abstract}">
{canonical}<link rel="icon" href="data:,">
<h1>{title}</h1>
<p><a href="{first}">To the book</a></p>
</html>
"""


def setup(app: Sphinx) -> dict[str, Any]:
    tooltips.register()
    # After the theme, the other extensions and the evidence pages have written everything.
    app.connect("build-finished", _finish, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
