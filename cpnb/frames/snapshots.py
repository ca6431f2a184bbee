"""A table that later changes do not reach, ready to be read several times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from cpnb.frames.arrow_tables import text_of_objects
from cpnb.frames.batch_table import BatchTable
from cpnb.frames.rows import Frame

__all__ = ["snapshot"]

TEXT_BYTES = 150_000_000
"""Text of Python objects held as Arrow, at most: to turn it into that takes longer than the rest of a reading."""

_SAMPLED_CELLS = 1_000


def snapshot(data: Frame, columns: Sequence[str], *, text_bytes: int = TEXT_BYTES) -> Frame:
    """Return a table of some columns that later changes to `data` do not reach.

    Columns of Python objects that are text and missing cells and nothing else come as Arrow text, up to `text_bytes`
    of it. The others share memory until somebody writes, with copy-on-write (pandas 3, or switched on in pandas 2);
    without, they are copied; objects inside of cells are shared in both cases. A table that is read in batches is
    returned as it is: it notices changes of its file itself.
    """
    if isinstance(data, BatchTable):
        return data
    taken = data[list(columns)]
    left_bytes, series = text_bytes, {}
    for name in taken.columns:
        series[name] = taken[name]
        text = _text(series[name], left_bytes) if series[name].dtype == object else None
        if text is not None:
            left_bytes -= text.nbytes
            series[name] = pd.Series(pd.arrays.ArrowExtensionArray(text), index=taken.index)
    if left_bytes == text_bytes:
        return taken
    pa.default_memory_pool().release_unused()  # it grew by doubling, and a quarter of that may be free
    return pd.DataFrame(series, copy=False)


def _text(column: pd.Series[Any], most_bytes: int) -> pa.Array | None:
    """Return a column of objects as text, or None if it is anything else, or more than so many bytes."""
    cells = column.to_numpy()
    some = cells[:: max(1, len(cells) // _SAMPLED_CELLS)]
    likely_bytes = sum(len(cell) for cell in some if isinstance(cell, str)) / max(1, len(some)) * len(cells)
    text = text_of_objects(cells) if likely_bytes <= most_bytes else None
    return text if text is not None and text.nbytes <= most_bytes else None
