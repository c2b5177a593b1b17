"""What a first visit costs, from the built files: bytes as a server compresses them, and requests."""

from __future__ import annotations

import pytest

from benchmarks.weight import Visit, visit
from tests.browser.book import CONTENTS, GENERATED, HTML, largest_source

KIB = 1024
MOST_REQUESTS = 12
MOST_BYTES = 120 * KIB
ATLAS_BYTES = 300 * KIB
PAGES = [*CONTENTS, *GENERATED, "largest source", "search", "genindex", "404"]


@pytest.fixture(scope="module", params=PAGES)
def cost(request: pytest.FixtureRequest) -> Visit:
    name = largest_source() if request.param == "largest source" else request.param
    return visit(HTML, f"{name}.html")


def test_a_first_visit_is_light(cost: Visit) -> None:
    assert cost.total <= MOST_BYTES, cost.table()
    assert len(cost.files) <= MOST_REQUESTS, cost.table()


def test_nothing_comes_from_elsewhere(cost: Visit) -> None:
    assert cost.foreign == []


def test_every_page_carries_a_strict_policy(cost: Visit) -> None:
    assert cost.policy.startswith("default-src 'none'")
    assert "unsafe" not in cost.policy
    for source in ("script-src", "style-src"):
        assert "http" not in cost.policy.partition(source)[2].partition(";")[0]


def test_the_atlas_is_light_with_its_data() -> None:
    cost = visit(HTML, "backmatter/atlas.html", ["evidence/atlas-data.js"])
    assert cost.total <= ATLAS_BYTES, cost.table()


def test_a_search_is_light() -> None:
    cost = visit(HTML, "search.html", ["_static/search-data.js"])
    assert cost.total <= 250 * KIB, cost.table()
