"""One verb for all kinds of files."""

from __future__ import annotations

import warnings
from os import PathLike
from pathlib import Path

import pandas as pd
import pyarrow as pa

from cpnb.errors import ReadError
from cpnb.reading import parquet
from cpnb.reading.delimited import table_of, undecodable_place
from cpnb.reading.encodings import Encoding, encoding_by_content, encoding_by_start
from cpnb.reading.file_kinds import file_at, kind_of
from cpnb.reading.file_state import FileState
from cpnb.reading.layouts import Layout, Settings, layout_of
from cpnb.reading.read_warning import ReadWarning, note_on
from cpnb.reading.scanning import check_settings
from cpnb.reading.second_look import block_bytes_after_all, unreadable


def read(
    path: str | PathLike[str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    sheet: str | None = None,
) -> pd.DataFrame:
    """Return a file as a table in which every cell is the text that stands in the file.

    Delimited text: leading zeros, long numbers, the text ``NA`` and spaces within cells stay as they
    are; an empty cell, quoted or not, is missing. Blank lines are skipped, byte order marks and a
    first line such as ``sep=;`` are left out.

    Excel (.xlsx): each cell is the text that the spreadsheet displays for the number formats that
    customer data has (general, decimals, thousands, percent, currency, masks with zeros, phone masks),
    with the points and commas of the English-speaking countries; dates and times are ISO 8601; General
    shows whole numbers in full. A cell with an error is missing, a formula is the result saved with it.

    Parquet: the types of the file; nothing becomes text.

    Spaces around the names in a header are left out, and a column without a name is called
    ``unnamed_`` and its position. The file is read whole: a table of text takes about the size of its
    file in memory with pandas 3, several times that with pandas 2.

    Parameters
    ----------
    path : str or path-like
        The file; its kind is told by its content, not by its name. Addresses and open files are
        refused.
    encoding : str, optional
        Name of the character encoding as Python knows it, such as ``cp1252``; by default it is found
        out, by the byte order mark, by whether all is UTF-8, and only then by a guess.
    delimiter : str, optional
        One character; by default it is found out by ``csv.Sniffer`` and the widths of the records.
    quote : str, optional
        The quotation mark, ``"`` or ``'``; by default the first, unless every name of the header
        stands between two of the second.
    sheet : str, optional
        Name of the sheet of a workbook; by default the first visible one with cells.

    Returns
    -------
    pandas.DataFrame
        Text columns of the kind that this pandas uses by itself: ``str`` from pandas 3 on, ``object``
        before. From Parquet also Arrow types and categoricals.

    Warns
    -----
    ReadWarning
        Once, if something other than UTF-8 and commas was found out, or something of a workbook was
        guessed, lost or left out; it gives names and counts, and the call that would say so.

    Raises
    ------
    ReadError
        If the file is missing, a directory, empty, of another kind or encoding, changes while it is
        read, or may not be read; if it has no rows, a header with repeated names or one that looks
        like data; if a record has more or fewer cells than the header, a quotation mark is never
        closed or has text behind it, or a character NUL occurs. The message gives the line of the
        file, counted from 1, and never the text of a cell.
    """
    file = file_at(path)
    settings = Settings(encoding, delimiter, quote)
    before = FileState.of(file)
    kind = kind_of(file)
    check_settings(file, kind, settings, sheet)
    if kind == "parquet":
        frame, note = parquet.frame_of(file), ""
    elif kind == "xlsx":
        frame, note = _from_workbook(file, sheet)
    else:
        frame, note = _from_text(file, settings)
    if FileState.of(file) != before:
        raise ReadError(f"{file.name!r} changed while it was read; read it again when it is complete.")
    if note:
        warnings.warn(note, ReadWarning, stacklevel=2)
    return frame


def _from_workbook(file: Path, name: str | None) -> tuple[pd.DataFrame, str]:
    from cpnb.reading.spreadsheets import sheet_of

    sheet = sheet_of(file, name)
    table = pa.table({column: pa.array(cells, pa.large_string()) for column, cells in sheet.columns.items()})
    note = f"{file.name!r}, sheet {sheet.name!r}: {'; '.join(sheet.guesses)}." if sheet.guesses else ""
    return table.to_pandas(), note


def _from_text(file: Path, settings: Settings) -> tuple[pd.DataFrame, str]:
    layout = layout_of(file, settings, _encoding_by_start)
    try:
        frame = _frame_of(layout)
    except ReadError:
        # The beginning was UTF-8 and what follows is not; now all of it is looked at.
        if settings.encoding is not None or layout.file.codec != "utf-8" or not undecodable_place(file, "utf-8"):
            raise
        layout = layout_of(file, settings, encoding_by_content)
        frame = _frame_of(layout)
    return frame, note_on(layout)


def _encoding_by_start(file: Path) -> Encoding:
    return encoding_by_start(file) or encoding_by_content(file)


def _frame_of(layout: Layout) -> pd.DataFrame:
    header = layout.header()
    names = layout.names(header)
    table = table_of(layout.file, header)
    if table is None or not table.num_rows:
        table = table_of(layout.file, header, block_bytes=block_bytes_after_all(layout.file, header))
        if table is None:
            raise unreadable(layout.file.path)
    frame: pd.DataFrame = table.rename_columns(names).to_pandas()
    return frame
