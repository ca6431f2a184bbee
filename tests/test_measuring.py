"""The length of a file by arithmetic, and a digest that tells files apart."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, strategies as st

from cpnb.csvstream import encode
from cpnb.measuring import Measure, Meter, most_bytes, record_sizes

HEADER = b"id,name\n"

texts = st.none() | st.text(st.characters(codec="utf-8") | st.sampled_from('"\n,'), min_size=1)
records = st.lists(st.tuples(texts, texts))


def table(rows: list[tuple[str | None, str | None]]) -> pa.Table:
    ids, names = zip(*rows, strict=True) if rows else ((), ())
    return pa.table({"id": pa.array(ids, pa.large_string()), "name": pa.array(names, pa.large_string())})


def measure(*tables: pa.Table, header: bytes = HEADER) -> Measure:
    meter = Meter(header)
    for one in tables:
        meter.add(one)
    return meter.measure()


@given(records)
def test_the_length_is_that_of_the_bytes(rows: list[tuple[str | None, str | None]]) -> None:
    whole = table(rows)
    sizes = [len(encode(whole.slice(row, 1))) for row in range(len(rows))]

    assert measure(whole).size_bytes == len(HEADER) + sum(sizes)
    assert record_sizes(whole).tolist() == sizes
    assert most_bytes(whole) >= sum(sizes)


@given(records, st.lists(st.integers(0, 40)))
def test_slices_do_not_matter(rows: list[tuple[str | None, str | None]], cuts: list[int]) -> None:
    whole = table(rows)
    places = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    slices = [whole.slice(start, stop - start) for start, stop in pairwise(places)]

    assert measure(*slices) == measure(whole) == measure(pa.concat_tables(slices))


@given(records, records)
def test_other_records_have_another_digest(
    rows: list[tuple[str | None, str | None]], others: list[tuple[str | None, str | None]]
) -> None:
    assert (measure(table(rows)) == measure(table(others))) == (rows == others)


def test_what_is_easily_taken_for_the_same_is_not() -> None:
    alike = [
        [("a", "bc"), ("d", "e")],
        [("ab", "c"), ("d", "e")],  # of the next column
        [("a", "b"), ("d", "ce")],  # of the next row
        [("a", "b"), ("cd", "e")],
        [("d", "e"), ("a", "bc")],  # in another order
        [("bc", "a"), ("e", "d")],  # columns the other way round
        [("a", "bc"), ("d", None), (None, "e")],
        [("a", "bc"), (None, "e"), ("d", None)],
        [("a", "bc"), ("d", "e"), (None, None)],
    ]

    digests = {measure(table(rows)).digest for rows in alike}

    assert len(digests) == len(alike)
    assert measure(table(alike[0]), header=b"id,nick\n").digest not in digests


@given(records, st.lists(st.booleans(), min_size=1))
def test_a_cell_that_was_emptied_is_as_any_missing_one(
    rows: list[tuple[str | None, str | None]], some: list[bool]
) -> None:
    emptied = [some[row % len(some)] for row in range(len(rows))]
    whole = table(rows)
    names = pc.if_else(pa.array(emptied, pa.bool_()), pa.scalar(None, pa.large_string()), whole["name"])
    expected = table([(one, None if gone else other) for (one, other), gone in zip(rows, emptied, strict=True)])

    assert measure(whole.set_column(1, "name", names)) == measure(expected)


def test_what_was_encoded_is_not_counted_again() -> None:
    whole = table([("1", 'a "b"'), ("2", None)])
    meter = Meter(HEADER)

    meter.add(whole, len(encode(whole)))

    assert meter.measure() == measure(whole)
