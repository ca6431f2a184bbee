"""Cells replaced by text in columns of every type."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cpnb.rewriting import rewritten

AT = np.array([0, 2])


def replaced(series, *texts):
    return rewritten(series, AT, pa.array(texts, pa.large_string()))


@pytest.mark.parametrize("dtype", [object, "str", "string", "string[pyarrow]", pd.ArrowDtype(pa.string())])
def test_a_column_of_text_keeps_its_type_index_and_name(dtype):
    series = pd.Series(["a", "b", "c", None], index=[7, 7, 8, 9], name="x", dtype=dtype)

    result = replaced(series, "A", None)

    assert result.dtype == series.dtype
    assert result.index.tolist() == [7, 7, 8, 9]
    assert result.name == "x"
    assert result.isna().tolist() == [False, False, True, True]
    assert result.tolist()[:2] == ["A", "b"]
    assert series.tolist()[:3] == ["a", "b", "c"]


def test_a_cell_that_stays_is_the_object_that_it_was():
    kept = ["a list"]
    series = pd.Series(["a", kept, "c", 1.5], dtype=object)

    result = replaced(series, "A", "C")

    assert result[1] is kept
    assert result.tolist() == ["A", ["a list"], "C", 1.5]


def test_a_column_of_numbers_becomes_text_if_all_of_it_is():
    series = pd.Series([1.0, np.nan, 2.0])

    result = replaced(series, "+1", "+2")

    assert result.dtype == pd.Series(["text"]).dtype
    assert result.isna().tolist() == [False, True, False]
    assert result.dropna().tolist() == ["+1", "+2"]


@pytest.mark.parametrize("dtype", ["int64", "Int64", "float64", pd.ArrowDtype(pa.int64()), "category"])
def test_a_column_of_numbers_becomes_objects_if_some_stay_numbers(dtype):
    series = pd.Series([1, 2, 3], dtype=dtype)

    result = replaced(series, "+1", "+3")

    assert result.dtype == object
    assert result.tolist() == ["+1", 2, "+3"]


def test_categories_are_renamed_in_their_place_and_keep_their_order():
    series = pd.Series(pd.Categorical(["low", "high", "low", None], categories=["low", "mid", "high"], ordered=True))

    result = replaced(series, "LOW", "LOW")

    assert result.cat.categories.tolist() == ["LOW", "mid", "high"]
    assert result.cat.ordered
    assert result.tolist()[:3] == ["LOW", "high", "LOW"]
    assert result.isna().tolist() == [False, False, False, True]
    assert series.cat.categories.tolist() == ["low", "mid", "high"]


@pytest.mark.parametrize(
    ("cells", "texts", "expected", "categories"),
    [
        (["a", "a", "a"], ("b", "c"), ["b", "a", "c"], ["a", "b", "c"]),
        (["a ", "a", "a "], ("a", "a"), ["a", "a", "a"], ["a"]),
        (["a", "b", "c"], ("b", None), ["b", "b", None], ["b"]),
        (["x", "y", "x"], (None, None), [None, "y", None], ["y"]),
    ],
)
def test_categories_split_join_and_go(cells, texts, expected, categories):
    result = replaced(pd.Series(cells, dtype="category"), *texts)

    assert [None if cell is None or cell != cell else cell for cell in result.tolist()] == expected  # noqa: PLR0124  # NaN
    assert result.cat.categories.tolist() == categories
