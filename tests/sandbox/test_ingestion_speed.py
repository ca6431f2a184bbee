"""How long a million records take; run on demand with `-m long`."""

import os
import time
from pathlib import Path

import pytest

RECORD_COUNT = 1_000_000
NAMES = ("first", "last", "phone", "email", "city", "state", "zip", "tier", "note")
FIELDS = {
    "id": "AccountNumber",
    "first": "FirstName",
    "last": "LastName",
    "phone": ("PhoneNumber", "PHONE_NUMBER"),
    "email": ("EmailAddress", "EMAIL_ADDRESS"),
    "city": "Address.City",
    "state": "Address.State",
    "zip": "Address.PostalCode",
    "tier": "Attributes.tier",
    "note": "Attributes.note",
}


def content(marker):
    """A million records of ten columns, about 130 MB."""
    lines = [",".join(FIELDS)]
    lines += [
        f'"CUST{number:08d}","First{number % 5000}","Last{number % 20000}","+1206555{number % 10000:04d}",'
        f'"person{number}@example.com","City {number % 900}","WA","{number % 99999:05d}","gold","{marker} {number}"'
        for number in range(RECORD_COUNT)
    ]
    return "\n".join(lines).encode()


def resident_bytes(process_id):
    return int(Path(f"/proc/{process_id}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.long
@pytest.mark.parametrize(("state", "most_s"), [("memory", 10), ("file", 20)])
def test_a_million_records_of_ten_columns_are_quick(start_sandbox, new_domain, tmp_path, state, most_s):
    sandbox = start_sandbox(*(["--state", str(tmp_path / "state.duckdb")] if state == "file" else []))
    domain = new_domain(sandbox, "loyalty")
    before_bytes = resident_bytes(sandbox.process.pid)
    for marker, expected in (("first", (RECORD_COUNT, 0)), ("second", (0, RECORD_COUNT))):
        job = domain.create_job(FIELDS)
        domain.put(job, content(marker))
        started = time.monotonic()
        domain.start(job)
        answer = domain.wait(job, timeout_s=120)
        seconds = time.monotonic() - started
        grown_mb = (resident_bytes(sandbox.process.pid) - before_bytes) // 1_000_000
        print(f"{state}, {marker} time: {seconds:.1f} s from start to {answer['Status']}, {grown_mb} MB more in memory")
        assert answer["Status"] == "SUCCEEDED"
        summary = answer["ResultsSummary"]
        assert (summary["CreatedRecords"], summary["UpdatedRecords"]) == expected
        assert seconds <= most_s
