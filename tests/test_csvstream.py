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
from cpnb.csvstream import BLOCKS_AHEAD, TOGETHER, CsvStream, Edits, Together, encode, encoded, measured
from cpnb.errors import ChangedDataError
from cpnb.fields import FieldMap
from cpnb.rendering import render
from cpnb.selection import OnInvalid
from tests.plans import planned

FIELDS = FieldMap({"Nr.": "AccountNumber", "Ort": "Address.City"}, unique_key="Nr.")


def stream_of(frame: pd.DataFrame, *, rows: range | None = None, edits: Edits | None = None) -> CsvStream:
    rows, edits = range(len(frame)) if rows is None else rows, edits or Edits()
    return CsvStream(frame, FIELDS, rows, edits, measured(frame, FIELDS, rows, edits))


def people(*rows: tuple[Any, Any], **columns: Any) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["Nr.", "Ort"], dtype=object).assign(**columns)


def joined(stream: CsvStream) -> bytes:
    return b"".join(stream)


def test_the_bytes_are_utf8_without_bom_quoted_with_newlines_under_the_headers_of_the_map() -> None:
    frame = people(("007", "Zürich"), ("8", None), ("9", 'a "b", c\nd'), ("10", " x "), ("11", "名古屋"))
    expected = ('Nr,Ort\n"007","Zürich"\n"8",\n"9","a ""b"", c\nd"\n"10"," x "\n"11","名古屋"\n').encode()

    assert joined(stream_of(frame)) == expected


def test_the_length_is_known_before_the_first_byte() -> None:
    expected = b'Nr,Ort\n"1","Oslo"\n'

    stream = stream_of(people(("1", "Oslo")))

    assert len(stream) == len(expected)
    assert repr(stream) == "CsvStream(1 records, 18 bytes)"


def test_it_can_be_read_as_often_as_one_likes() -> None:
    expected = b'Nr,Ort\n"1","Oslo"\n'
    stream = stream_of(people(("1", "Oslo")))

    assert [joined(stream) for _ in range(3)] == [expected] * 3


def test_reading_begins_anew_in_the_middle_of_another_reading() -> None:
    expected = b'Nr,Ort\n"1","Oslo"\n'
    stream = stream_of(people(("1", "Oslo")))
    begun = iter(stream)
    first = next(begun)

    assert joined(stream) == expected
    assert bytes(first) + b"".join(begun) == expected


def test_it_cannot_be_taken_for_a_file() -> None:
    stream = stream_of(people(("1", "Oslo")))

    # requests measures files in its own way, and sends chunks where that fails, which S3 refuses.
    assert not hasattr(stream, "read")
    assert not hasattr(stream, "tell")


def test_only_the_rows_of_the_part_are_sent() -> None:
    frame = people(("1", "a"), ("2", "b"), ("3", "c"), ("4", "d"))
    expected = b'Nr,Ort\n"2","b"\n"3","c"\n'

    assert joined(stream_of(frame, rows=range(1, 3))) == expected


def test_rows_stay_behind_and_cells_are_emptied() -> None:
    frame = people(("1", "a"), ("2", "b"), ("3", "c"), ("4", "d"))
    edits = Edits(np.array([0, 2]), {"Ort": np.array([2, 3])})
    expected = b'Nr,Ort\n"2","b"\n"4",\n'

    assert joined(stream_of(frame, edits=edits)) == expected


def test_edits_lie_at_physical_positions_in_every_slice() -> None:
    count = 2 * TOGETHER.slice_rows + 10
    frame = pd.DataFrame({"Nr.": [str(number) for number in range(count)], "Ort": "x"}, index=range(count, 0, -1))
    skipped = [TOGETHER.slice_rows, count - 1]
    emptied = [0, TOGETHER.slice_rows - 1, 2 * TOGETHER.slice_rows]
    lines = [
        f'"{number}",{"" if number in emptied else chr(34) + "x" + chr(34)}\n'
        for number in range(5, count)
        if number not in skipped
    ]
    expected = ("Nr,Ort\n" + "".join(lines)).encode()
    edits = Edits(np.array(skipped), {"Ort": np.array(emptied)})

    assert joined(stream_of(frame, rows=range(5, count), edits=edits)) == expected


def test_an_unmapped_column_never_leaves() -> None:
    frame = people(("1", "a"), ("2", "b"), Notizen="geheim", Alter=[37, 41])
    expected = b'Nr,Ort\n"1","a"\n"2","b"\n'

    assert joined(stream_of(frame)) == expected


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
    promise = stream_of(people(("1", "a"), ("2", "b"))).measure
    stream = CsvStream(people(*rows), FIELDS, range(2), Edits(), promise)
    sizes: list[int] = []

    with pytest.raises(ChangedDataError, match=r"changed after it was examined.*Nothing of it was stored"):
        sizes.extend(len(block) for block in stream)

    assert sum(sizes) < len(promised)


def test_of_a_longer_table_no_more_is_read_than_was_promised() -> None:
    rows = 50 * TOGETHER.slice_rows
    frame = pd.DataFrame({"Nr.": ["1"] * rows, "Ort": ["x"] * rows})
    promise = stream_of(frame, rows=range(TOGETHER.slice_rows)).measure
    stream = CsvStream(frame, FIELDS, range(rows), Edits(), promise)
    sizes: list[int] = []

    with pytest.raises(ChangedDataError):
        sizes.extend(len(block) for block in stream)

    assert sum(sizes) < promise.size_bytes


def wide(row_count: int) -> CsvStream:
    """Return the file of a table of long cells."""
    return stream_of(pd.DataFrame({"Nr.": "1", "Ort": "x" * 200}, index=range(row_count)).astype("category"))


def test_memory_holds_blocks_and_not_the_file() -> None:
    stream = wide(48 * TOGETHER.block_rows)
    before = pa.total_allocated_bytes()

    held = max(pa.total_allocated_bytes() - before for _ in stream)

    # Blocks: ready or being made so, given out, and held back. The buffer of each may be twice as long as what is in
    # it. And the slice that they are made of, as text.
    blocks = BLOCKS_AHEAD + 2
    slice_share = TOGETHER.slice_rows / TOGETHER.block_rows
    assert len(stream) > 80_000_000
    assert held < (2 * blocks + 2 * slice_share) * len(stream) / 48


def test_a_reading_that_is_broken_off_leaves_no_thread() -> None:
    stream = wide(8 * TOGETHER.slice_rows)
    before = set(threading.enumerate())
    reading = iter(stream)
    next(reading)
    next(reading)
    at_work = set(threading.enumerate()) - before

    del reading

    assert len(at_work) == 1
    assert not any(thread.is_alive() for thread in at_work)


def test_a_small_table_is_read_without_threads() -> None:
    before = set(threading.enumerate())

    for _ in stream_of(people(("1", "Oslo"))):
        assert set(threading.enumerate()) == before


@pytest.mark.parametrize("changed", [0, TOGETHER.slice_rows, 5 * TOGETHER.slice_rows - 1])
def test_of_a_table_that_changed_in_any_slice_the_last_block_is_withheld(changed: int) -> None:
    frame = pd.DataFrame({"Nr.": "1", "Ort": "x"}, index=range(5 * TOGETHER.slice_rows)).astype(object)
    promised = b"Nr,Ort\n" + b'"1","x"\n' * len(frame)
    stream = stream_of(frame)
    assert joined(stream) == promised
    frame.loc[changed, "Ort"] = "y"
    sizes: list[int] = []

    with pytest.raises(ChangedDataError):
        sizes.extend(len(block) for block in stream)

    assert sum(sizes) == len(promised) - len(b'"1","x"\n') * TOGETHER.block_rows


@given(
    cells=st.lists(st.tuples(st.integers(0, 10**9), st.none() | st.text(st.characters(codec="utf-8"))), max_size=12),
    slice_rows=st.integers(1, 5),
    block_rows=st.integers(1, 5),
    skipped=st.sets(st.integers(0, 11)),
    emptied=st.sets(st.integers(0, 11)),
)
def test_however_it_is_cut_the_bytes_are_the_same_and_as_many_as_was_said(
    cells: list[tuple[int, str | None]], slice_rows: int, block_rows: int, skipped: set[int], emptied: set[int]
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
    whole = measured(frame, FIELDS, range(len(frame)), edits)

    together = Together(slice_rows=slice_rows, block_rows=block_rows)
    got = list(encoded(frame, FIELDS, range(len(frame)), edits, together))
    measure = measured(frame, FIELDS, range(len(frame)), edits, together)

    assert b"".join(bytes(block) for block, _ in got) == b"".join(expected)
    assert sum(table.num_rows for _, table in got) == len(expected)
    assert (measure.row_count, measure.size_bytes) == (len(expected), len(b"Nr,Ort\n" + b"".join(expected)))
    assert measure == whole


def test_of_many_columns_fewer_rows_are_rendered_together() -> None:
    frame = pd.DataFrame({"Nr.": [str(number) for number in range(100)], "Ort": 1.5})

    rows = [table.num_rows for _, table in encoded(frame, FIELDS, range(100), Edits(), Together(slice_cells=14))]

    assert rows == [7] * 14 + [2]


def cities(*cells: bytes) -> pd.DataFrame:
    """Return a table whose second column says that it is text, whatever its bytes are."""
    text = pa.Array.from_buffers(pa.large_string(), len(cells), pa.array(cells, pa.large_binary()).buffers())
    return pd.DataFrame({"Nr.": [str(row) for row in range(len(cells))], "Ort": pd.arrays.ArrowExtensionArray(text)})


def test_what_is_no_text_any_more_is_noticed_although_it_is_not_looked_for_again() -> None:
    promise = stream_of(cities(b"Oslo", b"Bonn")).measure
    stream = CsvStream(cities(b"Oslo", b"B\xffnn"), FIELDS, range(2), Edits(), promise)

    with pytest.raises(ChangedDataError):
        joined(stream)


@pytest.mark.parametrize(("on_invalid", "second"), [("blank", b'"1",\n'), ("skip", b"")])
def test_what_is_no_text_is_sent_empty_or_stays_behind(on_invalid: OnInvalid, second: bytes) -> None:
    table = cities(b"Oslo", b"B\xffnn", "Zürich".encode())

    made = planned(table, FIELDS, on_invalid=on_invalid)

    assert [joined(made.stream(table, part)) for part in made.parts] == [
        b'Nr,Ort\n"0","Oslo"\n' + second + '"2","Zürich"\n'.encode()
    ]


def _quoted(text: str | None) -> str:
    return '"' + text.replace('"', '""') + '"' if text else ""


texts = st.text(st.characters(codec="utf-8"), min_size=1)


@given(st.lists(st.tuples(texts, st.none() | texts), max_size=30))
def test_a_csv_reader_reads_what_was_in_the_table(rows: list[tuple[str, str | None]]) -> None:
    [(_, piece)] = frames.slices(people(*rows, ("last", "row")), FIELDS.needed_columns)

    text = bytes(encode(render(piece, FIELDS).table)).decode()

    seen = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert seen == [[key, city or ""] for key, city in (*rows, ("last", "row"))]
