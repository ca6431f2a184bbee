"""Cells of a sheet as text, and what had to be guessed on the way."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cpnb.display import counted
from cpnb.errors import listed
from cpnb.reading.displayed_dates import displayed_date
from cpnb.reading.displayed_numbers import Displayed, displayed

if TYPE_CHECKING:
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

# Excel keeps fifteen digits of a number and writes zeros for the others.
_LARGEST_EXACT = 10**15 - 1
# Excel spells control characters so; of these, text has the line ends and the tab.
_ESCAPED = re.compile(r"_x000([9AD])_", re.IGNORECASE)
_SHOWN = 3


class CellTexts:
    """Makes text of cells, and counts by column what is worth telling."""

    def __init__(self) -> None:
        self._guessed_formats: Counter[tuple[int, str]] = Counter()
        self._errors: Counter[int] = Counter()
        self._long_numbers: Counter[int] = Counter()
        self._dates: Counter[int] = Counter()

    def text(self, cell: ReadOnlyCell | EmptyCell, position: int) -> str | None:
        """Return a cell as the spreadsheet displays it; None if it is empty or shows an error.

        Parameters
        ----------
        cell : cell of openpyxl
            With the result of its formula, if it has one.
        position : int
            Its column, from 0.
        """
        value = cell.value
        if value is None or value == "":
            return None
        if cell.data_type == "e":
            self._errors[position] += 1
            return None
        if isinstance(value, str):
            return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) if "_x000" in value else value
        if isinstance(value, bool):
            return str(value).upper()
        shown = self._displayed(value, cell.number_format, position)
        if not shown.is_certain:
            self._guessed_formats[position, cell.number_format] += 1
        return shown.text or None

    def _displayed(self, value: object, code: str, position: int) -> Displayed:
        if isinstance(value, int | float):
            self._long_numbers[position] += abs(value) > _LARGEST_EXACT
            return displayed(value, code)
        if isinstance(value, dt.date | dt.time | dt.timedelta):
            self._dates[position] += 1
            return displayed_date(value, code)
        return Displayed(str(value), is_certain=False)

    def guesses(self, names: Mapping[int, str]) -> list[str]:
        """Return what the reader of the table should know, with counts and the names of columns."""
        sentences = []
        if self._errors:
            cells = counted(self._errors.total(), "cell")
            sentences.append(f"{cells} with an error such as #N/A became missing, in {_columns(self._errors, names)}")
        if self._long_numbers.total():
            numbers = counted(self._long_numbers.total(), "number")
            sentences.append(
                f"{numbers} of more than 15 digits, in {_columns(+self._long_numbers, names)}: Excel replaces the last "
                "digits by zeros, and they are gone unless the source still has them as text"
            )
        most = self._guessed_formats.most_common()
        for (position, code), count in most[:_SHOWN]:
            cells = f"{counted(count, 'cell')} of column {names[position]!r} in the format {code!r}"
            sentences.append(f"{cells}, which is not understood: all digits were kept")
        if len(most) > _SHOWN:
            cells = counted(sum(count for _, count in most[_SHOWN:]), "cell")
            sentences.append(f"{cells} in {counted(len(most) - _SHOWN, 'other format')} that are not understood either")
        return sentences

    def facts(self, names: Mapping[int, str]) -> list[str]:
        """Return how cells became text where a choice was made for all of their kind."""
        if not self._dates:
            return []
        return [f"dates and times are written as ISO 8601, in {_columns(self._dates, names)}"]


def _columns(positions: Iterable[int], names: Mapping[int, str]) -> str:
    return listed(names[position] for position in sorted(positions))
