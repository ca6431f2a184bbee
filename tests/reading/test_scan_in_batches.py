"""A scan as a table: its rows in batches are those that `read` gives, wherever the batches begin and end."""

from __future__ import annotations

import csv
import os
import threading
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import cpnb
from cpnb import frames
from cpnb.errors import ChangedDataError, FrameError, ReadError
from cpnb.reading.encodings import encoding_by_content
from cpnb.reading.file_state import FileState
from cpnb.reading.layouts import Settings, layout_of
from cpnb.reading.parquet_rows import ParquetRows
from cpnb.reading.text_rows import TextRows

CELLS = ["", "7", "007", " a ", "x,y", "x;y", 'say "hi"', "two\nlines", "two\r\nlines", "NA", "Zoë", "ab" * 20]
# With what each cannot write left out.
BEYOND_LATIN = {"utf-8": "Łódź 東京", "utf-8-sig": "Łódź 東京", "utf-16": "東京😀", "cp932": "東京", "gb18030": "東京",
                "iso2022_jp": "東京", "cp1252": "Señor", "utf-16-be": "Łódź", "utf-32": "😀"}  # fmt: skip


def text_file(path: Path, rows, encoding: str, delimiter: str, ending: str, *, ends: bool = True) -> Path:
    quoting = csv.QUOTE_ALL if ending == "\r" else csv.QUOTE_MINIMAL  # csv does not see a line end in "\n" then
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator=ending, quoting=quoting)
        writer.writerow(["id", "name", "note"])
        writer.writerows(rows)
    if not ends:
        content = path.read_bytes()
        path.write_bytes(content.removesuffix(ending.encode(encoding.removesuffix("-sig")[-9:]) if encoding in {
            "utf-8", "utf-8-sig", "cp1252", "cp932", "gb18030"} else b""))  # fmt: skip
    return path


def in_small_batches(path: Path, encoding: str, delimiter: str, block_bytes: int) -> TextRows:
    """Return the rows of a text that is read in blocks of so few bytes that it has many."""
    layout = layout_of(path, Settings(encoding, delimiter, '"'), encoding_by_content)
    return TextRows(layout, FileState.of(path), block_bytes=block_bytes)


def cells_of(data: frames.Frame, **bounds: int) -> list[tuple[object, ...]]:
    """Return the rows as tuples, read through slices of few rows."""
    found: list[tuple[object, ...]] = []
    columns = list(data.columns)
    for start, piece in frames.slices(data, columns, rows=7, **bounds):
        assert start == bounds.get("start", 0) + len(found)
        found += zip(*(piece.columns[name].tolist() for name in columns), strict=True)
    return found


@st.composite
def text_tables(draw):
    encoding = draw(st.sampled_from(sorted(BEYOND_LATIN)))
    ascii_only = [cell for cell in CELLS if cell.isascii() or encoding not in {"cp932", "iso2022_jp"}]
    cell = st.sampled_from([*ascii_only, BEYOND_LATIN[encoding]])
    some = draw(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=12))
    rows = [(f"{number}{first}", *rest) for number, (first, *rest) in enumerate(some * draw(st.integers(1, 30)))]
    return encoding, draw(st.sampled_from([",", ";", "\t"])), draw(st.sampled_from(["\n", "\r\n", "\r"])), rows


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=text_tables(), block_bytes=st.sampled_from([150, 200, 1000]), ends=st.booleans(), data=st.data())
def test_batches_of_text_hold_what_read_gives(tmp_path, table, block_bytes, ends, data):
    encoding, delimiter, ending, rows = table
    path = text_file(tmp_path / "people.csv", rows, encoding, delimiter, ending, ends=ends)
    whole = cpnb.read(path, encoding=encoding, delimiter=delimiter)
    scanned = in_small_batches(path, encoding, delimiter, block_bytes)

    assert len(scanned) == len(whole) == len(rows)
    assert scanned.columns.equals(whole.columns)
    assert cells_of(scanned) == cells_of(whole)
    first = data.draw(st.integers(0, len(rows)))
    last = data.draw(st.integers(first, len(rows)))
    assert cells_of(scanned, start=first, stop=last) == cells_of(whole, start=first, stop=last)
    positions = np.array(data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=9)), dtype=np.int64)
    pd.testing.assert_frame_equal(scanned.rows_at(positions), whole.iloc[positions])
    pd.testing.assert_frame_equal(scanned.rows_at(positions, ["note"]), whole[["note"]].iloc[positions])


def test_a_text_has_many_batches_in_these_tests(tmp_path):
    path = text_file(tmp_path / "people.csv", [("1", "Zoë", "two\nlines")] * 400, "utf-16", ";", "\r\n")

    scanned = in_small_batches(path, "utf-16", ";", 150)

    assert len(list(scanned.tables(["id"], 0, len(scanned)))) > 5


def messy(kind: str, tmp_path: Path) -> Path:
    people = cpnb.samples.people(rows=1_000, seed=11)
    path = tmp_path / f"people.{kind}"
    if kind == "csv":
        people.to_csv(path, index=False)
    else:
        people = people.astype({"tier": "category"}).assign(visits=pd.array([None, 7] * 500, dtype="Int64"))
        people.to_parquet(path, row_group_size=333)
    return path


def in_batches(kind: str, path: Path, rows_or_bytes: int) -> frames.BatchTable:
    if kind == "csv":
        return in_small_batches(path, "utf-8", ",", rows_or_bytes * 50)
    return ParquetRows(path, FileState.of(path), batch_rows=rows_or_bytes)


def fields_of(whole: pd.DataFrame) -> cpnb.FieldMap:
    return whole.cp.suggest_fields(unique_key="customer_id", region="US", attributes="all")


@pytest.mark.parametrize("size", [20, 5_000])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_every_verb_says_of_a_scan_what_it_says_of_the_table(kind, size, tmp_path):
    from tests.plans import files, planned

    path = messy(kind, tmp_path)
    whole, scanned = cpnb.read(path), in_batches(kind, path, size)
    fields = fields_of(whole)
    assert cpnb.suggest_fields(scanned, unique_key="customer_id", region="US", attributes="all") == fields
    assert cpnb.suggest_fields(scanned) == cpnb.suggest_fields(whole)

    report, expected = cpnb.validate(scanned, fields), cpnb.validate(whole, fields)
    assert report == expected
    assert not report.ok
    pd.testing.assert_frame_equal(report.by_row(scanned), expected.by_row(whole))
    pd.testing.assert_frame_equal(report.rows(scanned), expected.rows(whole), check_categorical=False)
    pd.testing.assert_frame_equal(report.good(scanned), expected.good(whole), check_categorical=False)

    described = cpnb.describe(scanned, fields).to_frame()
    pd.testing.assert_frame_equal(described, cpnb.describe(whole, fields).to_frame())
    pd.testing.assert_frame_equal(cpnb.describe(scanned).to_frame(), cpnb.describe(whole).to_frame())

    condition = cpnb.profile.Address.City.startswith("S") & ~cpnb.profile.LastName.contains("z")
    previewed, seen = cpnb.preview(scanned, condition, fields), cpnb.preview(whole, condition, fields)
    assert str(previewed) == str(seen)
    assert previewed.count > 0
    assert previewed.rows(scanned).equals(seen.rows(whole))

    for on_invalid in ("blank", "skip"):
        options = cpnb.UploadOptions(part_rows=220)
        made = planned(scanned, fields, on_invalid=on_invalid, options=options)
        by_table = planned(whole, fields, on_invalid=on_invalid, options=options)
        assert made.parts == by_table.parts
        assert len(made.parts) > 3
        assert files(made, scanned) == files(by_table, whole)
        pd.testing.assert_frame_equal(made.skipped, by_table.skipped)
    assert str(planned(scanned, fields)) == str(planned(whole, fields))


def test_a_parquet_file_with_an_index_of_pandas_has_it_in_its_rows_and_not_in_its_columns(tmp_path):
    path = tmp_path / "people.parquet"
    people = pd.DataFrame({"name": list("abcdefg")}, index=pd.Index(range(10, 17), name="number"))
    people.to_parquet(path, row_group_size=3)
    shifted = tmp_path / "shifted.parquet"
    pd.DataFrame({"name": list("abcdefg")}, index=pd.RangeIndex(3, 17, 2)).to_parquet(shifted, row_group_size=3)

    for file in (path, shifted):
        whole, scanned = cpnb.read(file), cpnb.scan(file)
        assert scanned.columns.tolist() == ["name"]
        pd.testing.assert_frame_equal(scanned.rows_at([5, 1]), whole.iloc[[5, 1]])
        pd.testing.assert_frame_equal(scanned.rows_at([5, 1], []), whole[[]].iloc[[5, 1]], check_column_type=False)
        assert scanned.rows_at([]).columns.tolist() == ["name"]


def test_parquet_columns_whose_names_begin_alike_are_told_apart(tmp_path):
    path = tmp_path / "people.parquet"
    pa.parquet.write_table(pa.table({"a": [{"b": 1}], "a.b": ["x"], "c": [[1]]}), path)

    tables = list(cpnb.scan(path).tables(["a.b"], 0, 1))

    assert [table.to_pydict() for table in tables] == [{"a.b": ["x"]}]


@pytest.mark.parametrize(
    "kind", ["string_view", "large_string", "dictionary", "decimal", "timestamp", "list", "double"]
)
def test_parquet_types_are_what_read_gives(kind, tmp_path):
    values = {
        "string_view": pa.array(["a", None, "b"], pa.string_view()),
        "large_string": pa.array(["a", None, "b"], pa.large_string()),
        "dictionary": pa.array(["a", None, "b"]).dictionary_encode(),
        "decimal": pa.array(["1.20", None, "3.00"]).cast(pa.decimal128(5, 2)),
        "timestamp": pa.array([0, None, 1], pa.timestamp("us", "Europe/Oslo")),
        "list": pa.array([[1], None, []], pa.list_(pa.int64())),
        "double": pa.array([1.5, None, float("nan")], pa.float64()),
    }[kind]
    path = tmp_path / "people.parquet"
    try:
        pa.parquet.write_table(pa.table({"id": ["1", "2", "3"], "x": values}), path, row_group_size=2)
    except pa.ArrowNotImplementedError:
        pytest.skip(f"Arrow {pa.__version__} writes no {kind} to Parquet")
    fields = cpnb.FieldMap({"id": "AccountNumber", "x": "Attributes.x"}, unique_key="id")
    whole, scanned = cpnb.read(path), ParquetRows(path, FileState.of(path), batch_rows=1)

    assert cpnb.validate(scanned, fields) == cpnb.validate(whole, fields)
    pd.testing.assert_frame_equal(scanned.rows_at(np.array([0, 1, 2])), whole, check_categorical=False,
                                  check_index_type=False)  # fmt: skip


def test_a_record_longer_than_a_block_is_read(written):
    path = written("id,note\n1,x\n2," + "long " * 300_000 + "\n3,\n")

    scanned = cpnb.scan(path)

    assert len(scanned) == 3
    pd.testing.assert_frame_equal(scanned.rows_at([2, 1]), cpnb.read(path).iloc[[2, 1]])


@pytest.mark.parametrize(
    "content",
    [
        b"id,name\n1,a\n2\n",
        b'id,name\n1,"a\n',
        b'id,name\n1,"a"b\n',
        b"id,name\n1,a\0\n",
        b"id,name\n",
        b"id,name\n\n\n",
    ],
)
def test_what_read_refuses_is_refused_in_the_same_words(written, content):
    path = written(content)
    with pytest.raises(ReadError) as by_read:
        cpnb.read(path)

    with pytest.raises(ReadError) as by_scan:
        len(cpnb.scan(path))

    assert str(by_scan.value) == str(by_read.value)
    assert by_scan.value.__context__ is None


def test_bytes_of_another_encoding_are_refused_in_every_column(written):
    path = written(b"id,name,city\n1,a,Oslo\n2,b,Bod\xf8\n")
    with pytest.raises(ReadError) as by_read:
        cpnb.read(path, encoding="utf-8")

    with pytest.raises(ReadError) as by_scan:
        len(cpnb.scan(path, encoding="utf-8"))

    assert str(by_scan.value) == str(by_read.value)


def test_what_was_guessed_is_told_once_and_to_whoever_called(written):
    path = written("id;name\n1;Zoë Kraus\n".encode("cp1252"))
    with warnings.catch_warnings(record=True) as by_read:
        warnings.simplefilter("always")
        cpnb.read(path)
    scanned = cpnb.scan(path)  # says it by itself

    with warnings.catch_warnings(record=True) as by_scan:
        warnings.simplefilter("always")
        len(scanned)
        cpnb.describe(scanned)
        scanned.rows_at([0])

    assert [str(one.message) for one in by_scan] == [str(one.message) for one in by_read]
    assert [one.filename for one in by_scan] == [__file__]


def rewrite(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b"Oslo", b"Rome"))
    os.utime(path, ns=(0, 0))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_that_changes_raises_at_the_next_reading(kind, tmp_path):
    from tests.plans import planned

    path = tmp_path / f"people.{kind}"
    table = pd.DataFrame({"id": [f"{n}" for n in range(50)], "mail": "a@example.com", "city": "Oslo"})
    table.to_csv(path, index=False) if kind == "csv" else table.to_parquet(path)
    before, scanned = cpnb.scan(path), cpnb.scan(path)
    made = planned(scanned)
    rewrite(path)

    for reading in (
        lambda: len(before) if kind == "csv" else before.rows_at([0]),
        lambda: cpnb.validate(scanned, made.fields),
        lambda: scanned.rows_at([3]),
        lambda: b"".join(made.stream(scanned, made.parts[0])),
    ):
        with pytest.raises(ChangedDataError, match=r"people\..*Scan it again") as raised:
            reading()
        assert raised.value.__context__ is None
    path.unlink()
    with pytest.raises(ChangedDataError, match="taken away"):
        cpnb.validate(scanned, made.fields)


def test_a_workbook_is_read_whole_and_says_so(tmp_path):
    path = tmp_path / "people.xlsx"
    pd.DataFrame({"id": ["1"], "city": ["Oslo"]}).to_excel(path, index=False, sheet_name="2026")
    scanned = cpnb.scan(path)

    for reading in (lambda: len(scanned), lambda: cpnb.describe(scanned), lambda: scanned.columns):
        with pytest.raises(FrameError, match=r"Excel workbook.*cpnb\.read\(\.\.\., sheet='2026'\)"):
            reading()


def test_editing_a_scan_is_refused_with_what_to_do(tmp_path):
    from cpnb.widgets.report_view.cell_edits import CellEdits

    scanned = cpnb.scan(messy("csv", tmp_path))
    fields = scanned.cp.suggest_fields(unique_key="customer_id", region="US")

    with pytest.raises(FrameError, match=r"Editing cells needs the whole table in memory.*cpnb\.read"):
        CellEdits(scanned, fields)


def test_a_scan_is_true_without_being_read_and_shows_no_cell(written):
    scanned = cpnb.scan(written('id,name\n1,"Xanthippe'))  # never closed: reading it would raise

    assert scanned
    assert "Xanthippe" not in f"{scanned!r} {scanned._repr_html_()} {scanned.rows!r}"


def test_a_scan_has_the_accessor_of_a_table(tmp_path):
    scanned = cpnb.scan(messy("csv", tmp_path))

    assert type(scanned.cp) is type(pd.DataFrame().cp)
    assert scanned.cp.validate().row_count == 1_000


def test_many_threads_may_read_a_scan_at_once(tmp_path):
    path = messy("csv", tmp_path)
    whole, scanned = cpnb.read(path), in_small_batches(path, "utf-8", ",", 1_000)
    found: dict[int, pd.DataFrame] = {}

    def look(number: int) -> None:
        found[number] = scanned.rows_at(np.arange(number, 1_000, 97))

    threads = [threading.Thread(target=look, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for number in range(6):
        pd.testing.assert_frame_equal(found[number], whole.iloc[number::97], check_index_type=False)
