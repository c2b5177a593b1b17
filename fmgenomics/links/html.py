"""Checks the built book as a reader's browser meets it: every address, every anchor, every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote

from lxml import etree
from lxml import html as lxml_html

from fmgenomics.links import urls
from fmgenomics.links.report import Fault, nearest
from fmgenomics.links.targets import Files
from fmgenomics.links.toc import Toc

# Pages that the theme makes around the book.
CHROME = frozenset({"genindex.html", "search.html", "404.html", "py-modindex.html"})
ENTRY = "index.html"
_ADDRESS = {
    "a": ("href",),
    "area": ("href",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "script": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "track": ("src",),
    "object": ("data",),
    "form": ("action",),
    "input": ("src",),
    "blockquote": ("cite",),
    "q": ("cite",),
    "image": ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href"),
    "use": ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href"),
}
_CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)")
_NO_PROSE = frozenset({"pre", "code", "script", "style", "textarea", "math", "svg", "samp", "kbd"})
_LEFT_OVER = re.compile(
    r"\]\([^)\s]*(?:\.md|\.html|://|#)[^)\s]*\)|\{(?:ref|numref|doc|term|eq|fact|result|verdict|cite(?::\w+)?)\}"
)
_FILE_NAME = re.compile(r"^\S*\.(?:png|jpe?g|gif|svg|webp|avif)$", re.I)
SHORTEST_TEXT = 20


class MissingBuild(ValueError):
    """There is no built book to look at."""


@dataclass
class BuiltPage:
    """One page of the built book."""

    path: str
    tree: lxml_html.HtmlElement

    def __post_init__(self) -> None:
        found = self.tree.xpath("//*[@id] | //a[@name]")
        self.named = [(str(element.get("id") or element.get("name")), element) for element in found]
        self.ids = frozenset(name for name, _ in self.named)
        articles = self.tree.xpath("//article[contains(@class,'bd-article')]") or self.tree.xpath("//main")
        self.article = articles[0] if articles else self.tree
        self.inside = frozenset(self.article.iter())

    @property
    def redirect(self) -> str:
        """Where a page without content of its own sends the reader, or an empty string."""
        for meta in self.tree.iter("meta"):
            content = meta.get("content") or ""
            if (meta.get("http-equiv") or "").lower() == "refresh" and "url=" in content.lower():
                return re.split(r"url=", content, flags=re.I)[1].strip("'\" ")
        return ""


class BuiltBook:
    """The built pages and the faults found in them. Reported paths are relative to ``root``."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.prefix = self.prefix_of(folder, root)
        self.files = Files(folder)
        self.pages: dict[str, BuiltPage] = {}
        self.faults: list[Fault] = []
        for path in sorted(folder.rglob("*.html")):
            name = path.relative_to(folder).as_posix()
            if not name.startswith(("_static/", "_sources/", "_downloads/")):
                self._parse(name, path)

    @staticmethod
    def prefix_of(folder: Path, root: Path) -> str:
        """What goes before the path of a page: the folder of the build as seen from the book."""
        try:
            return f"{folder.resolve().relative_to(root.resolve()).as_posix()}/"
        except ValueError:
            return f"{folder.as_posix()}/"

    def _parse(self, name: str, path: Path) -> None:
        try:
            tree = lxml_html.parse(str(path), parser=lxml_html.HTMLParser(encoding="utf-8")).getroot()
        except etree.LxmlError:
            tree = None
        if tree is None:
            self.faults.append(Fault(f"{self.prefix}{name}", 1, name, "the page is empty"))
        else:
            self.pages[name] = BuiltPage(name, tree)

    def fault(
        self, page: BuiltPage, element: lxml_html.HtmlElement | None, target: str, what: str, near: str = ""
    ) -> None:
        """Note a fault at an element of a page."""
        line = element.sourceline if element is not None and element.sourceline else 1
        self.faults.append(Fault(f"{self.prefix}{page.path}", line, target, what, near))


def check(folder: Path, root: Path, toc: Toc | None = None) -> list[Fault]:
    """All faults of the built book in ``folder``.

    Raises MissingBuild when the folder holds no book.
    """
    if not (folder / ENTRY).is_file():
        raise MissingBuild(f"{folder}: holds no built book (no {ENTRY}); run 'make book' first")
    book = BuiltBook(folder, root)
    for page in book.pages.values():
        _ids(book, page)
        _addresses(book, page)
        if page.path not in CHROME and not page.redirect:
            _content(book, page)
    if toc is not None:
        _toc_pages(book, toc)
        _neighbours(book, toc)
    _reachable(book)
    _reports(book)
    return sorted(set(book.faults))


def addresses(page: BuiltPage) -> Iterator[tuple[lxml_html.HtmlElement, str]]:
    """Every address a page names, with the element that names it."""
    for element in page.tree.iter(etree.Element):
        tag = str(element.tag).lower()
        for name in _ADDRESS.get(tag, ()):
            value = element.get(name)
            if value is None:
                continue
            if name == "srcset":
                for part in value.split(","):
                    if part.split():
                        yield element, part.split()[0]
            else:
                yield element, value
        for found in _CSS_URL.findall(element.get("style") or ""):
            yield element, found.strip()
        if tag == "style":
            for found in _CSS_URL.findall(element.text or ""):
                yield element, found.strip()
    if page.redirect:
        yield page.tree, page.redirect


def _ids(book: BuiltBook, page: BuiltPage) -> None:
    seen: set[str] = set()
    for name, element in page.named:
        if element.get("id") and element.get("id") in seen:
            book.fault(page, element, f"#{name}", "id used twice on the page")
        if element.get("id"):
            seen.add(str(element.get("id")))


def _addresses(book: BuiltBook, page: BuiltPage) -> None:
    for element, target in addresses(page):
        inside = element in page.inside
        tag = str(element.tag)
        if not target.strip() or target.strip() == "#":
            if inside and tag in {"a", "area", "img", "iframe", "source"}:
                book.fault(page, element, target, f"<{tag}> without a target")
        elif target.startswith("data:"):
            offered = element.get("download") is not None and not re.match(r"data:(?:text/html|image/svg)", target)
            if tag in {"a", "area"} and not offered:
                book.fault(page, element, target[:40], "a data: link is not an address")
        elif urls.looks_external(target):
            # what themes load or prefetch is not a link; dead schemes and private hosts are faults anywhere
            wrong = urls.problem(target)
            if wrong and (inside or tag in {"a", "area"} or "private host" in wrong.message):
                book.fault(page, element, target, wrong.message, wrong.nearest)
        else:
            _internal(book, page, element, target)


def _internal(book: BuiltBook, page: BuiltPage, element: lxml_html.HtmlElement, target: str) -> None:
    path, _, fragment = target.partition("#")
    path, fragment = unquote(path.partition("?")[0]), unquote(fragment)
    if path.startswith("/"):
        book.fault(page, element, target, "an absolute path breaks where the book is not at the root of its host")
        return
    folder = page.path.rpartition("/")[0]
    place = normpath(f"{folder}/{path}" if folder else path) if path else page.path
    if place.startswith(".."):
        book.fault(page, element, target, "the link leaves the published book")
        return
    if path.endswith("/") or (book.folder / place).is_dir():
        place = ENTRY if place == "." else f"{place}/{ENTRY}"
    if not book.files.is_file(place):
        near = book.files.nearest(place)
        case = near.casefold() == place.casefold()
        what = "no such file in the built book" + (" (upper and lower case differ)" if case else "")
        book.fault(page, element, target, what, _from(page.path, near))
        return
    if not fragment or fragment.startswith(":~:") or fragment == "top" or place not in book.pages:
        return
    ids = book.pages[place].ids
    if fragment not in ids:
        near = nearest(fragment, ids)
        where = "this page" if place == page.path else place
        book.fault(page, element, target, f"no such anchor in {where}", near and f"#{near}")


def _content(book: BuiltBook, page: BuiltPage) -> None:
    headings = page.article.xpath(".//h1")
    if len(headings) != 1:
        book.fault(
            page, headings[1] if headings else None, "h1", f"the page has {len(headings)} first-level headings, not one"
        )
    text = " ".join(" ".join(page.article.itertext()).split())
    title = " ".join(" ".join(part for heading in headings for part in heading.itertext()).split())
    if len(text) - len(title) < SHORTEST_TEXT and not page.article.xpath(".//img | .//svg | .//table | .//iframe"):
        book.fault(page, None, page.path, "the page is empty")
    for element in page.article.iter(etree.Element):
        tag, classes = str(element.tag), (element.get("class") or "").split()
        if tag == "img":
            _alt(book, page, element)
        elif tag == "a" and element.get("href") and not _visible(element):
            book.fault(page, element, str(element.get("href")), "link without a text to click")
        if "problematic" in classes or "system-message" in classes:
            book.fault(page, element, " ".join(element.itertext())[:80], "Sphinx could not read this")
        if "traceback" in classes and not _expected_to_raise(element):
            lines = [line for line in "".join(element.itertext()).splitlines() if line.strip()]
            book.fault(page, element, "cell", f"the cell raises {lines[-1][:100] if lines else 'an error'}")
        if tag == "span" and "xref" in classes and element.getparent() is not None and not _in_link(element):
            book.fault(page, element, " ".join(element.itertext()), "reference that leads nowhere")
    _left_over(book, page)


def _alt(book: BuiltBook, page: BuiltPage, image: lxml_html.HtmlElement) -> None:
    alt = (image.get("alt") or "").strip()
    if image.get("role") in {"presentation", "none"} or image.get("aria-hidden") == "true":
        return
    source = str(image.get("src") or "<img>")[:80]
    if not alt:
        book.fault(page, image, source, "image without alt text")
    elif _FILE_NAME.match(alt):
        book.fault(page, image, source, f"the alt text is a file name ({alt})")


def _visible(link: lxml_html.HtmlElement) -> bool:
    if "".join(link.itertext()).strip() or link.get("aria-label") or link.get("title"):
        return True
    classes = (link.get("class") or "").split()
    return bool(link.xpath(".//img[@alt] | .//svg | .//i")) or "sd-stretched-link" in classes


def _expected_to_raise(element: lxml_html.HtmlElement) -> bool:
    return any("tag_raises-exception" in (above.get("class") or "").split() for above in element.iterancestors())


def _in_link(element: lxml_html.HtmlElement) -> bool:
    return any(above.tag == "a" for above in element.iterancestors()) or bool(element.xpath(".//a"))


def _left_over(book: BuiltBook, page: BuiltPage) -> None:
    def walk(element: lxml_html.HtmlElement) -> Iterator[tuple[lxml_html.HtmlElement, str]]:
        if str(element.tag) in _NO_PROSE or "math" in (element.get("class") or "").split():
            return
        if element.text:
            yield element, element.text
        for child in element:
            if isinstance(child.tag, str):
                yield from walk(child)
            if child.tail:
                yield element, child.tail

    for element, text in walk(page.article):
        for match in _LEFT_OVER.finditer(text):
            book.fault(page, element, match.group(), "Markdown that was not turned into a link or reference")


def _toc_pages(book: BuiltBook, toc: Toc) -> None:
    expected = {f"{doc}.html" for doc, _ in toc.docs}
    for name in sorted(expected - set(book.pages)):
        book.faults.append(Fault("_toc.yml", 1, name, "the page was not built", nearest(name, book.pages)))
    folders = {name.rpartition("/")[0] for name in expected}
    for name, page in book.pages.items():
        made_for_the_toc = name.rpartition("/")[0] in folders and not page.redirect
        if made_for_the_toc and name not in expected and name not in CHROME:
            book.fault(page, None, name, "built, but in no table of contents (left from an earlier build?)")


def _neighbours(book: BuiltBook, toc: Toc) -> None:
    order = [f"{doc}.html" for doc, _ in toc.docs]
    for position, name in enumerate(order):
        page = book.pages.get(name)
        if page is None:
            continue
        before = order[position - 1] if position else ""
        after = order[position + 1] if position + 1 < len(order) else ""
        for side, xpath, wanted in (
            ("previous", "//a[contains(@class,'left-prev')]", before),
            ("next", "//a[contains(@class,'right-next')]", after),
        ):
            links = page.tree.xpath(xpath)
            found = {_resolve(page, str(link.get("href"))) for link in links}
            if found != ({wanted} if wanted else set()):
                shown = ", ".join(sorted(found)) or "none"
                element = links[0] if links else None
                what = f"the {side} page is not the one of the table of contents"
                book.fault(page, element, shown, what, wanted or "none")


def _reachable(book: BuiltBook) -> None:
    seen: set[str] = set()
    waiting = [ENTRY]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in book.pages:
            continue
        seen.add(name)
        page = book.pages[name]
        links = [str(a.get("href")) for a in page.tree.xpath("//a[@href]")] + ([page.redirect] if page.redirect else [])
        waiting += [_resolve(page, link) for link in links if not urls.looks_external(link)]
    for name, page in book.pages.items():
        if name not in seen and name not in CHROME and not page.redirect:
            book.fault(page, None, name, "no way leads here from the start page")


def _reports(book: BuiltBook) -> None:
    for report in sorted(book.folder.glob("reports/**/*.err.log")):
        lines = [line for line in report.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        name = report.relative_to(book.folder).as_posix()
        last = lines[-1][:100] if lines else "an error"
        book.faults.append(
            Fault(f"{book.prefix}{name}", max(len(lines), 1), "cell", f"the page's cells failed: {last}")
        )


def _resolve(page: BuiltPage, target: str) -> str:
    path = unquote(target.partition("#")[0].partition("?")[0])
    if not path:
        return page.path
    folder = page.path.rpartition("/")[0]
    place = normpath(f"{folder}/{path}" if folder else path)
    return f"{place}/{ENTRY}" if path.endswith("/") and place != "." else (ENTRY if place == "." else place)


def _from(page: str, target: str) -> str:
    if not target:
        return ""
    here, there = page.split("/")[:-1], target.split("/")
    while here and len(there) > 1 and here[0] == there[0]:
        here, there = here[1:], there[1:]
    return "/".join([".."] * len(here) + there)
