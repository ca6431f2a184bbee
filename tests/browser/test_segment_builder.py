"""A segment built in JupyterLab by clicking and typing only: counted, estimated, created."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from cpnb.expressions import profile
from cpnb.sandbox_process import Sandbox
from cpnb.segments import SegmentDefinition

PEOPLE = """
import pandas as pd
import cpnb
from cpnb import FieldMap, SegmentBuilder, profile
people = pd.DataFrame({
    "city": ["Seattle", "Seattle", "Boston", "<b onmouseover=alert(1)>Rome</b>"],
    "name": ["Smith", "Sanchez", "Stone", "Rossi"],
    "id": ["1", "2", "3", "4"],
})
fields = FieldMap({"city": "Address.City", "name": "LastName", "id": "AccountNumber"}, unique_key="id")
"""


def ready(sandbox: Sandbox, name: str) -> str:
    """Return a cell that makes a table, its fields, and a domain in which the same people are."""
    return f"""
import os
os.environ.update({sandbox.environment()!r})
{PEOPLE}
domain = cpnb.Domain({name!r})
for row in people.itertuples():
    made = domain.client.create_profile(DomainName={name!r}, LastName=row.name, Address={{"City": row.city}})
"""


SAID = "(Address.City is one of 'Seattle', 'Boston' or LastName contains 'o') and LastName starts with 'S'"
BUILD = "builder = SegmentBuilder(data=people, fields=fields, domain=domain)\nbuilder"


def choose_attribute(shown: Locator, typed: str, place: int = 0) -> None:
    """Type an attribute, as one does who picks it from the list below."""
    control = shown.get_by_role("combobox", name="Attribute", exact=True).nth(place)
    control.fill(typed)
    control.press("Enter")
    # The kernel has answered when there are comparisons to choose from.
    expect(shown.get_by_label("Comparison").nth(place).locator("option").first).to_be_attached()


def enter(shown: Locator, name: str, typed: str, place: int = 0) -> None:
    """Type a value and press Enter."""
    control = shown.get_by_label(name, exact=True).nth(place)
    control.fill(typed)
    control.press("Enter")


def test_a_segment_is_built_estimated_and_created(
    lab: Callable[..., Any], sandbox: Sandbox, page: Page, screenshot: Callable[[str], Path], barriers: Any
) -> None:
    domain = sandbox.domain("clicked")
    notebook = lab([ready(sandbox, "clicked"), BUILD])
    notebook.run_all()
    shown = notebook.outputs(1).locator(".cpnb-segment-builder")
    sentence, count = shown.locator(".cpnb-sentence"), shown.locator(".cpnb-count")
    expect(sentence).to_contain_text("Choose an attribute.")
    expect(shown.get_by_role("button", name="Create segment")).to_be_disabled()

    choose_attribute(shown, "Address.City")
    expect(shown.get_by_label("Comparison").locator("option")).to_have_text(
        ["is one of", "is none of", "contains", "starts with", "ends with"]
    )
    enter(shown, "Value", "Seattle")
    expect(count).to_contain_text("2 of 4 rows match")
    enter(shown, "Value", "Boston")
    expect(count).to_contain_text("3 of 4 rows match")
    expect(sentence).to_have_text("Profiles where Address.City is one of 'Seattle', 'Boston'.")

    shown.get_by_role("button", name="Add condition").click()
    choose_attribute(shown, "LastName", 1)
    shown.get_by_label("Comparison").nth(1).select_option("contains")
    enter(shown, "Value", "o", 1)
    expect(count).to_contain_text("1 of 4 rows matches")
    shown.get_by_label("How many conditions have to hold").select_option("at least one of these conditions")
    expect(count).to_contain_text("4 of 4 rows match")

    shown.get_by_role("button", name="Add group").click()
    choose_attribute(shown, "LastName", 2)
    shown.get_by_label("Comparison").nth(2).select_option("starts with")
    enter(shown, "Value", "S", 2)
    expect(count).to_contain_text("3 of 4 rows match")
    notebook.wait_for("str(builder.value)", SAID)

    shown.get_by_role("button", name="Estimate").click()
    expect(shown.locator(".cpnb-estimated")).to_have_text("The service estimates 3 profiles of domain clicked.")
    shown.get_by_label("Name of the segment").fill("west coast")
    expect(shown.locator(".cpnb-created")).to_contain_text("without spaces")
    screenshot("error")
    shown.get_by_label("Name of the segment").fill("west-coast")
    create = shown.get_by_role("button", name="Create segment")
    expect(create).to_be_enabled()
    create.click()
    expect(shown.locator(".cpnb-created")).to_have_text("Segment west-coast was created in domain clicked.")
    assert SegmentDefinition.get(domain, "west-coast").expression.explain() == notebook.value("str(builder.value)")
    shown.evaluate("element => element.scrollIntoView()")
    screenshot("light")
    assert barriers(".cpnb-segment-builder") == []


def test_a_name_that_is_taken_is_said_in_the_dark_too(
    lab: Callable[..., Any], sandbox: Sandbox, page: Page, screenshot: Callable[[str], Path], barriers: Any
) -> None:
    SegmentDefinition("taken", profile.LastName == "x").create(sandbox.domain("dark"))
    value = "profile.Address.City.isin(['Seattle', 'Boston']) & ~profile.LastName.startswith('S')"
    cell = f"SegmentBuilder({value}, data=people, fields=fields, domain=domain, name='taken')"
    notebook = lab([ready(sandbox, "dark"), cell])
    notebook.run_all()
    shown = notebook.outputs(1).locator(".cpnb-segment-builder")
    shown.get_by_role("button", name="Create segment").click()
    expect(shown.locator(".cpnb-created")).to_contain_text("already has a segment 'taken'")
    page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    try:
        expect(page.locator("body[data-jp-theme-light=false]")).to_be_attached()
        shown.evaluate("element => element.scrollIntoView()")
        screenshot("dark")
        assert barriers(".cpnb-segment-builder") == []
    finally:
        page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")


def test_rows_are_moved_doubled_and_removed_by_keyboard(lab: Callable[..., Any], page: Page) -> None:
    value = "(profile.LastName == 'A') & (profile.FirstName == 'B')"
    notebook = lab([PEOPLE, f"builder = SegmentBuilder({value})\nbuilder"])
    notebook.run_all()
    shown = notebook.outputs(1).locator(".cpnb-segment-builder")
    for more in shown.get_by_role("button", name="More for this condition").all():
        more.press("Enter")
    up = shown.get_by_role("button", name="Move condition up").nth(1)
    up.focus()
    page.keyboard.press("Enter")
    notebook.wait_for("str(builder.value)", "FirstName is 'B' and LastName is 'A'")
    shown.get_by_role("button", name="Duplicate condition").first.press("Space")
    expect(shown.get_by_role("combobox", name="Attribute", exact=True)).to_have_count(3)
    enter(shown, "Value", "C", 1)
    notebook.wait_for("str(builder.value)", "FirstName is 'B' and FirstName is one of 'B', 'C' and LastName is 'A'")
    shown.get_by_role("button", name="Remove condition").first.press("Enter")
    notebook.wait_for("str(builder.value)", "FirstName is one of 'B', 'C' and LastName is 'A'")
    # The keyboard goes on at what stands before what is gone, and on the button that was pressed.
    expect(shown.get_by_role("button", name="Hide group 1: 2 conditions")).to_be_focused()
    for verb in ("Show", "Hide"):
        page.keyboard.press("Enter")
        expect(shown.get_by_role("button", name=f"{verb} group 1: 2 conditions")).to_be_focused()
    expect(shown.get_by_role("combobox", name="Attribute", exact=True)).to_have_count(2)
    # Who enters several values stays where they are entered.
    field = shown.get_by_label("Value", exact=True).first
    for typed in ("D", "E"):
        field.press_sequentially(typed)
        page.keyboard.press("Enter")
        expect(shown.get_by_role("button", name=re.compile(rf"\W{typed}$"))).to_be_visible()
        expect(field).to_be_focused()
        expect(field).to_have_value("")
    shown.get_by_role("button", name=re.compile(r"\WB$")).press("Enter")
    notebook.wait_for("str(builder.value)", "FirstName is one of 'C', 'D', 'E' and LastName is 'A'")
    expect(field).to_be_focused()


def test_a_value_set_from_code_is_drawn_in_two_views(lab: Callable[..., Any], screenshot: Any, page: Page) -> None:
    notebook = lab([PEOPLE, "builder = SegmentBuilder()\nbuilder", "builder", ""])
    notebook.run_all()
    one, other = (notebook.outputs(place).locator(".cpnb-segment-builder") for place in (1, 2))
    expect(other.get_by_role("combobox", name="Attribute", exact=True)).to_have_count(1)
    born = "profile.BirthDate.between('1990-01-01', '1999-12-31T12:00')"
    value = f"{born} & (profile.Attributes['n'] > 5) | (profile.LastName == '<i>x</i>')"
    notebook.value(f"builder.set_trait('value', {value})")
    for shown in (one, other):
        expect(shown.get_by_label("From: day")).to_have_value("1990-01-01")
        expect(shown.get_by_label("To", exact=True)).to_have_value("1999-12-31T12:00:00Z")
        expect(shown.get_by_label("Comparison").nth(1)).to_have_value("is greater than")
        expect(shown.get_by_role("button", name="<i>x</i>")).to_be_visible()
        expect(shown.locator(".cpnb-sentence")).to_contain_text("LastName is '<i>x</i>'")
    # What is picked in one view shows in the other.
    one.get_by_label("From: day").fill("1995-06-30")
    expect(other.get_by_label("From: day")).to_have_value("1995-06-30")
    notebook.wait_for("builder.draft.groups[0].conditions[0].values[0]", "1995-06-30T00:00:00Z")
    one.get_by_role("button", name="Show code").click()
    expect(other.get_by_label("Python code of this segment")).to_have_value(re.compile("profile.BirthDate.between"))
    page.set_viewport_size({"width": 620, "height": 1000})
    screenshot("narrow")


def test_values_of_the_table_are_offered_on_request_and_harm_nobody(lab: Callable[..., Any], page: Page) -> None:
    value = "profile.Address.City == 'x'"
    notebook = lab([PEOPLE, f"builder = SegmentBuilder({value}, data=people, fields=fields)\nbuilder"])
    notebook.run_all()
    output = notebook.outputs(1)
    shown = output.locator(".cpnb-segment-builder")
    expect(shown.locator(".cpnb-count")).to_contain_text("0 of 4 rows match")
    assert "Rome" not in output.inner_html()
    shown.get_by_role("button", name="Show values to choose from").click()
    expect(shown.locator(".cpnb-message")).to_have_text("3 different values in the table.")
    offered = shown.locator("datalist option").evaluate_all("options => options.map(one => one.value)")
    assert "<b onmouseover=alert(1)>Rome</b>" in offered
    enter(shown, "Value", "<b onmouseover=alert(1)>Rome</b>")
    expect(shown.locator(".cpnb-count")).to_contain_text("1 of 4 rows matches")
    assert shown.locator("[onmouseover]").count() == 0


def test_many_groups_are_opened_one_by_one(lab: Callable[..., Any], screenshot: Any) -> None:
    value = " & ".join(
        "(" + " | ".join(f"profile.Attributes['a{g}'].contains('x{n}')" for n in range(10)) + ")" for g in range(20)
    )
    notebook = lab([PEOPLE, f"builder = SegmentBuilder({value})\nbuilder"])
    notebook.run_all()
    shown = notebook.outputs(1).locator(".cpnb-segment-builder")
    attributes = shown.get_by_role("combobox", name="Attribute", exact=True)
    expect(attributes).to_have_count(10)
    shown.get_by_role("button", name="Show group 20: 10 conditions").click()
    expect(attributes).to_have_count(20)
    enter(shown, "Value", "late", 19)
    notebook.wait_for("builder.draft.groups[19].conditions[9].values", ["x9", "late"])
    shown.get_by_role("button", name="Hide group 1: 10 conditions").click()
    expect(attributes).to_have_count(10)


@pytest.mark.parametrize("kernel", ["python3", "older"])
def test_a_builder_lives_on_after_a_reload(lab: Callable[..., Any], kernel: str, request: Any) -> None:
    if kernel == "older":
        request.getfixturevalue("older_kernel")
    notebook = lab([PEOPLE, "builder = SegmentBuilder(data=people, fields=fields)\nbuilder"], kernel)
    notebook.run_all()
    notebook.save()
    notebook.reload()
    shown = notebook.outputs(1).locator(".cpnb-segment-builder")
    choose_attribute(shown, "LastName")
    enter(shown, "Value", "Smith")
    expect(shown.locator(".cpnb-count")).to_contain_text("1 of 4 rows matches")
    notebook.wait_for("str(builder.value)", "LastName is 'Smith'")
