"""What the tables say of rows of digits, and the E.164 form that they make of them."""

from __future__ import annotations

import numpy as np
import phonenumbers
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.content.numbering_validity import pattern_characters
from cpnb.content.phone_reference import Outcome
from cpnb.content.phone_table import HEAD_SIZE_BYTES, DigitTable, Labels, PhoneTables, Said
from cpnb.content.phone_text import Scan
from cpnb.content.rule import Mask

ROWS_MIN = 500
"""Fewer rows than these go to phonenumbers, without any table."""
NATIONAL_ROWS_MIN = 2_000
ROWS_PER_PATTERN_CHARACTER = 0.5
"""The table of a calling code is compiled for so many rows for each character of its patterns, that of a region for
`NATIONAL_ROWS_MIN` more: about as many calls of phonenumbers take as long. Source: measured on both versions of
phonenumbers that are tested, for all regions."""


class TableUse:
    """Which tables are worth compiling for a column, and which are there anyway.

    Parameters
    ----------
    tables : PhoneTables
        Where they come from.
    region : str, optional
        Where numbers without ``+`` are dialled.
    ratio : float
        How many rows of the whole table each row of a block stands for.
    """

    def __init__(self, tables: PhoneTables, region: str | None, ratio: float) -> None:
        self.tables = tables
        self.region = region
        self._ratio = ratio

    def pays_for(self, rows: int) -> bool:
        """Tell whether a table of so many rows may be read with tables, and is worth it."""
        is_known = self.region is None or self.region in phonenumbers.SUPPORTED_REGIONS
        return is_known and self.tables.canary.is_on and rows >= ROWS_MIN

    def national(self, rows: int) -> DigitTable | None:
        """Return the table of the region for so many rows without plus sign, if it is there or pays."""
        if self.region is None:
            return None
        code = phonenumbers.country_code_for_valid_region(self.region)
        if self.tables.has_national(self.region) or self._pays(code, rows - NATIONAL_ROWS_MIN / self._ratio):
            return self.tables.national(self.region)
        return None

    def international(self, undecided_codes: NDArray[np.int32]) -> DigitTable:
        """Return a table in which the calling codes of enough undecided rows are compiled."""
        codes, rows = np.unique(undecided_codes[undecided_codes > 0], return_counts=True)
        counted = zip(codes.tolist(), rows.tolist(), strict=True)
        return self.tables.international([code for code, count in counted if self._pays(code, count)])

    def _pays(self, code: int, rows: float) -> bool:
        return rows * self._ratio >= ROWS_PER_PATTERN_CHARACTER * pattern_characters(code)


_OUTCOME_OF = np.zeros(len(Said), np.uint8)
_OUTCOME_OF[Said.READING], _OUTCOME_OF[Said.UNDECIDED] = Outcome.VALID, Outcome.UNDECIDED


class Decision:
    """What tables say of the rows of a scan: an outcome for each, and how E.164 is made of its digits.

    Attributes
    ----------
    outcome : numpy.ndarray of uint8
        An `Outcome` for each row.
    """

    def __init__(self, scanned: Scan, is_readable: Mask, use: TableUse) -> None:
        rows = len(scanned.begin)
        self._scan = scanned
        self._use = use
        self.outcome = np.full(rows, Outcome.INVALID, np.uint8)
        self._begin = np.zeros(rows, np.int32)
        self._label = np.zeros(rows, np.uint16)
        self._source = np.zeros(rows, np.uint8)
        self._sources: list[Labels] = []
        with_plus = np.flatnonzero(is_readable & scanned.has_plus)
        said = self._decide_abroad(with_plus, scanned.begin[with_plus])
        without = np.flatnonzero(is_readable & ~scanned.has_plus)
        if use.region is None:
            self.outcome[without] = Outcome.LACKS_COUNTRY
        else:
            self._decide_at_home(without)
            # phonenumbers then reads them without the plus, and only a prefix out of the country can help: digits
            # that begin with no calling code do not begin with the region's.
            self._decide_at_home(with_plus[said == Said.UNASSIGNED], only=Said.ABROAD)

    def _decide_abroad(self, rows: NDArray[np.int64], begin: NDArray[np.int32]) -> NDArray[np.uint8]:
        """Decide rows whose digits are a calling code and a number from `begin` on; return what the table said."""
        end = self._scan.end[rows]
        table = self._use.international(np.empty(0, np.int32))
        label = table.run(self._scan.digits, begin, end)
        larger = self._use.international(table.labels.code[label])
        if larger is not table:
            table, label = larger, larger.run(self._scan.digits, begin, end)
        self._take(rows, begin, label, table.labels)
        return table.labels.said[label]

    def _decide_at_home(self, rows: NDArray[np.int64], only: Said | None = None) -> None:
        """Decide rows as numbers that are dialled in the region, or only some kind of them; the others are invalid."""
        if not len(rows):
            return
        table = self._use.national(len(rows))
        if table is None:
            self.outcome[rows] = Outcome.UNDECIDED
            return
        begin = self._scan.begin[rows]
        label = table.run(self._scan.digits, begin, self._scan.end[rows])
        said = table.labels.said[label]
        if only is None:
            self._take(rows, begin, label, table.labels)
        leaving = said == Said.ABROAD
        self._decide_abroad(rows[leaving], begin[leaving] + table.labels.rest_from[label[leaving]])

    def _take(
        self, rows: NDArray[np.int64], begin: NDArray[np.int32], label: NDArray[np.uint16], labels: Labels
    ) -> None:
        self.outcome[rows] = _OUTCOME_OF[labels.said[label]]
        self._begin[rows], self._label[rows], self._source[rows] = begin, label, len(self._sources)
        self._sources.append(labels)

    def e164_of(self, row: int) -> str:
        """Return the E.164 form of a valid row."""
        reading = self._sources[self._source[row]].all[self._label[row]]
        digits = "".join(map(str, self._scan.digits[self._begin[row] : self._scan.end[row]].tolist()))
        return f"{reading.head}{digits[reading.kept_from : reading.kept_to]}{digits[reading.rest_from :]}"

    def e164(self) -> pa.Array:
        """Return the E.164 form of valid rows, as ``large_string``; null where not valid."""
        scanned, is_valid = self._scan, self.outcome == Outcome.VALID
        keep = np.repeat(is_valid, scanned.end - scanned.begin)
        size = np.zeros(len(is_valid), np.int64)
        head_size = np.zeros(len(is_valid), np.int32)
        head = np.zeros((len(is_valid), HEAD_SIZE_BYTES), np.uint8)
        for source, labels in enumerate(self._sources):
            rows = np.flatnonzero(is_valid & (self._source == source))
            label = self._label[rows]
            head[rows], head_size[rows] = labels.head[label], labels.head_size[label]
            first, rest = scanned.begin[rows], self._begin[rows] + labels.rest_from[label]
            _fill(keep, first, rest, value=False)
            kept_from, kept_to = self._begin[rows] + labels.kept_from[label], self._begin[rows] + labels.kept_to[label]
            _fill(keep, kept_from, kept_to, value=True)
            size[rows] = head_size[rows] + kept_to - kept_from + scanned.end[rows] - rest
        offsets = np.zeros(len(size) + 1, np.int64)
        np.cumsum(size, out=offsets[1:])
        data, is_head = np.empty(offsets[-1], np.uint8), np.zeros(offsets[-1], bool)
        for place in range(int(head_size.max(initial=0))):
            rows = np.flatnonzero(head_size > place)
            data[offsets[rows] + place] = head[rows, place]
            is_head[offsets[rows] + place] = True
        data[~is_head] = scanned.digits[keep] + np.uint8(ord("0"))
        validity = pa.py_buffer(np.packbits(is_valid, bitorder="little"))
        return pa.LargeStringArray.from_buffers(len(size), pa.py_buffer(offsets), pa.py_buffer(data), validity)


def _fill(mask: Mask, begin: NDArray[np.int32], end: NDArray[np.int32], *, value: bool) -> None:
    """Set short stretches of a mask."""
    size = end - begin
    for place in range(int(size.max(initial=0))):
        mask[begin[size > place] + place] = value
