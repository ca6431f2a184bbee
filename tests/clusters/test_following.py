"""How far the examination of a distributed table has come: what is told, on a cluster and without one."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cloudpickle
import dask
import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
import pytest
from dask.callbacks import Callback
from distributed import Client, LocalCluster

from cpnb import FieldMap, UploadOptions
from cpnb.dask.following import followed, followed_beside
from cpnb.dask.key_groups import groups_across
from cpnb.dask.partitions import starts_of, task
from cpnb.errors import FrameError
from cpnb.examining import Examining, Silence, Step, Teller
from cpnb.key_numbers import KeyNumbers
from cpnb.widgets.passing_line import NOTHING
from tests.plans import a_domain

cloudpickle.register_pickle_by_value(sys.modules[__name__])

FIELDS = FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")
SLOW_S = 0.4
ROW_COUNTS = [3, 0, 2, 5, 1, 0]
STEPS = [Step.VALIDATING, Step.KEYS, Step.MEASURING]
WAYS = ["sync", "threads", "cluster"]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    """The ways in which Dask works, two partitions at a time or one."""
    with at_work(request.param, request):
        yield request.param


@contextmanager
def at_work(way: str, request: pytest.FixtureRequest) -> Iterator[None]:
    if way == "cluster":
        request.getfixturevalue("client")
        yield
    else:
        with dask.config.set(scheduler=way, num_workers=2):
            yield


class Slowly:
    """A step that takes a while, and leaves a trace of each partition that it begins with."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.folder is not None:
            (self.folder / f"{os.getpid()}-{time.monotonic_ns()}").touch()
        time.sleep(SLOW_S)
        return frame


def slow_table(row_counts: list[int], folder: Path | None = None) -> dd.DataFrame:
    """Return a table whose partitions have so many rows and take a while, each time."""
    whole = pd.DataFrame({"id": [f"{row:04}" for row in range(sum(row_counts))], "city": "Oslo"}, dtype="string")
    starts = starts_of(row_counts)
    pieces = [whole.iloc[starts[number] : starts[number + 1]] for number in range(len(row_counts))]
    # Tasks of their own, so that Dask neither looks at the rows nor moves them.
    table = dd.from_delayed([dask.delayed(piece) for piece in pieces], meta=whole.iloc[:0], verify_meta=False)
    return table.map_partitions(Slowly(folder), meta=whole.iloc[:0])


def test_a_plan_tells_of_partitions_and_then_of_rows_and_how_long_it_took(way: str) -> None:
    told: list[Examining] = []
    options = UploadOptions(part_rows=4, on_progress=told.append)

    plan = slow_table(ROW_COUNTS).cp.plan(a_domain(), FIELDS, options=options)

    *before, last = told
    assert re.fullmatch(r"Examined: 11 rows in \d+\.\d s", str(last))
    assert [one.step for one in before] == sorted((one.step for one in before), key=STEPS.index)
    validating = [one for one in before if one.step is Step.VALIDATING]
    assert all(re.fullmatch(r"Validating: \d+ rows? so far, [0-5] of 6 partitions", str(one)) for one in validating)
    assert len({one.partition_count for one in validating}) > 1
    measuring = [one for one in before if one.step is Step.MEASURING]
    assert all(re.fullmatch(r"Measuring: \d+ of 11 rows", str(one)) for one in measuring)
    assert {one.row_count for one in measuring} <= {0, 3, 4, 7, 8}  # of parts with 4, 4 and 3 rows, not all
    for of_a_step in (validating, measuring):
        assert of_a_step
        assert_never_less(of_a_step)
    assert all(one.elapsed_s >= 0.3 for one in told)
    assert plan.validating_s is not None
    assert plan.measuring_s is not None
    assert plan.validating_s >= 3 * SLOW_S  # two at a time
    assert plan.measuring_s >= 3 * SLOW_S
    assert plan.validating_s + plan.measuring_s == pytest.approx(last.elapsed_s, rel=0.05)
    assert [len(part.rows) for part in plan.parts] == [4, 4, 3]


def assert_never_less(told: list[Examining]) -> None:
    rows, partitions = [one.row_count for one in told], [one.partition_count for one in told]
    assert rows == sorted(rows)
    assert partitions == sorted(partitions)


@pytest.mark.parametrize("row_count", [0, 2])
def test_a_single_partition_is_told_of_as_long_as_it_takes(row_count: int) -> None:
    told: list[Examining] = []
    with dask.config.set(scheduler="sync"):
        plan = slow_table([row_count]).cp.plan(a_domain(), FIELDS, options=UploadOptions(on_progress=told.append))

    assert str(told[0]) == "Validating: 0 rows so far, 0 of 1 partition"
    assert str(told[-1]).startswith(f"Examined: {row_count} rows in ")
    assert plan.row_count == row_count


def test_a_table_that_is_refused_is_examined_and_not_measured() -> None:
    told: list[Examining] = []
    table = slow_table([2, 2]).assign(id="")
    with dask.config.set(scheduler="sync"):
        plan = table.cp.plan(a_domain(), FIELDS, options=UploadOptions(on_progress=told.append))

    assert not plan.accepted
    assert plan.validating_s is not None
    assert plan.validating_s >= 2 * SLOW_S
    assert Step.MEASURING not in {one.step for one in told}
    assert str(told[-1]).startswith("Examined: 4 rows in ")  # although none of them has a key


class Ticking:
    """A clock by which a second goes by between any two looks at it."""

    now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 1
        return self.now_s


def in_order(number: int) -> int:
    time.sleep(0.05 * number)
    return 10**number


def test_each_task_is_told_of_once_and_found_in_order(way: str) -> None:
    told: list[Examining] = []
    numbers = [3, 1, 2, 0]
    with Teller(None, told.append, clock=Ticking()) as teller:
        kept, found = followed_beside(
            [task("kept", in_order, number) for number in numbers],
            [task("told", in_order, number) for number in numbers],
            lambda place, result: result if result == 10 ** numbers[place] else 0,
            teller,
        )

    assert found == [1000, 10, 100, 1]
    assert list(dask.compute(*kept)) == found
    assert_never_less(told)
    assert told[-1].row_count == 1111


def test_buckets_of_keys_are_told_of_by_their_rows() -> None:
    told: list[Examining] = []
    numbers = KeyNumbers.of(pa.array(["a", "b", None, "a"], pa.large_string()))
    with dask.config.set(scheduler="sync"), Teller(None, told.append, clock=Ticking()) as teller:
        teller.begin(Step.KEYS, total_rows=8)
        partitions = [task("numbers", lambda: numbers), task("numbers", lambda: numbers)]
        found = groups_across(partitions, starts_of([4, 4]), teller)

    assert found.repeated().tolist() == [3, 4, 5, 7]
    assert [str(one) for one in told[:-1]] == [
        "Comparing keys: 0 of 8 rows",
        "Comparing keys: 6 of 8 rows",  # two have none
    ]


def broken(number: int) -> int:
    time.sleep(0.2 if number == 1 else 0)  # the first in order comes last
    if number:
        raise FrameError(f"broken: {number}")
    return 1


def test_the_first_error_in_order_is_raised_and_tasks_that_break_off_are_not_counted(way: str) -> None:
    told: list[Examining] = []
    with Teller(None, told.append, clock=Ticking()) as teller:
        teller.begin(Step.VALIDATING, total_partitions=4)
        with pytest.raises(FrameError, match="broken: 1"):
            followed([task("told", broken, number) for number in (0, 1, 2, 0)], lambda _, rows: rows, teller)

    assert max(one.partition_count for one in told) == 2


def test_who_raises_hears_no_more_and_the_plan_is_the_same(way: str) -> None:
    table = slow_table([3, 2, 4])
    calls = []

    def fail(news: Examining) -> None:
        calls.append(news)
        raise ValueError

    with pytest.warns(UserWarning, match="on_progress raised ValueError and hears no more of the examination"):
        found = table.cp.plan(a_domain(), FIELDS, options=UploadOptions(on_progress=fail))

    assert len(calls) == 1
    assert found.parts == table.cp.plan(a_domain(), FIELDS).parts


@pytest.mark.parametrize("step", [Step.VALIDATING, Step.MEASURING])
def test_an_interrupt_comes_through_and_ends_the_work(way: str, step: Step, tmp_path: Path, request: Any) -> None:
    table = slow_table([4] * 12, tmp_path)

    def interrupt(news: Examining) -> None:
        if news.step is step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as interrupted:
        table.cp.plan(a_domain(), FIELDS, options=UploadOptions(part_rows=4, on_progress=interrupt))

    begun = len(list(tmp_path.iterdir()))
    assert begun < (12 if step is Step.VALIDATING else 24)
    if way == "cluster":
        cluster: LocalCluster = request.getfixturevalue("cluster")
        until(lambda: not any("cpnb" in str(key) for key in list(cluster.scheduler.tasks)))
    time.sleep(3 * SLOW_S)
    assert len(list(tmp_path.iterdir())) <= begun + 2  # those that were at work
    assert interrupted.tb is not None  # which holds what the cluster was to do


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    ends_s = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends_s
        time.sleep(0.05)


def test_a_worker_that_dies_makes_nothing_count_twice(client: Client) -> None:
    told: list[Examining] = []
    table = slow_table([4] * 10)
    pids = list(client.run(os.getpid).values())

    def kill_one(news: Examining) -> None:
        told.append(news)
        if len(pids) == 2 and news.partition_count >= 3:
            os.kill(pids.pop(), signal.SIGKILL)

    plan = table.cp.plan(a_domain(), FIELDS, options=UploadOptions(part_rows=10, on_progress=kill_one))

    assert len(pids) == 1
    validating = [one for one in told if one.step is Step.VALIDATING]
    assert_never_less(validating)
    assert [one.row_count for one in validating] == [4 * one.partition_count for one in validating]
    assert max(one.partition_count for one in validating) < 10
    assert str(told[-1]).startswith("Examined: 40 rows in ")
    assert [part.measure.row_count for part in plan.parts] == [10] * 4


def deadly(_: int) -> int:
    os._exit(1)


def test_work_that_kills_its_workers_ends_in_words(
    cluster: LocalCluster, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    told: list[Examining] = []

    with (
        Teller(None, told.append, clock=Ticking()) as teller,
        pytest.raises(FrameError, match=r"Workers died over a partition\. A partition needs more memory") as died,
    ):
        followed([task("told", broken, 0), task("told", deadly, 0)], lambda _, rows: rows, teller)

    assert died.value.__context__ is None
    until(lambda: not any("cpnb" in str(key) for key in list(cluster.scheduler.tasks)))


SIXTHS = {
    "0": "100 % to come",
    "1": "16.7 % done, 83.3 % to come",
    "2": "33.3 % done, 66.7 % to come",
    "3": "50.0 % done, 50.0 % to come",
    "4": "66.7 % done, 33.3 % to come",
    "5": "83.3 % done, 16.7 % to come",
}


class Screen:
    """A kernel that runs a cell which a person began, and what is seen in that cell, by display id."""

    kernel = object()

    def __init__(self) -> None:
        self.display_pub = self
        self.shown: dict[str, dict[str, str]] = {}
        self.history: list[dict[str, str]] = []
        self.threads: set[int] = set()

    def get_parent(self) -> dict[str, Any]:
        return {"header": {"msg_id": f"cell {id(self)}"}, "content": {"allow_stdin": True}}

    def publish(self, data: dict[str, str], *_: Any, transient: dict[str, str], **__: Any) -> None:
        self.shown[transient["display_id"]] = data
        self.history.append(data)
        self.threads.add(threading.get_ident())


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    made = Screen()
    monkeypatch.delenv("CPNB_WIDGETS", raising=False)
    monkeypatch.setattr("IPython.get_ipython", lambda: made)
    monkeypatch.setattr("IPython.core.interactiveshell.InteractiveShell.instance", lambda: made)
    return made


def test_the_cell_shows_a_line_with_a_bar_and_nothing_of_it_in_the_end(way: str, screen: Screen) -> None:
    slow_table(ROW_COUNTS).cp.plan(a_domain(), FIELDS, options=UploadOptions(part_rows=4))

    *lines, last = screen.history
    texts = [one["text/plain"] for one in lines]
    assert any(re.fullmatch(r"Validating: \d+ rows? so far, [1-5] of 6 partitions", text) for text in texts)
    assert any(re.fullmatch(r"Measuring: \d+ of 11 rows", text) for text in texts)
    for one in lines:
        before, is_of_partitions, _ = one["text/plain"].partition(" of 6 partitions")
        assert not is_of_partitions or f'aria-label="{SIXTHS[before[-1]]}"' in one["text/html"]
    assert last == NOTHING
    assert list(screen.shown.values()) == [NOTHING]
    assert screen.threads == {threading.get_ident()}


class WrongFromTheThirdOn:
    """A step that makes something else than it says of all but the first two partitions that it is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame if len(list(self.folder.iterdir())) < 3 else frame.drop(columns="city")


def test_an_error_takes_the_line_away(way: str, screen: Screen, tmp_path: Path) -> None:
    table = slow_table(ROW_COUNTS, tmp_path)
    wrong = table.map_partitions(WrongFromTheThirdOn(tmp_path), meta=table._meta)

    with pytest.raises(ValueError, match="Missing"):  # as Dask says it
        wrong.cp.plan(a_domain(), FIELDS)

    assert len(screen.history) > 1
    assert list(screen.shown.values()) == [NOTHING]


def test_other_verbs_show_no_line(screen: Screen) -> None:
    with dask.config.set(scheduler="sync"):
        table = slow_table([1, 2, 1])
        assert table.cp.validate(FIELDS).ok
        table.cp.clean(FIELDS)
        table.cp.describe(FIELDS)

    assert screen.history == []


def test_who_follows_dask_still_hears_of_the_tasks_and_nobody_else_follows_afterwards() -> None:
    heard: list[str] = []
    with (
        dask.config.set(scheduler="threads"),
        Callback(posttask=lambda key, *_: heard.append(str(key))),
    ):
        slow_table([1, 1]).cp.plan(a_domain(), FIELDS)

    assert sum(key.startswith("cpnb-examine") for key in heard) == 2
    assert Callback.active == set()


def test_what_other_threads_compute_meanwhile_is_not_taken_for_ours() -> None:
    told: list[Examining] = []
    done = threading.Event()

    def compute_something() -> None:
        while not done.is_set():
            task("told", in_order, 0).compute(scheduler="threads")

    other = threading.Thread(target=compute_something)
    other.start()
    try:
        with dask.config.set(scheduler="threads", num_workers=2):
            slow_table(ROW_COUNTS).cp.plan(a_domain(), FIELDS, options=UploadOptions(on_progress=told.append))
    finally:
        done.set()
        other.join()

    validating = [one for one in told if one.step is Step.VALIDATING]
    assert_never_less(validating)
    assert max(one.partition_count for one in validating) >= 4
    assert Callback.active == set()


def silent_get(graph: Any, keys: Any, **_: Any) -> Any:
    return dask.get(graph, keys)


def test_a_scheduler_that_tells_nothing_is_told_of_in_the_end() -> None:
    told: list[Examining] = []
    with dask.config.set(scheduler=silent_get), Teller(7, told.append, clock=Ticking()) as teller:
        assert followed([task("told", in_order, 0)], lambda *_: 6, teller) == [1]

    assert [one.row_count for one in told] == [6, 7]


def test_without_a_listener_the_same_is_found() -> None:
    with dask.config.set(scheduler="sync"):
        assert followed([], lambda *_: 0, Silence()) == []
        assert followed([task("told", in_order, 1)], lambda *_: 1, Silence()) == [10]
