"""A delimited text in parts that begin and end with whole records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cpnb.reading.quotation import Quotation

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
            marks, misplaced = self._quotation.follow(chunk)
            if misplaced is not None or b"\0" in chunk:
                self._found_fault = True
                return
            # Behind the mark that closed the last quoted cell, every line end is the end of a record.
            start = int(marks[-1]) + 1 if marks.size else 0
            cut = 0 if self._quotation.inside else 1 + max(chunk.rfind(b"\n", start), chunk.rfind(b"\r", start))
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
