import pytest


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("s3_error", 503, "SlowDown"),
        ("s3_internal_error", 500, "InternalError"),
        ("s3_unavailable", 503, "ServiceUnavailable"),
        ("expired_token", 400, "ExpiredToken"),
    ],
)
def test_an_injected_fault_happens_as_often_as_asked(storage, kind, status, code):
    storage.store.inject(kind, 2)
    answers = [storage.put(b"a\n") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert storage.error_of(answers[0])["Code"] == code


def test_expire_now_looks_like_an_expired_url(storage):
    storage.store.inject("expire_now", 1)
    response = storage.put(b"a\n")
    assert response.status_code == 403
    error = storage.error_of(response)
    assert (error["Code"], error["Message"]) == ("AccessDenied", "Request has expired")
    assert error["Expires"] < error["ServerTime"] == "2026-03-01T12:00:00Z"
    assert storage.put(b"a\n").status_code == 200


def test_faults_of_several_kinds_come_in_order_and_can_be_cleared(storage):
    storage.store.inject("s3_internal_error", 1)
    storage.store.inject("expired_token", 5)
    assert [storage.put(b"a\n").status_code for _ in range(2)] == [500, 400]
    storage.store.clear_faults()
    assert storage.put(b"a\n").status_code == 200


def test_an_unknown_fault_is_an_error(storage):
    with pytest.raises(ValueError, match=r"'flood' is not a fault of object storage; use one of \['expire_now'"):
        storage.store.inject("flood", 1)


def test_a_fault_happens_at_least_once(storage):
    with pytest.raises(ValueError, match="at least once, not 0 times"):
        storage.store.inject("s3_error", 0)
