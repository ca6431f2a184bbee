"""How many files share a line: told by its pace, and by how long a path is valid. Time is set by hand."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable

import pytest

from cpnb.bandwidth import BUFFERED_BYTES, Bandwidth

MB = 1_000_000
LARGE = 1000 * MB


class Time:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def time() -> Time:
    return Time()


def no_room(_seconds: float) -> None:
    raise TimeoutError


def send(line: Bandwidth, time: Time, number: int, size_bytes: int, rate: float) -> None:
    """Send a file whole, at a rate in bytes per second."""
    with line.turn(number, size_bytes, no_room):
        time.now_s += size_bytes / rate
        line.sent(number, size_bytes)


@pytest.mark.parametrize(
    ("rate", "at_once"),
    [(10 * MB, 3), (5 * MB, 3), (4 * MB, 2), (2 * MB, 1), (0.1 * MB, 1)],
    ids=["80 Mbit", "40 Mbit", "32 Mbit", "16 Mbit", "0.8 Mbit"],
)
def test_as_many_go_at_once_as_get_through_in_seven_tenths_of_a_quarter_of_an_hour(
    time: Time, rate: float, at_once: int
) -> None:
    line = Bandwidth(3, clock=time)

    send(line, time, 1, LARGE, rate)

    # 630 s at 5 MB/s are 3.15 GB, three files of a gigabyte; at 4 MB/s two; below 3.2 MB/s one.
    assert line.at_once(LARGE) == at_once


def test_a_large_file_goes_alone_until_the_line_is_measured(time: Time) -> None:
    line = Bandwidth(3, clock=time)
    with line.turn(1, LARGE, no_room):
        with pytest.raises(TimeoutError), line.turn(2, LARGE, no_room):
            pass
        time.now_s = 2
        line.sent(1, 24 * MB)  # 20 MB more than the system may still hold: 10 MB/s
        with line.turn(2, LARGE, no_room), line.turn(3, LARGE, no_room):
            pass


def test_what_the_system_may_hold_back_proves_nothing(time: Time) -> None:
    line = Bandwidth(3, clock=time)
    with line.turn(1, LARGE, no_room):
        time.now_s = 0.01
        line.sent(1, BUFFERED_BYTES)

        assert line.at_once(LARGE) == 1


def test_small_files_need_no_measurement(time: Time) -> None:
    line = Bandwidth(3, clock=time)

    # 10 MB each: at 50 kB/s three of them take 600 s together.
    with line.turn(1, 10 * MB, no_room), line.turn(2, 10 * MB, no_room), line.turn(3, 10 * MB, no_room):
        assert line.at_once(10 * MB) == 3
        assert line.at_once(11 * MB) == 1


def test_never_more_than_allowed_however_fast_the_line_is(time: Time) -> None:
    line = Bandwidth(2, clock=time)
    send(line, time, 1, LARGE, 1000 * MB)

    with line.turn(2, 1, no_room), line.turn(3, 1, no_room), pytest.raises(TimeoutError), line.turn(4, 1, no_room):
        pass


def test_a_line_that_becomes_slow_lets_fewer_go(time: Time) -> None:
    line = Bandwidth(3, clock=time)
    send(line, time, 1, LARGE, 10 * MB)
    assert line.at_once(LARGE) == 3

    send(line, time, 2, LARGE, 1 * MB)

    assert line.at_once(LARGE) == 1


def test_idle_time_says_nothing_about_the_line(time: Time) -> None:
    line = Bandwidth(3, clock=time)
    send(line, time, 1, 100 * MB, 10 * MB)
    time.now_s += 3600
    assert line.advice == ""
    with line.turn(2, LARGE, no_room):
        assert line.at_once(LARGE) == 3


def test_a_path_that_is_valid_for_a_shorter_time_lets_fewer_go(time: Time) -> None:
    line = Bandwidth(3, clock=time)
    send(line, time, 1, LARGE, 10 * MB)

    line.path_lives(300)
    assert line.at_once(LARGE) == 2
    line.path_lives(-20)  # somebody's clock is wrong
    assert line.at_once(LARGE) == 2


def test_a_file_that_failed_says_nothing_about_the_line(time: Time) -> None:
    line = Bandwidth(3, clock=time)
    with contextlib.suppress(ConnectionError), line.turn(1, LARGE, no_room):
        time.now_s = 0.001
        raise ConnectionError

    assert line.at_once(LARGE) == 1
    assert line.advice == ""


def test_the_next_goes_when_one_has_ended(time: Time) -> None:
    line = Bandwidth(3)
    second_went = threading.Event()

    def second(pause: Callable[[float], None]) -> None:
        with line.turn(2, LARGE, pause):
            second_went.set()

    with line.turn(1, LARGE, no_room):
        waiting = threading.Event()
        thread = threading.Thread(target=second, args=(lambda seconds: waiting.wait(min(seconds, 0.01)),))
        thread.start()
        assert not second_went.wait(0.1)

    assert second_went.wait(10)
    thread.join()


def test_the_advice_names_a_limit_that_would_get_through(time: Time) -> None:
    line = Bandwidth(3, clock=time)
    assert line.advice == ""

    send(line, time, 1, LARGE, 0.5 * MB)

    # 630 s at 500,000 bytes a second are 315,000,000 bytes.
    assert "about 500,000 bytes a second" in line.advice
    assert "a part of 1,000,000,000 bytes is on its way for 33 minutes" in line.advice
    assert re.search(r"part_bytes=300_000_000\)", line.advice)


def test_a_file_that_was_cut_off_on_a_slow_line_is_advised_on(time: Time) -> None:
    line = Bandwidth(3, clock=time)
    with contextlib.suppress(ConnectionError), line.turn(1, LARGE, no_room):
        time.now_s = 900
        line.sent(1, 94 * MB)
        raise ConnectionError

    # 90 MB for certain in 900 s: 100,000 bytes a second, 63 MB in 630 s.
    assert "part_bytes=60_000_000)" in line.advice


def test_there_is_no_advice_where_all_gets_through(time: Time) -> None:
    line = Bandwidth(3, clock=time)

    send(line, time, 1, LARGE, 2 * MB)

    assert line.advice == ""
