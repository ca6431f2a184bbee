"""Cells that were edited by hand, as steps over a table and as the lines of pandas that say the same."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from cpnb.display import counted

By: TypeAlias = Literal["position", "key"]
"""How a patch finds its rows."""

_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_DECIMAL_NUMBER = re.compile(r"-?[0-9]{1,17}(\.[0-9]{1,17})?")


@dataclass(frozen=True, slots=True)
class ColumnEdits:
    """The edited cells of one column.

    Attributes
    ----------
    column : str
        Its name.
    positions : tuple of int
        Physical rows, ascending.
    values : tuple
        What comes there: text, a number where the column holds numbers and it is written just so, or None.
    becomes_object : bool
        Whether the column has to take Python objects first, as its type has no place for the values.
    """

    column: str
    positions: tuple[int, ...]
    values: tuple[str | float | None, ...] = field(repr=False)
    becomes_object: bool

    @classmethod
    def of(cls, series: pd.Series[Any], texts: Mapping[int, str]) -> ColumnEdits:
        """Return the edits of a column: the texts by row, of which an empty one makes its cell missing."""
        positions = tuple(sorted(texts))
        wanted: list[str | float | None] = [texts[position] or None for position in positions]
        if not _holds_text(series.dtype):
            numbers = [_as_number(series.dtype, one) for one in wanted]
            if all(isinstance(number, int | float) for number in numbers):
                return cls(str(series.name), positions, tuple(numbers), becomes_object=False)
        return cls(str(series.name), positions, tuple(wanted), becomes_object=not _holds_text(series.dtype))


def _holds_text(dtype: Any) -> bool:
    if isinstance(dtype, pd.ArrowDtype):
        kind = dtype.pyarrow_dtype
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
    return bool(pd.api.types.is_object_dtype(dtype)) or isinstance(dtype, pd.StringDtype)


def _as_number(dtype: Any, text: str | float | None) -> float | None:
    """Return a text as a number of a column's type, if that number would be written as it; else None."""
    if not isinstance(text, str):
        return None
    if dtype == np.int64 and _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if dtype == np.float64 and _DECIMAL_NUMBER.fullmatch(text):
        value = float(text)
        return value if value and repr(value) in {text, f"{text}.0"} else None  # zeros may have a sign
    return None


def applied(data: pd.DataFrame, edits: Sequence[ColumnEdits]) -> pd.DataFrame:
    """Return a table with some cells edited; the columns without edits are those of `data`, and may be shared."""
    frame = data.copy(deep=False)
    for one in edits:
        column = data[one.column].astype(object) if one.becomes_object else data[one.column].copy()
        column.iloc[list(one.positions)] = list(one.values)
        frame[one.column] = column
    return frame


def patch_code(data: pd.DataFrame, edits: Sequence[ColumnEdits], name: str, key: str | None = None) -> str:
    """Return Python code that edits the same cells of the table that a variable holds.

    The same edits give the same text. It holds what was typed, and the keys of the rows if it finds them so.

    Parameters
    ----------
    data : DataFrame
        The table before the edits.
    edits : sequence of ColumnEdits
        In the order of the columns.
    name : str
        The variable.
    key : str, optional
        The column by which rows are found; by default they are found by their position, and so are those whose key
        is no text or whole number, or is not the key of one row alone.

    Raises
    ------
    ValueError
        If `name` cannot be the name of a variable.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"{name!r} cannot be the name of a variable; expected one such as 'people'.")
    count = sum(len(one.positions) for one in edits)
    if not count:
        return f"# No cell of {name} was edited.\n"
    lines = [
        f"# {counted(count, 'cell')} of {name} edited by hand; positions count from 0.",
        f"if len({name}) != {len(data)}:",
        f'    raise ValueError(f"{name} has {{len({name})}} rows, the table that was edited had {len(data)}.")',
        f"{name} = {name}.copy()",
        *(line for one in edits if one.becomes_object for line in _becoming_object(one, name)),
    ]
    keys = _keys(data[key], {row for one in edits for row in one.positions}) if key else {}
    # Rows are found by the keys that they had, so keys are edited last.
    for one in sorted(edits, key=lambda one: one.column == key):
        lines += _lines(one, name, key, {} if one.column == key else keys)
    return "\n".join(lines) + "\n"


def _becoming_object(one: ColumnEdits, name: str) -> Iterator[str]:
    yield f"{name}[{one.column!r}] = {name}[{one.column!r}].astype(object)"


def _lines(one: ColumnEdits, name: str, key: str | None, keys: Mapping[int, str | int]) -> Iterator[str]:
    """Yield a line for each cell that is found by its key, and one for all that are found by their position."""
    rest = [(row, value) for row, value in zip(one.positions, one.values, strict=True) if row not in keys]
    if rest:
        rows, values = [row for row, _ in rest], [value for _, value in rest]
        yield f"{name}.iloc[{rows!r}, {name}.columns.get_loc({one.column!r})] = {values!r}"
    for row, value in zip(one.positions, one.values, strict=True):
        if row in keys:
            yield f"{name}.loc[{name}[{key!r}].eq({keys[row]!r}), {one.column!r}] = {value!r}"


def _keys(series: pd.Series[Any], rows: set[int]) -> dict[int, str | int]:
    """Return the keys of some rows that are texts or whole numbers and found in no other row."""
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iu":
        alone = ~series.duplicated(keep=False).to_numpy()
        return {row: int(series.iloc[row]) for row in sorted(rows) if alone[row]}
    if not _holds_text(series.dtype):
        return {}
    cells = series.to_numpy(dtype=object)
    if not all(isinstance(cell, str | int | float) or cell is None or cell is pd.NA for cell in cells):
        return {}  # comparing what is no simple value may raise, or mean something else
    alone = ~pd.Series(cells, dtype=object).duplicated(keep=False).to_numpy()
    return {row: cells[row] for row in sorted(rows) if alone[row] and isinstance(cells[row], str)}
