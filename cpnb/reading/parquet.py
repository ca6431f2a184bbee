"""A Parquet file as a table with the types that it has."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from cpnb.display import counted
from cpnb.errors import ReadError
from cpnb.reading.column_names import column_names


def frame_of(path: Path) -> pd.DataFrame:
    """Return a Parquet file as a table in which no type loses anything.

    Text becomes the kind of text column that this pandas uses by itself, a dictionary a categorical,
    and everything else keeps its Arrow type: whole numbers with missing values stay whole numbers,
    decimals and dates stay what they are, and lists and records stay lists and records. An index that
    pandas wrote is the index again.

    Raises
    ------
    ReadError
        If the file is damaged or encrypted, or has no columns or rows, or names that cannot be told apart.
    """
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            row_count = file.metadata.num_rows
            if not schema.names:
                raise ReadError(f"{path.name!r} has no columns; expected names and rows.")
            names = column_names(repr(path.name), schema.names)
            if not row_count:
                columns = counted(len(names), "column")
                raise ReadError(f"{path.name!r} has {columns} and no rows; expected at least one row.")
            table = file.read()
        # There is hardly a kernel for views of text yet, so that neither pandas nor we could take rows of them.
        views = [number for number, kind in enumerate(table.schema.types) if pa.types.is_string_view(kind)]
        for number in views:
            table = table.set_column(number, table.field(number).name, table.column(number).cast(pa.large_string()))
        frame: pd.DataFrame = table.to_pandas(types_mapper=_pandas_type)
        return frame
    except (pa.ArrowException, OSError) as error:
        kind = type(error).__name__
    raise ReadError(
        f"{path.name!r} begins like a Parquet file and cannot be read as one ({kind}): it is damaged, cut off or "
        "encrypted. Get it again."
    )


def shape_of(path: Path) -> tuple[int, int]:
    """Return how many rows and columns a Parquet file says that it has.

    Raises
    ------
    ReadError
        If the file is damaged or encrypted.
    """
    try:
        metadata = pyarrow.parquet.read_metadata(path)
        return metadata.num_rows, len(pyarrow.parquet.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        kind = type(error).__name__
    raise ReadError(f"{path.name!r} begins like a Parquet file and cannot be read as one ({kind}). Get it again.")


def _pandas_type(kind: pa.DataType) -> pd.api.extensions.ExtensionDtype | None:
    is_default = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)
    return None if is_default else pd.ArrowDtype(kind)
