"""The only file where rows meet the network: one PUT to the upload URL that the service hands out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from typing import Any, NoReturn, Protocol, Self, cast
from urllib.parse import parse_qs, urlsplit

import requests

from cpnb.domain import LOOPBACK_HOSTS
from cpnb.errors import TransferError
from cpnb.foreign_logs import silenced

SSE_C = "x-amz-server-side-encryption-customer-"
CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 120.0
ANSWER_READ_BYTES = 65_536
KEY_SIZE_BYTES = 32


class Body(Protocol):
    """What can be sent: a known length, and iteration that starts again each time.

    It must have neither ``read`` nor ``tell``: requests would then measure it in its own way, and
    sends chunks where that fails, which S3 refuses.
    """

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes | memoryview]: ...


class Remedy(Enum):
    """What may help after a failed PUT. Source: S3 developer guide, error responses."""

    AGAIN = "again"
    FRESH_PATH = "fresh path"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class UploadPath:
    """Where one file goes and the key it is encrypted with; both are secrets and belong together.

    Attributes
    ----------
    url : str
        Signed URL, valid for minutes. Never shown.
    client_token : str
        Base64 of the 32-byte key. Never shown.
    valid_until : datetime
        When the URL expires, with time zone.
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
        return cls(answer["Url"], answer.get("ClientToken", ""), answer.get("ValidUntil"))

    @property
    def host(self) -> str:
        """Host (and port) that the file goes to."""
        return urlsplit(self.url).netloc

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


class PutError(TransferError):
    """A PUT that failed, and what may help."""

    def __init__(self, message: str, remedy: Remedy, *, code: str = "", status_code: int = 0) -> None:
        super().__init__(message, code=code, status_code=status_code)
        self.remedy = remedy


def put(path: UploadPath, body: Body) -> None:
    """Send one file to its path, in one request, and return when the storage has it.

    Redirects are refused, no credentials of a netrc file are added, and nothing for this machine
    itself goes through a proxy: the key must reach the storage and nobody else.

    Parameters
    ----------
    path : UploadPath
        Fetched just before, because it expires.
    body : Body
        Iterated once, from its start. Errors raised by it pass through.

    Raises
    ------
    PutError
        If the storage, or the network, refused. It never holds the URL or the key.
    """
    headers = path.headers()
    _check_url(path, headers)
    loopback = urlsplit(path.url).hostname in LOOPBACK_HOSTS
    with silenced(), requests.Session() as session:
        session.trust_env = not loopback
        try:
            answer = session.put(
                path.url,
                data=cast("Iterable[bytes]", body),  # anything that looks like bytes will do
                headers=headers,
                auth=_no_authorization,
                allow_redirects=False,
                timeout=(CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S),
                stream=True,
            )
            with answer:
                text = next(answer.iter_content(ANSWER_READ_BYTES), b"").decode("utf-8", "replace")
        except requests.RequestException as error:
            failure = _lost(path, error)
        else:
            if answer.status_code == HTTPStatus.OK:
                return
            failure = _refused(answer.status_code, text)
    # requests' own errors quote the signed URL; raised here, ours has none of them as its context.
    raise failure


def _no_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add nothing; that it is given at all keeps requests from looking into a netrc file."""
    return request


def _check_url(path: UploadPath, headers: dict[str, str]) -> None:
    url = urlsplit(path.url)
    if url.scheme != "https" and url.hostname not in LOOPBACK_HOSTS:
        raise TransferError(
            f"The upload URL of host {path.host!r} is not HTTPS; the encryption key must not travel in the clear. "
            "Nothing was sent."
        )
    signed = parse_qs(url.query).get("X-Amz-SignedHeaders", [""])[0].lower().split(";")
    ours = {"host", "content-length", *(name.lower() for name in headers)}
    unknown = sorted(set(filter(None, signed)) - ours)
    if unknown:
        raise TransferError(
            f"The upload URL is signed for headers that cpnb does not send ({', '.join(unknown)}); the storage would "
            "refuse the file. Nothing was sent; this is a change in the service."
        )


def _lost(path: UploadPath, error: requests.RequestException) -> PutError:
    kind = type(error).__name__
    if isinstance(error, requests.exceptions.SSLError):
        return PutError(
            f"The TLS certificate of {path.host!r} was not accepted ({kind}); the key was not sent. Behind a company "
            "proxy, name its certificate in REQUESTS_CA_BUNDLE.",
            Remedy.NONE,
        )
    return PutError(f"The connection to {path.host!r} was lost while the file was sent ({kind}).", Remedy.AGAIN)


_WORDS = {
    "SignatureDoesNotMatch": "the request differs from what the upload URL was signed for",
    "InvalidArgument": "the encryption headers were not accepted",
    "InvalidEncryptionAlgorithmError": "the encryption algorithm was not accepted",
    "NotImplemented": "the storage does not do what a header asked for; something on the way changed the request",
    "MissingContentLength": "the length of the file did not arrive; something on the way changed the request",
    "EntityTooLarge": "the file is larger than the storage takes",
    "IncompleteBody": "the file arrived shorter than announced",
    "RequestTimeout": "the storage waited too long for the next bytes",
    "BadDigest": "the file was damaged on its way",
    "SlowDown": "the storage asks for a slower pace",
    "ExpiredToken": "the upload URL's own credentials have expired",
}

# Tried again although 4xx: the request was right and the transfer was not.
# Source: S3 developer guide, error responses.
_AGAIN = frozenset({"RequestTimeout", "IncompleteBody", "BadDigest"})


def _refused(status_code: int, document: str) -> PutError:
    found = re.search(r"<Code>([A-Za-z]{1,80})</Code>", document)
    code = found.group(1) if found else ""
    expired = code == "ExpiredToken" or (code == "AccessDenied" and "Request has expired" in document)
    if expired:
        words, remedy = "the upload URL has expired", Remedy.FRESH_PATH
    elif code == "AccessDenied":
        words, remedy = "the storage denied access; a header may have been added on the way", Remedy.NONE
    elif status_code in range(300, 400):
        words, remedy = (
            "the storage answered with a redirect, which is refused: it would take the key along",
            Remedy.NONE,
        )
    else:
        words = _WORDS.get(code, "the storage refused the file")
        again = code in _AGAIN or (status_code in range(500, 600) and status_code != HTTPStatus.NOT_IMPLEMENTED)
        remedy = Remedy.AGAIN if again else Remedy.NONE
    name = f"{status_code} {code}".strip()
    return PutError(f"{words[0].upper()}{words[1:]} (HTTP {name}).", remedy, code=code, status_code=status_code)
