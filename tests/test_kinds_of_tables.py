"""Tables of other libraries: taken by every verb, judged as the pandas table of the same values, and given back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import cpnb
from cpnb import frames
from cpnb.errors import FrameError
from tests.plans import files, planned

PEOPLE = cpnb.samples.people(rows=400, seed=5)
FIELDS = PEOPLE.cp.suggest_fields(unique_key="customer_id", region="US")
CONDITION = cpnb.profile.Address.City.startswith("S")


def arrow(table: pd.DataFrame) -> pa.Table:
    whole = pa.Table.from_pandas(table, preserve_index=False)
    return pa.concat_tables([whole.slice(0, 150), whole.slice(150)])  # in chunks


def polars(table: pd.DataFrame) -> Any:
    return pytest.importorskip("polars").from_arrow(arrow(table))


def relation(table: pd.DataFrame) -> Any:
    return duckdb.from_arrow(arrow(table))


KINDS = {"pyarrow": arrow, "polars": polars, "duckdb": relation}


def as_arrow(table: Any) -> pa.Table:
    return pa.RecordBatchReader.from_stream(table).read_all()


def same_rows(table: Any, expected: pd.DataFrame) -> bool:
    return bool(as_arrow(table).to_pylist() == pa.Table.from_pandas(expected, preserve_index=False).to_pylist())


@pytest.mark.parametrize("kind", KINDS)
def test_every_verb_says_what_it_says_of_the_pandas_table(kind):
    table = KINDS[kind](PEOPLE)

    assert cpnb.suggest_fields(table, unique_key="customer_id", region="US") == FIELDS
    assert str(cpnb.suggest(table)) == str(cpnb.suggest(PEOPLE))
    assert cpnb.validate(table, FIELDS) == PEOPLE.cp.validate(FIELDS)
    assert str(cpnb.describe(table, FIELDS)) == str(PEOPLE.cp.describe(FIELDS))
    assert str(cpnb.preview(table, CONDITION, FIELDS)) == str(PEOPLE.cp.preview(CONDITION, FIELDS))
    segment = cpnb.SegmentDefinition("s", CONDITION)
    assert str(segment.matches(table, FIELDS)) == str(segment.matches(PEOPLE, FIELDS))
    made, expected = (planned(one, FIELDS, on_invalid="blank") for one in (table, PEOPLE))
    assert made.parts == expected.parts
    assert made.unmapped == expected.unmapped


@pytest.mark.parametrize("kind", KINDS)
def test_rows_come_back_as_the_kind_that_was_given(kind):
    table = KINDS[kind](PEOPLE)
    report, expected = cpnb.validate(table, FIELDS), PEOPLE.cp.validate(FIELDS)

    for given, wanted in (
        (report.rows(table), expected.rows(PEOPLE)),
        (report.good(table), expected.good(PEOPLE)),
        (cpnb.preview(table, CONDITION, FIELDS).rows(table), PEOPLE.cp.preview(CONDITION, FIELDS).rows(PEOPLE)),
    ):
        assert type(given) is type(table)
        assert len(wanted) > 0
        assert same_rows(given, wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cleaned_table_is_of_the_kind_that_was_given_and_has_its_types(kind):
    table = KINDS[kind](PEOPLE)

    cleaned, expected = cpnb.clean(table, FIELDS, keep="first"), PEOPLE.cp.clean(FIELDS, keep="first")

    assert type(cleaned.frame) is type(table)
    assert same_rows(cleaned.frame, expected.frame)
    assert as_arrow(cleaned.frame).schema.types == as_arrow(table).schema.types
    pd.testing.assert_frame_equal(cleaned.changes, expected.changes)
    assert same_rows(cleaned.rows_taken_out(table), expected.rows_taken_out(PEOPLE))
    assert same_rows(cleaned.conflicts(table), expected.conflicts(PEOPLE))
    assert str(cleaned) == str(expected)


@pytest.mark.parametrize("kind", KINDS)
def test_an_upload_takes_it(kind, sandbox):
    domain = sandbox.domain(f"kind-{kind}")

    upload = cpnb.upload(KINDS[kind](PEOPLE), domain, FIELDS, on_invalid="blank").wait()

    assert upload.results.created == upload.plan.row_count > 300


def test_a_stream_is_read_once_and_whole():
    reader = arrow(PEOPLE).to_reader()

    report = cpnb.validate(reader, FIELDS)

    assert report == PEOPLE.cp.validate(FIELDS)
    with pytest.raises(FrameError, match="0 rows"):
        report.rows(reader)
    made = planned(arrow(PEOPLE).to_reader(), FIELDS, on_invalid="skip")
    assert made.unmapped == planned(PEOPLE, FIELDS, on_invalid="skip").unmapped


DAY = dt.date(1990, 2, 28)
TYPED: dict[str, tuple[pa.Array, list[object]]] = {
    "decimal": (pa.array([Decimal("1.20"), None, Decimal("3.00")]), [Decimal("1.20"), None, Decimal("3.00")]),
    "zoned": (
        pa.array([0, None, 1_500_000], pa.timestamp("us", "Europe/Oslo")),
        [pd.Timestamp(0, tz="Europe/Oslo"), None, pd.Timestamp(1.5, unit="s", tz="Europe/Oslo")],
    ),
    "date": (pa.array([DAY, None, DAY]), [DAY, None, DAY]),
    "NaN": (pa.array([1.5, float("nan"), 2.0]), [1.5, None, 2.0]),
    "int": (pa.array([7, None, 2**60]), [7, None, 2**60]),
    "bool": (pa.array([True, None, False]), [True, None, False]),
    "list": (pa.array([["x"], None, []]), [["x"], None, []]),
    "struct": (pa.array([{"x": "y"}, None, {"x": "z"}]), [{"x": "y"}, None, {"x": "z"}]),
    "binary": (pa.array([b"x", None, b""]), [b"x", None, b""]),
    "view": (pa.array(["x", None, " y "], pa.string_view()), ["x", None, " y "]),
    "binary_view": (pa.array([b"x", None, b"y"], pa.binary_view()), [b"x", None, b"y"]),
    "list_of_views": (pa.array([["x"], None, []], pa.list_(pa.string_view())), [["x"], None, []]),
    "dictionary": (pa.array(["x", None, "x"]).dictionary_encode(), ["x", None, "x"]),
    "dictionary_of_views": (
        pa.DictionaryArray.from_arrays([0, None, 0], pa.array(["x"], pa.string_view())), ["x", None, "x"],
    ),
    "dictionary_with_a_repeat": (
        pa.DictionaryArray.from_arrays([0, None, 1], pa.array(["x", "x"])), ["x", None, "x"],
    ),
    "dictionary_with_a_null": (pa.DictionaryArray.from_arrays([0, 1, 0], pa.array(["x", None])), ["x", None, "x"]),
    "null": (pa.nulls(3), [None, None, None]),
    "infinity": (pa.array([float("inf"), None, 1.0]), [float("inf"), None, 1.0]),
}  # fmt: skip


@pytest.mark.parametrize("name", TYPED)
def test_each_type_is_judged_and_sent_as_the_objects_of_python(name):
    array, objects = TYPED[name]
    fields = cpnb.FieldMap({"id": "AccountNumber", "x": "Attributes.x"}, unique_key="id")
    table = pa.table({"id": ["1", "2", "3"], "x": array})
    plain = pd.DataFrame({"id": ["1", "2", "3"], "x": pd.Series(objects, dtype=object)})

    report, expected = cpnb.validate(table, fields), cpnb.validate(plain, fields)

    assert [(one.code, one.positions.tolist()) for one in report.findings] == [
        (one.code, one.positions.tolist()) for one in expected.findings
    ]
    made, by_objects = planned(table, fields, on_invalid="blank"), planned(plain, fields, on_invalid="blank")
    assert files(made, frames.checked_frame(table)) == files(by_objects, plain)
    assert (
        report.good(table).schema.field("x").type
        == frames.received(table).back(frames.rows_at(frames.checked_frame(table), np.arange(3))).schema.field("x").type
    )


def test_dictionaries_that_differ_from_chunk_to_chunk_are_one_column():
    chunks = pa.chunked_array([pa.array(["x"]).dictionary_encode(), pa.array(["y"]).dictionary_encode()])

    frame = frames.checked_frame(pa.table({"a": chunks}))

    assert frame["a"].tolist() == ["x", "y"]


def test_a_uuid_is_sent_as_its_text():
    import uuid

    key = uuid.UUID(int=7)
    table = pa.table({"id": pa.array([key.bytes], pa.uuid())})

    made = planned(table, cpnb.FieldMap({"id": "AccountNumber"}, unique_key="id"))

    assert made.report.ok
    assert files(made, frames.checked_frame(table)) == [f'id\n"{key}"\n'.encode()]


def test_text_that_is_no_utf_8_is_an_unsupported_cell():
    broken = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(np.array([0, 1, 2], np.int32)), pa.py_buffer(b"a\xff")]
    )

    report = cpnb.validate(pa.table({"city": broken}), cpnb.FieldMap({"city": "Address.City"}))

    assert [(one.code, one.positions.tolist()) for one in report.errors] == [("unsupported_cell", [1])]


def test_what_pandas_wrote_into_an_arrow_table_hides_no_column_of_it():
    table = pa.Table.from_pandas(pd.DataFrame({"city": ["Oslo"]}, index=pd.Index(["7"], name="id")))

    assert frames.checked_frame(table).columns.tolist() == ["city", "id"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pa.table([["x"], ["y"]], names=["a", "a"]), "share a name: 'a'"),
        (pa.chunked_array([["x"]]), r"ChunkedArray cannot be read as a table"),
        (pd.Series(["x"]), r"type Series.*to_frame"),
        (SimpleNamespace(collect=lambda: None), r"type SimpleNamespace\. Work it out first with \.collect\(\)"),
    ],
)
def test_what_is_no_table_is_refused_in_words(data, words):
    with pytest.raises(FrameError, match=words):
        frames.checked_frame(data)
    assert not frames.is_table(data) or isinstance(data, pa.Table)


def test_a_table_of_no_columns_or_no_rows_passes_the_door():
    assert len(frames.checked_frame(pa.table({}))) == 0
    assert frames.checked_frame(pa.table({"a": pa.array([], pa.string())})).columns.tolist() == ["a"]


def test_names_are_told_without_reading():
    reader = arrow(PEOPLE).to_reader()

    assert frames.column_names(reader) == PEOPLE.columns.tolist()
    assert frames.is_table(reader)
    assert frames.column_names(relation(PEOPLE)) == PEOPLE.columns.tolist()
    assert len(reader.read_all()) == len(PEOPLE)


def test_widgets_take_it():
    from cpnb.widgets.field_map_editor import FieldMapEditor
    from cpnb.widgets.report_view import ReportView
    from cpnb.widgets.segment_builder import SegmentBuilder

    table = arrow(PEOPLE)

    assert (
        FieldMapEditor(table, unique_key="customer_id").value == FieldMapEditor(PEOPLE, unique_key="customer_id").value
    )
    assert ReportView(table, FIELDS).report == PEOPLE.cp.validate(FIELDS)
    assert SegmentBuilder(CONDITION, data=table, fields=FIELDS).value is not None


def test_magics_take_a_variable_that_holds_it():
    from IPython.core.interactiveshell import InteractiveShell

    from cpnb.magics.names import Names

    shell = InteractiveShell()
    shell.user_ns.update(table=arrow(PEOPLE), column=arrow(PEOPLE)["city"], frame=PEOPLE)
    names = Names(shell)

    assert set(names.tables()) == {"table", "frame"}
    assert names.frame("table").value is shell.user_ns["table"]
    assert names.frame("table.slice(3)").value.num_rows == 397
