"""An upload as a widget in JupyterLab: watched to its end, stopped, sent again, after a restart and a reload."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from cpnb.sandbox_process import Sandbox

VIEW = "application/vnd.jupyter.widget-view+json"


def begin(sandbox: Sandbox, rows: int = 3000, part_rows: int = 1000, parts_in_flight: int = 1) -> str:
    """Return a cell that makes all ready: a table, its fields, a domain, and options."""
    return f"""
import os
os.environ.update({sandbox.environment()!r})
import cpnb
people = cpnb.samples.people(rows={rows}, seed=4, flaws=0)
fields = people.cp.suggest_fields(unique_key="customer_id", region="US")
domain = cpnb.Domain("loyalty")
patience = cpnb.Patience(poll_first_s=0.2, poll_longest_s=0.4)
options = cpnb.UploadOptions(part_rows={part_rows}, parts_in_flight={parts_in_flight}, patience=patience)
"""


UPLOAD = "upload = people.cp.upload(domain, fields, options=options)\nupload"


@pytest.fixture
def slow_sandbox(own_sandbox: Sandbox) -> Sandbox:
    """A sandbox that needs a while for each part, so that there is something to watch."""
    own_sandbox.domain("loyalty")
    own_sandbox.change(processing_s=1.5)
    return own_sandbox


def widget(output: Locator) -> Locator:
    return output.locator(".cpnb-upload")


def saved(notebook: Any, place: int) -> list[dict[str, Any]]:
    """Return what stands in the file below a cell: the data of its outputs, empty ones left out."""
    return [dict(output.data) for output in notebook.cells[place].outputs if output.data]


def test_an_upload_of_several_parts_is_watched_to_its_end(
    lab: Callable[..., Any], slow_sandbox: Sandbox, screenshot: Any, barriers: Callable[[str], list[str]]
) -> None:
    notebook = lab([begin(slow_sandbox), UPLOAD, "1 + 1"])
    notebook.run(0)
    notebook.run(1)  # ends at once: the upload goes on in the background
    output = notebook.outputs(1)
    shown = widget(output)

    expect(shown).to_be_visible()
    expect(shown.locator("tbody tr")).to_have_count(3)
    expect(shown.get_by_role("button", name="Stop")).to_be_enabled()
    expect(shown.get_by_role("button", name="Retry")).to_be_hidden()
    expect(shown.locator("[aria-current=step]")).to_contain_text(re.compile("sending|processing"))
    screenshot("light")
    assert barriers(".cpnb-upload") == []
    expect(shown).to_contain_text("1 of 3 parts done", timeout=10_000)
    expect(shown).to_contain_text("to go.")  # one part has shown how long they take
    assert notebook.value("upload.done") is False

    notebook.run(2)  # the kernel is free, and another cell runs meanwhile
    expect(notebook.outputs(2)).to_have_text("2")

    # In the end plain HTML stands in its place.
    expect(shown).to_have_count(0, timeout=20_000)
    expect(output).to_contain_text("Upload of 3,000 rows: SUCCEEDED (3,000 created, 0 updated, 0 failed)")
    expect(output.get_by_text("SUCCEEDED", exact=True)).to_have_count(3)
    [last] = saved(notebook.save(), 1)
    assert sorted(last) == ["text/html", "text/plain"]
    assert "Upload of 3,000 rows: SUCCEEDED" in last["text/plain"]
    assert notebook.value("upload.elapsed_s") > 4.4


def test_an_upload_is_stopped_and_sent_again(
    lab: Callable[..., Any], slow_sandbox: Sandbox, screenshot: Any, barriers: Callable[[str], list[str]]
) -> None:
    notebook = lab([begin(slow_sandbox), UPLOAD])
    notebook.run(0)
    notebook.run(1)
    output = notebook.outputs(1)
    expect(widget(output)).to_contain_text("processing")

    widget(output).get_by_role("button", name="Stop").click()

    notebook.wait_for("upload.done")
    expect(output).to_contain_text("Upload of 3,000 rows: STOPPED")
    expect(widget(output)).to_have_count(0)
    retry = output.get_by_role("button", name="Retry")
    expect(retry).to_be_visible()
    screenshot("stopped")
    assert barriers(".jp-OutputArea:has(.cpnb)") == []
    stopped = saved(notebook.save(), 1)
    assert sorted(stopped[0]) == ["text/html", "text/plain"]
    assert "STOPPED" in stopped[0]["text/html"]
    assert "upload.retry()" in stopped[1]["text/plain"]

    slow_sandbox.change(processing_s=0.5)
    retry.click()

    expect(widget(output)).to_be_visible()
    expect(retry.and_(output.locator(":visible"))).to_have_count(0)
    notebook.wait_for("upload.status", "SUCCEEDED")
    expect(widget(output)).to_have_count(0)
    expect(output).to_contain_text("Upload of 3,000 rows: SUCCEEDED")
    [last] = saved(notebook.save(), 1)
    assert sorted(last) == ["text/html", "text/plain"]


def test_a_widget_survives_that_the_page_is_loaded_anew(
    lab: Callable[..., Any], slow_sandbox: Sandbox, screenshot: Any
) -> None:
    notebook = lab([begin(slow_sandbox, rows=4000), UPLOAD])
    notebook.run(0)
    notebook.run(1)
    expect(widget(notebook.outputs(1))).to_be_visible()
    notebook.save()

    notebook.reload()

    shown = widget(notebook.outputs(1))
    expect(shown).to_contain_text(re.compile("[12] of 4 parts done"), timeout=15_000)
    shown.get_by_role("button", name="Stop").click()
    notebook.wait_for("upload.done")
    expect(shown).to_contain_text(re.compile("PARTIALLY_SUCCEEDED|STOPPED"))
    slow_sandbox.change(processing_s=0.2)
    shown.get_by_role("button", name="Retry").click()
    expect(shown).to_contain_text("Upload of 4,000 rows: SUCCEEDED", timeout=15_000)
    expect(shown.get_by_role("button", name="Retry")).to_be_hidden()


def test_after_a_restart_of_the_kernel_the_same_cell_goes_on(lab: Callable[..., Any], slow_sandbox: Sandbox) -> None:
    notebook = lab([begin(slow_sandbox), UPLOAD])
    notebook.run_all()
    expect(widget(notebook.outputs(1))).to_contain_text("1 of 3 parts done", timeout=10_000)

    notebook.restart_kernel()
    notebook.run_all()

    output = notebook.outputs(1)
    expect(output).to_contain_text("Upload of 3,000 rows: SUCCEEDED", timeout=20_000)
    expect(output).to_contain_text("uploaded by an earlier run, not sent again")
    expect(widget(output)).to_have_count(0)


def test_a_service_that_is_gone_is_told_in_words(
    lab: Callable[..., Any], slow_sandbox: Sandbox, screenshot: Any
) -> None:
    notebook = lab([begin(slow_sandbox).replace("poll_longest_s=0.4", "poll_longest_s=0.4, try_again_for_s=1"), UPLOAD])
    notebook.run_all()
    output = notebook.outputs(1)
    expect(widget(output)).to_contain_text("processing")

    slow_sandbox.stop()

    expect(output).to_contain_text("Upload of 3,000 rows: BROKEN", timeout=20_000)
    expect(output).to_contain_text("The job was lost sight of; it may go on at the service")
    output.get_by_role("button", name="Retry").click()
    said = output.locator(".cpnb-said").locator("visible=true")
    expect(said).to_contain_text("cannot be reached", timeout=20_000)
    expect(output.get_by_role("button", name="Retry")).to_be_enabled()
    expect(output.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
    screenshot("error")


def test_two_views_of_an_upload_move_together_while_the_kernel_is_busy(
    lab: Callable[..., Any], slow_sandbox: Sandbox
) -> None:
    notebook = lab([begin(slow_sandbox), UPLOAD, "display(upload)\nimport time\ntime.sleep(6)"])
    notebook.run(0)
    notebook.run(1)

    notebook.begin(2)

    for place in (1, 2):
        expect(widget(notebook.outputs(place))).to_contain_text("2 of 3 parts done", timeout=10_000)
    for place in (1, 2):
        expect(notebook.outputs(place)).to_contain_text("SUCCEEDED (3,000 created", timeout=15_000)


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_it_reads_in_a_narrow_page_and_in_either_theme(
    lab: Callable[..., Any], slow_sandbox: Sandbox, screenshot: Any, barriers: Callable[[str], list[str]], theme: str
) -> None:
    notebook = lab([begin(slow_sandbox), UPLOAD])
    page = notebook.page
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    page.set_viewport_size({"width": 620, "height": 1000})
    notebook.run(0)
    notebook.run(1)
    shown = widget(notebook.outputs(1))
    expect(shown.get_by_role("button", name="Stop")).to_be_visible()
    screenshot("narrow")

    assert barriers(".cpnb-upload") == []


def test_the_last_ipykernel_of_the_old_kind_shows_the_same(
    lab: Callable[..., Any], slow_sandbox: Sandbox, older_kernel: str
) -> None:
    notebook = lab([begin(slow_sandbox, rows=2000), UPLOAD], older_kernel)
    notebook.run_all()
    assert notebook.value("__import__('ipykernel').__version__") == "6.31.0"
    output = notebook.outputs(1)
    expect(widget(output)).to_contain_text("1 of 2 parts done", timeout=10_000)

    widget(output).get_by_role("button", name="Stop").click()
    notebook.wait_for("upload.done")
    slow_sandbox.change(processing_s=0.2)
    output.get_by_role("button", name="Retry").click()

    expect(output).to_contain_text("Upload of 2,000 rows: SUCCEEDED", timeout=15_000)
    expect(widget(output)).to_have_count(0)
