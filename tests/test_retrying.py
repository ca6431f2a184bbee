"""The one policy: what is tried again, how often, how long, and how a pause ends."""

from __future__ import annotations

import threading
import time
from fractions import Fraction
from typing import Any

import pytest

from cpnb.errors import CredentialsError, DomainNotFoundError, ServiceError, UnreachableError
from cpnb.put_error import PutError, Remedy
from cpnb.retrying import (
    PUT_ATTEMPTS,
    Patience,
    StoppedError,
    checked_timeout,
    patience,
    pause,
    sending_again,
    trying_again,
)

HURRIED = Patience(pause_first_s=0.0)
THROTTLED = ServiceError("too fast", code="ThrottlingException")


class Request:
    """Fails as it was told, then works."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.times_made = 0

    def __call__(self) -> str:
        self.times_made += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"


@pytest.mark.parametrize(
    "failure",
    [
        UnreachableError("nothing answered"),
        *(
            ServiceError(code, code=code)
            for code in ("InternalServerException", "ThrottlingException", "429", "500", "502", "503", "504")
        ),
        PutError("slow down", Remedy.AGAIN, code="SlowDown", status_code=503),
        PutError("cut", Remedy.AGAIN, code="IncompleteBody", status_code=400),
        PutError("expired", Remedy.FRESH_PATH, code="AccessDenied", status_code=403),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_again(failure: Exception) -> None:
    request = Request(failure, failure)

    with HURRIED.applied():
        assert trying_again()(request) == "done"

    assert request.times_made == 3


@pytest.mark.parametrize(
    "failure",
    [
        ServiceError("no", code="BadRequestException"),
        ServiceError("no", code="501"),
        CredentialsError("expired", code="ExpiredTokenException"),
        DomainNotFoundError("no", code="ResourceNotFoundException"),
        PutError("refused", Remedy.NONE, code="SignatureDoesNotMatch", status_code=403),
        ValueError("a mistake of our own"),
    ],
    ids=str,
)
def test_what_will_not_pass_is_not_tried_again(failure: Exception) -> None:
    request = Request(failure)

    with HURRIED.applied(), pytest.raises(type(failure)) as caught:
        trying_again()(request)

    assert caught.value is failure
    assert request.times_made == 1


def test_a_request_is_given_up_when_its_time_is_over() -> None:
    request = Request(*[UnreachableError("gone")] * 10_000)
    began_s = time.monotonic()

    hurried = Patience(try_again_for_s=0.3, pause_first_s=0.02, pause_longest_s=0.05)
    with hurried.applied(), pytest.raises(UnreachableError):
        trying_again()(request)

    assert 2 <= request.times_made < 1000
    assert time.monotonic() - began_s < 5


def test_a_service_that_throttles_is_there_and_is_given_more_time() -> None:
    hurried = Patience(try_again_for_s=0.2, pause_first_s=0.02, pause_longest_s=0.05)
    times_s = {}
    for failure in (UnreachableError("gone"), THROTTLED):
        request = Request(*[failure] * 10_000)
        began_s = time.monotonic()
        with hurried.applied(), pytest.raises(ServiceError):
            trying_again()(request)
        times_s[failure] = time.monotonic() - began_s

    gone_s, throttled_s = times_s.values()
    assert throttled_s > 1.0
    assert gone_s < throttled_s / 2


def test_the_time_of_being_throttled_does_not_count_against_a_fault_after_it() -> None:
    began_s = time.monotonic()
    faults = [UnreachableError("gone")]

    def request() -> str:
        if time.monotonic() - began_s < 1.0:
            raise THROTTLED
        if faults:
            raise faults.pop()
        return "done"

    with Patience(try_again_for_s=0.5, pause_first_s=0.02, pause_longest_s=0.05).applied():
        assert trying_again()(request) == "done"


@pytest.mark.parametrize("name", ["stall_s", "answer_s", "megabyte_s"])
def test_a_connection_cannot_be_waited_for_in_no_time(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is 0; expected seconds, more than 0"):
        Patience(**{name: 0})


def test_a_file_is_sent_a_number_of_times_and_no_more() -> None:
    request = Request(*[PutError("reset", Remedy.AGAIN)] * 100)

    with Patience(pause_first_s=0.0, try_again_for_s=0.0).applied(), pytest.raises(PutError):
        sending_again()(request)

    assert request.times_made == PUT_ATTEMPTS == 5


def test_what_the_service_refused_for_good_is_not_asked_again_because_of_the_file() -> None:
    request = Request(UnreachableError("no path"))

    with HURRIED.applied(), pytest.raises(UnreachableError):
        sending_again()(request)

    assert request.times_made == 1


def test_a_pause_ends_at_once_when_the_work_is_stopped() -> None:
    stopping = threading.Event()
    threading.Timer(0.1, stopping.set).start()
    request = Request(*[THROTTLED] * 100)
    began_s = time.monotonic()

    slow = Patience(pause_first_s=3600, pause_longest_s=3600, try_again_for_s=3600 * 24)
    with slow.applied(stopping), pytest.raises(StoppedError, match="Stopped on request"):
        trying_again()(request)

    assert time.monotonic() - began_s < 5


def test_patience_is_that_of_the_block_and_of_its_thread_only() -> None:
    before = patience()
    seen: list[Patience] = []
    with HURRIED.applied():
        assert patience() is HURRIED
        with Patience(poll_first_s=3).applied():
            assert patience().poll_first_s == 3
        other = threading.Thread(target=lambda: seen.append(patience()))
        other.start()
        other.join()
        assert patience() is HURRIED
        pause(0.0)

    assert seen == [before]
    assert patience() is before


@pytest.mark.parametrize("wrong", [{"try_again_for_s": -1}, {"poll_first_s": float("nan")}, {"stall_s": "a while"}])
def test_a_time_that_is_none_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is .*expected seconds"):
        Patience(**wrong)


@pytest.mark.parametrize(
    ("given", "seconds"), [(None, None), (3, 3.0), (0.5, 0.5), (Fraction(1, 4), 0.25), (float("inf"), float("inf"))]
)
def test_a_time_to_wait_is_a_plain_number(given: Any, seconds: float | None) -> None:
    checked = checked_timeout(given)

    assert checked == seconds
    assert checked is None or type(checked) is float


@pytest.mark.parametrize(("given", "error"), [("3", TypeError), (True, TypeError), (float("nan"), ValueError)])
def test_what_is_no_time_to_wait_is_refused(given: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"timeout_s is .*expected"):
        checked_timeout(given)
