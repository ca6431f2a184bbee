"""What a notebook that ran without a front end keeps of rows that were opened, and of values offered: nothing.

nbclient keeps the last value of each trait that was ever sent, of closed widgets too: whoever closes without emptying
is found out here.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

# Of the notebook extra, which the oldest versions are tested without.
nbformat = pytest.importorskip("nbformat")
NotebookClient = pytest.importorskip("nbclient").NotebookClient

BEGIN = """
import json
import pandas as pd
import cpnb
from ipywidgets import Widget
from cpnb.widgets.report_view.view import ReportView
people = pd.read_csv("people.csv", dtype=str)
view = ReportView(people, cpnb.FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id"))
view
"""
USE = """
def named(name, widget=view):
    found = [named(name, child) for child in getattr(widget, "children", ())]
    return widget if getattr(widget, "description", "") == name else next((one for one in found if one), None)

named("Show 12 rows").click()
typed = people["mail"].iloc[2].replace("-at-", "@")
named("mail in row 2").value = typed
named("Next rows").click()
named("Show the edits as code").click()
in_states = people["mail"].iloc[9] in json.dumps(Widget.get_manager_state(), default=str)
seen = named("mail in row 9").value == people["mail"].iloc[9]
named("Close").click()
"""
TELL = """
seen, in_states, bool((view.frame["mail"] == typed).any())
"""


def test_a_notebook_that_was_run_keeps_nothing_of_the_rows(tmp_path: Path) -> None:
    mails = [f"canary{row}-at-example.org" for row in range(12)]
    pd.DataFrame({"id": [f"canary-key-{row}" for row in range(12)], "mail": mails}).to_csv(tmp_path / "people.csv")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (BEGIN, USE, TELL, "view")])
    client = NotebookClient(notebook, kernel_name="python3", store_widget_state=True, timeout=120)
    client.execute(cwd=str(tmp_path))

    assert notebook.cells[2].outputs[0]["data"]["text/plain"] == "(True, False, True)"
    kept = json.dumps(notebook)
    assert "mail in row 9" in kept  # the field was there, and its state was kept
    assert "canary" not in kept


BUILD = """
from cpnb import SegmentBuilder, profile
fields = cpnb.FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id")
condition = (profile.EmailAddress == "x") & (profile.FirstName == "y")
builders = [SegmentBuilder(condition, data=people, fields=fields) for _ in range(4)]
import time
for builder in builders:
    named("Show values to choose from", builder).click()
    ends_s = time.monotonic() + 20
    while not named("Value", builder).options and time.monotonic() < ends_s:
        time.sleep(0.01)
offered = [len(named("Value", builder).options) for builder in builders]
in_states = people["mail"].iloc[9] in json.dumps(Widget.get_manager_state(), default=str)
named("Remove condition", builders[0]).click()
named("Remove group", builders[1]).click()
named("Attribute", builders[2]).value = "FirstName"
builders[3].close()
offered, in_states
"""


def test_a_notebook_that_was_run_keeps_none_of_the_values_that_were_offered(tmp_path: Path) -> None:
    mails = [f"canary{row}@example.org" for row in range(12)]
    pd.DataFrame({"id": [str(row) for row in range(12)], "mail": mails}).to_csv(tmp_path / "people.csv")
    named = USE[: USE.index('named("Show 12')]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (BEGIN, named, BUILD)])
    NotebookClient(notebook, kernel_name="python3", store_widget_state=True, timeout=120).execute(cwd=str(tmp_path))

    assert notebook.cells[2].outputs[-1]["data"]["text/plain"] == "([12, 12, 12, 12], False)"
    kept = json.dumps(notebook)
    assert "12 different values in the table" in kept
    assert "canary" not in kept
