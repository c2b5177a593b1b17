"""Bad input: one line that says what and where, exit code 2, nothing written. No input gives a traceback or a silently wrong value."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fmgenomics.lab.simulate import decode
from fmgenomics.protocol import InputError, reading
from fmgenomics.protocol.__main__ import main
from fmgenomics.protocol.reading import read

HEAD = ["id", "sequence", "label", "split", "model"]
ROWS = [
    ["a", "ACGTACGTAA", "1", "train", "0.5"],
    ["b", "ACGTTTGTAA", "0", "train", "0.25"],
    ["c", "GGGTACGTAA", "1", "test", "0.75"],
    ["d", "CCGTACGNAA", "0", "test", "0.1"],
]


def text_of(rows: list[list[str]], head: list[str] = HEAD, delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows([head, *rows])
    return stream.getvalue()


def changed(row: int, column: str, value: str) -> str:
    rows = [list(cells) for cells in ROWS]
    rows[row][HEAD.index(column)] = value
    return text_of(rows)


def run(folder: Path, content: str | bytes, *options: str, name: str = "table.csv") -> int:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return main(
        [str(path), "--predictions", "model", "--out", str(folder / "report"), "--draws", "100", "--quiet", *options]
    )


BAD_TABLES: dict[str, tuple[str | bytes, str]] = {
    "protein": (changed(1, "sequence", "MKLV"), "row 2: letter 'L' at position 3 is no base"),
    "protein in ambiguity codes": (changed(1, "sequence", "MKVSRWYDHBACGT" * 9), "looks like protein"),
    "gap": (changed(0, "sequence", "AC-GT"), "letter '-' at position 3"),
    "space": (changed(0, "sequence", "AC GT"), "letter ' ' at position 3"),
    "line end in a cell": (changed(0, "sequence", "AC\nGT"), "letter '\\\\n' at position 3"),
    "other script": (changed(0, "sequence", "ACGТ"), "letter 'Т' at position 4"),
    "null byte": (changed(0, "sequence", "AC\0GT"), "position 3"),
    "no sequence": (changed(2, "sequence", " "), "row 3: the sequence is empty"),
    "no bases": (changed(2, "sequence", "NNNN"), "row 3: the sequence has no A, C, G, T or U"),
    "label missing": (changed(2, "label", ""), "labels missing: column 'label' is empty in 1 rows, first in row 3"),
    "label NaN": (changed(2, "label", "nan"), "labels missing"),
    "three labels": (changed(2, "label", "2"), "3 different labels ('0', '1', '2')"),
    "one label": (text_of([[*r[:2], "1", *r[3:]] for r in ROWS]), "empty class: every label is '1'"),
    "class empty in test": (changed(2, "label", "0"), "empty class: no test row has a label that is '1'"),
    "class empty in training": (changed(1, "label", "1"), "empty class: no train row has a label other than '1'"),
    "split unknown": (changed(1, "split", "trian"), "row 2: column 'split' is 'trian'; expected train, validation or test (nearest: train)"),
    "split missing": (changed(1, "split", ""), "row 2: column 'split' is missing"),
    "split names two": (changed(1, "split", "train;test"), "row 2: splits overlap: 'train;test' names more than one"),
    "id in two splits": (changed(3, "id", "a"), "splits overlap: id 'a' is train in row 1 and test in row 4"),
    "id twice": (changed(1, "id", "a"), "row 2: id 'a' stands already in row 1"),
    "no test": (text_of([[*r[:3], "train", r[4]] for r in ROWS]), "no row is test"),
    "no training": (text_of([[*r[:3], "test", r[4]] for r in ROWS]), "no row is train"),
    "prediction NaN": (changed(2, "model", "NaN"), "row 3: column 'model' is missing; every row that is used needs a finite number"),
    "prediction missing": (changed(2, "model", ""), "row 3: column 'model' is missing"),
    "prediction infinite": (changed(2, "model", "inf"), "row 3: column 'model' is 'inf'"),
    "prediction too large": (changed(2, "model", "1e999"), "row 3: column 'model' is '1e999'"),
    "decimal comma": (changed(2, "model", "0,5"), "row 3: column 'model' is '0,5'"),
    "underscore": (changed(2, "model", "1_0"), "row 3: column 'model' is '1_0'"),
    "other digits": (changed(2, "model", "٣"), "row 3: column 'model' is '٣'"),
    "formula": (changed(2, "model", '=HYPERLINK("http://x")'), "row 3: column 'model' is"),
    "column unknown": (text_of(ROWS, [*HEAD[:4], "modle"]), "no column 'model' (nearest: modle)"),
    "column twice": (text_of(ROWS, ["id", "sequence", "label", "model", "model"]), "column 'model' stands twice"),
    "semicolons": (text_of(ROWS, delimiter=";"), "is the table separated by ';'?"),
    "a field too many": (text_of(ROWS) + "e,ACGT,1,test,0.5,9\n", "row 5: 6 fields, the header has 5"),
    "a field too few": (text_of(ROWS) + "e,ACGT\n", "row 5: 2 fields, the header has 5"),
    "blank line inside": (text_of(ROWS[:2]) + "\n" + "c,ACGT,1,test,0.5\n", "row 3: no fields"),
    "open quote": (text_of(ROWS) + 'e,"ACGT,1,test,0.5\n', "not a table"),
    "no rows": (text_of([]), "the table has no rows"),
    "empty file": (b"", "the file is empty"),
    "only blank": (b"\n\n", "the first line must name the columns"),
    "not UTF-8": (b"id,sequence,label,split,model\na,\xff\xfe,1,train,0\n", "not UTF-8 text"),
    "UTF-16": (text_of(ROWS).encode("utf-16"), "not UTF-8 text"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_is_one_line_and_nothing_is_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, expected = BAD_TABLES[name]
    assert run(tmp_path, content) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert expected in error
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_the_good_table_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\ufeff" + text_of(ROWS).replace("train", " Training ") + "\n\n", encoding="utf-8")
    data = read(path, label="label", split="split", predictions=["model"])
    assert [decode(data.sequences.one(row)) for row in range(4)] == [
        "ACGTACGTAA",
        "ACGTTTGTAA",
        "GGGTACGTAA",
        "CCGTACGAA",
    ]
    assert data.labels.tolist() == [1, 0, 1, 0]
    assert data.splits == ("train", "train", "test", "test")
    assert np.isnan(data.predictions["model"][:2]).all()
    assert data.predictions["model"][2:].tolist() == [0.75, 0.1]
    assert data.ids == ("a", "b", "c", "d")
    assert data.positive == "1"


@pytest.mark.parametrize("ending", [".tsv", ".parquet", "frame"])
def test_every_form_of_the_table_is_read_alike(ending: str, tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=HEAD).astype({"label": int, "model": float})
    source: Path | pd.DataFrame = tmp_path / f"table{ending}"
    if isinstance(source, Path) and ending == ".tsv":
        source.write_text(text_of(ROWS, delimiter="\t"))
    elif isinstance(source, Path) and ending == ".parquet":
        frame.to_parquet(source)
    else:
        source = frame
    (tmp_path / "table.csv").write_text(text_of(ROWS))
    one = read(tmp_path / "table.csv", label="label", split="split", predictions=["model"])
    other = read(source, label="label", split="split", predictions=["model"])
    assert (one.sequences.codes == other.sequences.codes).all()
    assert (one.labels == other.labels).all()
    assert (one.splits, one.ids, one.positive) == (other.splits, other.ids, other.positive)
    np.testing.assert_array_equal(one.predictions["model"], other.predictions["model"])


@pytest.mark.parametrize(
    ("labels", "positive", "expected"),
    [
        (["pos", "neg", "pos", "neg"], None, [1, 0, 1, 0]),
        ([True, False, True, False], None, [1, 0, 1, 0]),
        ([1.0, 0.0, 1.0, 0.0], None, [1, 0, 1, 0]),
        ([1, -1, 1, -1], None, [1, 0, 1, 0]),
        (["enhancer", "promoter", "enhancer", "ocr"], "enhancer", [1, 0, 1, 0]),
        (["enhancer", "promoter", "enhancer", "promoter"], None, "say which of 'enhancer', 'promoter' is positive"),
        ([1, 2, 1, 2], None, "say which of '1', '2' is positive"),
        (["a", "b", "a", "b"], "c", "no label is 'c'"),
    ],
)
def test_labels_are_never_guessed(labels: list[Any], positive: str | None, expected: list[int] | str) -> None:
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(label=labels)
    if isinstance(expected, str):
        with pytest.raises(InputError, match=expected):
            read(frame, label="label", split="split", predictions=["model"], positive=positive)
    else:
        assert (
            read(frame, label="label", split="split", predictions=["model"], positive=positive).labels.tolist()
            == expected
        )


def test_rna_lower_case_and_masking_are_understood() -> None:
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(sequence=["ACGU", "acgt", "ACgt", "RCGT" + "ACGT" * 9])
    data = read(frame, label="label", split="split", predictions=["model"])
    assert decode(data.sequences.one(0)) == decode(data.sequences.one(1)) == "ACGT"
    assert data.sequences.masked.tolist() == [0, 1, 0.5, 0]


# ------------------------------------------------------------------------------------------------------ FASTA and embeddings

FASTA = "".join(f">{row[0]} some words\n{row[1][:5]}\n\n{row[1][5:]}\n" for row in ROWS)
WITHOUT = text_of([[row[0], *row[2:]] for row in ROWS], ["id", *HEAD[2:]])

BAD_FASTA: dict[str, tuple[str | bytes, str]] = {
    "id lacks": (FASTA.replace(">d", ">dd"), "1 ids of the table are not in it, first 'd' (nearest: dd)"),
    "one too many": (FASTA + ">e\nACGT\n", "5 sequences, the table has 4 rows; 'e' is not in the table"),
    "twice": (FASTA + ">a\nACGT\n", "sequence 'a' stands twice"),
    "no name": (FASTA + "> \nACGT\n", "a header without a name"),
    "no header": ("ACGT\n" + FASTA, "line 1: expected a header that begins with '>'"),
    "no letters": (FASTA.replace("CCGTA\n\nCGNAA", ""), "row 4: the sequence is empty"),
    "wrong letters": (FASTA.replace("CCGTA", "CCGZA"), "row 4: letter 'Z' at position 4"),
    "only blank": ("\n\n", "no sequence in it"),
    "not UTF-8": (b">a\n\xff\n", "not UTF-8"),
}


def test_fasta_beside_the_table_gives_the_same_sequences(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(WITHOUT)
    (tmp_path / "s.fa").write_text(FASTA)
    data = read(tmp_path / "t.csv", label="label", split="split", predictions=["model"], sequences=tmp_path / "s.fa")
    assert [decode(data.sequences.one(row)) for row in range(3)] == [row[1] for row in ROWS[:3]]


@pytest.mark.parametrize("name", BAD_FASTA)
def test_a_bad_fasta_file_is_one_line(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, expected = BAD_FASTA[name]
    (tmp_path / "s.fasta").write_bytes(content.encode() if isinstance(content, str) else content)
    assert run(tmp_path, WITHOUT, "--sequences", str(tmp_path / "s.fasta")) == 2
    error = capsys.readouterr().err
    assert expected in error
    assert error.count("\n") == 1
    assert not (tmp_path / "report").exists()


def saved(write: Callable[[Path], object], name: str = "e.npy") -> Callable[[Path], Path]:
    def save(folder: Path) -> Path:
        write(folder / name)
        return folder / name

    return save


BAD_MATRICES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "rows": (saved(lambda p: np.save(p, np.zeros((3, 2)))), "3 rows, the table has 4"),
    "NaN": (saved(lambda p: np.save(p, np.array([[0.0], [1], [np.nan], [2]]))), "row 3 has NaN"),
    "infinite": (saved(lambda p: np.save(p, np.array([[0.0], [1], [2], [1e300]]))), "row 4 has NaN, an infinity"),
    "vector": (saved(lambda p: np.save(p, np.zeros(4))), "a matrix of numbers is expected"),
    "text": (saved(lambda p: np.save(p, np.array([["a"]] * 4))), "a matrix of numbers is expected"),
    "objects": (saved(lambda p: np.save(p, np.array([[{}]] * 4), allow_pickle=True)), "not a numpy array that can be read"),
    "garbage": (saved(lambda p: p.write_bytes(b"\x93NUMPY\x01\x00garbage")), "not a numpy array that can be read"),
    "archive": (saved(lambda p: np.savez(p, a=np.zeros((4, 2))), "e.npz"), "archives and pickled objects are not read"),
    "pickle": (saved(lambda p: p.write_bytes(b"x"), "e.pkl"), "archives and pickled objects are not read"),
    "parquet of text": (saved(lambda p: pd.DataFrame({"a": list("wxyz")}).to_parquet(p), "e.parquet"), "a matrix of numbers is expected"),
    "parquet with gaps": (saved(lambda p: pd.DataFrame({"a": pd.array([1, 2, None, 4], "Int64")}).to_parquet(p), "e.parquet"), "empty cells"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_MATRICES)
def test_a_bad_matrix_is_one_line(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save, expected = BAD_MATRICES[name]
    assert run(tmp_path, text_of(ROWS), "--embeddings", str(save(tmp_path))) == 2
    error = capsys.readouterr().err
    assert expected in error
    assert error.count("\n") == 1
    assert not (tmp_path / "report").exists()


# ------------------------------------------------------------------------------------------------------ files and places


@pytest.mark.parametrize("ending", [".zip", ".tar", ".gz", ".pkl"])
def test_archives_are_not_read_whatever_they_hold(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, text_of(ROWS), name=f"table{ending}") == 2
    assert "archives and pickled objects are not read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "expected"),
    [("absent.csv", "cannot be read"), ("folder.csv", "not a regular file"), ("pipe.csv", "not a regular file"), ("x\0.csv", "cannot be read"),
     ("table.xlsx", "'.xlsx' is not read here"), ("evil\n\x1b[31m.csv", "cannot be read")],
)  # fmt: skip
def test_only_regular_files_of_a_known_kind_are_opened(
    path: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    assert main([str(tmp_path / path), "--predictions", "model", "--out", str(tmp_path / "report"), "--quiet"]) == 2
    error = capsys.readouterr().err
    assert expected in error
    assert error.count("\n") == 1
    assert "\x1b" not in error


def test_a_huge_cell_is_refused_and_a_long_sequence_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.csv"
    path.write_text(changed(0, "sequence", "ACGT" * 50_000))
    data = read(path, label="label", split="split", predictions=["model"])
    assert data.sequences.lengths[0] == 200_000
    before = csv.field_size_limit()
    monkeypatch.setattr(reading, "LARGEST_CELL", 100_000)
    assert run(tmp_path, changed(0, "sequence", "ACGT" * 50_000)) == 2
    assert "line 2: a cell has more than 100,000 characters" in capsys.readouterr().err
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--predictions", "", "--quiet"], "nothing to evaluate"),
        (["--predictions", "model,model"], "named twice"),
        (["--predictions", "label"], "cannot be a prediction"),
        (["--draws", "1"], "draws 1"),
        (["--metric", "pearson"], "metric 'pearson'"),
        (["--task", "regression"], "at least three numbers"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    options: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, text_of(ROWS), *options) == 2
    assert expected in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------------ fuzzing

SLOW = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CELL = st.one_of(
    st.sampled_from(["", "A", "acgtn", "ACGT", "U", "-", "1", "0", "0.5", "1e5", "nan", "inf", "-1", "train", "test", "val", "=1+1",
                     "+1", "@x", "\u202eACGT", "A\x00", "1.0", " 1 ", "train,test", "true", "false", '"', "\r", "\n", "０", "1_0", "1e400"]),
    st.text(max_size=6),
)  # fmt: skip


def harmless(error: InputError) -> bool:
    return str(error).isprintable() and "Traceback" not in str(error)


def attempt(path: Path, **options: Any) -> reading.Dataset | None:
    """The data, or nothing when it was refused in one printable line."""
    try:
        return read(path, label="label", split="split", predictions=["model"], **options)
    except InputError as refused:
        error = refused
    assert harmless(error)
    return None


@SLOW
@given(rows=st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), min_size=1, max_size=6), good=st.booleans())
def test_no_cell_passes_with_a_wrong_value(tmp_path: Path, rows: list[tuple[str, ...]], good: bool) -> None:
    path = tmp_path / "fuzz.csv"
    table = [*ROWS, *map(list, rows)] if good else [list(row) for row in rows]
    path.write_bytes(text_of(table).encode("utf-8", "surrogatepass"))
    data = attempt(path)
    if data is None:
        return
    assert len(data.ids) == len(table)
    for row, cells in enumerate(table):
        assert decode(data.sequences.one(row)) == "".join(
            b for b in cells[1].strip().upper().replace("U", "T") if b in "ACGT"
        )
        assert data.ids[row] == cells[0].strip() or float(data.ids[row]) == float(cells[0])
        assert data.splits[row][:3] == {"dev": "val", "hol": "tes"}.get(
            cells[3].strip().lower()[:3], cells[3].strip().lower()[:3]
        )
        assert bool(data.labels[row]) == (
            cells[2].strip().lower() in ("1", "1.0", "+1", "true", "yes", "pos", "positive")
        )
        if data.splits[row] == "test":
            assert data.predictions["model"][row] == float(cells[4])


@SLOW
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda t: t.encode("utf-8", "ignore"))), ending=st.sampled_from([".csv", ".tsv", ".parquet"]), head=st.booleans())  # fmt: skip
def test_no_bytes_give_a_traceback(tmp_path: Path, content: bytes, ending: str, head: bool) -> None:
    path = tmp_path / f"fuzz{ending}"
    path.write_bytes((",".join(HEAD) + "\n").encode() * head + content)
    attempt(path)


@SLOW
@given(place=st.integers(0, 10**6), value=st.integers(0, 255), size=st.integers(0, 10**6))
def test_no_damaged_parquet_file_gives_a_traceback(tmp_path: Path, place: int, value: int, size: int) -> None:
    path = tmp_path / "good.parquet"
    if not path.exists():
        pd.DataFrame(ROWS, columns=HEAD).to_parquet(path)
    content = bytearray(path.read_bytes())
    content[place % len(content)] = value
    if size % 3 == 0:
        del content[size % len(content) :]
    (tmp_path / "fuzz.parquet").write_bytes(bytes(content))
    attempt(tmp_path / "fuzz.parquet")


@SLOW
@given(content=st.one_of(st.binary(max_size=200), st.text(alphabet=">abcd ACGTN\n\r\t-", max_size=200).map(str.encode)))
def test_no_fasta_file_gives_a_traceback_or_other_sequences(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.csv").write_text(WITHOUT)
    (tmp_path / "s.fa").write_bytes(content)
    data = attempt(tmp_path / "t.csv", sequences=tmp_path / "s.fa")
    if data is not None:
        records = ("\n" + content.decode().replace("\r", "\n")).split("\n>")[1:]
        found = {r.split()[0]: "".join("".join(r.split("\n")[1:]).split()) for r in records}
        assert [decode(data.sequences.one(i)) for i in range(4)] == [found[n].replace("N", "") for n in "abcd"]


@SLOW
@given(place=st.integers(0, 10**6), value=st.integers(0, 255), size=st.integers(0, 10**6))
def test_no_damaged_matrix_gives_a_traceback(tmp_path: Path, place: int, value: int, size: int) -> None:
    path = tmp_path / "e.npy"
    np.save(path, np.arange(8, dtype=np.float32).reshape(4, 2))
    content = bytearray(path.read_bytes())
    content[place % len(content)] = value
    if size % 3 == 0:
        del content[size % len(content) :]
    path.write_bytes(bytes(content))
    try:
        assert len(reading.read_embeddings(path, 4)) == 4
    except InputError as refused:
        error: InputError | None = refused
    else:
        error = None
    assert error is None or harmless(error)
