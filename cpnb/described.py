"""What a table holds, as nouns: the description of a column, and of all of them, in words and bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from cpnb.display import Bar, BarPart, Html, RowHeader, Tone, counted, html_table, markup, percent
from cpnb.finding import short_name
from cpnb.likeness import Look, likeliest

COLUMNS_SHOWN = 40
"""Columns that the text and the HTML of a description show."""
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


@dataclass(frozen=True, slots=True, repr=False)
class Description:
    """What each column of a table looks like.

    Attributes
    ----------
    row_count : int
        Rows of the table.
    columns : tuple of ColumnDescription
        In the order of the table.
    """

    row_count: int
    columns: tuple[ColumnDescription, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each column, all counts included; holds no value of the data."""
        names = [
            *("column", "target", "looks_like", "fitting_count", "value_count", "blank_count", "unsupported_count"),
            *("padded_count", "distinct_count", "repeated_count", "longest", "max_length", "shape"),
            *(look.name.lower() + "_count" for look in Look),
        ]
        rows = [
            (
                *(one.column, one.target, one.kind, one.fitting_count, one.value_count, one.blank_count),
                *(
                    one.unsupported_count,
                    one.padded_count,
                    one.distinct_count,
                    one.repeated_count,
                    one.longest,
                    one.max_length,
                ),
                *(one.example, *(one.look_counts[look] for look in Look)),
            )
            for one in self.columns
        ]
        counts = [name for name in names if name.endswith("_count")]
        return (
            pd.DataFrame(rows, columns=names)
            .astype(dict.fromkeys([*counts, "longest"], "int64"))
            .astype({"max_length": "Int64"})
        )

    def _head(self) -> str:
        more = len(self.columns) - COLUMNS_SHOWN
        shown = f" Shown: {COLUMNS_SHOWN} of {len(self.columns):,} columns; to_frame() has all." if more > 0 else ""
        rows = f"{counted(self.row_count, 'row')}, {counted(len(self.columns), 'column')}"
        return f"{rows}; shares are of the cells that have a value.{shown}"

    def __str__(self) -> str:
        shown = self.columns[:COLUMNS_SHOWN]
        width = max((len(short_name(one.column)) for one in shown), default=0)
        lines = [f"  {short_name(one.column):<{width}}  {one.bar.text()}  {_line(one)}" for one in shown]
        key = ["  (█ fitting, ▒ other, · blank)"] if shown else []
        return "\n".join([f"Description: {self._head()}", *lines, *key])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        rows = (
            [
                RowHeader(short_name(one.column)),
                one.target,
                Html(f"{one.bar.html()}<br><small>{markup(one.bar.label)}</small>"),
                one.sentence,
                Html(f"<code>{markup(one.example)}</code>") if one.example else "",
            ]
            for one in self.columns[:COLUMNS_SHOWN]
        )
        headers = ["column", "goes to", "its cells", "looks like", "most frequent shape"]
        return html_table(f"Description: {self._head()}", headers, rows)


def _line(one: ColumnDescription) -> str:
    target = f"-> {one.target}: " if one.target else ""
    return f"{target}{one.sentence}" + (f", most often {one.example}" if one.example else "")
