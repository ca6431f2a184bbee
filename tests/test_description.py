"""describe: columns in content types, from every kind of table, and never a value."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cpnb.description import _distinct_count, describe
from cpnb.errors import FrameError
from cpnb.fields import Field, FieldMap
from cpnb.likeness import Look, likeliest, look_counts


def one(values, fields=None, dtype=object):
    return describe(pd.DataFrame({"x": pd.Series(values, dtype=dtype)}), fields).columns[0]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (["a@example.com", "b@example.org", None, "A@EXAMPLE.com"], "100 % e-mail, 1 blank, 1 repeated, longest 13"),
        (["+12065550100", "+1 206 555 0100"], "100 % phone (international), 1 repeated, longest 15"),
        (["1", "2.50", "1.0", "-3"], "100 % number, 1 repeated, longest 4"),
        (["1990-12-31", "1.2.2024", "12/31/99", "20240229"], "100 % date, none repeated, longest 10"),
        (["Zoë", "O’Brien", "Иван", "李小龙", "Smith Jr."], "100 % name-like text, none repeated, longest 9"),
        (["9 High St", "x@", "A-1"], "text, none repeated, longest 9"),
        ([" Ann", "Bo "], "100 % name-like text, none repeated, 2 with spaces at the ends, longest 4"),
        ([None, "", " \t\u00a0"], "without values, 3 blank"),
        (["gold", "silver"] * 10, "one of 2 values, longest 6"),
        ([["list"], b"bytes", "Ann", "Bo"], "100 % name-like text, 2 without a text, none repeated, longest 3"),
        (["Ann", "\ud800"], "100 % name-like text, 1 without a text, none repeated, longest 3"),
        ([1, 2.5, "3", True], "75.0 % number, none repeated, longest 4"),
        (["😀 שלום", "عربي 1"], "text, none repeated, longest 6"),
        (["x" * 65536], "text, none repeated, longest 65,536"),
    ],
)
def test_what_a_column_looks_like(values, sentence):
    assert one(values).sentence == sentence


def test_a_mapped_column_is_judged_as_what_the_map_says():
    phones = ["(206) 555-0100", "206-555-0100", "555-0100", None, "+44 121 234 5678"]

    described = one(phones, FieldMap({"x": "PhoneNumber"}, region="US"))

    assert described.sentence == "75.0 % phone (US), 1 blank, 1 repeated, longest 16 of 255"
    assert (described.target, described.fitting_count, described.value_count) == ("PhoneNumber", 3, 4)


def test_a_mapped_value_is_judged_as_it_would_be_sent():
    assert one([" a@example.com"], FieldMap({"x": "EmailAddress"})).fitting_count == 0
    assert one([" a@example.com"]).fitting_count == 1


def test_a_wrong_mapping_is_told():
    described = one(["a@example.com", "b@example.com"], FieldMap({"x": "PhoneNumber"}))

    assert described.sentence.startswith("0 % phone (international), rather e-mail: 100 %")


def test_phones_are_read_in_the_region_of_their_row():
    data = pd.DataFrame({"x": ["206 555 0100", "0121 234 5678", "206 555 0100"], "r": ["US", "GB", None]})
    fields = FieldMap([Field("x", "PhoneNumber", region_column="r")])

    described = describe(data, fields).columns[0]

    assert described.sentence.startswith("66.7 % phone (by row)")


def test_unmapped_phones_are_read_in_the_region_of_the_map():
    data = pd.DataFrame({"id": ["1", "2"], "x": ["206 555 0100", "206 555 0101"]})

    assert describe(data).columns[1].look is None
    assert describe(data, FieldMap({"id": "AccountNumber"}, region="US")).columns[1].kind == "phone (US)"


def test_a_phone_spelt_with_letters_counts_where_the_map_says_phone():
    assert one(["1-800-FLOWERS"], FieldMap({"x": "PhoneNumber"}, region="US")).fitting_count == 1


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["1", "2", None], dtype="category"),
        pd.Series([1, 2, None], dtype="Int64"),
        pd.Series([1, 2, None], dtype="float64"),
        pd.Series([1, 2, None], dtype=pd.ArrowDtype(pa.int32())),
        pd.Series(["1", "2", None], dtype=pd.ArrowDtype(pa.string())),
        pd.Series(["1", "2", None], dtype="string"),
        pd.Series([1, "2", None], dtype=object),
    ],
)
def test_every_kind_of_column_is_described_by_the_text_that_would_be_sent(column):
    described = describe(pd.DataFrame({"x": column})).columns[0]

    assert described.sentence == "100 % number, 1 blank, none repeated, longest 1"
    assert described.shapes == {"9": 2}


def test_points_in_time_are_dates():
    assert one(pd.date_range("2024-01-01", periods=3), dtype=None).kind == "date"


def test_the_index_does_not_matter():
    data = pd.DataFrame({"x": ["a", "b"]})
    levels = pd.MultiIndex.from_tuples([("p", 1), ("p", 1)])

    assert describe(data.set_index(levels)).columns == describe(data.set_index(pd.Index([7, 7]))).columns


@pytest.mark.parametrize("data", [pd.DataFrame(), pd.DataFrame({"x": []}), pd.DataFrame(index=range(3))])
def test_a_table_without_cells_is_described(data):
    described = describe(data)

    assert described.row_count == len(data)
    assert str(described).startswith("Description: ")
    assert len(described.to_frame()) == len(data.columns)
    assert "<table>" in described._repr_html_()


def test_no_table_and_a_lacking_column_are_refused():
    with pytest.raises(FrameError, match="Expected a pandas DataFrame"):
        describe([1])
    with pytest.raises(FrameError, match="lacks"):
        describe(pd.DataFrame({"x": [1]}), FieldMap({"y": "Address.City"}))


def test_of_many_columns_the_first_line_says_how_many_are_shown():
    wide = describe(pd.DataFrame(np.ones((2, 300), dtype=int), columns=[f"c{number}" for number in range(300)]))

    assert "Shown: 40 of 300 columns; to_frame() has all." in str(wide).splitlines()[0]
    assert "Shown: 40 of 300 columns" in wide._repr_html_().partition("</caption>")[0]
    assert len(str(wide).splitlines()) == 1 + 40 + 1
    assert len(wide._repr_html_()) < 50_000
    assert len(wide.to_frame()) == 300


def test_the_html_stays_small_whatever_the_names():
    terrible = pd.DataFrame([["<" * 60] * 300], columns=[f"{'<' * 500}{number}" for number in range(300)])

    assert len(describe(terrible)._repr_html_().encode()) < 50_000


def test_text_html_and_frame_hold_names_and_shapes_and_no_value():
    data = pd.DataFrame(
        {"<mail>": ["canary7@example.com", "canary8@example.com"], "name": ["Canary", "Qwertz"]},
        index=["idx99", "idx98"],
    )
    described = describe(data)
    shown = f"{described} {described!r} {described.columns!r} {described._repr_html_()} {described.to_frame().to_csv()}"

    assert not any(secret in shown for secret in ("canary7", "Canary", "Qwertz", "idx99"))
    assert "'aaaaaa9@aaaaaaa.aaa' (100 %)" in str(described)
    assert "&lt;mail&gt;" in described._repr_html_()
    assert 'scope="row"' in described._repr_html_()
    assert described == describe(data)


def test_the_text_has_a_line_with_a_bar_for_each_column():
    assert str(
        describe(pd.DataFrame({"mail": ["a@example.com"] * 2 + [None] * 2, "n": ["1", "2", "3", "x"]}))
    ).splitlines() == [
        "Description: 4 rows, 2 columns; shares are of the cells that have a value.",
        "  mail  █████·····  100 % e-mail, 2 blank, 1 repeated, longest 13, most often 'a@aaaaaaa.aaa' (100 %)",
        "  n     ████████▒▒  75.0 % number, none repeated, longest 1, most often '9' (75.0 %)",
        "  (█ fitting, ▒ other, · blank)",
    ]


def test_to_frame_has_all_counts():
    row = describe(pd.DataFrame({"x": ["1", "1.0", " ", "a@example.com"]})).to_frame().iloc[0]

    assert row[["value_count", "blank_count", "distinct_count", "repeated_count"]].tolist() == [3, 1, 2, 1]
    assert row[["email_count", "number_count", "phone_count", "date_count", "name_count"]].tolist() == [1, 2, 0, 0, 0]
    assert pd.isna(row["max_length"])


def test_distinct_values_are_counted_over_more_than_one_block(monkeypatch):
    monkeypatch.setattr("cpnb.description._BLOCK_ROWS", 3)

    described = one(["b", "a", None, "a", "c", "b", " ", "d"])

    assert (described.distinct_count, described.repeated_count, described.blank_count) == (4, 2, 2)
    assert described.shapes == {"a": 6}


def test_the_likeliest_is_what_nearly_all_values_are_and_says_most():
    def counts(**by_name):
        return {look: by_name.get(look.name, 0) for look in Look}

    assert likeliest(counts(PHONE=8, NUMBER=10), 10) is Look.PHONE
    assert likeliest(counts(PHONE=6, NUMBER=10), 10) is Look.NUMBER
    assert likeliest(counts(EMAIL=5, NAME=4), 10) is Look.EMAIL
    assert likeliest(counts(EMAIL=4, NAME=4), 10) is None
    assert likeliest(counts(), 0) is None


def test_one_value_can_look_like_several_things():
    text = pa.array(["20240229", "2065550100"], pa.large_string())

    assert look_counts(text, "US", table_rows=2) == {
        Look.EMAIL: 0,
        Look.DATE: 1,
        Look.PHONE: 1,
        Look.NUMBER: 2,
        Look.NAME: 0,
    }


def test_values_of_more_rows_than_a_block_are_told_apart_by_all_of_their_text():
    long = "n" * 200
    pieces = [
        pa.array([long + "a", long + "b", "x"], pa.large_string()),
        pa.array([], pa.large_string()),
        pa.array(["x", None, long + "b", "y"], pa.large_string()),
    ]

    assert _distinct_count(pieces, table_rows=10_000_000) == 4
    assert _distinct_count(pieces[:1], table_rows=3) == 3
