"""Rows that share their unique key: which of them to keep, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb import frames
from cpnb.content import Mask, normalised_key
from cpnb.content.cells import emptied
from cpnb.content.rule import mask_of
from cpnb.fields import Field, FieldMap
from cpnb.frames import Frame
from cpnb.rendering import Rendered, render

Keep = Literal["first", "last", "most_complete"]
KEEP: tuple[Keep, ...] = get_args(Keep)
"""Which row of a repeated key stays; of equally complete ones the first."""

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The rows whose key another row has as well.

    Attributes
    ----------
    positions : array of int
        Physical positions in the table that was cleaned, ascending.
    groups : array of int
        For each of them, which key it has: a number from 0, in the order of appearance.
    group_count : int
        Different keys among them.
    disagreeing : mapping of str to array of bool
        By column: for each key, whether its rows hold different values there, compared as the
        service compares them; an empty cell contradicts nothing. Columns without any are left out.
    brought_together : int
        Keys whose rows had different ones before their repair.
    """

    positions: Integers = field(repr=False)
    groups: Integers = field(repr=False)
    group_count: int
    disagreeing: Mapping[str, Mask] = field(repr=False)
    brought_together: int = 0

    @property
    def conflicts(self) -> Mask:
        """For each key, whether its rows contradict each other in any column."""
        mask = np.zeros(self.group_count, dtype=bool)
        for one in self.disagreeing.values():
            mask |= one
        return mask

    def conflicting_rows(self) -> Integers:
        """Return the rows whose key is one of `conflicts`, key by key."""
        chosen = self.conflicts[self.groups]
        order = np.argsort(self.groups[chosen], kind="stable")
        return self.positions[chosen][order]

    @property
    def conflict_counts(self) -> dict[str, int]:
        """By column, with how many keys its rows contradict each other."""
        return {column: int(mask.sum()) for column, mask in self.disagreeing.items()}


class KeyedRows:
    """Takes in a table slice by slice, and knows at the end which of its rows share a key.

    Memory: the normalised keys as Arrow text, and 8 bytes for each row.

    Parameters
    ----------
    fields : FieldMap
        What the columns are; without a unique key no rows share one.
    table_rows : int
        Rows of the whole table, as far as it is known: the keys of many phones are read sooner.
    """

    def __init__(self, fields: FieldMap, table_rows: int = 0) -> None:
        self._fields = fields
        self._table_rows = table_rows
        self._keys: list[pa.Array] = []
        self._completeness: list[NDArray[np.int16]] = []
        self._found: tuple[Integers, Integers] | None = None

    def take(self, rendered: Rendered, without: Mask) -> None:
        """Take in the next rows, as they are after their repair; those in `without` have no key."""
        if self._fields.unique_key is None:
            return
        self._keys.append(keys_of(rendered, self._fields, without, self._table_rows))
        self._completeness.append(completeness_of(rendered))

    def _repeated(self) -> tuple[Integers, Integers]:
        """Return the rows that share a key, ascending, and for each of them a number for its key."""
        if self._found is None:
            encoded = pa.chunked_array(self._keys, pa.large_string()).combine_chunks().dictionary_encode()
            codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
            counts = np.bincount(codes[codes >= 0], minlength=1)
            positions = np.flatnonzero((codes >= 0) & (counts[codes] > 1))
            # Codes count up in the order of appearance; so do the groups.
            _, groups = np.unique(codes[positions], return_inverse=True)
            self._keys.clear()
            self._found = positions, groups.astype(np.int64)
        return self._found

    def duplicates(self, before: Frame, after: Frame) -> Duplicates | None:
        """Return the rows that share a key; None if the map has no key.

        Parameters
        ----------
        before, after : DataFrame
            The table as it came, and with its cells repaired; the same rows.
        """
        fields = self._fields
        if fields.unique_key is None:
            return None
        positions, groups = self._repeated()
        if not len(positions):
            return Duplicates(positions, groups, 0, {})
        group_count = int(groups.max(initial=-1)) + 1
        disagreeing: dict[str, Mask] = {}
        rendered = rendered_at(after, positions, fields)
        for one in fields:
            mask = disagreeing_groups(normalised(rendered, one, fields), groups, group_count)
            if mask.any():
                disagreeing[one.column] = mask
        alone = FieldMap([fields.key_field], region=fields.region)
        old_keys = normalised(rendered_at(before, positions, alone), fields.key_field, alone)
        brought_together = int(disagreeing_groups(old_keys, groups, group_count).sum())
        return Duplicates(positions, groups, group_count, disagreeing, brought_together)

    def superfluous(self, keep: Keep) -> Integers:
        """Return the rows whose key another row has as well, which is the one to keep; ascending.

        Parameters
        ----------
        keep : str
            ``"first"``, ``"last"`` or ``"most_complete"``.
        """
        if self._fields.unique_key is None:
            return np.empty(0, dtype=np.int64)
        positions, groups = self._repeated()
        completeness = np.concatenate([np.empty(0, np.int16), *self._completeness])[positions]
        return superfluous_rows(positions, groups, completeness, keep)


def superfluous_rows(positions: Integers, groups: Integers, completeness: NDArray[np.int16], keep: Keep) -> Integers:
    """Return which rows are not kept of some that share their keys, ascending; see `KeyedRows.superfluous`."""
    rank = {"first": positions, "last": -positions, "most_complete": -completeness.astype(np.int64)}[keep]
    order = np.lexsort((positions, rank, groups))
    is_best = np.diff(groups[order], prepend=-1) != 0
    return np.sort(positions[order[~is_best]])


def keys_of(rendered: Rendered, fields: FieldMap, without: Mask, table_rows: int = 0) -> pa.Array:
    """Return the keys of some rows as the service compares them; null where there is none, and in `without`."""
    key = normalised(rendered, fields.key_field, fields, table_rows)
    return emptied(key, without | mask_of(pc.equal(pc.utf8_trim_whitespace(key), "")))


def completeness_of(rendered: Rendered) -> NDArray[np.int16]:
    """Return how many cells of each row are not empty."""
    present = np.zeros(rendered.row_count, dtype=np.int16)
    for column in rendered.table.columns:
        present += mask_of(column.combine_chunks().is_valid())
    return present


def normalised(rendered: Rendered, one: Field, fields: FieldMap, table_rows: int = 0) -> pa.Array:
    """Return the cells of a field as the service compares them."""
    region = rendered.regions[one.region_column] if one.region_column else fields.region_of(one)
    column = rendered.table.column(one.source).combine_chunks()
    return normalised_key(column, one.content_type, region, table_rows=table_rows)


def rendered_at(data: Frame, positions: Integers, fields: FieldMap) -> Rendered:
    """Return some rows of a table, one at least, as they would be sent."""
    chosen = frames.rows_at(data, positions, fields.needed_columns)
    pieces = [render(piece, fields) for _, piece in frames.slices(chosen, fields.needed_columns)]
    # Together again, because the rows of one key may stand in several slices.
    table = pa.concat_tables([piece.table for piece in pieces])
    regions = {name: pa.concat_arrays([piece.regions[name] for piece in pieces]) for name in pieces[0].regions}
    return Rendered(table, {}, {}, regions)


def disagreeing_groups(values: pa.Array, groups: Integers, group_count: int) -> Mask:
    """Return for each group whether two of its cells that are not empty differ."""
    present = mask_of(values.is_valid())
    codes = values.filter(pa.array(present)).dictionary_encode().indices.to_numpy().astype(np.int64)
    of_group = groups[present]
    lowest = np.full(group_count, np.iinfo(np.int64).max)
    highest = np.full(group_count, -1)
    np.minimum.at(lowest, of_group, codes)
    np.maximum.at(highest, of_group, codes)
    differ: Mask = highest > lowest
    return differ
