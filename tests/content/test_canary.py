"""The canary: it picks rows that were decided, and one difference ends the fast path."""

import warnings

import numpy as np
import pytest

from cpnb.content.canary import ONE_IN, Canary, FastPathWarning


@pytest.fixture
def canary():
    return Canary("postal codes", "postal-validator", seed=7)


def test_only_rows_that_the_fast_path_decided_are_chosen(canary):
    decided = np.zeros(100_000, dtype=bool)
    decided[50_000:] = True

    rows = canary.rows(decided)

    assert decided[rows].all()


@pytest.mark.parametrize(("decided_count", "expected"), [(0, 0), (ONE_IN, 1), (100 * ONE_IN, 100)])
def test_one_row_in_so_many_is_chosen(canary, decided_count, expected):
    assert len(canary.rows(np.ones(decided_count, dtype=bool))) == expected


def test_small_slices_together_are_watched_as_closely_as_one_large_table(canary):
    decided = np.ones(ONE_IN // 4, dtype=bool)

    assert 60 <= sum(len(canary.rows(decided)) for _ in range(400)) <= 140


def test_rows_of_a_rare_kind_can_be_watched_more_closely(canary):
    assert len(canary.rows(np.ones(1000, dtype=bool), one_in=10)) == 100


def test_the_choice_differs_from_call_to_call(canary):
    decided = np.ones(100 * ONE_IN, dtype=bool)

    assert canary.rows(decided).tolist() != canary.rows(decided).tolist()


def test_equal_answers_change_nothing(canary):
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert canary.agrees([True, None, "+1"], [True, None, "+1"])
    assert canary.is_on


def test_one_difference_switches_the_fast_path_off_and_says_so_without_a_value(canary):
    with pytest.warns(FastPathWarning) as caught:
        assert not canary.agrees(["+12065550100", "+12065550101"], ["+12065550100", "+12065550199"])

    assert not canary.is_on
    assert "1 of 2 compared rows" in str(caught[0].message)
    assert "postal-validator" in str(caught[0].message)
    assert "206555" not in str(caught[0].message)


def test_lists_that_do_not_belong_together_are_refused(canary):
    with pytest.raises(ValueError, match="zip"):
        canary.agrees([True], [True, False])
