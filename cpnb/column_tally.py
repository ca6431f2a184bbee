"""One column of a table counted: what is told of pieces adds up, and makes a description of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb import catalog, frames
from cpnb.content import normalised_key
from cpnb.content.rule import mask_of
from cpnb.content.shape import shape_counts
from cpnb.content_types import ContentType
from cpnb.display import Bar, BarPart, Tone, counted, percent
from cpnb.fields import Field, FieldMap
from cpnb.finding import SHAPES_KEPT
from cpnb.frames import Frame
from cpnb.likeness import Look, likeliest, look_counts
from cpnb.rendering import BIRTH_DATE, render

# Rows that are judged together: rules prepare themselves and sample for each call.
_BLOCK_ROWS = 1_000_000
# So few values, each so often, are a choice from a list and not what one customer has.
_MOST_CHOICES = 20
_FEWEST_PER_CHOICE = 10


@dataclass(frozen=True, slots=True)
class ColumnDescription:
    """One column, in counts and shapes; never a value.

    Attributes
    ----------
    column : str
        Its name.
    target : str
        Where the field map sends it, ``Address.City``; empty if it is not mapped.
    look : Look or None
        What it is judged as: what the map says it must be, else what most of its values look like.
    region : str
        For phone numbers, where those without ``+`` are dialled: ``US``, ``by row`` or ``international``.
    row_count, blank_count, unsupported_count, padded_count, distinct_count : int
        Cells; those that are missing or hold nothing but spaces; those without a text that could be sent;
        values with spaces at their ends; different values, compared as the content type compares.
    look_counts : mapping of Look to int
        How many values would be valid as what; a value can be several things. Spaces at the ends are
        overlooked, unless the map says what the values are: then they are judged as they would be sent.
    longest : int
        Characters of the longest value.
    max_length : int or None
        Characters that the target holds; None if the column is not mapped.
    shapes : mapping of str to int
        What the values look like and how many do; at most 200 shapes, the first to appear.
    """

    column: str
    target: str
    look: Look | None
    region: str
    row_count: int
    blank_count: int
    unsupported_count: int
    padded_count: int
    distinct_count: int
    look_counts: Mapping[Look, int]
    longest: int
    max_length: int | None
    shapes: Mapping[str, int] = field(repr=False)

    @property
    def value_count(self) -> int:
        """Cells that have a value."""
        return self.row_count - self.blank_count - self.unsupported_count

    @property
    def repeated_count(self) -> int:
        """Cells whose value an earlier one has."""
        return self.value_count - self.distinct_count

    @property
    def fitting_count(self) -> int:
        """Values that are what the column is judged as; all of them if that is just text."""
        return self.value_count if self.look is None else self.look_counts[self.look]

    @property
    def is_choice(self) -> bool:
        """Whether it is nothing in particular but a few values, each many times."""
        few = 0 < self.distinct_count <= min(_MOST_CHOICES, self.value_count // _FEWEST_PER_CHOICE)
        return few and self.look in {None, Look.NAME}

    @property
    def kind(self) -> str:
        """What the column looks like, in words: ``phone (US)``."""
        if not self.value_count:
            return "without values"
        if self.is_choice:
            return "one of " + counted(self.distinct_count, "value")
        if self.look is None:
            return "text"
        return f"{self.look} ({self.region})" if self.look is Look.PHONE else str(self.look)

    @property
    def bar(self) -> Bar:
        """Values that fit, values that do not, and cells without."""
        fitting = self.value_count if self.is_choice else self.fitting_count
        other = self.value_count - fitting + self.unsupported_count
        return Bar(
            (
                BarPart("fitting", fitting, Tone.FINE),
                BarPart("other", other, Tone.WARNING),
                BarPart("blank", self.blank_count, Tone.EMPTY),
            )
        )

    @property
    def sentence(self) -> str:
        """All of it in words: ``97.2 % phone (US), 412 blank, 38 repeated, longest 61 of 255``."""
        judged = self.value_count and self.look is not None and not self.is_choice
        said = [f"{percent(self.fitting_count, self.value_count)} {self.kind}" if judged else self.kind]
        other = likeliest(self.look_counts, self.value_count)
        if judged and other is not None and other is not self.look and 2 * self.fitting_count < self.value_count:
            said.append(f"rather {other}: {percent(self.look_counts[other], self.value_count)}")
        said += [f"{self.blank_count:,} blank"] if self.blank_count else []
        said += [f"{self.unsupported_count:,} without a text"] if self.unsupported_count else []
        if self.value_count and not self.is_choice:
            said.append(f"{self.repeated_count:,} repeated" if self.repeated_count else "none repeated")
        if self.value_count:
            said += [f"{self.padded_count:,} with spaces at the ends"] if self.padded_count else []
            said.append(f"longest {self.longest:,}" + (f" of {self.max_length:,}" if self.max_length else ""))
        return ", ".join(said)

    @property
    def example(self) -> str:
        """The most frequent shape, with its share of the values: ``'999-9999' (12.0 %)``."""
        if not self.shapes:
            return ""
        shape, count = min(self.shapes.items(), key=lambda item: (-item[1], item[0]))
        return f"{shape!r} ({percent(count, self.value_count)})"


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
