"""The tree of errors, and the two ways to put names into a message."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from cpnb import errors
from cpnb.put_error import PutError, Remedy
from cpnb.report import Report
from cpnb.retrying import StoppedError
from cpnb.upload_job import NotSeenError


def error_classes() -> list[type]:
    return [found for name in errors.__all__ if isinstance(found := getattr(errors, name), type)]


def test_every_error_is_in_the_picture_under_its_parent() -> None:
    lines = re.findall(r"^ {4}([│ ├└─]*)(\w+Error)\b", errors.__doc__ or "", flags=re.MULTILINE)
    pictured: dict[str, str | None] = {}
    path: list[str] = []
    for branch, name in lines:
        depth = len(branch) // 4
        path[depth:] = [name]
        pictured[name] = path[depth - 1] if depth else None

    ours = {error.__name__: error.__mro__[1].__name__ for error in error_classes()}

    assert pictured == ours | {"CpnbError": None}


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.FrameError, ValueError),
        (errors.ReadError, ValueError),
        (errors.FieldsError, ValueError),
        (errors.InvalidDataError, ValueError),
        (errors.ExpressionError, ValueError),
        (errors.ChangedDataError, RuntimeError),
        (errors.SandboxError, RuntimeError),
        (errors.UnreachableError, ConnectionError),
        (errors.DomainNotFoundError, LookupError),
        (errors.WaitTimeoutError, TimeoutError),
    ],
)
def test_an_error_is_also_the_builtin_that_python_has_for_it(error: type, builtin: type) -> None:
    assert issubclass(error, builtin)
    assert issubclass(error, errors.CpnbError)


def test_a_service_error_keeps_the_code_of_the_service() -> None:
    assert errors.ServiceError("no", code="BadRequestException").code == "BadRequestException"
    assert errors.ServiceError("no").code == ""


def test_a_transfer_error_says_job_stage_and_status() -> None:
    error = errors.TransferError("no", job_id="ab" * 16, code="SlowDown", status_code=503)

    assert (error.job_id, error.stage, error.code, error.status_code) == ("ab" * 16, "put", "SlowDown", 503)
    assert str(error) == "no"


@pytest.mark.parametrize(
    "error",
    [
        errors.InvalidDataError("refused", Report(3)),
        errors.ServiceError("no", code="BadRequestException"),
        errors.UploadError("no", job_id="ab" * 16, stage="start", code="SlowDown"),
        errors.TransferError("no", job_id="ab" * 16, code="SlowDown", status_code=503),
        PutError("no", Remedy.FRESH_PATH, code="ExpiredToken", status_code=400),
        NotSeenError.after(errors.UnreachableError("nothing answered")),
        StoppedError("stopped"),
        *(kind("no") for kind in error_classes() if kind is not errors.InvalidDataError),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_a_worker_process_arrives_with_all_that_it_carries(error: errors.CpnbError) -> None:
    pickled = pickle.loads(pickle.dumps(error))  # noqa: S301 - pickled in the same line

    for arrived in (pickled, copy.deepcopy(error), copy.copy(error)):
        assert type(arrived) is type(error)
        assert str(arrived) == str(error)
        assert vars(arrived) == vars(error)
        assert getattr(arrived, "may_pass", None) == getattr(error, "may_pass", None)


def test_exactly_five_names_are_all_shown() -> None:
    assert errors.listed(["a", "b", "c", "d", "e"]) == "'a', 'b', 'c', 'd', 'e'"


def test_of_more_names_five_are_shown_and_the_rest_counted() -> None:
    assert errors.listed(f"c{number}" for number in range(17)) == "'c0', 'c1', 'c2', 'c3', 'c4' and 12 more"


def test_a_sixth_name_is_counted() -> None:
    assert errors.listed("abcdef") == "'a', 'b', 'c', 'd', 'e' and 1 more"


def test_names_that_are_no_text_are_shown_as_text() -> None:
    assert errors.listed([1, None]) == "'1', 'None'"


def test_no_names_give_nothing() -> None:
    assert errors.listed([]) == ""


@pytest.mark.parametrize(("typed", "meant"), [("email", "Email"), ("EMIAL", "Email"), ("Phon", "Phone")])
def test_a_near_miss_is_offered_whatever_its_letter_case(typed: str, meant: str) -> None:
    assert errors.did_you_mean(typed, ["Phone", "Email"]) == f" Did you mean {meant!r}?"


def test_a_stranger_is_not_taken_for_a_name() -> None:
    assert errors.did_you_mean("birthday", ["Phone", "Email"]) == ""
    assert errors.did_you_mean("anything", []) == ""
