"""Where a table is cut: by records and bytes alone, whatever slices it comes in and whoever stays behind."""

from __future__ import annotations

from itertools import chain, pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from cpnb.fields import FieldMap
from cpnb.parts import Part, PartCutter

FIELDS = FieldMap({"id": "AccountNumber"}, unique_key="id")
HEADER_BYTES = len("id\n")
RECORD_BYTES = len('"0"\n')


def cut(texts: list[str], *, part_rows: int = 100, part_bytes: int = 1000, at: tuple[int, ...] = ()) -> list[Part]:
    """Return the parts of records, given slice by slice; a record without text stays behind."""
    cutter = PartCutter(FIELDS, part_rows, part_bytes)
    for start, stop in pairwise((0, *at, len(texts))):
        going = [row for row in range(start, stop) if texts[row]]
        table = pa.table({"id": pa.array([texts[row] for row in going], pa.large_string())})
        cutter.add(table, np.array(going, dtype=np.int64), stop)
    return list(cutter.closed())


def test_a_part_takes_as_many_records_as_it_may_and_the_next_goes_on_behind_it() -> None:
    parts = cut(["0"] * 5, part_rows=2)

    assert [(part.number, part.rows) for part in parts] == [(1, range(2)), (2, range(2, 4)), (3, range(4, 5))]
    assert [part.measure.size_bytes for part in parts] == [HEADER_BYTES + 2 * RECORD_BYTES] * 2 + [
        HEADER_BYTES + RECORD_BYTES
    ]


def test_a_file_stays_under_its_size_and_does_not_reach_it() -> None:
    three = HEADER_BYTES + 3 * RECORD_BYTES

    assert [part.rows for part in cut(["0"] * 6, part_bytes=three + 1)] == [range(3), range(3, 6)]
    assert [part.rows for part in cut(["0"] * 6, part_bytes=three)] == [range(2), range(2, 4), range(4, 6)]


def test_a_record_that_does_not_fit_any_more_begins_a_part_and_one_that_never_fits_is_told_without_its_text() -> None:
    assert [part.rows for part in cut(["0" * 8, "x" * 20, "0"], part_bytes=31)] == [range(1), range(1, 3)]
    with pytest.raises(ValueError, match=r"One record takes 43 bytes, part_bytes allows 43 for a whole file") as caught:
        cut(["0", "y" * 40], part_bytes=43)
    assert "yyy" not in str(caught.value)


def test_rows_that_stay_behind_belong_to_the_part_before_them_and_open_the_first() -> None:
    parts = cut(["", "0", "", "0", "0", ""], part_rows=2)

    assert [(part.rows, part.measure.row_count) for part in parts] == [(range(4), 2), (range(4, 6), 1)]


def test_where_nothing_goes_there_is_no_part() -> None:
    assert cut(["", ""]) == []
    assert cut([]) == []


@given(
    texts=st.lists(st.sampled_from(["", "0", "seven", "a longer text"]), max_size=30),
    part_rows=st.integers(1, 8),
    part_bytes=st.integers(25, 80),
    at=st.lists(st.integers(0, 30), max_size=4),
)
def test_slices_do_not_move_a_cut(texts: list[str], part_rows: int, part_bytes: int, at: list[int]) -> None:
    slices = tuple(sorted(min(one, len(texts)) for one in at))
    whole = cut(texts, part_rows=part_rows, part_bytes=part_bytes)

    sliced = cut(texts, part_rows=part_rows, part_bytes=part_bytes, at=slices)

    assert [part.measure for part in sliced] == [part.measure for part in whole]
    going = [[row for row in part.rows if texts[row]] for part in whole]
    assert [[row for row in part.rows if texts[row]] for part in sliced] == going
    assert list(chain.from_iterable(going)) == [row for row, text in enumerate(texts) if text]
    assert all(part.measure.row_count <= part_rows and part.measure.size_bytes < part_bytes for part in whole)
