"""Every verb says of a distributed table what it says of the same rows in one pandas table, however they are cut."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import dask
import dask.dataframe as dd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import cpnb
import cpnb.dask
from cpnb import FieldMap, UploadOptions, profile, validation
from cpnb.dask.examining import Examine
from tests.plans import a_domain

FIELDS = FieldMap(
    {
        "id": "AccountNumber",
        "mail": "EmailAddress",
        "phone": "PhoneNumber",
        "city": "Address.City",
        "born": "BirthDate",
        "points": "Attributes.Points",
    },
    unique_key="id",
    region="US",
)
# Keys of one, of many and of more than 64 bytes, repeated, padded, missing; and rows that repeat the header.
IDS = ["1", "2", " 2", "3", "", None, "k" * 70, "k" * 70 + "x", "Ä-7", "n-0001", "n-0002", "n-0003"]
MAILS = [
    "a@example.com",
    " A@EXAMPLE.com ",
    "nope",
    None,
    "b@example.org",
    'o"b@example.com',
    "a@example.com;c@example.com",
]
PHONES = ["(206) 555-0100", "+12065550101", "555-0100", None, "2065550102 ext 4"]
CITIES = ["Seattle", "seattle", "Köln", None, "  ", "São\xa0Paulo", 'the "Hague"', "x" * 300]
BORN = ["1990-01-02", "01/02/1990", "13/02/1990", "yesterday", None]
POINTS = [1.0, 2.5, None, 1e20]
HEADER = ("id", "mail", "phone", "city", "born", None)

ROWS = st.one_of(
    st.tuples(
        st.sampled_from(IDS),
        st.sampled_from(MAILS),
        st.sampled_from(PHONES),
        st.sampled_from(CITIES),
        st.sampled_from(BORN),
        st.sampled_from(POINTS),
    ),
    st.just(HEADER),
)


@st.composite
def partitioned(draw: st.DrawFn) -> tuple[dd.DataFrame, pd.DataFrame]:
    """Return a table in random partitions, some of them empty, and the same rows as one pandas table."""
    rows = draw(st.lists(ROWS, max_size=30))
    frame = pd.DataFrame(rows, columns=list(FIELDS.columns)).astype(dict.fromkeys(FIELDS.columns[:-1], "string"))
    frame["points"] = frame["points"].astype("float64")
    frame["unmapped"] = "x"
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    bounds = [0, *cuts, len(rows)]
    pieces = [frame.iloc[start:stop] for start, stop in itertools.pairwise(bounds)]
    # Tasks of their own, so that Dask neither looks at the rows nor moves them.
    table = dd.from_delayed([dask.delayed(piece) for piece in pieces], meta=frame.iloc[:0], verify_meta=False)
    return table, table.compute(scheduler="sync")


@pytest.fixture(autouse=True)
def in_this_thread() -> Iterator[None]:
    with dask.config.set(scheduler="sync"):
        yield


quickly = settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@quickly
@given(partitioned())
def test_validation(tables: tuple[dd.DataFrame, pd.DataFrame]) -> None:
    table, frame = tables

    found, expected = table.cp.validate(FIELDS), frame.cp.validate(FIELDS)

    assert found == expected
    assert str(found) == str(expected)


@quickly
@given(partitioned(), st.sampled_from(["raise", "blank", "skip"]))
def test_a_partition_is_examined_the_same_however_it_is_sliced(
    tables: tuple[dd.DataFrame, pd.DataFrame], on_invalid: Any
) -> None:
    _, frame = tables

    whole, sliced = (Examine(FIELDS, 1, on_invalid=on_invalid, slice_rows=rows)(frame) for rows in (1000, 3))

    # The order of the kinds of error is set right for the whole.
    reports = [validation.report_of_whole([one.told.report], FIELDS) for one in (sliced, whole)]
    assert reports[0] == reports[1]
    assert sliced.told.stays.tolist() == whole.told.stays.tolist()
    emptied = [{source: cells.tolist() for source, cells in one.told.emptied.items()} for one in (sliced, whole)]
    assert emptied[0] == emptied[1]
    assert sliced.told.most_bytes == whole.told.most_bytes
    assert sliced.keys is not None
    assert whole.keys is not None
    assert sliced.keys.first.tolist() == whole.keys.first.tolist()


@quickly
@given(partitioned(), st.sampled_from(["raise", "blank", "skip"]), st.integers(1, 8), st.integers(500, 1500))
def test_which_rows_go_and_in_which_files(
    tables: tuple[dd.DataFrame, pd.DataFrame], on_invalid: Any, part_rows: int, part_bytes: int
) -> None:
    table, frame = tables
    asked: dict[str, Any] = {
        "on_invalid": on_invalid,
        "options": UploadOptions(part_rows=part_rows, part_bytes=part_bytes),
        "marker": ("campaign", "spring"),
    }

    found, expected = table.cp.plan(a_domain(), FIELDS, **asked), frame.cp.plan(a_domain(), FIELDS, **asked)

    pd.testing.assert_frame_equal(found.skipped, expected.skipped)
    pd.testing.assert_frame_equal(found.blanked, expected.blanked)
    # The digest of a part is that of the bytes of its file.
    assert [part.measure for part in found.parts] == [part.measure for part in expected.parts]
    assert str(found) == str(expected)


@quickly
@given(partitioned(), st.sampled_from([None, "first", "last", "most_complete"]))
def test_cleaning(tables: tuple[dd.DataFrame, pd.DataFrame], keep: Any) -> None:
    table, frame = tables

    found, expected = table.cp.clean(FIELDS, keep=keep), frame.cp.clean(FIELDS, keep=keep)

    assert str(found) == str(expected)
    gathered = found.compute()
    assert str(gathered) == str(expected)
    pd.testing.assert_frame_equal(gathered.frame, expected.frame)
    pd.testing.assert_frame_equal(gathered.changes, expected.changes)
    assert set(zip(*in_texts(found.changes.compute()), strict=True)) == set(
        zip(*in_texts(expected.changes), strict=True)
    )


def in_texts(changes: pd.DataFrame) -> list[list[str]]:
    return [changes[name].astype(str).fillna("").tolist() for name in changes.columns]


@quickly
@given(partitioned(), st.sampled_from([None, FIELDS]))
def test_description(tables: tuple[dd.DataFrame, pd.DataFrame], fields: FieldMap | None) -> None:
    table, frame = tables

    assert table.cp.describe(fields) == frame.cp.describe(fields)


CONDITIONS = [
    profile.Address.City == "seattle",
    profile.Address.City.isin(["Seattle", "Berlin"]) & ~(profile.BirthDate > "1991-01-01"),
    profile.Attributes["Points"].isin(["1"]) | profile.EmailAddress.contains("EXAMPLE"),
    profile.LastName.startswith("S"),
]


@quickly
@given(partitioned(), st.sampled_from(CONDITIONS))
def test_preview(tables: tuple[dd.DataFrame, pd.DataFrame], condition: Any) -> None:
    table, frame = tables

    found, expected = table.cp.preview(condition, FIELDS), frame.cp.preview(condition, FIELDS)

    assert str(found) == str(expected)
    assert found.mask.tolist() == expected.mask.tolist()
    pd.testing.assert_frame_equal(found.near_misses, expected.near_misses)
    pd.testing.assert_frame_equal(table.cp.rows_at(found.mask).compute(), expected.rows(frame))


@pytest.mark.parametrize("row_count", [0, 1, 700, 2500])
def test_suggestion(row_count: int) -> None:
    people = cpnb.samples.people(rows=2500, seed=11)
    people["mostly_empty"] = [None] * 2400 + ["a@example.com"] * 100
    table = dd.from_pandas(people, npartitions=7).loc[: row_count - 1]
    frame = table.compute()

    assert len(frame) == row_count
    assert str(table.cp.suggest(region="US")) == str(frame.cp.suggest(region="US"))


def test_of_over_two_hundred_shapes_the_same_are_remembered_and_counted_to_the_last_cell() -> None:
    draws = random.Random(5)
    notes = ["".join(draws.choices("aA9-", k=draws.choice([2, 5]))) for _ in range(3000)]
    table = dd.from_pandas(pd.DataFrame({"notes": notes}), npartitions=6)

    assert table.cp.describe() == table.compute().cp.describe()


def test_a_column_of_numbers_becomes_text_in_all_partitions_or_in_none() -> None:
    frame = pd.DataFrame(
        {"id": ["1", "2", "3", "4"], "points": [1.0, None, 3.0, 4.0], "postcode": [2134, 10001, 98101, 94105]}
    )
    fields = FieldMap(
        {"id": "AccountNumber", "points": "Attributes.Points", "postcode": "Address.PostalCode"}, unique_key="id"
    )
    table = dd.from_pandas(frame, npartitions=2)

    found, expected = table.cp.clean(fields, country="US"), table.compute().cp.clean(fields, country="US")

    assert "2134" in expected.changes["before"].tolist()  # the first partition is changed, the second is not
    assert found.frame.dtypes.astype(str).tolist() == expected.frame.dtypes.astype(str).tolist()
    pd.testing.assert_frame_equal(found.frame.compute(), expected.frame)
    assert str(found) == str(expected)


def test_a_repair_of_one_column_leaves_the_others() -> None:
    frame = pd.DataFrame({"id": [" 1", "2 "], "mail": ["a@EXAMPLE.com", None]}, dtype="string")
    fields = FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id")

    cleaned = dd.from_pandas(frame, npartitions=2).cp.clean(fields, steps=["emails"]).compute()

    assert cleaned.frame["id"].tolist() == [" 1", "2 "]
    assert cleaned.frame["mail"].iloc[0] == "a@example.com"
