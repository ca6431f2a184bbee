"""A Parquet file as a table with the types that it has."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from cpnb.display import counted
from cpnb.errors import ReadError
from cpnb.frames.arrow_tables import as_read
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
            check_shape(path, file)
            return as_read(file.read())
    except (pa.ArrowException, OSError) as error:
        kind = type(error).__name__
    raise damaged(path, kind)


def check_shape(path: Path, file: pyarrow.parquet.ParquetFile) -> None:
    """Check that a file has columns that can be told apart, and rows.

    Raises
    ------
    ReadError
        If it has not.
    """
    if not file.schema_arrow.names:
        raise ReadError(f"{path.name!r} has no columns; expected names and rows.")
    names = column_names(repr(path.name), file.schema_arrow.names)
    if not file.metadata.num_rows:
        columns = counted(len(names), "column")
        raise ReadError(f"{path.name!r} has {columns} and no rows; expected at least one row.")


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
    raise damaged(path, kind)


def damaged(path: Path, kind: str) -> ReadError:
    """Return what is said of a file that Arrow cannot read, by the name of its error: its text may quote cells."""
    return ReadError(
        f"{path.name!r} begins like a Parquet file and cannot be read as one ({kind}): it is damaged, cut off or "
        "encrypted. Get it again."
    )
