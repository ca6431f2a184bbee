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


def offered(lab: LabNotebook, text: str) -> Locator:
    """Type a text at the end of the second cell, press Tab, and return what the list that opens offers."""
    cell(lab, 1).locator(".cm-content").click()
    lab.page.keyboard.press("Control+End")
    lab.page.keyboard.type(text)
    lab.page.keyboard.press("Tab")
    return lab.page.locator(".jp-Completer:visible .jp-Completer-item .jp-Completer-match")


def test_tab_leads_through_the_line_of_a_magic(lab: Callable[..., LabNotebook]) -> None:
    opened = lab([SETUP, ""])
    opened.run_all()

    for typed, offers, steps_down in (
        ("%cp_upload peo", ["people"], 0),
        (" --uniq", ["--unique-key"], 0),
        (" Cust", ['"Customer Id"'], 0),
        (" --on-invalid ", ["raise", "blank", "skip"], 1),
        (" --fields ", ["fields"], 0),
        (" --sho", ["--show-code"], 0),
    ):
        items = offered(opened, typed)
        for place, text in enumerate(offers):  # behind them JupyterLab offers words of the line
            expect(items.nth(place)).to_have_text(text)
        for _ in range(steps_down):
            opened.page.keyboard.press("ArrowDown")
        opened.page.keyboard.press("Enter")

    line = '%cp_upload people --unique-key "Customer Id" --on-invalid blank --fields fields --show-code'
    expect(cell(opened, 1).locator(".cm-content")).to_have_text(line)
    opened.begin(1)
    expect(cell(opened, 1).locator(".jp-OutputArea-output")).to_contain_text("No domain is bound")
