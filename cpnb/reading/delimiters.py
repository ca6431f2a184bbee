"""By which character the cells of a text are divided, and between which marks they are quoted."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from typing import NamedTuple

from cpnb.display import counted
from cpnb.errors import ReadError
from cpnb.reading.delimited import Sample, told_delimiter, without_told_delimiter

CANDIDATES = (",", ";", "\t", "|")
"""What tables are divided by; where nothing tells them apart, the first goes first."""

SAMPLE_RECORDS = 200
"""How many records are looked at."""

_IN_APOSTROPHES = re.compile(r"'[^']+'")
# Its patterns look at a text many times over, so that the sniffer gets the beginning only.
_SNIFFED_CHARACTERS = 8192


class Delimiter(NamedTuple):
    """A delimiter and how it was found."""

    character: str
    how: str


def checked_delimiter(delimiter: str) -> str:
    """Return a delimiter that the user gave.

    Raises
    ------
    ReadError
        If it is not one ASCII character, or is one that a cell or a line begins or ends with.
    """
    if len(delimiter) != 1:
        raise ReadError(f"The delimiter has {len(delimiter)} characters; expected one, such as ',' or ';'.")
    if not delimiter.isascii() or delimiter in "\"'\r\n\0 ":
        raise ReadError(
            f"{delimiter!r} cannot be a delimiter; expected an ASCII character that is no quotation mark, space, line "
            "end or NUL, such as ',' or ';'."
        )
    return delimiter


def quote_of(start: Sample) -> str:
    """Return the quotation mark of a text: an apostrophe only where every name of the header stands in a pair.

    An apostrophe in the rows proves nothing: names have them, and spreadsheets mark text with one.
    """
    header = without_told_delimiter(start.text).lstrip("\r\n").partition("\n")[0].rstrip("\r")
    for delimiter in CANDIDATES:
        names = [name.strip() for name in header.split(delimiter)]
        if all(_IN_APOSTROPHES.fullmatch(name) for name in names):
            return "'"
    return '"'


def delimiter_of(start: Sample, quote: str) -> Delimiter:
    """Return the delimiter of a text: what the sniffer of ``csv`` proposes, if all records are then equally wide."""
    told = told_delimiter(start.text)
    if told:
        return Delimiter(told, "told by the first line of the file")
    text = without_told_delimiter(start.text)
    widths = {candidate: record_widths(text, candidate, quote, is_whole=start.is_whole) for candidate in CANDIDATES}
    fitting = [candidate for candidate, found in widths.items() if found and set(found) == {found[0]} and found[0] > 1]
    sniffed = _sniffed(text)
    if sniffed in fitting:
        return Delimiter(sniffed, f"csv.Sniffer, and {_same_width(widths[sniffed])}")
    if fitting:
        widest = max(fitting, key=lambda candidate: widths[candidate][0])
        return Delimiter(widest, _same_width(widths[widest]))
    in_header = [candidate for candidate, found in widths.items() if found and found[0] > 1]
    if sniffed in in_header:
        return Delimiter(sniffed, "csv.Sniffer; not all records have as many cells as the header")
    if in_header:
        widest = max(in_header, key=lambda candidate: widths[candidate][0])
        return Delimiter(widest, "most frequent in the header; not all records have as many cells")
    return Delimiter(",", "no other divides the header, which is one column")


def record_widths(text: str, delimiter: str, quote: str, *, is_whole: bool) -> list[int]:
    """Return how many cells the first records of a text have, blank lines left out.

    The last record of a text that goes on is not counted, unless it is the only one.
    """
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote)
    widths: list[int] = []
    try:
        widths.extend(islice((len(record) for record in reader if record), SAMPLE_RECORDS))
    except csv.Error:  # a cell longer than the module takes
        pass
    ends_early = not is_whole and not lines.read(1)
    return widths[:-1] if ends_early and len(widths) > 1 else widths


def _sniffed(text: str) -> str:
    beginning = text[:_SNIFFED_CHARACTERS]
    if len(beginning) < len(text):
        beginning = beginning[: max(beginning.rfind("\n"), beginning.rfind("\r")) + 1] or beginning
    try:
        return csv.Sniffer().sniff(beginning, delimiters="".join(CANDIDATES)).delimiter
    except csv.Error:
        return ""


def _same_width(widths: list[int]) -> str:
    return f"{counted(len(widths), 'record')} of {counted(widths[0], 'cell')} each"
