"""What search engines and social networks are told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from lxml import etree

from fmgenomics.site import findable
from tests.browser.book import CONTENTS, HTML


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, ""),
        ({"GITHUB_REPOSITORY": "Owner/Name"}, "https://owner.github.io/Name/"),
        ({"GITHUB_REPOSITORY": "Owner/owner.github.io"}, "https://owner.github.io/"),
        ({"GITHUB_REPOSITORY": "o/n", "BOOK_URL": "https://book.invalid"}, "https://book.invalid/"),
    ],
)
def test_where_the_book_is_published(environment: dict[str, str], address: str) -> None:
    assert findable.base_address(environment) == address


def test_a_long_description_ends_with_a_sentence_or_a_word() -> None:
    assert findable.shortened("Short.") == "Short."
    two = "A" * 100 + ". " + "B" * 100 + "."
    assert findable.shortened(two) == "A" * 100 + "."
    words = findable.shortened("word " * 60)
    assert words.endswith("word…")
    assert len(words) <= findable.LONGEST


def test_a_description_is_the_opening_and_no_box() -> None:
    text = "Title\n=====\n\n.. note::\n\n   Boxed.\n\nThe opening says what the page is about, in one sentence.\n\nLater.\n"
    doctree = publish_doctree(text)
    assert isinstance(doctree, nodes.document)
    assert findable.description(doctree).startswith("The opening says")


def test_the_site_map_lists_pages_by_their_whole_address() -> None:
    book = findable.Book("T", "A", "B", (), "2026", "v", "https://b.invalid/x/")
    tree = etree.fromstring(findable.site_map(book, ["a.html", "b&c.html"]).encode())
    assert [loc.text for loc in tree.iter("{*}loc")] == ["https://b.invalid/x/a.html", "https://b.invalid/x/b&c.html"]


def _head(path: Path) -> str:
    return path.read_text("utf-8").partition("</head>")[0]


def test_every_page_has_a_description_of_its_own(book: Path) -> None:
    found = {}
    for name in [*CONTENTS, "search", "genindex"]:
        (text,) = re.findall(r'<meta name="description" content="([^"]*)"', _head(book / f"{name}.html"))
        assert 30 <= len(text) <= 160, f"{name}: {text}"
        found[name] = text
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize("name", CONTENTS)
def test_every_page_says_what_it_is(book: Path, name: str) -> None:
    head = _head(book / f"{name}.html")
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', head, re.DOTALL)
    subject = json.loads(text)
    kind = "Book" if name == CONTENTS[0] else "Dataset" if name == "backmatter/atlas" else "ScholarlyArticle"
    if name.startswith("backmatter/") and kind != "Dataset":
        kind = "WebPage"
    assert subject["@type"] == kind
    assert subject["name"]
    assert subject["description"]
    assert subject["license"].startswith("https://")
    for property_ in ("og:title", "og:description", "og:type"):
        assert f'property="{property_}"' in head


def test_the_files_beside_the_pages(book: Path) -> None:
    text = (book / "llms.txt").read_text("utf-8")
    assert text.startswith("# ")
    for address in re.findall(r"\]\((?!https?:)([^)]*)\)", text):
        assert (book / address).exists(), address
    assert (book / findable.CARD).read_bytes()[16:24] == (1200).to_bytes(4, "big") + (630).to_bytes(4, "big")
    lost = (book / "404.html").read_text("utf-8")
    for address in re.findall(r'<a href="(?!https?:)([^"]*)"', lost):
        assert (book / address).exists(), address
    assert book == HTML
