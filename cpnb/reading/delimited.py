"""A delimited text file as a table of text.

Arrow parses, at the speed of the disk; on the way there the text is looked at for what Arrow would
take without a word.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv

from cpnb.errors import ReadError
from cpnb.reading.records import BAD_QUOTATION, Survey, line_end_count, surveyed
from cpnb.reading.whole_records import Records

BLOCK_BYTES = 2**20
"""How much is read at a time; Arrow needs a record to fit into a block."""

SAMPLE_BYTES = 2**20
"""How much of a file is looked at to tell its delimiter and its header."""

# How many blocks Arrow parses at a time, so that it has work for several threads.
_BLOCKS_TOGETHER = 16
TEXT = pa.large_string()
"""Of every column."""

# Arrow counts the bytes of a block in 32 bits.
_LARGEST_BLOCK_BYTES = 2**31 - 2**20
_BYTE_ORDER_MARK = "\ufeff"
# What a chunk must not end in, so that each mark is seen with its neighbour.
_HELD_BACK = b"\r\"'"
_START_BYTES = 64
_DELIMITER_LINE = re.compile(r"sep=([\x20-\x7e\t])(?:\r\n|\r|\n|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DelimitedFile:
    """A text file and how it is written.

    Attributes
    ----------
    path : Path
        The file.
    codec : str
        Python's name of its encoding.
    delimiter, quote : str
        One ASCII character each.
    """

    path: Path
    codec: str
    delimiter: str = ","
    quote: str = '"'

    def chunks(self, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
        """Yield the text in UTF-8 without byte order marks and without a line that tells the delimiter.

        A chunk ends in a quotation mark or a carriage return only if it is the last. A file that is
        UTF-8 by name comes as it stands, whatever its bytes.

        Raises
        ------
        UnicodeError
            Where bytes are no text in another encoding.
        """
        with self.path.open("rb") as stream:
            yield from chunks_of(_encoded(stream, self.codec, block_bytes))

    @property
    def first_line(self) -> int:
        """Line at which the header is looked for: 2 behind a line that tells the delimiter, else 1."""
        return 2 if told_delimiter(sample(self.path, self.codec).text) else 1


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a text.

    Attributes
    ----------
    text : str
        Without byte order marks; what cannot be decoded is U+FFFD.
    is_whole : bool
        Whether there is no more of it.
    """

    text: str
    is_whole: bool


def sample(path: Path, codec: str) -> Sample:
    """Return the beginning of a file as text."""
    with path.open("rb") as stream:
        start = stream.read(SAMPLE_BYTES)
        is_whole = not stream.read(1)
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    try:
        text = decoder.decode(start, final=is_whole)
    except UnicodeError:  # UTF-16 from which the mark that it needs is missing
        text = ""
    return Sample(text.lstrip(_BYTE_ORDER_MARK), is_whole)


def told_delimiter(text: str) -> str:
    """Return the delimiter that the first line tells, as in ``sep=;``, or the empty text.

    Source: Microsoft Excel reads and hides such a line, and exports made for it begin with one.
    """
    told = _DELIMITER_LINE.match(text)
    return told[1] if told else ""


def without_told_delimiter(text: str) -> str:
    """Return a text without the line that tells its delimiter."""
    told = _DELIMITER_LINE.match(text)
    return text[told.end() :] if told else text


def header_of(file: DelimitedFile) -> list[str]:
    """Return the cells of the first record that is not blank; none if there is no such record.

    Raises
    ------
    ReadError
        If the record does not end within the sample, or its quotation marks are out of order.
    """
    start = sample(file.path, file.codec)
    lines = io.StringIO(without_told_delimiter(start.text), newline="")
    reader = csv.reader(lines, delimiter=file.delimiter, quotechar=file.quote, strict=True)
    try:
        header = next((record for record in reader if record), [])
    except csv.Error:
        message = _header_problem(file)
    else:
        if start.is_whole or lines.read(1):
            return header
        message = (
            f"{file.path.name!r} has no header that ends within its first {SAMPLE_BYTES:,} bytes; expected a line with "
            "the names of the columns. If a quotation mark is never closed there, close it."
        )
    raise ReadError(message)


def _header_problem(file: DelimitedFile) -> str:
    # Every record has another width than 0, so that nothing behind the header is told.
    problem = survey_of(file, 0).problem
    if problem.endswith(BAD_QUOTATION):
        return f"{file.path.name!r}, {problem}"
    return (
        f"{file.path.name!r} has a header in which one name has more than {csv.field_size_limit():,} characters; "
        "expected a line with the names of the columns."
    )


def table_of(file: DelimitedFile, header: list[str], *, block_bytes: int = BLOCK_BYTES) -> pa.Table | None:
    """Return a file as Arrow reads it, all of it text, or None where something is wrong with it.

    An empty cell, quoted or not, is null. Blank lines are left out. The names of the columns are those
    of `header`, which must be the first record.
    """
    records = Records(file.chunks(_BLOCKS_TOGETHER * block_bytes), file.delimiter, file.quote)
    tables: list[pa.Table] = []
    try:
        for part in records:
            table = parsed(part, file, header, block_bytes, is_first=not tables)
            # Had Arrow understood the header differently, it would have guessed a type for that column.
            if not all(kind == TEXT for kind in table.schema.types):
                return None
            tables.append(table)
    except (pa.ArrowInvalid, UnicodeError):
        # Arrow's message quotes the offending record; ours must not.
        return None
    return pa.concat_tables(tables) if tables and records.are_clean else None


def parsed(
    records: bytes,
    file: DelimitedFile,
    header: list[str],
    block_bytes: int,
    *,
    is_first: bool,
    columns: Sequence[str] = (),
) -> pa.Table:
    """Return some whole records as Arrow reads them, all of it text.

    Parameters
    ----------
    records : bytes
        In UTF-8; the header is among them if they are the first.
    file : DelimitedFile
        How they are written.
    header : list of str
        The cells of the header.
    block_bytes : int
        Longer than any of the records.
    is_first : bool
        Whether they are the first of the file.
    columns : sequence of str
        The columns that are wanted, by their cells of the header; by default all.

    Raises
    ------
    pyarrow.ArrowInvalid
        If anything is wrong. Its message quotes the record.
    """
    # Arrow gets memory and no stream: it would read that in a thread of its own, which may wait for
    # Python for ever when the program ends.
    return pyarrow.csv.read_csv(
        pa.BufferReader(records),
        read_options=pyarrow.csv.ReadOptions(
            block_size=_whole_line_ends(records, block_bytes), column_names=None if is_first else header
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=file.delimiter, quote_char=file.quote, newlines_in_values=True
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(header, TEXT),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            include_columns=list(columns),
        ),
    )


def _whole_line_ends(records: bytes, block_bytes: int) -> int:
    """Return so many bytes for a block, or a few more, that no block ends between the two of a line end.

    Arrow leaves out the newline that begins a block if the one before ended in a carriage return, within a quoted cell
    too, where it belongs to the text.
    """
    while any(records[place - 1 : place + 1] == b"\r\n" for place in range(block_bytes, len(records), block_bytes)):
        block_bytes += 1
    return block_bytes


def survey_of(file: DelimitedFile, width: int) -> Survey:
    """Return what is wrong first with the records of a file, and how long they are; see `surveyed`.

    Raises
    ------
    UnicodeError
        Where bytes are no text in its encoding, unless that is UTF-8: ask `undecodable_place` first.
    """
    return surveyed(file.chunks(), file.delimiter, file.quote, width, first_line=file.first_line)


def larger_block_bytes(file: DelimitedFile, longest_record_bytes: int) -> int:
    """Return how large a block must be for the longest record, or 0 if the usual one will do.

    Raises
    ------
    ReadError
        If no block can be so large.
    """
    if longest_record_bytes > _LARGEST_BLOCK_BYTES // 2:
        raise ReadError(
            f"{file.path.name!r} has a record of {longest_record_bytes:,} bytes; expected at most "
            f"{_LARGEST_BLOCK_BYTES // 2:,}. Look whether a quotation mark is closed much too late."
        )
    return 2 * longest_record_bytes if longest_record_bytes > BLOCK_BYTES // 2 else 0


def undecodable_place(path: Path, codec: str) -> str:
    """Return where the first byte is that is no text in an encoding, or the empty text if none is."""
    position = _undecodable_position(path, codec)
    if position is None:
        return ""
    with path.open("rb") as stream:
        before = _held_back(_encoded(stream, codec, BLOCK_BYTES, stop=position))
        line = 1 + sum(line_end_count(chunk) for chunk in before)
    return f"line {line}, byte {position + 1:,}"


def _undecodable_position(path: Path, codec: str) -> int | None:
    """Return the position of the first byte, from 0, that is no text in this encoding."""
    decoder = codecs.getincrementaldecoder(codec)()
    block_start = 0
    with path.open("rb") as stream:
        while True:
            block = stream.read(BLOCK_BYTES)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return block_start - held + error.start
            except UnicodeError:  # UTF-16 says by this that its mark is missing
                return block_start
            if not block:
                return None
            block_start += len(block)


def _encoded(stream: BinaryIO, codec: str, block_bytes: int, *, stop: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a stream, up to a position, as UTF-8."""
    left = sys.maxsize if stop is None else stop
    decoder = None if codec == "utf-8" else codecs.getincrementaldecoder(codec)()
    while block := stream.read(min(block_bytes, left)):
        left -= len(block)
        yield block if decoder is None else decoder.decode(block).encode("utf-8", "surrogatepass")
    if decoder is not None:
        yield decoder.decode(b"", final=stop is None).encode("utf-8", "surrogatepass")


def chunks_of(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a text without what is no record at its beginning, in chunks as `DelimitedFile.chunks` says."""
    return _held_back(_stripped(blocks))


def _stripped(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out the byte order marks at the beginning, and the line that tells the delimiter."""
    start = b""
    remaining = iter(blocks)
    for block in remaining:
        start += block
        if len(start) >= _START_BYTES:
            break
    yield start[bytes_before_records(start) :]
    yield from remaining


def bytes_before_records(start: bytes) -> int:
    """Return how long the byte order marks and the line that tells the delimiter are, at the beginning of a text."""
    marks = 0
    while start.startswith(codecs.BOM_UTF8, marks):
        marks += len(codecs.BOM_UTF8)
    # Such a line is ASCII, so that latin-1 keeps its length and takes whatever follows it.
    line = start[marks : marks + _START_BYTES].decode("latin-1")
    return marks + len(line) - len(without_told_delimiter(line))


def _held_back(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Move what may not end a block to the beginning of the next one."""
    held = b""
    for block in blocks:
        whole = held + block if held else block
        kept = whole.rstrip(_HELD_BACK)
        held = whole[len(kept) :]
        if kept:
            yield kept
    if held:
        yield held
