"""One file on its way through a wire with faults: it arrives whole or not at all, and the error says what may help."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cpnb.transfer import PutError, Remedy, UploadPath, put
from tests.wire import faults
from tests.wire.certificate import self_signed
from tests.wire.fault_proxy import FaultProxy
from tests.wire.faults import Fault, answers, answers_early
from tests.wire.storage import WatchedStorage, watched_storage

# More than the buffers of both ends hold, so that a reader that stops is felt by the sender.
CONTENT = random.Random(20261124).randbytes(1_000_003) * 12
HURRIED_S = 0.3
PATIENT_S = 20.0


class Body:
    """A file that is read from its start each time, in blocks as large as those of a table."""

    def __len__(self) -> int:
        return len(CONTENT)

    def __iter__(self) -> Iterator[memoryview]:
        view = memoryview(CONTENT)
        for start in range(0, len(view), 1_500_000):
            yield view[start : start + 1_500_000]


@pytest.fixture(params=["plain", "tls"])
def storage(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WatchedStorage]:
    """The storage behind a proxy; both ways, because a connection ends differently under TLS."""
    certificate = None
    if request.param == "tls":
        certificate = self_signed(tmp_path / "proxy.pem")
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with watched_storage(tmp_path / "objects", certificate=certificate) as running:
        yield running


@dataclass(frozen=True)
class Expected:
    """What one fault leads to."""

    fault: Fault
    remedy: Remedy | None
    is_stored: bool
    words: str = ""
    patience_s: float = PATIENT_S


# Source: service facts 4.2, the retry rule; what is stored follows from who heard of the request.
FAULTS = {
    "reset before": Expected(faults.reset_before, Remedy.AGAIN, is_stored=False, words="was lost"),
    "reset midway": Expected(faults.reset_midway, Remedy.AGAIN, is_stored=False, words="was lost"),
    "reset after": Expected(faults.reset_after, Remedy.AGAIN, is_stored=True, words="was lost"),
    "closed after": Expected(faults.close_after, Remedy.AGAIN, is_stored=True, words="was lost"),
    "stalls midway": Expected(faults.stall_midway, Remedy.AGAIN, False, "was lost", HURRIED_S),
    "stalls after": Expected(faults.stall_after, Remedy.AGAIN, True, "did not answer within 0.3 s", HURRIED_S),
    "status line cut": Expected(faults.cut_in_status_line, Remedy.AGAIN, is_stored=True, words="was lost"),
    "200 cut in its headers": Expected(faults.cut_in_headers, None, is_stored=True),
    "200 cut in its body": Expected(faults.cut_in_body, Remedy.AGAIN, is_stored=True, words="was lost"),
    "slow reader": Expected(faults.slowly(30e6), None, is_stored=True),
    "SlowDown": Expected(answers(503, "SlowDown"), Remedy.AGAIN, is_stored=False, words="slower pace"),
    "InternalError": Expected(answers(500, "InternalError"), Remedy.AGAIN, is_stored=False, words="HTTP 500"),
    "RequestTimeout": Expected(answers(400, "RequestTimeout"), Remedy.AGAIN, is_stored=False, words="too long"),
    "expired": Expected(
        answers(403, "AccessDenied", "Request has expired"), Remedy.FRESH_PATH, is_stored=False, words="has expired"
    ),
    "bad gateway": Expected(answers(502), Remedy.AGAIN, is_stored=False, words="HTTP 502"),
    "early 403": Expected(
        answers_early(403, "SignatureDoesNotMatch"), Remedy.NONE, is_stored=False, words="signed for"
    ),
    "early 503": Expected(answers_early(503, "SlowDown"), Remedy.AGAIN, is_stored=False, words="slower pace"),
    "early 403, reads on": Expected(
        faults.answers_early_and_reads_on(403, "SignatureDoesNotMatch"), Remedy.NONE, is_stored=False, words="signed"
    ),
    "200 midway": Expected(faults.claims_success_midway, Remedy.AGAIN, is_stored=False, words="cannot have the whole"),
    "200 with a page": Expected(faults.answers_with_a_page, Remedy.NONE, is_stored=False, words="on the way"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_is_stored_whole_or_not_at_all_and_the_error_says_what_may_help(
    storage: WatchedStorage, name: str
) -> None:
    expected = FAULTS[name]
    storage.proxy.order(expected.fault, operation="PutObject")
    path = storage.path()

    error = attempt(path, expected.patience_s)

    assert (error and error.remedy) == expected.remedy
    assert storage.stored() == (CONTENT if expected.is_stored else None)
    assert len(storage.proxy.of("PutObject")) == 1
    if error:
        assert expected.words in str(error)
        assert_secret(error, path.url, path.client_token)


def test_a_success_of_somebody_who_let_the_file_drop_is_not_believed(storage: WatchedStorage) -> None:
    storage.proxy.order(answers(200), operation="PutObject")

    error = attempt(storage.path(), PATIENT_S)

    assert error is not None
    assert error.remedy is Remedy.AGAIN
    assert "marks of the storage" in str(error)
    assert storage.stored() is None


@pytest.mark.parametrize("fault", [faults.reset_midway, faults.stall_midway, faults.claims_success_midway])
def test_what_was_stored_before_is_never_mixed_with_what_broke_off(storage: WatchedStorage, fault: Fault) -> None:
    put(storage.path(), Earlier())
    storage.proxy.order(fault, operation="PutObject")

    assert attempt(storage.path_again(), HURRIED_S if fault is faults.stall_midway else PATIENT_S)
    assert storage.stored() == bytes(Earlier())

    assert attempt(storage.path_again(), PATIENT_S) is None
    assert storage.stored() == CONTENT


def test_a_file_that_set_out_in_time_arrives_after_its_path_has_expired(storage: WatchedStorage) -> None:
    storage.proxy.order(faults.slowly(5e6), operation="PutObject")
    path = storage.path(expires_in_s=1)

    assert attempt(path, PATIENT_S) is None

    assert path.valid_until is not None
    assert datetime.now(UTC) > path.valid_until
    assert storage.stored() == CONTENT


def test_a_line_that_crawls_and_never_stalls_ends_in_bounded_time(storage: WatchedStorage) -> None:
    storage.proxy.order(faults.slowly(1e6), operation="PutObject")
    began_s = time.monotonic()

    with pytest.raises(
        PutError, match=r"line is too slow: [\d,]+ of 12,000,036 bytes had been sent after 1 s"
    ) as caught:
        put(storage.path(), Body(), stall_s=1.0, answer_s=PATIENT_S, megabyte_s=0.02)

    assert time.monotonic() - began_s < 6
    assert caught.value.remedy is Remedy.AGAIN
    assert storage.stored() is None


def test_a_redirect_takes_neither_file_nor_key_to_another_host(storage: WatchedStorage) -> None:
    with FaultProxy() as other:
        storage.proxy.order(answers(307, Location=f"{other.url}/elsewhere"), operation="PutObject")

        error = attempt(storage.path(), PATIENT_S)

    # Only now: the other host may have been told something that it had not read yet.
    assert other.records == ()
    assert error is not None
    assert (error.remedy, error.status_code) == (Remedy.NONE, 307)


class Earlier:
    """A short file."""

    def __bytes__(self) -> bytes:
        return b"id,city\n"

    def __len__(self) -> int:
        return len(bytes(self))

    def __iter__(self) -> Iterator[bytes]:
        yield bytes(self)


def attempt(path: UploadPath, patience_s: float) -> PutError | None:
    try:
        put(path, Body(), stall_s=patience_s, answer_s=patience_s)
    except PutError as error:
        return error
    return None


def assert_secret(error: PutError, url: str, token: str) -> None:
    shown = "".join(traceback.format_exception(error))
    query = url.partition("?")[2]
    assert not [piece for piece in (token, query, *query.split("&")) if piece in shown]
    assert (error.__context__, error.__cause__) == (None, None)
