"""Work ahead on threads: in order, bounded, with its errors, and ended when nobody wants more."""

from __future__ import annotations

import contextvars
import gc
import random
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import TypeVar

import pytest
from hypothesis import given, strategies as st

from cpnb.working_ahead import worked_ahead

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def sooner_or_later(result: T) -> T:
    """Return what is given after a moment of a random length, so that threads overtake each other."""
    time.sleep(random.random() / 500)
    return result


@given(items=st.lists(st.integers()), threads=st.integers(0, 4), most_ahead=st.integers(1, 5))
def test_results_come_in_the_order_of_the_items(items: list[int], threads: int, most_ahead: int) -> None:
    got = list(worked_ahead(lambda item: -item, items, threads=threads, most_ahead=most_ahead))

    assert got == [-item for item in items]


def test_results_come_in_order_although_threads_overtake_each_other() -> None:
    assert list(worked_ahead(sooner_or_later, range(200), threads=4, most_ahead=6)) == list(range(200))


def test_none_is_a_result_as_any_other() -> None:
    assert list(worked_ahead(lambda _: None, range(3), threads=2, most_ahead=2)) == [None] * 3


def test_work_goes_on_while_somebody_is_busy_with_a_result() -> None:
    together = threading.Barrier(2)
    results = worked_ahead(lambda item: item and together.wait(10), range(2), threads=1, most_ahead=2)

    next(results)
    together.wait(10)  # with the second item, which nobody has asked for

    assert len(list(results)) == 1


def test_no_more_is_taken_than_allowed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(30):
            taken.append(number)
            yield number

    for given_count, _ in enumerate(worked_ahead(sooner_or_later, items(), threads=3, most_ahead=4), start=1):
        time.sleep(0.002)
        assert len(taken) <= given_count + 4


def test_no_more_results_are_alive_than_allowed() -> None:
    alive: weakref.WeakSet[Block] = weakref.WeakSet()

    def made(_: int) -> Block:
        block = Block()
        alive.add(block)
        return block

    for _ in worked_ahead(made, range(50), threads=2, most_ahead=3):
        time.sleep(0.001)
        assert len(alive) <= 3 + 1


class Block:
    """Something large."""


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_an_error_of_the_work_comes_as_itself_where_its_result_would_have(threads: int) -> None:
    error = LookupError("of item 5")

    def work(item: int) -> int:
        if item == 5:
            raise error
        return sooner_or_later(item)

    got: list[int] = []
    with pytest.raises(LookupError) as caught:
        got.extend(worked_ahead(work, range(20), threads=threads, most_ahead=4))

    assert caught.value is error
    assert got == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_an_error_of_the_items_comes_after_the_results_before_it(threads: int) -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise KeyError("no fourth")

    got: list[int] = []
    with pytest.raises(KeyError, match="no fourth"):
        got.extend(worked_ahead(sooner_or_later, items(), threads=threads, most_ahead=2))

    assert got == [0, 1, 2]


def test_the_first_error_counts() -> None:
    def work(item: int) -> int:
        time.sleep(0.02 if item == 1 else 0)
        raise ValueError(item)

    with pytest.raises(ValueError, match=r"^0$"):
        list(worked_ahead(work, range(9), threads=3, most_ahead=4))


def closed(results: Iterator[int]) -> None:
    results.close()  # type: ignore[attr-defined]  # a generator


def dropped(results: Iterator[int]) -> None:
    del results


@pytest.mark.parametrize("leave", [closed, dropped])
def test_threads_end_when_nobody_wants_more(leave: Callable[[Iterator[int]], None]) -> None:
    results = [worked_ahead(sooner_or_later, count(), threads=3, most_ahead=4)]
    before = set(threading.enumerate())
    assert list(islice(results[0], 5)) == [0, 1, 2, 3, 4]
    at_work = set(threading.enumerate()) - before

    leave(results.pop())

    assert len(at_work) == 3
    assert not any(thread.is_alive() for thread in at_work)


def test_threads_end_when_an_interrupt_comes_while_somebody_is_busy_with_a_result() -> None:
    def busy() -> None:
        for _ in worked_ahead(sooner_or_later, count(), threads=2, most_ahead=2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        busy()


def test_threads_end_when_who_wanted_the_results_is_garbage() -> None:
    before = set(threading.enumerate())
    held: list[object] = [worked_ahead(sooner_or_later, count(), threads=2, most_ahead=2)]
    next(held[0])  # type: ignore[call-overload]  # it is an iterator
    held.append(held)
    at_work = set(threading.enumerate()) - before

    del held
    gc.collect()

    deadline_s = time.monotonic() + 10
    while any(thread.is_alive() for thread in at_work) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert len(at_work) == 2
    assert not any(thread.is_alive() for thread in at_work)


def test_nothing_is_begun_before_the_first_is_asked_for() -> None:
    before = threading.active_count()

    results = worked_ahead(sooner_or_later, iter(()), threads=2, most_ahead=2)

    assert threading.active_count() == before
    assert list(results) == []


def test_the_work_sees_the_context_of_who_asks() -> None:
    setting: contextvars.ContextVar[str] = contextvars.ContextVar("setting", default="none")
    token = setting.set("of the caller")
    try:
        assert set(worked_ahead(lambda _: setting.get(), range(6), threads=2, most_ahead=2)) == {"of the caller"}
    finally:
        setting.reset(token)
