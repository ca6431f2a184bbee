"""A delimited text in parts that begin and end with whole records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from cpnb.reading.quotation import Positions, Quotation

__all__ = ["Records"]


class Records:
    """A text in parts of whole records, and whether anything in it deserves a second look.

    Parameters
    ----------
    chunks : iterable of bytes
        As `DelimitedFile.chunks` gives them.
    delimiter, quote : str
        One ASCII character each.

    Attributes
    ----------
    start : int
        Position of the last part that was given out, in bytes of the chunks.
    """

    def __init__(self, chunks: Iterable[bytes], delimiter: str, quote: str) -> None:
        self.start = 0
        self._chunks = chunks
        self._quotation = Quotation(delimiter.encode(), quote.encode())
        self._found_fault = False

    @property
    def are_clean(self) -> bool:
        """Whether all quotation marks were in order, and no character was NUL; known at the end."""
        return not self._found_fault and not self._quotation.inside

    def __iter__(self) -> Iterator[bytes]:
        """Yield the parts in order, none that is blank, up to the first fault."""
        held: list[bytes] = []
        end = 0
        for chunk in self._chunks:
            begins_inside = self._quotation.inside
            marks, misplaced = self._quotation.follow(chunk)
            if misplaced is not None or b"\0" in chunk:
                self._found_fault = True
                return
            cut = _end_of_records(chunk, marks, begins_inside=begins_inside)
            if not cut:
                held.append(chunk)
                continue
            part = b"".join([*held, chunk[:cut]])
            held = [chunk[cut:]]
            self.start, end = end, end + len(part)
            if part.strip(b"\r\n"):
                yield part
        rest = b"".join(held)
        self.start = end
        if rest.strip(b"\r\n"):
            yield rest


def _end_of_records(chunk: bytes, marks: Positions, *, begins_inside: bool) -> int:
    """Return the place behind the last line end that is not within a quoted cell; 0 if there is none."""
    end = len(chunk)
    while True:
        place = max(chunk.rfind(b"\n", 0, end), chunk.rfind(b"\r", 0, end))
        marks_before = int(np.searchsorted(marks, place))
        if place < 0 or (marks_before + begins_inside) % 2 == 0:
            return place + 1
        if not marks_before:
            return 0
        end = int(marks[marks_before - 1])
