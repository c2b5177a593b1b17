"""Raw HTML inside the sources: its links, images and ids, with their lines."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from fmgenomics.links.page import Mention, Page, Place

LINK_ATTRIBUTES = frozenset(
    {
        "href",
        "src",
        "srcset",
        "imagesrcset",
        "poster",
        "action",
        "formaction",
        "cite",
        "data",
        "background",
        "xlink:href",
        "longdesc",
    }
)
_NO_MARKDOWN = frozenset({"script", "style", "pre", "code", "textarea", "kbd", "samp"})
_CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)")
_MARKDOWN_LINK = re.compile(r"\[[^\[\]\n]+\]\(([^()\s]*)\)")
_ROLE = re.compile(r"\{(ref|numref|doc|term|eq|download|fact|result|verdict|cite[\w:]*)\}`([^`]+)`")


class _Reader(HTMLParser):
    def __init__(self, page: Page, file: str, first_line: int, *, image_is_directive: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.file = file
        self.first_line = first_line
        self.image_is_directive = image_is_directive
        self.open: list[str] = []
        self.skipped = 0

    def place(self, text: str = "") -> Place:
        line = self.getpos()[0] - 1
        tag = self.get_starttag_text() or ""
        if text and text in tag:
            line += tag[: tag.index(text)].count("\n")
        return Place(self.file, self.first_line + line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value if value is not None else "" for name, value in attrs}
        if tag in _NO_MARKDOWN:
            self.open.append(tag)
        for name in ("id", "name"):
            if values.get(name) and (name == "id" or tag == "a"):
                self.page.html_ids.append((values[name], self.place(values[name])))
        self._links(tag, values)
        if tag == "img":
            self._image(values)
        if tag == "base":
            self.page.fault(self.place(), "base", "<base> turns every relative link of the page")

    def _links(self, tag: str, values: dict[str, str]) -> None:
        for name, value in values.items():
            if name not in LINK_ATTRIBUTES or (tag == "img" and name == "src" and self.image_is_directive):
                continue
            if name == "data" and tag != "object":
                continue
            targets = (
                [part.split()[0] for part in value.split(",") if part.split()] if name.endswith("srcset") else [value]
            )
            for target in targets:
                self.page.mentions.append(Mention("html", self.place(target), target, detail=f"{tag}.{name}"))
        if (
            tag == "meta"
            and values.get("http-equiv", "").lower() == "refresh"
            and "url=" in values.get("content", "").lower()
        ):
            target = re.split(r"url=", values["content"], flags=re.I)[1].strip("'\" ")
            self.page.mentions.append(Mention("html", self.place(target), target, detail="meta.content"))
        for target in _CSS_URL.findall(values.get("style", "")):
            self.page.mentions.append(Mention("html", self.place(target), target.strip(), detail=f"{tag}.style"))
        if tag == "a" and not {"href", "id", "name"} & set(values):
            self.page.fault(self.place(), "<a>", "an <a> without href, id or name leads nowhere")

    def _image(self, values: dict[str, str]) -> None:
        source = values.get("src", "")
        decorative = values.get("role") in {"presentation", "none"} or values.get("aria-hidden") == "true"
        if not values.get("alt", "").strip() and not decorative:
            self.page.fault(self.place(), source or "<img>", "image without alt text")
        if "src" not in values:
            self.page.fault(self.place(), "<img>", "image without src")
        elif self.image_is_directive:
            self.page.mentions.append(Mention("image", self.place(source), source))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        if self.open:
            return
        for match in _MARKDOWN_LINK.finditer(data):
            line = self.place().line + data[: match.start()].count("\n")
            self.page.fault(Place(self.file, line), match.group(1), "Markdown inside raw HTML is shown as plain text")
        for match in _ROLE.finditer(data):
            line = self.place().line + data[: match.start()].count("\n")
            self.page.fault(
                Place(self.file, line),
                match.group(2),
                f"role {{{match.group(1)}}} inside raw HTML is shown as plain text",
            )


def read(page: Page, html: str, file: str, first_line: int, *, image_is_directive: bool) -> None:
    """Add to the page what a piece of raw HTML links to; ``first_line`` is the line its first character stands on."""
    if html.count("<!--") > len(re.findall(r"<!--.*?-->", html, re.S)):
        page.fault(Place(file, first_line), "<!--", "comment is never closed; everything after it is hidden")
    reader = _Reader(page, file, first_line, image_is_directive=image_is_directive)
    reader.feed(html)
    reader.close()


def only_images(html: str) -> bool:
    """Whether the html_image extension of MyST would turn this HTML into image directives."""
    rest = re.sub(r"<img\b[^>]*>", "", html, flags=re.I | re.S)
    return bool(re.search(r"<img\b", html, re.I)) and not rest.strip()
