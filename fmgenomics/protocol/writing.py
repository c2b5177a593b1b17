"""Writes a report whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .problem import InputError

MARK = "report.json"
"""What a folder must hold, besides what a report holds, to be replaced by a newer report."""
_OURS = frozenset({MARK, "report.md", "report.html", "plots"})


def check_target(out: Path) -> None:
    """Refuse a place that is not ours to write, before any long work."""
    if out.is_symlink():
        raise InputError(f"{out}: is a symbolic link; give the folder itself")
    if out.exists():
        if not out.is_dir():
            raise InputError(f"{out}: is a file; give a folder for the report")
        names = {path.name for path in out.iterdir()}
        if names and (MARK not in names or not names <= _OURS):
            other = min(names - _OURS) if names - _OURS else "no report.json"
            raise InputError(f"{out}: holds something else than an earlier report ({other!r}); give a new folder")
    parent = out.absolute().parent
    if not parent.is_dir():
        raise InputError(f"{out}: the folder {parent} does not exist")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(f"{out}: the folder {parent} cannot be written")


def write_report(out: Path, files: Mapping[str, str]) -> None:
    """Write the files into a new folder beside ``out``, then put it in its place."""
    check_target(out)
    out = out.absolute()
    try:
        new = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror})") from error
    old = new.with_name(new.name + "-old")
    try:
        for name, text in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        new.chmod(0o755)
        if out.exists():
            out.rename(old)
        new.rename(out)
    except OSError as error:
        if old.exists() and not out.exists():
            old.rename(out)
        raise InputError(f"{out}: cannot be written ({error.strerror})") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        if out.exists():
            shutil.rmtree(old, ignore_errors=True)
