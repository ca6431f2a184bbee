"""Tab in the lines of the magics, in JupyterLab."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.lab_notebook import LabNotebook

SETUP = """
%load_ext cpnb
import cpnb
people = cpnb.samples.people(rows=20, seed=7).rename(columns={"customer_id": "Customer Id"})
fields = people.cp.suggest_fields(unique_key="Customer Id", region="US")
"""


def cell(lab: LabNotebook, number: int) -> Locator:
    return lab.cells.nth(number)


def type_and_tab(lab: LabNotebook, text: str) -> Locator:
    """Type a text at the end of the second cell, press Tab, and return the list that opens."""
    editor = cell(lab, 1).locator(".cm-content")
    editor.click()
    lab.page.keyboard.press("Control+End")
    lab.page.keyboard.type(text)
    lab.page.keyboard.press("Tab")
    return lab.page.locator(".jp-Completer:visible .jp-Completer-item")


def test_tab_leads_through_the_line_of_a_magic(lab: Callable[..., LabNotebook]) -> None:
    opened = lab([SETUP, ""])
    opened.run_all()

    # One candidate goes into the line at once; of several one is chosen.
    type_and_tab(opened, "%cp_upload peo")
    editor = cell(opened, 1).locator(".cm-content")
    expect(editor).to_have_text("%cp_upload people")
    type_and_tab(opened, " --uniq")
    expect(editor).to_have_text("%cp_upload people --unique-key")
    type_and_tab(opened, " Cust")
    expect(editor).to_have_text('%cp_upload people --unique-key "Customer Id"')
    items = type_and_tab(opened, " --on-invalid ")
    expect(items).to_have_count(3)
    assert items.locator("code").all_inner_texts() == ["raise", "blank", "skip"]
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    expect(editor).to_have_text('%cp_upload people --unique-key "Customer Id" --on-invalid blank')

    type_and_tab(opened, " --fields fie")
    type_and_tab(opened, " --show-c")
    expect(editor).to_contain_text("--fields fields --show-code")
    opened.begin(1)
    expect(cell(opened, 1).locator(".jp-OutputArea-output")).to_contain_text("No domain is bound")
