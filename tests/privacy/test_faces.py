"""What an analyst types into a notebook or a shell: its output holds nothing of the table."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

import cpnb
from cpnb.domain import Domain
from cpnb.errors import CpnbError, SegmentExistsError, ServiceError
from tests.privacy.canary import Canary
from tests.privacy.outlet import Outlet
from tests.privacy.test_tables import FIELDS

LOGGING_EVERYTHING = (
    "import logging, runpy, sys, warnings;"
    "logging.basicConfig(level=logging.DEBUG); logging.captureWarnings(True); warnings.simplefilter('always');"
    "import http.client; http.client.HTTPConnection.debuglevel = 1;"
    "module = sys.argv.pop(1); runpy.run_module(module, run_name='__main__', alter_sys=True)"
)
"""Runs a module as a program, with all logs on standard error."""


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell()
    shell.extension_manager.load_extension("cpnb")
    shell.run_line_magic("xmode", "Context")
    yield shell
    shell.extension_manager.unload_extension("cpnb")
    shell.history_manager.end_session()


CELLS = (
    "people.cp.describe()",
    "people.cp.suggest(unique_key='id', region='US')",
    "people.cp.validate(fields)",
    "people.cp.validate(fields).raise_if_failed()",
    "people.cp.clean(fields)",
    "people.cp.plan(place, fields, on_invalid='blank')",
    "people.cp.upload(place, fields)",
    "people.cp.upload(place, fields, on_invalid='blank').wait()",
    "people.cp.upload('loyalty', fields)",
    "%cp_upload people --unique-key id",
    "%cp_upload people --fields fields --domain place",
    "%cp_upload people --fields fields --domain place --on-invalid skip --wait",
    "%cp_upload people --unique-key first --domain place --on-invalid blank --wait",
    "%cp_upload nobody --fields fields --domain place",
    "%cp_upload people --unique-key nothing --domain place",
    "%cp_jobs --domain place",
    "cpnb.list_jobs(place).plot()",
    "cpnb.list_jobs(place).to_frame()",
    "%cp_job " + "0" * 32 + " --domain place",
    "%cp_domain nowhere --region us-east-1",
    "cpnb.ReportView(people, fields)",
    "cpnb.ReportView(people, fields).patch('1')",
    "cpnb.FieldMapEditor(people)",
    "cpnb.FieldMapEditor(people, cpnb.FieldMap({'nothing': 'EmailAddress'}))",
    "%cp_fields people --unique-key id --region US",
    "%cp_validate people[people.id.notna()] --fields fields",
    "%cp_clean people --fields fields",
    "%cp_plan people --fields fields --domain place --on-invalid blank",
    "%cp_upload people --fields fields --domain place --show-code",
    "%cp_validate people.astype(int) --fields fields",
    "%cp_validate people.loc[people.first.map(hash)] --fields fields",
)


def test_cells_of_a_notebook(canary: Canary, outlet: Outlet, watched: Domain, shell: InteractiveShell) -> None:
    shell.user_ns |= {"people": canary.bad(), "fields": FIELDS, "place": watched, "cpnb": cpnb}
    results = [shell.run_cell(cell, store_history=True) for cell in CELLS]
    job = cpnb.list_jobs(watched)[0].job_id
    of_a_job = (f"%cp_job {job} --domain place", f"%cp_job {job} --domain place --stop")
    results += [shell.run_cell(cell, store_history=True) for cell in of_a_job]

    for result in results:
        outlet.show(result.result)
        if error := result.error_before_exec or result.error_in_exec:
            outlet.take_in(error)
    assert [str(result.result).split(":")[0] for result in results[-2:]] == ["SUCCEEDED", "SUCCEEDED"]
    refused = {cell for cell, result in zip(CELLS, results, strict=False) if not result.success}
    expected = {CELLS[3], CELLS[6], CELLS[8], CELLS[9], CELLS[10], CELLS[13], CELLS[14], CELLS[18]}
    assert refused == expected | {CELLS[-10], CELLS[-8], *CELLS[-2:]}


def test_watching_a_domain(canary: Canary, outlet: Outlet, watched: Domain) -> None:
    upload = cpnb.upload(canary.good(), watched, FIELDS, marker=("campaign", "spring")).wait()
    segment = upload.segment("of-the-upload")
    with pytest.warns(cpnb.StaleEstimateWarning) as stale:
        outlet.show(segment, segment.estimate(watched), cpnb.list_segments(watched), stale[0].message)
    with outlet.expecting(SegmentExistsError):
        upload.segment("of-the-upload")
    with outlet.expecting(ServiceError):
        cpnb.SegmentDefinition.get(watched, "none")
    jobs = cpnb.list_jobs(watched)
    outlet.show(jobs, jobs.plot(), jobs.success_rate, *jobs, *[cpnb.look_at_job(watched, job.job_id) for job in jobs])
    outlet.add("frame of jobs", jobs.to_frame().to_csv())
    found = cpnb.delete_segments(watched, prefix="of-")
    outlet.add("segments to delete", found.to_csv() + cpnb.delete_segments(watched, found).to_csv())
    outlet.show(cpnb.iam_policy(domain=watched, account="123456789012"))

    assert len(found) == 1


def test_a_segment_that_is_refused_does_not_quote_its_values(canary: Canary, outlet: Outlet, watched: Domain) -> None:
    # Whoever typed a condition may see it in the condition; what goes wrong does not repeat it.
    condition = cpnb.profile.LastName.isin([canary.word("condition")])
    with outlet.expecting(CpnbError):
        cpnb.SegmentDefinition("segment", condition).create(
            Domain("nowhere", endpoint_url=watched.endpoint_url, session=watched._session)
        )
    cpnb.SegmentDefinition("taken", cpnb.profile.LastName.startswith("S")).create(watched)
    with outlet.expecting(SegmentExistsError):
        cpnb.SegmentDefinition("taken", condition).create(watched)


def run(outlet: Outlet, module: str, *arguments: str, **environment: str) -> int:
    """Run a program with everything logged, take in what it says, and return its exit status."""
    nothing = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "no", "AWS_SHARED_CREDENTIALS_FILE": "no"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-c", LOGGING_EVERYTHING, module, *arguments],
        env={**inherited, **nothing, **environment},
        capture_output=True,
        check=False,
        timeout=120,
    )
    outlet.add("standard output of a program", done.stdout)
    outlet.add("standard error of a program", done.stderr)
    assert b"DEBUG:" in done.stderr
    return done.returncode


def test_the_command(canary: Canary, outlet: Outlet, domain: Domain, tmp_path: Path) -> None:
    canary.bad().to_csv("people.csv", errors="replace")
    FIELDS.save("fields.json")
    before = set(tmp_path.rglob("*"))
    to_aws = ("--aws", "--domain", domain.name, "--aws-region", domain.region)

    statuses = [
        run(outlet, "cpnb", "people.csv", "--fields", "fields.json"),
        run(outlet, "cpnb", "people.csv", "--fields", "fields.json", *to_aws, AWS_ENDPOINT_URL=domain.endpoint_url),
    ]

    assert statuses == [0, 2]
    assert set(tmp_path.rglob("*")) == before


NOTEBOOK = """
import logging, warnings
logging.basicConfig(level=logging.DEBUG)
logging.captureWarnings(True)
import http.client
http.client.HTTPConnection.debuglevel = 1
---
import cpnb
people = cpnb.read("people.csv")
fields = cpnb.FieldMap.load("fields.json")
people.cp.describe()
---
people.cp.validate(fields)
---
sandbox = cpnb.Sandbox()
domain = sandbox.domain("loyalty")
people.cp.upload(domain, fields)
---
cleaned = people.cp.clean(fields)
cleaned
---
sandbox.inject("internal_error", operation="StartUploadJob")
sandbox.inject("expire_now")
upload = cleaned.frame.cp.upload(domain, fields, on_invalid="blank")
upload.wait()
---
cpnb.list_jobs(domain)
---
%load_ext cpnb
%cp_upload people --fields fields --domain domain --wait
"""


def test_a_notebook_that_was_run_and_saved(canary: Canary, outlet: Outlet, tmp_path: Path) -> None:
    # Jupyter is no part of the environment of the oldest versions; everywhere else it is there.
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    canary.bad().to_csv("people.csv", errors="replace")
    FIELDS.save("fields.json")
    cells = [
        nbformat.v4.new_code_cell(cell.strip(), id=f"cell-{number}")
        for number, cell in enumerate(NOTEBOOK.split("---\n"))
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    place = {"metadata": {"path": str(tmp_path)}}
    client = nbclient.NotebookClient(notebook, timeout=120, allow_errors=True, resources=place)
    client.execute()
    nbformat.write(notebook, "saved.ipynb")

    outlet.add("saved notebook", Path("saved.ipynb").read_text())
    failed = [any(output.output_type == "error" for output in cell.outputs) for cell in notebook.cells]
    assert failed == [False, False, False, True, False, False, False, False]  # a magic says it in one line
    logged = "".join(output.get("text", "") for cell in notebook.cells for output in cell.outputs)
    assert "DEBUG:" in logged
