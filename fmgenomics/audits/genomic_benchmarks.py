"""Genomic Benchmarks: which test intervals stand in the training set too, and how far sequence length alone gets.

Reads the coordinate files of a clone of ML-Bioinfo-CEITEC/genomic_benchmarks on GitHub, ``datasets/<name>/<train|test>/<class>.csv.gz`` with
the columns id, region, start, end and strand. No sequence is read, so copies at other places of the genome are not seen: the
figures are lower bounds on what training and test share.

For each dataset:

* **identical**: share of test intervals with the region, start and end of a training interval, on any strand;
* **overlapping**: share of test intervals with at least one base in a training interval; the same within 1,000 bp;
* **recall by place**: accuracy of answering with the class that most overlapping training intervals have, and with the most
  frequent training class where none overlaps: what remembering the training set is worth;
* **depth**: how many training intervals of one class lie over a base that any of them covers;
* **length only**: accuracy of answering with the most frequent training class among intervals of exactly that length, and with the most
  frequent training class for a length not seen in training.

Ties go to the class whose name is first in the alphabet.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ._common import AuditError, aligned, command, commit, progress

Whole = npt.NDArray[np.int64]
COLUMNS = ("region", "start", "end", "strand")
NEAR = 1000
LARGEST = 1 << 28
"""Bytes of one uncompressed coordinate file; the published ones have a few megabytes."""


@dataclass(frozen=True)
class Intervals:
    """Places in a genome with their class; ``region`` and ``label`` are numbers into the lists of names."""

    region: Whole
    start: Whole
    end: Whole
    label: Whole

    def __len__(self) -> int:
        return len(self.start)

    @property
    def length(self) -> Whole:
        return self.end - self.start

    def of(self, label: int) -> Intervals:
        rows = self.label == label
        return Intervals(self.region[rows], self.start[rows], self.end[rows], self.label[rows])


@dataclass(frozen=True)
class ByClass:
    """One class. Counts are test intervals; ``depth`` is how often its training intervals cover a base that they cover at all."""

    name: str
    test: int
    identical: int
    overlapping: int
    lengths: int
    depth: float


@dataclass(frozen=True)
class Dataset:
    """The figures of one dataset; counts are test intervals unless they say training."""

    name: str
    training: int
    test: int
    identical: int
    identical_other_class: int
    overlapping: int
    overlapping_same_class: int
    near: int
    recall_accuracy: float
    length_accuracy: float
    majority_accuracy: float
    classes: tuple[ByClass, ...]


@dataclass(frozen=True)
class Audit:
    commit: str
    datasets: tuple[Dataset, ...]

    def __getitem__(self, name: str) -> Dataset:
        return next(dataset for dataset in self.datasets if dataset.name == name)


def _text(path: Path) -> str:
    try:
        with gzip.open(path, "rb") as stream:
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise AuditError(f"{path}: more than {LARGEST:,} bytes uncompressed; this is no coordinate file")
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AuditError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from error
    except (OSError, EOFError, zlib.error) as error:
        raise AuditError(f"{path}: cannot be read as a gzip file ({error})") from error


def _rows(path: Path) -> list[tuple[str, int, int]]:
    """Region, start and end of each line."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    rows = []
    try:
        head = next(reader, [])
        if missing := [name for name in COLUMNS if name not in head]:
            raise AuditError(f"{path}: line 1: no column {missing[0]!r}; found {', '.join(head) or 'nothing'}")
        region, start, end = (head.index(name) for name in COLUMNS[:3])
        for row in reader:
            line = reader.line_num
            if len(row) != len(head):
                raise AuditError(f"{path}: line {line}: {len(row)} fields, the header has {len(head)}")
            try:
                first, last = int(row[start]), int(row[end])
            except ValueError as error:
                raise AuditError(f"{path}: line {line}: start and end must be whole numbers ({error})") from error
            if not row[region] or not 0 <= first < last <= 1 << 62:
                raise AuditError(
                    f"{path}: line {line}: {row[region]!r} {first}-{last} is no interval (0 <= start < end)"
                )
            rows.append((row[region], first, last))
    except csv.Error as error:
        raise AuditError(f"{path}: line {reader.line_num}: {error}") from error
    return rows


def _read(folder: Path) -> tuple[Intervals, Intervals, list[str]]:
    """Training and test intervals of a dataset, and the names of its classes."""
    files = {split: sorted((folder / split).glob("*.csv.gz")) for split in ("train", "test")}
    names = sorted({path.name.removesuffix(".csv.gz") for paths in files.values() for path in paths})
    regions: dict[str, int] = {}
    splits = []
    for split, paths in files.items():
        if [path.name for path in paths] != [f"{name}.csv.gz" for name in names] or not names:
            raise AuditError(
                f"{folder / split}: one file for each class is expected ({', '.join(names) or 'none found'})"
            )
        rows = [
            (regions.setdefault(region, len(regions)), start, end, label)
            for label, path in enumerate(paths)
            for region, start, end in _rows(path)
        ]
        if not rows:
            raise AuditError(f"{folder / split}: no interval in any class")
        splits.append(Intervals(*np.array(rows, dtype=np.int64).T))
    return splits[0], splits[1], names


def overlaps(intervals: Intervals, others: Intervals, margin: int = 0) -> Whole:
    """How many of ``others`` share a base with each interval widened by ``margin`` on both sides.

    Those that begin before an interval ends, less those that end before it begins.
    """
    counts = np.zeros(len(intervals), dtype=np.int64)
    for region in np.unique(intervals.region):
        rows, there = intervals.region == region, others.region == region
        begun = np.searchsorted(np.sort(others.start[there]), intervals.end[rows] + margin, side="left")
        ended = np.searchsorted(np.sort(others.end[there]), intervals.start[rows] - margin, side="right")
        counts[rows] = begun - ended
    return counts


def depth(intervals: Intervals) -> float:
    """Bases of all intervals over the bases that at least one of them covers."""
    order = np.lexsort((intervals.start, intervals.region))
    covered = 0
    region, until = -1, 0
    rows = zip(*(getattr(intervals, part)[order].tolist() for part in ("region", "start", "end")), strict=True)
    for own, start, end in rows:
        if own != region:
            region, until = own, start
        covered += max(0, end - max(start, until))
        until = max(until, end)
    return float(intervals.length.sum() / covered) if covered else 0.0


def _identical(intervals: Intervals, others: Intervals) -> npt.NDArray[np.bool_]:
    places = set(zip(others.region.tolist(), others.start.tolist(), others.end.tolist(), strict=True))
    own = zip(intervals.region.tolist(), intervals.start.tolist(), intervals.end.tolist(), strict=True)
    return np.array([place in places for place in own], dtype=bool)


def _accuracy(called: Whole, truth: Whole) -> float:
    return float(np.mean(called == truth))


def _by_length(training: Intervals, test: Intervals, classes: int, majority: int) -> Whole:
    """The most frequent training class of each test interval's length."""
    seen, place = np.unique(training.length, return_inverse=True)
    counts = np.bincount(place * classes + training.label, minlength=len(seen) * classes).reshape(-1, classes)
    where = np.searchsorted(seen, test.length).clip(0, len(seen) - 1)
    return np.where(seen[where] == test.length, counts.argmax(axis=1)[where], majority)


def audit_dataset(folder: Path) -> Dataset:
    training, test, names = _read(folder)
    majority = int(np.bincount(training.label, minlength=len(names)).argmax())
    by_class = np.stack([overlaps(test, training.of(label)) for label in range(len(names))])
    overlapping = by_class.sum(axis=0) > 0
    identical = _identical(test, training)
    other = np.zeros(len(test), dtype=bool)
    for label in range(len(names)):
        rows = test.label == label
        elsewhere = training.label != label
        others = Intervals(*(getattr(training, part)[elsewhere] for part in ("region", "start", "end", "label")))
        other[rows] = _identical(test.of(label), others)
    return Dataset(
        name=folder.name,
        training=len(training),
        test=len(test),
        identical=int(identical.sum()),
        identical_other_class=int(other.sum()),
        overlapping=int(overlapping.sum()),
        overlapping_same_class=int((by_class[test.label, np.arange(len(test))] > 0).sum()),
        near=int((overlaps(test, training, NEAR) > 0).sum()),
        recall_accuracy=_accuracy(np.where(overlapping, by_class.argmax(axis=0), majority), test.label),
        length_accuracy=_accuracy(_by_length(training, test, len(names), majority), test.label),
        majority_accuracy=_accuracy(np.full(len(test), majority), test.label),
        classes=tuple(
            ByClass(
                name,
                int((test.label == label).sum()),
                int(identical[test.label == label].sum()),
                int(overlapping[test.label == label].sum()),
                len(np.unique(test.of(label).length)),
                depth(training.of(label)),
            )
            for label, name in enumerate(names)
        ),
    )


def audit(clone: Path) -> Audit:
    root = clone / "datasets"
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    if not folders:
        raise AuditError(f"{root}: no folder with datasets; give a clone of ML-Bioinfo-CEITEC/genomic_benchmarks")
    results = []
    for folder in folders:
        progress(f"reading {folder.name}")
        results.append(audit_dataset(folder))
    return Audit(commit(clone), tuple(results))


def to_text(found: Audit) -> str:
    def percent(count: float, total: float = 1) -> str:
        return f"{100 * count / total:.2f}%"

    head = ("dataset", "training", "test", "identical", "overlapping", "same class", f"within {NEAR:,} bp")
    rows = [
        (
            d.name, f"{d.training:,}", f"{d.test:,}", percent(d.identical, d.test), percent(d.overlapping, d.test),
            percent(d.overlapping_same_class, d.test), percent(d.near, d.test),
        )
        for d in found.datasets
    ]  # fmt: skip
    head_2 = ("accuracy on the test set", "recall by place", "length only", "most frequent class")
    rows_2 = [
        (d.name, percent(d.recall_accuracy), percent(d.length_accuracy), percent(d.majority_accuracy))
        for d in found.datasets
    ]
    head_3 = (
        "test intervals by class",
        "test",
        "identical",
        "share",
        "overlapping",
        "share",
        "lengths",
        "depth in training",
    )
    rows_3 = [
        (
            f"{d.name}, {c.name}", f"{c.test:,}", f"{c.identical:,}", percent(c.identical, max(c.test, 1)),
            f"{c.overlapping:,}", percent(c.overlapping, max(c.test, 1)), f"{c.lengths:,}", f"{c.depth:.2f}",
        )
        for d in found.datasets
        for c in d.classes
    ]  # fmt: skip
    tables = (aligned(head, rows), aligned(head_2, rows_2), aligned(head_3, rows_3))
    return "\n\n".join((f"commit {found.commit}", *tables))


def to_data(found: Audit) -> dict[str, Any]:
    return asdict(found)


def main(arguments: Sequence[str] | None = None) -> int:
    return command(
        "genomic_benchmarks", "Overlap of training and test intervals, and accuracy of length alone.",
        audit, to_text, to_data, arguments,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
