"""Tables: what is refused, and how rows are read slice by slice."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cpnb import frames
from cpnb.errors import FrameError
from cpnb.fields import Field, FieldMap


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([1, 2], "type list"),
        ({"a": [1]}, "type dict"),
        (pd.Series([1]), r"type Series.*to_frame"),
        (pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])), "2 levels"),
        (pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]), "share a name: 'a'"),
        (pd.DataFrame([[1, 2]], columns=["a", 7]), r"names of type int.*map\(str\)"),
        (pd.DataFrame([[1]], columns=[None]), "names of type"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_words(data, message):
    with pytest.raises(FrameError, match=message):
        frames.checked_frame(data)


@pytest.mark.parametrize("data", [pd.DataFrame(), pd.DataFrame({"a": []}), pd.DataFrame(index=[1, 2])])
def test_an_empty_table_is_a_table(data):
    assert frames.checked_frame(data) is data


def test_a_missing_column_is_named_with_the_nearest_one():
    with pytest.raises(FrameError, match=r"lacks: 'emial'\. Did you mean 'Email'\? It has 'Email', 'City'\."):
        frames.require_columns(pd.DataFrame({"Email": [], "City": []}), FieldMap({"emial": "EmailAddress"}))


def test_a_missing_region_column_is_missed_as_well():
    fields = FieldMap([Field("phone", "PhoneNumber", region_column="country")])

    with pytest.raises(FrameError, match="lacks: 'country'"):
        frames.require_columns(pd.DataFrame({"phone": ["1"]}), fields)


def test_a_table_without_columns_says_so():
    with pytest.raises(FrameError, match="no columns at all"):
        frames.require_columns(pd.DataFrame(), FieldMap({"a": "FirstName"}))


def test_slices_cover_all_rows_once_in_order_whatever_the_index_says():
    data = pd.DataFrame({"n": range(20)}, index=[3] * 20)

    pieces = list(frames.slices(data, ["n"], rows=8))

    assert [(start, piece.row_count) for start, piece in pieces] == [(0, 8), (8, 8), (16, 4)]
    assert [n for _, piece in pieces for n in piece.columns["n"].to_pylist()] == list(range(20))


def test_slices_can_begin_and_end_anywhere():
    data = pd.DataFrame({"n": range(20)})

    pieces = [piece.columns["n"].to_pylist() for _, piece in frames.slices(data, ["n"], start=5, stop=12, rows=4)]

    assert pieces == [[5, 6, 7, 8], [9, 10, 11]]
    assert list(frames.slices(data, ["n"], start=20)) == []
    assert [start for start, _ in frames.slices(data, ["n"], start=16, stop=99, rows=4)] == [16]


def test_only_the_columns_asked_for_are_read_and_each_once():
    data = pd.DataFrame({"a": [1], "b": [[2]]})

    ((_, piece),) = frames.slices(data, ["a", "a"])

    assert list(piece.columns) == ["a"]


def test_objects_come_as_they_are_with_none_for_every_missing_value():
    cells = [None, np.nan, pd.NA, pd.NaT, "x", [1]]

    ((_, piece),) = frames.slices(pd.DataFrame({"a": pd.Series(cells, dtype=object)}), ["a"])

    assert piece.columns["a"].tolist() == [None, None, None, None, "x", [1]]


def test_a_categorical_with_many_categories_is_read_by_value():
    values = pd.Series(pd.Categorical(["b", None, "a", "b"], categories=list("abcdef")))

    ((_, piece),) = frames.slices(pd.DataFrame({"a": values}), ["a"])

    assert piece.columns["a"].tolist() == ["b", None, "a", "b"]


def test_arrow_columns_in_several_chunks_come_as_one_array():
    chunked = pa.chunked_array([["a", "b"], ["c"]], pa.string())
    data = pd.DataFrame({"a": pd.Series(pd.arrays.ArrowExtensionArray(chunked))})

    ((_, piece),) = frames.slices(data, ["a"])

    assert piece.columns["a"].to_pylist() == ["a", "b", "c"]


def test_a_slice_shows_no_data_in_its_repr():
    ((_, piece),) = frames.slices(pd.DataFrame({"a": ["Xanthippe"]}), ["a"])

    assert "Xanthippe" not in repr(piece)


def test_a_snapshot_is_not_reached_by_later_changes():
    data = pd.DataFrame({"a": [1, 2]})

    kept = frames.snapshot(data, ["a"])
    data.loc[0, "a"] = 99

    assert kept["a"].tolist() == [1, 2]


def test_rows_at_positions_keep_order_and_index():
    data = pd.DataFrame({"a": list("wxyz")}, index=[9, 9, 8, 8])

    rows = frames.rows_at(data, np.array([2, 0], dtype=np.uint32))

    assert rows["a"].tolist() == ["y", "w"]
    assert rows.index.tolist() == [8, 9]


@pytest.mark.parametrize(
    "dtype", [object, "str", "category", pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.string_view())]
)
def test_long_cells_make_shorter_slices_and_lose_no_row(dtype, monkeypatch):
    monkeypatch.setattr(frames.slicing, "SLICE_BYTES", 1_000)
    cells = [*["x"] * 8, *["y" * 400] * 8, "z" * 5_000]

    pieces = list(frames.slices(pd.DataFrame({"a": pd.Series(cells, dtype=dtype)}), ["a"], rows=16))

    assert [text for _, piece in pieces for text in piece.columns["a"].tolist()] == cells
    assert max(piece.row_count for _, piece in pieces) == 8
    assert all(sum(map(len, piece.columns["a"].tolist())) <= 1_000 for _, piece in pieces if piece.row_count > 1)


def from_bytes(*cells: bytes, kind: pa.DataType) -> pd.DataFrame:
    """Return a column that says of some bytes that they are text, without anybody having looked."""
    width = np.int32 if kind == pa.string() else np.int64
    offsets = np.cumsum([0, *map(len, cells)]).astype(width)
    array = pa.Array.from_buffers(kind, len(cells), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(cells))])
    return pd.DataFrame({"a": pd.Series(array, dtype=pd.ArrowDtype(kind))})


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((b"a", "ü".encode(), b""), ["a", "ü", ""]),
        ((b"a\xc3", b"\xbcb"), [b"a\xc3", b"\xbcb"]),  # together they are UTF-8
        ((b"a", b"\xff", "東".encode()), ["a", b"\xff", "東"]),
        (("ü".encode(), b"\xed\xa0\x80"), ["ü", b"\xed\xa0\x80"]),  # half of a surrogate pair
        ((b"", b""), ["", ""]),
    ],
)
def test_text_that_is_none_is_told_cell_by_cell(cells, expected, kind):
    table = from_bytes(*cells, kind=kind)

    for start in range(len(cells)):
        ((_, piece),) = frames.slices(table, ["a"], start=start)
        cells_seen = piece.columns["a"]
        assert (cells_seen.to_pylist() if isinstance(cells_seen, pa.Array) else list(cells_seen)) == expected[start:]


def test_after_rows_with_long_cells_slices_grow_again() -> None:
    cells = ["x" * 12_000_000] * 4 + ["short"] * 2_000

    rows = [piece.row_count for _, piece in frames.slices(pd.DataFrame({"note": cells}), ["note"], rows=256)]

    assert rows[:2] == [2, 2]
    assert sum(rows) == len(cells)
    assert rows[2:10] == [2, 4, 8, 16, 32, 64, 128, 256]
