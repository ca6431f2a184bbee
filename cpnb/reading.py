"""A CSV file as a table of text, with nothing damaged on the way in.

Arrow parses; Python's own ``csv`` looks a second time, slowly and line by line, only where something
is wrong, because only it can say where.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from os import PathLike
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from cpnb.display import counted
from cpnb.errors import ReadError, listed

__all__ = ["read"]

_CHUNK_BYTES = 4 * 2**20
# One record must fit into a block.
_BLOCK_BYTES = 16 * 2**20

_OTHER_KINDS = {
    b"PK\x03\x04": "an Excel workbook, or another zip archive: save it as CSV (UTF-8)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save it as CSV (UTF-8)",
    b"PAR1": "a Parquet file: use pandas.read_parquet",
    b"\x1f\x8b": "compressed with gzip: unpack it first",
}
_BAD_QUOTATION = (
    "a quotation mark that is never closed, or text after a closing one. Close it, or double the marks that belong to "
    'the text ("").'
)
# A header that is an address or a long number is most likely the first customer; a date can be the name of a column.
_LOOKS_LIKE_DATA = re.compile(
    r"(?!(?:19|20)\d\d[-./]?\d\d[-./]?\d\d$)(?:[^@\s]+@[^@\s]+\.[^@\s]+|\+?[\d\s().-]*(?:\d[\s().-]*){7})"
)


def read(path: str | PathLike[str], *, encoding: str = "utf-8", delimiter: str = ",") -> pd.DataFrame:
    """Return a CSV file as a table in which every cell is the text that stands in the file.

    Leading zeros, long numbers, the text ``NA`` and spaces within cells stay as they are; an empty
    cell, quoted or not, is missing. Spaces around the names in the header are left out, a column
    without a name is called ``unnamed_`` and its position, and blank lines are skipped. A byte order
    mark is left out.

    Parameters
    ----------
    path : str or path-like
        The file; its first line is the header. It is read whole: a table takes about twice the size
        of its file in memory.
    encoding : str
        Name of the character encoding as Python knows it; spreadsheet programs on Windows often
        write ``cp1252``.
    delimiter : str
        One character.

    Returns
    -------
    pandas.DataFrame
        Text columns of the kind that this pandas uses by itself: ``str`` from pandas 3 on,
        ``object`` before.

    Raises
    ------
    ReadError
        If the file is missing, a directory, empty, of another kind or encoding; if it has no rows, a
        header with repeated names or one that looks like data; if a record has more or fewer cells
        than the header, a quotation mark is never closed, or a character NUL occurs. The message
        gives the line, counted from 1, and never the text of a cell.
    """
    file = Path(path)
    _check_file(file)
    codec = _codec(encoding)
    if len(delimiter) != 1:
        raise ReadError(f"The delimiter has {len(delimiter)} characters; expected one, such as ',' or ';'.")
    raw_names = _header(file, codec, delimiter)
    names = _column_names(file.name, raw_names, delimiter)
    table = _parsed(file, codec, delimiter, raw_names)
    if table is None or table.num_rows == 0 or _is_suspicious(file, codec):
        _diagnose(file, codec, delimiter, len(names))
    if table is None:
        raise ReadError(
            f"{file.name!r} cannot be read as CSV, and no line of it says why. Open it in a spreadsheet and save it as "
            "CSV (UTF-8) again."
        )
    frame: pd.DataFrame = table.rename_columns(names).to_pandas()
    return frame


def _check_file(file: Path) -> None:
    if file.is_dir():
        raise ReadError(f"{file.name!r} is a directory; expected a CSV file.")
    if not file.exists():
        raise ReadError(f"There is no file {file.name!r} in {str(file.parent)!r}; check the path.")
    with file.open("rb") as stream:
        start = stream.read(8)
    if not start:
        raise ReadError(f"{file.name!r} is empty (0 bytes); expected a header line and rows.")
    for signature, kind in _OTHER_KINDS.items():
        if start.startswith(signature):
            raise ReadError(f"{file.name!r} is no CSV file but {kind}.")


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise ReadError(f"{encoding!r} is no encoding that Python knows; try 'utf-8', 'cp1252' or 'utf-16'.") from None
    # Both spellings leave out a byte order mark here.
    return "utf-8" if name == "utf-8-sig" else name


def _header(file: Path, codec: str, delimiter: str) -> list[str]:
    # A byte that is no text shows up again, with its position, when the whole file is read.
    with file.open(encoding=_without_mark(codec), errors="replace", newline="") as stream:
        try:
            return next((record for record in csv.reader(stream, delimiter=delimiter) if record), [])
        except csv.Error:
            pass
    raise ReadError(f"{file.name!r}, line 1: {_BAD_QUOTATION}")


def _column_names(file_name: str, raw_names: list[str], delimiter: str) -> list[str]:
    names = [name.strip() or f"unnamed_{position}" for position, name in enumerate(raw_names, 1)]
    if not names:
        raise ReadError(f"{file_name!r} has only blank lines; expected a header line and rows.")
    if len(names) == 1:
        for other in (";", "\t", "|", ","):
            if other != delimiter and other in names[0]:
                count = names[0].count(other)
                raise ReadError(
                    f"The header of {file_name!r} is one column by {delimiter!r}, but contains {other!r} "
                    f"{'once' if count == 1 else f'{count} times'}: read it with delimiter={other!r}."
                )
    suspects = [position for position, name in enumerate(names, 1) if _LOOKS_LIKE_DATA.fullmatch(name)]
    if suspects:
        raise ReadError(
            f"The first line of {file_name!r} looks like a row and not like a header: column {suspects[0]} of "
            f"{len(names)} is an e-mail address or a long number. Add a line with the names of the columns."
        )
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ReadError(
            f"The header of {file_name!r} has {counted(len(repeated), 'name')} more than once: {listed(repeated)}. "
            "Rename columns, so that each has a name of its own."
        )
    return names


def _parsed(file: Path, codec: str, delimiter: str, raw_names: list[str]) -> pa.Table | None:
    """Return the table as Arrow reads it, all text, or None where it finds something wrong."""
    text = pa.string()
    try:
        table = pyarrow.csv.read_csv(
            file,
            read_options=pyarrow.csv.ReadOptions(
                encoding="utf8" if codec == "utf-8" else codec, block_size=_BLOCK_BYTES
            ),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(raw_names, text),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except (pa.ArrowInvalid, UnicodeError):
        # Arrow's message quotes the offending record; ours must not.
        return None
    # Had Arrow understood the header differently, it would have guessed a type for that column.
    return table if all(column == text for column in table.schema.types) else None


def _is_suspicious(file: Path, codec: str) -> bool:
    """Tell whether a file that Arrow accepted deserves the slow look: it takes NUL and an open quote without a word."""
    if not _keeps_ascii(codec):
        return True
    quotes = 0
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            if b"\0" in chunk:
                return True
            quotes += chunk.count(b'"')
    return quotes % 2 == 1


def _diagnose(file: Path, codec: str, delimiter: str, width: int) -> None:
    """Raise ReadError for the first thing wrong in the file, or return if there is none."""
    position = _undecodable_position(file, codec)
    if position is not None:
        raise ReadError(_undecodable_message(file, codec, position))
    with file.open(encoding=_without_mark(codec), newline="") as stream:
        problem = _first_problem(csv.reader(stream, delimiter=delimiter, strict=True), width)
    if problem:
        raise ReadError(f"{file.name!r}, {problem}")


def _first_problem(reader: Iterator[list[str]], width: int) -> str:
    """Return what is wrong first, as the rest of a sentence, or the empty text."""
    line, record_count = 1, 0
    try:
        for record in reader:
            record_count += bool(record)
            if any("\0" in cell for cell in record):
                return f"line {line}: a NUL character; the file is damaged or not text. Export it again."
            if record and len(record) != width:
                return (
                    f"line {line}: {counted(len(record), 'cell')}, but the header has {width}. A cell that contains "
                    "the delimiter must stand in quotation marks."
                )
            line = reader.line_num + 1  # type: ignore[attr-defined]  # csv.reader has no public type
    except csv.Error:
        return f"line {line}: {_BAD_QUOTATION}"
    if record_count > 1:
        return ""
    return f"line {line}: the file ends after its header of {counted(width, 'column')}; expected at least one row."


def _undecodable_position(file: Path, codec: str) -> int | None:
    """Return the position of the first byte, from 0, that is no text in this encoding."""
    decoder = codecs.getincrementaldecoder(codec)()
    chunk_start = 0
    with file.open("rb") as stream:
        while True:
            chunk = stream.read(_CHUNK_BYTES)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return chunk_start - held + error.start
            except UnicodeError:
                return chunk_start
            if not chunk:
                return None
            chunk_start += len(chunk)


def _undecodable_message(file: Path, codec: str, position: int) -> str:
    where = f"byte {position + 1:,}"
    with file.open("rb") as stream:
        start = stream.read(2)
        if _keeps_ascii(codec):
            stream.seek(0)
            where = f"line {stream.read(position).count(10) + 1}, {where}"
    message = f"{file.name!r} is not {codec} text: {where} cannot be decoded."
    if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return f"{message} It begins like UTF-16: read it with encoding='utf-16'."
    return f"{message} Spreadsheet programs on Windows often write cp1252: try encoding='cp1252', or save as CSV UTF-8."


def _keeps_ascii(codec: str) -> bool:
    return '"\n\0'.encode(codec) == b'"\n\0'


def _without_mark(codec: str) -> str:
    return "utf-8-sig" if codec == "utf-8" else codec
