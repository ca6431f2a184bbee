"""Rows that share a key, found and compared piece by piece of a table: pieces tell numbers, which add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.content import Mask
from cpnb.content.key_hash import Numbers
from cpnb.duplicates import Duplicates, completeness_of, disagreeing_groups, keys_of, normalised, rendered_at
from cpnb.fields import FieldMap
from cpnb.key_numbers import KeyGroups, KeyNumbers
from cpnb.rendering import Rendered
from cpnb.table_cleaning import Asked, Told, mended_piece


class NumberedKeys:
    """Takes in rows after their repair, and knows the numbers of their keys: 16 bytes for each."""

    def __init__(self, asked: Asked, table_rows: int) -> None:
        self._fields = asked.fields
        self._table_rows = table_rows
        self._numbers: list[KeyNumbers] = []

    def take(self, rendered: Rendered, without: Mask) -> None:
        """Take in the next rows; those in `without` have no key."""
        if self._fields.unique_key is not None:
            self._numbers.append(KeyNumbers.of(keys_of(rendered, self._fields, without, self._table_rows)))

    @property
    def numbers(self) -> KeyNumbers:
        """The numbers of all rows so far."""
        return KeyNumbers.joined(self._numbers)


@dataclass(frozen=True, slots=True)
class ComparedCells:
    """Rows that share keys with others: their cells as numbers, 0 for an empty one.

    Attributes
    ----------
    cells : mapping of str to array of uint64
        By column, after the repair.
    old_keys : array of uint64
        Their keys before it.
    completeness : array of int
        How many of their cells are not empty afterwards.
    """

    cells: Mapping[str, Numbers] = field(repr=False)
    old_keys: Numbers = field(repr=False)
    completeness: NDArray[np.int16] = field(repr=False)


def compared_cells(before: pd.DataFrame, asked: Asked, told: Told) -> ComparedCells:
    """Return the cells of some rows, one at least, to be compared with those of other rows of the same keys."""
    fields = asked.fields
    after, _ = mended_piece(before, asked, told).mended()
    everything = np.arange(len(before))
    rendered = rendered_at(after, everything, fields)
    alone = FieldMap([fields.key_field], region=fields.region)
    old_keys = normalised(rendered_at(before, everything, alone), fields.key_field, alone)
    cells = {one.column: KeyNumbers.of(normalised(rendered, one, fields)).first for one in fields}
    return ComparedCells(cells, KeyNumbers.of(old_keys).first, completeness_of(rendered))


def duplicates_of(
    groups: KeyGroups, found: Sequence[ComparedCells], fields: FieldMap
) -> tuple[Duplicates, NDArray[np.int16]]:
    """Return the rows that share a key, where they contradict each other, and how complete each is.

    Parameters
    ----------
    groups : KeyGroups
        The rows.
    found : sequence of ComparedCells
        Their cells, in the same order.
    fields : FieldMap
        What the columns are.
    """
    if not len(groups.positions):
        return Duplicates(groups.positions, groups.groups, 0, {}), np.empty(0, dtype=np.int16)
    group_count = int(groups.groups.max()) + 1

    def differ(pieces: list[Numbers]) -> Mask:
        numbers = np.concatenate(pieces)
        return disagreeing_groups(pa.array(numbers, mask=numbers == 0), groups.groups, group_count)

    masks = {one.column: differ([piece.cells[one.column] for piece in found]) for one in fields}
    disagreeing = {column: mask for column, mask in masks.items() if mask.any()}
    brought_together = int(differ([piece.old_keys for piece in found]).sum())
    completeness = np.concatenate([piece.completeness for piece in found])
    return Duplicates(groups.positions, groups.groups, group_count, disagreeing, brought_together), completeness
