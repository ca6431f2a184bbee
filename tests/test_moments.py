"""Dates and points in time: a column is written as Python writes each of its cells."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from cpnb import moments

# The years whose days are looked up, their edges, and years on both sides.
near_the_edges = st.sampled_from(
    [dt.date(1899, 12, 31), dt.date(1900, 1, 1), dt.date(1969, 12, 31), dt.date(2099, 12, 31), dt.date(2100, 1, 1)]
)
known_dates = st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31))
any_dates = known_dates | near_the_edges | st.dates()
known_moments = st.builds(dt.datetime.combine, known_dates, st.times())
any_moments = known_moments | st.datetimes()


def expected(moment: dt.datetime, zone: str) -> str:
    text = moment.isoformat()
    return (text.rstrip("0") if "." in text else text) + zone


@given(st.lists(st.none() | known_dates) | st.lists(st.none() | any_dates))
def test_dates(days: list[dt.date | None]) -> None:
    texts = [None if day is None else day.isoformat() for day in days]

    assert moments.dates(pa.array(days, pa.date32())).to_pylist() == texts
    assert moments.dates(pa.array(days, pa.date64())).to_pylist() == texts
    assert moments.DAY.column(pa.array(days, pa.date32()).cast(pa.timestamp("s"))).to_pylist() == texts


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize(("zone", "letter"), [(None, ""), ("Europe/Berlin", "Z")])
@given(column=st.lists(st.none() | known_moments))
def test_moments_in_whole_seconds(unit: str, zone: str | None, letter: str, column: list[dt.datetime | None]) -> None:
    whole = [None if moment is None else moment.replace(microsecond=0) for moment in column]
    array = pa.array(whole, pa.timestamp("s")).cast(pa.timestamp(unit)).cast(pa.int64()).cast(pa.timestamp(unit, zone))

    written = moments.INSTANT.column(array).to_pylist()

    assert written == [None if moment is None else expected(moment, letter) for moment in whole]


@pytest.mark.parametrize(("zone", "letter"), [(None, ""), ("Asia/Tokyo", "Z")])
@given(column=st.lists(st.none() | any_moments))
def test_moments_of_any_year_with_fractions(zone: str | None, letter: str, column: list[dt.datetime | None]) -> None:
    array = pa.array(column, pa.timestamp("us")).cast(pa.int64()).cast(pa.timestamp("us", zone))

    written = moments.INSTANT.column(array).to_pylist()

    assert written == [None if moment is None else expected(moment, letter) for moment in column]


@given(st.lists(st.none() | any_moments, min_size=1))
def test_a_single_object_has_the_text_that_a_column_has(column: list[dt.datetime | None]) -> None:
    written = moments.INSTANT.column(pa.array(column, pa.timestamp("us"))).to_pylist()

    assert [None if moment is None else moments.INSTANT.cell(moment) for moment in column] == written


def test_nothing_stands_behind_a_missing_date() -> None:
    written = moments.dates(pa.array([dt.date(2024, 2, 29), None, dt.date(1999, 1, 1)]))

    assert written.buffers()[2].to_pybytes() == b"2024-02-291999-01-01"
