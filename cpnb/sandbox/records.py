"""A CSV file as a stream of record batches, read as strictly as the service is said to read it.

Source: Amazon Connect administrator guide, 'customer-segments-imported-files' (UTF-8 without byte order mark,
header row, comma); the dialect beyond that is RFC 4180.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO, BinaryIO, Literal, cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from cpnb.sandbox.settings import Settings

BLOCK_BYTES = 16 * 1024**2
"""How much is parsed at a time; a record that spans three blocks is refused."""

MAX_HEADER_BYTES = 1024**2


class UnreadableFileError(ValueError):
    """The file as a whole cannot be imported; the text says why, without a value."""


class Records:
    """The records of one CSV stream, in order, in batches of about `BLOCK_BYTES`.

    All cells are text; an empty cell is the empty string. The header is read on construction, so a file
    without one is refused there.

    Parameters
    ----------
    stream
        Plain bytes, read once from the start.
    settings
        Dialect and strictness.

    Raises
    ------
    UnreadableFileError
        If there is no header, it repeats a name, or the first bytes are not UTF-8 without a mark.
    """

    def __init__(self, stream: BinaryIO, settings: Settings) -> None:
        self._stream = _CountingStream(stream)
        self._settings = settings
        self.header = _header(self._stream.peek(MAX_HEADER_BYTES), settings.csv_delimiter)
        self.ragged_count = 0

    def batches(self, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the records; `columns` limits them to some headers, in that order.

        A record with a wrong number of cells is left out and counted in `ragged_count`.

        Raises
        ------
        UnreadableFileError
            If bytes are not UTF-8, a record is larger than two blocks, or the settings refuse the file.
        """
        try:
            reader = pa_csv.open_csv(
                # Arrow needs no more of a file than `read`; its type asks for all of `typing.IO`.
                cast("IO[bytes]", self._stream),
                read_options=pa_csv.ReadOptions(block_size=BLOCK_BYTES),
                parse_options=pa_csv.ParseOptions(
                    delimiter=self._settings.csv_delimiter,
                    newlines_in_values=True,
                    invalid_row_handler=self._ragged,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(self.header, pa.string()),
                    strings_can_be_null=False,
                    include_columns=columns,
                ),
            )
            if columns is None and reader.schema.names != self.header:
                raise UnreadableFileError("the header is not valid CSV: it can be read in two ways")
            yield from reader
        except (pa.ArrowInvalid, UnicodeDecodeError):
            # Arrow quotes the offending record in its message, so that is not passed on.
            raise UnreadableFileError("a record is not valid UTF-8 or not valid CSV") from None
        if self._stream.quote_count % 2 and self._settings.unbalanced_quotes == "fail_file":
            raise UnreadableFileError("the number of double quotes is odd: a quoted cell is not closed")

    def _ragged(self, _row: pa_csv.InvalidRow) -> Literal["skip", "error"]:
        self.ragged_count += 1
        return "error" if self._settings.ragged_record == "fail_file" else "skip"


class _CountingStream(io.RawIOBase):
    """A stream that can be looked into at its start, counts quotes, and always ends in a line end.

    Arrow takes a header without a line end for an empty file; one more line end changes nothing else.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._head = b""
        self._ended = False
        self.quote_count = 0

    def peek(self, size: int) -> bytes:
        """Return up to `size` first bytes; they will be read again."""
        while len(self._head) < size:
            block = self._stream.read(size - len(self._head))
            if not block:
                break
            self._head += block
        return self._head

    def readable(self) -> bool:
        return True

    def read(self, size: int = BLOCK_BYTES) -> bytes:
        """Return the next bytes, at most `size`."""
        if self._ended:
            return b""
        wanted = size - 1  # one is left for the line end
        block, self._head = self._head[:wanted], self._head[wanted:]
        while len(block) < wanted:
            more = self._stream.read(wanted - len(block))
            if not more:
                self._ended = True
                break
            block += more
        self.quote_count += block.count(b'"')
        return block + b"\n" if self._ended else block


def _header(head: bytes, delimiter: str) -> list[str]:
    if head.startswith(codecs.BOM_UTF8):
        raise UnreadableFileError("the file begins with a byte order mark, so its first header is not found")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(head, final=len(head) < MAX_HEADER_BYTES)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        header = next((row for row in rows if row), None)
    except UnicodeDecodeError:
        raise UnreadableFileError("the file is not valid UTF-8") from None
    except csv.Error:
        raise UnreadableFileError("the header is not valid CSV") from None
    if header is None:
        raise UnreadableFileError("the file is empty: it has no header")
    if len(set(header)) < len(header):
        raise UnreadableFileError("the header repeats a name")
    return header
