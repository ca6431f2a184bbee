"""clean: types of columns, indexes and cells of every kind, kept or turned into text."""

import pandas as pd
import pyarrow as pa
import pytest

from cpnb.cleaning import clean
from cpnb.fields import FieldMap
from tests.messy_table import FIELDS, codes


@pytest.mark.parametrize("dtype", ["str", "string", "string[pyarrow]", pd.ArrowDtype(pa.large_string()), "category"])
def test_types_of_text_are_kept(dtype):
    data = pd.DataFrame({"name": pd.Series([" Ann", "Bob", None, " Ann"], dtype=dtype)})

    frame = clean(data, FieldMap({"name": "LastName"})).frame

    assert type(frame["name"].dtype) is type(data["name"].dtype)
    assert frame["name"].tolist()[:2] == ["Ann", "Bob"]
    assert frame["name"].isna().tolist() == [False, False, True, False]


@pytest.mark.parametrize("dtype", ["float64", "Int64", pd.ArrowDtype(pa.int64()), object])
def test_a_phone_column_of_numbers_becomes_text_and_says_so(dtype):
    data = pd.DataFrame({"phone": pd.Series([2065550100, None, 12065550101], dtype=dtype)})

    cleaned = clean(data, FieldMap({"phone": "PhoneNumber"}, region="US"))

    assert cleaned.frame["phone"].dropna().tolist() == ["+12065550100", "+12065550101"]
    assert cleaned.frame["phone"].isna().tolist() == [False, True, False]
    [changes] = cleaned.columns
    assert (f"the column was {changes.dtypes[0]} and is" in str(cleaned)) is (dtype is not object)


def test_a_column_may_be_called_as_pythons_own_things_are():
    data = pd.DataFrame({"self": [" Ann"]})

    assert clean(data, FieldMap({"self": "LastName"})).frame["self"].tolist() == ["Ann"]


def test_an_index_of_several_levels_that_repeats_is_kept():
    data = pd.DataFrame({"name": [" Ann", "Bob"]}, index=pd.MultiIndex.from_tuples([("a", 1), ("a", 1)]))

    frame = clean(data, FieldMap({"name": "LastName"})).frame

    assert frame.index.equals(data.index)
    assert frame["name"].tolist() == ["Ann", "Bob"]


@pytest.mark.parametrize("rows", [0, 1])
def test_tables_of_no_row_one_row_and_no_value(rows):
    data = pd.DataFrame({column: [None] * rows for column in FIELDS.columns}, dtype=object)

    cleaned = clean(data, FIELDS, keep="first")

    pd.testing.assert_frame_equal(cleaned.frame, data)
    assert len(cleaned.changes) == 0
    assert cleaned.changes.columns.tolist() == ["row", "column", "rule", "before", "after"]
    assert cleaned.preview().columns.tolist() == ["column", "rule", "cells", "before", "after"]


def test_cells_without_a_text_are_left_alone_and_counted():
    data = pd.DataFrame({"name": [["x"], b"bytes", "\ud800", " Ann", float("inf"), "x" * 65536 + " "]}, dtype=object)

    cleaned = clean(data, FieldMap({"name": "AdditionalInformation"}))

    assert cleaned.frame["name"].tolist()[:5] == [["x"], b"bytes", "\ud800", "Ann", float("inf")]
    assert codes(cleaned)["name", "unsupported_cell"] == 4
