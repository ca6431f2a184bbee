"""The report view in JupyterLab: failing cells are seen on request, edited in place, and the table is uploaded."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
from playwright.sync_api import Locator, expect

from cpnb.sandbox_process import Sandbox

CLOSE = re.compile("Close$")  # before it comes the sign of the icon
BEGIN = """
import cpnb
people = cpnb.read("people.csv")
fields = cpnb.FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "city": "Address.City"}, unique_key="id")
view = cpnb.ReportView(people, fields, name="people")
view
"""


def write_people(folder: Any) -> None:
    """Write a table in which the addresses of rows 0, 3, 6 and so on are none, and each of whose cells can be found."""
    mails = [f"canary{row}-at-x" if row % 3 == 0 else f"canary{row}@example.com" for row in range(30)]
    frame = pd.DataFrame({"id": [f"canary-{row}" for row in range(30)], "mail": mails, "city": "<b>canary</b>"})
    frame.to_csv(folder / "people.csv", index=False)


def field(output: Locator, row: int) -> Locator:
    return output.get_by_role("textbox", name=f"mail in row {row}", exact=True)


def type_in(control: Locator, text: str) -> None:
    control.fill(text)
    control.press("Enter")


def test_a_failing_cell_is_edited_and_the_table_uploaded(
    lab: Callable[..., Any], server: Any, own_sandbox: Sandbox, screenshot: Any, barriers: Callable[[str], list[str]]
) -> None:
    write_people(server.root)
    own_sandbox.domain("loyalty")
    connect = f"import os\nos.environ.update({own_sandbox.environment()!r})"
    upload = 'cpnb.upload(view.frame, cpnb.Domain("loyalty"), fields, on_invalid="skip").wait().results.created'
    notebook = lab([BEGIN, f"{connect}\n{upload}"])
    notebook.run(0)
    output = notebook.outputs(0)
    expect(output.get_by_role("button", name="Show 10 rows")).to_be_visible()
    expect(output).not_to_contain_text("canary")
    screenshot("report")

    output.get_by_role("button", name="Show 10 rows").click()
    expect(field(output, 0)).to_have_value("canary0-at-x")
    expect(output).to_contain_text("city: <b>canary</b>")
    type_in(field(output, 0), "still none")
    notebook.wait_for("view._edits.count", 1)
    type_in(field(output, 0), "first@example.com")
    expect(output.get_by_text("mended")).to_be_visible()
    expect(output.get_by_role("button", name="Show 9 rows")).to_be_visible()
    output.get_by_role("button", name="Make mail in row 3 empty").click()
    expect(output.get_by_text("mended")).to_have_count(2)
    output.get_by_role("button", name="Next rows").click()
    type_in(field(output, 27), "last@example.com")
    expect(output.get_by_text("3 cells edited.")).to_be_visible()
    output.get_by_role("button", name="Show the edits as code").click()
    code = output.get_by_role("region", name="The edits as code")
    expect(code).to_contain_text("people.iloc[[0, 3, 27]")
    screenshot("rows")
    assert barriers(".cpnb-report") == []

    output.get_by_role("button", name=CLOSE).click()
    expect(output).not_to_contain_text("canary")
    notebook.run(1)
    expect(notebook.outputs(1)).to_contain_text("23")


def test_nothing_of_closed_rows_is_saved_with_the_state_of_widgets(
    lab: Callable[..., Any], server: Any, page: Any
) -> None:
    write_people(server.root)
    notebook = lab([BEGIN])
    notebook.run(0)
    output = notebook.outputs(0)
    page.evaluate("() => jupyterapp.commands.execute('@jupyter-widgets/jupyterlab-manager:saveWidgetState')")
    try:
        output.get_by_role("button", name="Show 10 rows").click()
        expect(field(output, 0)).to_have_value("canary0-at-x")
        type_in(field(output, 3), "typed@example.com")
        expect(output.get_by_text("mended")).to_be_visible()
        output.get_by_role("button", name="Show the edits as code").click()
        expect(output.get_by_role("region", name="The edits as code")).to_be_visible()
        output.get_by_role("button", name="Next rows").click()
        expect(field(output, 27)).to_be_visible()
        output.get_by_role("button", name=CLOSE).click()
        expect(field(output, 27)).to_have_count(0)

        # The page hears of what was emptied and closed one after the other, and under load a moment later.
        deadline_s = time.monotonic() + 20
        while "canary" in (saved := json.dumps(notebook.save())) and time.monotonic() < deadline_s:
            page.wait_for_timeout(200)
        assert "application/vnd.jupyter.widget-state+json" in saved
        assert "Show the edits as code" in saved, "the state of the widget was not saved"
        assert "canary" not in saved
        assert "typed@" not in saved
    finally:
        page.evaluate("() => jupyterapp.commands.execute('@jupyter-widgets/jupyterlab-manager:saveWidgetState')")


def test_the_rows_survive_a_reload_and_close_afterwards(lab: Callable[..., Any], server: Any) -> None:
    write_people(server.root)
    notebook = lab([BEGIN])
    notebook.run(0)
    notebook.outputs(0).get_by_role("button", name="Show 10 rows").click()
    expect(field(notebook.outputs(0), 0)).to_be_visible()
    notebook.save()
    notebook.reload()

    output = notebook.outputs(0)
    type_in(field(output, 0), "first@example.com")
    expect(output.get_by_text("mended")).to_be_visible()
    output.get_by_role("button", name=CLOSE).click()
    expect(field(output, 0)).to_have_count(0)
    notebook.wait_for("view.frame['mail'].iloc[0]", "first@example.com")


def test_an_edit_while_the_kernel_is_busy_is_not_lost(lab: Callable[..., Any], server: Any) -> None:
    write_people(server.root)
    notebook = lab([BEGIN, "import time; time.sleep(2)"])
    notebook.run(0)
    output = notebook.outputs(0)
    output.get_by_role("button", name="Show 10 rows").click()
    expect(field(output, 0)).to_be_visible()
    notebook.begin(1)
    type_in(field(output, 0), "first@example.com")
    type_in(field(output, 3), "second@example.com")

    expect(output.get_by_text("mended")).to_have_count(2)


def test_it_works_with_the_last_kernel_before_version_7(
    lab: Callable[..., Any], server: Any, older_kernel: str
) -> None:
    write_people(server.root)
    notebook = lab([BEGIN], kernel=older_kernel)
    notebook.run(0)
    output = notebook.outputs(0)
    output.get_by_role("button", name="Show 10 rows").click()
    type_in(field(output, 0), "first@example.com")
    type_in(field(output, 3), "second@example.com")
    expect(output.get_by_text("mended")).to_have_count(2)
    output.get_by_role("button", name=CLOSE).click()

    expect(field(output, 0)).to_have_count(0)
    notebook.wait_for("view.frame['mail'].iloc[3]", "second@example.com")


def test_it_is_read_on_a_dark_page(lab: Callable[..., Any], server: Any, page: Any, screenshot: Any) -> None:
    write_people(server.root)
    fields = (
        "editor = cpnb.FieldMapEditor(people)\neditor.value = fields.with_field(cpnb.Field('city', 'Attributes.a'))"
    )
    notebook = lab([BEGIN, f"{fields}\neditor"])
    page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    try:
        notebook.run(0)
        notebook.outputs(0).get_by_role("button", name="Show 10 rows").click()
        type_in(field(notebook.outputs(0), 0), "first@example.com")
        expect(notebook.outputs(0).get_by_text("mended")).to_be_visible()
        screenshot("rows")
        notebook.outputs(0).get_by_role("button", name=CLOSE).click()
        notebook.run(1)
        notebook.outputs(1).get_by_role("combobox", name="Target of mail", exact=True).select_option(
            label="AccountNumber"
        )
        expect(notebook.outputs(1).get_by_text("2 columns go to").first).to_be_visible()
        notebook.outputs(1).scroll_into_view_if_needed()
        screenshot("map")
    finally:
        page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
