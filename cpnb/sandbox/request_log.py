"""What was asked of the sandbox lately: operations, jobs and answers, never a value."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass

MAX_REQUESTS = 20_000


@dataclass(slots=True)
class LoggedRequest:
    """One request.

    `operation` is the name of an API operation, or ``PutObject`` for a file sent to an upload URL; `job_id` is
    the upload job that it is about, if any; `status` is the HTTP status of the answer, None while there is none.
    """

    number: int
    at_s: float
    operation: str
    job_id: str | None
    status: int | None = None


class RequestLog:
    """The latest `MAX_REQUESTS` requests, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: deque[LoggedRequest] = deque(maxlen=MAX_REQUESTS)
        self._count = 0

    def begun(self, operation: str, job_id: str | None, at_s: float) -> LoggedRequest:
        """Note a request that has just come in, and return its entry for the status to be filled in."""
        with self._lock:
            self._count += 1
            request = LoggedRequest(self._count, at_s, operation, job_id)
            self._requests.append(request)
            return request

    def clear(self) -> None:
        """Forget all of them; their numbers go on."""
        with self._lock:
            self._requests.clear()

    def to_list(self) -> list[dict[str, object]]:
        """Return them as plain data."""
        with self._lock:
            return [asdict(request) for request in self._requests]
