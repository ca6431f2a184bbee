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

__all__ = ["FIRST_TOLD_S", "TOLD_AGAIN_S", "Examining", "Silence", "Step", "Teller"]

FIRST_TOLD_S = 0.3
"""Before this nobody waits yet, and what came and went would only flicker."""

TOLD_AGAIN_S = 0.25
"""Four times a second is as often as a reader sees. Source: as `cpnb.widgets.upload_status.watching`."""


class Step(StrEnum):
    """What is being done with the rows; each step goes through all of them."""

    KEYS = "Comparing keys"
    VALIDATING = "Validating"
    VALIDATING_AND_MEASURING = "Validating and measuring"
    MEASURING = "Measuring"
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
    partition_count : int
        Partitions with which that is done, of a distributed table whose rows nobody has counted yet.
    total_partitions : int or None
        Partitions of that table; None for any other, and once its rows are counted.
    """

    step: Step
    row_count: int
    total_rows: int | None
    elapsed_s: float
    partition_count: int = 0
    total_partitions: int | None = None

    @property
    def is_through(self) -> bool:
        """Whether the step is done with all there is; False where nobody knows."""
        return self._total is not None and self._done >= self._total

    @property
    def _done(self) -> int:
        return self.row_count if self.total_partitions is None else self.partition_count

    @property
    def _total(self) -> int | None:
        return self.total_rows if self.total_partitions is None else self.total_partitions

    def __str__(self) -> str:
        if self.step is Step.DONE:
            return f"{self.step}: {counted(self.row_count, 'row')} in {self.elapsed_s:.1f} s"
        if self.total_rows is not None:
            return f"{self.step}: {self.row_count:,} of {counted(self.total_rows, 'row')}"
        so_far = f"{self.step}: {counted(self.row_count, 'row')} so far"
        if self.total_partitions is None:
            return so_far
        return f"{so_far}, {self.partition_count:,} of {counted(self.total_partitions, 'partition')}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{self._bar()} {markup(self)}</p>"

    def _bar(self) -> Html:
        if self._total is None:
            return Html("")
        left = max(self._total - self._done, 0)
        return Bar((BarPart("done", self._done, Tone.BUSY), BarPart("to come", left, Tone.EMPTY))).html()


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

    Who waits while others are at work looks now and then, so that all of what came to an end at once is told, and that
    a step has begun that takes long::

        with Teller(None, options.on_progress) as teller:
            teller.begin(Step.VALIDATING, total_partitions=40)
            while partitions:
                for rows in those_that_ended():
                    teller.advance(len(rows))
                teller.look()

    Parameters
    ----------
    total_rows : int or None
        Rows of the table; None where nobody knows, or not yet.
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
        self._partition_count = 0
        self._total_partitions: int | None = None
        self._is_news = False
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
                rows = self._row_count if self._total_rows is None else self._total_rows
                self._listener.hear(Examining(Step.DONE, rows, self._total_rows, self.elapsed_s))

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._began_s

    def begin(self, step: Step, *, total_rows: int | None = None, total_partitions: int | None = None) -> None:
        """Go through the rows from the first one on, to do something else with them.

        Parameters
        ----------
        step : Step
            What that is.
        total_rows : int, optional
            Rows of the table, if it was not known before how many there are.
        total_partitions : int, optional
            Partitions that the rows come in, if it is these that tell how far it is: each advance is one.
        """
        with self._lock:
            self._step, self._row_count, self._partition_count = step, 0, 0
            self._total_rows = self._total_rows if total_rows is None else total_rows
            self._total_partitions = total_partitions
            self._is_news = True

    def advance(self, row_count: int) -> None:
        """Take note of so many more rows."""
        with self._lock:
            self._row_count += row_count
            self._partition_count += self._total_partitions is not None
            self._is_news = True
            self.look()

    def look(self) -> None:
        """Tell what is not told yet, if it is time."""
        with self._lock:
            if self._is_news and self._clock() >= self._tell_at_s:
                self._tell()

    def _tell(self) -> None:
        done, total = self._partition_count, self._total_partitions
        examining = Examining(self._step, self._row_count, self._total_rows, self.elapsed_s, done, total)
        if examining.is_through:
            return
        if not self._was_told:
            self._was_told, self._place = True, place_for(Examining)
        self._is_news = False
        if self._place is not None:
            self._place.show(examining)
        self._listener.hear(examining)
        self._tell_at_s = self._clock() + TOLD_AGAIN_S


class Silence(Teller):
    """Tells nobody: for verbs that go through a table as an examination does, and show no line."""

    def __init__(self) -> None:
        super().__init__(None)

    def _tell(self) -> None:
        self._is_news = False
