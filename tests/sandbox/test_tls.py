"""The sandbox over TLS: one port for everything, one certificate made for the run."""

import http.client
import socket
import ssl
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

GOOD = "id,first\n1,Ana\n"


def connect(sandbox):
    return socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port), timeout=10)


def test_service_storage_control_and_the_rest_of_aws_share_the_port(secure, new_domain):
    domain = new_domain(secure, "loyalty")

    counts = domain.upload(GOOD)["ResultsSummary"]

    assert counts["CreatedRecords"] == 1
    assert domain.path(domain.create_job())["Url"].startswith(f"{secure.url}/_upload/")
    assert secure.control("GET", "status")["profile_counts"]["loyalty"] == 1
    assert secure.client("s3").list_buckets()["Buckets"] == []


def test_what_to_trust_is_the_second_line_and_no_key_is_on_disk(start_sandbox):
    sandbox = start_sandbox("--tls", "throw-away")
    bundle = Path(sandbox.ca_bundle)

    assert sandbox.url.startswith("https://127.0.0.1:")
    assert bundle.read_text().count("BEGIN CERTIFICATE") == 1
    files = [path for path in bundle.parent.rglob("*") if path.is_file()]
    assert bundle in files
    assert [path.name for path in files if b"PRIVATE KEY" in path.read_bytes()] == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(bundle.parent.stat().st_mode) == 0o700

    sandbox.close()

    assert not bundle.parent.exists()


def test_whoever_trusts_the_usual_certificates_does_not_trust_it(secure):
    with connect(secure) as plain, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")


@pytest.mark.parametrize(("name", "is_its_own"), [("127.0.0.1", True), ("localhost", True), ("evil.example", False)])
def test_its_certificate_is_for_this_machine_and_stands_a_strict_look(secure, name, is_its_own):
    context = secure.trusting()
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with connect(secure) as plain:
        if not is_its_own:
            with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
                context.wrap_socket(plain, server_hostname=name)
            return
        with context.wrap_socket(plain, server_hostname=name) as connection:
            assert connection.version() in {"TLSv1.2", "TLSv1.3"}


def test_two_runs_have_nothing_in_common(secure, start_sandbox):
    other = start_sandbox("--tls", "throw-away")

    with connect(other) as plain, pytest.raises(ssl.SSLCertVerificationError):
        secure.trusting().wrap_socket(plain, server_hostname="127.0.0.1")


def test_a_client_that_says_nothing_keeps_nobody_waiting(secure):
    with connect(secure), connect(secure):
        assert "Items" in secure.client().list_domains()


def test_plain_http_gets_no_answer_and_no_word(secure):
    with connect(secure) as plain:
        plain.sendall(b"GET /_sandbox/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        try:
            assert b"200" not in plain.recv(4096)
        except ConnectionResetError:
            pass  # as good an answer as none; that nothing was said about it is seen when the sandbox is closed


@pytest.mark.parametrize("path", ["/domains", "/_sandbox/status", "/_upload/customer-profiles-uploads/x", "/"])
@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_another_name_is_refused_over_tls_too(secure, path, headers):
    connection = http.client.HTTPSConnection(urlsplit(secure.url).netloc, timeout=10, context=secure.trusting())
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()

    assert (answer.status, b"loopback" in answer.read()) == (403, True)
    connection.close()
