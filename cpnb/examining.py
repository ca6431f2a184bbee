"""How far the examination of a table has come, told now and then: in the notebook, and to whoever asked for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from cpnb.display import Bar, BarPart, Html, Place, Tone, counted, markup, place_for
from cpnb.listener import Listener

__all__ = ["FIRST_TOLD_S", "TOLD_AGAIN_S", "Examining", "Step", "Teller"]

FIRST_TOLD_S = 0.3
"""Before this nobody waits yet, and what came and went would only flicker."""

TOLD_AGAIN_S = 0.25
"""Four times a second is as often as a reader sees. Source: as `cpnb.widgets.upload_status.watching`."""


class Step(StrEnum):
    """What is being done with the rows; each step goes through all of them."""

    KEYS = "Comparing keys"
    VALIDATING = "Validating"
    VALIDATING_AND_MEASURING = "Validating and measuring"
    DONE = "Examined"


@dataclass(frozen=True, slots=True, repr=False)
class Examining:
    """A table that is being examined, as far as it has come.

    Attributes
    ----------
    step : Step
        What is being done with its rows.
    row_count : int
        Rows with which that is done.
    total_rows : int or None
        Rows of the table; None where nobody knows yet.
    elapsed_s : float
        Seconds since the examination began.
    """

    step: Step
    row_count: int
    total_rows: int | None
    elapsed_s: float

    def __str__(self) -> str:
        if self.step is Step.DONE:
            return f"{self.step}: {counted(self.row_count, 'row')} in {self.elapsed_s:.1f} s"
        if self.total_rows is None:
            return f"{self.step}: {counted(self.row_count, 'row')} so far"
        return f"{self.step}: {self.row_count:,} of {counted(self.total_rows, 'row')}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{self._bar()} {markup(self)}</p>"

    def _bar(self) -> Html:
        if self.total_rows is None:
            return Html("")
        left = max(self.total_rows - self.row_count, 0)
        return Bar((BarPart("done", self.row_count, Tone.BUSY), BarPart("to come", left, Tone.EMPTY))).html()


class Teller:
    """Tells how far an examination has come, for as long as a block lasts.

    ::

        with Teller(len(people), options.on_progress) as teller:
            teller.begin(Step.VALIDATING)
            for rows in slices:
                ...
                teller.advance(len(rows))

    Where a person looks on, the cell shows a line that goes with the block, whatever ends it. Of what is quickly
    done nobody hears, nor of a step that is not begun or through. Safe to use from many threads.

    Parameters
    ----------
    total_rows : int or None
        Rows of the table; None where nobody knows.
    on_progress : callable, optional
        Given an `Examining` now and then; once it was given one, it is given another when all is done.
    clock : callable
        Gives the time in seconds.
    """

    def __init__(
        self,
        total_rows: int | None,
        on_progress: Callable[[Any], None] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total_rows = total_rows
        self._listener = Listener(on_progress, then="hears no more of the examination", lets_through=KeyboardInterrupt)
        self._clock = clock
        self._lock = threading.RLock()
        self._step = Step.VALIDATING
        self._row_count = 0
        self._began_s = clock()
        self._tell_at_s = self._began_s + FIRST_TOLD_S
        self._was_told = False
        self._place: Place | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        with self._lock:
            if self._place is not None:
                self._place.clear()
            if self._was_told and error is None:
                self._listener.hear(self._now(Step.DONE))

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._began_s

    def begin(self, step: Step) -> None:
        """Go through the rows from the first one on, to do something else with them."""
        with self._lock:
            self._step, self._row_count = step, 0

    def advance(self, row_count: int) -> None:
        """Take note of so many more rows."""
        with self._lock:
            self._row_count += row_count
            if self._clock() >= self._tell_at_s and self._row_count != self._total_rows:
                self._tell()

    def _tell(self) -> None:
        if not self._was_told:
            self._was_told, self._place = True, place_for(Examining)
        examining = self._now(self._step)
        if self._place is not None:
            self._place.show(examining)
        self._listener.hear(examining)
        self._tell_at_s = self._clock() + TOLD_AGAIN_S

    def _now(self, step: Step) -> Examining:
        return Examining(step, self._row_count, self._total_rows, self.elapsed_s)
