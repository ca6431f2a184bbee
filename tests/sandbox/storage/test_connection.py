"""The PUT on the wire: lengths, early ends, pauses, and errors that must reach a client still sending."""

import socket
import time

import pytest
import requests

from cpnb.sandbox.storage.customer_key import customer_headers


def test_a_chunked_body_is_not_implemented(storage):
    response = storage.put(iter([b"a,b\n", b"1,2\n"]))
    assert response.status_code == 501
    assert storage.error_of(response) == {
        "Code": "NotImplemented",
        "Message": "A header you provided implies functionality that is not implemented",
        "Header": "Transfer-Encoding",
    }


def test_no_length_at_all_is_a_411(storage):
    with storage.connect() as connection:
        connection.sendall(storage.head(0).replace(b"Content-Length: 0\r\n", b""))
        answer = storage.read_all(connection)
    assert b" 411 " in answer.split(b"\r\n")[0]
    assert b"<Code>MissingContentLength</Code>" in answer


@pytest.mark.parametrize(
    ("length", "code"),
    [
        (5 * 1024**3 + 1, b"<Code>EntityTooLarge</Code>"),
        ("9" * 5000, b"<Code>EntityTooLarge</Code>"),
        ("ten", b"<Code>InvalidArgument</Code>"),
        ("-1", b"<Code>InvalidArgument</Code>"),
    ],
)
def test_a_length_out_of_range_is_refused_before_any_body(storage, length, code):
    with storage.connect() as connection:
        connection.sendall(storage.head(length))
        connection.shutdown(socket.SHUT_WR)
        assert code in storage.read_all(connection)


def test_too_large_says_how_large_it_may_be(storage):
    with storage.connect() as connection:
        connection.sendall(storage.head(6 * 1024**3))
        connection.shutdown(socket.SHUT_WR)
        answer = storage.read_all(connection)
    assert b"<ProposedSize>6442450944</ProposedSize><MaxSizeAllowed>5368709120</MaxSizeAllowed>" in answer


def test_a_body_that_ends_early_is_incomplete_and_leaves_what_was_there(storage):
    storage.put(b"before\n")
    with storage.connect() as connection:
        connection.sendall(storage.head(3_000_000) + b"x" * 1_500_000)
        connection.shutdown(socket.SHUT_WR)
        assert b"<Code>IncompleteBody</Code>" in storage.read_all(connection)
    assert storage.read() == b"before\n"
    assert len(list(storage.folder.iterdir())) == 1


def wait_until(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_client_that_vanishes_leaves_what_was_there_and_no_half_file(storage):
    storage.put(b"before\n")
    with storage.connect() as connection:
        connection.sendall(storage.head(3_000_000) + b"x" * 1_500_000)
        wait_until(lambda: list(storage.folder.glob("*.part")))
    wait_until(lambda: not list(storage.folder.glob("*.part")))
    assert storage.read() == b"before\n"


def test_a_pause_that_is_too_long_is_a_request_timeout(storage):
    with storage.connect() as connection:
        connection.sendall(storage.head(100) + b"x" * 50)
        answer = connection.recv(65536)
        connection.shutdown(socket.SHUT_WR)
        answer += storage.read_all(connection)
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"<Code>RequestTimeout</Code>" in answer
    assert not storage.store.exists("jobs/1")


def test_short_pauses_are_waited_out(storage):
    body = bytes(range(256)) * 40
    with storage.connect() as connection:
        connection.sendall(storage.head(len(body)))
        for start in range(0, len(body), 2048):
            time.sleep(0.05)
            connection.sendall(body[start : start + 2048])
        assert b" 200 " in storage.read_all(connection).split(b"\r\n")[0]
    assert storage.read() == body


def test_a_refusal_is_sent_before_the_body(storage):
    url = storage.presign().url.replace("/jobs/1?", "/jobs/2?")
    with storage.connect() as connection:
        connection.sendall(storage.head(10_000_000, url=url))
        answer = connection.recv(65536)
        connection.shutdown(socket.SHUT_WR)
        answer += storage.read_all(connection)
    assert b"<Code>SignatureDoesNotMatch</Code>" in answer


@pytest.mark.parametrize("form", ["bytes", "iterable"])
def test_a_client_that_sends_everything_first_still_sees_the_refusal(storage, form):
    class Rows:
        """What the streaming client sends: an iterable with a length, slower than one buffer."""

        def __len__(self):
            return 64 * 500_000

        def __iter__(self):
            for number in range(64):
                if number in {3, 30}:
                    time.sleep(0.1)
                yield b"x" * 500_000

    body = Rows() if form == "iterable" else b"x" * 32_000_000
    response = storage.put(body, x_amz_meta_a="1")
    assert (response.status_code, storage.error_of(response)["Code"]) == (403, "AccessDenied")


def test_a_chunked_client_in_the_middle_of_a_large_body_still_sees_the_refusal(storage):
    response = storage.put(b"x" * 1_000_000 for _ in range(20))
    assert storage.error_of(response)["Code"] == "NotImplemented"


def test_one_session_may_put_again_after_a_refusal(storage):
    with requests.Session() as session:
        for key_headers, status in [({}, 403), (customer_headers(b"k" * 32), 200), ({}, 403)]:
            response = session.put(storage.presign().url, data=b"y" * 5_000_000, headers=key_headers, timeout=10)
            assert response.status_code == status


def test_expect_100_continue_is_answered(storage):
    with storage.connect() as connection:
        connection.sendall(storage.head(4).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"a,b\n")
        # The server may say more than once that it goes on.
        final = storage.read_all(connection).replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"")
    assert b" 200 " in final.split(b"\r\n")[0]
    assert storage.read() == b"a,b\n"
