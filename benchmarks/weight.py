"""The weight of a first visit to each page of the built book: ``python -m benchmarks.weight [folder]``.

From the files alone: the page and what its head and body load with it, compressed as a server does. What a page loads only
once a reader asks for it is named and not counted.
"""

from __future__ import annotations

import argparse
import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

ROOT = Path(__file__).resolve().parents[1]
COMPRESSED = {".html", ".css", ".js", ".svg", ".json", ".txt", ".xml"}
_LOADS = (
    re.compile(r'<script\b[^>]*\bsrc="([^"]+)"'),
    re.compile(r'<link\b(?=[^>]*\brel="(?:stylesheet|icon|preload|modulepreload)")[^>]*\bhref="([^"]+)"'),
    re.compile(r'<(?:img|source|iframe|video|audio|embed)\b[^>]*\bsrc(?:set)?="([^" ]+)'),
)
_IN_STYLES = re.compile(r"url\(\s*[\"']?([^\"')]+)")
_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


@dataclass
class Visit:
    """One first visit."""

    page: str
    files: dict[str, int] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    policy: str = ""

    @property
    def total(self) -> int:
        return sum(self.files.values())

    def table(self) -> str:
        rows = "\n".join(f"  {size / 1024:8.1f} KiB  {name}" for name, size in self.files.items())
        return f"{self.page}: {self.total / 1024:.1f} KiB in {len(self.files)} requests\n{rows}"


def _size(path: Path) -> int:
    data = path.read_bytes()
    return len(gzip.compress(data, 9)) if path.suffix in COMPRESSED else len(data)


def visit(folder: Path, page: str, also: Sequence[str] = ()) -> Visit:
    """What a browser with an empty cache loads for ``page``; ``also`` are files that a reader's action adds."""
    text = (folder / page).read_text("utf-8")
    result = Visit(page, {page: _size(folder / page)})
    result.policy = next(iter(_POLICY.findall(text)), "")
    for pattern in _LOADS:
        for address in pattern.findall(text):
            _add(result, folder, page, address)
    for name in [name for name in result.files if name.endswith(".css")]:
        # Pictures that a style names load when an element shows them; fonts stand inside the sheet.
        for address in _IN_STYLES.findall((folder / name).read_text("utf-8")):
            if urlsplit(address).netloc:
                result.foreign.append(address)
    for name in also:
        result.files[name] = _size(folder / name)
    return result


def _add(result: Visit, folder: Path, page: str, address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "data":
        return
    if parts.netloc:
        result.foreign.append(address)
        return
    name = unquote(urlsplit(urljoin(page, address)).path)
    result.files.setdefault(name, _size(folder / name))


def main() -> None:
    parser = argparse.ArgumentParser(description="The weight of a first visit to each page.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "_build" / "html")
    folder: Path = parser.parse_args().folder
    pages = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.html"))]
    visits = [visit(folder, page) for page in pages if not page.startswith("_static/")]
    for one in sorted(visits, key=lambda one: -one.total):
        print(f"{one.total / 1024:8.1f} KiB {len(one.files):3d} requests  {one.page}")


if __name__ == "__main__":
    main()
