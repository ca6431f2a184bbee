"""Damage that the text of no cell shows: rows that repeat the header, and floats too large to be exact."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content import Mask, Problem, Provenance, Severity, invisible_characters, is_identifier
from cpnb.content.rule import mask_of
from cpnb.content.text_bytes import ASCII_END, Pairs, TextBytes, ends_among
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


def header_rows(rendered: Rendered, fields: FieldMap) -> Mask:
    """Return the rows that repeat the header: every cell that is not empty holds the name of its own column.

    Letter case, spaces at the ends and characters that cannot be seen do not count. At least two cells
    must be the names of their columns: one alone may be a value like any other.

    Only mapped columns are looked at. Whatever the others hold, such a row would send nothing but
    names, so that no customer is lost with it; and the verdict must be the same where the others are
    not at hand, in an upload. The price is that a map of one column finds no header.

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
        is_name = names_itself(text, one.column)
        names_told[rows[is_name]] += 1
        rows = rows[is_name | ~mask_of(text.is_valid())]
    mask = np.zeros(rendered.row_count, dtype=bool)
    mask[rows] = names_told[rows] >= _TELLING_CELLS
    return mask


def names_itself(text: pa.Array, column: str) -> Mask:
    """Return where a cell is its column's name, apart from letter case, spaces at the ends and what cannot be seen."""
    wanted = column.strip().lower()
    mask = TextBytes.of(text).with_ends(_ends_of_name(wanted))
    if mask.any():
        # Where files were put together, the second one's byte order mark stands before its header.
        seen = invisible_characters.without_invisible(text.filter(pa.array(mask)))
        lowered = pc.utf8_lower(pc.utf8_trim_whitespace(seen))
        mask[mask] = mask_of(pc.equal(lowered, wanted))
    return mask


@functools.cache
def _ends_of_name(wanted: str) -> Pairs:
    """Return the first and last bytes of cells that may be a name, in letters of either case and with spaces around."""
    # Lowered, a foreign letter may be one of ASCII.
    foreign_or_space = [*range(ord(" ") + 1), *range(ASCII_END - 1, 256)]
    cases = (wanted.encode(), wanted.encode().upper())
    first, last = ({sign for name in cases for sign in name[place]} for place in (slice(1), slice(-1, None)))
    return ends_among({*foreign_or_space, *first}, {*foreign_or_space, *last})


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


def _first_inexact(kind: Any) -> float:
    """Return from where on neighbouring whole numbers are the same number of a NumPy type: 2**53 for float64.

    Source: IEEE 754, the bits of the fraction and the one before it.
    """
    return float(2.0 ** (np.finfo(kind).nmant + 1))


def _inexact(cells: Cells) -> Mask:
    if isinstance(cells, pa.Array):
        if not pa.types.is_floating(cells.type):
            return np.zeros(len(cells), dtype=bool)
        values = cells.to_numpy(zero_copy_only=False).astype(np.float64)
        mask: Mask = np.isfinite(values) & (np.abs(values) >= _first_inexact(cells.type.to_pandas_dtype()))
        return mask
    return np.fromiter((_is_inexact(cell) for cell in cells), dtype=bool, count=len(cells))


def _is_inexact(cell: object) -> bool:
    if isinstance(cell, float):
        return _first_inexact(np.float64) <= abs(cell) < float("inf")
    return isinstance(cell, np.floating) and _first_inexact(type(cell)) <= abs(float(cell)) < float("inf")
