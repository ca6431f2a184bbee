"""A condition over a table: which of its rows meet it, slice by slice, on the text that would be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cpnb import frames
from cpnb.fields import FieldMap
from cpnb.frames import Frame, Table
from cpnb.matching.operands import Mask
from cpnb.matching.profile_texts import ProfileTexts
from cpnb.matching.steps import Sources, steps_of
from cpnb.rendering import render

COMPARED_ROWS = 131_072
"""Rows that are compared together: many enough that texts which are there several times are read once."""


def matching_rows(data: Table, expression: object, fields: FieldMap, *, sources: Sources | None = None) -> Mask:
    """Return which rows of a table meet a condition, by the text that would be sent of them.

    Parameters
    ----------
    data : DataFrame
        The table; only columns that the condition looks at are read.
    expression : Expression
        The condition.
    fields : FieldMap
        What the columns are. An attribute that it does not fill is one that no row has.
    sources : mapping of str to Expression, optional
        The conditions of the segments that it is built on, by name.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    ExpressionError
        If the condition cannot be told from a table.
    """
    step = steps_of(expression, sources)
    data = frames.require_columns(data, fields)
    found = [step.met(profiles)[step] for _, profiles in profile_slices(data, fields, step.needed_paths)]
    return np.concatenate([np.empty(0, dtype=bool), *found])


def profile_slices(data: Frame, fields: FieldMap, paths: Sequence[str]) -> Iterator[tuple[int, ProfileTexts]]:
    """Yield the rows as profiles, with the position of the first row of each slice.

    Parameters
    ----------
    data : DataFrame
        A table that has all columns of the map.
    fields : FieldMap
        What they are.
    paths : sequence of str
        The attributes that are needed; no others are looked at.
    """
    needed = [one for one in fields if one.name in paths]
    if not needed:
        for start in range(0, len(data), COMPARED_ROWS):
            yield start, ProfileTexts(min(COMPARED_ROWS, len(data) - start), {})
        return
    narrow = FieldMap(needed)
    for start, rows in frames.slices(data, narrow.columns, rows=COMPARED_ROWS):
        rendered = render(rows, narrow)
        texts = {one.name: rendered.text(one.source) for one in narrow}
        unsupported = {
            one.name: rendered.unsupported[one.source] for one in narrow if one.source in rendered.unsupported
        }
        yield start, ProfileTexts(rows.row_count, texts, {name: int(m.sum()) for name, m in unsupported.items()})
