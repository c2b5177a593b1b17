"""The files of the repository as the tests of the project see them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = {".git", ".venv", "_build", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis"}
"""Folders that nobody writes by hand."""
BINARY = {".png", ".jpg", ".parquet", ".ico", ".woff2", ".pdf", ".gz", ".zip"}


def files(*folders: str) -> list[Path]:
    """Every file of the repository, or of some of its folders, relative to its root; works without git."""

    def walk(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if path.name in MADE or path.is_symlink():
                continue
            if path.is_dir():
                yield from walk(path)
            else:
                yield path.relative_to(ROOT)

    starts = [ROOT / folder for folder in folders] or [ROOT]
    return [path for start in starts for path in walk(start)]


def texts(*folders: str) -> list[tuple[Path, str]]:
    return [(path, (ROOT / path).read_text("utf-8")) for path in files(*folders) if path.suffix not in BINARY]


def names_used(path: Path) -> Iterator[tuple[int, str]]:
    """Line and name of everything that a Python file refers to; not what stands in its strings."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.alias):
            yield getattr(node, "lineno", 0), node.name
