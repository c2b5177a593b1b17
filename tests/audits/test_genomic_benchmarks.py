"""The audit of Genomic Benchmarks on small made-up files with known answers, and on random ones against a count base by base."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fmgenomics.audits._common import AuditError
from fmgenomics.audits.genomic_benchmarks import LARGEST, Intervals, audit, depth, main, overlaps

Row = tuple[str, int, int]


def write(path: Path, rows: list[Row], head: str = "id,region,start,end,strand") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [head, *(f"{number},{region},{start},{end},+" for number, (region, start, end) in enumerate(rows))]
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")


def clone(folder: Path, **files: list[Row]) -> Path:
    """A clone with one dataset; files are named ``train_positive`` and so on."""
    for name, rows in files.items():
        split, _, label = name.partition("_")
        write(folder / "datasets" / "made_up" / split / f"{label}.csv.gz", rows)
    return folder


KNOWN = {
    "train_positive": [("chr1", 0, 100), ("chr1", 200, 300), ("chr2", 0, 100), ("chr2", 0, 100)],
    "train_negative": [("chr1", 1000, 1050), ("chr3", 0, 50), ("chr3", 10, 60)],
    "test_positive": [("chr1", 0, 100), ("chr1", 250, 350), ("chr1", 300, 400), ("chr9", 0, 100)],
    "test_negative": [("chr2", 0, 100), ("chr3", 59, 109), ("chr3", 60, 110), ("chr1", 1049, 1050)],
}  # fmt: skip


def test_every_figure_of_a_made_up_dataset(tmp_path: Path) -> None:
    (found,) = audit(clone(tmp_path, **KNOWN)).datasets
    assert (found.training, found.test) == (7, 8)
    assert found.identical == 2
    assert found.identical_other_class == 1
    assert found.overlapping == 5  # end to start is no overlap
    assert found.overlapping_same_class == 4
    assert found.near == 7
    assert found.recall_accuracy == 6 / 8  # wrong: the copy with the other label, and the negative far from all
    assert found.length_accuracy == 6 / 8  # 100 bp: positive, 50 bp: negative, 1 bp was not seen: positive
    assert found.majority_accuracy == 4 / 8
    by_class = {c.name: (c.test, c.identical, c.overlapping, c.lengths) for c in found.classes}
    assert by_class == {"negative": (4, 1, 3, 3), "positive": (4, 1, 2, 1)}
    assert [c.depth for c in found.classes] == pytest.approx([150 / 110, 400 / 300])


def test_a_clean_dataset_shows_nothing(tmp_path: Path) -> None:
    rows = [("chr1", start, start + 50) for start in range(0, 200_000, 5000)]
    files = {"train_a": rows[::4], "train_b": rows[1::4], "test_a": rows[2::4], "test_b": rows[3::4]}
    (found,) = audit(clone(tmp_path, **files)).datasets
    assert (found.identical, found.overlapping, found.near) == (0, 0, 0)
    assert found.recall_accuracy == found.length_accuracy == found.majority_accuracy == 0.5


@pytest.mark.parametrize("seed", range(3))
def test_depth_is_that_of_a_count_base_by_base(seed: int) -> None:
    rng = np.random.default_rng(seed)
    start = rng.integers(0, 200, 50)
    drawn = Intervals(rng.integers(0, 3, 50), start, start + rng.integers(1, 60, 50), np.zeros(50, dtype=np.int64))
    places = {
        (r, p) for r, a, b in zip(drawn.region, drawn.start, drawn.end, strict=True) for p in range(int(a), int(b))
    }
    assert depth(drawn) == pytest.approx(drawn.length.sum() / len(places))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("margin", [0, 7])
def test_overlaps_are_those_of_a_count_pair_by_pair(seed: int, margin: int) -> None:
    rng = np.random.default_rng(seed)

    def draw(count: int) -> Intervals:
        start = rng.integers(0, 300, count)
        return Intervals(
            rng.integers(0, 3, count), start, start + rng.integers(1, 40, count), rng.integers(0, 2, count)
        )

    one, other = draw(60), draw(80)
    expected = [
        sum(
            bool(r == s and a < e + margin and b > c - margin)
            for s, a, b in zip(other.region, other.start, other.end, strict=True)
        )
        for r, c, e in zip(one.region, one.start, one.end, strict=True)
    ]
    assert overlaps(one, other, margin).tolist() == expected


def test_the_command_prints_text_and_json_with_the_commit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clone(tmp_path, **KNOWN)
    assert main([str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "made_up" in text
    assert "62.50%" in text
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True)
    assert main([str(tmp_path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["datasets"][0]["overlapping"] == 5
    assert len(data["commit"]) == 40


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("no folder", "no folder with datasets"),
        ("no header", "no column 'region'"),
        ("short row", "line 3: 2 fields"),
        ("text", "line 2: start and end must be whole numbers"),
        ("turned", "is no interval"),
        ("not gzip", "cannot be read as a gzip file"),
        ("cut off", "cannot be read as a gzip file"),
        ("not UTF-8", "not UTF-8"),
        ("class without test", "one file for each class is expected"),
        ("no interval", "no interval in any class"),
    ],
)
def test_a_file_that_is_not_as_described_ends_in_one_line(
    fault: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "clone"
    if fault != "no folder":
        clone(folder, **KNOWN)
    path = folder / "datasets" / "made_up" / "train" / "positive.csv.gz"
    if fault == "no header":
        write(path, KNOWN["train_positive"], head="0,chr1,0,100,+")
    elif fault == "short row":
        path.write_bytes(gzip.compress(b"id,region,start,end,strand\n0,chr1,0,9,+\n0,chr1\n"))
    elif fault == "text":
        path.write_bytes(gzip.compress(b"id,region,start,end,strand\n0,chr1,x,9,+\n"))
    elif fault == "turned":
        write(path, [("chr1", 9, 9)])
    elif fault == "not gzip":
        path.write_bytes(b"id,region\n")
    elif fault == "cut off":
        path.write_bytes(path.read_bytes()[:-9])
    elif fault == "not UTF-8":
        path.write_bytes(gzip.compress(b"\xff\xfe"))
    elif fault == "class without test":
        write(path.with_name("other.csv.gz"), [("chr1", 0, 9)])
    elif fault == "no interval":
        for name in ("positive", "negative"):
            write(path.with_name(f"{name}.csv.gz"), [])
    assert main([str(folder)]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert expected in error
    assert "error: " in error.splitlines()[-1]


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone(tmp_path, **KNOWN)
    assert LARGEST > 100_000_000
    monkeypatch.setattr("fmgenomics.audits.genomic_benchmarks.LARGEST", 50)
    with pytest.raises(AuditError, match="more than 50 bytes"):
        audit(tmp_path)
