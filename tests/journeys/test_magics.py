"""The magics, in a real IPython shell."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

import cpnb
from cpnb.domain import Domain
from cpnb.uploads import Upload

pytestmark = pytest.mark.frames


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell()
    shell.extension_manager.load_extension("cpnb")
    yield shell
    shell.extension_manager.unload_extension("cpnb")
    shell.history_manager.end_session()


@pytest.fixture
def people() -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_id": ["01", "02"], "email": ["a@example.com", "b@example.com"], "city": ["Seattle", "Tacoma"]}
    )


def test_the_three_lines_of_the_front_door(shell, people):
    shell.user_ns["people"] = people
    domain = shell.run_line_magic("cp_sandbox", "start --domain loyalty")
    assert isinstance(domain, Domain)
    upload = shell.run_line_magic("cp_upload", "people --unique-key customer_id --expiry 30 --wait")
    assert isinstance(upload, Upload)
    assert upload.status == "SUCCEEDED"
    assert upload.results.created == 2
    assert upload.plan.data_expiry == 30


def test_without_a_domain_it_refuses_and_shows_the_two_lines(shell, people):
    shell.user_ns["people"] = people
    with pytest.raises(UsageError) as refused:
        shell.run_line_magic("cp_upload", "people --unique-key customer_id")
    assert "%cp_sandbox start --domain loyalty" in str(refused.value)
    assert "%cp_domain loyalty --profile prod" in str(refused.value)


def test_a_field_map_by_variable_and_by_file(shell, people, tmp_path, sandbox):
    fields = cpnb.FieldMap({"customer_id": "AccountNumber", "email": "EmailAddress"}, unique_key="customer_id")
    fields.save(tmp_path / "fields.json")
    shell.user_ns |= {"people": people, "fields": fields, "place": sandbox.domain("by-variable")}
    by_variable = shell.run_line_magic("cp_upload", "people --fields fields --domain place --wait")
    by_file = shell.run_line_magic("cp_upload", f"people --fields {tmp_path / 'fields.json'} --domain place --wait")
    assert by_variable.plan.fields == by_file.plan.fields == fields
    assert by_file.jobs[0].job_id == by_variable.jobs[0].job_id


def test_the_result_can_be_stored_in_silence(shell, people, sandbox):
    shell.user_ns |= {"people": people, "place": sandbox.domain("stored")}
    shown = shell.run_line_magic("cp_upload", "people --unique-key customer_id --domain place --wait -o done")
    assert shown is None
    assert shell.user_ns["done"].status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("poeple --unique-key customer_id", "Did you mean 'people'"),
        ("number --unique-key customer_id", "is a int; expected a variable that holds a pandas DataFrame"),
        ("people --fields nothing", "neither a variable that holds a FieldMap nor a file"),
        ("people --unique-key custmer_id", "Did you mean 'customer_id'"),
        ("people --unique-key customer_id --expiry 5000", "1 to 1098"),
    ],
)
def test_a_mistake_is_one_message_and_no_traceback(shell, people, sandbox, line, expected):
    shell.user_ns |= {"people": people, "number": 3, "place": sandbox.domain("mistakes")}
    with pytest.raises(UsageError) as refused:
        shell.run_line_magic("cp_upload", f"{line} --domain place")
    assert expected in str(refused.value)


def test_an_unsure_guess_is_shown_and_not_used(shell, sandbox):
    shell.user_ns |= {
        "people": pd.DataFrame({"customer_id": ["1"], "contact": ["a@example.com"]}),
        "place": sandbox.domain("unsure"),
    }
    with pytest.raises(UsageError, match="unsure"):
        shell.run_line_magic("cp_upload", "people --unique-key customer_id --domain place")


def test_status_and_stop(shell):
    with pytest.raises(UsageError, match="No sandbox runs"):
        shell.run_line_magic("cp_sandbox", "status")
    started = shell.run_line_magic("cp_sandbox", "start")
    assert shell.run_line_magic("cp_sandbox", "status") is started
    shell.run_line_magic("cp_sandbox", "stop")
    assert not started.running


def test_unloading_stops_the_sandbox(people):
    shell = InteractiveShell()
    shell.extension_manager.load_extension("cpnb")
    started = shell.run_line_magic("cp_sandbox", "start")
    shell.extension_manager.unload_extension("cpnb")
    assert not started.running
    assert "cp_upload" not in shell.magics_manager.magics["line"]
    shell.history_manager.end_session()
