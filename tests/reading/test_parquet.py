"""Parquet files keep their types."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cpnb.errors import ReadError
from cpnb.reading import read, scan

BIG = 2**53 + 1
LONG_AGO = dt.datetime(1, 1, 1)  # noqa: DTZ001 - Parquet has moments without a zone


@pytest.fixture
def stored(tmp_path):
    """A function that writes a Parquet file and returns its path."""

    def write(table):
        path = tmp_path / "people.parquet"
        pq.write_table(table, path)
        return path

    return write


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([BIG, None], pa.int64()),
        ([Decimal("1.10"), None], pa.decimal128(10, 2)),
        ([dt.date(1900, 1, 1), None], pa.date32()),
        ([LONG_AGO, None], pa.timestamp("us")),
        ([dt.datetime(2026, 1, 1, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")),
        ([True, None], pa.bool_()),
        ([[1, 2], None], pa.list_(pa.int64())),
        ([{"a": BIG}, None], pa.struct({"a": pa.int64()})),
        ([b"\xff", None], pa.binary()),
    ],
)
def test_no_type_loses_anything(stored, values, kind):
    frame = read(stored(pa.table({"cell": pa.array(values, kind)})))
    assert frame["cell"].dtype == pd.ArrowDtype(kind)
    assert pa.array(frame["cell"]).to_pylist() == values


def test_text_is_of_the_type_of_this_pandas(stored):
    for kind in [pa.string(), pa.large_string()]:
        frame = read(stored(pa.table({"cell": pa.array(["007", "NA", None], kind)})))
        assert frame["cell"].dtype == pd.DataFrame({"a": ["x"]})["a"].dtype
        assert frame["cell"].tolist()[:2] == ["007", "NA"]
        assert frame["cell"].isna().tolist() == [False, False, True]


def test_a_dictionary_is_a_categorical(stored):
    frame = read(stored(pa.table({"cell": pa.array(["a", None, "a"]).dictionary_encode()})))
    assert frame["cell"].dtype == "category"
    assert frame["cell"].cat.codes.tolist() == [0, -1, 0]


def test_the_index_that_pandas_wrote_is_the_index_again(tmp_path):
    people = pd.DataFrame({"id": ["007"]}, index=pd.Index([5], name="row"))
    people.to_parquet(tmp_path / "people.parquet")
    assert read(tmp_path / "people.parquet").index.tolist() == [5]


def test_a_folder_in_the_path_adds_no_column(tmp_path):
    (tmp_path / "year=2026").mkdir()
    path = tmp_path / "year=2026" / "people.parquet"
    pq.write_table(pa.table({"id": ["1"]}), path)
    assert list(read(path).columns) == ["id"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"a": pa.array([], pa.string())}), "has 1 column and no rows"),
        (pa.table([["x"], ["y"]], names=["secret", "secret"]), "columns 1 and 2 the same name"),
        (pa.table([["x"]], names=["secret@example.com"]), "looks like a row"),
        (pa.table({}), "has no columns"),
    ],
)
def test_what_cannot_be_a_table_of_customers_is_refused(stored, table, message):
    with pytest.raises(ReadError, match=message) as caught:
        read(stored(table))
    assert "secret" not in str(caught.value)


def test_a_file_that_was_cut_off_is_refused(stored):
    path = stored(pa.table({"a": ["x"] * 1000}))
    path.write_bytes(path.read_bytes()[:-100])
    for verb in [read, scan]:
        with pytest.raises(ReadError, match="cannot be read as one") as caught:
            verb(path)
        assert caught.value.__context__ is None


def test_a_scan_tells_what_the_file_says(stored):
    found = scan(stored(pa.table({"a": ["x"] * 7, "b": ["secret"] * 7})))
    assert (found.kind, found.row_count, found.column_count) == ("parquet", 7, 2)
    assert found.call == "cpnb.read(...)"
    assert "secret" not in str(found) + repr(found) + found._repr_html_()


def test_what_belongs_to_other_kinds_is_refused(stored):
    with pytest.raises(ReadError, match="'encoding', 'sheet' belong to other kinds of files"):
        read(stored(pa.table({"a": ["x"]})), encoding="utf-8", sheet="x")
