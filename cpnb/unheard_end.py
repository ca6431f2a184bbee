"""What nobody was told of: an end in failure is said when the interpreter ends, if nobody looked before.

A script that does not wait ends with status 0, whatever became of what went on behind it. As asyncio says of an
exception that was never retrieved, so do we.
"""

from __future__ import annotations

import atexit
import threading
import warnings

__all__ = ["UnheardEnd", "UnheardEndWarning"]


class UnheardEndWarning(UserWarning):
    """Something went wrong behind a script that did not wait for it."""


class UnheardEnd:
    """The end of something that goes on behind a script; safe to use from many threads."""

    def __init__(self) -> None:
        self._is_heard = False

    def came(self, words: str) -> None:
        """Take note that it ended in failure, and how; of what is heard there is nothing to say any more."""
        with _lock:
            if not self._is_heard:
                _unheard[self] = words

    def heard(self) -> None:
        """Take note that somebody has been told how it ended."""
        with _lock:
            self._is_heard = True
            _unheard.pop(self, None)

    def put_off(self) -> None:
        """Take note that it begins anew, and will have another end."""
        with _lock:
            self._is_heard = False
            _unheard.pop(self, None)


# The words and not what they are about: that may hold a table, and nobody else may need it any more.
_unheard: dict[UnheardEnd, str] = {}
_lock = threading.Lock()


# Such functions are called when all threads of pools have ended.
@atexit.register
def _say() -> None:
    with _lock:
        left = list(_unheard.values())
        _unheard.clear()
    for words in left:
        warnings.warn(words, UnheardEndWarning, stacklevel=2)
