"""The one policy for what fails and may succeed later: what is tried again, how long, and with which pauses.

What may help is said by the errors themselves. `ServiceError.may_pass` tells whether another try of any kind may;
for a file that did not get through, `PutError.remedy` tells which. A try of a file always fetches a fresh path, so
that "again" and "with a fresh path" are one.

::

    tried again         connections lost or refused, answers cut off; 429; 500, 502, 503, 504; of the storage also
                        RequestTimeout, IncompleteBody and BadDigest, although they are 400
    with a fresh path   an upload URL, or its own credentials, that expired
    never               every other refusal

Source: S3 developer guide, error responses; service model, the exceptions that are no verdict on a request.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from numbers import Real

import tenacity

from cpnb.errors import CpnbError, ServiceError, TransferError

PUT_ATTEMPTS = 5
"""How often one file is sent at most. Each try ends when nothing moves any more, so that all of them are bounded."""

THROTTLED_LONGER = 6
"""Who is throttled knows that the service is there, and goes on so many times as long as with one that is not."""

LONGEST_S = 24 * 3600.0

FIRST_CONTACT_S = 15.0
"""How long a cell tries to reach the service before an upload begins, or begins again; the parts at work are more
patient."""

POLL_LEAST_S = 0.05
"""A job is never looked at more often, whatever the settings say: without a pause that would be a busy loop."""


class StoppedError(CpnbError):
    """The sending of a part was stopped on request; nothing of the part was taken in."""

    WORDS = "Stopped on request before its job was started; nothing of this part was taken in."


# Of these nothing is no patience: a connection cannot be waited for, nor a file be sent, in no time.
_OF_A_LINE = frozenset({"stall_s", "answer_s", "megabyte_s"})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an upload waits, and for what; all in seconds.

    Attributes
    ----------
    try_again_for_s : float
        A request that fails in a way that may pass is made again for this long. A service that nobody
        can reach breaks the upload after this time, one that throttles all calls after six times as long.
    pause_first_s, pause_longest_s : float
        Before a second try it waits at random up to the first of them; each time up to twice as long, and
        never longer than the other.
    poll_first_s, poll_longest_s : float
        How long after the start a job is looked at again; each time half as long again, up to the other,
        and never after less than 0.05 s.
    stall_s : float
        The storage must connect, and take the next bytes of a file, within this time.
    answer_s : float
        It must answer within this time once it has all of the file.
    megabyte_s : float
        All of a file must be sent within this time for each megabyte of it, and `stall_s` more. A line that
        crawls and never stalls would otherwise take days.
    """

    try_again_for_s: float = 60.0
    pause_first_s: float = 1.0
    pause_longest_s: float = 20.0
    poll_first_s: float = 1.0
    poll_longest_s: float = 15.0
    stall_s: float = 30.0
    answer_s: float = 120.0
    megabyte_s: float = 60.0

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            is_none = setting.name in _OF_A_LINE and value == 0
            if isinstance(value, bool) or not isinstance(value, int | float) or is_none or not 0 <= value <= LONGEST_S:
                least = "more than 0 and at most" if setting.name in _OF_A_LINE else "from 0 to"
                raise ValueError(f"{setting.name} is {value!r}; expected seconds, {least} {LONGEST_S:,.0f}.")

    @contextlib.contextmanager
    def applied(self, stopping: threading.Event | None = None) -> Iterator[None]:
        """Let all calls of this thread wait like this, until the block ends.

        Parameters
        ----------
        stopping : threading.Event, optional
            Once it is set, every pause ends at once with a `StoppedError`.
        """
        token = _applied.set((self, stopping))
        try:
            yield
        finally:
            _applied.reset(token)


# A call that somebody waits for in a cell should not keep them for a minute if the network is gone.
_DEFAULT = Patience(try_again_for_s=10.0)

_applied: ContextVar[tuple[Patience, threading.Event | None]] = ContextVar("patience", default=(_DEFAULT, None))


def patience() -> Patience:
    """Return how long this thread is to wait."""
    return _applied.get()[0]


def in_a_cell(asked: Patience) -> Patience:
    """Return a patience for what somebody waits for in a cell: a network that is gone is told soon."""
    return replace(asked, try_again_for_s=min(asked.try_again_for_s, FIRST_CONTACT_S))


def checked_timeout(timeout_s: float | None) -> float | None:
    """Return how long somebody will wait, as a plain number of seconds; None for without end.

    Raises
    ------
    TypeError, ValueError
        If it is no number.
    """
    given: object = timeout_s
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, Real):
        raise TypeError(f"timeout_s is a {type(given).__name__}; expected a number of seconds, or None.")
    if math.isnan(seconds := float(given)):
        raise ValueError("timeout_s is not a number (NaN); expected seconds, or None to wait without end.")
    return seconds


def pause(seconds: float) -> None:
    """Wait, unless the work of this thread is stopped meanwhile.

    Raises
    ------
    StoppedError
        As soon as it is stopped.
    """
    stopping = _applied.get()[1]
    if stopping is None:
        time.sleep(seconds)
    elif stopping.wait(seconds):
        raise StoppedError(StoppedError.WORDS)


def trying_again() -> tenacity.Retrying:
    """Return the policy for a request to the service: made again for as long as the thread's patience allows.

    What is called must look whether the lost request worked before it asks again, if that matters.
    """
    return _policy(ServiceError, _GivingUp(patience().try_again_for_s))


def sending_again() -> tenacity.Retrying:
    """Return the policy for a file: sent again a few times, from its start, whatever one try takes.

    What the service itself refuses meanwhile, which hands out the paths, has been tried again already.
    """
    return _policy(TransferError, tenacity.stop_after_attempt(PUT_ATTEMPTS))


class _GivingUp:
    """Says when a request has been made for long enough; who was throttled meanwhile starts to count anew."""

    def __init__(self, time_s: float) -> None:
        self._time_s = time_s
        self._last_throttled_s = 0.0

    def __call__(self, state: tenacity.RetryCallState) -> bool:
        now_s = state.seconds_since_start or 0.0
        next_s = now_s + state.upcoming_sleep
        if _is_throttled(state):
            self._last_throttled_s = now_s
            return next_s >= THROTTLED_LONGER * self._time_s
        return next_s - self._last_throttled_s >= self._time_s


def _is_throttled(state: tenacity.RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    return isinstance(error, ServiceError) and error.is_throttling


def _policy(kind: type[ServiceError], stop: Callable[[tenacity.RetryCallState], bool]) -> tenacity.Retrying:
    waits = patience()
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: isinstance(error, kind) and error.may_pass),
        wait=tenacity.wait_random_exponential(multiplier=waits.pause_first_s, max=waits.pause_longest_s),
        stop=stop,
        sleep=pause,
        reraise=True,
    )


def polling_pauses() -> tenacity.wait.wait_base:
    """Return the pauses between two looks at a job: growing, and at random somewhat longer, lest many march in step."""
    now = patience()
    grown = tenacity.wait_exponential(
        multiplier=now.poll_first_s, max=now.poll_longest_s, exp_base=1.5, min=POLL_LEAST_S
    )
    return grown + tenacity.wait_random(0, now.poll_first_s / 5)
