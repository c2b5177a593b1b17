"""Reads what the user gives: a table with FASTA and embeddings beside it. Every fault is one :class:`InputError`.

Nothing is guessed: a cell that is not exactly a number is refused, a row with a field too many is refused, no type is inferred from a
column. Cells are never opened as paths or evaluated. Archives and pickled objects are not read.
"""

from __future__ import annotations

import csv
import math
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fmgenomics.evidence.problem import nearest
from fmgenomics.lab.simulate import Numbers, Whole

from .problem import InputError, shown
from .sequences import Sequences, pack

Cells = Sequence[Any]
Columns = Mapping[str, Cells]

LARGEST_CELL = 10_000_000
LARGEST_FILE = 2 << 30
MOST_ROWS = 5_000_000
DELIMITERS = {".csv": ",", ".tsv": "\t"}
TABLES = (".csv", ".tsv", ".parquet")
FASTAS = (".fasta", ".fa", ".fna")
MATRICES = (".npy", ".parquet")
ARCHIVES = (".gz", ".zip", ".tar", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".npz", ".pkl", ".pickle")

SPLITS = {
    "train": "train", "training": "train",
    "test": "test", "testing": "test", "holdout": "test", "hold-out": "test",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_POSITIVE = ("1", "true", "positive", "pos", "yes")
_NEGATIVE = ("0", "false", "negative", "neg", "no", "-1")


@dataclass(frozen=True)
class Dataset:
    """The input, checked. Predictions are NaN outside the test set; ``labels`` are 0 and 1, or the value to be predicted."""

    sequences: Sequences
    ids: tuple[str, ...]
    labels: Numbers
    splits: tuple[str, ...]
    predictions: dict[str, Numbers]
    embeddings: npt.NDArray[np.floating] | None
    positive: str | None

    def rows(self, split: str) -> Whole:
        return np.flatnonzero(np.array([name == split for name in self.splits]))

    @property
    def is_classification(self) -> bool:
        return self.positive is not None


def _check_file(path: Path, endings: tuple[str, ...]) -> None:
    ending = path.suffix.lower()
    if ending in ARCHIVES:
        raise InputError(
            f"{path}: archives and pickled objects are not read: unpack it and give one of {' '.join(endings)}"
        )
    if ending not in endings:
        raise InputError(f"{path}: {shown(ending)} is not read here: give one of {' '.join(endings)}")
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such file"
        raise InputError(f"{shown(str(path))}: cannot be read ({reason})") from error
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path}: not a regular file")
    if status.st_size == 0:
        raise InputError(f"{path}: the file is empty")
    if status.st_size > LARGEST_FILE:
        raise InputError(f"{path}: {status.st_size:,} bytes; the protocol reads files of up to {LARGEST_FILE:,} bytes")


@contextmanager
def _cells_of(size: int) -> Iterator[None]:
    before = csv.field_size_limit(size)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _check_head(head: Sequence[str], where: str) -> None:
    if not any(head):
        raise InputError(f"{where}: the first line must name the columns")
    twice = next((name for name in head if list(head).count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{where}: column {shown(twice)} stands twice")


def _places(head: Sequence[str], wanted: Sequence[str], optional: Sequence[str], where: str) -> dict[str, int]:
    for name in wanted:
        if name not in head:
            hint = nearest(name, head) if head else ""
            only = f"; is the table separated by {shown(';')}?" if len(head) == 1 and ";" in head[0] else ""
            raise InputError(f"{where}: no column {shown(name)}{shown_hint(hint)}{only}")
    return {name: list(head).index(name) for name in dict.fromkeys((*wanted, *optional)) if name in head}


def shown_hint(hint: str) -> str:
    """A hint of the nearest name, made harmless."""
    return f" ({shown(hint.removeprefix(' (').removesuffix(')'))[1:-1]})" if hint else ""


def _read_delimited(path: Path, wanted: Sequence[str], optional: Sequence[str]) -> dict[str, Cells]:
    with _cells_of(LARGEST_CELL), path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=DELIMITERS[path.suffix.lower()], strict=True)
        try:
            head = next(reader, [])
            _check_head(head, str(path))
            places = _places(head, wanted, optional, str(path))
            columns: dict[str, list[str]] = {name: [] for name in places}
            blank = 0
            for number, row in enumerate(reader, 1):
                if not row:
                    blank = blank or number
                    continue
                if blank or len(row) != len(head):
                    found = "no fields" if blank else f"{len(row)} fields"
                    raise InputError(f"{path}: row {blank or number}: {found}, the header has {len(head)}")
                if number > MOST_ROWS:
                    raise InputError(f"{path}: more than {MOST_ROWS:,} rows")
                for name, place in places.items():
                    columns[name].append(row[place])
        except csv.Error as error:
            if "field larger" in str(error):
                raise InputError(
                    f"{path}: line {reader.line_num}: a cell has more than {LARGEST_CELL:,} characters"
                ) from error
            raise InputError(f"{path}: line {reader.line_num}: not a table ({error})") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 text ({error.reason}, near line {reader.line_num + 1})") from error
    return dict(columns)


def _parquet(path: Path, columns: Sequence[str] | None) -> pa.Table:
    """The columns of a Parquet file; its own statement of size is read first."""
    try:
        with pq.ParquetFile(path) as file:
            rows = file.metadata.num_rows
            size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
            if not 0 <= rows <= MOST_ROWS or not 0 <= size <= LARGEST_FILE:
                raise InputError(f"{path}: {rows:,} rows, {size:,} bytes unpacked; too large for the protocol")
            names = file.schema_arrow.names
            _check_head(names, str(path))
            if columns is not None:
                columns = [name for name in columns if name in names]
            return file.read(columns=columns)
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError, NotImplementedError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path}: not a Parquet file that can be read ({shown(str(error).splitlines()[0] if str(error) else '')})"
        ) from error


def _parquet_names(path: Path) -> list[str]:
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{path}: not a Parquet file that can be read") from error


def _read_parquet(path: Path, wanted: Sequence[str], optional: Sequence[str]) -> dict[str, Cells]:
    places = _places(_parquet_names(path), wanted, optional, str(path))
    table = _parquet(path, list(places))
    columns: dict[str, Cells] = {}
    for name in places:
        column = table.column(name)
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        simple = (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_floating,
            pa.types.is_integer,
            pa.types.is_boolean,
        )
        if not any(is_kind(kind) for is_kind in simple):
            raise InputError(f"{path}: column {shown(name)} holds {kind}; text or numbers are expected")
        try:
            columns[name] = column.to_pylist()
        except (pa.ArrowException, UnicodeDecodeError, ValueError) as error:
            raise InputError(f"{path}: column {shown(name)} cannot be read ({shown(error)})") from error
    return columns


def read_columns(table: Path | pd.DataFrame, wanted: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Cells]:
    """The cells of the wanted columns, and of the optional ones that are there."""
    if isinstance(table, pd.DataFrame):
        names = [str(name) for name in table.columns]
        _check_head(names, "the table")
        places = _places(names, wanted, optional, "the table")
        columns: dict[str, Cells] = {name: table.iloc[:, place].tolist() for name, place in places.items()}
    else:
        _check_file(table, TABLES)
        read = _read_parquet if table.suffix.lower() == ".parquet" else _read_delimited
        try:
            columns = read(table, wanted, optional)
        except OSError as error:
            raise InputError(f"{table}: cannot be read ({error.strerror})") from error
    if not len(next(iter(columns.values()))):
        raise InputError("the table has no rows")
    return columns


def read_fasta(path: Path) -> dict[str, str]:
    """Sequences by the first word of their header."""
    _check_file(path, FASTAS)
    records: dict[str, list[str]] = {}
    current: list[str] | None = None
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, 1):
                text = line.strip()
                if text.startswith(">"):
                    name = text[1:].split(maxsplit=1)[0] if text[1:].strip() else ""
                    if not name:
                        raise InputError(f"{path}: line {number}: a header without a name")
                    if name in records:
                        raise InputError(f"{path}: line {number}: sequence {shown(name)} stands twice")
                    current = records[name] = []
                elif text:
                    if current is None:
                        raise InputError(
                            f"{path}: line {number}: expected a header that begins with '>', found {shown(text)}"
                        )
                    current.append(text)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason})") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if not records:
        raise InputError(f"{path}: no sequence in it")
    return {name: "".join(parts) for name, parts in records.items()}


def _is_missing(value: Any) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, str):
        return not value.strip() or value.strip().lower() in ("na", "nan", "null", "none", "n/a")
    return isinstance(value, float | np.floating) and math.isnan(value)


def _number(value: Any) -> float | None:
    """Exactly a finite number, or ``None``."""
    if isinstance(value, bool | np.bool_):
        return float(value)
    if isinstance(value, str):
        value = float(text) if _NUMBER.fullmatch(text := value.strip()) else math.nan
    elif not isinstance(value, int | float | np.integer | np.floating):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _texts(cells: Cells, column: str) -> list[str]:
    for row, cell in enumerate(cells, 1):
        if not isinstance(cell, str):
            raise InputError(f"row {row}: column {shown(column)} holds {shown(cell)}; text is expected")
    return [cell.strip() for cell in cells]


def _numbers(cells: Cells, column: str, rows: Whole) -> Numbers:
    """Finite numbers in the given rows, NaN elsewhere."""
    values = np.full(len(cells), np.nan)
    for row in rows.tolist():
        number = _number(cells[row])
        if number is None:
            what = "is missing" if _is_missing(cells[row]) else f"is {shown(cells[row])}"
            raise InputError(
                f"row {row + 1}: column {shown(column)} {what}; every row that is used needs a finite number"
            )
        values[row] = number
    return values


def _splits(cells: Cells, column: str) -> tuple[str, ...]:
    names = []
    for row, cell in enumerate(cells, 1):
        text = cell.strip().lower() if isinstance(cell, str) else str(cell)
        if text not in SPLITS:
            parts = {SPLITS[part] for part in re.split(r"[\s,;|/+&]+", text) if part in SPLITS}
            if len(parts) > 1:
                raise InputError(
                    f"row {row}: splits overlap: {shown(cell)} names more than one; a row belongs to one split"
                )
            what = "is missing" if _is_missing(cell) else f"is {shown(cell)}"
            raise InputError(
                f"row {row}: column {shown(column)} {what}; expected train, validation or test{shown_hint(nearest(text, SPLITS))}"
            )
        names.append(SPLITS[text])
    for split in ("train", "test"):
        if split not in names:
            raise InputError(f"column {shown(column)}: no row is {split}")
    return tuple(names)


def _label_text(cell: Any) -> str:
    """One spelling for the same label: 1, 1.0, "1" and true numbers agree."""
    if isinstance(cell, bool | np.bool_):
        return str(bool(cell)).lower()
    number = _number(cell)
    if number is not None and number.is_integer():
        return str(int(number))
    return cell.strip() if isinstance(cell, str) else str(cell)


def _classes(cells: Cells, column: str, positive: str | None) -> tuple[Numbers, str]:
    missing = [row for row, cell in enumerate(cells, 1) if _is_missing(cell)]
    if missing:
        raise InputError(
            f"labels missing: column {shown(column)} is empty in {len(missing):,} rows, first in row {missing[0]}"
        )
    texts = [_label_text(cell) for cell in cells]
    names = sorted(set(texts))
    some = ", ".join(shown(name) for name in names[:5]) + (", ..." if len(names) > 5 else "")
    if positive is not None:
        positive = _label_text(positive)
        if positive not in names:
            raise InputError(f"column {shown(column)}: no label is {shown(positive)}; found {some}")
    elif len(names) == 2:
        known = [name for name in names if name.lower() in _POSITIVE]
        others = [name for name in names if name.lower() in _NEGATIVE]
        if len(known) == 1 and len(others) == 1:
            positive = known[0]
        else:
            raise InputError(f"column {shown(column)}: say which of {some} is positive (--positive)")
    elif len(names) == 1:
        raise InputError(f"column {shown(column)}: empty class: every label is {some}")
    else:
        raise InputError(
            f"column {shown(column)}: {len(names):,} different labels ({some}); set one against the rest with --positive, "
            "or use --task regression for numbers"
        )
    return np.array([text == positive for text in texts], dtype=float), positive


def _check_classes(labels: Numbers, splits: Sequence[str], positive: str) -> None:
    for split in ("train", "test"):
        here = labels[np.array([name == split for name in splits])]
        for value, name in ((1.0, "that is"), (0.0, "other than")):
            if not (here == value).any():
                raise InputError(f"empty class: no {split} row has a label {name} {shown(positive)}")


def _check_ids(ids: Sequence[str], splits: Sequence[str]) -> None:
    first: dict[str, int] = {}
    for row, name in enumerate(ids):
        if not name:
            raise InputError(f"row {row + 1}: the id is missing")
        if name in first:
            one, other = splits[first[name]], splits[row]
            if one != other:
                raise InputError(
                    f"splits overlap: id {shown(name)} is {one} in row {first[name] + 1} and {other} in row {row + 1}"
                )
            raise InputError(f"row {row + 1}: id {shown(name)} stands already in row {first[name] + 1}")
        first[name] = row


def read_embeddings(source: Path | npt.ArrayLike, rows: int) -> npt.NDArray[np.floating]:
    """A matrix with a row for each row of the table, in its order; single precision."""
    where = str(source) if isinstance(source, Path) else "embeddings"
    if isinstance(source, Path):
        _check_file(source, MATRICES)
        if source.suffix.lower() == ".npy":
            try:
                matrix = np.load(source, mmap_mode="r", allow_pickle=False)
            except Exception as error:  # numpy parses the header as Python: a damaged file can raise anything
                raise InputError(f"{where}: not a numpy array that can be read ({shown(error)})") from error
        else:
            table = _parquet(source, None)
            columns = []
            for name in table.column_names:
                kind = table.column(name).type
                if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
                    raise InputError(f"{where}: column {shown(name)} holds {kind}; a matrix of numbers is expected")
                if table.column(name).null_count:
                    raise InputError(f"{where}: column {shown(name)} has empty cells")
                columns.append(table.column(name).to_numpy().astype(np.float32))
            matrix = np.stack(columns, axis=1)
    else:
        try:
            matrix = np.asarray(source)
        except ValueError as error:
            raise InputError(f"{where}: not a matrix ({shown(error)})") from error
    if matrix.ndim != 2 or not matrix.shape[1] or matrix.dtype.kind not in "fiu":
        raise InputError(
            f"{where}: a matrix of numbers is expected, with a row a sequence; found {matrix.dtype} of shape {matrix.shape}"
        )
    if len(matrix) != rows:
        raise InputError(f"{where}: {len(matrix):,} rows, the table has {rows:,}")
    for start in range(0, rows, 10_000):
        with np.errstate(over="ignore"):
            finite = np.isfinite(np.asarray(matrix[start : start + 10_000]).astype(np.float32)).all(axis=1)
        if not finite.all():
            row = start + int(np.argmin(finite)) + 1
            raise InputError(f"{where}: row {row} has NaN, an infinity or a number too large for single precision")
    return np.asarray(matrix)


def _sequence_texts(columns: Columns, sequence: str, ids: Sequence[str] | None, fasta: Path | None) -> list[str]:
    if fasta is None:
        return _texts(columns[sequence], sequence)
    assert ids is not None
    records = read_fasta(fasta)
    lacking = [name for name in ids if name not in records]
    if lacking:
        raise InputError(
            f"{fasta}: {len(lacking):,} ids of the table are not in it, first {shown(lacking[0])}{shown_hint(nearest(lacking[0], records) if len(records) < 10_000 else '')}"
        )
    if len(records) != len(ids):
        known = set(ids)
        other = next(name for name in records if name not in known)
        raise InputError(
            f"{fasta}: {len(records):,} sequences, the table has {len(ids):,} rows; {shown(other)} is not in the table"
        )
    return [records[name] for name in ids]


def read(
    table: Path | pd.DataFrame,
    *,
    label: str,
    split: str,
    predictions: Sequence[str],
    sequence: str = "sequence",
    id: str = "id",
    sequences: Path | None = None,
    embeddings: Path | npt.ArrayLike | None = None,
    task: str = "classification",
    positive: str | None = None,
) -> Dataset:
    """Everything of the input, checked."""
    if task not in ("classification", "regression"):
        raise InputError(f"task {shown(task)}: expected classification or regression")
    if not predictions and embeddings is None:
        raise InputError("nothing to evaluate: name columns of predictions, or give embeddings")
    if len(set(predictions)) != len(predictions):
        raise InputError("a column of predictions is named twice")
    if taken := {label, split, sequence} & set(predictions):
        raise InputError(
            f"column {shown(min(taken))} cannot be a prediction: it is the label, the split or the sequence"
        )
    wanted = [label, split, *predictions, id if sequences is not None else sequence]
    columns = read_columns(table, wanted, optional=[id])
    names = _splits(columns[split], split)
    rows = len(names)
    ids = [str(_label_text(cell)) if not _is_missing(cell) else "" for cell in columns[id]] if id in columns else None
    if ids is not None:
        _check_ids(ids, names)
    if task == "classification":
        labels, positive = _classes(columns[label], label, positive)
        _check_classes(labels, names, positive)
    else:
        labels, positive = _numbers(columns[label], label, np.arange(rows)), None
        for name in ("train", "test"):
            here = labels[np.array([own == name for own in names])]
            if len(here) < 3 or here.min() == here.max():
                raise InputError(f"column {shown(label)}: the {name} rows need at least three numbers that differ")
    test = np.flatnonzero(np.array([name == "test" for name in names]))
    scores = {name: _numbers(columns[name], name, test) for name in predictions}
    packed = pack(_sequence_texts(columns, sequence, ids, sequences))
    matrix = None if embeddings is None else read_embeddings(embeddings, rows)
    return Dataset(packed, tuple(ids or map(str, range(1, rows + 1))), labels, names, scores, matrix, positive)
