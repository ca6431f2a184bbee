"""One thing at a time: callbacks of widgets run on any thread, and two of them at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Turns:
    """A lock that callbacks take, and take again where one leads to another."""

    def __init__(self) -> None:
        self.lock = threading.RLock()

    def taken(self, callback: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return a callback that waits for its turn."""

        def called(event: Any) -> None:
            with self.lock:
                callback(event)

        return called
