"""The logs of the libraries that we call, which would quote what nobody must see.

At DEBUG, botocore logs whole answers, among them an upload URL with its key, urllib3 logs signed
URLs, and charset_normalizer logs bytes of a file. Somebody who looks for a mistake switches that on
and pastes it into a ticket.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextvars import ContextVar

_FAMILIES = frozenset({"boto3", "botocore", "charset_normalizer", "requests", "urllib3"})

_silent: ContextVar[bool] = ContextVar("silent", default=False)


class _Discretion(logging.Filter):
    """Lets through what was not logged on our behalf; other threads go on logging as they like."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - logging gives it
        return not _silent.get()


_discretion = _Discretion()


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Keep the libraries below us from logging in this thread, whatever their level.

    Nothing is lost to the caller: what goes wrong comes as an exception, which we translate.
    """
    # A filter counts for its own logger only, not for those below it, and a logger may be made late.
    for name, logger in list(logging.Logger.manager.loggerDict.items()):
        if name.partition(".")[0] in _FAMILIES and isinstance(logger, logging.Logger):
            logger.addFilter(_discretion)
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)
