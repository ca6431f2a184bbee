"""The errors of cpnb, one tree.

::

    CpnbError
    ├── FrameError               the table itself cannot be used
    ├── ReadError                a file cannot be read as a table
    ├── FieldsError              the map from columns to profile fields contradicts itself or the service
    ├── InvalidDataError         the table was examined and refused; carries the Report
    ├── ChangedDataError         the table changed between its examination and its upload
    ├── ExpressionError          a segment condition says something the service cannot say
    ├── ServiceError             the service, or the way to it, refused
    │   ├── CredentialsError     no credentials, expired ones, or ones that may not do this
    │   ├── UnreachableError     nothing answered at the endpoint
    │   ├── DomainNotFoundError  no such domain in this account and region
    │   ├── SegmentExistsError   the name of the segment is taken
    │   ├── SourceSegmentError   a segment that another is built on is gone, or leads in a circle, or too deep
    │   ├── ReplacementError     a segment was deleted to be made anew, and could not be; says what is there now
    │   ├── SnapshotError        the service could not export a segment; says what is the likely cause
    │   └── UploadError          one upload job did not reach its end; says domain, job and stage
    │       └── TransferError    the file did not get through to the storage behind the upload URL
    ├── WaitTimeoutError         the time given for waiting is over; what was waited for goes on
    └── SandboxError             the local sandbox did not start, or is gone

A message says what is, what was expected and what to do next. It names columns, counts and
positions, and never a cell's value, a token or a signed URL.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the report is made far above this file; here it is only carried
    from cpnb.report import Report

__all__ = [
    "ChangedDataError",
    "CpnbError",
    "CredentialsError",
    "DomainNotFoundError",
    "ExpressionError",
    "FieldsError",
    "FrameError",
    "InvalidDataError",
    "ReadError",
    "ReplacementError",
    "SandboxError",
    "SegmentExistsError",
    "ServiceError",
    "SnapshotError",
    "SourceSegmentError",
    "TransferError",
    "UnreachableError",
    "UploadError",
    "WaitTimeoutError",
    "did_you_mean",
    "listed",
]

NAMES_SHOWN = 5

# What is no verdict on the request. An answer that is not the service's own, but a gateway's before it, has its HTTP
# status for a code. Source: service model (the first of each), and the SDK's standard retry mode.
_THROTTLING = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException", "SlowDown", "429"})
_FAULTS = frozenset({"InternalServerException", "ServiceUnavailable", "RequestTimeout", "500", "502", "503", "504"})


class CpnbError(Exception):
    """Everything that cpnb raises on purpose."""


class FrameError(CpnbError, ValueError):
    """The table itself cannot be used: its columns, its shape, or its kind."""


class ReadError(CpnbError, ValueError):
    """A file cannot be read as a table; the message gives the line where that is known."""


class FieldsError(CpnbError, ValueError):
    """The map from columns to profile fields contradicts itself, the table or the service."""


class InvalidDataError(CpnbError, ValueError):
    """The table was examined and refused before anything was sent.

    Attributes
    ----------
    report : Report
        What was found: counts, positions and shapes.
    """

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report

    def __reduce__(self) -> tuple[type[InvalidDataError], tuple[str, Report]]:
        """Tell pickle to keep the report, so that an error of a worker process arrives with it."""
        return type(self), (str(self), self.report)


class ChangedDataError(CpnbError, RuntimeError):
    """The table changed between its examination and its upload; nothing of it was stored."""


class ExpressionError(CpnbError, ValueError):
    """A segment condition says something that the service cannot say."""


class ServiceError(CpnbError):
    """Customer Profiles, or the way to it, refused.

    Attributes
    ----------
    code : str
        The service's own name for the error, such as ``BadRequestException``; empty if it had none.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code

    @property
    def may_pass(self) -> bool:
        """Whether the same request may succeed later, or has succeeded and its answer was lost."""
        return self.is_throttling or self.code in _FAULTS

    @property
    def is_throttling(self) -> bool:
        """Whether the request was refused only because requests came too fast."""
        return self.code in _THROTTLING

    @property
    def is_not_found(self) -> bool:
        """Whether the service does not know the domain, or what was named in it."""
        return self.code == "ResourceNotFoundException"


class CredentialsError(ServiceError):
    """There are no credentials, they have expired, or they may not do this."""


class UnreachableError(ServiceError, ConnectionError):
    """Nothing answered at the endpoint."""

    @property
    def may_pass(self) -> bool:
        """Always: connections come back."""
        return True


class DomainNotFoundError(ServiceError, LookupError):
    """No such domain in this account and region."""


class SegmentExistsError(ServiceError):
    """The name of the segment is taken; the service has no update."""


class SourceSegmentError(ServiceError):
    """A segment that another one is built on is gone, leads back in a circle, or is nested too deep."""


class ReplacementError(ServiceError):
    """A segment was deleted to be made anew, and that failed.

    Attributes
    ----------
    is_restored : bool
        Whether the old one was put back.
    old : dict
        The old one, as CreateSegmentDefinition of the service takes it.
    """

    def __init__(
        self, message: str, *, is_restored: bool = False, old: Mapping[str, Any] | None = None, code: str = ""
    ) -> None:
        super().__init__(message, code=code)
        self.is_restored = is_restored
        self.old = {} if old is None else old


class SnapshotError(ServiceError):
    """The service could not export a segment."""


class UploadError(ServiceError):
    """One upload job did not reach its end.

    Attributes
    ----------
    job_id : str
        The job at the service; empty if it was never created.
    stage : str
        Where it stopped: ``create``, ``put`` (fetching the path included), ``start`` or ``processing``.
    """

    def __init__(self, message: str, *, job_id: str = "", stage: str = "", code: str = "") -> None:
        super().__init__(message, code=code)
        self.job_id = job_id
        self.stage = stage


class TransferError(UploadError):
    """The file did not get through to the storage behind the upload URL.

    Attributes
    ----------
    status_code : int
        HTTP status of the storage's answer, 0 if there was none.
    """

    def __init__(self, message: str, *, job_id: str = "", code: str = "", status_code: int = 0) -> None:
        super().__init__(message, job_id=job_id, stage="put", code=code)
        self.status_code = status_code


class WaitTimeoutError(CpnbError, TimeoutError):
    """The time given for waiting is over; what was waited for goes on."""


class SandboxError(CpnbError, RuntimeError):
    """The local sandbox did not start, or is gone."""


def listed(names: Iterable[object], *, shown: int = NAMES_SHOWN) -> str:
    """Return names for a message: at most five, then how many more.

    Examples
    --------
    >>> listed(["City", "State"])
    "'City', 'State'"
    >>> listed("abcdefgh")
    "'a', 'b', 'c', 'd', 'e' and 3 more"
    """
    everything = [repr(str(name)) for name in names]
    text = ", ".join(everything[:shown])
    more = len(everything) - shown
    return f"{text} and {more} more" if more > 0 else text


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return ``" Did you mean 'City'?"`` for a near miss, else the empty string.

    Letter case never makes a name a stranger.

    Examples
    --------
    >>> did_you_mean("emial", ["Email", "Phone"])
    " Did you mean 'Email'?"
    >>> did_you_mean("zzz", ["Email", "Phone"])
    ''
    """
    folded = {candidate.casefold(): candidate for candidate in known}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f" Did you mean {folded[near[0]]!r}?" if near else ""
