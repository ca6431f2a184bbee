"""The real path of an upload: a table, the stream, the sandbox, the profiles."""

from __future__ import annotations

import gc
import re
import threading

import numpy as np
import pandas as pd
import pytest

import cpnb
from cpnb import errors
from cpnb.adoption import Action
from cpnb.upload_job import JobStatus, ResultsSummary
from tests.journeys.customers import FIELDS, begin, customers, quick, stored


def test_rows_become_profiles_and_a_second_run_sends_nothing(domain):
    first = begin(customers(), domain, FIELDS).wait()
    assert first.status == "SUCCEEDED"
    assert first.results == ResultsSummary(created=3, updated=0, failed=0)
    assert len(first.jobs) == 1

    again = begin(customers(), domain, FIELDS).wait()
    assert [part.action for part in again.parts] == [Action.REPORT]
    assert again.jobs[0].job_id == first.jobs[0].job_id
    assert len(list(domain.pages("ListUploadJobs"))) == 1


def test_sending_anyway_updates_the_same_profiles(domain):
    begin(customers(), domain, FIELDS).wait()
    again = begin(customers(), domain, FIELDS, options=quick(on_repeat="send")).wait()
    assert again.results == ResultsSummary(created=0, updated=3, failed=0)


def test_leading_zeros_arrive_and_unmapped_columns_do_not(domain):
    begin(customers(1), domain, FIELDS).wait()
    (profile,) = stored(domain, "00000")
    assert profile["AccountNumber"] == "00000"
    assert profile["Address"] == {"City": "Seattle"}
    assert "never leaves" not in str(profile)


@pytest.mark.parametrize("dtype", ["object", "string", "string[pyarrow]", "category"])
def test_every_kind_of_text_column_arrives_the_same(domain, dtype):
    begin(customers().astype(dtype), domain, FIELDS).wait()
    (profile,) = stored(domain, "00002")
    assert profile["EmailAddress"] == "person2@example.com"


def test_difficult_cells_arrive_as_they_are(domain):
    city = 'a "quoted", comma\nand a line\r\nbreak \N{SNOWMAN} ;\ttab'
    begin(customers(1, city=[city]), domain, FIELDS).wait()
    (profile,) = stored(domain, "00000")
    assert profile["Address"]["City"] == city


def test_errors_in_the_table_stop_it_before_anything_is_created(domain):
    with pytest.raises(errors.InvalidDataError) as caught:
        begin(customers(mail=["a@example.com", "nonsense", "b@example.com"]), domain, FIELDS)
    assert "nonsense" not in str(caught.value)
    assert not caught.value.report.ok
    assert list(domain.pages("ListUploadJobs")) == []


def test_bad_cells_are_sent_empty_on_request(domain):
    people = customers(mail=["a@example.com", "nonsense", "b@example.com"])
    upload = begin(people, domain, FIELDS, on_invalid="blank").wait()
    assert upload.results == ResultsSummary(created=3, updated=0, failed=0)
    assert upload.plan.blanked.to_dict("list") == {"row": [1], "column": ["mail"], "reason": ["email_invalid"]}
    (profile,) = stored(domain, "00001")
    assert "EmailAddress" not in profile


def test_rows_with_bad_cells_stay_behind_on_request(domain):
    people = customers(mail=["a@example.com", "nonsense", "b@example.com"])
    upload = begin(people, domain, FIELDS, on_invalid="skip").wait()
    assert upload.results == ResultsSummary(created=2, updated=0, failed=0)
    assert upload.plan.skipped["row"].tolist() == [1]
    assert stored(domain, "00001") == []


def test_rows_without_a_usable_key_stay_behind_and_are_counted(domain):
    upload = begin(customers(id=["1", None, "1"]), domain, FIELDS, on_invalid="blank").wait()
    assert upload.results == ResultsSummary(created=1, updated=0, failed=0)
    assert upload.plan.skipped_why == {"key_empty": 1, "key_repeated": 1}


def test_parts_are_cut_by_rows_and_all_arrive(domain):
    people = customers(25)
    upload = begin(people, domain, FIELDS, options=quick(part_rows=10, parts_in_flight=2)).wait()
    assert [part.part.measure.row_count for part in upload.parts] == [10, 10, 5]
    assert len({job.job_id for job in upload.jobs}) == 3
    assert upload.results == ResultsSummary(created=25, updated=0, failed=0)
    assert upload.to_frame()["status"].tolist() == ["SUCCEEDED"] * 3


def test_a_table_that_changes_underneath_never_becomes_an_object(domain):
    people = customers(20_000)
    changed = threading.Event()

    def change(upload):
        if not changed.is_set() and upload.parts[0].sent_bytes:
            changed.set()
            people["city"].array[19_999] = "Tacoma"  # past copy-on-write, as a careless library would

    people["city"] = people["city"].astype(object)
    upload = begin(people, domain, FIELDS, options=quick(on_progress=change))
    try:
        upload.wait()
    except errors.ChangedDataError:
        assert upload.jobs[0].refresh().status is JobStatus.CREATED
        assert f"Job {upload.jobs[0].job_id} waits for the file of the table as it was" in str(upload)
        assert set(upload.failed_rows()["reason"]) == {"its part was not sent: the table changed; upload it again"}
    else:  # pandas 2 without copy-on-write took a real copy, which nothing outside can reach
        (profile,) = stored(domain, "19999")
        assert profile["Address"]["City"] == "Seattle"
    assert changed.is_set()


def test_the_domain_must_be_said_in_full(domain):
    with pytest.raises(TypeError, match=r"cpnb\.Domain"):
        begin(customers(), "loyalty", FIELDS)


@pytest.mark.parametrize(
    ("changes", "on_invalid", "words"),
    [
        ({"id": None}, "blank", "of 3 rows, none can go (key_empty)"),
        ({"id": None}, "skip", "of 3 rows, none can go (key_empty)"),
        ({"mail": "nonsense"}, "skip", 'With on_invalid="blank" only what is wrong with its key keeps a row behind'),
    ],
)
def test_where_no_row_can_go_it_is_not_advised_to_do_what_was_done(domain, changes, on_invalid, words):
    with pytest.raises(errors.InvalidDataError, match=re.escape(words)) as caught:
        begin(customers().assign(**changes), domain, FIELDS, on_invalid=on_invalid)

    assert f'on_invalid="{on_invalid}"' not in str(caught.value)
    assert not caught.value.report.ok


@pytest.mark.parametrize("on_invalid", ["raise", "blank", "skip"])
def test_a_table_without_rows_is_refused_without_advice_about_rows(domain, on_invalid):
    with pytest.raises(errors.InvalidDataError, match="has no rows") as caught:
        begin(customers(0), domain, FIELDS, on_invalid=on_invalid)

    assert "heck the filter or the file that it came from" in str(caught.value)
    assert "on_invalid" not in str(caught.value)


@pytest.mark.parametrize("options", [{}, {"part_rows": 1}, 0, "quick"], ids=str)
def test_options_of_another_kind_are_refused(domain, options):
    for ask in (cpnb.upload, cpnb.plan):
        with pytest.raises(TypeError, match=rf"options is a {type(options).__name__}; expected cpnb\.UploadOptions"):
            ask(customers(), domain, FIELDS, options=options)


def test_an_upload_needs_a_unique_key(domain):
    with pytest.raises(errors.FieldsError, match="unique key"):
        begin(customers(), domain, cpnb.FieldMap({"mail": "EmailAddress"}))


def test_a_domain_that_does_not_exist_is_told_before_anything_is_sent(sandbox):
    nowhere = cpnb.Domain("nowhere", endpoint_url=sandbox.url, session=sandbox.domain("somewhere")._session)
    with pytest.raises(errors.DomainNotFoundError, match="nowhere"):
        begin(customers(), nowhere, FIELDS)


@pytest.mark.parametrize("people", [pd.DataFrame(), customers(0)], ids=["no columns", "no rows"])
def test_an_empty_table_is_refused(domain, people):
    with pytest.raises((errors.FrameError, errors.InvalidDataError)):
        begin(people, domain, FIELDS)


def test_a_lost_answer_to_create_leaves_one_job(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject("lost_answer", operation="CreateUploadJob")
    begin(customers(), domain, FIELDS).wait()
    assert len(list(domain.pages("ListUploadJobs"))) == 1


def test_a_lost_answer_to_start_counts_as_started(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject("lost_answer", operation="StartUploadJob")
    assert begin(customers(), domain, FIELDS).wait().results.created == 3


@pytest.mark.parametrize("operation", ["CreateUploadJob", "GetUploadJobPath", "StartUploadJob", "GetUploadJob"])
@pytest.mark.parametrize("kind", ["throttle", "internal_error"])
def test_what_may_pass_is_asked_again(own_sandbox, operation, kind):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject(kind, operation=operation, times=2)
    upload = begin(customers(), domain, FIELDS).wait()
    assert upload.results == ResultsSummary(created=3, updated=0, failed=0)
    assert len(list(domain.pages("ListUploadJobs"))) == 1


def test_what_is_forbidden_names_job_and_stage(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject("access_denied", operation="StartUploadJob")
    upload = begin(customers(), domain, FIELDS)
    with pytest.raises(errors.UploadError, match="run the upload again") as caught:
        upload.wait()
    assert (caught.value.stage, caught.value.job_id) == ("start", upload.jobs[0].job_id)
    assert upload.status == "BROKEN"
    assert begin(customers(), domain, FIELDS).wait().jobs[0].job_id == upload.jobs[0].job_id


def test_what_the_storage_refuses_for_good_names_job_and_status(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(upload_over_http="refuse")
    upload = begin(customers(), domain, FIELDS)
    with pytest.raises(errors.TransferError, match="did not get through") as caught:
        upload.wait()
    assert (caught.value.stage, caught.value.status_code, caught.value.code) == ("put", 400, "InvalidRequest")
    assert upload.jobs[0].refresh().status is JobStatus.CREATED
    chain = f"{caught.value} {caught.value.__cause__} {caught.value.__cause__.__context__}"
    assert "X-Amz" not in chain
    own_sandbox.change(upload_over_http="accept")
    assert begin(customers(), domain, FIELDS).wait().jobs[0].job_id == caught.value.job_id


def test_a_fault_of_the_storage_is_tried_again(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject("s3_error", times=1)
    assert begin(customers(), domain, FIELDS).wait().status == "SUCCEEDED"


def test_an_expired_path_is_replaced_by_a_fresh_one(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    waited = []

    def wait_too_long(upload):
        if upload.parts[0].phase == "sending" and not waited:
            waited.append(own_sandbox.advance(3600))

    own_sandbox.change(upload_url_life_s=60)
    options = quick(on_progress=wait_too_long)
    assert begin(customers(), domain, FIELDS, options=options).wait().status == "SUCCEEDED"
    assert len(waited) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"rotate_client_token": "yes"},
        {"signed_headers": "all"},
        {"signed_headers": "none"},
        {"source_prefix": "bare_only"},
        {"display_name": "unique"},
        {"start_without_file": "refuse"},
        {"repeated_key": "fail_record"},
        {"list_order": "oldest_first"},
        {"write_rate_per_s": 2.0},
        {"concurrent_jobs": 1},
    ],
    ids=str,
)
def test_it_is_right_however_the_service_decides_what_is_not_documented(own_sandbox, settings):
    own_sandbox.change(**settings)
    domain = own_sandbox.domain("loyalty")
    options = quick(part_rows=2)
    upload = begin(customers(), domain, FIELDS, options=options).wait()
    assert upload.results == ResultsSummary(created=3, updated=0, failed=0)
    again = quick(part_rows=2, on_repeat="send")
    assert begin(customers(), domain, FIELDS, options=again).wait().results.updated == 3


def test_going_back_to_an_earlier_table_sends_it_again(domain):
    """What the second upload wrote must not stay because the first one is known."""
    first, second = customers(1, city=["Seattle"]), customers(1, city=["Tacoma"])
    for people in (first, second, first):
        begin(people, domain, FIELDS).wait()
    (profile,) = stored(domain, "00000")
    assert profile["Address"]["City"] == "Seattle"


def test_a_second_run_overtakes_the_first_and_both_succeed(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    overtaken = []

    def overtake(upload):
        if upload.parts[0].phase == "sending" and not overtaken:
            overtaken.append(True)
            overtaken.append(begin(customers(), domain, FIELDS).wait())

    slow = begin(customers(), domain, FIELDS, options=quick(on_progress=overtake)).wait()
    assert slow.status == overtaken[1].status == "SUCCEEDED"
    assert slow.jobs[0].job_id == overtaken[1].jobs[0].job_id
    assert slow.results.created == 3


def test_a_domain_keeps_its_sandbox_alive():
    domain = cpnb.Sandbox().domain("loyalty")  # as our own messages advise
    gc.collect()
    assert begin(customers(), domain, FIELDS).wait().status == "SUCCEEDED"


def test_the_sandbox_does_not_mind_the_aws_configuration(monkeypatch, tmp_path):
    (tmp_path / "config").write_text("no configuration at all")
    monkeypatch.setenv("AWS_PROFILE", "long-gone")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with cpnb.Sandbox() as sandbox:
        assert begin(customers(), sandbox.domain("loyalty"), FIELDS).wait().status == "SUCCEEDED"


def test_stop_between_the_last_byte_and_the_start_is_heard(own_sandbox):
    domain = own_sandbox.domain("loyalty")

    def stop_at_the_last_byte(upload):
        if upload.parts[0].sent_bytes == upload.plan.size_bytes:
            upload.stop()

    upload = begin(customers(), domain, FIELDS, options=quick(on_progress=stop_at_the_last_byte)).wait()
    assert upload.status == "STOPPED"
    assert upload.jobs[0].refresh().status is JobStatus.CREATED
    assert stored(domain, "00000") == []


def test_stop_while_it_is_sent_leaves_nothing_and_the_next_run_goes_on(domain):
    upload = begin(customers(50_000), domain, FIELDS, options=quick(on_progress=lambda u: u.stop())).wait()
    assert upload.status == "STOPPED"
    assert "Stopped on request" in str(upload)
    again = begin(customers(50_000), domain, FIELDS).wait()
    assert again.results.created == 50_000


def test_stop_ends_a_job_that_is_being_processed(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(processing_s=60)
    upload = begin(customers(), domain, FIELDS)
    with pytest.raises(errors.WaitTimeoutError, match="goes on"):
        upload.wait(timeout_s=2)
    upload.stop()
    assert upload.wait(timeout_s=30).status == JobStatus.STOPPED


def test_a_progress_callback_that_breaks_does_not_break_the_upload(domain):
    def broken(_upload):
        raise RuntimeError("the bar is broken")

    with pytest.warns(UserWarning, match="RuntimeError"):
        upload = begin(customers(), domain, FIELDS, options=quick(on_progress=broken)).wait()
    assert upload.status == "SUCCEEDED"


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_a_callback_that_wants_to_end_everything_does_not_leave_wait_waiting(domain, kind):
    def leave(_upload):
        raise kind

    with pytest.warns(UserWarning, match=kind.__name__):
        upload = begin(customers(), domain, FIELDS, options=quick(on_progress=leave)).wait(timeout_s=60)
    assert upload.status == "SUCCEEDED"


def test_an_upload_says_what_it_left_behind(domain):
    upload = begin(customers(id=["1", None, "1"]), domain, FIELDS, on_invalid="blank").wait()
    for shown in (str(upload), upload._repr_html_()):
        assert "Stay behind: 2 of 3 rows (key_empty 1, key_repeated 1)" in shown
        assert f"region us-east-1, account {domain.account}" in shown


@pytest.mark.parametrize("fields", [{"id": "AccountNumber"}, "fields.json", None])
def test_something_that_is_no_field_map_is_told_so(domain, fields):
    with pytest.raises(TypeError, match="expected a field map"):
        begin(customers(), domain, fields)


def test_what_an_upload_shows_holds_no_value_of_the_table(domain):
    upload = begin(customers(), domain, FIELDS).wait()
    shown = f"{upload}{upload._repr_html_()}{upload.plan}{upload.plan._repr_html_()}{upload.plan.report}"
    assert "SUCCEEDED" in shown
    for value in ("person0", "Seattle", "2065550100", "00000,"):
        assert value not in shown


def test_numbers_as_keys_lose_nothing(domain):
    people = customers(id=np.array([7, 8, 9], dtype="int64"))
    begin(people, domain, FIELDS).wait()
    assert stored(domain, "7")[0]["AccountNumber"] == "7"
