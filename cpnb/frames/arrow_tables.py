"""An Arrow table as one of pandas in which no type loses anything, and the way back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["as_read", "as_table", "of_stream", "text_of_objects", "without_views"]

_UUID = "arrow.uuid"


def as_read(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table as `cpnb.read` returns one.

    Text becomes the kind of text column that this pandas uses by itself, a dictionary a categorical, and everything
    else keeps its Arrow type. An index that pandas wrote down in the table is the index again.
    """
    frame: pd.DataFrame = without_views(table).to_pandas(types_mapper=_other_than_text)
    return frame


def of_stream(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table of somebody else as one of pandas that shares its memory, as far as that goes.

    All columns keep their Arrow type but for dictionaries, which become categoricals. A dictionary that pandas cannot
    have, because values in it repeat or are missing, is written out.
    """
    table = without_views(table)
    columns = [_column(table.column(number)) for number in range(table.num_columns)]
    names = pd.Index(table.column_names, dtype=object if not table.num_columns else None)
    if not columns:
        return pd.DataFrame(index=pd.RangeIndex(table.num_rows), columns=names)
    # Built by position, so that names may repeat: who is told of them is the caller.
    frame = pd.DataFrame(dict(enumerate(columns)), copy=False)
    frame.columns = names
    return frame


def as_table(frame: pd.DataFrame, like: pa.Schema) -> pa.Table:
    """Return a table of pandas as an Arrow table, its text and categories in the types that a schema has for them."""
    arrays, fields = [], []
    for name in frame.columns:
        array = _arrow_column(frame[name])
        kind = like.field(name).type if like.get_field_index(name) >= 0 else array.type
        if array.type != kind and _holds_text(array.type) and _holds_text(kind):
            array = array.cast(_plain_text(array.type)).cast(kind) if pa.types.is_dictionary(kind) else array.cast(kind)
        arrays.append(array)
        fields.append(pa.field(name, array.type))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def text_of_objects(cells: NDArray[np.object_]) -> pa.Array | None:
    """Return Python objects as one array if they are text and missing cells and nothing else.

    Most columns of objects are that, and to look at each cell in Python takes several times as long.
    """
    try:
        array = pa.array(cells, from_pandas=True)
    except (pa.ArrowException, UnicodeError, TypeError, ValueError, OverflowError):
        return None
    return array if isinstance(array, pa.Array) and pa.types.is_string(array.type) else None


def _type_for_rows(kind: pa.DataType) -> pa.DataType:
    """Return the type that pandas can take rows of: views become what they are views of, at any depth."""
    if pa.types.is_dictionary(kind):
        return pa.dictionary(kind.index_type, _type_for_rows(kind.value_type), kind.ordered)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        make = pa.list_ if pa.types.is_list(kind) else pa.large_list
        return make(_type_for_rows(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(one.name, _type_for_rows(one.type), one.nullable) for one in kind])
    return {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}.get(kind, kind)


def without_views(table: pa.Table) -> pa.Table:
    """Return a table without views of text or bytes: there is hardly a kernel for them yet, so nobody could take rows.

    The schema keeps what pandas wrote into it.
    """
    for number, field in enumerate(table.schema):
        kind = _type_for_rows(field.type)
        if kind != field.type:
            table = table.set_column(number, field.with_type(kind), table.column(number).cast(kind))
    return table


def _column(column: pa.ChunkedArray) -> pd.Series[Any]:
    if isinstance(column.type, pa.BaseExtensionType):
        if column.type.extension_name == _UUID:
            return pd.Series(column.to_pylist(), dtype=object)
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    if pa.types.is_dictionary(column.type):
        try:
            categories: pd.Series[Any] = column.to_pandas()
            return categories
        except (pa.ArrowException, ValueError):
            column = pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], column.type.value_type)
    return pd.Series(pd.arrays.ArrowExtensionArray(column))


def _arrow_column(series: pd.Series[Any]) -> pa.ChunkedArray:
    try:
        array = pa.array(series, from_pandas=True)
    except (pa.ArrowException, UnicodeError, TypeError, ValueError, OverflowError):
        # Cells of several types: texts beside what they could not be made of.
        array = pa.array([None if pd.api.types.is_scalar(cell) and pd.isna(cell) else str(cell) for cell in series])
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _other_than_text(kind: pa.DataType) -> pd.api.extensions.ExtensionDtype | None:
    is_default = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)
    return None if is_default else pd.ArrowDtype(kind)


def _plain_text(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _holds_text(kind: pa.DataType) -> bool:
    plain = _plain_text(kind)
    return any(is_one(plain) for is_one in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))
