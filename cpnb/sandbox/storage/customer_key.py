"""The customer's key in the headers of a request (SSE-C): read, and checked as S3 checks it."""

import base64
import hashlib
from collections.abc import Mapping

from cpnb.sandbox.storage.s3_errors import S3Error

ENCRYPTION_HEADER = "x-amz-server-side-encryption"
ALGORITHM_HEADER = "x-amz-server-side-encryption-customer-algorithm"
KEY_HEADER = "x-amz-server-side-encryption-customer-key"
KEY_MD5_HEADER = "x-amz-server-side-encryption-customer-key-md5"

KEY_SIZE_BYTES = 32
_REQUESTS_MUST = "Requests specifying Server Side Encryption with Customer provided keys must"


def md5_base64(data: bytes) -> str:
    """Return the MD5 of `data` in base64, as S3's headers carry it; it detects damage, not an attacker."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def customer_headers(key: bytes) -> dict[str, str]:
    """Return the three headers, names in lower case, that hand over the raw 32-byte `key`.

    Source: S3 user guide, 'ServerSideEncryptionCustomerKeys'.
    """
    return {
        ALGORITHM_HEADER: "AES256",
        KEY_HEADER: base64.b64encode(key).decode(),
        KEY_MD5_HEADER: md5_base64(key),
    }


def customer_key(headers: Mapping[str, str]) -> bytes:
    """Return the raw 32-byte key that the headers carry.

    Parameters
    ----------
    headers
        Names in lower case.

    Raises
    ------
    S3Error
        ``InvalidArgument`` or ``InvalidEncryptionAlgorithmError``, for the first thing that is wrong.

    Notes
    -----
    Source: responses recorded from S3 (service facts 4.2). The text for a missing MD5 is MinIO's: S3's is unknown.
    """
    if ENCRYPTION_HEADER in headers:
        raise _invalid(
            "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
            headers[ENCRYPTION_HEADER],
        )
    algorithm = headers.get(ALGORITHM_HEADER)
    if not algorithm:
        raise _invalid(f"{_REQUESTS_MUST} provide a valid encryption algorithm.")
    if algorithm != "AES256":
        raise S3Error(
            "InvalidEncryptionAlgorithmError",
            "The Encryption request you specified is not valid. Supported value: AES256.",
            {"ArgumentName": ENCRYPTION_HEADER, "ArgumentValue": algorithm},
        )
    if not headers.get(KEY_HEADER):
        raise _invalid(f"{_REQUESTS_MUST} provide an appropriate secret key.")
    if not headers.get(KEY_MD5_HEADER):
        raise _invalid(f"{_REQUESTS_MUST} provide the client calculated MD5 of the secret key.")
    return _checked_key(headers[KEY_HEADER], headers[KEY_MD5_HEADER])


def _checked_key(encoded: str, md5: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise _invalid("The secret key was invalid for the specified algorithm.") from error
    if md5_base64(key) != md5:
        raise _invalid("The calculated MD5 hash of the key did not match the hash that was provided.")
    if len(key) != KEY_SIZE_BYTES:
        raise _invalid("The secret key was invalid for the specified algorithm.")
    return key


def _invalid(message: str, value: str = "null") -> S3Error:
    return S3Error("InvalidArgument", message, {"ArgumentName": ENCRYPTION_HEADER, "ArgumentValue": value})
