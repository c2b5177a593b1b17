"""What search engines, social networks and language models are told of the book: each page's description and subject,
a site map, a short text of what is where, a page for addresses that lead nowhere."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx

from fmgenomics.evidence import ROOT, Evidence
from fmgenomics.pages import addresses
from fmgenomics.pages.downloads import JSON_FILE, PARQUET_FILE

CARD = "_static/card.png"
LONGEST = 158
"""How much of a description search engines show."""
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
EXTRA = {
    "search": "Search every section, term, model, benchmark and source of the book by any name.",
    "genindex": "Index of the terms that the book defines.",
}
"""Descriptions of the pages that no source file stands behind."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Book:
    """What every page says of the book it belongs to."""

    title: str
    authors: str
    abstract: str
    keywords: tuple[str, ...]
    published: str
    version: str
    base: str
    """Where the book is published, with a slash at its end; empty when the build does not know."""

    @property
    def name(self) -> dict[str, Any]:
        return {"@type": "Organization", "name": self.authors}


def base_address(environment: Mapping[str, str]) -> str:
    """``BOOK_URL``, or the address at which GitHub Pages shows the repository that builds."""
    given = environment.get("BOOK_URL", "")
    if given:
        return given.rstrip("/") + "/"
    owner, _, name = environment.get("GITHUB_REPOSITORY", "").partition("/")
    if not name:
        return ""
    host = f"https://{owner.lower()}.github.io/"
    return host if name.lower() == f"{owner.lower()}.github.io" else f"{host}{name}/"


def book_of(evidence: Evidence, environment: Mapping[str, str] = os.environ) -> Book:
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    released = cff["date-released"]
    return Book(
        title=cff["title"],
        authors=cff["authors"][0]["name"],
        abstract=_SPACE.sub(" ", cff["abstract"]).strip(),
        keywords=tuple(cff["keywords"]),
        published=released.isoformat() if isinstance(released, date) else str(released),
        version=evidence.version,
        base=base_address(environment),
    )


def shortened(text: str) -> str:
    """Whole sentences as far as they fit, else whole words."""
    text = _SPACE.sub(" ", text).strip()
    if len(text) <= LONGEST:
        return text
    sentences = text[: LONGEST + 1].rpartition(". ")[0]
    if len(sentences) > LONGEST // 2:
        return sentences + "."
    return text[: LONGEST - 1].rpartition(" ")[0].rstrip(",;:") + "…"


def description(doctree: nodes.document) -> str:
    """The opening of a page: its first paragraphs that stand in no box and no table."""
    found = ""
    for paragraph in doctree.findall(nodes.paragraph):
        above: nodes.Node | None = paragraph.parent
        while isinstance(above, nodes.section):
            above = above.parent
        if above is doctree and paragraph.astext().strip():
            found = f"{found} {paragraph.astext()}".strip()
            if len(found) > LONGEST // 2:
                break
    return shortened(found)


def _subject(book: Book, docname: str, title: str, about: str, root: str, evidence: Evidence) -> dict[str, Any]:
    """The page in the words of schema.org."""
    whole = {"@type": "Book", "name": book.title} | ({"url": book.base} if book.base else {})
    common: dict[str, Any] = {
        "@context": "https://schema.org",
        "name": title,
        "description": about,
        "author": book.name,
        "license": LICENCE,
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "datePublished": book.published,
        "version": book.version,
    }
    if book.base:
        common["url"] = f"{book.base}{docname}.html"
    if docname == root:
        return common | {"@type": "Book", "bookFormat": "https://schema.org/EBook", "keywords": list(book.keywords)}
    if docname == "backmatter/atlas":
        folder = f"{book.base}{addresses.FOLDER}/download/"
        files = (
            (JSON_FILE, "application/json"),
            (PARQUET_FILE, "application/vnd.apache.parquet"),
            ("results.csv", "text/csv"),
        )
        return common | {
            "@type": "Dataset",
            "description": f"{book.abstract} {len(evidence.results):,} published results with source, place, split and comparator.",
            "keywords": list(book.keywords),
            "creator": book.name,
            "isPartOf": whole,
            "variableMeasured": sorted({evidence.metrics[row.metric].name for row in evidence.results.values()})[:40],
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": folder + name} for name, kind in files
            ],
        }
    kind = "ScholarlyArticle" if docname.startswith("chapters/") else "WebPage"
    return common | {"@type": kind, "isPartOf": whole} | ({"headline": title} if kind == "ScholarlyArticle" else {})


def head(app: Sphinx, book: Book, docname: str, title: str, evidence: Evidence) -> str:
    """The lines for the head of a page."""
    known = docname in app.env.found_docs
    about = description(app.env.get_doctree(docname)) if known else EXTRA[docname]
    root = app.config.root_doc
    lines = [
        f'<meta name="description" content="{escape(about)}">',
        f'<meta property="og:title" content="{escape(title)}">',
        f'<meta property="og:description" content="{escape(about)}">',
        f'<meta property="og:type" content="{"book" if docname == root else "article"}">',
        f'<meta property="og:site_name" content="{escape(book.title)}">',
        '<meta name="twitter:card" content="summary_large_image">',
    ]
    if book.base:
        address = f"{book.base}{docname}.html"
        lines += [
            f'<link rel="canonical" href="{address}">',
            f'<meta property="og:url" content="{address}">',
            f'<meta property="og:image" content="{book.base}{CARD}">',
            '<meta property="og:image:width" content="1200">',
            '<meta property="og:image:height" content="630">',
            f'<meta property="og:image:alt" content="{escape(book.title)}: {escape(book.abstract)}">',
        ]
    if known:
        subject = json.dumps(_subject(book, docname, title, about, root, evidence), ensure_ascii=False)
        lines.append('<script type="application/ld+json">' + subject.replace("</", "<\\/") + "</script>")
    return "\n".join(lines)


def site_map(book: Book, pages: Sequence[str]) -> str:
    """Every page by its address; there is none without a known address."""
    rows = "".join(f"<url><loc>{escape(book.base + page)}</loc></url>\n" for page in pages)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'


def for_language_models(app: Sphinx, book: Book, evidence: Evidence) -> str:
    """``llms.txt``: what the book is and where its text and data stand as plain files."""
    titles, env = app.env.titles, app.env
    order = [app.config.root_doc, *_in_order(app)]
    lines = [f"# {book.title}", "", f"> {book.abstract}", ""]
    lines += [
        f"{len(evidence.results):,} published results and {len(evidence.facts):,} further facts on "
        f"{len(evidence.models):,} models, from {len(evidence.bibliography):,} sources. "
        "Each number on a page links to its row, and each row names its source, the place inside it and who ran the comparison.",
        "",
        "## Pages",
        "",
    ]
    for docname in order:
        about = description(env.get_doctree(docname))
        lines.append(f"- [{titles[docname].astext()}]({book.base}{docname}.html): {about}")
    folder = f"{book.base}{addresses.FOLDER}"
    lines += [
        "",
        "## Text as Markdown",
        "",
        *(f"- [{titles[docname].astext()}]({book.base}_sources/{docname}.md)" for docname in order),
        "",
        "## Data",
        "",
        f"- [Every table in one JSON]({folder}/download/{JSON_FILE})",
        f"- [Results as Parquet]({folder}/download/{PARQUET_FILE})",
        f"- [Results as CSV]({folder}/download/results.csv)",
        f"- [Schema]({folder}/download/datapackage.yaml)",
        f"- [Models]({folder}/models.html), [benchmarks]({folder}/benchmarks.html), [computed numbers]({folder}/verdict.html)",
        "",
    ]
    return "\n".join(lines)


def _in_order(app: Sphinx) -> list[str]:
    """The pages after the first, as the table of contents has them."""
    found: list[str] = []

    def walk(docname: str) -> None:
        for child in app.env.toctree_includes.get(docname, []):
            if child not in found:
                found.append(child)
                walk(child)

    walk(app.config.root_doc)
    return found


_LOST_STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:12vh auto;padding:0 1rem;color:#1d2430;background:#fff}"
    "a{color:#0a5fa5}a:focus-visible{outline:3px solid #0a5fa5}"
    "@media(prefers-color-scheme:dark){body{color:#e6e9ee;background:#121212}a{color:#6db7ff}a:focus-visible{outline-color:#6db7ff}}"
)


def lost(book: Book, first: str, hash_of_style: str) -> str:
    """The page for an address that leads nowhere. It may be shown at any depth, so it needs nothing beside itself."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src {hash_of_style}; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Page not found · {escape(book.title)}</title>
<meta name="description" content="There is no page at this address. The start of the book, its search and its evidence are one step away.">
<link rel="icon" href="data:,">
<style>{_LOST_STYLE}</style>
</head>
<body>
<main>
<h1>There is no page at this address</h1>
<p>It may have moved, or the link that led here has a slip in it.</p>
<ul>
<li><a href="{book.base}{first}">The start of the book</a></li>
<li><a href="{book.base}search.html">Search by any name</a></li>
<li><a href="{book.base}backmatter/atlas.html">The evidence, row by row</a></li>
</ul>
</main>
</body>
</html>
"""


def draw_card(book: Book, evidence: Evidence, path: Path) -> None:
    """The picture that a link to the book shows: its title and what it counts."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from fmgenomics.figures.palette import DARK

    with mpl.rc_context({"font.family": "DejaVu Sans", "svg.hashsalt": "card"}):
        figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=DARK["paper"])
        words = book.title.split()
        middle = (len(words) + 1) // 2
        figure.text(
            0.06, 0.72, " ".join(words[:middle]), color=DARK["ink"], fontsize=40, fontweight="bold", va="center"
        )
        figure.text(
            0.06, 0.56, " ".join(words[middle:]), color=DARK["ink"], fontsize=40, fontweight="bold", va="center"
        )
        figure.text(
            0.06, 0.34, "For your task: is it better than the simple thing,", color=DARK["foundation"], fontsize=25
        )
        figure.text(0.06, 0.255, "by how much, and who says so?", color=DARK["foundation"], fontsize=25)
        counts = f"{len(evidence.results):,} published results · {len(evidence.models):,} models · {len(evidence.bibliography):,} sources"
        figure.text(0.06, 0.1, counts, color=DARK["soft"], fontsize=21)
        figure.savefig(path, metadata={"Software": None})
