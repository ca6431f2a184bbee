"""What a file seems to be, told without reading all of it; and its rows, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.display import counted, html_table
from cpnb.errors import FrameError, ReadError, listed
from cpnb.frames import BatchTable
from cpnb.reading import parquet
from cpnb.reading.delimited import sample, without_told_delimiter
from cpnb.reading.delimiters import SAMPLE_RECORDS, record_widths
from cpnb.reading.encodings import encoding_by_content
from cpnb.reading.file_kinds import Kind, file_at, kind_of
from cpnb.reading.file_state import FileState
from cpnb.reading.layouts import SAID, Settings, layout_of
from cpnb.reading.parquet_rows import ParquetRows
from cpnb.reading.text_rows import TextRows

_SAMPLE_ROWS = 1000
# Source: Microsoft, 'Excel specifications and limits'.
_MOST_ROWS_OF_A_SHEET = 1_048_576
_ALL = "all there are"
_THE_FIRST = "the first ones, which were looked at; there may be more"
_KINDS = {"csv": "delimited text", "xlsx": "Excel workbook", "parquet": "Parquet"}
_DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "vertical bar"}


@dataclass(frozen=True, slots=True, repr=False)
class Scan(BatchTable):
    """What a file seems to be, and how that was found; and a table of its rows, which are read in batches.

    It holds no cell. Delimited text and Parquet can be given wherever a table is: each reading goes through the file
    again, so that tables larger than the memory can be validated, cleaned and uploaded; ``scan.cp`` is what ``df.cp``
    is to a DataFrame. All cells are as `cpnb.read` gives them. The file must stay as it is meanwhile: once it is
    changed, each reading raises a `ChangedDataError`.

    The rows of delimited text are counted at the first use as a table, when the file is read through once and what
    `cpnb.read` would warn of or refuse is said; ``len(scan)`` is how many there are. To take rows out of the middle,
    text is read in pieces of 4 MB, and Parquet from the beginning of a group of rows.

    Attributes
    ----------
    file_name : str
        Name of the file.
    kind : str
        ``csv`` for all delimited text, ``xlsx`` or ``parquet``.
    column_count : int
        Names in the header.
    row_count : int
        Rows looked at, which may be fewer than ``len`` counts; for Parquet all rows, as the file says.
    encoding, delimiter, quote : str or None
        How the text is written; None for other kinds.
    sheet : str or None
        The sheet that was looked at.
    sheets : tuple of str
        All sheets of the workbook.
    found_by : mapping of str to str
        For each of the above, how it was found.
    notes : tuple of str
        What was guessed of the cells, or is not as it may seem.
    rows : BatchTable or None
        What reads the rows; None for a workbook.
    """

    file_name: str
    kind: Kind
    column_count: int
    row_count: int
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    found_by: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    rows: BatchTable | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "found_by", MappingProxyType(dict(self.found_by)))

    @property
    def columns(self) -> pd.Index[Any]:
        """The names of the columns, as those of a DataFrame."""
        return self._table().columns

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._table())

    def tables(self, columns: Sequence[str], start: int, stop: int) -> Iterator[pa.Table]:
        """Yield some rows as Arrow tables with these columns alone, a few megabytes at a time."""
        return self._table().tables(columns, start, stop)

    def rows_at(self, positions: NDArray[np.int64], columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows at some positions, in that order; this holds the data itself.

        Parameters
        ----------
        positions : array of int
            Physical row numbers, from 0.
        columns : sequence of str, optional
            Which columns; by default all.
        """
        return self._table().rows_at(np.asarray(positions, dtype=np.int64), columns)

    def _table(self) -> BatchTable:
        if self.rows is None:
            raise FrameError(
                f"{self.file_name!r} is an Excel workbook, which cannot be read in batches. It has "
                f"{_MOST_ROWS_OF_A_SHEET:,} rows at most: read it whole, {self.call}."
            )
        return self.rows

    @property
    def call(self) -> str:
        """The call that reads the file in just this way, whatever would be found."""
        said = {"encoding": self.encoding, "delimiter": self.delimiter, "quote": self.quote, "sheet": self.sheet}
        plain = {"quote": '"'}
        return _call({name: value for name, value in said.items() if value and plain.get(name) != value})

    def __str__(self) -> str:
        """Return it as lines of text."""
        lines = [f"{what}: {found}" + (f" ({how})" if how else "") for what, found, how in self._facts()]
        return "\n".join([f"{self.file_name}: {_KINDS[self.kind]}", *lines, *self.notes, self.call])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        note = " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in self.notes)
        after = f"{note} Read it with {self.call}".strip()
        return html_table(f"{self.file_name}: {_KINDS[self.kind]}", ["What", "Found", "How"], self._facts(), note=after)

    def _facts(self) -> Iterator[tuple[str, str, str]]:
        yield "columns", f"{self.column_count:,}", self.found_by.get("column_count", "")
        yield "rows", f"{self.row_count:,}", self.found_by.get("row_count", "")
        if self.encoding:
            yield "encoding", self.encoding, self.found_by.get("encoding", "")
        if self.delimiter:
            delimiter = f"{_DELIMITERS.get(self.delimiter, 'character')} {self.delimiter!r}"
            yield "delimiter", delimiter, self.found_by.get("delimiter", "")
        if self.quote:
            yield "quotation mark", self.quote, self.found_by.get("quote", "")
        if self.sheet:
            yield "sheet", f"{self.sheet!r} of {listed(self.sheets)}", self.found_by.get("sheet", "")


def scan(
    path: str | PathLike[str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    sheet: str | None = None,
) -> Scan:
    """Return what a file seems to be: kind, encoding, delimiter, sheets, and how each was found.

    It looks at the first rows; of text, at every byte if the encoding has to be found out.

    Parameters
    ----------
    path : str or path-like
        The file.
    encoding, delimiter, quote, sheet : str, optional
        As for `cpnb.read`: what is said is not found out.

    Returns
    -------
    Scan
        Frozen; shows itself as a table in a notebook, without a cell of the file.

    Raises
    ------
    ReadError
        If the file is missing, empty or of a kind that is not read here, has no header, or is
        damaged so that nothing can be said of it. Later rows may have faults that only `cpnb.read` sees.
    """
    file = file_at(path)
    state = FileState.of(file)
    kind = kind_of(file)
    settings = Settings(encoding, delimiter, quote)
    check_settings(file, kind, settings, sheet)
    if kind == "xlsx":
        return _workbook_scan(file, sheet)
    if kind == "parquet":
        row_count, column_count = parquet.shape_of(file)
        how = {"row_count": "the file says so"}
        return Scan(file.name, kind, column_count, row_count, found_by=how, rows=ParquetRows(file, state))
    return _text_scan(file, settings, state)


def check_settings(file: Path, kind: Kind, settings: Settings, sheet: str | None) -> None:
    """Check that nothing is said of a file that files of its kind do not have.

    Raises
    ------
    ReadError
        If there is; it would have no effect.
    """
    said = {"encoding": settings.encoding, "delimiter": settings.delimiter, "quote": settings.quote}
    wrong = [name for name, value in said.items() if value is not None and kind != "csv"]
    if sheet is not None and kind != "xlsx":
        wrong.append("sheet")
    if wrong:
        verb = "belongs" if len(wrong) == 1 else "belong"
        other = "text" if "sheet" not in wrong else "Excel workbooks" if len(wrong) == 1 else "other kinds of files"
        raise ReadError(f"{file.name!r} is {_KINDS[kind]}, and {listed(wrong)} {verb} to {other}: leave it out.")


def _workbook_scan(file: Path, name: str | None) -> Scan:
    from cpnb.reading.spreadsheets import sheet_of

    sheet = sheet_of(file, name, row_limit=_SAMPLE_ROWS)
    how = {
        "sheet": SAID if name else "the first with cells",
        "row_count": _ALL if sheet.row_count < _SAMPLE_ROWS else _THE_FIRST,
    }
    return Scan(
        file.name,
        "xlsx",
        len(sheet.columns),
        sheet.row_count,
        sheet=sheet.name,
        sheets=sheet.sheets,
        found_by=how,
        notes=(*sheet.guesses, *sheet.facts),
    )


def _text_scan(file: Path, settings: Settings, state: FileState) -> Scan:
    layout = layout_of(file, settings, encoding_by_content)
    rows = TextRows(layout, state)
    names = rows.columns
    text = layout.file
    start = sample(file, text.codec)
    widths = record_widths(without_told_delimiter(start.text), text.delimiter, text.quote, is_whole=start.is_whole)
    is_all = start.is_whole and len(widths) < SAMPLE_RECORDS
    ragged_count = sum(width != len(names) for width in widths)
    note = f"{counted(ragged_count, 'row')} of those looked at with more or fewer cells than the header"
    return Scan(
        file.name,
        "csv",
        len(names),
        max(0, len(widths) - 1),
        text.codec,
        text.delimiter,
        text.quote,
        found_by={**layout.found_by, "row_count": _ALL if is_all else _THE_FIRST},
        notes=(note,) if ragged_count else (),
        rows=rows,
    )


def _call(said: Mapping[str, str]) -> str:
    arguments = "".join(f", {name}={value!r}" for name, value in said.items())
    return f"cpnb.read(...{arguments})"
