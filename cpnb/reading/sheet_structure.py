"""What the file of a sheet says beside its cells: what is hidden or merged, and formulas without a result.

openpyxl leaves this out where it reads a sheet row by row, which it must for a large one.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cpnb.display import counted

_BLOCK_BYTES = 2**20
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\bhidden=\"(?:1|true)\"")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*\bhidden=\"(?:1|true)\"")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b")
# A formula, and behind it no value or an empty one; where that is of the type text, it is the result.
_NO_RESULT = re.compile(
    rb"<(?:\w+:)?c\b(?![^>]*\bt=\"str\")[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_LAST_CELL = re.compile(rb"<(?:\w+:)?c\b")


@dataclass(frozen=True, slots=True)
class Structure:
    """Counts of what a sheet has beside its cells."""

    hidden_row_count: int
    hidden_column_count: int
    merged_count: int
    formulas_without_result_count: int

    def guesses(self) -> list[str]:
        """Return what the reader of the table should know."""
        sentences = []
        if self.formulas_without_result_count:
            formulas = counted(self.formulas_without_result_count, "formula")
            sentences.append(
                f"{formulas} without a saved result became missing: open the workbook in a spreadsheet, save it and "
                "read it again"
            )
        hidden = [
            counted(count, noun)
            for count, noun in (
                (self.hidden_row_count, "hidden row"),
                (self.hidden_column_count, "hidden group of columns"),
            )
            if count
        ]
        if hidden:
            sentences.append(f"{' and '.join(hidden)} were read like the others")
        if self.merged_count:
            merged = counted(self.merged_count, "range")
            sentences.append(
                f"{merged} of merged cells: only the first cell of each has the value, the others are missing"
            )
        return sentences


def structure_of(path: Path, part: str) -> Structure:
    """Return what a sheet has beside its cells; `part` is its name in the archive."""
    counts = [0, 0, 0, 0]
    for text in _whole_cells(path, part.lstrip("/")):
        for place, pattern in enumerate((_HIDDEN_ROW, _HIDDEN_COLUMN, _MERGED, _NO_RESULT)):
            counts[place] += sum(1 for _ in pattern.finditer(text))
    return Structure(*counts)


def _whole_cells(path: Path, part: str) -> Iterator[bytes]:
    """Yield the XML of a sheet in blocks that are cut before a cell."""
    rest = b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        while block := stream.read(_BLOCK_BYTES):
            text = rest + block
            starts = [match.start() for match in _LAST_CELL.finditer(text, max(0, len(text) - _BLOCK_BYTES // 4))]
            cut = starts[-1] if starts else text.rfind(b"<")
            yield text[:cut] if cut > 0 else b""
            rest = text[cut:] if cut > 0 else text
    yield rest
