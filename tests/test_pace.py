"""One pace for all calls: none until one is throttled, slower by evidence, faster again with answers."""

from __future__ import annotations

import pytest

from cpnb.pace import Pace


class Time:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def time() -> Time:
    return Time()


def a_pace(time: Time, chance: float = 0.0) -> Pace:
    return Pace(clock=time, chance=lambda: chance)


def slow_down(pace: Pace, time: Time) -> None:
    time.now_s += 0.001
    pace.throttled(time.now_s, least_s=0.2, most_s=2.0)


def test_nothing_is_held_back_as_long_as_nothing_was_throttled(time: Time) -> None:
    pace = a_pace(time)

    assert [pace.delay_s() for _ in range(1000)] == [0.0] * 1000
    pace.answered()
    assert pace.interval_s == 0


def test_when_one_call_is_throttled_all_calls_wait_and_keep_apart(time: Time) -> None:
    pace = a_pace(time)
    slow_down(pace, time)

    assert [pace.delay_s() for _ in range(4)] == pytest.approx([0.2, 0.4, 0.6, 0.8])


def test_each_throttling_doubles_the_distance_up_to_a_bound(time: Time) -> None:
    pace = a_pace(time)
    distances = []
    for _ in range(6):
        slow_down(pace, time)
        distances.append(pace.interval_s)

    assert distances == pytest.approx([0.2, 0.4, 0.8, 1.6, 2.0, 2.0])


def test_calls_that_were_under_way_together_slow_it_down_once(time: Time) -> None:
    pace = a_pace(time)
    began_s = time.now_s
    time.now_s += 1
    for _ in range(3):
        pace.throttled(began_s, least_s=0.2, most_s=2.0)

    assert pace.interval_s == 0.2


def test_those_who_were_refused_together_do_not_come_back_together(time: Time) -> None:
    soon, late = a_pace(time, chance=0.0), a_pace(time, chance=1.0)
    slow_down(soon, time)
    slow_down(late, time)

    assert (soon.delay_s(), late.delay_s()) == pytest.approx((0.2, 0.4), abs=0.01)


def test_with_answers_it_becomes_faster_until_nothing_is_held_back_any_more(time: Time) -> None:
    pace = a_pace(time)
    slow_down(pace, time)
    pace.answered()
    assert pace.interval_s == pytest.approx(0.16)

    for _ in range(20):
        pace.answered()

    assert pace.interval_s == 0
    time.now_s += 10
    assert pace.delay_s() == 0
