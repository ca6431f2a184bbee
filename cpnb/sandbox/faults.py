"""Faults on request: the next calls of an operation fail in a chosen way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from cpnb.sandbox.errors import AccessDeniedError, InternalServerError, ServiceError, ThrottledError

SERVICE_FAULTS: dict[str, type[ServiceError]] = {
    "throttle": ThrottledError,
    "internal_error": InternalServerError,
    "access_denied": AccessDeniedError,
    "lost_answer": InternalServerError,
}
"""Faults of the API. ``lost_answer`` does the work and then answers 500, as when the answer got lost."""


@dataclass(slots=True)
class Fault:
    """One pending fault.

    `operation` is the name of an API operation, or None for any; `times` is how many calls still fail.
    """

    kind: str
    operation: str | None
    times: int


class Faults:
    """The pending faults of the API, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[Fault] = []

    def add(self, kind: str, operation: str | None, times: int) -> None:
        """Let the next `times` calls of `operation` fail."""
        with self._lock:
            self._pending.append(Fault(kind, operation, times))

    def clear(self) -> None:
        """Forget all pending faults."""
        with self._lock:
            self._pending.clear()

    def pending(self) -> list[dict[str, object]]:
        """Return what is still to come, as plain data."""
        with self._lock:
            return [asdict(fault) for fault in self._pending]

    @contextmanager
    def around(self, operation: str) -> Iterator[None]:
        """Run one call of `operation`, failing before or after it if a fault is due."""
        kind = self._take(operation)
        if kind is not None and kind != "lost_answer":
            raise _error(kind)
        yield
        if kind == "lost_answer":
            raise _error(kind)

    def _take(self, operation: str) -> str | None:
        with self._lock:
            for fault in self._pending:
                if fault.operation in (None, operation):
                    fault.times -= 1
                    if fault.times == 0:
                        self._pending.remove(fault)
                    return fault.kind
        return None


def _error(kind: str) -> ServiceError:
    return SERVICE_FAULTS[kind](f"Injected by the sandbox: {kind}.")
