"""The course's notebook on widgets in JupyterLab: it is run cell by cell, and what it invites to is done."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.notebooks import FOLDER

NOTEBOOK = FOLDER / "06_widgets.ipynb"
BEGIN, EDITOR, FIELDS, VIEW, PATCH, UPLOAD, WAITED, BUILDER, SET, COUNTED, CREATED, PRINTED, END = range(13)
MIDDLING = {"width": 1000, "height": 1000}
NARROW = {"width": 620, "height": 1000}


def enter(control: Locator, text: str) -> None:
    control.fill(text)
    control.press("Enter")


def map_tier(shown: Locator) -> None:
    """Map the column as the notebook says, after trying what cannot be."""
    enter(shown.get_by_label("Find a column"), "tier")
    # Before that, it is in the last of twelve rows, which is hidden then.
    expect(shown.locator(".cpnb-fields-row:visible")).to_have_count(1)
    target = shown.get_by_role("combobox", name="Target of tier")
    target.select_option("FirstName")
    expect(shown.locator(".cpnb-fields-conflicts")).to_contain_text("FirstName")
    target.select_option("custom attribute")
    expect(shown.locator(".cpnb-fields-conflicts")).to_contain_text("12 of 14 columns mapped")


def build(shown: Locator) -> None:
    """Build the segment as the notebook says."""
    enter(shown.get_by_role("combobox", name="Attribute", exact=True), "Address.City")
    expect(shown.get_by_label("Comparison").locator("option").first).to_be_attached()
    for city in ("Seattle", "Tacoma"):
        enter(shown.get_by_label("Value", exact=True), city)
        expect(shown.get_by_role("button", name=re.compile(rf"\W{city}$"))).to_be_visible()
    shown.get_by_role("button", name="Add condition").click()
    enter(shown.get_by_role("combobox", name="Attribute", exact=True).nth(1), "Attributes.tier")
    expect(shown.get_by_label("Comparison").nth(1).locator("option").first).to_be_attached()
    enter(shown.get_by_label("Value", exact=True).nth(1), "gold")


def test_what_the_notebook_invites_to_can_be_done(
    lab: Callable[..., Any], page: Page, screenshot: Callable[[str], Path], barriers: Callable[[str], list[str]]
) -> None:
    notebook = lab(NOTEBOOK)
    notebook.run(BEGIN)

    notebook.run(EDITOR)
    editor = notebook.outputs(EDITOR).locator(".cpnb-fields")
    map_tier(editor)
    notebook.wait_for("str(editor.value)[-27:]", "tier         -> Attributes.tier  STRING"[-27:])
    notebook.run(FIELDS)
    expect(notebook.outputs(FIELDS)).to_contain_text("Attributes.tier")

    notebook.run(VIEW)
    view = notebook.outputs(VIEW).locator(".cpnb-report")
    view.get_by_role("button", name="Show 5 rows").nth(2).click()
    enter(view.get_by_label("email in row 63", exact=True), "willow64@example.org")
    expect(view.get_by_text("mended")).to_be_visible()
    view.get_by_role("button", name="Show the edits as code").click()
    expect(view.get_by_role("region", name="The edits as code")).to_contain_text("people.iloc[[63]")
    view.get_by_role("button", name=re.compile("Close$")).click()
    expect(view.get_by_label("email in row 63", exact=True)).to_have_count(0)
    notebook.run(PATCH)
    assert notebook.value("people.loc[63, 'email'] == view.frame.loc[63, 'email']")

    notebook.run(UPLOAD)  # and the next cell runs meanwhile
    expect(notebook.outputs(UPLOAD).get_by_role("button", name="Stop")).to_be_visible()
    notebook.run(BUILDER)
    builder = notebook.outputs(BUILDER).locator(".cpnb-segment-builder")
    build(builder)
    expect(builder.locator(".cpnb-count")).to_contain_text("35 of 1,000 rows match")
    notebook.run(WAITED)
    expect(notebook.outputs(UPLOAD)).to_contain_text("SUCCEEDED (990 created, 0 updated, 0 failed)")
    builder.get_by_role("button", name="Estimate").click()
    expect(builder.locator(".cpnb-estimated")).to_contain_text("The service estimates 35 profiles of domain loyalty.")
    builder.get_by_role("button", name="Create segment").click()
    expect(builder.locator(".cpnb-created")).to_have_text("Segment gold-in-seattle was created in domain loyalty.")
    clicked = notebook.value("str(builder.value)")
    notebook.run(SET)
    assert notebook.value("str(builder.value)") == clicked
    expect(notebook.outputs(SET).locator(".cpnb-segment-builder .cpnb-count")).to_contain_text("35 of 1,000 rows")
    for place in (COUNTED, CREATED, PRINTED):
        notebook.run(place)
    expect(notebook.outputs(CREATED)).to_contain_text("gold-in-seattle")
    assert barriers(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell-outputArea") == []
    for name, place in {"fields": EDITOR, "report": VIEW, "upload": UPLOAD, "segment": BUILDER}.items():
        notebook.outputs(place).evaluate("element => element.scrollIntoView()")
        screenshot(name)
    notebook.run(END)


STICK_OUT = """shown => {
    const right = shown.getBoundingClientRect().right + 1;
    return [...shown.querySelectorAll('button, input, select, textarea, p, table')]
        .filter(one => one.checkVisibility() && !one.closest('.cpnb-count')  // which can be scrolled
            && one.getBoundingClientRect().right > right)
        .map(one => one.outerHTML.slice(0, 200));
}"""
TOGETHER = """shown => [...shown.querySelectorAll('.cpnb-actions')].every(
    one => new Set([...one.querySelectorAll('button')].map(button => button.getBoundingClientRect().top)).size === 1
)"""


@contextlib.contextmanager
def dark(page: Page) -> Iterator[None]:
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
    page.evaluate(change, "JupyterLab Dark")
    try:
        expect(page.locator("body[data-jp-theme-light=false]")).to_be_attached()
        yield
    finally:
        page.evaluate(change, "JupyterLab Light")
        expect(page.locator("body[data-jp-theme-light=true]")).to_be_attached()


def test_the_widgets_read_in_pages_of_any_width_and_when_all_goes_wrong(
    lab: Callable[..., Any], page: Page, screenshot: Callable[[str], Path], barriers: Callable[[str], list[str]]
) -> None:
    notebook = lab(NOTEBOOK)
    for place in (BEGIN, EDITOR, FIELDS, VIEW, BUILDER, SET):
        notebook.run(place)
    shown = {place: notebook.outputs(place).locator(".cpnb").first for place in (EDITOR, VIEW, BUILDER)}
    builder = shown[BUILDER]
    expect(builder.locator(".cpnb-count")).to_contain_text("35 of 1,000 rows match")

    def look_at(width: int, name: str) -> None:
        page.set_viewport_size({"width": width, "height": 1000})
        for place, widget in shown.items():
            widget.evaluate("element => element.scrollIntoView()")
            screenshot(f"{name}-{place}")
            assert widget.evaluate(STICK_OUT) == [], (width, place)
        assert builder.evaluate(TOGETHER), width

    with dark(page):
        look_at(1280, "dark")
        assert barriers(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell-outputArea") == []
    for width in (1100, 1000, 900, 620):  # beside the files, which take 280 of them
        look_at(width, f"light-{width}")
    page.set_viewport_size({"width": 1280, "height": 1000})

    notebook.run(END)
    builder.get_by_role("button", name="Estimate").click()
    expect(builder.locator(".cpnb-estimated")).to_contain_text("nothing answered")
    builder.get_by_label("Name of the segment").fill("gold in seattle")
    expect(builder.locator(".cpnb-created")).to_contain_text("without spaces")
    builder.get_by_role("button", name="Add condition").click()
    enter(builder.get_by_role("combobox", name="Attribute", exact=True).nth(2), "Adress.City")
    expect(builder.locator(".cpnb-message")).to_contain_text("Did you mean")
    builder.evaluate("element => element.scrollIntoView()")
    screenshot("error")
