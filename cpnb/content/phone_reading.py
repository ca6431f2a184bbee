"""What each row of a column is as a phone number: by table where that is exact and pays, else by phonenumbers.

A column is read in blocks. `scan` finds the digits, tables decide them, `spelled_out` rewrites the rows that are not
plain, and what is left goes to the reference, each distinct value once. A few rows of each block that a table
decided go to the reference as well (see `cpnb.content.canary`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content.canary import Canary
from cpnb.content.cells import picked
from cpnb.content.phone_decision import Decision, TableUse
from cpnb.content.phone_reference import Outcome, verdict
from cpnb.content.phone_table import TABLES, PhoneTables
from cpnb.content.phone_text import TEXT_CHARACTERS_MAX, Spelled, scan, spelled_out
from cpnb.content.rule import Mask, distinct, mask_of

BLOCK_ROWS = 65_536
"""Rows that are read at once: some megabytes, and enough of them to forget what each block costs. Source: measured."""
CANARY_ROWS = 3_000
"""One row of so many goes to the reference too, which costs a few percent."""

E164_DIGITS_MAX = 15
"""Source: ITU-T E.164, 6.2.1."""

_UTF8_BYTES_MAX = 4
"""Bytes of one character."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class BlockReading:
    """What the rows of one block are.

    Attributes
    ----------
    outcome : numpy.ndarray of uint8
        An `Outcome` for each row; that of a missing row means nothing.
    is_e164 : Mask
        Rows that look like E.164: a plus sign, digits, and nothing else.
    is_readable : Mask
        Rows that phonenumbers may be able to read, valid or not; it surely cannot read the others.
    e164 : callable
        Makes the E.164 form of valid rows as ``large_string``; null where not valid or with an extension.
    """

    outcome: NDArray[np.uint8]
    is_e164: Mask
    is_readable: Mask
    e164: Callable[[], pa.Array]


def read(
    text: pa.Array,
    region: str | None,
    take: Callable[[BlockReading], T],
    *,
    table_rows: int = 0,
    tables: PhoneTables = TABLES,
) -> list[T]:
    """Return what is taken from each block of a column, in their order; there is at least one, if only an empty one.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``.
    region : str, optional
        Where numbers without ``+`` are dialled.
    take : callable
        What is wanted of a block.
    table_rows : int
        Rows of the whole table, if it is longer than the column. It decides which tables are compiled, and
        nothing about a row.
    tables : PhoneTables
        Where tables come from.

    Warns
    -----
    FastPathWarning
        If a table and phonenumbers differ. The column is then read by phonenumbers alone.
    """
    rows = max(table_rows, len(text))
    use = TableUse(tables, region, rows / max(1, min(len(text), BLOCK_ROWS)))
    if use.pays_for(rows):
        taken = []
        for block in _blocks(text):
            by_table = _ByTable(_without_long_cells(block), use)
            if not by_table.agrees(tables.canary):
                break
            taken.append(take(by_table.reading()))
        else:
            return taken
    return [take(_by_reference(text, region))]


def _blocks(text: pa.Array) -> Iterator[pa.Array]:
    for start in range(0, max(1, len(text)), BLOCK_ROWS):
        yield text.slice(start, BLOCK_ROWS)


def _without_long_cells(text: pa.Array) -> pa.Array:
    """Return a block in which what is too long for phonenumbers is empty, and just as invalid: it may be huge."""
    is_long = pc.greater(pc.binary_length(text), TEXT_CHARACTERS_MAX * _UTF8_BYTES_MAX)
    return pc.if_else(is_long, "", text) if pc.any(is_long).as_py() else text


def _by_reference(text: pa.Array, region: str | None) -> BlockReading:
    values, indices = distinct(text)
    verdicts = [verdict(value, region) for value in values]
    outcome = pc.fill_null(pa.array([one.outcome for one in verdicts], pa.uint8()).take(indices), Outcome.INVALID.value)
    outcome = outcome.to_numpy(zero_copy_only=False)
    e164 = pa.array([one.complete_e164 for one in verdicts], pa.large_string()).take(indices)
    return BlockReading(
        outcome,
        mask_of(pc.match_substring_regex(text, r"\A\+[1-9][0-9]{1,14}\z")),
        outcome != Outcome.LACKS_COUNTRY,
        lambda: e164,
    )


class _ByTable:
    """One block, decided by tables and, where they do not, by the reference."""

    def __init__(self, text: pa.Array, use: TableUse) -> None:
        self._text = text
        self._region = use.region
        self._scan = scan(text)
        self._is_present = mask_of(text.is_valid())
        self._plain = Decision(self._scan, self._scan.is_plain, use)
        self.outcome = self._plain.outcome.copy()
        self._other_rows = np.flatnonzero(self._is_present & ~self._scan.is_plain & ~self._scan.is_hopeless)
        self._others = _Others(text.take(pa.array(self._other_rows)), use) if len(self._other_rows) else None
        if self._others is not None:
            self.outcome[self._other_rows] = self._others.outcome
        self._undecided = self._is_present & (self.outcome == Outcome.UNDECIDED)

    def agrees(self, canary: Canary) -> bool:
        """Compare a few random rows that were decided here with the reference."""
        rows = canary.rows(self._is_present & ~self._undecided, one_in=CANARY_ROWS).tolist()
        ours = [(int(self.outcome[row]), self._e164_of(row)) for row in rows]
        asked = [verdict(self._text[row].as_py(), self._region) for row in rows]
        return canary.agrees(ours, [(int(one.outcome), one.complete_e164) for one in asked])

    def _e164_of(self, row: int) -> str | None:
        if self.outcome[row] != Outcome.VALID:
            return None
        if self._others is None or self._scan.is_plain[row]:
            return self._plain.e164_of(row)
        return self._others.e164_of(int(np.searchsorted(self._other_rows, row)))

    def reading(self) -> BlockReading:
        by_reference = None
        if self._undecided.any():
            by_reference = _by_reference(picked(self._text, self._undecided), self._region)
            self.outcome[self._undecided] = by_reference.outcome
        is_readable = self._scan.is_plain.copy()
        if self._others is not None:
            is_readable[self._other_rows] = self._others.is_readable
        is_readable &= self.outcome != Outcome.LACKS_COUNTRY
        is_e164 = self._scan.is_plain & self._scan.is_bare & self._scan.has_plus
        is_e164 &= self._scan.end - self._scan.begin <= E164_DIGITS_MAX
        is_e164[is_e164] = self._scan.digits[self._scan.begin[is_e164]] != 0

        def e164() -> pa.Array:
            made = self._plain.e164()
            if self._others is not None:
                made = replaced(made, self._other_rows, self._others.e164())
            if by_reference is not None:
                made = replaced(made, np.flatnonzero(self._undecided), by_reference.e164())
            return pc.if_else(self._text.is_valid(), made, None)

        return BlockReading(self.outcome, is_e164, is_readable, e164)


class _Others:
    """Rows that are not plain digits and punctuation."""

    def __init__(self, text: pa.Array, use: TableUse) -> None:
        self._spelled: Spelled = spelled_out(text)
        self._decision = Decision(scan(self._spelled.text), self._spelled.is_viable, use)
        self.is_readable = self._spelled.is_viable | self._spelled.is_unclear
        self.outcome = self._decision.outcome
        has_plus = mask_of(pc.match_substring_regex(text, "[+\N{FULLWIDTH PLUS SIGN}]"))
        self.outcome[(self.outcome == Outcome.LACKS_COUNTRY) & has_plus] = Outcome.INVALID
        self.outcome[self._spelled.is_unclear] = Outcome.UNDECIDED

    def e164_of(self, row: int) -> str | None:
        return None if self._spelled.has_extension[row] else self._decision.e164_of(row)

    def e164(self) -> pa.Array:
        is_lost = pa.array(self._spelled.has_extension | self._spelled.is_unclear)
        return pc.if_else(is_lost, None, self._decision.e164())


def replaced(column: pa.Array, rows: NDArray[np.int64], values: pa.Array) -> pa.Array:
    """Return a column in which some rows, in ascending order, have other values."""
    mask = np.zeros(len(column), bool)
    mask[rows] = True
    return pc.replace_with_mask(column, pa.array(mask), values)
