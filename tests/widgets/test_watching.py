"""The thread that looks: at all that moves, for as long as it moves, and one at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cpnb.widgets.upload_status.watching import Watch


class Moving:
    """Moves for a number of looks."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.threads: set[int] = set()

    def look(self) -> bool:
        self.threads.add(threading.get_ident())
        self.left -= 1
        return self.left > 0


def wait_until(happened: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline_s
        time.sleep(0.005)


def test_each_is_looked_at_until_it_moves_no_more_all_on_one_daemon_thread() -> None:
    watch = Watch(0.001)
    moving = [Moving(5), Moving(20), Moving(1)]

    for one in moving:
        watch.add(one.look)
    [thread] = [one for one in threading.enumerate() if one.name == "cpnb-widgets" and one is watch._thread] or [None]
    wait_until(lambda: watch.count == 0)

    assert [one.left for one in moving] == [0, 0, 0]
    assert thread is None or thread.daemon
    wait_until(lambda: watch._thread is None)


def test_what_moves_again_is_looked_at_again() -> None:
    watch = Watch(0.001)
    one = Moving(3)
    watch.add(one.look)
    wait_until(lambda: watch.count == 0)

    one.left = 4
    watch.add(one.look)
    wait_until(lambda: watch.count == 0)

    assert one.left == 0


def test_what_is_added_twice_is_looked_at_once() -> None:
    watch = Watch(10)  # one look, and then a long rest
    one = Moving(100)

    watch.add(one.look)
    watch.add(one.look)

    wait_until(lambda: one.left < 100)
    assert watch.count == 1
    assert one.left == 99


def test_what_is_added_while_it_comes_to_rest_is_looked_at_again() -> None:
    watch = Watch(0.001)
    looks = 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        if looks == 1:
            watch.add(look)  # as a click would, in the very moment
        return False

    watch.add(look)

    wait_until(lambda: watch.count == 0)
    assert looks == 2
