"""What a table holds, column by column, in the terms of the service: content types, gaps, repetitions, lengths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb import catalog, frames
from cpnb.content import normalised_key
from cpnb.content.key_hash import key_numbers
from cpnb.content.rule import mask_of
from cpnb.content.shape import shape_counts
from cpnb.content_types import ContentType
from cpnb.described import ColumnDescription, Description
from cpnb.fields import Field, FieldMap
from cpnb.finding import SHAPES_KEPT
from cpnb.frames import Frame, Table
from cpnb.likeness import Look, likeliest, look_counts
from cpnb.rendering import BIRTH_DATE, render

__all__ = ["ColumnDescription", "Description", "describe"]

# Rows that are judged together: rules prepare themselves and sample for each call.
_BLOCK_ROWS = 1_000_000
# Longer than any text in a block, of which all is looked at.
_WHOLE_TEXT_BYTES = 2**40


def describe(data: Table, fields: FieldMap | None = None) -> Description:
    """Return what each column of a table looks like in content types, without a value of it.

    Every cell is looked at, none is sampled. Memory: the text of one column at a time, a million rows of it; different
    values in more rows than that are told apart by numbers of 64 bits. A scan is read once or twice for each column.

    Parameters
    ----------
    data : DataFrame, Scan, or anything that speaks Arrow
        The table.
    fields : FieldMap, optional
        What its columns are. Mapped columns are judged as what the map says; the others, and all if there is
        no map, as what most of their values look like. Phone numbers without ``+`` are read in its region.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    """
    data = frames.checked_frame(data) if fields is None else frames.require_columns(data, fields)
    names = [str(name) for name in data.columns]
    return Description(len(data), tuple(_described(data, column, fields) for column in names))


def _described(data: Frame, column: str, fields: FieldMap | None) -> ColumnDescription:
    tally = tallied(data, column, fields)
    keys = compared(data, column, fields, tally.content_type(column, fields))
    return tally.described(column, fields, _distinct_count(keys, len(data)))


def _distinct_count(pieces: Iterable[pa.Array], table_rows: int) -> int:
    """Return how many different values there are; of a large table they are told apart by hashes of 64 bits."""
    if table_rows <= _BLOCK_ROWS:
        return len(pa.chunked_array(list(pieces), pa.large_string()).drop_null().unique())
    seen = np.empty(0, dtype=np.uint64)
    for keys in pieces:
        seen = np.union1d(seen, key_numbers(keys.drop_null(), longest_bytes=_WHOLE_TEXT_BYTES))
    return len(seen)


def tallied(data: Frame, column: str, fields: FieldMap | None, *, table_rows: int = 0) -> Tally:
    """Return what is counted of one column.

    Parameters
    ----------
    data : DataFrame
        A table that has the column.
    column : str
        Its name.
    fields : FieldMap, optional
        What the columns are.
    table_rows : int, optional
        Rows of the table that `data` is a piece of; what is worth preparing depends on it, and no count.
    """
    alone = _alone(column, fields)
    tally = Tally(max(table_rows, len(data)), alone.region_of(alone.fields[0]), _expected_of(column, fields))
    tally.row_count = len(data)
    for block in _blocks(data, alone):
        tally.add(block)
    return tally


def compared(
    data: Frame, column: str, fields: FieldMap | None, content_type: ContentType, *, table_rows: int = 0
) -> Iterator[pa.Array]:
    """Yield the values of a column as a content type compares them, as `large_string` that may hold a value twice."""
    alone = _alone(column, fields)
    region = alone.region_of(alone.fields[0])
    for block in _blocks(data, alone):
        where = region if block.regions is None else block.regions
        yield normalised_key(block.text, content_type, where, table_rows=max(table_rows, len(data)))


def shapes_counted(data: Frame, column: str, fields: FieldMap | None) -> Iterator[Mapping[str, int]]:
    """Yield how many values of a column have which shape, block by block."""
    return (shape_counts(block.text) for block in _blocks(data, _alone(column, fields)))


def _alone(column: str, fields: FieldMap | None) -> FieldMap:
    """Return a map of one column; of one that is not mapped, as a custom attribute."""
    one = _mapped(column, fields) or Field(column, "Attributes.Value", source="value")
    return FieldMap([one], None, fields.region if fields else None)


def _mapped(column: str, fields: FieldMap | None) -> Field | None:
    return fields[column] if fields and column in fields.columns else None


def _expected_of(column: str, fields: FieldMap | None) -> Look | None:
    mapped = _mapped(column, fields)
    return _expected(mapped) if mapped else None


def _expected(mapped: Field) -> Look | None:
    return Look.DATE if mapped.target == BIRTH_DATE else Look.of_content_type(mapped.content_type)


@dataclass(frozen=True, slots=True)
class _Block:
    """Values of a column, nothing but spaces left out, with their regions; and how many cells have no text."""

    text: pa.Array
    regions: pa.Array | None
    unsupported_count: int


def _blocks(data: Frame, alone: FieldMap) -> Iterator[_Block]:
    """Yield the one column of a map as text, a million rows at a time."""
    one = alone.fields[0]
    for first in range(0, len(data), _BLOCK_ROWS):
        texts, regions, unsupported_count = [], [], 0
        for _, rows in frames.slices(data, alone.needed_columns, start=first, stop=first + _BLOCK_ROWS):
            rendered = render(rows, alone)
            unsupported_count += int(np.count_nonzero(rendered.unsupported.get(one.source, ())))
            text = rendered.table.column(0).combine_chunks()
            has_value = pc.fill_null(pc.match_substring_regex(text, r"[^\s\pZ]"), fill_value=False)
            texts.append(text.filter(has_value))
            regions += [rendered.regions[one.region_column].filter(has_value)] if one.region_column else []
        text = pa.chunked_array(texts, pa.large_string()).combine_chunks()
        yield _Block(text, pa.chunked_array(regions).combine_chunks() if regions else None, unsupported_count)


class Tally:
    """What is counted of a column while its blocks pass by; tallies of consecutive rows add up.

    Of shapes, the first 200 to appear are counted; as those of a piece of a table may not be those of the whole, a
    sum counts some of them too low, which `counts_all_shapes` tells.
    """

    def __init__(self, table_rows: int, region: str | None, expected: Look | None) -> None:
        self.region = region
        self.row_count = 0
        self.value_count = self.unsupported_count = self.padded_count = self.longest = 0
        self.looks = dict.fromkeys(Look, 0)
        self.shapes: dict[str, int] = {}
        self.counts_all_shapes = True
        self._table_rows = table_rows
        self._expected = expected

    def add(self, block: _Block) -> None:
        """Count one block."""
        self.unsupported_count += block.unsupported_count
        if not len(block.text):
            return
        region = self.region if block.regions is None else block.regions
        self.value_count += len(block.text)
        self.longest = max(self.longest, pc.max(pc.utf8_length(block.text)).as_py())
        trimmed = pc.utf8_trim_whitespace(block.text)
        self.padded_count += int(np.count_nonzero(mask_of(pc.not_equal(trimmed, block.text))))
        judged = trimmed if self._expected is None else block.text
        counts = look_counts(judged, region, table_rows=self._table_rows, expected=self._expected)
        for look, count in counts.items():
            self.looks[look] += count
        self._add_shapes(shape_counts(block.text))

    def _add_shapes(self, counts: Mapping[str, int]) -> None:
        for shape, count in counts.items():
            if shape in self.shapes or len(self.shapes) < SHAPES_KEPT:
                self.shapes[shape] = self.shapes.get(shape, 0) + count
            else:
                self.counts_all_shapes = False

    def take_in(self, other: Tally) -> None:
        """Add the counts of the rows that follow."""
        self.row_count += other.row_count
        self.value_count += other.value_count
        self.unsupported_count += other.unsupported_count
        self.padded_count += other.padded_count
        self.longest = max(self.longest, other.longest)
        for look, count in other.looks.items():
            self.looks[look] += count
        self._add_shapes(other.shapes)
        self.counts_all_shapes = self.counts_all_shapes and other.counts_all_shapes

    @property
    def look(self) -> Look | None:
        """What the column is judged as."""
        return self._expected or likeliest(self.looks, self.value_count)

    def content_type(self, column: str, fields: FieldMap | None) -> ContentType:
        """Return how the values of the column are compared."""
        mapped, look = _mapped(column, fields), self.look
        found = mapped.content_type if mapped else look.content_type if look else None
        return found or ContentType.STRING

    def described(self, column: str, fields: FieldMap | None, distinct_count: int) -> ColumnDescription:
        """Return the description of the column that was counted."""
        mapped = _mapped(column, fields)
        by_row = "by row" if mapped and mapped.region_column else ""
        return ColumnDescription(
            column=column,
            target=mapped.name if mapped else "",
            look=self.look,
            region=by_row or self.region or "international",
            row_count=self.row_count,
            blank_count=self.row_count - self.value_count - self.unsupported_count,
            unsupported_count=self.unsupported_count,
            padded_count=self.padded_count,
            distinct_count=distinct_count,
            look_counts=self.looks,
            longest=self.longest,
            max_length=catalog.target(mapped.target).max_length if mapped else None,
            shapes=self.shapes,
        )
