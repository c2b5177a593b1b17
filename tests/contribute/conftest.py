"""A copy of the small evidence base, a contribution to it, and what the evidence holds byte for byte."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fmgenomics.evidence import ROOT

SMALL = ROOT / "tests" / "evidence" / "small"
GOOD = """\
source: cole2025check
locator: Table 3
seen_at: https://example.org/cole
checked_on: 2026-11-25
benchmark: small-bench
setting: probe
split_policy: chromosome
homology_aware: no
run_by: independent
version: print
what_is_measured: AUROC on mouse promoters.
each:
  dataset: mouse
  task: promoter-detection
  metric: auroc
  unit: fraction
results:
  - {model: SmallLM, setting: probe, value: 0.90, uncertainty: 0.01, uncertainty_kind: SD over 5 seeds}
  - {model: "k-mer LR", setting: from-scratch, value: 0.93}
  - {model: small-cnn, model_printed: "CNN, 2 layers", setting: from-scratch, value: 0.88}
  - {model: small-lm-1m, model_printed: untrained SmallLM, role: random_init, setting: probe, value: 0.71}
"""


class Book:
    """A small evidence base that contributions are made to."""

    def __init__(self, root: Path):
        self.root = root
        self.file = root / "contribution.yml"

    def state(self) -> dict[str, bytes]:
        """Every file of the base by name, hidden ones too."""
        files = [path for path in self.root.rglob("*") if path.is_file() and path != self.file]
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in files}

    def lines(self, name: str) -> list[str]:
        return (self.root / "evidence" / f"{name}.csv").read_text("utf-8").splitlines()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "fmgenomics.contribute", "--root", str(self.root), *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, cwd=ROOT)
        assert "Traceback" not in done.stderr, done.stderr
        return done


@pytest.fixture
def book(tmp_path: Path) -> Book:
    root = tmp_path / "book"
    shutil.copytree(SMALL, root)
    shutil.copyfile(ROOT / "evidence" / "datapackage.yaml", root / "evidence" / "datapackage.yaml")
    found = Book(root)
    found.file.write_text(GOOD, "utf-8")
    return found
