"""A script that ends without waiting finishes its parts, and what went wrong behind it is said and not lost."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import cpnb
from cpnb.sandbox_process import Sandbox

SCRIPT = """
import sys, time
import pandas as pd
import cpnb

table = pd.DataFrame({"id": [f"C{number}" for number in range(300)], "city": "Oslo"})
fields = cpnb.FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")
upload = cpnb.upload(table, cpnb.Domain(sys.argv[1]), fields, options=cpnb.UploadOptions(part_rows=100))
"""

UNTIL_DONE = """
while not upload.done:
    time.sleep(0.05)
"""

WAITED = """
try:
    upload.wait()
except cpnb.errors.UploadError:
    pass
"""


def run(domain: cpnb.Domain, sandbox: Sandbox, code: str) -> str:
    """Return what a script says of errors; it must end as if all were well."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT + code, domain.name],
        env=os.environ | sandbox.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stderr


def denied(sandbox: Sandbox, name: str, times: int) -> cpnb.Domain:
    domain = sandbox.domain(name)
    if times:
        sandbox.inject("access_denied", operation="StartUploadJob", times=times)
    return domain


@pytest.mark.parametrize("code", ["", "del upload", UNTIL_DONE], ids=["ends at once", "forgets it", "asks if done"])
def test_what_went_wrong_is_said_at_the_end(own_sandbox, code):
    said = run(denied(own_sandbox, "loyalty", 3), own_sandbox, code)

    assert said.count("UnheardEndWarning") == 1
    assert "Nobody waited for this upload to end. Upload of 300 rows: BROKEN (no counts of 3 parts)" in said
    assert "Part 1 of 3, domain 'loyalty'" in said
    assert "AccessDeniedException" in said
    assert "Run the upload again" in said or "run the upload again" in said
    assert "2 more parts did not get through" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("times", "code"),
    [
        (0, ""),
        (3, WAITED),
        (3, UNTIL_DONE + "upload.status"),
        (3, UNTIL_DONE + "str(upload)"),
        (3, UNTIL_DONE + "upload.to_frame()"),
        (3, UNTIL_DONE + "upload.retry()"),
    ],
    ids=["went well", "waited", "asked for its status", "read it", "looked at its parts", "sent it again with success"],
)
def test_nothing_is_said_of_what_went_well_or_was_looked_at(own_sandbox, times, code):
    assert run(denied(own_sandbox, "loyalty", times), own_sandbox, code) == ""


def test_what_goes_wrong_again_is_said_although_somebody_knew_of_the_first_time(own_sandbox):
    said = run(denied(own_sandbox, "loyalty", 6), own_sandbox, WAITED + "upload.retry()")

    assert said.count("UnheardEndWarning") == 1
