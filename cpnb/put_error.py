"""What failed about a PUT, and what may help: S3's answers in words."""

from __future__ import annotations

import re
from enum import Enum
from http import HTTPStatus

from cpnb.errors import TransferError


class Remedy(Enum):
    """What may help after a failed PUT. Source: S3 developer guide, error responses."""

    AGAIN = "again"
    FRESH_PATH = "fresh path"
    NONE = "none"


class PutError(TransferError):
    """A PUT that failed, and what may help."""

    def __init__(self, message: str, remedy: Remedy, *, code: str = "", status_code: int = 0) -> None:
        super().__init__(message, code=code, status_code=status_code)
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[PutError], tuple[str, Remedy], dict[str, object]]:
        """Tell pickle to keep what may help, so that an error of a worker process arrives with it."""
        return type(self), (str(self), self.remedy), vars(self)

    @property
    def may_pass(self) -> bool:
        """Whether another try, with a fresh path, may help."""
        return self.remedy is not Remedy.NONE


_CHANGED_ON_THE_WAY = (
    " Something on the way, such as a company's proxy, may have changed the request: try another network, or have this "
    "host exempted."
)

_WORDS = {
    "SignatureDoesNotMatch": "the request differs from what the upload URL was signed for",
    "InvalidArgument": "the encryption headers were not accepted",
    "InvalidEncryptionAlgorithmError": "the encryption algorithm was not accepted",
    "NotImplemented": "the storage does not do what a header asked for",
    "MissingContentLength": "the length of the file did not arrive",
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


def refused(status_code: int, document: str) -> PutError:
    """Return the error for an answer that is no success, from its status and its XML document.

    Nothing of the document but its code is shown: S3 quotes the request, signature included.
    """
    found = re.search(r"<Code>([A-Za-z]{1,80})</Code>", document)
    code = found.group(1) if found else ""
    expired = code == "ExpiredToken" or (code == "AccessDenied" and "Request has expired" in document)
    if expired:
        words, remedy = "the upload URL has expired", Remedy.FRESH_PATH
    elif code == "AccessDenied":
        words, remedy = "the storage denied access", Remedy.NONE
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
    message = f"{words[0].upper()}{words[1:]} (HTTP {name}).{_next_step(code, remedy)}"
    return PutError(message, remedy, code=code, status_code=status_code)


def _next_step(code: str, remedy: Remedy) -> str:
    """Return what a reader can do where no other try will help: the request left this machine as S3 wants it."""
    if code == "EntityTooLarge":
        return " Make smaller parts: UploadOptions(part_bytes=...)."
    return _CHANGED_ON_THE_WAY if remedy is Remedy.NONE else ""
