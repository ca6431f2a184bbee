"""Work that is done ahead on threads: in order, never far ahead, and ended with whoever asked for it."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

ENDING_S = 10.0
"""How long threads are waited for when nobody wants more; each finishes the item that it has."""


def worked_ahead(
    work: Callable[[_Item], _Result], items: Iterable[_Item], *, threads: int, most_ahead: int
) -> Iterator[_Result]:
    """Yield what `work` makes of each item, in order, while threads are at work on the next ones.

    The threads take the items themselves, one at a time, so that `items` may be a generator whose steps take time. An
    error of either comes where its result would have, as itself, and ends the iteration. So does whoever closes it or
    drops it: the threads then finish what they have and take no more.

    Parameters
    ----------
    work : callable
        Called on several threads at once, in a context as the caller's.
    items : iterable
        Advanced by one thread at a time, not always the same.
    threads : int
        How many; without any, all is done when it is asked for, and where.
    most_ahead : int
        Items taken and not given out yet, at most: it bounds the memory.
    """
    if not threads:
        yield from map(work, items)
        return
    line = _Line(work, iter(items), most_ahead)
    try:
        line.begin(threads)
        while line.has_next():
            yield line.next()
    finally:
        line.end()


class _Line(Generic[_Item, _Result]):
    """Items on their way through the threads: numbered as they are taken, given out by number."""

    def __init__(self, work: Callable[[_Item], _Result], items: Iterator[_Item], most_ahead: int) -> None:
        self._work = work
        self._items = items
        self._most_ahead = most_ahead
        self._threads: list[threading.Thread] = []
        self._taking = threading.Lock()
        self._changed = threading.Condition()  # guards what follows
        self._results: dict[int, _Result] = {}
        self._errors: dict[int, BaseException] = {}
        self._taken_count = 0
        self._given_count = 0
        self._takes_more = True

    def begin(self, threads: int) -> None:
        """Put threads to work."""
        # Those of concurrent.futures take no work any more when a script has come to its end, and what it left in the
        # background goes on then.
        for _ in range(threads):
            run = contextvars.copy_context().run
            thread = threading.Thread(target=run, args=(self._work_on,), name="cpnb-ahead", daemon=True)
            thread.start()
            self._threads.append(thread)

    def has_next(self) -> bool:
        """Return whether there is another item, once it is through or it is sure that there is none."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_through() or self._is_over())
            return self._is_through()

    def _is_through(self) -> bool:
        return self._given_count in self._results or self._given_count in self._errors

    def _is_over(self) -> bool:
        return not self._takes_more and self._given_count == self._taken_count

    def next(self) -> _Result:
        """Return what became of the next item, or raise it."""
        with self._changed:
            number = self._given_count
            self._given_count += 1
            self._changed.notify_all()
            if number in self._results:
                return self._results.pop(number)
            raise self._errors.pop(number)

    def end(self) -> None:
        """Take no more, wait for the threads, and hold nothing any more."""
        with self._changed:
            self._takes_more = False
            self._changed.notify_all()
        if threading.current_thread() not in self._threads:  # one of them may be collecting garbage
            for thread in self._threads:
                thread.join(ENDING_S)
        with self._changed:
            self._results.clear()
            self._errors.clear()

    def _work_on(self) -> None:
        while (taken := self._take()) is not None:
            number, item = taken
            try:
                result = self._work(item)
            except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
                self._end_with(number, error)
                return
            with self._changed:
                self._results[number] = result
                self._changed.notify_all()
            del taken, item, result  # or they would be in memory until the next are there

    def _take(self) -> tuple[int, _Item] | None:
        """Return the next item and its number once there is room for it, or None if no more are taken."""
        with self._taking:  # so that the numbers are in the order of the items
            with self._changed:
                self._changed.wait_for(lambda: not self._takes_more or self._has_room())
                if not self._takes_more:
                    return None
                number = self._taken_count
            try:
                item = next(self._items)
            except BaseException as error:  # noqa: BLE001 - as above
                self._end_with(number, error)
                return None
            with self._changed:
                self._taken_count += 1
            return number, item

    def _has_room(self) -> bool:
        return self._taken_count - self._given_count < self._most_ahead

    def _end_with(self, number: int, error: BaseException) -> None:
        """Take no more: there are no more items, or one of them failed."""
        with self._changed:
            self._takes_more = False
            if not isinstance(error, StopIteration):
                self._errors[number] = error
                self._taken_count = max(self._taken_count, number + 1)
            self._changed.notify_all()
