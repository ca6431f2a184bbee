"""How far an examination has come: what is told, when, and to whom."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
import pytest

import cpnb
from cpnb.examining import Examining, Step, Teller
from cpnb.upload_options import UploadOptions

FIELDS = cpnb.FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")


class Clock:
    """A clock that a test puts forward."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tell(teller: Teller, clock: Clock, rows: int, *, after_s: float) -> None:
    clock.now_s += after_s
    teller.advance(rows)


def test_it_is_told_at_most_four_times_a_second_and_not_before_somebody_waits(clock: Clock) -> None:
    told: list[Examining] = []
    with Teller(1_000_000, told.append, clock=clock) as teller:
        teller.begin(Step.KEYS)
        for _ in range(10):
            tell(teller, clock, 100_000, after_s=0.02)  # after 0.2 s all keys are read
        teller.begin(Step.VALIDATING_AND_MEASURING)
        for _ in range(10):
            tell(teller, clock, 100_000, after_s=0.125)

    # At 0.325 s for the first time, and then every other time, which is 0.25 s later; in the end all of it.
    assert [str(one) for one in told] == [
        "Validating and measuring: 100,000 of 1,000,000 rows",
        "Validating and measuring: 300,000 of 1,000,000 rows",
        "Validating and measuring: 500,000 of 1,000,000 rows",
        "Validating and measuring: 700,000 of 1,000,000 rows",
        "Validating and measuring: 900,000 of 1,000,000 rows",
        "Examined: 1,000,000 rows in 1.4 s",
    ]


def test_nobody_hears_of_what_is_quickly_done_nor_of_a_table_that_is_one_step(clock: Clock) -> None:
    told: list[Examining] = []
    with Teller(1000, told.append, clock=clock) as teller:
        tell(teller, clock, 400, after_s=0.2)
        tell(teller, clock, 600, after_s=5)

    assert told == []


def test_where_nobody_knows_the_rows_of_the_table_those_so_far_are_told(clock: Clock) -> None:
    told: list[Examining] = []
    with Teller(None, told.append, clock=clock) as teller:
        tell(teller, clock, 1, after_s=1)
        tell(teller, clock, 1499, after_s=1)

    assert [str(one) for one in told] == [
        "Validating: 1 row so far",
        "Validating: 1,500 rows so far",
        "Examined: 1,500 rows in 2.0 s",
    ]


def test_where_the_rows_come_in_partitions_these_are_told_until_the_rows_are_counted(clock: Clock) -> None:
    told: list[Examining] = []
    with Teller(None, told.append, clock=clock) as teller:
        teller.begin(Step.VALIDATING, total_partitions=3)
        for rows in (1_500_000, 0, 500_000):  # an empty one counts; the last one ends the step, and is not told
            tell(teller, clock, rows, after_s=1)
        teller.begin(Step.MEASURING, total_rows=2_000_000)
        tell(teller, clock, 1_000_000, after_s=1)
        tell(teller, clock, 1_000_000, after_s=1)

    assert [str(one) for one in told] == [
        "Validating: 1,500,000 rows so far, 1 of 3 partitions",
        "Validating: 1,500,000 rows so far, 2 of 3 partitions",
        "Measuring: 1,000,000 of 2,000,000 rows",
        "Examined: 2,000,000 rows in 5.0 s",
    ]


def test_who_looks_is_told_what_was_not_yet_and_nothing_twice(clock: Clock) -> None:
    told: list[Examining] = []

    def look(*, after_s: float) -> None:
        clock.now_s += after_s
        teller.look()

    with Teller(None, told.append, clock=clock) as teller:
        teller.begin(Step.VALIDATING, total_partitions=4)
        look(after_s=0.2)  # nobody waits yet
        look(after_s=0.2)
        look(after_s=5)  # as it was
        tell(teller, clock, 10, after_s=0)
        tell(teller, clock, 10, after_s=0.01)
        tell(teller, clock, 10, after_s=0.01)
        look(after_s=0.1)  # too soon
        look(after_s=0.2)
        tell(teller, clock, 10, after_s=0.3)
        look(after_s=1)  # all is done
        teller.begin(Step.KEYS, total_rows=40)
        look(after_s=0)

    assert [str(one) for one in told] == [
        "Validating: 0 rows so far, 0 of 4 partitions",
        "Validating: 10 rows so far, 1 of 4 partitions",
        "Validating: 30 rows so far, 3 of 4 partitions",
        "Comparing keys: 0 of 40 rows",
        "Examined: 40 rows in 7.0 s",
    ]


def test_an_error_is_not_followed_by_a_line_that_all_is_examined(clock: Clock) -> None:
    told: list[Examining] = []
    with pytest.raises(ZeroDivisionError), Teller(10, told.append, clock=clock) as teller:  # noqa: PT012 - it is told of before
        tell(teller, clock, 5, after_s=1)
        raise ZeroDivisionError

    assert [one.step for one in told] == [Step.VALIDATING]


def test_who_raises_hears_no_more_and_an_interrupt_comes_through(clock: Clock) -> None:
    def broken(_: Examining) -> None:
        raise AttributeError

    def interrupted(_: Examining) -> None:
        raise KeyboardInterrupt

    with Teller(10, broken, clock=clock) as teller:
        with pytest.warns(UserWarning, match="on_progress raised AttributeError and hears no more of the examination"):
            tell(teller, clock, 5, after_s=1)
        tell(teller, clock, 1, after_s=1)

    with pytest.raises(KeyboardInterrupt), Teller(10, interrupted, clock=clock) as teller:
        tell(teller, clock, 5, after_s=1)


def test_it_reads_as_text_and_as_a_bar(clock: Clock) -> None:
    half = Examining(Step.VALIDATING, 500, 1000, 1.0)

    assert repr(half) == "Validating: 500 of 1,000 rows"
    assert 'aria-label="50.0 % done, 50.0 % to come"' in half._repr_html_()
    assert half._repr_html_().endswith("Validating: 500 of 1,000 rows</p>")
    assert Examining(Step.VALIDATING, 5, None, 1.0)._repr_html_() == "<p> Validating: 5 rows so far</p>"

    of_partitions = Examining(Step.VALIDATING, 3_000_000, None, 1.0, 12, 40)
    assert str(of_partitions) == "Validating: 3,000,000 rows so far, 12 of 40 partitions"
    assert 'aria-label="30.0 % done, 70.0 % to come"' in of_partitions._repr_html_()
    assert str(Examining(Step.VALIDATING, 0, None, 1.0, 0, 1)) == "Validating: 0 rows so far, 0 of 1 partition"


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    rows = 3_000_000
    return pd.DataFrame({"id": pd.RangeIndex(rows).astype("str"), "city": "Seattle"})


def test_a_plan_of_millions_of_rows_is_told_of_and_how_long_it_took(many: pd.DataFrame, domain: cpnb.Domain) -> None:
    told: list[Any] = []

    plan = cpnb.plan(many, domain, FIELDS, options=UploadOptions(on_progress=told.append))

    *before, last = told
    assert str(last).startswith("Examined: 3,000,000 rows in ")
    assert before
    assert all(0 < one.row_count < one.total_rows == 3_000_000 for one in before)
    assert all(one.elapsed_s >= 0.3 for one in before)
    assert all((one.partition_count, one.total_partitions) == (0, None) for one in told)
    assert {one.step for one in before} <= {Step.KEYS, Step.VALIDATING_AND_MEASURING}
    assert plan.validating_s is not None
    assert plan.measuring_s is not None
    assert 0 < plan.measuring_s < last.elapsed_s
    assert plan.validating_s + plan.measuring_s == pytest.approx(last.elapsed_s, rel=0.05)


def test_a_plan_of_a_small_table_tells_nothing(domain: cpnb.Domain) -> None:
    people = pd.DataFrame({"id": ["1", "2"], "city": "Seattle"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        def fail(_: object) -> None:
            raise AssertionError

        cpnb.plan(people, domain, FIELDS, options=UploadOptions(on_progress=fail))
