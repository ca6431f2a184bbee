"""The text of each kind of cell, by hand; and that slices agree with the whole."""

import datetime as dt
import enum
import uuid
import zoneinfo
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from cpnb import frames
from cpnb.csvstream import Edits
from cpnb.fields import Field, FieldMap
from cpnb.rendering import render
from cpnb.validation import validate


def rendered(values, target="AccountNumber", *, rows=frames.SLICE_ROWS):
    """Return text and kinds of unsupported cells of one column, read in slices of some rows."""
    series = values if isinstance(values, pd.Series) else pd.Series(values)
    fields = FieldMap([Field("x", target)])
    texts, kinds = [], {}
    for start, piece in frames.slices(pd.DataFrame({"x": series}), ["x"], rows=rows):
        out = render(piece, fields)
        assert out.table.schema.field("x").type == pa.large_string()
        texts += out.table.column("x").to_pylist()
        for position in np.flatnonzero(out.unsupported.get("x", np.zeros(0, dtype=bool))):
            kinds[start + int(position)] = texts[start + int(position)]
        for kind, count in out.kinds.get("x", {}).items():
            kinds[kind] = kinds.get(kind, 0) + count
    return texts, kinds


def texts(values, target="AccountNumber"):
    found, unsupported = rendered(values, target)
    assert not unsupported
    return found


def test_whole_numbers():
    assert texts([1, -7, 2**62]) == ["1", "-7", "4611686018427387904"]
    assert texts(pd.Series([1, None], dtype="Int64")) == ["1", None]
    assert texts(pd.Series([255], dtype="uint8")) == ["255"]
    assert texts(pd.Series([1, None], dtype=pd.ArrowDtype(pa.int32()))) == ["1", None]


def test_whole_floats_have_no_point():
    assert texts([12065550100.0, 1.0, -0.0, np.nan]) == ["12065550100", "1", "0", None]
    assert texts(pd.Series([1.0, None], dtype="Float64")) == ["1", None]


def test_fractions_are_shortest_in_their_own_precision():
    assert texts([0.1, 2.5, 1 / 3]) == ["0.1", "2.5", "0.3333333333333333"]
    assert texts(pd.Series([0.1, 16777216.0], dtype="float32")) == ["0.1", "16777216"]
    assert texts(pd.Series([0.1, np.nan], dtype="float16")) == ["0.1", None]
    assert texts(pd.Series([0.1, float("nan"), None], dtype=pd.ArrowDtype(pa.float64()))) == ["0.1", None, None]


def test_very_large_and_very_small_floats_have_no_exponent():
    assert texts([1e21, 1e-7, -1.5e22, 123456789012345680.0]) == [
        "1000000000000000000000",
        "0.0000001",
        "-15000000000000000000000",
        "123456789012345680",
    ]


def test_infinities_have_no_text():
    assert rendered([1.5, np.inf, -np.inf]) == (["1.5", None, None], {1: None, 2: None, "infinity": 2})
    assert rendered(pd.Series([Decimal("-Infinity"), float("inf")], dtype=object))[1]["infinity"] == 2


def test_truth_values():
    assert texts([True, False]) == ["true", "false"]
    assert texts(pd.Series([True, None], dtype="boolean")) == ["true", None]
    assert texts(pd.Series([True, np.bool_(False), None], dtype=object)) == ["true", "false", None]


def test_points_in_time_are_iso_with_seconds():
    moments = pd.to_datetime(["2024-02-29 23:59:59", None, "2024-01-01", "1969-12-31 23:59:59.5"], format="ISO8601")

    assert texts(moments) == ["2024-02-29T23:59:59", None, "2024-01-01T00:00:00", "1969-12-31T23:59:59.5"]
    assert texts(pd.Series(pd.to_datetime(["2024-01-01"])).astype("datetime64[s]")) == ["2024-01-01T00:00:00"]


def test_points_in_time_with_a_zone_are_in_utc():
    berlin = pd.Series(pd.to_datetime(["2024-07-01 00:30:00", None])).dt.tz_localize("Europe/Berlin")

    assert texts(berlin) == ["2024-06-30T22:30:00Z", None]
    assert texts(pd.Series([berlin[0], dt.datetime(2024, 1, 2, 3, tzinfo=dt.UTC)], dtype=object)) == [
        "2024-06-30T22:30:00Z",
        "2024-01-02T03:00:00Z",
    ]


def test_zones_count_even_where_arrow_was_told_to_ignore_them(monkeypatch):
    monkeypatch.setenv("PYARROW_IGNORE_TIMEZONE", "1")
    moment = dt.datetime(2024, 7, 1, 0, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))

    assert texts(pd.Series([moment, "x"], dtype=object))[0] == "2024-06-30T22:30:00Z"
    assert texts(pd.Series([moment]))[0] == "2024-06-30T22:30:00Z"
    assert texts(pd.Series([moment, "x"], dtype=object), "BirthDate")[0] == "2024-07-01"
    assert texts(pd.Series([moment]), "BirthDate")[0] == "2024-07-01"


def test_a_point_in_time_that_utc_cannot_tell_has_no_text():
    moment = dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))

    assert rendered(pd.Series([moment, "x"], dtype=object)) == ([None, "x"], {0: None, "datetime": 1})


def test_dates():
    assert texts([dt.date(2024, 1, 2), None]) == ["2024-01-02", None]
    assert texts(pd.Series([dt.date(24, 1, 2)], dtype=pd.ArrowDtype(pa.date32()))) == ["0024-01-02"]


def test_a_birth_date_is_a_day_in_the_zone_it_has():
    midnight = dt.datetime(1990, 5, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))

    assert texts(pd.to_datetime(["1990-05-01 23:30", None]), "BirthDate") == ["1990-05-01", None]
    assert texts(pd.Series([midnight]), "BirthDate") == ["1990-05-01"]
    assert texts(pd.Series([midnight, None, "1.5.1990", dt.date(1960, 2, 3)], dtype=object), "BirthDate") == [
        "1990-05-01",
        None,
        "1.5.1990",
        "1960-02-03",
    ]


def test_decimals_keep_their_places():
    exact = [Decimal("12.50"), Decimal("1E+3"), Decimal("0E-8"), Decimal("NaN")]

    assert texts(pd.Series(exact, dtype=object)) == ["12.50", "1000", "0.00000000", None]
    arrow = pd.Series([Decimal("1200.00"), Decimal("0.00000001")], dtype=pd.ArrowDtype(pa.decimal128(20, 8)))
    assert texts(arrow) == ["1200.00000000", "0.00000001"]


def test_categories_by_value():
    assert texts(pd.Categorical(["b", None, "a", "b"])) == ["b", None, "a", "b"]
    assert texts(pd.Categorical([3, None, 1])) == ["3", None, "1"]
    assert texts(pd.Categorical([None, None])) == [None, None]
    assert texts(pd.Series(pd.to_datetime(["2024-01-01", None])).astype("category")) == ["2024-01-01T00:00:00", None]
    dictionary = pa.array(["x", None, "x"]).dictionary_encode()
    assert texts(pd.Series(pd.arrays.ArrowExtensionArray(dictionary))) == ["x", None, "x"]


@pytest.mark.parametrize(
    "dtype",
    [object, "string[python]", "string[pyarrow]", pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.large_string()), None],
)
def test_text_stays_as_it_is_and_empty_text_is_missing(dtype):
    cells = ["007", "NA", " x ", 'a,b\n"c"\r', "é😀", "", None, "\ufeff", "=1+1"]

    assert texts(pd.Series(cells, dtype=dtype)) == [
        "007",
        "NA",
        " x ",
        'a,b\n"c"\r',
        "é😀",
        None,
        None,
        "\ufeff",
        "=1+1",
    ]


def test_each_object_is_read_by_its_own_type():
    class Colour(str, enum.Enum):  # noqa: UP042  # the older way, whose __str__ is not its text
        RED = "red"

    cells = [
        "a", 1, 2.0, 2.5, 1e22, 10**30, True, Decimal("3.0"), uuid.UUID(int=5), dt.date(2024, 1, 2), np.float32(0.1),
        np.int8(4), np.bool_(True), np.str_("n"), np.datetime64("2024-01-02T03:04:05"), Colour.RED, None, np.nan, pd.NA,
        pd.NaT, "",
    ]  # fmt: skip

    assert texts(pd.Series(cells, dtype=object)) == [
        "a", "1", "2", "2.5", "10000000000000000000000", "1000000000000000000000000000000", "true", "3.0",
        "00000000-0000-0000-0000-000000000005", "2024-01-02", "0.1", "4", "true", "n", "2024-01-02T03:04:05", "red",
        None, None, None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ([1, 2], "list"),
        ({"a": 1}, "dict"),
        (b"bytes", "bytes"),
        (("a",), "tuple"),
        ({1}, "set"),
        (np.array([1]), "ndarray"),
        ("\ud800", "lone surrogate"),
        (dt.time(1), "time"),
        (dt.timedelta(1), "timedelta"),
        (pd.Timedelta(1), "Timedelta"),
        (pd.Period("2024-01"), "Period"),
        (1j, "complex"),
        (np.complex64(1), "complex64"),
        pytest.param(10**5000, "int", id="huge"),
        (Decimal("1E+9999"), "Decimal"),
        (object(), "object"),
    ],
)
def test_an_object_without_a_text_is_named_by_its_kind_and_harms_no_neighbour(cell, kind):
    series = pd.Series([None, None], dtype=object)
    series.iloc[0] = "a"
    series.iat[1] = cell  # noqa: PD009  # the one way that takes a list for a cell

    found, unsupported = rendered(series)

    assert found == ["a", None]
    assert unsupported == {1: None, kind: 1}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pd.Series([b"a", None], dtype=object), "bytes"),
        (pd.Series([[1], None], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), "list"),
        (pd.Series([{"k": 1}, None], dtype=pd.ArrowDtype(pa.struct({"k": pa.int64()}))), "struct"),
        (pd.Series([b"a", None], dtype=pd.ArrowDtype(pa.binary())), "binary"),
        (pd.Series(pd.to_timedelta(["1s", None])), None),
        (pd.Series(pd.period_range("2024-01", periods=1).append(pd.PeriodIndex(["NaT"], freq="D"))), None),
    ],
)
def test_a_column_type_without_a_text_loses_no_missing_cell(values, kind):
    found, unsupported = rendered(values)

    assert found == [None, None]
    assert unsupported[0] is None
    assert 1 not in unsupported
    assert kind is None or unsupported[kind] == 1


def test_a_column_of_numbers_and_text_is_decided_cell_by_cell():
    alone = texts(pd.Series([2**53 + 1], dtype=object))
    beside = texts(pd.Series([2**53 + 1, 0.5], dtype=object))

    assert alone == ["9007199254740993"]
    assert beside == ["9007199254740993", "0.5"]


def test_columns_are_named_and_ordered_like_the_map():
    data = pd.DataFrame({"E-mail (privé)": ["x"], "Id": [1], "left": ["out"]})
    fields = FieldMap({"Id": "AccountNumber", "E-mail (privé)": "EmailAddress"})

    ((_, piece),) = frames.slices(data, fields.needed_columns)
    out = render(piece, fields)

    assert out.table.column_names == ["Id", "E-mail_prive"]
    assert out.row_count == 1


def test_region_columns_are_rendered_beside_and_not_sent():
    data = pd.DataFrame({"phone": ["1"], "country": pd.Categorical(["US"])})
    fields = FieldMap([Field("phone", "PhoneNumber", region_column="country")])

    ((_, piece),) = frames.slices(data, fields.needed_columns)
    out = render(piece, fields)

    assert out.table.column_names == ["phone"]
    assert out.regions["country"].to_pylist() == ["US"]


def test_rendered_text_shows_no_data_in_its_repr():
    ((_, piece),) = frames.slices(pd.DataFrame({"x": ["Xanthippe"]}), ["x"])

    assert "Xanthippe" not in repr(render(piece, FieldMap({"x": "FirstName"})))


def as_objects(cells):
    array = np.empty(len(cells), dtype=object)
    for position, cell in enumerate(cells):
        array[position] = cell  # one by one: numpy would take lists for another dimension
    return pd.Series(array, dtype=object)


ANY_CELL = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(dt.timezone(dt.timedelta(hours=-7)))),
    st.decimals(allow_nan=True, allow_infinity=True, places=3),
    st.binary(max_size=2),
    st.lists(st.integers(), max_size=2),
    st.text(st.characters(categories=["Cs"]), min_size=1, max_size=1),
)
COLUMNS = st.one_of(
    st.lists(ANY_CELL, max_size=12).map(as_objects),
    st.lists(st.floats(), max_size=12).map(lambda cells: pd.Series(cells, dtype="float64")),
    st.lists(st.floats(width=32), max_size=12).map(lambda cells: pd.Series(cells, dtype="float32")),
    st.lists(st.one_of(st.none(), st.integers(-9, 9)), max_size=12).map(lambda cells: pd.Series(cells, dtype="Int64")),
    st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=12).map(lambda cells: pd.Series(cells, dtype=object)),
    st.lists(st.sampled_from(["a", "b", None]), max_size=12).map(lambda cells: pd.Series(pd.Categorical(cells))),
)


@given(COLUMNS, st.integers(1, 5), st.sampled_from(["AccountNumber", "BirthDate"]))
def test_slices_agree_with_the_whole(values, rows, target):
    assert rendered(values, target, rows=rows) == rendered(values, target)


@given(st.lists(st.floats(allow_infinity=False, allow_nan=False), min_size=1))
def test_floats_read_back_as_the_same_number(numbers):
    found = texts(pd.Series(numbers, dtype="float64"))

    assert [float(text) for text in found] == numbers
    assert not any("e" in text or text.endswith(".0") for text in found)


@given(st.floats(allow_infinity=False, allow_nan=False))
def test_a_float_among_objects_has_the_text_of_a_float_column(number):
    assert texts(pd.Series([number, "x"], dtype=object))[0] == texts(pd.Series([number], dtype="float64"))[0]


def test_no_bytes_stand_behind_a_missing_cell():
    data = pd.DataFrame({"id": pd.Series(["001", "002", "003", "004"], dtype="str")})
    data.loc[[1, 2], "id"] = None  # pandas leaves the text where it was, and marks it as missing

    report = validate(data, FieldMap({"id": "AccountNumber"}, unique_key="id"))

    assert [(finding.code, finding.positions.tolist()) for finding in report.findings] == [("key_empty", [1, 2])]


@pytest.mark.parametrize("start", [0, 1, 3])
@pytest.mark.parametrize(
    "cells", [["Oslo", "Bergen", None, "", "Rome", "Bonn"], ["Oslo"] * 6, [None] * 6, ["", "a"] * 3]
)
def test_cells_of_a_slice_of_text_can_be_emptied(cells, start):
    whole = pd.Series(pd.arrays.ArrowExtensionArray(pa.array(cells, pa.string())))
    fields = FieldMap({"city": "Address.City"})
    [(_, piece)] = frames.slices(whole.to_frame("city"), ["city"], start=start)
    table = render(piece, fields).table
    source = fields["city"].source

    emptied = Edits(blanked={source: np.array([start, start + 1])}).apply(table, start)

    emptied.validate(full=True)
    expected = [cell or None for cell in cells[start:]]
    assert table[source].to_pylist() == expected
    assert emptied[source].to_pylist() == [None, None, *expected[2:]]
