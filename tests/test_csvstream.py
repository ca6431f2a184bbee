"""The file of a part: its exact bytes, read again and again, and a table that changes underneath."""

from __future__ import annotations

import csv
import io
import threading
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from cpnb import frames
from cpnb.csvstream import (
    ENCODING_THREADS,
    SLICE_ROWS,
    SLICES_AHEAD,
    CsvStream,
    Edits,
    Measure,
    Meter,
    encode,
    encoded,
)
from cpnb.errors import ChangedDataError
from cpnb.fields import FieldMap
from cpnb.rendering import render

FIELDS = FieldMap({"Nr.": "AccountNumber", "Ort": "Address.City"}, unique_key="Nr.")


def measure_of(content: bytes, row_count: int) -> Measure:
    meter = Meter()
    meter.add(content, row_count)
    return meter.measure()


def stream_of(
    frame: pd.DataFrame, content: bytes, row_count: int, *, rows: range | None = None, edits: Edits | None = None
) -> CsvStream:
    rows = range(len(frame)) if rows is None else rows
    return CsvStream(frame, FIELDS, rows, edits or Edits(), measure_of(content, row_count))


def people(*rows: tuple[Any, Any], **columns: Any) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["Nr.", "Ort"], dtype=object).assign(**columns)


def joined(stream: CsvStream) -> bytes:
    return b"".join(stream)


def test_the_bytes_are_utf8_without_bom_quoted_with_newlines_under_the_headers_of_the_map() -> None:
    frame = people(("007", "Zürich"), ("8", None), ("9", 'a "b", c\nd'), ("10", " x "), ("11", "名古屋"))
    expected = ('Nr,Ort\n"007","Zürich"\n"8",\n"9","a ""b"", c\nd"\n"10"," x "\n"11","名古屋"\n').encode()

    assert joined(stream_of(frame, expected, 5)) == expected


def test_the_length_is_known_before_the_first_byte() -> None:
    expected = b'Nr,Ort\n"1","Oslo"\n'

    stream = stream_of(people(("1", "Oslo")), expected, 1)

    assert len(stream) == len(expected)
    assert repr(stream) == "CsvStream(1 records, 18 bytes)"


def test_it_can_be_read_as_often_as_one_likes() -> None:
    expected = b'Nr,Ort\n"1","Oslo"\n'
    stream = stream_of(people(("1", "Oslo")), expected, 1)

    assert [joined(stream) for _ in range(3)] == [expected] * 3


def test_reading_begins_anew_in_the_middle_of_another_reading() -> None:
    expected = b'Nr,Ort\n"1","Oslo"\n'
    stream = stream_of(people(("1", "Oslo")), expected, 1)
    begun = iter(stream)
    first = next(begun)

    assert joined(stream) == expected
    assert bytes(first) + b"".join(begun) == expected


def test_it_cannot_be_taken_for_a_file() -> None:
    stream = stream_of(people(("1", "Oslo")), b"", 0)

    # requests measures files in its own way, and sends chunks where that fails, which S3 refuses.
    assert not hasattr(stream, "read")
    assert not hasattr(stream, "tell")


def test_only_the_rows_of_the_part_are_sent() -> None:
    frame = people(("1", "a"), ("2", "b"), ("3", "c"), ("4", "d"))
    expected = b'Nr,Ort\n"2","b"\n"3","c"\n'

    assert joined(stream_of(frame, expected, 2, rows=range(1, 3))) == expected


def test_rows_stay_behind_and_cells_are_emptied() -> None:
    frame = people(("1", "a"), ("2", "b"), ("3", "c"), ("4", "d"))
    edits = Edits(np.array([0, 2]), {"Ort": np.array([2, 3])})
    expected = b'Nr,Ort\n"2","b"\n"4",\n'

    assert joined(stream_of(frame, expected, 2, edits=edits)) == expected


def test_edits_lie_at_physical_positions_in_every_slice() -> None:
    count = 2 * SLICE_ROWS + 10
    frame = pd.DataFrame({"Nr.": [str(number) for number in range(count)], "Ort": "x"}, index=range(count, 0, -1))
    skipped = [SLICE_ROWS, count - 1]
    emptied = [0, SLICE_ROWS - 1, 2 * SLICE_ROWS]
    lines = [
        f'"{number}",{"" if number in emptied else chr(34) + "x" + chr(34)}\n'
        for number in range(5, count)
        if number not in skipped
    ]
    expected = ("Nr,Ort\n" + "".join(lines)).encode()
    edits = Edits(np.array(skipped), {"Ort": np.array(emptied)})

    assert joined(stream_of(frame, expected, count - 5 - 2, rows=range(5, count), edits=edits)) == expected


def test_an_unmapped_column_never_leaves() -> None:
    frame = people(("1", "a"), ("2", "b"), Notizen="geheim", Alter=[37, 41])
    expected = b'Nr,Ort\n"1","a"\n"2","b"\n'

    assert joined(stream_of(frame, expected, 2)) == expected


CHANGED = {
    "a cell": [("1", "a"), ("2", "B")],
    "a row less": [("1", "a")],
    "no rows": [],
    "the order": [("2", "b"), ("1", "a")],
    "an empty cell": [("1", "a"), ("2", None)],
    "a longer cell": [("1", "a"), ("2", "b" * 10_000)],
}


@pytest.mark.parametrize("rows", CHANGED.values(), ids=CHANGED.keys())
def test_of_a_table_that_changed_the_last_bytes_are_withheld(rows: list[tuple[Any, Any]]) -> None:
    promised = b'Nr,Ort\n"1","a"\n"2","b"\n'
    stream = CsvStream(people(*rows), FIELDS, range(2), Edits(), measure_of(promised, 2))
    sizes: list[int] = []

    with pytest.raises(ChangedDataError, match=r"changed after it was examined.*Nothing of it was stored"):
        sizes.extend(len(block) for block in stream)

    assert sum(sizes) < len(promised)


def test_of_a_longer_table_no_more_is_read_than_was_promised() -> None:
    rows = 50 * SLICE_ROWS
    frame = pd.DataFrame({"Nr.": ["1"] * rows, "Ort": ["x"] * rows})
    promised = b"Nr,Ort\n" + b'"1","x"\n' * SLICE_ROWS
    stream = CsvStream(frame, FIELDS, range(rows), Edits(), measure_of(promised, SLICE_ROWS))
    sizes: list[int] = []

    with pytest.raises(ChangedDataError):
        sizes.extend(len(block) for block in stream)

    assert sum(sizes) < len(promised)


def wide(row_count: int) -> tuple[pd.DataFrame, Measure]:
    """Return a table of long cells, and the measure of its file."""
    line = b'"1","' + b"x" * 200 + b'"\n'
    frame = pd.DataFrame({"Nr.": "1", "Ort": "x" * 200}, index=range(row_count)).astype("category")
    meter = Meter()
    meter.add(b"Nr,Ort\n")
    meter.add(line * row_count, row_count)
    return frame, meter.measure()


def test_memory_holds_slices_and_not_the_file() -> None:
    frame, measure = wide(24 * SLICE_ROWS)
    stream = CsvStream(frame, FIELDS, range(len(frame)), Edits(), measure)
    before = pa.total_allocated_bytes()

    held = max(pa.total_allocated_bytes() - before for _ in stream)

    # Ready or being made so; given out, and held back. The buffer of each may be twice as long as what is in it, and
    # whoever makes one holds its text as well.
    slices = SLICES_AHEAD + 2
    assert len(stream) > 80_000_000
    assert held < (2 * slices + ENCODING_THREADS) * len(stream) / 24


def test_a_reading_that_is_broken_off_leaves_no_thread() -> None:
    frame, measure = wide(24 * SLICE_ROWS)
    before = set(threading.enumerate())
    reading = iter(CsvStream(frame, FIELDS, range(len(frame)), Edits(), measure))
    next(reading)
    next(reading)
    at_work = set(threading.enumerate()) - before

    del reading

    assert len(at_work) == ENCODING_THREADS
    assert not any(thread.is_alive() for thread in at_work)


def test_a_small_table_is_read_without_threads() -> None:
    expected = b'Nr,Ort\n"1","Oslo"\n'
    before = set(threading.enumerate())

    for _ in stream_of(people(("1", "Oslo")), expected, 1):
        assert set(threading.enumerate()) == before


@pytest.mark.parametrize("changed", [0, SLICE_ROWS, 5 * SLICE_ROWS - 1])
def test_of_a_table_that_changed_in_any_slice_the_last_slice_is_withheld(changed: int) -> None:
    frame = pd.DataFrame({"Nr.": "1", "Ort": "x"}, index=range(5 * SLICE_ROWS)).astype(object)
    promised = b"Nr,Ort\n" + b'"1","x"\n' * len(frame)
    stream = CsvStream(frame, FIELDS, range(len(frame)), Edits(), measure_of(promised, len(frame)))
    assert joined(stream) == promised
    frame.loc[changed, "Ort"] = "y"
    sizes: list[int] = []

    with pytest.raises(ChangedDataError):
        sizes.extend(len(block) for block in stream)

    assert sum(sizes) == len(promised) - len(b'"1","x"\n') * SLICE_ROWS


@given(
    cells=st.lists(st.tuples(st.integers(0, 10**9), st.none() | st.text(st.characters(codec="utf-8"))), max_size=12),
    slice_rows=st.integers(1, 5),
    skipped=st.sets(st.integers(0, 11)),
    emptied=st.sets(st.integers(0, 11)),
)
def test_threads_give_the_bytes_of_one(
    cells: list[tuple[int, str | None]], slice_rows: int, skipped: set[int], emptied: set[int]
) -> None:
    frame = people(*cells)
    edits = Edits(
        np.array(sorted(row for row in skipped if row < len(frame)), dtype=np.int64),
        {"Ort": np.array(sorted(row for row in emptied if row < len(frame)), dtype=np.int64)},
    )
    expected = [
        f'"{key}",{_quoted(None if row in emptied else text)}\n'.encode()
        for row, (key, text) in enumerate(cells)
        if row not in skipped
    ]

    got = list(encoded(frame, FIELDS, range(len(frame)), edits, slice_rows=slice_rows))

    assert b"".join(bytes(block) for block, _ in got) == b"".join(expected)
    assert sum(row_count for _, row_count in got) == len(expected)


def _quoted(text: str | None) -> str:
    return '"' + text.replace('"', '""') + '"' if text else ""


texts = st.text(st.characters(codec="utf-8"), min_size=1)


@given(st.lists(st.tuples(texts, st.none() | texts), max_size=30))
def test_a_csv_reader_reads_what_was_in_the_table(rows: list[tuple[str, str | None]]) -> None:
    [(_, piece)] = frames.slices(people(*rows, ("last", "row")), FIELDS.needed_columns)

    text = bytes(encode(render(piece, FIELDS).table)).decode()

    seen = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert seen == [[key, city or ""] for key, city in (*rows, ("last", "row"))]
