"""The logs of the libraries that we call, which would quote what nobody must see.

At DEBUG, botocore logs whole answers, among them an upload URL with its key, urllib3 logs signed
URLs, and charset_normalizer logs bytes of a file. ``http.client`` prints every request, with the key in
its headers, once somebody sets its ``debuglevel``. Somebody who looks for a mistake switches that on
and pastes it into a ticket.
"""

from __future__ import annotations

import builtins
import contextlib
import http.client
import logging
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

_FAMILIES = frozenset({"boto3", "botocore", "charset_normalizer", "http", "requests", "urllib3"})

_silent: ContextVar[bool] = ContextVar("silent", default=False)


class _Discretion(logging.Filter):
    """Lets through what was not logged on our behalf; other threads go on logging as they like."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - logging gives it
        return not _silent.get()


_discretion = _Discretion()


class _RecordFactory:
    """Makes records as before, and gives the filter to each logger of the libraries that speaks while it must not.

    A record is made before it is filtered, whatever its logger is called and however late that came to
    be. A filter on a parent would not do: it counts for its own logger only.
    """

    def __init__(self, before: Callable[..., logging.LogRecord]) -> None:
        self._before = before

    def __call__(self, name: str, *args: Any, **kwargs: Any) -> logging.LogRecord:
        if _silent.get() and name.partition(".")[0] in _FAMILIES:
            logging.getLogger(name).addFilter(_discretion)  # a second time it changes nothing
        return self._before(name, *args, **kwargs)


class _Print:
    """The ``print`` of ``http.client``, which is not called on our behalf."""

    def __init__(self, before: Callable[..., None] | None) -> None:
        self._before = before

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        if not _silent.get():
            (self._before or builtins.print)(*args, **kwargs)


def _listen() -> None:
    """Stand between the libraries and the logs; what others have put there goes on working behind us."""
    factory = logging.getLogRecordFactory()
    if not isinstance(factory, _RecordFactory):
        logging.setLogRecordFactory(_RecordFactory(factory))
    # The usual way to turn what it prints into log records is to give the module another `print`.
    printing = vars(http.client).get("print")
    if not isinstance(printing, _Print):
        vars(http.client)["print"] = _Print(printing)


@contextlib.contextmanager
def speaking() -> Iterator[None]:
    """Let the libraries log again: what the caller's own code does in between is the caller's."""
    token = _silent.set(False)
    try:
        yield
    finally:
        _silent.reset(token)


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Keep the libraries below us from logging in this thread, whatever their level.

    Nothing is lost to the caller: what goes wrong comes as an exception, which we translate.
    """
    _listen()
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)
