"""Work on partitions that is told of while it is done: each task once, on a cluster and without one."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import dask
import pandas as pd
import pyarrow as pa
import pytest
from dask.callbacks import Callback
from distributed import Client, LocalCluster

from cpnb import profile
from cpnb.dask.following import followed, followed_beside
from cpnb.dask.key_groups import groups_across
from cpnb.dask.partitions import starts_of, task
from cpnb.errors import FrameError
from cpnb.examining import Examining, Silence, Step, Teller
from cpnb.key_numbers import KeyNumbers
from tests.clusters.conftest import until
from tests.clusters.slow_tables import FIELDS, Ticking, assert_never_less, slow_table
from tests.plans import a_domain

cloudpickle.register_pickle_by_value(sys.modules[__name__])


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


class Torn:
    """A step that tears one partition when it is read for the first time, or for a later one."""

    def __init__(self, folder: Path, reading: int) -> None:
        self.folder = folder
        self.reading = reading

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        if "0000" in set(frame["id"]):
            if len(list(self.folder.iterdir())) == self.reading - 1:
                return frame.drop(columns="city")
            (self.folder / str(time.monotonic_ns())).touch()
        return frame


@pytest.mark.parametrize(
    ("verb", "reading"),
    [
        pytest.param(lambda accessor: accessor.validate(FIELDS), 1, id="validate"),
        pytest.param(lambda accessor: accessor.clean(FIELDS), 1, id="clean"),
        pytest.param(lambda accessor: accessor.describe(), 2, id="describe"),
        pytest.param(lambda accessor: accessor.preview(profile.Address.City == "Oslo", FIELDS), 1, id="preview"),
        pytest.param(lambda accessor: accessor.preview(profile.Address.City == "Rome", FIELDS), 2, id="near misses"),
    ],
)
def test_a_cluster_forgets_what_broke_off_while_somebody_holds_its_error(
    cluster: LocalCluster, client: Client, verb: Callable[[Any], Any], reading: int, tmp_path: Path
) -> None:
    table = slow_table([1, 1, 1, 1])
    table = table.map_partitions(Torn(tmp_path, reading), meta=table)

    with pytest.raises(Exception, match="city") as broken_off:
        verb(table.cp)

    assert broken_off.value.__traceback__ is not None  # holds the frames that it came through
    assert len(list(tmp_path.iterdir())) == reading - 1
    until(lambda: not cluster.scheduler.tasks)


def test_who_follows_dask_still_hears_of_the_tasks_and_nobody_else_follows_afterwards() -> None:
    heard: list[str] = []
    with (
        dask.config.set(scheduler="threads"),
        Callback(posttask=lambda key, *_: heard.append(str(key))),
    ):
        slow_table([1, 1]).cp.plan(a_domain(), FIELDS)

    assert sum(key.startswith("cpnb-examine") for key in heard) == 2
    assert Callback.active == set()


class Beside:
    """A scheduler that works in this thread, and begins when another thread is in the middle of work of its own."""

    def __init__(self, told: list[Examining]) -> None:
        self.told_while_at_work = 0
        self._told = told
        self._begun, self._done = threading.Event(), threading.Event()

    def get(self, graph: Any, keys: Any, **terms: Any) -> Any:
        other = threading.Thread(target=lambda: task("other", self._wait).compute(scheduler="threads"))
        other.start()
        try:
            assert self._begun.wait(30)
            found = dask.get(graph, keys, **terms)
            self.told_while_at_work = len(self._told)
        finally:
            self._done.set()
            other.join()
        return found

    def _wait(self) -> None:
        self._begun.set()
        self._done.wait(30)


def test_what_another_thread_computes_meanwhile_takes_nothing_away_and_leaves_nothing_behind() -> None:
    told: list[Examining] = []
    scheduler = Beside(told)
    with dask.config.set(scheduler=scheduler.get), Teller(None, told.append, clock=Ticking()) as teller:
        assert followed([task("told", in_order, number) for number in (0, 1)], lambda _, rows: rows, teller) == [1, 10]

    assert scheduler.told_while_at_work == 2
    assert [one.row_count for one in told[1:]] == [11, 11]
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
