"""Many things read one by one: in order, a few at once, what is gone left out, a refusal told."""

from __future__ import annotations

import threading

import pytest

from cpnb.concurrent_reads import READS_AT_ONCE, read_each
from cpnb.errors import CredentialsError, ServiceError
from cpnb.retrying import Patience, patience


def test_the_answers_come_in_the_order_of_the_things() -> None:
    second_is_read = threading.Event()

    def read(number: int) -> int:
        if number == 1:
            assert second_is_read.wait(10)
        second_is_read.set()
        return number * 10

    assert read_each(read, [1, 2, 3]) == [10, 20, 30]


def test_as_many_as_allowed_are_read_at_once_and_no_more() -> None:
    all_there = threading.Barrier(READS_AT_ONCE)
    lock = threading.Lock()
    counts = [0]

    def read(number: int) -> int:
        with lock:
            counts.append(counts[-1] + 1)
        all_there.wait(10)  # breaks if fewer come at once
        with lock:
            counts.append(counts[-1] - 1)
        return number

    read_each(read, range(3 * READS_AT_ONCE))

    assert max(counts) == READS_AT_ONCE == 4


def test_what_is_gone_is_none() -> None:
    def read(name: str) -> str:
        if name == "gone":
            raise ServiceError("no such thing", code="ResourceNotFoundException")
        return name.upper()

    assert read_each(read, ["a", "gone", "b"]) == ["A", None, "B"]


def test_after_a_refusal_the_others_are_not_asked_about() -> None:
    asked = []

    def read(number: int) -> int:
        asked.append(number)
        raise CredentialsError("these credentials may not do this", code="AccessDeniedException")

    with pytest.raises(CredentialsError, match="may not do this"):
        read_each(read, range(1_000))

    assert len(asked) < 1_000


def test_every_read_is_as_patient_as_work_in_the_background() -> None:
    assert read_each(lambda _: patience(), [1, 2]) == [Patience(), Patience()]
    assert patience() != Patience()


def test_nothing_to_read_asks_nothing() -> None:
    def read(_: int) -> int:
        raise AssertionError

    assert read_each(read, []) == []
