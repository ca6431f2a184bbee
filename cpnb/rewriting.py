"""A column with some of its cells replaced by text; everything else stays the object that it was."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Positions = NDArray[np.integer[Any]]

Becomes = Literal["text", "objects"]
"""What a column is after text was written into it that its own type cannot hold."""


def rewritten(
    series: pd.Series[Any], positions: Positions, texts: pa.Array, becomes: Becomes | None = None
) -> pd.Series[Any]:
    """Return a column in which the cells at some positions are other texts.

    Index, name and type stay where the type can hold text: ``object``, ``str``, ``string``, text of
    Arrow, and categories of text. Any other column becomes text if all its cells are text
    afterwards, or else ``object``, in which the cells that did not change are the values they were.

    Parameters
    ----------
    series : Series
        The column; it is not written to.
    positions : array of int
        Physical positions, ascending, each once.
    texts : pyarrow.Array
        What comes there; null makes the cell missing.
    becomes : {"text", "objects"}, optional
        What a column of another type becomes; by default its own cells decide.
    """
    cells = texts.to_pylist()
    if isinstance(series.dtype, pd.CategoricalDtype):
        if holds_text(series.cat.categories.dtype):
            return pd.Series(_recategorised(series, positions, cells), index=series.index, name=series.name)
        series = series.astype(series.cat.categories.dtype)
    if holds_text(series.dtype) and series.dtype != object:
        array = series.array.copy()
        array[np.asarray(positions)] = cells
        return pd.Series(array, index=series.index, name=series.name)
    values = series.to_numpy(dtype=object, copy=True)
    values[positions] = cells
    if becomes is None:
        is_text = series.dtype != object and all(isinstance(value, str) for value in values[series.notna().to_numpy()])
        kept = None if is_text else object  # without a type, pandas takes its own for text
    else:
        kept = plain_text_dtype() if becomes == "text" else object
    return pd.Series(values, index=series.index, name=series.name, dtype=kept)


def plain_text_dtype() -> Any:
    """Return the type that pandas itself gives to text."""
    return pd.Series(["a"]).dtype


def holds_text(dtype: Any) -> bool:
    """Return whether a column of a type, other than categories, can hold any text."""
    if isinstance(dtype, pd.ArrowDtype):
        kind = dtype.pyarrow_dtype
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
    return bool(pd.api.types.is_object_dtype(dtype)) or isinstance(dtype, pd.StringDtype)


def _recategorised(series: pd.Series[Any], positions: Positions, cells: list[str | None]) -> pd.Categorical:
    """Return a categorical with other texts in some cells.

    A category that is replaced by one text throughout is renamed in its place, so that an order of
    categories stays; other texts are added at the end. Categories that lost all their rows go.
    """
    categories = list(series.cat.categories)
    codes = series.cat.codes.to_numpy().astype(np.int64)
    rows_of = np.bincount(codes[codes >= 0], minlength=len(categories))
    changed_of = np.bincount(codes[positions], minlength=len(categories))
    becomes: dict[int, set[str | None]] = {}
    for code, cell in zip(codes[positions].tolist(), cells, strict=True):
        becomes.setdefault(code, set()).add(cell)
    emptied = {code for code in becomes if rows_of[code] == changed_of[code]}
    values: list[Any] = []
    for code, category in enumerate(categories):
        only = next(iter(becomes[code])) if code in emptied and len(becomes[code]) == 1 else None
        if code not in emptied:
            values.append(category)
        elif only is not None:
            values.append(only)
    known = {
        value: number for number, value in enumerate(dict.fromkeys([*values, *(c for c in cells if c is not None)]))
    }
    # The last entry is for the code -1 of a missing cell, and for the categories that went.
    moved = np.array([known.get(category, -1) for category in [*categories, None]], dtype=np.int64)
    codes = moved[codes]
    codes[positions] = [-1 if cell is None else known[cell] for cell in cells]
    kept = pd.Index(list(known), dtype=series.cat.categories.dtype)
    return pd.Categorical.from_codes(codes, categories=kept, ordered=bool(series.cat.ordered))
