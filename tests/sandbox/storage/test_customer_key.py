"""The three headers of SSE-C: what S3 says to each way of getting them wrong."""

import base64
import hashlib

import pytest

from cpnb.sandbox.storage.customer_key import customer_key
from cpnb.sandbox.storage.s3_errors import S3Error

PREFIX = "x-amz-server-side-encryption"
ALGORITHM, KEY, KEY_MD5 = (f"{PREFIX}-customer-{name}" for name in ("algorithm", "key", "key-md5"))
MUST = "Requests specifying Server Side Encryption with Customer provided keys must "
RAW = b"k" * 32
TOKEN = base64.b64encode(RAW).decode()
DIGEST = base64.b64encode(hashlib.md5(RAW).digest()).decode()  # noqa: S324 -- the protocol's digest
GOOD = {ALGORITHM: "AES256", KEY: TOKEN, KEY_MD5: DIGEST}


def md5_of(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data).digest()).decode()  # noqa: S324 -- the protocol's digest


def test_three_right_headers_carry_the_key():
    assert customer_key(GOOD) == RAW


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({ALGORITHM: None}, "InvalidArgument", MUST + "provide a valid encryption algorithm."),
        ({ALGORITHM: None, KEY: None}, "InvalidArgument", MUST + "provide a valid encryption algorithm."),
        ({KEY: None}, "InvalidArgument", MUST + "provide an appropriate secret key."),
        ({KEY_MD5: None}, "InvalidArgument", MUST + "provide the client calculated MD5 of the secret key."),
        (
            {ALGORITHM: "aws:kms"},
            "InvalidEncryptionAlgorithmError",
            "The Encryption request you specified is not valid. Supported value: AES256.",
        ),
        (
            {KEY_MD5: md5_of(TOKEN.encode())},  # the well-known mistake: the digest of the base64 text
            "InvalidArgument",
            "The calculated MD5 hash of the key did not match the hash that was provided.",
        ),
        (
            {KEY: base64.b64encode(RAW[:16]).decode(), KEY_MD5: md5_of(RAW[:16])},
            "InvalidArgument",
            "The secret key was invalid for the specified algorithm.",
        ),
        (
            {KEY: base64.b64encode(RAW[:16]).decode()},  # wrong in both: the digest is judged first
            "InvalidArgument",
            "The calculated MD5 hash of the key did not match the hash that was provided.",
        ),
        ({KEY: "not base64!"}, "InvalidArgument", "The secret key was invalid for the specified algorithm."),
        (
            {PREFIX: "AES256"},
            "InvalidArgument",
            "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
        ),
    ],
)
def test_each_mistake_has_its_own_answer(changed, code, message):
    headers = {name: value for name, value in (GOOD | changed).items() if value is not None}
    with pytest.raises(S3Error) as caught:
        customer_key(headers)
    assert caught.value.code == code
    assert caught.value.message == message
    assert caught.value.status == 400


def test_a_wrong_algorithm_is_named():
    with pytest.raises(S3Error) as caught:
        customer_key(GOOD | {ALGORITHM: "AES128"})
    assert caught.value.details["ArgumentValue"] == "AES128"


def test_a_missing_algorithm_names_the_argument():
    with pytest.raises(S3Error) as caught:
        customer_key({KEY: TOKEN, KEY_MD5: DIGEST})
    assert caught.value.details["ArgumentName"] == "x-amz-server-side-encryption"


@pytest.mark.parametrize("missing", [ALGORITHM, KEY, KEY_MD5])
def test_over_http_each_missing_header_is_a_400_where_the_url_signs_none(storage, missing):
    storage.store.signed_customer_headers = "none"
    response = storage.put(b"a\n", **{missing: None})
    assert (response.status_code, storage.error_of(response)["Code"]) == (400, "InvalidArgument")
    assert not storage.store.exists("jobs/1")
