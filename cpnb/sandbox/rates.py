"""Request rates: refuse what comes faster than a setting allows."""

from __future__ import annotations

import threading
import time

from cpnb.sandbox.errors import ThrottledError
from cpnb.sandbox.settings import Settings

READING_PREFIXES = ("Get", "List", "Search", "BatchGet")


class Rates:
    """Two token buckets, one for calls that read and one for all others; each holds one second's worth."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._filled_s: dict[str, float] = {}

    def admit(self, operation: str, settings: Settings) -> None:
        """Take one call into account; raise `ThrottledError` if it comes too fast."""
        kind = "read" if operation.startswith(READING_PREFIXES) else "write"
        rate_per_s = settings.read_rate_per_s if kind == "read" else settings.write_rate_per_s
        if not rate_per_s:
            return
        with self._lock:
            now_s, full = time.monotonic(), max(rate_per_s, 1.0)
            passed_s = now_s - self._filled_s.get(kind, now_s)
            tokens = min(full, self._tokens.get(kind, full) + passed_s * rate_per_s)
            self._filled_s[kind] = now_s
            self._tokens[kind] = tokens - 1 if tokens >= 1 else tokens
        if tokens < 1:
            raise ThrottledError(f"Rate exceeded: {rate_per_s:g} {kind} calls per second.")
