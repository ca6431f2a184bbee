"""The field-map editor in JupyterLab: a messy file is mapped by clicking, and checked with the map that comes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.jupyter_server import JupyterServer

MESSY_FILE = """Kd Nr,E-Mail,mail2,Tel,Land,M/F,Geschlecht,<b>Notes</b>
C-1,ann@example.com,a@example.com,+1 206 555 0100,US,m,MALE,likes <i>tea</i>
C-2,bob@example.com,,206-555-0101,US,f,FEMALE,
C-3,cy@example.com,c@example.com,(206) 555-0102,US,f,FEMALE,<script>x()</script>
"""
MESSY = """
import cpnb
people = cpnb.read("messy.csv")
editor = cpnb.FieldMapEditor(people)
editor
"""
WIDE = """
import pandas as pd
import cpnb
wide = pd.DataFrame({f"c{number}": ["x", "y"] for number in range(300)}).assign(mail="a@example.com")
editor = cpnb.FieldMapEditor(wide)
editor
"""


@pytest.fixture(autouse=True)
def messy_file(server: JupyterServer) -> None:
    """Where notebooks find a messy table."""
    (server.root / "messy.csv").write_text(MESSY_FILE, encoding="utf-8")


def choose(output: Locator, name: str, label: str) -> None:
    output.get_by_role("combobox", name=name, exact=True).select_option(label=label)


def type_in(control: Locator, text: str) -> None:
    control.fill(text)
    control.press("Enter")


def target_of(column: str) -> str:
    return f"editor.value and ({column!r} in editor.value.columns and editor.value[{column!r}].name)"


def test_a_messy_file_is_mapped_by_clicking(
    lab: Callable[..., Any], screenshot: Any, barriers: Callable[[str], list[str]]
) -> None:
    notebook = lab([MESSY, "people.cp.validate(editor.value)"])
    notebook.run(0)
    output = notebook.outputs(0)
    expect(output.get_by_role("combobox", name="Target of E-Mail", exact=True)).to_have_value("EmailAddress")
    screenshot("suggested")

    choose(output, "Target of Kd Nr", "AccountNumber")
    notebook.wait_for(target_of("Kd Nr"), "AccountNumber")
    choose(output, "Unique key", "Kd Nr")
    notebook.wait_for("editor.value and editor.value.unique_key", "Kd Nr")

    choose(output, "Target of mail2", "EmailAddress")
    expect(output.get_by_text("2 columns go to 'EmailAddress'")).to_have_count(3)
    notebook.wait_for("editor.value", None)
    screenshot("conflict")
    choose(output, "Target of mail2", "PersonalEmailAddress")
    expect(output.get_by_text("2 columns go to 'EmailAddress'")).to_have_count(0)
    notebook.wait_for(target_of("mail2"), "PersonalEmailAddress")

    choose(output, "Target of M/F", "GenderString")
    choose(output, "Target of Geschlecht", "Gender")
    expect(output.get_by_text("exclude each other").first).to_be_visible()
    choose(output, "Target of M/F", "(leave out)")
    notebook.wait_for(target_of("Geschlecht"), "Gender")

    choose(output, "Target of Tel", "MobilePhoneNumber")
    type_in(output.get_by_role("combobox", name="Region of Tel"), "us")
    notebook.wait_for("editor.value and editor.value['Tel'].region", "US")

    choose(output, "Target of <b>Notes</b>", "custom attribute")
    type_in(output.get_by_role("textbox", name="Attribute of <b>Notes</b>"), "notes")
    notebook.wait_for(target_of("<b>Notes</b>"), "Attributes.notes")
    choose(output, "Content type of <b>Notes</b>", "NAME")
    notebook.wait_for("editor.value['<b>Notes</b>'].content_type", "NAME")

    expect(output.get_by_role("status")).to_contain_text("the unique key is 'Kd Nr', no conflicts")
    expect(output).not_to_contain_text("tea")
    assert output.locator("b", has_text=re.compile("^Notes$")).count() == 0, "the name of a column was taken for HTML"
    screenshot("mapped")
    assert barriers(".cpnb-fields") == []

    notebook.run(1)
    expect(notebook.outputs(1)).to_contain_text("Can be uploaded")


def test_a_map_set_by_code_is_drawn(lab: Callable[..., Any]) -> None:
    notebook = lab([MESSY, "editor.value = cpnb.FieldMap({'Tel': 'Attributes.phone'}, 'Tel')"])
    notebook.run_all()
    output = notebook.outputs(0)

    expect(output.get_by_role("textbox", name="Attribute of Tel")).to_have_value("phone")
    expect(output.get_by_role("combobox", name="Target of E-Mail", exact=True)).to_have_value("(leave out)")
    expect(output.get_by_role("combobox", name="Unique key")).to_have_value("Tel")


def test_300_columns_are_looked_through(lab: Callable[..., Any], page: Any, screenshot: Any) -> None:
    notebook = lab([WIDE])
    notebook.run(0)
    output = notebook.outputs(0)
    expect(output.get_by_text("1 to 12 of 301 columns")).to_be_visible()

    output.get_by_role("button", name="Next columns").click()
    expect(output.get_by_role("combobox", name="Target of c12", exact=True)).to_be_visible()
    type_in(output.get_by_role("textbox", name="Find a column"), "c299")
    choose(output, "Target of c299", "custom attribute")
    notebook.wait_for("editor.value.columns", ["c299", "mail"])

    choose(output, "Show", "mapped")
    expect(output.get_by_text("1 column", exact=True)).to_be_visible()
    type_in(output.get_by_role("textbox", name="Find a column"), "")
    expect(output.get_by_text("2 columns", exact=True)).to_be_visible()
    page.set_viewport_size({"width": 700, "height": 900})
    screenshot("narrow")


def test_it_is_used_with_the_keyboard(lab: Callable[..., Any], page: Any) -> None:
    notebook = lab([MESSY])
    notebook.run(0)
    output = notebook.outputs(0)
    target = output.get_by_role("combobox", name="Target of M/F", exact=True)
    target.focus()
    for key in ("Space", "ArrowDown", "Enter"):  # arrows alone are JupyterLab's, until the list is open
        page.keyboard.press(key)
    notebook.wait_for(target_of("M/F"), "Attributes.M_F")
    name = output.get_by_role("textbox", name="Attribute of M/F")
    expect(name).to_be_visible()
    name.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("dd")  # which would delete the cell, were it not typed into a field
    page.keyboard.press("Tab")
    notebook.wait_for(target_of("M/F"), "Attributes.dd")

    expect(output.get_by_role("combobox", name="Content type of M/F")).to_be_focused()
