"""The buttons that turn the pages of a list."""

from __future__ import annotations

from cpnb.widgets.page_turner import PageTurner
from cpnb.widgets.paging import Paging
from tests.widgets.hands import Hands


def turner_of(pages: Paging[int]) -> tuple[Hands, list[list[int]]]:
    """Return hands on the buttons, and the pages that were shown one after the other."""
    shown: list[list[int]] = []

    def show() -> None:
        shown.append(list(pages.shown))
        turner.draw()

    turner = PageTurner(pages, show)
    turner.draw()
    return Hands(turner.box), shown


def test_pages_are_turned_on_and_back_as_far_as_there_are_any() -> None:
    hands, shown = turner_of(Paging(2, "entry", "entries", range(5)))
    back, on = hands.find("Previous entries"), hands.find("Next entries")
    assert (back.disabled, on.disabled, hands.text("cpnb-quiet")) == (True, False, "1 to 2 of 5 entries")

    hands.click("Next entries")
    assert (back.disabled, on.disabled) == (False, False)
    hands.click("Next entries")
    assert (back.disabled, on.disabled, hands.text("cpnb-quiet")) == (False, True, "5 to 5 of 5 entries")
    hands.click("Previous entries")

    assert shown == [[2, 3], [4], [2, 3]]


def test_a_list_of_one_page_has_no_buttons_until_it_is_longer() -> None:
    pages: Paging[int] = Paging(2, "row", items=range(2))
    hands, _ = turner_of(pages)
    buttons = hands.find("Previous rows"), hands.find("Next rows")
    assert [("cpnb-gone" in one._dom_classes) for one in buttons] == [True, True]

    pages.list(range(3))
    hands.click("Next rows")

    assert [("cpnb-gone" in one._dom_classes) for one in buttons] == [False, False]
