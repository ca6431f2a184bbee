"""Faults to order: what object storage answers to the next uploads, whatever they say."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from cpnb.sandbox.storage.s3_errors import S3Error
from cpnb.sandbox.storage.signature import request_has_expired

_EXPIRES_IN_S = 900


def _slow_down(_: datetime) -> S3Error:
    return S3Error("SlowDown", "Please reduce your request rate.")


def _internal_error(_: datetime) -> S3Error:
    return S3Error("InternalError", "We encountered an internal error. Please try again.")


def _service_unavailable(_: datetime) -> S3Error:
    return S3Error("ServiceUnavailable", "Service is unable to handle request.")


def _expired(now: datetime) -> S3Error:
    return request_has_expired(_EXPIRES_IN_S, now - timedelta(seconds=1), now)


def _expired_token(_: datetime) -> S3Error:
    return S3Error("ExpiredToken", "The provided token has expired.")


_ERROR_OF_KIND: Mapping[str, Callable[[datetime], S3Error]] = {
    "s3_error": _slow_down,
    "s3_internal_error": _internal_error,
    "s3_unavailable": _service_unavailable,
    "expire_now": _expired,
    "expired_token": _expired_token,
}
FAULT_KINDS = frozenset(_ERROR_OF_KIND)
"""What can be ordered. Source: S3 error responses (service facts 4.2)."""


class Faults:
    """A queue of ordered faults; each is used up by one upload. Safe to use from several threads."""

    def __init__(self) -> None:
        self._pending: deque[str] = deque()
        self._lock = threading.Lock()

    def order(self, kind: str, times: int) -> None:
        """Let the next `times` uploads fail in the given way, after those ordered before."""
        if kind not in FAULT_KINDS:
            raise ValueError(f"{kind!r} is not a fault of object storage; use one of {sorted(FAULT_KINDS)}")
        if times < 1:
            raise ValueError(f"a fault happens at least once, not {times} times")
        with self._lock:
            self._pending.extend([kind] * times)

    def clear(self) -> None:
        """Forget what was ordered and has not happened."""
        with self._lock:
            self._pending.clear()

    def take(self, now: datetime) -> S3Error | None:
        """Return the next ordered fault, if there is one, and use it up."""
        with self._lock:
            kind = self._pending.popleft() if self._pending else None
        return _ERROR_OF_KIND[kind](now) if kind else None
