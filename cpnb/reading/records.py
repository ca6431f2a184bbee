"""What is wrong with the records of a delimited text, and on which line.

This is the second, exact look at a file that Arrow refused or that did not look right: it says where.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cpnb.display import counted
from cpnb.reading.quotation import Positions, Quotation

_NEWLINE, _CARRIAGE_RETURN = b"\n\r"

BAD_QUOTATION = (
    "a quotation mark that is never closed, or text after a closing one. Close it, or double the marks that belong to "
    "the text."
)


@dataclass(frozen=True, slots=True)
class Survey:
    """What the records of a text are like.

    Attributes
    ----------
    problem : str
        What is wrong first, as the rest of a sentence that begins with the line; empty if nothing is.
    record_count : int
        Records up to the problem, the header included and blank lines not.
    longest_record_bytes : int
        Length of the longest of them in UTF-8.
    """

    problem: str
    record_count: int
    longest_record_bytes: int


def surveyed(chunks: Iterable[bytes], delimiter: str, quote: str, width: int, *, first_line: int = 1) -> Survey:
    """Return what is wrong first in a delimited text, and how long its records are.

    Parameters
    ----------
    chunks : iterable of bytes
        The text in UTF-8, each chunk as `Quotation.follow` takes it and ending in a carriage return
        only if it is the last.
    delimiter, quote : str
        One ASCII character each.
    width : int
        Cells that each record should have.
    first_line : int
        Number of the line at which the text begins.
    """
    surveyor = _Surveyor(delimiter.encode(), quote.encode(), width, first_line)
    for chunk in chunks:
        problem = surveyor.look_at(chunk)
        if problem:
            break
    else:
        problem = surveyor.look_at_end()
    return Survey(problem, surveyor.record_count, surveyor.longest_record_bytes)


def line_end_count(text: bytes) -> int:
    """Return how many lines end in a text, of whichever kind their ends are."""
    newline_count = int(np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == _NEWLINE))
    # Looking for pairs is slow, and most texts have no carriage return at all.
    return newline_count + (text.count(b"\r") - text.count(b"\r\n") if b"\r" in text else 0)


class _Surveyor:
    def __init__(self, delimiter: bytes, quote: bytes, width: int, first_line: int) -> None:
        self.record_count = 0
        self.longest_record_bytes = 0
        self._delimiter = delimiter[0]
        self._width = width
        self._quotation = Quotation(delimiter, quote)
        self._chunk_line = first_line
        # Of the record that goes on into the next chunk:
        self._record_line = first_line
        self._record_bytes = 0
        self._record_delimiters = 0

    def look_at(self, chunk: bytes) -> str:
        """Return what is wrong first with the records that end in this chunk, or the empty text."""
        begins_inside = self._quotation.inside
        marks, misplaced = self._quotation.follow(chunk)
        separators = self._separators(chunk, marks, begins_inside=begins_inside)
        nul = chunk.find(b"\0")
        stops = [(place, text) for place, text in ((misplaced, BAD_QUOTATION), (nul, _NUL)) if place not in {None, -1}]
        stop, stop_problem = min(stops, default=(len(chunk), ""))
        ends, widths, lengths = self._records(chunk, separators[separators < stop])
        is_wrong = (lengths > 0) & (widths != self._width)
        if is_wrong.any():
            first = int(is_wrong.argmax())
            self._count(lengths[:first])
            return f"line {self._line_after(chunk, ends[:first])}: {self._width_problem(int(widths[first]))}"
        self._count(lengths)
        if stop_problem:
            return f"line {self._line_after(chunk, ends)}: {stop_problem}"
        self._carry(chunk, separators, ends)
        return ""

    def look_at_end(self) -> str:
        """Return what is wrong with the last record, which no line end closes, or the empty text."""
        if self._quotation.inside:
            return f"line {self._record_line}: {BAD_QUOTATION}"
        if self._record_bytes:
            self._count(np.array([self._record_bytes]))
            if self._record_delimiters + 1 != self._width:
                return f"line {self._record_line}: {self._width_problem(self._record_delimiters + 1)}"
        if self.record_count > 1:
            return ""
        line = self._record_line + bool(self._record_bytes)
        columns = counted(self._width, "column")
        return f"line {line}: the file ends after its header of {columns}; expected at least one row."

    def _separators(self, chunk: bytes, marks: Positions, *, begins_inside: bool) -> Positions:
        data = np.frombuffer(chunk, dtype=np.uint8)
        separators = np.flatnonzero((data == self._delimiter) | (data == _NEWLINE) | (data == _CARRIAGE_RETURN))
        if not marks.size:
            return separators[:0] if begins_inside else separators
        marks_before = np.searchsorted(marks, separators) + begins_inside
        outside: Positions = separators[marks_before % 2 == 0]
        return outside

    def _records(self, chunk: bytes, separators: Positions) -> tuple[Positions, Positions, Positions]:
        """Return where the records end, and the cells and bytes of each; a blank line is one of no bytes."""
        is_end = np.frombuffer(chunk, dtype=np.uint8)[separators] != self._delimiter
        ends = separators[is_end]
        widths = np.diff(np.cumsum(~is_end)[is_end], prepend=0) + 1
        lengths = np.diff(ends, prepend=-1) - 1
        if ends.size:
            widths[0] += self._record_delimiters
            lengths[0] += self._record_bytes
        return ends, widths, lengths

    def _count(self, lengths: Positions) -> None:
        self.record_count += int(np.count_nonzero(lengths))
        self.longest_record_bytes = max(self.longest_record_bytes, int(lengths.max(initial=0)))

    def _line_after(self, chunk: bytes, ends: Positions) -> int:
        """Return the line of the record that begins after these ends."""
        return self._chunk_line + line_end_count(chunk[: ends[-1] + 1]) if ends.size else self._record_line

    def _carry(self, chunk: bytes, separators: Positions, ends: Positions) -> None:
        rest = int(ends[-1]) + 1 if ends.size else 0
        if ends.size:
            self._chunk_line += line_end_count(chunk[:rest])
            self._record_line = self._chunk_line
            self._record_bytes = self._record_delimiters = 0
        self._record_bytes += len(chunk) - rest
        self._record_delimiters += int(np.count_nonzero(separators >= rest))
        self._chunk_line += line_end_count(chunk[rest:])

    def _width_problem(self, width: int) -> str:
        return (
            f"{counted(width, 'cell')}, but the header has {self._width}. A cell that contains the delimiter must "
            "stand in quotation marks."
        )


_NUL = "a NUL character; the file is damaged or not text. Export it again."
