"""On a worker: where a part that is ready to be sent waits for its path, and says how much of it has gone.

Everything here lives in the memory of one process and ends with the part. The driver calls `look`, `deposit` and
`withdraw` on the worker, by ``Client.run``; nothing of it is an argument or a result of a task.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from cpnb.dask.sealing import Seal
from cpnb.put_error import PutError, Remedy
from cpnb.retrying import StoppedError
from cpnb.upload_path import UploadPath

PATH_WAIT_S = 120.0
"""How long a part that is ready waits for its path; fetching one may be tried again for a minute."""

WITHDRAWN_KEPT_S = 3600.0
"""How long it is remembered that a part is not to be sent, for a worker that only begins with it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One try to send a part, as it stands.

    Attributes
    ----------
    attempt : str
        Which try it is; another one on another worker has another name.
    public : bytes
        What its path is sealed for.
    waits : bool
        Whether it has no path yet.
    sent_bytes : int
        Given to the network so far.
    """

    attempt: str
    public: bytes
    waits: bool
    sent_bytes: int


@dataclass(slots=True, repr=False)
class Attempt:
    """One try to send a part."""

    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    seal: Seal = field(default_factory=Seal)
    sealed: bytes | None = None
    was_given: bool = False
    is_withdrawn: bool = False
    sent_bytes: int = 0

    def path(self, wait_s: float = PATH_WAIT_S) -> UploadPath:
        """Wait for the path and return it; it can be taken once.

        Raises
        ------
        StoppedError
            If the part is not to be sent any more.
        PutError
            If no path comes: whoever would fetch it may be gone.
        """
        with _CHANGED:
            _CHANGED.wait_for(lambda: self.sealed is not None or self.is_withdrawn, wait_s)
            self._require_wanted()
            if self.sealed is None:
                raise PutError(f"A worker was ready to send and got no path within {wait_s:g} s.", Remedy.AGAIN)
            sealed, self.sealed = self.sealed, None
        return self.seal.opened(sealed)

    def gone(self, sent_bytes: int) -> None:
        """Take note of how much was given to the network; end the sending if it is not wanted any more."""
        self.sent_bytes = sent_bytes
        self._require_wanted()

    def _require_wanted(self) -> None:
        if self.is_withdrawn:
            raise StoppedError(StoppedError.WORDS)


_CHANGED = threading.Condition()
_ATTEMPTS: dict[str, Attempt] = {}
_WITHDRAWN: dict[str, float] = {}


@contextlib.contextmanager
def attempt(ticket: str) -> Iterator[Attempt]:
    """Show that a part is ready to be sent from this process, until the block ends."""
    one = Attempt()
    with _CHANGED:
        one.is_withdrawn = ticket in _WITHDRAWN
        _ATTEMPTS[ticket] = one
    try:
        yield one
    finally:
        with _CHANGED:
            one.sealed = None
            if _ATTEMPTS.get(ticket) is one:
                del _ATTEMPTS[ticket]


def look(ticket: str) -> Seen | None:
    """Return how the part of a ticket stands in this process; None if it is not here."""
    with _CHANGED:
        one = _ATTEMPTS.get(ticket)
        return None if one is None else Seen(one.name, one.seal.public, not one.was_given, one.sent_bytes)


def deposit(ticket: str, name: str, sealed: bytes) -> bool:
    """Give one try its path, and return whether it is still here to take it."""
    with _CHANGED:
        one = _ATTEMPTS.get(ticket)
        if one is None or one.name != name or one.was_given:
            return False
        one.sealed, one.was_given = sealed, True
        _CHANGED.notify_all()
        return True


def withdraw(ticket: str) -> None:
    """End what is being sent for a ticket in this process, or would be later."""
    now_s = time.monotonic()
    with _CHANGED:
        for old in [one for one, since_s in _WITHDRAWN.items() if now_s - since_s > WITHDRAWN_KEPT_S]:
            del _WITHDRAWN[old]
        _WITHDRAWN[ticket] = now_s
        if ticket in _ATTEMPTS:
            _ATTEMPTS[ticket].is_withdrawn = True
        _CHANGED.notify_all()
