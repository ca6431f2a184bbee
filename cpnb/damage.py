"""Damage that the text of no cell shows: rows that repeat the header, and floats too large to be exact."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content import Mask, Problem, Provenance, Severity, is_identifier
from cpnb.content.rule import mask_of
from cpnb.content.text_bytes import TextBytes
from cpnb.content_types import ContentType
from cpnb.fields import FieldMap
from cpnb.frames import Cells, Slice
from cpnb.rendering import Rendered

HEADER_REPEATED = Problem(
    "header_repeated",
    Severity.ERROR,
    Provenance.CAUTION,
    "a row that repeats the names of the columns",
    "Such rows stand where files were put together, and each would become a customer: df.cp.clean() takes them out.",
)

_TELLING_CELLS = 2
_FIRST_INEXACT = 2.0**53
"""From here on neighbouring whole numbers are the same float. Source: IEEE 754, double precision."""


def header_rows(rendered: Rendered, fields: FieldMap) -> Mask:
    """Return the rows that repeat the header: every cell that is not empty holds the name of its own column.

    Letter case and spaces at the ends do not count. At least two cells must be the names of their
    columns, or one if the map has one.

    Parameters
    ----------
    rendered : Rendered
        Consecutive rows of the table.
    fields : FieldMap
        The map they were rendered with.
    """
    rows = np.arange(rendered.row_count)
    names_told = np.zeros(rendered.row_count, dtype=np.int64)
    # A long name is rarely the content of a cell, so these leave the fewest rows to look at.
    for one in sorted(fields, key=lambda field: -len(field.column)):
        if not len(rows):
            break
        text = rendered.text(one.source)
        text = text if len(rows) == len(text) else text.take(pa.array(rows))
        is_name = _equal(text, one.column)
        names_told[rows[is_name]] += 1
        rows = rows[is_name | ~mask_of(text.is_valid())]
    mask = np.zeros(rendered.row_count, dtype=bool)
    mask[rows] = names_told[rows] >= min(_TELLING_CELLS, len(fields))
    return mask


def _equal(text: pa.Array, name: str) -> Mask:
    """Return where a cell is a name, apart from letter case and spaces at the ends."""
    wanted = name.strip().lower()
    # Lowering may change the number of bytes of a letter, so only what is far too short is passed over.
    mask: Mask = TextBytes.of(text).lengths * 2 >= len(wanted.encode())
    if mask.any():
        lowered = pc.utf8_lower(pc.utf8_trim_whitespace(text.filter(pa.array(mask))))
        mask[mask] = mask_of(pc.equal(lowered, wanted))
    return mask


def rounded_numbers(rows: Slice, fields: FieldMap) -> dict[str, Mask]:
    """Return the cells of identifiers and phones that are floats too large to be exact: their last digits are gone.

    By column; columns without any are left out. What was rounded before it became text is told by the
    rule ``digits_lost``.
    """
    found = {
        one.column: _inexact(rows.columns[one.column])
        for one in fields
        if is_identifier(one, fields) or one.content_type is ContentType.PHONE_NUMBER
    }
    return {column: mask for column, mask in found.items() if mask.any()}


def _inexact(cells: Cells) -> Mask:
    if isinstance(cells, pa.Array):
        if not pa.types.is_floating(cells.type):
            return np.zeros(len(cells), dtype=bool)
        values = cells.to_numpy(zero_copy_only=False).astype(np.float64)
        mask: Mask = np.isfinite(values) & (np.abs(values) >= _FIRST_INEXACT)
        return mask
    inexact = (isinstance(cell, float) and _FIRST_INEXACT <= abs(cell) < float("inf") for cell in cells)
    return np.fromiter(inexact, dtype=bool, count=len(cells))
