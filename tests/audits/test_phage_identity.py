"""The audit of designed phages: edit distances against the textbook's dynamic programme, and a made-up clone with known answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fmgenomics.audits.phage_identity import NONVIABLE, VARIANTS, VIABLE, WILD, audit, infix_distances, main, read_fasta


def textbook(pattern: str, text: str) -> int:
    above = [0] * (len(text) + 1)
    for row, letter in enumerate(pattern, 1):
        current = [row]
        for column, other in enumerate(text, 1):
            current.append(min(above[column - 1] + (letter != other), above[column] + 1, current[-1] + 1))
        above = current
    return min(above)


def draw(rng: np.random.Generator, size: int, letters: str = "ACGT") -> str:
    return "".join(rng.choice(list(letters), size))


@pytest.mark.parametrize("size", [1, 2, 63, 64, 65, 127, 128, 129, 200])
def test_distances_are_those_of_the_textbook(size: int) -> None:
    rng = np.random.default_rng(size)
    for letters in ("ACGT", "AC", "ACGTN"):
        pattern = draw(rng, size, letters)
        texts = [draw(rng, int(rng.integers(1, 150)), letters) for _ in range(4)]
        texts += [
            draw(rng, 20) + pattern + draw(rng, 30),
            pattern[: size // 2] + draw(rng, 7) + pattern[size // 2 :],
            "A",
        ]
        assert infix_distances(pattern, texts) == [textbook(pattern, text) for text in texts]


def test_no_pattern_needs_no_edit() -> None:
    assert infix_distances("", ["ACGT", "A"]) == [0, 0]


def changed(genome: str, count: int) -> str:
    """Substitutions, far apart from each other."""
    letters = list(genome)
    for place in np.linspace(0, len(genome) - 1, count).astype(int):
        letters[place] = "A" if letters[place] != "A" else "C"
    return "".join(letters)


def fasta(path: Path, records: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [line for name, text in records.items() for line in (f">{name}", text[:70], text[70:])]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    template, cousin = draw(rng, 400), draw(rng, 380)
    reverse = changed(cousin, 5).translate(str.maketrans("ACGT", "TGCA"))[::-1]
    data = tmp_path / "phage_gen" / "data"
    fasta(data / WILD[0], {"template": template})
    fasta(data / VARIANTS, {"template again": template.lower(), "mutant": changed(template, 15)})
    fasta(data / WILD[1], {"cousin": cousin})
    fasta(
        data / VIABLE, {"same": template, "turned φ": changed(template[150:] + template[:150], 10), "reverse": reverse}
    )
    fasta(data / NONVIABLE, {"far": draw(rng, 400), "near": changed(template, 15), "cut": template[:390]})
    return tmp_path


def test_every_figure_of_a_made_up_clone(clone: Path) -> None:
    found = audit(clone)
    assert (found.known, found.known_distinct, found.wild, found.template_length) == (4, 3, 2, 400)
    by_name = {design.name: design for design in found.designs}
    assert {name: design.edits for name, design in by_name.items() if name != "far"} == {
        "same": 0, "turned φ": 10, "near": 0, "cut": 0, "reverse": 5,
    }  # fmt: skip
    assert by_name["turned φ"].identity == 97.5
    assert by_name["same"].nearest == "template"
    assert by_name["near"].nearest == "mutant"
    assert by_name["near"].wild_edits == by_name["near"].template_edits == 15
    assert by_name["reverse"].wild_edits == 5
    assert 45 < by_name["far"].identity < 70
    # Pairs of a viable and another that are ranked rightly: same 1 and two ties, turned 1, reverse 1, of 3 each.
    assert found.auroc("identity") == pytest.approx(4 / 9)
    assert found.auroc("wild_identity") == pytest.approx((2.5 + 2 + 2) / 9)
    assert found.auroc("length") == pytest.approx((2 * (1 + 2 * 0.5) + 0) / 9)


def test_genomes_evolved_in_the_laboratory_do_not_count(clone: Path) -> None:
    before = audit(clone)
    design = read_fasta(clone / "phage_gen" / "data" / NONVIABLE)["far"]
    fasta(clone / "phage_gen" / "data" / "wichman2005_lt180_genomes.fasta", {"evolved": design})
    assert audit(clone) == before


def test_one_process_and_two_give_the_same(clone: Path) -> None:
    assert audit(clone, processes=1) == audit(clone, processes=2)


def test_the_command_prints_text_and_json(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(clone)]) == 0
    assert "4 known genomes, 3 of them different, 2 of these wild" in capsys.readouterr().out
    assert main([str(clone), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["auroc"]["identity"]["auroc"] == pytest.approx(4 / 9)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"ACGT\n", "sequence before the first header"),
        (b">a\nACGT\n>a\nACGT\n", "a header must name its sequence, once"),
        (b">\nACGT\n", "a header must name its sequence, once"),
        (b">a\nACXT\n", "'X' is no letter of DNA"),
        (b">a\n>b\nACGT\n", "no sequence, or an empty one"),
        (b"", "no sequence, or an empty one"),
        (b">a\n\xff\n", "not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_not_as_described_ends_in_one_line(
    content: bytes | None, expected: str, clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = clone / "phage_gen" / "data" / VIABLE
    path.unlink() if content is None else path.write_bytes(content)
    assert main([str(clone)]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert expected in error
    assert error.count("\n") == 1
