"""An upload in a notebook that runs where nobody looks: what is saved of it is text and HTML."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from cpnb.domain import Domain
from cpnb.widgets.shown import WIDGET_VIEW

CELLS = """
import os
os.environ.update(AWS_ACCESS_KEY_ID="sandbox", AWS_SECRET_ACCESS_KEY="sandbox", CPNB_WIDGETS="{widgets}")
import cpnb
people = cpnb.samples.people(rows=400, seed=4, flaws=0)
fields = people.cp.suggest_fields(unique_key="customer_id", region="US")
domain = cpnb.Domain("{name}", region="us-east-1", endpoint_url="{url}")
upload = people.cp.upload(domain, fields, options=cpnb.UploadOptions(part_rows=100, parts_in_flight=1))
upload
--
import time
from cpnb.widgets.upload_status import watching
waited = upload.wait()
ends_s = time.monotonic() + 20
while watching.session.count and time.monotonic() < ends_s:
    time.sleep(0.02)  # in the same cell: nbclient takes what comes between two cells for nobody's
waited
"""


def ran(domain: Domain, widgets: str) -> list[list[Any]]:
    """Return the outputs of each cell after a run without a front end."""
    source = CELLS.format(widgets=widgets, name=domain.name, url=domain.endpoint_url)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in source.split("--")])
    NotebookClient(notebook, timeout=60, kernel_name="python3", extra_arguments=["--log-level=ERROR"]).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.parametrize(("widgets", "kinds"), [("off", [["execute_result"]]), ("", [["display_data"] * 2])])
def test_the_outputs_are_text_and_html_in_the_end(domain: Domain, widgets: str, kinds: list[list[str]]) -> None:
    first, waited = ran(domain, widgets)

    assert [[output.output_type for output in first]] == kinds
    for output in [*first, *waited]:
        assert sorted(output.data) == ["text/html", "text/plain"]
        assert WIDGET_VIEW not in output.data
    assert "Upload of 400 rows: SUCCEEDED (400 created" in waited[0].data["text/plain"]
    if not widgets:
        assert first[0].data == waited[0].data  # as it came to its end, whatever it was when it was shown
        assert first[1].data == {"text/plain": "", "text/html": ""}
