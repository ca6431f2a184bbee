"""The three widgets that an analyst clicks, each seen twice: while the kernel is busy, and closed at work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

BEGIN = """
import threading
import time
import cpnb
from cpnb import profile
people = cpnb.samples.people(rows=1000, seed=7)
editor = cpnb.FieldMapEditor(people, unique_key="customer_id", region="US")
fields = editor.value
view = cpnb.ReportView(people, fields)
builder = cpnb.SegmentBuilder(profile.Address.City == "Seattle", data=people, fields=fields)
go_on = threading.Event()
"""
EDITOR, VIEW, BUILDER, BUSY = 1, 2, 3, 7


def test_two_views_of_each_follow_what_is_done_while_the_kernel_is_busy(lab: Callable[..., Any], page: Page) -> None:
    widgets = ["editor", "view", "builder"]
    notebook = lab([BEGIN, *widgets, *widgets, "time.sleep(3)"])
    for place in range(BUSY):
        notebook.run(place)
    once, again = (
        {place: notebook.outputs(place + more).locator(".cpnb").first for place in (1, 2, 3)} for more in (0, 3)
    )
    expect(again[BUILDER].locator(".cpnb-count")).to_contain_text("rows match")

    notebook.begin(BUSY)
    once[EDITOR].get_by_role("combobox", name="Target of city").select_option("(leave out)")
    once[VIEW].get_by_role("button", name="Show 5 rows").nth(2).click()
    value = once[BUILDER].get_by_label("Value", exact=True)
    value.fill("Tacoma")
    value.press("Enter")

    for seen in (once, again):
        expect(seen[EDITOR]).to_contain_text("10 of 14 columns mapped")
        expect(seen[VIEW].get_by_label("email in row 63", exact=True)).to_be_visible()
        expect(seen[BUILDER].get_by_role("button", name="Tacoma")).to_be_visible()
        expect(seen[BUILDER].locator(".cpnb-count")).to_contain_text("154 of 1,000 rows match")


def test_widgets_that_are_closed_at_work_are_gone_without_a_word(lab: Callable[..., Any], page: Page) -> None:
    close = "for one in (editor, view, builder):\n    one.close()\nbuilder.wait()"
    notebook = lab([BEGIN, "editor", "view", "builder", f"builder.value = profile.LastName == 'x'\n{close}", "builder"])
    for place in (0, EDITOR, VIEW, BUILDER):
        notebook.run(place)
    notebook.outputs(VIEW).get_by_role("button", name="Show 5 rows").nth(2).click()
    expect(notebook.outputs(VIEW).get_by_label("email in row 63", exact=True)).to_be_visible()

    notebook.run(4)

    for place in (EDITOR, VIEW, BUILDER):
        expect(notebook.outputs(place).locator(".cpnb")).to_have_count(0)
    notebook.run(5)  # one that is closed still says what it stood for
    expect(notebook.outputs(5)).to_contain_text("LastName is 'x'")
