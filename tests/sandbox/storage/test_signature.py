"""Our signatures against botocore's, and what is refused on sight of the URL."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cpnb.sandbox.storage import ObjectStore
from cpnb.sandbox.storage.customer_key import customer_headers
from cpnb.sandbox.storage.signature import Credential, UploadSigner

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("path", ["/_upload/b/jobs/0123abcd", "/_upload/b/Zoë's table (1) ~+%.csv", "/_upload/b/a//b"])
@pytest.mark.parametrize("signed", ["host", "algorithm", "all"])
def test_botocore_makes_the_same_signature(monkeypatch, path, signed):
    credential = Credential("ASIAEXAMPLE", "a secret")
    headers = {"host": "127.0.0.1:4000"}
    if signed != "host":
        headers |= dict(list(customer_headers(bytes(32)).items())[: 1 if signed == "algorithm" else 3])
    query = UploadSigner(lambda: NOW, credential).sign(path, headers, signed_at=NOW, expires_in_s=900)
    ours = dict(parse_qsl(query))

    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: NOW.replace(tzinfo=None))
    credentials = Credentials("ASIAEXAMPLE", "a secret", ours["X-Amz-Security-Token"])
    request = AWSRequest("PUT", f"http://127.0.0.1:4000{quote(path)}", headers=headers)
    S3SigV4QueryAuth(credentials, "s3", "us-east-1", expires=900).add_auth(request)
    theirs = dict(parse_qsl(urlsplit(request.url).query))

    assert ours == theirs


def test_the_url_is_short_says_its_life_and_signs_host_and_algorithm(storage):
    signed = storage.presign(expires_in_s=900)
    query = parse_qs(urlsplit(signed.url).query)
    assert len(signed.url) <= 2048
    assert query["X-Amz-Expires"] == ["900"]
    assert query["X-Amz-Date"] == ["20260301T120000Z"]
    assert query["X-Amz-SignedHeaders"] == ["host;x-amz-server-side-encryption-customer-algorithm"]
    assert signed.valid_until == datetime(2026, 3, 1, 12, 15, tzinfo=UTC)


def test_each_call_gives_another_url_and_each_works(storage):
    first, second = storage.presign(), storage.presign()
    assert first.url != second.url
    assert storage.put(b"a\n1\n", url=second.url).status_code == 200
    assert storage.put(b"a\n2\n", url=first.url).status_code == 200


def test_the_repr_hides_url_and_token(storage):
    signed = storage.presign()
    assert signed.client_token not in repr(signed)
    assert "X-Amz" not in repr(signed)
    assert "127.0.0.1" in repr(signed)
    assert "2026-03-01T12:15:00+00:00" in repr(signed)


def test_a_url_that_would_be_too_long_is_an_error(storage):
    with pytest.raises(ValueError, match="2048 are allowed"):
        storage.presign("ë" * 500)


@pytest.mark.parametrize("expires_in_s", [0, 604_801])
def test_a_life_out_of_range_is_an_error(storage, expires_in_s):
    with pytest.raises(ValueError, match="1 to 604800 seconds"):
        storage.presign(expires_in_s=expires_in_s)


def test_a_client_key_of_another_length_is_an_error(storage):
    with pytest.raises(ValueError, match="32 bytes, this one 16"):
        storage.presign(key=bytes(16))


def test_a_url_works_until_its_last_second_and_not_after(storage, clock):
    signed = storage.presign(expires_in_s=60)
    clock.advance(60)
    assert storage.put(b"a\n", url=signed.url).status_code == 200
    clock.advance(1)
    response = storage.put(b"b\n", url=signed.url)
    assert response.status_code == 403
    assert storage.error_of(response) == {
        "Code": "AccessDenied",
        "Message": "Request has expired",
        "X-Amz-Expires": "60",
        "Expires": "2026-03-01T12:01:00Z",
        "ServerTime": "2026-03-01T12:01:01Z",
    }
    assert storage.read() == b"a\n"


def test_a_url_from_the_future_is_not_valid_yet(storage, clock):
    signed = storage.presign()
    clock.advance(-901)
    response = storage.put(b"a\n", url=signed.url)
    assert response.status_code == 403
    assert storage.error_of(response)["Message"] == "Request is not valid yet"


@pytest.mark.parametrize("name", ["Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires"])
def test_each_query_parameter_is_needed(storage, name):
    url = urlsplit(storage.presign().url)
    kept = [pair for pair in url.query.split("&") if not pair.startswith(f"X-Amz-{name}=")]
    response = storage.put(b"a\n", url=url._replace(query="&".join(kept)).geturl())
    assert response.status_code == 400
    assert storage.error_of(response) == {
        "Code": "AuthorizationQueryParametersError",
        "Message": "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
        "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    }


def test_without_a_signature_at_all_access_is_denied(storage):
    url = storage.presign().url.partition("?")[0]
    response = storage.put(b"a\n", url=url)
    assert (response.status_code, storage.error_of(response)["Code"]) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("parameter", "value", "status", "code"),
    [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA512", 400, "AuthorizationQueryParametersError"),
        ("X-Amz-Date", "yesterday", 400, "AuthorizationQueryParametersError"),
        ("X-Amz-Expires", "soon", 400, "AuthorizationQueryParametersError"),
        ("X-Amz-Expires", "-1", 400, "AuthorizationQueryParametersError"),
        ("X-Amz-Expires", "604801", 400, "AuthorizationQueryParametersError"),
        ("X-Amz-Expires", "9" * 5000, 400, "AuthorizationQueryParametersError"),
        ("X-Amz-Expires", "604800", 403, "SignatureDoesNotMatch"),
        ("X-Amz-Credential", "AKIA/20260301/eu-west-1/s3/aws4_request", 400, "AuthorizationQueryParametersError"),
        ("X-Amz-Credential", "AKIA/20260301/us-east-1/s3/aws4_request", 403, "InvalidAccessKeyId"),
        ("X-Amz-Signature", "0" * 64, 403, "SignatureDoesNotMatch"),
        ("X-Amz-Signature", "%C3%A9", 403, "SignatureDoesNotMatch"),
        ("X-Amz-Security-Token", "another", 403, "SignatureDoesNotMatch"),
        ("X-Amz-SignedHeaders", "host", 403, "SignatureDoesNotMatch"),
    ],
)
def test_a_changed_parameter_is_refused(storage, parameter, value, status, code):
    url = urlsplit(storage.presign().url)
    pairs = [f"{parameter}={value}" if pair.startswith(parameter + "=") else pair for pair in url.query.split("&")]
    response = storage.put(b"a\n", url=url._replace(query="&".join(pairs)).geturl())
    assert (response.status_code, storage.error_of(response)["Code"]) == (status, code)


def test_another_path_does_not_match_the_signature(storage):
    response = storage.put(b"a\n", url=storage.presign("jobs/1").url.replace("/jobs/1?", "/jobs/2?"))
    assert response.status_code == 403
    assert storage.error_of(response)["Code"] == "SignatureDoesNotMatch"
    assert not storage.store.exists("jobs/2")


def test_a_signature_that_does_not_match_is_explained_as_s3_does(storage):
    response = storage.put(b"a\n", x_amz_server_side_encryption_customer_algorithm=None)
    assert response.status_code == 403
    error = storage.error_of(response)
    assert list(error) == [
        "Code",
        "Message",
        "AWSAccessKeyId",
        "StringToSign",
        "SignatureProvided",
        "StringToSignBytes",
        "CanonicalRequest",
        "CanonicalRequestBytes",
    ]
    assert error["Code"] == "SignatureDoesNotMatch"
    assert error["StringToSign"].startswith("AWS4-HMAC-SHA256\n20260301T120000Z\n20260301/us-east-1/s3/aws4_request\n")
    assert error["CanonicalRequest"].endswith("UNSIGNED-PAYLOAD")
    assert bytes.fromhex(error["CanonicalRequestBytes"]).decode() == error["CanonicalRequest"]


def test_a_signed_header_with_another_value_does_not_match(storage):
    response = storage.put(b"a\n", x_amz_server_side_encryption_customer_algorithm="AES128")
    assert (response.status_code, storage.error_of(response)["Code"]) == (403, "SignatureDoesNotMatch")


def test_another_host_does_not_match(storage):
    response = storage.put(b"a\n", url=storage.presign().url.replace("127.0.0.1", "localhost"))
    assert (response.status_code, storage.error_of(response)["Code"]) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    "header", ["x-amz-meta-origin", "x-amz-checksum-crc32", "x-amz-server-side-encryption", "x-amz-acl"]
)
def test_an_unsigned_amz_header_is_refused_by_name(storage, header):
    response = storage.put(b"a\n", **{header: "x"})
    assert response.status_code == 403
    assert storage.error_of(response) == {
        "Code": "AccessDenied",
        "Message": "There were headers present in the request which were not signed",
        "HeadersNotSigned": header,
    }


def test_where_all_three_headers_are_signed_only_the_right_key_is_let_in(storage):
    storage.store.signed_customer_headers = "all"
    signed = storage.presign(key=b"k" * 32)
    response = storage.put(b"a\n", url=signed.url, key=b"x" * 32)
    assert (response.status_code, storage.error_of(response)["Code"]) == (403, "SignatureDoesNotMatch")
    assert storage.put(b"a\n", url=signed.url, key=b"k" * 32).status_code == 200


def test_a_url_of_another_store_is_not_known(storage, tmp_path, clock):
    other = ObjectStore(tmp_path / "other", clock.now)
    url = other.presign("jobs/1", b"k" * 32, base_url=storage.url, expires_in_s=900).url
    response = storage.put(b"a\n", url=url)
    assert (response.status_code, storage.error_of(response)["Code"]) == (403, "InvalidAccessKeyId")
