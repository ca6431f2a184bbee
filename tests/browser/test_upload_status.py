"""An upload as a widget in JupyterLab: watched to its end, stopped, sent again, after a restart and a reload."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from cpnb.domain import Domain
from cpnb.sandbox_process import Sandbox

LONG_MS = 20_000


def begin(domain: Domain, patience: str = "") -> str:
    """Return a cell that makes all ready for three parts, one after the other."""
    return f"""
import os
os.environ.update(AWS_ACCESS_KEY_ID="sandbox", AWS_SECRET_ACCESS_KEY="sandbox")
import cpnb
people = cpnb.samples.people(rows=3000, seed=4, flaws=0)
fields = people.cp.suggest_fields(unique_key="customer_id", region="US")
domain = cpnb.Domain({domain.name!r}, region="us-east-1", endpoint_url={domain.endpoint_url!r})
patience = cpnb.Patience(poll_first_s=0.2, poll_longest_s=0.4{patience})
options = cpnb.UploadOptions(part_rows=1000, parts_in_flight=1, patience=patience)
"""


UPLOAD = "upload = people.cp.upload(domain, fields, options=options)\nupload"
PROCESSING_S = 60.0


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """The sandbox of the tests here, which change its settings and its clock."""
    with Sandbox() as sandbox:
        yield sandbox


_numbers = itertools.count(1)


@pytest.fixture
def slow_domain(running: Sandbox) -> Domain:
    """A new domain, which processes a file until the clock is put forward: no page is too slow to see it."""
    running.change(processing_s=PROCESSING_S)
    return running.domain(f"loyalty-{next(_numbers)}")


def widget(output: Locator) -> Locator:
    return output.locator(".cpnb-upload")


def finish_part(number: int, shown: Locator, sandbox: Sandbox) -> None:
    """Wait until a widget shows that a part is being processed, and have that come to its end."""
    expect(shown.locator("tbody tr").nth(number - 1)).to_contain_text("processing", timeout=LONG_MS)
    sandbox.advance(PROCESSING_S + 1)


def saved(notebook: Any, place: int) -> list[dict[str, Any]]:
    """Return what stands in the file below a cell: the data of its outputs, empty ones left out."""
    return [dict(output.data) for output in notebook.cells[place].outputs if output.data["text/plain"]]


def test_an_upload_of_several_parts_is_watched_to_its_end(
    lab: Callable[..., Any],
    slow_domain: Domain,
    running: Sandbox,
    screenshot: Any,
    barriers: Callable[[str], list[str]],
) -> None:
    notebook = lab([begin(slow_domain), UPLOAD, "1 + 1"])
    notebook.run(0)
    notebook.run(1)  # ends at once: the upload goes on in the background
    output = notebook.outputs(1)
    shown = widget(output)

    expect(shown.locator("tbody tr")).to_have_count(3)
    expect(shown.locator("tbody tr").first).to_contain_text("processing", timeout=LONG_MS)
    expect(shown.locator("[aria-current=step]")).to_contain_text("sending 33.")
    expect(shown.get_by_role("button", name="Stop")).to_be_enabled()
    expect(shown.get_by_role("button", name="Retry")).to_be_hidden()
    screenshot("light")
    assert barriers(".cpnb-upload") == []

    finish_part(1, shown, running)
    expect(shown).to_contain_text("1 of 3 parts done", timeout=LONG_MS)
    expect(shown).to_contain_text("1,000 created, 0 updated, 0 failed")
    notebook.run(2)  # the kernel is free, and another cell runs meanwhile
    expect(notebook.outputs(2).locator(".jp-OutputArea-output")).to_have_text("2")
    finish_part(2, shown, running)
    finish_part(3, shown, running)

    # In the end plain HTML stands in its place.
    expect(shown).to_have_count(0, timeout=LONG_MS)
    expect(output).to_contain_text("Upload of 3,000 rows: SUCCEEDED (3,000 created, 0 updated, 0 failed)")
    expect(output.get_by_text("SUCCEEDED", exact=True)).to_have_count(3)
    [last] = saved(notebook.save(), 1)
    assert sorted(last) == ["text/html", "text/plain"]
    assert "Upload of 3,000 rows: SUCCEEDED" in last["text/plain"]


def stop_and_retry(notebook: Any, running: Sandbox) -> None:
    """Stop an upload of 3,000 rows by its button, look at what stands there then, and send it again by the other."""
    output = notebook.outputs(1)
    expect(widget(output).locator("tbody tr").first).to_contain_text("processing", timeout=LONG_MS)

    widget(output).get_by_role("button", name="Stop").click()

    expect(output).to_contain_text("Upload of 3,000 rows: STOPPED", timeout=LONG_MS)
    expect(widget(output)).to_have_count(0)
    retry = output.get_by_role("button", name="Retry")
    expect(retry).to_be_visible()
    first, second = saved(notebook.save(), 1)
    assert sorted(first) == ["text/html", "text/plain"]
    assert "STOPPED" in first["text/html"]
    assert second["text/plain"] == "upload.retry() sends again what did not get through."

    retry.click()

    expect(widget(output)).to_be_visible(timeout=LONG_MS)
    expect(output.get_by_role("button", name="Retry")).to_have_count(0)  # of those that are seen
    for number in (1, 2, 3):
        finish_part(number, widget(output), running)
    expect(output).to_contain_text("Upload of 3,000 rows: SUCCEEDED", timeout=LONG_MS)
    expect(widget(output)).to_have_count(0)
    [last] = saved(notebook.save(), 1)
    assert sorted(last) == ["text/html", "text/plain"]


def test_an_upload_is_stopped_and_sent_again(
    lab: Callable[..., Any], slow_domain: Domain, running: Sandbox, barriers: Callable[[str], list[str]]
) -> None:
    notebook = lab([begin(slow_domain), UPLOAD])
    notebook.run_all()

    stop_and_retry(notebook, running)

    assert notebook.value("upload.status") == "SUCCEEDED"
    assert barriers(".jp-OutputArea:has(table)") == []


def test_the_last_ipykernel_of_the_old_kind_shows_the_same(
    lab: Callable[..., Any], slow_domain: Domain, running: Sandbox, older_kernel: str
) -> None:
    notebook = lab([begin(slow_domain), UPLOAD], older_kernel)
    notebook.run_all()
    assert notebook.value("__import__('ipykernel').__version__") == "6.31.0"

    stop_and_retry(notebook, running)


def test_a_widget_survives_that_the_page_is_loaded_anew(
    lab: Callable[..., Any], slow_domain: Domain, running: Sandbox
) -> None:
    notebook = lab([begin(slow_domain), UPLOAD])
    notebook.run_all()
    expect(widget(notebook.outputs(1))).to_be_visible()
    notebook.save()

    notebook.reload()

    shown = widget(notebook.outputs(1))
    expect(shown).to_be_visible(timeout=LONG_MS)
    expect(notebook.outputs(1).get_by_text("So it stood on")).to_be_hidden()
    finish_part(1, shown, running)
    expect(shown).to_contain_text("1 of 3 parts done", timeout=LONG_MS)
    shown.get_by_role("button", name="Stop").click()
    expect(shown).to_contain_text("Upload of 3,000 rows: PARTIALLY_SUCCEEDED", timeout=LONG_MS)
    running.change(processing_s=0)
    shown.get_by_role("button", name="Retry").click()
    expect(shown).to_contain_text("Upload of 3,000 rows: SUCCEEDED", timeout=LONG_MS)
    expect(shown.get_by_role("button", name="Retry")).to_be_hidden()


SIGNS_OF_IPYWIDGETS = """shown => [shown, ...shown.querySelectorAll('.jupyter-widgets-disconnected')].filter(
    one => getComputedStyle(one, '::before').display !== 'none' && getComputedStyle(one, '::before').content !== 'none'
).length"""


@pytest.mark.loses_kernel
def test_after_a_restart_of_the_kernel_the_cell_says_so_and_goes_on_when_it_is_run_again(
    lab: Callable[..., Any], slow_domain: Domain, running: Sandbox, screenshot: Any
) -> None:
    notebook = lab([begin(slow_domain), UPLOAD])
    notebook.run_all()
    output = notebook.outputs(1)
    finish_part(1, widget(output), running)
    expect(widget(output).locator("tbody tr").nth(1)).to_contain_text("processing", timeout=LONG_MS)
    kept = output.get_by_text("So it stood on")
    expect(kept).to_be_hidden()

    notebook.restart_kernel()

    expect(output.get_by_text("The kernel of this upload is gone. Run the cell again")).to_be_visible()
    expect(output.get_by_role("button")).to_have_count(0)
    screenshot("restarted")
    assert widget(output).evaluate(SIGNS_OF_IPYWIDGETS) == 0
    notebook.save()
    notebook.reload()
    expect(output).to_contain_text("Upload of 3,000 rows: IN_PROGRESS")
    expect(kept).to_be_visible()
    dead = output.get_by_text("Error displaying widget")
    expect(dead).to_be_attached(timeout=LONG_MS)
    expect(dead).to_be_hidden()
    screenshot("reloaded")

    notebook.run_all()

    expect(widget(output)).to_contain_text("uploaded by an earlier run, not sent again")
    expect(widget(output)).to_contain_text("sent by an earlier run, watched")
    finish_part(2, widget(output), running)
    finish_part(3, widget(output), running)
    expect(output).to_contain_text("Upload of 3,000 rows: SUCCEEDED", timeout=LONG_MS)
    expect(widget(output)).to_have_count(0)


@pytest.mark.loses_kernel
def test_what_became_of_an_upload_is_read_when_its_kernel_is_gone_and_its_button_with_it(
    lab: Callable[..., Any], slow_domain: Domain
) -> None:
    notebook = lab([begin(slow_domain), UPLOAD, "upload.stop()"])
    notebook.run_all()
    output = notebook.outputs(1)
    expect(widget(output)).to_have_count(0, timeout=LONG_MS)  # what is kept stands before the widget goes
    expect(output.get_by_role("button", name="Retry")).to_be_visible()
    notebook.save()

    notebook.restart_kernel()
    notebook.reload()

    expect(output).to_contain_text("Upload of 3,000 rows: STOPPED")
    dead = output.get_by_text("Error displaying widget")
    expect(dead).to_be_attached(timeout=LONG_MS)
    expect(dead).to_be_hidden()


def test_a_service_that_is_gone_is_told_in_words(
    lab: Callable[..., Any], own_sandbox: Sandbox, screenshot: Any
) -> None:
    own_sandbox.change(processing_s=PROCESSING_S)
    notebook = lab([begin(own_sandbox.domain("loyalty"), ", try_again_for_s=1"), UPLOAD])
    notebook.run_all()
    output = notebook.outputs(1)
    expect(widget(output).locator("tbody tr").first).to_contain_text("processing", timeout=LONG_MS)

    own_sandbox.stop()

    expect(output).to_contain_text("Upload of 3,000 rows: BROKEN", timeout=LONG_MS)
    expect(output).to_contain_text("The job was lost sight of; it may go on at the service")
    output.get_by_role("button", name="Retry").click()
    said = output.locator(".cpnb-said").locator("visible=true")
    expect(said).to_contain_text("GetDomain for domain 'loyalty': nothing answered", timeout=LONG_MS)
    expect(output.get_by_role("button", name="Retry")).to_be_enabled()
    screenshot("error")
    kinds = {output.output_type for cell in notebook.save().cells for output in cell.outputs}
    assert kinds == {"display_data"}  # no traceback, and nothing printed


def test_two_views_of_an_upload_move_together_while_the_kernel_is_busy(
    lab: Callable[..., Any], slow_domain: Domain, running: Sandbox
) -> None:
    notebook = lab([begin(slow_domain), UPLOAD, BUSY])
    notebook.run(0)
    notebook.run(1)

    notebook.begin(2)

    first, second = (notebook.outputs(place) for place in (1, 2))
    expect(widget(second)).to_be_visible()
    for number in (1, 2, 3):
        finish_part(number, widget(first), running)
        if number < 3:
            for output in (first, second):
                expect(widget(output)).to_contain_text(f"{number} of 3 parts done", timeout=LONG_MS)
    for output in (first, second):
        expect(output).to_contain_text("SUCCEEDED (3,000 created", timeout=LONG_MS)
        expect(widget(output)).to_have_count(0)


def test_widgets_that_are_all_closed_leave_the_upload_readable_to_its_end(
    lab: Callable[..., Any], slow_domain: Domain
) -> None:
    notebook = lab([begin(slow_domain), UPLOAD, "import ipywidgets\nipywidgets.Widget.close_all()", "upload.stop();"])
    notebook.run(0)
    notebook.run(1)
    output = notebook.outputs(1)
    expect(widget(output).locator("tbody tr").first).to_contain_text("processing", timeout=LONG_MS)

    notebook.run(2)

    expect(widget(output)).to_have_count(0)
    expect(output).to_contain_text("Upload of 3,000 rows: IN_PROGRESS", timeout=LONG_MS)
    notebook.run(3)
    expect(output).to_contain_text("Upload of 3,000 rows: STOPPED", timeout=LONG_MS)
    [last] = saved(notebook.save(), 1)
    assert sorted(last) == ["text/html", "text/plain"]


BUSY = """
import time
display(upload)
ends_s = time.monotonic() + 60
while not upload.done and time.monotonic() < ends_s:
    time.sleep(0.01)
"""


NOTHING_STICKS_OUT = """shown => {
    const right = shown.getBoundingClientRect().right;
    return [...shown.querySelectorAll('*')].every(one => one.getBoundingClientRect().right <= right);
}"""


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_it_reads_in_a_narrow_page_and_in_either_theme(
    lab: Callable[..., Any], slow_domain: Domain, screenshot: Any, barriers: Callable[[str], list[str]], theme: str
) -> None:
    notebook = lab([begin(slow_domain), UPLOAD])
    page, name = notebook.page, f"JupyterLab {theme}"
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", name)
    notebook.run_all()
    shown = widget(notebook.outputs(1))
    expect(shown.locator("tbody tr").first).to_contain_text("processing", timeout=LONG_MS)
    screenshot("wide")
    assert barriers(".cpnb-upload") == []

    page.set_viewport_size({"width": 620, "height": 1000})

    expect(shown.get_by_role("button", name="Stop")).to_be_visible()
    page.wait_for_function(NOTHING_STICKS_OUT, arg=shown.element_handle())
    screenshot("narrow")
    assert barriers(".cpnb-upload") == []


def of_many_rows(domain: Domain) -> str:
    """Return a cell that makes a table of 900,000 rows ready, which takes seconds to examine."""
    return f"""
{begin(domain)}
import pandas as pd
people = pd.concat([people] * 300, ignore_index=True).assign(customer_id=[f"C-{{row}}" for row in range(900_000)])
options = cpnb.UploadOptions(patience=patience)
"""


def test_how_far_a_large_table_is_examined_is_seen_until_the_upload_takes_its_place(
    lab: Callable[..., Any], slow_domain: Domain, screenshot: Any, barriers: Callable[[str], list[str]]
) -> None:
    notebook = lab([of_many_rows(slow_domain), UPLOAD, "upload.stop().wait()\nNone"])
    notebook.run(0)

    notebook.begin(1)

    output = notebook.outputs(1)
    expect(output).to_contain_text(re.compile(r"Validating and measuring: [\d,]+ of 900,000 rows"), timeout=LONG_MS)
    screenshot("examining")
    assert barriers(".jp-OutputArea:has(p)") == []
    expect(widget(output)).to_be_visible(timeout=LONG_MS)
    expect(output).not_to_contain_text("Validating and measuring")
    notebook.run(2)
    expect(output).to_contain_text("Upload of 900,000 rows: STOPPED", timeout=LONG_MS)
    expect(widget(output)).to_have_count(0)  # it has a button for it, too, as long as it stands there
    expect(output.get_by_role("button", name="Retry")).to_be_visible()
    first, second = saved(notebook.save(), 1)  # the upload, and its Retry
    assert first["text/plain"].startswith("Upload of 900,000 rows: STOPPED")
    assert second["text/plain"] == "upload.retry() sends again what did not get through."


def test_an_interrupt_takes_the_line_of_the_examination_away(lab: Callable[..., Any], slow_domain: Domain) -> None:
    notebook = lab([of_many_rows(slow_domain), UPLOAD])
    notebook.run(0)
    notebook.begin(1)
    output = notebook.outputs(1)
    expect(output).to_contain_text("of 900,000 rows", timeout=LONG_MS)

    notebook.interrupt_kernel()

    expect(output).to_contain_text("KeyboardInterrupt", timeout=LONG_MS)
    expect(output).not_to_contain_text("of 900,000 rows")
