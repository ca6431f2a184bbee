"""How far the examination of a distributed table has come: what a plan tells of it, and what its cell shows."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import cloudpickle
import dask
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from cpnb import UploadOptions
from cpnb.examining import Examining, Step
from cpnb.widgets.passing_line import NOTHING
from tests.clusters.conftest import until
from tests.clusters.slow_tables import FIELDS, ROW_COUNTS, SLOW_S, assert_never_less, slow_table
from tests.plans import a_domain

cloudpickle.register_pickle_by_value(sys.modules[__name__])

STEPS = [Step.VALIDATING, Step.KEYS, Step.MEASURING]


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
    del interrupted  # kept until here: its traceback holds what the cluster was to do


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
