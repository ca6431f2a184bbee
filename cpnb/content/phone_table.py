"""Automata as arrays: what many rows of digits are, all rows in step, one look-up for each digit.

`PhoneTables` keeps the tables that this process has compiled. The international table begins with the calling codes
alone and grows by one plan after the other as rows ask for them; national tables are compiled region by region.
A table is never changed: growing makes a new one, so threads may read while another compiles.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from cpnb.content.canary import Canary
from cpnb.content.numbering_automaton import Automaton
from cpnb.content.numbering_national import national_plan
from cpnb.content.numbering_pattern import UnknownPatternError
from cpnb.content.numbering_plan import (
    Abroad,
    Dialled,
    Reading,
    Unassigned,
    Undecided,
    international_plan,
)

_STRIDE = 16
"""Entries for each state: ten digits, one for the end of the digits, and padding to a power of two."""
_END = np.uint8(10)
_UNASSIGNED_DIGITS = 3
"""After so many digits it is clear that they begin with no calling code; fewer are too short for anything."""


class Said(IntEnum):
    """The kinds of labels."""

    INVALID = 0
    READING = 1
    ABROAD = 2
    UNDECIDED = 3
    UNASSIGNED = 4


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """The labels of a table, and the same as one array for each part.

    Attributes
    ----------
    all : tuple
        See `cpnb.content.numbering_plan.Dialled`.
    said : numpy.ndarray of uint8
        A `Said` for each.
    kept_from, kept_to, rest_from : numpy.ndarray of int32
        Parts of a reading; where a number abroad begins.
    code : numpy.ndarray of int32
        The calling code of a plan that is not compiled; else 0.
    head : numpy.ndarray of uint8
        The bytes that begin the E.164 form, one row for each label.
    head_size : numpy.ndarray of int32
        How many bytes of `head` count.
    """

    all: tuple[Dialled, ...]
    said: NDArray[np.uint8]
    kept_from: NDArray[np.int32]
    kept_to: NDArray[np.int32]
    rest_from: NDArray[np.int32]
    code: NDArray[np.int32]
    head: NDArray[np.uint8]
    head_size: NDArray[np.int32]

    @classmethod
    def of(cls, labels: Iterable[Dialled]) -> Labels:
        """Return labels as arrays."""
        labels = tuple(labels)
        said = np.array([_SAID[type(label)] for label in labels], np.uint8)
        heads = [label.head.encode() if isinstance(label, Reading) else b"" for label in labels]
        head = np.frombuffer(b"".join(one.ljust(HEAD_SIZE_BYTES) for one in heads), np.uint8)

        def part(name: str) -> NDArray[np.int32]:
            return np.array([getattr(label, name, 0) for label in labels], np.int32)

        return cls(
            labels,
            said,
            part("kept_from"),
            part("kept_to"),
            part("rest_from"),
            part("calling_code"),
            head.reshape(-1, HEAD_SIZE_BYTES),
            np.array([len(one) for one in heads], np.int32),
        )


_SAID = {
    type(None): Said.INVALID,
    Reading: Said.READING,
    Abroad: Said.ABROAD,
    Undecided: Said.UNDECIDED,
    Unassigned: Said.UNASSIGNED,
}
HEAD_SIZE_BYTES = 16


@dataclass(frozen=True, slots=True, eq=False)
class DigitTable:
    """An automaton over digits.

    Attributes
    ----------
    next_state : numpy.ndarray of int32
        Sixteen entries for each state. A state is the index of its first entry; ``next_state[state + digit]``
        is the next one, and ``next_state[state + 10]`` the state itself.
    label : numpy.ndarray of uint16
        For each state, at ``state // 16``, the index of its label.
    labels : Labels
        What a label says.
    start : int
        The state before the first digit.
    depth : int
        After so many digits no state changes any more.
    """

    next_state: NDArray[np.int32]
    label: NDArray[np.uint16]
    labels: Labels
    start: int
    depth: int

    def run(self, digits: NDArray[np.uint8], begin: NDArray[np.int32], end: NDArray[np.int32]) -> NDArray[np.uint16]:
        """Return the index of the label of each row.

        Parameters
        ----------
        digits : numpy.ndarray of uint8
            The digits (0 to 9) of all rows behind each other.
        begin, end : numpy.ndarray of int32
            Where the digits of each row begin and end.
        """
        state = np.full(len(begin), self.start, np.int32)
        at = np.empty_like(begin)
        count = end - begin
        for place in range(min(int(count.max(initial=0)), self.depth)):
            np.add(begin, place, out=at)
            digit = digits.take(at, mode="clip")
            np.putmask(digit, count <= place, _END)
            state += digit
            self.next_state.take(state, out=state, mode="clip")
        return self.label.take(state >> 4)


@dataclass(frozen=True, slots=True, eq=False)
class PhoneTable:
    """All that decides numbers of one region.

    Attributes
    ----------
    international : DigitTable
        Over the digits after ``+``. Its readings count digits from the calling code on.
    national : DigitTable, optional
        Over all digits of a number without ``+``; None without a region, or if its plan is not modelled.
    """

    international: DigitTable
    national: DigitTable | None


class _Builder:
    """States and labels that become a `DigitTable`."""

    def __init__(self) -> None:
        self._next: list[tuple[int, ...]] = []
        self._label: list[int] = []
        self._labels: dict[Dialled, int] = {}
        self._depth: list[int] = []

    def state(self, label: Dialled, following: tuple[int, ...] | None = None) -> int:
        """Add a state, final if nothing follows it, and return its number."""
        number = len(self._next)
        self._next.append(following or (number,) * 10)
        self._label.append(self._labels.setdefault(label, len(self._labels)))
        self._depth.append(self._depth_of(number))
        return number

    def _depth_of(self, number: int) -> int:
        return max((1 + self._depth[after] for after in self._next[number] if after != number), default=0)

    def add(self, automaton: Automaton[Dialled], code: str = "") -> int:
        """Add an automaton over what follows a calling code, and return its start."""
        numbers: list[int] = []
        for own, (label, following) in enumerate(zip(automaton.labels, automaton.next_states, strict=True)):
            said = label.behind(len(code)) if isinstance(label, Reading) else label
            is_final = own in following
            numbers.append(self.state(said, None if is_final else tuple(map(numbers.__getitem__, following))))
        return numbers[automaton.start]

    def table(self, start: int) -> DigitTable:
        """Return all states as a table that begins with one of them."""
        count = len(self._next)
        next_state = np.empty((count, _STRIDE), np.int32)
        next_state[:, :10] = self._next
        next_state[:, 10:] = np.arange(count, dtype=np.int32)[:, None]
        next_state *= _STRIDE
        label = np.array(self._label, np.uint16)
        return DigitTable(next_state.ravel(), label, Labels.of(self._labels), start * _STRIDE, self._depth[start])

    def __len__(self) -> int:
        return len(self._next)

    def forget_from(self, number: int) -> None:
        """Take back the states from a number on."""
        for states in (self._next, self._label, self._depth):
            del states[number:]


class PhoneTables:
    """The tables of this process, compiled as they are asked for; safe to use from many threads.

    Attributes
    ----------
    canary : Canary
        Off as soon as a row was decided otherwise than by phonenumbers: then nobody uses the tables any more.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.canary = Canary("phone numbers", "phonenumbers")
        self._builder = _Builder()
        self._starts: dict[str, int] = {}
        self._international: DigitTable | None = None
        self._settled: frozenset[int] = frozenset()
        self._national: dict[str, DigitTable | None] = {}

    @classmethod
    def holding(cls, region: str, table: PhoneTable) -> PhoneTables:
        """Return tables of which those of one region are given: with faults planted on purpose, for instance."""
        tables = cls()
        tables._international, tables._national[region] = table.international, table.national
        tables._settled = frozenset(COUNTRY_CODE_TO_REGION_CODE)
        return tables

    def international(self, codes: Iterable[int] = ()) -> DigitTable:
        """Return the international table in which at least these calling codes are compiled.

        A code that is not, or whose plan is not modelled, has one state: `Undecided` with that code.
        """
        wanted = frozenset(codes)
        table = self._international
        if table is not None and wanted <= self._settled:
            return table
        with self._lock:
            for code in sorted(wanted - self._settled):
                try:
                    self._starts[str(code)] = self._builder.add(international_plan(code), str(code))
                except UnknownPatternError:
                    continue
            plans = len(self._builder)
            self._international = table = self._builder.table(self._node(""))
            self._builder.forget_from(plans)  # the first digits are put before the plans anew each time
            # Only now: who finds a code here without the lock must find it in the table, too.
            self._settled |= wanted
            return table

    def _node(self, digits: str) -> int:
        """Return a new state that is reached by the first digits of calling codes."""
        if digits in self._starts:
            return self._starts[digits]
        if digits and digits[0] != "0" and int(digits) in COUNTRY_CODE_TO_REGION_CODE:
            return self._builder.state(Undecided(int(digits)))
        if len(digits) == _UNASSIGNED_DIGITS:
            return self._builder.state(Unassigned())
        return self._builder.state(None, tuple(self._node(f"{digits}{digit}") for digit in range(10)))

    def national(self, region: str) -> DigitTable | None:
        """Return the table of a region, or None if its plan holds something that is not modelled."""
        if region not in self._national:
            with self._lock:
                if region not in self._national:
                    self._national[region] = _national_table(region)
        return self._national[region]

    def has_national(self, region: str) -> bool:
        """Tell whether the table of a region is there already."""
        return region in self._national


def _national_table(region: str) -> DigitTable | None:
    builder = _Builder()
    try:
        start = builder.add(national_plan(region))
    except UnknownPatternError:
        return None
    return builder.table(start)


TABLES = PhoneTables()
"""Those that the rules use."""


def compiled(region: str | None = None, tables: PhoneTables = TABLES) -> PhoneTable:
    """Return the complete tables for a region, or those for no region.

    This is what proofs look at, and where they plant their faults: ``dataclasses.replace`` makes a table with
    another ``next_state`` or ``label``, and `PhoneTables.holding` something to read with.
    """
    international = tables.international(COUNTRY_CODE_TO_REGION_CODE)
    return PhoneTable(international, tables.national(region) if region else None)
