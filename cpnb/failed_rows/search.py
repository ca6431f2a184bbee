"""The search for refused rows at work: which rows to send again next, by what the service said of others."""

from __future__ import annotations

import bisect
import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import numpy as np

from cpnb.display import counted
from cpnb.errors import CpnbError
from cpnb.failed_rows.part_outcomes import Suspects, in_words
from cpnb.failed_rows.small_jobs import EarlierJobs
from cpnb.failed_rows.verdicts import Certainty, RowVerdicts
from cpnb.group_testing import FailCount, FailureSearch

DEAF_S = 0.5
"""How long the search is deaf to Ctrl-C, on systems that cannot interrupt a wait at once."""


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """How far a search for refused rows has come. Its text is a sentence.

    Attributes
    ----------
    job_count, max_jobs : int
        Small jobs made so far, and at most.
    found_count : int
        Rows that are known to be refused.
    hidden : FailCount
        How many more there are, at least and at most.
    """

    job_count: int
    max_jobs: int
    found_count: int
    hidden: FailCount

    def __str__(self) -> str:
        return (
            f"{counted(self.job_count, 'small job')} of at most {self.max_jobs:,}: {counted(self.found_count, 'row')} "
            f"found, {in_words(self.hidden)} more to find."
        )


class RowSearch:
    """Finds the refused rows of parts by sending few of their rows at a time.

    Parameters
    ----------
    suspects : sequence of Suspects
        The parts, with how many of their rows were refused.
    small_jobs : EarlierJobs or SmallJobs
        Knows what the service says of some rows; `SmallJobs` asks it.
    max_jobs : int
        How many small jobs may be made.
    on_progress : callable, optional
        Given a `SearchProgress` after each answer.
    """

    def __init__(
        self,
        suspects: Sequence[Suspects],
        small_jobs: EarlierJobs,
        max_jobs: int,
        on_progress: Callable[[SearchProgress], None] | None = None,
    ) -> None:
        self._suspects = suspects
        self._small_jobs = small_jobs
        self._max_jobs = max_jobs
        self._on_progress = on_progress
        # The search numbers the rows that were sent, of one part after the other.
        self._starts = [0]
        for one in suspects:
            self._starts.append(self._starts[-1] + len(one.rows))
        self._search = FailureSearch(
            (range(start, start + len(one.rows)), one.count) for start, one in zip(self._starts, suspects, strict=False)
        )

    def run(self, in_flight: int) -> None:
        """Ask until all refused rows stand alone, or no more small jobs may be made.

        Parameters
        ----------
        in_flight : int
            Small jobs at the same time at most.

        Raises
        ------
        ServiceError
            If the service cannot be asked, or refuses a job. An interrupt passes through as well; both
            carry a note that nothing is lost.
        """
        pool = ThreadPoolExecutor(in_flight, thread_name_prefix="cpnb-failed-rows")
        awaited: dict[Future[FailCount | None], range] = {}
        try:
            while True:
                for items in self._search.take_questions(in_flight - len(awaited)):
                    awaited[pool.submit(self._ask, items)] = items
                if not awaited:
                    return
                done, _ = wait(awaited, DEAF_S, return_when=FIRST_COMPLETED)
                for future in done:
                    self._search.learn(awaited.pop(future), future.result())
                    self._tell()
        except (CpnbError, KeyboardInterrupt) as error:
            if self._small_jobs.made_count:
                error.add_note(
                    f"Small jobs made for this search of failed rows: {self._small_jobs.made_count:,}. Call "
                    "find_failed_rows() again: it goes on from their results."
                )
            raise
        finally:
            self._small_jobs.stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, items: range) -> FailCount | None:
        one, start = self._place(items)
        last = one.rows[items.stop - 1 - start]
        return self._small_jobs.refused(one.part, range(int(one.rows[items.start - start]), int(last) + 1))

    def _place(self, items: range) -> tuple[Suspects, int]:
        """Return the part that some numbers belong to, and the first of its numbers."""
        number = bisect.bisect_right(self._starts, items.start) - 1
        return self._suspects[number], self._starts[number]

    def _tell(self) -> None:
        if self._on_progress is not None:
            found_count = sum(len(found.items) for found in self._search.found())
            progress = SearchProgress(self._small_jobs.made_count, self._max_jobs, found_count, self.hidden)
            try:
                self._on_progress(progress)
            except Exception as error:  # noqa: BLE001 - as in an upload: a broken progress bar must not break the search
                self._on_progress = None
                with contextlib.suppress(UserWarning):  # nor must a warning that somebody made an error
                    words = f"on_progress raised {type(error).__name__} and is not called again."
                    warnings.warn(words, stacklevel=2)

    @property
    def hidden(self) -> FailCount:
        """How many refused rows are not found, at least and at most."""
        counts = [count for _, count in self._search.undecided()]
        return FailCount(sum(count.least for count in counts), sum(count.most for count in counts))

    @property
    def steady(self) -> bool:
        """Whether all answers agreed."""
        return self._search.steady

    def report_found(self, verdicts: RowVerdicts) -> None:
        """Put the rows that were found to `verdicts`."""
        for found in self._search.found():
            one, start = self._place(found.items)
            reason = (
                "refused again when it was sent again" if found.confirmed else "follows from the counts of other jobs"
            )
            certainty = Certainty.CERTAIN if found.confirmed else Certainty.LIKELY
            verdicts.add(
                one.rows[found.items.start - start : found.items.stop - start], one.part.number, reason, certainty
            )

    def report_open(self, verdicts: RowVerdicts) -> None:
        """Put the rows among which refused ones still hide to `verdicts`."""
        for one in self._open():
            reason = f"{in_words(one.count)} of rows {one.rows[0]} to {one.rows[-1]} failed"
            verdicts.add(one.rows, one.part.number, reason, Certainty.POSSIBLE)

    def left(self) -> list[Suspects]:
        """Return what is left to be suspected: for each part that has such, the rows that are still open."""
        left: dict[int, Suspects] = {}
        for one in self._open():
            before = left.get(one.part.number)
            if before is None:
                left[one.part.number] = one
                continue
            count = FailCount(before.count.least + one.count.least, before.count.most + one.count.most)
            left[one.part.number] = replace(one, rows=np.concatenate([before.rows, one.rows]), count=count)
        return list(left.values())

    def _open(self) -> Iterator[Suspects]:
        """Yield the ranges that are still open, in the order of the rows."""
        for items, count in self._search.undecided():
            one, start = self._place(items)
            yield replace(one, rows=one.rows[items.start - start : items.stop - start], count=count)
