"""A long list, a page at a time."""

from __future__ import annotations

from hypothesis import given, strategies as st

from cpnb.widgets.paging import Paging


def test_a_short_list_is_one_page() -> None:
    pages: Paging[str] = Paging(3, "entry", "entries", ["a", "b", "c"])

    assert (pages.shown, pages.has_more, pages.is_first, pages.is_last) == (["a", "b", "c"], False, True, True)
    assert pages.sentence == "3 entries"


def test_pages_are_turned_within_the_list() -> None:
    pages = Paging(20, "column", items=range(300))
    assert pages.sentence == "1 to 20 of 300 columns"

    pages.turn(-1)
    assert pages.start == 0
    pages.turn(99)
    assert (pages.sentence, pages.is_last) == ("281 to 300 of 300 columns", True)


def test_a_page_that_is_no_more_gives_way_to_the_last() -> None:
    pages = Paging(2, "row", items=range(5), start=4)
    pages.list(range(4))
    assert list(pages.shown) == [2, 3]

    pages.list(())
    assert (list(pages.shown), pages.sentence) == ([], "0 rows")


@given(count=st.integers(0, 50), size=st.integers(1, 9))
def test_turning_through_shows_everything_once(count: int, size: int) -> None:
    pages = Paging(size, "row", items=range(count))
    seen = list(pages.shown)
    while not pages.is_last:
        pages.turn(1)
        seen += pages.shown

    assert seen == list(range(count))
