"""How an upload reads as HTML."""

from __future__ import annotations

import time

import pytest

import cpnb
from cpnb import UploadError, UploadOptions

FIELDS = cpnb.FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")
THIRDS = UploadOptions(part_rows=2, parts_in_flight=1)


def people():
    return cpnb.samples.people(rows=6, seed=1, flaws=0)[["customer_id", "city"]].set_axis(["id", "city"], axis=1)


def test_parts_that_went_well_have_a_line_each_and_no_words(domain):
    upload = cpnb.upload(people(), domain, FIELDS, options=THIRDS).wait()
    shown = upload._repr_html_()

    assert shown.count("<tr>") == 1 + 3
    assert shown.count("SUCCEEDED</span>") == 3
    assert "Part 1:" not in shown
    assert all(f"<code>{job.job_id}</code>" in shown for job in upload.jobs)
    assert (
        "uploaded by an earlier run, not sent again"
        in cpnb.upload(people(), domain, FIELDS, options=THIRDS)._repr_html_()
    )


def test_another_upload_in_between_is_why_a_table_is_sent_again(domain):
    def send(count):
        return cpnb.upload(people().head(count), domain, FIELDS, options=UploadOptions(part_rows=10))

    send(6).wait()
    send(5).wait()
    again = send(6).wait()

    why = "Another upload to this domain came after that of an earlier run, so it is sent again."
    assert why in str(again)
    assert f"<p>{why}</p>" in again._repr_html_()
    assert ">sent again</td>" in again._repr_html_()


def test_a_part_that_broke_says_why(own_sandbox):
    domain = own_sandbox.domain("people")
    own_sandbox.inject("access_denied", operation="StartUploadJob")
    upload = cpnb.upload(people(), domain, FIELDS, options=THIRDS)
    with pytest.raises(UploadError):
        upload.wait()
    shown = upload._repr_html_()

    assert "BROKEN</span>" in shown
    assert "<p>Part 1: The file is there, but its job was not started" in shown
    assert "Part 2:" not in shown


def test_parts_that_were_stopped_before_their_turn_were_not_sent(own_sandbox):
    own_sandbox.change(processing_s=60.0)
    upload = cpnb.upload(people(), own_sandbox.domain("people"), FIELDS, options=THIRDS)
    ends_s = time.monotonic() + 20
    while upload.parts[0].phase != "processing":
        assert time.monotonic() < ends_s
        time.sleep(0.01)

    shown = upload.stop().wait()._repr_html_()

    assert shown.count(">sent</td>") == 1
    assert shown.count(">not sent</td>") == 2
