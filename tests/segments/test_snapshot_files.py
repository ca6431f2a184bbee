"""The files of an exported segment as a table of text."""

from __future__ import annotations

import io
import json

import pandas as pd
import pyarrow as pa
import pyarrow.orc
import pytest

from cpnb.segments.snapshot_files import table_of
from cpnb.text_dtype import TEXT_DTYPE


def rows(frame: pd.DataFrame) -> list[dict[str, str | None]]:
    assert all(dtype == TEXT_DTYPE for dtype in frame.dtypes)
    return frame.astype("object").where(frame.notna(), None).to_dict("records")


def orc(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pa.orc.write_table(table, stream)
    return stream.getvalue()


def test_csv_stays_as_it_stands():
    content = '\ufeffProfileId,PostalCode,Note\n01,00501,"two\nlines"\n02,,""\n'.encode()
    assert rows(table_of([content], "CSV")) == [
        {"ProfileId": "01", "PostalCode": "00501", "Note": "two\nlines"},
        {"ProfileId": "02", "PostalCode": None, "Note": None},
    ]


def test_several_files_are_one_table_whatever_columns_each_has():
    found = table_of([b"a,b\n1,2\n", b"", b"b,c\ntrue,4.50\n"], "CSV")
    assert rows(found) == [{"a": "1", "b": "2", "c": None}, {"a": None, "b": "true", "c": "4.50"}]


def test_json_lines_keep_their_digits_and_open_what_is_inside():
    lines = [
        {"ProfileId": "01", "Address": {"City": "Rome"}, "Attributes": {"tier": "gold\u2028"}, "score": 0},
        {"ProfileId": "", "list": ["a", "é"], "flag": True, "none": None},
    ]
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).replace(": 0}", ": 1.50}")
    empty = dict.fromkeys(("ProfileId", "Address.City", "Attributes.tier", "score", "list", "flag", "none"))
    assert rows(table_of([content.encode() + b"\n\n"], "JSONL")) == [
        empty | {"ProfileId": "01", "Address.City": "Rome", "Attributes.tier": "gold\u2028", "score": "1.50"},
        empty | {"list": '["a", "é"]', "flag": "true"},
    ]


def test_orc_keeps_text_and_opens_what_is_inside():
    table = pa.table(
        {
            "ProfileId": ["01", None],
            "score": pa.array([7, None], pa.int64()),
            "Address": [{"City": "Rome"}, {"City": None}],
            "Attributes": pa.array([[("tier", "gold")], []], pa.map_(pa.string(), pa.string())),
        }
    )
    assert rows(table_of([orc(table)], "ORC")) == [
        {"ProfileId": "01", "score": "7", "Address.City": "Rome", "Attributes.tier": "gold"},
        dict.fromkeys(("ProfileId", "score", "Address.City", "Attributes.tier")),
    ]


@pytest.mark.parametrize(
    ("data_format", "content"),
    [
        ("CSV", b"ProfileId,City\n"),
        ("ORC", orc(pa.table({"ProfileId": pa.array([], pa.string()), "City": pa.array([], pa.string())}))),
    ],
)
def test_an_empty_segment_keeps_its_columns(data_format, content):
    found = table_of([content], data_format)
    assert list(found.columns) == ["ProfileId", "City"]
    assert rows(found) == []


def test_without_a_row_in_json_there_is_nothing_to_know():
    assert table_of([b"", b"\n"], "JSONL").shape == (0, 0)


@pytest.mark.parametrize(
    ("data_format", "content"),
    [
        ("CSV", b"a,b\n1,2,3\n"),
        ("CSV", b"a\n\xff\xfe\n"),
        ("CSV", b"\xff\xfea\n"),
        ("JSONL", b"{broken"),
        ("JSONL", b"\xff"),
        ("JSONL", b"[1]"),
        ("ORC", b"nothing of the kind"),
    ],
)
def test_what_is_not_of_the_format_is_an_error(data_format, content):
    with pytest.raises((ValueError, OSError)):
        table_of([content], data_format)
