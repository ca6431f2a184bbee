"""Where the records of a text are, so that any of them can be read again without reading all before them."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from cpnb.reading.delimited import TEXT, DelimitedFile, bytes_before_records, chunks_of, parsed
from cpnb.reading.whole_records import Records

__all__ = ["Stretch", "TextIndex", "indexed"]

# How many blocks are looked at together: enough for Arrow to have work for several threads, and fewer than when the
# whole table is to fit into memory anyway. Where quotation marks are takes several times the memory of their text.
_BLOCKS_TOGETHER = 4


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive records.

    Attributes
    ----------
    first_row, row_count : int
        Which rows of the table they are.
    start, stop : int
        Where they are, in bytes of the whole text in UTF-8.
    """

    first_row: int
    row_count: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """Where a block begins: in the text in UTF-8, in the file, and what the decoder knows there."""

    text_position: int
    file_position: int
    decoder_state: Any = field(repr=False)


class _Blocks:
    """The blocks of a file as UTF-8, read once from the beginning and then from wherever is asked."""

    def __init__(self, file: DelimitedFile, block_bytes: int) -> None:
        self._file = file
        self._block_bytes = block_bytes
        self._checkpoints: list[_Checkpoint] = []
        self.bytes_before_records = 0

    def first_reading(self) -> Iterator[bytes]:
        """Yield all blocks and remember where they begin."""
        start = b""
        for checkpoint, block in self._from(_Checkpoint(0, 0, None)):
            if len(start) < self._block_bytes:
                start += block
                self.bytes_before_records = bytes_before_records(start)
            if self._file.codec != "utf-8":  # of UTF-8 every place is known
                self._checkpoints.append(checkpoint)
            yield block

    def again(self, start: int, stop: int) -> bytes:
        """Return the text from one position up to another."""
        if self._file.codec == "utf-8":
            with self._file.path.open("rb") as stream:
                stream.seek(start)
                return stream.read(stop - start)
        nearest = bisect_right(self._checkpoints, start, key=lambda one: one.text_position) - 1
        begin, pieces, length = self._checkpoints[nearest], [], 0
        for _, block in self._from(begin):
            pieces.append(block)
            length += len(block)
            if begin.text_position + length >= stop:
                break
        return b"".join(pieces)[start - begin.text_position : stop - begin.text_position]

    def _from(self, begin: _Checkpoint) -> Iterator[tuple[_Checkpoint, bytes]]:
        decoder = None if self._file.codec == "utf-8" else codecs.getincrementaldecoder(self._file.codec)()
        if decoder is not None and begin.decoder_state is not None:
            decoder.setstate(begin.decoder_state)
        text_position, file_position = begin.text_position, begin.file_position
        with self._file.path.open("rb") as stream:
            stream.seek(file_position)
            is_over = False
            while not is_over:
                checkpoint = _Checkpoint(text_position, file_position, None if decoder is None else decoder.getstate())
                raw = stream.read(self._block_bytes)
                is_over = not raw
                block = raw if decoder is None else decoder.decode(raw, final=is_over).encode("utf-8", "surrogatepass")
                text_position += len(block)
                file_position += len(raw)
                yield checkpoint, block


class TextIndex:
    """Where the records of a text file are; made by `indexed`.

    Attributes
    ----------
    stretches : tuple of Stretch
        In order; together they are all records.
    row_count : int
        How many rows there are.
    """

    def __init__(
        self, file: DelimitedFile, header: list[str], block_bytes: int, blocks: _Blocks, stretches: list[Stretch]
    ) -> None:
        self._file = file
        self._header = header
        self._block_bytes = block_bytes
        self._blocks = blocks
        self.stretches = tuple(stretches)
        self.row_count = sum(one.row_count for one in stretches)

    def within(self, start: int, stop: int) -> Iterator[Stretch]:
        """Yield the stretches that hold some rows, in order."""
        first = bisect_right(self.stretches, start, key=lambda one: one.first_row) - 1
        for one in self.stretches[max(first, 0) :]:
            if one.first_row >= stop:
                return
            yield one

    def table(self, stretch: Stretch, columns: list[str]) -> pa.Table:
        """Return the records of a stretch, with some columns, by their cells of the header.

        Raises
        ------
        pyarrow.ArrowInvalid, UnicodeError
            If they are not what they were. The message may quote them.
        """
        records = self._blocks.again(stretch.start, stretch.stop)
        is_first = stretch is self.stretches[0]
        return parsed(records, self._file, self._header, self._block_bytes, is_first=is_first, columns=columns)


def indexed(file: DelimitedFile, header: list[str], *, block_bytes: int) -> TextIndex | None:
    """Return where the records of a file are, having read all of it, or None where anything is wrong with it.

    It finds wrong what `table_of` does: all records are parsed, though only the first column is made of them.

    Parameters
    ----------
    file : DelimitedFile
        The file.
    header : list of str
        The cells of its header.
    block_bytes : int
        As for `table_of`. A stretch takes up to four times as much, and the rest of a record.
    """
    blocks = _Blocks(file, _BLOCKS_TOGETHER * block_bytes)
    records = Records(chunks_of(blocks.first_reading()), file.delimiter, file.quote)
    stretches: list[Stretch] = []
    row_count = 0
    try:
        for part in records:
            some = header[:1] if stretches else ()
            table = parsed(part, file, header, block_bytes, is_first=not stretches, columns=some)
            if not all(kind == TEXT for kind in table.schema.types) or not _is_utf8(part):
                return None
            start = blocks.bytes_before_records + records.start
            stretches.append(Stretch(row_count, table.num_rows, start, start + len(part)))
            row_count += table.num_rows
    except (pa.ArrowInvalid, UnicodeError):
        return None
    return TextIndex(file, header, block_bytes, blocks, stretches) if stretches and records.are_clean else None


def _is_utf8(text: bytes) -> bool:
    """Tell whether bytes are UTF-8, at the speed of Arrow, which looks into the columns that it makes only."""
    if text.isascii():
        return True
    offsets = pa.array([0, len(text)], pa.int64()).buffers()[1]
    whole = pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(text))
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
