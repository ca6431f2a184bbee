"""The only place that knows what kind of table it was given: pandas, anything that speaks Arrow, or a file in batches.

Everything above it sees slices: a few thousand rows of the columns it asked for, each either a typed Arrow array or
an array of Python objects.

::

    kinds          the door: what is a table, what is made of it, and how rows go back as the kind that came
    rows           rows of a table by their positions, and samples of it
    slicing        a table slice by slice
    arrow_tables   an Arrow table as one of pandas, and back
    batch_table    a table that is read in batches and never whole
"""

from cpnb.frames.batch_table import BatchTable
from cpnb.frames.kinds import (
    ArrowStream,
    Received,
    Table,
    checked_frame,
    column_names,
    held_frame,
    is_table,
    received,
    require_columns,
)
from cpnb.frames.rows import Frame, distinct_share, flagged, rows_at, sampled
from cpnb.frames.slicing import SLICE_BYTES, SLICE_ROWS, Cells, Slice, slices
from cpnb.frames.snapshots import snapshot

__all__ = [
    "SLICE_BYTES",
    "SLICE_ROWS",
    "ArrowStream",
    "BatchTable",
    "Cells",
    "Frame",
    "Received",
    "Slice",
    "Table",
    "checked_frame",
    "column_names",
    "distinct_share",
    "flagged",
    "held_frame",
    "is_table",
    "received",
    "require_columns",
    "rows_at",
    "sampled",
    "slices",
    "snapshot",
]
