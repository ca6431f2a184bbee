"""The search for failing items, against answers made up by hypothesis: exact, bounded, and never confused."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from cpnb.group_testing import FailCount, FailureSearch, Found

Answer = Callable[[range, int], FailCount | None]
"""What is said of a range of which so many items fail."""


def count(items: range, failing: int) -> FailCount:
    return FailCount(failing, failing)


def status(items: range, failing: int) -> FailCount:
    """Return what a job without counters says: none, some, or all of its items failed."""
    if failing == 0:
        return FailCount(0, 0)
    return FailCount(len(items), len(items)) if failing == len(items) else FailCount(1, len(items))


def loose_status(items: range, failing: int) -> FailCount:
    """Return the least that can be said: none failed, or some."""
    return FailCount(min(failing, 1), len(items) if failing else 0)


def ask_all(search: FailureSearch, failing: set[int], answer: Answer, *, in_flight: int = 1) -> list[range]:
    """Answer every question, the youngest of those in flight first, and return the questions."""
    asked: list[range] = []
    waiting: list[range] = []
    while True:
        questions = search.take_questions(in_flight - len(waiting))
        asked += questions
        waiting += questions
        if not waiting:
            return asked
        items = waiting.pop()
        search.learn(items, answer(items, len(failing & set(items))))


def numbers(found: list[Found]) -> list[int]:
    return [item for one in found for item in one.items]


@st.composite
def failing_items(draw: st.DrawFn) -> tuple[int, set[int]]:
    n = draw(st.integers(1, 60))
    return n, draw(st.sets(st.integers(0, n - 1)))


def test_one_of_eight_is_found_by_halving_and_confirmed_alone() -> None:
    search = FailureSearch([(range(8), FailCount(1, 1))])

    asked = ask_all(search, {5}, count)

    # 4 to 7 follow from the first answer, 5 from the third; the last question confirms it.
    assert asked == [range(4), range(4, 6), range(4, 5), range(5, 6)]
    assert search.found() == [Found(range(5, 6), confirmed=True)]
    assert search.undecided() == []


def test_the_other_half_is_not_asked_about_before_the_first_has_answered() -> None:
    search = FailureSearch([(range(8), FailCount(2, 2)), (range(8, 12), FailCount(1, 1))])

    assert search.take_questions(at_most=10) == [range(8, 10), range(4)]
    search.learn(range(4), FailCount(1, 1))
    assert search.take_questions(at_most=10) == [range(2), range(4, 6)]


def test_what_is_known_needs_no_question() -> None:
    search = FailureSearch([(range(10), FailCount(0, 0)), (range(10, 14), FailCount(4, 4))])

    assert search.take_questions(at_most=5) == []
    assert search.found() == [Found(range(10, 14), confirmed=True)]


@given(case=failing_items(), in_flight=st.integers(1, 4))
def test_counts_lead_to_exactly_the_failing_items_within_the_bound(case: tuple[int, set[int]], in_flight: int) -> None:
    n, failing = case
    search = FailureSearch([(range(n), FailCount(len(failing), len(failing)))])

    asked = ask_all(search, failing, count, in_flight=in_flight)

    assert numbers(search.found()) == sorted(failing)
    assert all(one.confirmed for one in search.found())
    assert search.undecided() == []
    assert search.steady
    assert len(set(asked)) == len(asked)
    d = len(failing)
    assert len(asked) <= (d * (math.log2(n / d) + 3) if d else 0)


@pytest.mark.parametrize("answer", [status, loose_status])
@given(case=failing_items(), in_flight=st.integers(1, 4))
def test_without_counts_it_takes_longer_and_is_as_exact(
    answer: Answer, case: tuple[int, set[int]], in_flight: int
) -> None:
    n, failing = case
    search = FailureSearch([(range(n), loose_status(range(n), len(failing)))])

    asked = ask_all(search, failing, answer, in_flight=in_flight)

    assert numbers(search.found()) == sorted(failing)
    assert search.undecided() == []
    assert len(asked) <= 2 * n


@given(
    case=failing_items(), kinds=st.lists(st.sampled_from([count, status, loose_status, None]), min_size=1, max_size=60)
)
def test_answers_of_any_strength_never_mislead(case: tuple[int, set[int]], kinds: list[Answer | None]) -> None:
    """Whatever is withheld: what is found does fail, and what is neither found nor undecided does not."""
    n, failing = case
    search = FailureSearch([(range(n), FailCount(len(failing), len(failing)))])
    upcoming = itertools.cycle(kinds)

    def answer(items: range, fail_count: int) -> FailCount | None:
        kind = next(upcoming)
        return kind(items, fail_count) if kind else None

    ask_all(search, failing, answer)

    found = set(numbers(search.found()))
    assert found <= failing
    undecided = search.undecided()
    assert failing <= found | {item for items, _ in undecided for item in items}
    for items, bounds in undecided:
        assert bounds.least <= len(failing & set(items)) <= bounds.most
    assert search.steady


@given(n=st.integers(1, 60), data=st.data())
def test_answers_without_sense_end_and_are_noticed(n: int, data: st.DataObject) -> None:
    search = FailureSearch([(range(n), FailCount(*sorted(data.draw(st.tuples(*[st.integers(0, n)] * 2)))))])

    def nonsense(items: range, _: int) -> FailCount:
        return FailCount(*sorted(data.draw(st.tuples(*[st.integers(0, len(items))] * 2))))

    asked = ask_all(search, set(), nonsense)

    assert len(asked) <= 2 * n
    assert len(set(asked)) == len(asked)
    for one in search.found():
        assert one.items
    for items, bounds in search.undecided():
        assert 0 <= bounds.least <= bounds.most <= len(items)


def test_an_item_that_failed_once_and_never_again_is_not_found_and_the_contradiction_is_told() -> None:
    search = FailureSearch([(range(64), FailCount(1, 1))])

    asked = ask_all(search, set(), count)

    assert search.found() == search.undecided() == []
    assert not search.steady
    assert len(asked) == math.log2(64) + 1


def test_more_failures_than_were_counted_are_found_as_well() -> None:
    search = FailureSearch([(range(16), FailCount(1, 1))])

    ask_all(search, {2, 3, 11}, count)

    assert numbers(search.found()) == [2, 3, 11]
    assert not search.steady


def test_questions_that_nobody_answers_leave_their_ranges_undecided() -> None:
    search = FailureSearch([(range(8), FailCount(2, 2)), (range(8, 16), FailCount(1, 1))])
    budget = iter([True, True])

    def scarce(items: range, failing: int) -> FailCount | None:
        return count(items, failing) if next(budget, False) else None

    ask_all(search, {0, 1, 12}, scarce)

    assert search.found() == [Found(range(2), confirmed=True)]
    assert search.undecided() == [(range(8, 16), FailCount(1, 1))]


def test_a_count_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="No count lies between 2 and 1"):
        FailCount(2, 1)
