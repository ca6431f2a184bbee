"""The PUT over TLS, where the socket has its own ways of not being ready and of ending."""

import time


def test_over_tls_a_store_that_requires_it_takes_the_object(tls_storage):
    body = bytes(range(256)) * 20_000
    assert tls_storage.put(body).status_code == 200
    assert tls_storage.read() == body


def test_a_slow_body_over_tls_is_waited_for(tls_storage):
    body = bytes(range(256)) * 40
    with tls_storage.connect() as connection:
        connection.sendall(tls_storage.head(len(body)))
        for start in range(0, len(body), 2048):
            time.sleep(0.05)
            connection.sendall(body[start : start + 2048])
        assert b" 200 " in connection.recv(65536).split(b"\r\n")[0]
    assert tls_storage.read() == body


def test_a_pause_over_tls_is_a_request_timeout(tls_storage):
    with tls_storage.connect() as connection:
        connection.sendall(tls_storage.head(100) + b"x" * 50)
        answer = connection.recv(65536) + connection.recv(65536)
    assert b"<Code>RequestTimeout</Code>" in answer


def test_a_refusal_over_tls_reaches_a_client_that_sends_everything_first(tls_storage):
    response = tls_storage.put(b"x" * 20_000_000, x_amz_meta_a="1")
    assert (response.status_code, tls_storage.error_of(response)["Code"]) == (403, "AccessDenied")


def test_a_tls_client_that_vanishes_leaves_what_was_there(tls_storage):
    tls_storage.put(b"before\n")
    with tls_storage.connect() as connection:
        connection.sendall(tls_storage.head(3_000_000) + b"x" * 1_500_000)
        deadline = time.monotonic() + 5
        while not list(tls_storage.folder.glob("*.part")) and time.monotonic() < deadline:
            time.sleep(0.01)
    while list(tls_storage.folder.glob("*.part")) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not list(tls_storage.folder.glob("*.part"))
    assert tls_storage.read() == b"before\n"
