"""Many things of a service, read one by one: a few of them at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cpnb.errors import ServiceError
from cpnb.retrying import Patience

READS_AT_ONCE = 4
"""Source: Amazon Connect administrator guide, service quotas: neighbouring read operations allow 5 a second."""

_Thing = TypeVar("_Thing")
_Seen = TypeVar("_Seen")


def read_each(read: Callable[[_Thing], _Seen], things: Sequence[_Thing]) -> list[_Seen | None]:
    """Return what the service says of each thing, in order; None for one that is gone.

    After a refusal, or an interrupt, the others are not asked about.

    Parameters
    ----------
    read : callable
        Asks the service about one thing; called from other threads.
    things : sequence
        What to ask about.

    Raises
    ------
    ServiceError
        What `read` raises, unless it says that the thing is not there. Throttling is waited for, up to a
        minute for each thing.
    """
    if not things:
        return []

    def seen(thing: _Thing) -> _Seen | None:
        try:
            # Many requests in a row are more likely to be throttled than the one request of a cell.
            with Patience().applied():
                return read(thing)
        except ServiceError as error:
            if error.is_not_found:
                return None
            raise

    pool = ThreadPoolExecutor(min(READS_AT_ONCE, len(things)), thread_name_prefix="cpnb-reads")
    try:
        return list(pool.map(seen, things))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
