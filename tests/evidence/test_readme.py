"""The worked example of evidence/README.md is valid: its lines make a base that loads."""

from __future__ import annotations

import re

from fmgenomics.evidence import ROOT, load

from .conftest import Base

README = (ROOT / "evidence" / "README.md").read_text("utf-8")
BLOCKS = [block.strip().splitlines() for block in re.findall(r"```csv\n(.*?)```", README, re.DOTALL)]
FILES = ["tables.csv", "results.csv", "aliases.csv"]


def test_the_example_adds_rows_that_are_valid(base: Base) -> None:
    assert len(BLOCKS) == len(FILES)
    for name, lines in zip(FILES, BLOCKS, strict=True):
        path = base.path(name)
        kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("cole2025check") and "k-mer LR" not in line]  # fmt: skip
        path.write_text("\n".join([*kept, *(line.strip() for line in lines)]) + "\n", "utf-8")
    base.path("corrections.csv").write_text("id,file,row,field,was,is,reason,date\n", "utf-8")
    evidence = load(base.root)
    assert evidence.results["cole2025check-t1-0002"].value == 0.93


def test_without_its_alias_the_example_is_refused(base: Base) -> None:
    aliases = base.path("aliases.csv")
    aliases.write_text(
        "\n".join(line for line in aliases.read_text("utf-8").splitlines() if "k-mer LR" not in line) + "\n"
    )
    assert any("aliases.csv" in problem for problem in base.problems())


def test_every_class_of_the_schema_has_its_written_rule() -> None:
    from fmgenomics.evidence.schema import read_schema

    for class_ in read_schema(ROOT / "evidence")["models"].field("class").enum:
        assert f"| `{class_}` |" in README
