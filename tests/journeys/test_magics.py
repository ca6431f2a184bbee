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


def test_the_result_can_be_stored_and_not_shown(shell, people, sandbox):
    shell.user_ns |= {"people": people, "place": sandbox.domain("stored")}
    shown = shell.run_line_magic("cp_upload", "people --unique-key customer_id --domain place --wait -o done")
    assert shown is None
    assert shell.user_ns["done"].status == "SUCCEEDED"


def test_an_upload_that_breaks_is_stored_all_the_same(shell, people, sandbox):
    shell.user_ns |= {"people": people, "place": sandbox.domain("broken")}
    with pytest.raises(UsageError, match="at most 90"):
        shell.run_line_magic("cp_upload", "people --unique-key customer_id --expiry 91 --domain place --wait -o kept")
    assert shell.user_ns["kept"].status == "BROKEN"


def test_quotation_marks_hold_a_text_together(shell, people, sandbox, tmp_path):
    renamed = people.rename(columns={"customer_id": "Customer Id", "email": "$email {0}"})
    fields = cpnb.FieldMap({"Customer Id": "AccountNumber", "$email {0}": "EmailAddress"})
    fields.save(tmp_path / "my map.json")
    shell.user_ns |= {"people": renamed, "place": sandbox.domain("quoted")}
    for line in (
        f"""people --fields "{tmp_path / "my map.json"}" --unique-key 'Customer Id' --domain place --wait""",
        f"""people --fields='{tmp_path / "my map.json"}' --unique-key="$email {{0}}" --domain place --wait""",
    ):
        assert shell.run_line_magic("cp_upload", line).status == "SUCCEEDED"


def test_a_backslash_stays_in_a_path(shell, people, sandbox):
    shell.user_ns |= {"people": people, "place": sandbox.domain("backslash")}
    with pytest.raises(UsageError) as refused:
        shell.run_line_magic("cp_upload", r"people --fields maps\new.json --domain place")
    assert repr(r"maps\new.json") in str(refused.value)


def test_options_go_before_what_the_map_says(shell, sandbox):
    shell.user_ns |= {
        "calls": pd.DataFrame({"id": ["1"], "number": ["7"], "phone": ["206 555 0100"]}),
        "fields": cpnb.FieldMap(
            {"id": "AccountNumber", "number": "Attributes.number", "phone": "PhoneNumber"}, unique_key="id"
        ),
        "place": sandbox.domain("options"),
    }
    line = "calls --fields fields --unique-key number --region US --domain place --wait"
    upload = shell.run_line_magic("cp_upload", line)
    assert upload.plan.fields.unique_key == "number"
    assert upload.plan.fields.region == "US"
    assert upload.status == "SUCCEEDED"


def test_the_place_is_told_with_its_account_before_anything_is_sent(shell, people, sandbox, capsys):
    shell.user_ns |= {"people": people, "place": sandbox.domain("told")}
    shell.run_line_magic("cp_upload", "people --unique-key customer_id --domain place --wait")
    guess, place = (capsys.readouterr().out).rsplit("\n", 2)[:2]
    assert "customer_id  -> AccountNumber" in guess
    assert place.startswith("Goes to domain told at 127.0.0.1:")
    assert place.endswith("region us-east-1, account 123456789012.")


def test_without_credentials_the_place_cannot_be_told_and_nothing_is_sent(shell, people, tmp_path, monkeypatch):
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    shell.user_ns["people"] = people
    shell.run_line_magic("cp_domain", "loyalty --region eu-west-1")
    with pytest.raises(UsageError, match="no usable AWS credentials"):
        shell.run_line_magic("cp_upload", "people --unique-key customer_id")


def test_a_domain_is_bound_by_name(shell):
    bound = shell.run_line_magic("cp_domain", "loyalty --region eu-west-1")
    assert (bound.name, bound.region, bound.host) == ("loyalty", "eu-west-1", "profile.eu-west-1.amazonaws.com")


def test_a_domain_is_bound_by_variable(shell, people, sandbox):
    shell.user_ns |= {"people": people, "place": sandbox.domain("bound")}
    assert shell.run_line_magic("cp_domain", "place") is shell.user_ns["place"]
    upload = shell.run_line_magic("cp_upload", "people --unique-key customer_id --wait")
    assert upload.domain is shell.user_ns["place"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("place --region eu-west-1", "'place' is a Domain already"),
        ("'two words' --region eu-west-1", "cannot be the name of a domain"),
        ("loyalty --profile nosuch", "no profile of this name"),
    ],
)
def test_a_domain_that_cannot_be_bound_leaves_the_old_one(shell, people, sandbox, line, expected):
    shell.user_ns |= {"people": people, "place": sandbox.domain("old")}
    shell.run_line_magic("cp_domain", "place")
    with pytest.raises(UsageError) as refused:
        shell.run_line_magic("cp_domain", line)
    assert expected in str(refused.value)
    assert shell.run_line_magic("cp_upload", "people --unique-key customer_id").domain is shell.user_ns["place"]


def test_another_domain_of_the_sandbox_that_runs(shell, people):
    shell.user_ns["people"] = people
    shell.run_line_magic("cp_sandbox", "start --domain first")
    upload = shell.run_line_magic("cp_upload", "people --unique-key customer_id --domain second --wait")
    assert upload.domain.name == "second"


def test_a_domain_that_is_nowhere(shell, people, sandbox):
    shell.user_ns |= {"people": people, "thirds": sandbox.domain("thirds")}
    shell.run_line_magic("cp_domain", "thirds")
    with pytest.raises(UsageError) as refused:
        shell.run_line_magic("cp_upload", "people --unique-key customer_id --domain third")
    assert str(refused.value) == (
        "'third' is neither a variable that holds a Domain nor a domain of a running sandbox. Did you mean 'thirds'?"
    )


def test_a_defect_is_not_taken_for_a_mistake(shell, sandbox):
    class Broken(pd.DataFrame):
        @property
        def columns(self):
            raise RuntimeError("a defect")

    shell.user_ns |= {"people": Broken(), "place": sandbox.domain("defect")}
    with pytest.raises(RuntimeError, match="a defect"):
        shell.run_line_magic("cp_upload", "people --unique-key customer_id --domain place")


def test_a_validation_without_arguments_guesses_the_fields():
    people = pd.DataFrame({"customer_id": ["01", "02"], "email": ["a@example.com", "nonsense"]})
    report = people.cp.validate()
    assert [(finding.column, finding.code, finding.count) for finding in report.errors] == [
        ("email", "email_invalid", 1)
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("poeple --unique-key customer_id", "Did you mean 'people'"),
        ("people[:1 --unique-key customer_id", "The line has a [ and no closing bracket for it"),
        ("people if --unique-key customer_id", "'if' is one word too many"),
        ("people --unique-key customer_id -o 'not one name'", "cannot be the name of a variable"),
        ('people --unique-key "customer_id', 'The line has a " and no closing quotation mark'),
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
