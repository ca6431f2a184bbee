"""Where a file goes, and the key it is encrypted with."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn, Self
from urllib.parse import urlsplit

from cpnb.errors import TransferError

SSE_C = "x-amz-server-side-encryption-customer-"
KEY_SIZE_BYTES = 32


@dataclass(frozen=True, slots=True)
class UploadPath:
    """Where one file goes and the key it is encrypted with; both are secrets and belong together.

    Attributes
    ----------
    url : str
        Signed URL, valid for minutes. Never shown.
    client_token : str
        Base64 of the 32-byte key. Never shown.
    valid_until : datetime or None
        When the URL expires, with time zone; None where the service does not say.
    """

    url: str = field(repr=False)
    client_token: str = field(repr=False)
    valid_until: datetime | None = None

    def __repr__(self) -> str:
        return f"UploadPath(host={self.host!r}, valid_until={self.valid_until})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An upload path holds an encryption key and is not pickled by accident; hand on its fields.")

    @classmethod
    def from_api(cls, answer: dict[str, Any]) -> Self:
        """Return the path in a GetUploadJobPath response."""
        return cls(answer.get("Url", ""), answer.get("ClientToken", ""), answer.get("ValidUntil"))

    @property
    def host(self) -> str:
        """Host (and port) that the file goes to."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def headers(self) -> dict[str, str]:
        """Return the three SSE-C headers.

        The MD5 is that of the decoded key, not of its text.
        Source: S3 user guide, 'ServerSideEncryptionCustomerKeys'.

        Raises
        ------
        TransferError
            If the token is not the base64 of 32 bytes.
        """
        try:
            key = base64.b64decode(self.client_token, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_SIZE_BYTES:
            raise TransferError(
                "The service's client token is not the base64 form of a 32-byte key, so the file cannot be encrypted "
                "as S3 expects. Ask for a fresh path; if it happens again, it is a change in the service."
            )
        digest = base64.b64encode(hashlib.md5(key, usedforsecurity=False).digest()).decode()
        return {
            f"{SSE_C}algorithm": "AES256",
            f"{SSE_C}key": self.client_token,
            f"{SSE_C}key-MD5": digest,
        }
