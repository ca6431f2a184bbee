"""clean, and tables that are read in batches: repaired whenever they are read, with the account of the whole table."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import cpnb
from cpnb import FieldMap, UploadOptions, frames
from cpnb.errors import ChangedDataError, FrameError
from tests.plans import files, planned
from tests.reading.test_scan_in_batches import in_batches

FIELDS = FieldMap(
    {
        "id": "AccountNumber",
        "mail": "EmailAddress",
        "phone": "PhoneNumber",
        "city": "Address.City",
        "born": "BirthDate",
        "zip": "Address.PostalCode",
        "points": "Attributes.Points",
    },
    unique_key="id",
    region="US",
)
IDS = ["1", "2", " 2", "3", None, "k" * 70, "k" * 70 + "x", "Ä-7", "n-0001", "'001"]
MAILS = ["a@example.com", " A@EXAMPLE.com ", "nope", None, "b@example.org", "a@example.com;c@example.com"]
PHONES = ["(206) 555-0100", "+12065550101", "555-0100", None, "2065550102 ext 4"]
CITIES = ["Seattle", " Seattle", "KÃ¶ln", None, "  ", 'the "Hague"']
BORN = ["1990-01-02", "01/02/1990", "13/02/1990", "yesterday", None]
NUMBERS_OF_PHONES = [2065550100, 5550100, None, 12065550101]
ZIPS = [2108, 98101, 501, None, 7]
POINTS = [1.0, 2.5, None, 1e20]
# Categories are those of a batch, and numbers of rows have the type that they are taken with.
LOOSELY = {"check_categorical": False, "check_index_type": False}
HEADER = ("id", "mail", "phone", "city", "born", None, None)


def cells(*values: Sequence[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(*map(st.sampled_from, values))


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, pd.DataFrame]:
    """Return a kind of file and a table for it: of text, or with numbers and categories."""
    if draw(st.booleans()):
        row = cells(IDS, MAILS, PHONES, CITIES, BORN, ["2108", "98101", None], ["$1,5", "7"])
        rows = draw(st.lists(st.one_of(row, st.just(HEADER)), min_size=1, max_size=30))
        return "csv", pd.DataFrame(rows, columns=list(FIELDS.columns), dtype="string").assign(note="x")
    rows = draw(st.lists(cells(IDS, MAILS, NUMBERS_OF_PHONES, CITIES, BORN, ZIPS, POINTS), min_size=1, max_size=30))
    frame = pd.DataFrame(rows, columns=list(FIELDS.columns), dtype=object).assign(note="x")
    return "parquet", frame.astype({"phone": "Int64", "city": "category", "zip": "Int32", "points": "Float64"})


def written(kind: str, frame: pd.DataFrame, folder: Path) -> Path:
    path = folder / f"people.{kind}"
    frame.to_csv(path, index=False) if kind == "csv" else frame.to_parquet(path, row_group_size=7)
    return path


def in_texts(changes: pd.DataFrame) -> list[tuple[str, ...]]:
    columns = (["" if pd.isna(cell) else str(cell) for cell in changes[name].tolist()] for name in changes.columns)
    return sorted(zip(*columns, strict=True))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables(), st.sampled_from([8, 20, 1000]), st.sampled_from([None, "first", "last", "most_complete"]), st.data())
def test_a_scan_is_cleaned_as_the_table_is(tmp_path, table, size, keep, data):
    kind, frame = table
    path = written(kind, frame, tmp_path)
    whole, scanned = cpnb.read(path), in_batches(kind, path, size)

    found, expected = (one.cp.clean(FIELDS, keep=keep, country="US") for one in (scanned, whole))

    assert str(found) == str(expected)
    assert found._repr_html_() == expected._repr_html_()
    assert (found.row_count, found.changed_count, len(found.frame)) == (
        len(whole), expected.changed_count, len(expected.frame),
    )  # fmt: skip
    assert found.left_alone == expected.left_alone
    assert found.taken_out.positions.tolist() == expected.taken_out.positions.tolist()
    assert found.taken_out.rules == expected.taken_out.rules
    assert found.preview().equals(expected.preview())
    assert sorted(one for batch in found.changes for one in in_texts(batch)) == in_texts(expected.changes)
    for rows in ("rows_taken_out", "conflicts"):
        pd.testing.assert_frame_equal(getattr(found, rows)(scanned), getattr(expected, rows)(whole), **LOOSELY)

    cleaned, wanted = found.frame, expected.frame
    assert cleaned.columns.equals(wanted.columns)
    pd.testing.assert_frame_equal(cleaned.rows_at(np.arange(len(cleaned))), wanted, **LOOSELY)
    if len(wanted):
        some = np.array(data.draw(st.lists(st.integers(0, len(wanted) - 1), max_size=9)), dtype=np.int64)
        pd.testing.assert_frame_equal(cleaned.rows_at(some), wanted.iloc[some], **LOOSELY)
        pd.testing.assert_frame_equal(cleaned.rows_at(some, ["zip"]), wanted[["zip"]].iloc[some], **LOOSELY)
    assert cpnb.validate(cleaned, FIELDS) == cpnb.validate(wanted, FIELDS)
    again, twice = cleaned.cp.clean(FIELDS, country="US"), wanted.cp.clean(FIELDS, country="US")
    assert (again.changed_count, again.left_alone) == (twice.changed_count, twice.left_alone)
    if len(wanted):
        options = UploadOptions(part_rows=5)
        made, by_table = (planned(one, FIELDS, on_invalid="skip", options=options) for one in (cleaned, wanted))
        assert str(made) == str(by_table)
        assert files(made, cleaned) == files(by_table, wanted)


def test_what_the_last_batch_tells_counts_for_the_first(tmp_path):
    born = ["01/02/1990"] * 100 + ["31/12/1990"] * 30
    frame = pd.DataFrame({"id": [f"{number}" for number in range(130)], "born": born})
    scanned = in_batches("csv", written("csv", frame, tmp_path), 3)
    assert len(list(scanned.tables(["id"], 0, 130))) > 2

    cleaned = cpnb.clean(scanned, FieldMap({"id": "AccountNumber", "born": "BirthDate"}, unique_key="id"))

    assert cleaned.changed_count == 130
    assert cleaned.frame.rows_at(np.array([0, 129, 1]))["born"].tolist() == ["1990-02-01", "1990-12-31", "1990-02-01"]
    assert "1990" not in f"{cleaned} {cleaned._repr_html_()} {cleaned.frame} {cleaned.frame!r} {cleaned.columns!r}"


@pytest.mark.parametrize(
    ("keep", "kept"),
    [(None, [0, 1, 2, 3, 5, 6, 7]), ("first", [0, 1, 3, 7]), ("last", [3, 5, 6, 7]), ("most_complete", [2, 3, 6, 7])],
)
def test_of_rows_that_share_a_key_one_is_kept_and_a_header_never(keep, kept, tmp_path):
    path, note = tmp_path / "people.csv", "x" * 40
    path.write_text(
        "mail,city,name,note\n"
        f"a@example.com,Rome,,{note}\n"  # 0
        f"b@example.com,,Lee,{note}\n"
        f"A@EXAMPLE.com ,Rome,Ann,{note}\n"  # 2
        f",Oslo,,{note}\n"
        f"Mail, city ,NAME,{note}\n"  # 4, the header once more
        f"a@example.com,Milan,,{note}\n"
        f"b@example.com,Paris,lee,{note}\n"  # 6
        f",Oslo,,{note}\n"
    )
    fields = FieldMap({"mail": "EmailAddress", "city": "Address.City", "name": "LastName"}, unique_key="mail")

    scanned = in_batches("csv", path, 2)
    assert len(list(scanned.tables(["city"], 0, 8))) > 1

    cleaned = cpnb.clean(scanned, fields, keep=keep)

    assert len(cleaned.frame) == len(kept)
    assert cleaned.frame.rows_at(np.arange(len(kept))).index.tolist() == kept
    assert cleaned.frame.rows_at(np.array([2, 0])).index.tolist() == [kept[2], kept[0]]
    cities = ["Rome", None, "Rome", "Oslo", "city", "Milan", "Paris", "Oslo"]
    for start, stop in ((0, len(kept)), (1, 3), (3, 4), (2, 2)):
        batches = cleaned.frame.tables(["city"], start, stop)
        found = [cell or None for batch in batches for cell in batch["city"].to_pylist()]
        assert found == [cities[row] for row in kept[start:stop]]
    assert cleaned.taken_out.positions.tolist() == [row for row in range(8) if row not in kept]
    assert cleaned.rows_taken_out(cpnb.scan(path)).index.tolist() == [row for row in range(8) if row not in kept]
    assert cleaned.conflicts(cpnb.scan(path)).index.tolist() == [0, 2, 5]
    with pytest.raises(FrameError, match="as it was before"):
        cleaned.conflicts(cleaned.frame)


def test_a_scan_of_headers_alone_is_an_empty_table_when_it_is_cleaned(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("id,mail\nid,mail\nID,Mail\n")
    fields = FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id")

    cleaned = cpnb.clean(cpnb.scan(path), fields).frame

    assert len(cleaned) == 0
    assert cleaned.rows_at(np.empty(0, dtype=np.int64)).columns.tolist() == ["id", "mail"]
    assert cpnb.validate(cleaned, fields).row_count == 0
    assert str(cpnb.clean(cleaned, fields)) == "Cleaned: 0 rows: no cell repaired, nothing left to repair."


def parquet(folder: Path, phones: pa.Array) -> tuple[Path, FieldMap]:
    path = folder / "people.parquet"
    ids = [f"{number}" for number in range(len(phones))]
    pa.parquet.write_table(pa.table({"id": ids, "phone": phones}), path, row_group_size=2)
    return path, FieldMap({"id": "AccountNumber", "phone": "PhoneNumber"}, unique_key="id", region="US")


def test_numbers_of_which_some_are_repaired_are_text_in_batches_and_what_they_were_by_position(tmp_path):
    path, fields = parquet(tmp_path, pa.array([17, 2065550100, None, 5550100]))

    cleaned = cpnb.clean(in_batches("parquet", path, 1), fields).frame

    batches = pa.concat_tables(cleaned.tables(["phone"], 0, 4))
    assert batches.schema == pa.schema({"phone": pa.large_string()})
    assert batches["phone"].to_pylist() == ["17", "+12065550100", None, "5550100"]
    assert cleaned.rows_at(np.array([1, 0]))["phone"].tolist() == ["+12065550100", 17]


def test_numbers_of_which_some_are_repaired_and_others_infinite_are_refused(tmp_path):
    path, fields = parquet(tmp_path, pa.array([2065550100.0, float("inf")]))

    with pytest.raises(FrameError, match=r"'phone' are repaired.*have no text.*cpnb\.read"):
        cpnb.clean(cpnb.scan(path), fields)


def test_a_repair_of_one_column_leaves_the_others(tmp_path):
    path = written("csv", pd.DataFrame({"id": [" 1"], "mail": ["a@EXAMPLE.com"]}), tmp_path)
    fields = FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id")

    cleaned = cpnb.clean(cpnb.scan(path), fields, steps=["emails"])

    assert cleaned.frame.rows_at(np.array([0])).iloc[0].tolist() == [" 1", "a@example.com"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_that_changes_after_its_cleaning_raises_at_each_reading(kind, tmp_path):
    path = written(kind, pd.DataFrame({"id": [" 1", "2"], "mail": "a@EXAMPLE.com", "city": "Oslo"}), tmp_path)
    fields = FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id")
    cleaned = cpnb.clean(cpnb.scan(path), fields)
    path.write_bytes(path.read_bytes() + b"\n")

    for reading in (
        lambda: cpnb.validate(cleaned.frame, fields),
        lambda: cleaned.frame.rows_at(np.array([0])),
        lambda: list(cleaned.changes),
        cleaned.preview,
    ):
        with pytest.raises(ChangedDataError, match="Scan it again"):
            reading()


def test_a_cleaned_scan_is_uploaded_as_it_was_told(domain, tmp_path):
    from tests.journeys.customers import FIELDS as OF_CUSTOMERS, begin, customers, profile_count, quick, stored

    people = customers(40, phone="(206) 555-0100", mail=" Ann@EXAMPLE.com", city="KÃ¶ln")
    people = pd.concat([people, people.iloc[:3]], ignore_index=True)
    scanned = in_batches("csv", written("csv", people, tmp_path), 9)
    cleaned = cpnb.clean(scanned, OF_CUSTOMERS, keep="first")
    assert cpnb.validate(cleaned.frame, OF_CUSTOMERS).ok

    upload = begin(cleaned.frame, domain, OF_CUSTOMERS, options=quick(part_rows=15)).wait()

    assert (upload.status, upload.results.created, profile_count(domain)) == ("SUCCEEDED", 40, 40)
    [profile] = stored(domain, "00039")
    assert (profile["PhoneNumber"], profile["EmailAddress"]) == ("+12065550100", "Ann@example.com")
    assert profile["Address"]["City"] == "Köln"


class Endless(frames.BatchTable):
    """A table of any number of batches of 200 rows, which watches how many of them and of their bytes are there."""

    def __init__(self, batch_count: int) -> None:
        self.batch_count = batch_count
        self.given: list[weakref.ref[pa.Table]] = []
        self.most_alive = self.most_bytes = 0

    @property
    def columns(self) -> pd.Index[Any]:
        return pd.Index(["id", "mail", "born"])

    def __len__(self) -> int:
        return 200 * self.batch_count

    def tables(self, columns: Sequence[str], start: int, stop: int) -> Iterator[pa.Table]:
        for first in range(start, stop, 200):
            ids = [f" {number} " for number in range(first, min(first + 200, stop))]
            made = {"id": ids, "mail": ["a@EXAMPLE.com"] * len(ids), "born": ["31/12/1990"] * len(ids)}
            table = pa.table({name: pa.array(made[name], pa.large_string()) for name in columns})
            self.given.append(weakref.ref(table))
            self.most_alive = max(self.most_alive, sum(one() is not None for one in self.given))
            self.most_bytes = max(self.most_bytes, pa.total_allocated_bytes())
            yield table
            del table

    def rows_at(self, positions: object, columns: object = None) -> pd.DataFrame:
        raise AssertionError(f"No key is repeated, so that no row is looked at by its position: {positions} {columns}")


def test_memory_does_not_grow_with_the_number_of_batches():
    fields = FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "born": "BirthDate"}, unique_key="id")
    begun_with = pa.total_allocated_bytes()
    few, many = Endless(4), Endless(40)

    for table in (few, many):
        cleaned = cpnb.clean(table, fields, keep="first")
        assert cleaned.changed_count == 3 * len(table)
        assert sum(len(batch) for batch in cleaned.changes) == 3 * len(table)
        assert sum(batch.num_rows for batch in cleaned.frame.tables(["mail"], 0, len(table))) == len(table)

    assert many.most_alive <= 2
    assert many.most_bytes - begun_with < 2 * (few.most_bytes - begun_with)
