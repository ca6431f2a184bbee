"""The profiles of a segment, exported by the service into S3, and read from there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Self

import pandas as pd
import tenacity

from cpnb.display import Html, html_table
from cpnb.domain import Domain
from cpnb.errors import ServiceError, SnapshotError, WaitTimeoutError
from cpnb.retrying import pause, polling_pauses
from cpnb.segments.requests import NOT_FOUND, about_segment
from cpnb.segments.snapshot_files import ENDINGS, table_of

__all__ = ["DataFormat", "Snapshot", "place_of"]

DataFormat = Literal["CSV", "JSONL", "ORC"]

# Source: S3 user guide, 'bucketnamingrules'.
_DESTINATION = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?")


@dataclass(frozen=True, slots=True, repr=False)
class Snapshot:
    """The profiles of a segment as files in S3, as it was last looked at.

    `SegmentDefinition.snapshot` makes one; one that was made before is found by its id: ``Snapshot.get(domain,
    "vip", "3f2504e04f8941d39a0c0305e82c3301")``.

    Attributes
    ----------
    domain : Domain
        Where the segment is.
    segment_name : str
        Its name.
    snapshot_id : str
        32 hexadecimal digits.
    status : str
        ``IN_PROGRESS``, ``COMPLETED`` or ``FAILED``.
    data_format : str
        ``CSV``, ``JSONL`` or ``ORC``.
    destination : str
        The folder of its files: ``s3://bucket/folder``.
    status_message : str
        What the service says about it; often empty.
    """

    domain: Domain
    segment_name: str
    snapshot_id: str
    status: str
    data_format: str
    destination: str
    status_message: str = ""

    @classmethod
    def get(cls, domain: Domain, segment_name: str, snapshot_id: str) -> Self:
        """Return a snapshot as the service describes it now.

        Raises
        ------
        ServiceError
            If there is no such snapshot of the segment.
        DomainNotFoundError, CredentialsError, UnreachableError
            If the service cannot be asked.
        """
        try:
            found = about_segment(domain, "GetSegmentSnapshot", segment_name, SnapshotId=snapshot_id)
        except ServiceError as error:
            failure = error
        else:
            return cls(
                domain,
                segment_name,
                found["SnapshotId"],
                found["Status"],
                found["DataFormat"],
                found.get("DestinationUri", ""),
                found.get("StatusMessage") or "",
            )
        if failure.is_not_found:
            about_segment(domain, "GetSegmentDefinition", segment_name)  # raises if it is the segment that is missing
            raise ServiceError(
                f"Segment {segment_name!r} of domain {domain.name!r} has no snapshot {snapshot_id!r}.", code=NOT_FOUND
            )
        raise failure

    def refresh(self) -> Snapshot:
        """Return it as the service describes it now."""
        return Snapshot.get(self.domain, self.segment_name, self.snapshot_id)

    def wait(self, timeout_s: float = 600.0) -> Snapshot:
        """Return it once it is complete.

        Raises
        ------
        SnapshotError
            If it failed; the message gives what the service says and the likely cause.
        WaitTimeoutError
            If it is not complete by then. It goes on; the message says how to find it again.
        ServiceError, CredentialsError, UnreachableError
            If the service cannot be asked.
        """
        polling = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda seen: seen.status == "IN_PROGRESS"),
            wait=polling_pauses(),
            stop=tenacity.stop_after_delay(timeout_s),
            sleep=pause,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else self,
        )
        seen: Snapshot = polling(self.refresh)
        if seen.status == "FAILED":
            raise SnapshotError(seen._failure())
        if seen.status != "COMPLETED":
            raise WaitTimeoutError(
                f"The snapshot of segment {self.segment_name!r} is still {seen.status} after {timeout_s:g} s. It goes "
                f"on; wait again with cpnb.Snapshot.get(domain, {self.segment_name!r}, {self.snapshot_id!r}).wait()."
            )
        return seen

    def _failure(self) -> str:
        bucket, _ = place_of(self.destination) or ("", "")
        reason = self.status_message.rstrip(".") or "it gives no reason"
        return (
            f"The service could not export segment {self.segment_name!r} to {self.destination}: {reason}. It writes as "
            f"the role that it was given. Look whether bucket {bucket!r} exists, whether the role may write there "
            "(s3:PutObject, s3:GetBucketLocation, and the key if it is encrypted), and whether its trust policy lets "
            "profile.amazonaws.com assume it."
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the exported profiles, read from S3 with the credentials of the domain.

        Returns
        -------
        pandas.DataFrame
            A row for each profile, the whole of it in memory; everything is text, and what is empty is missing.

        Raises
        ------
        SnapshotError
            If it is not complete, or its files cannot be read from here: the message names them.
        """
        if self.status != "COMPLETED":
            raise SnapshotError(
                f"The snapshot of segment {self.segment_name!r} is {self.status}, as it was last looked at; "
                "snapshot = snapshot.wait() waits until it is complete."
            )
        bucket, prefix = place_of(self.destination) or ("", "")
        try:
            keys = [key for key in self.domain.stored_keys(bucket, prefix) if self._is_ours(key)]
            contents = [self.domain.stored_content(bucket, key) for key in keys]
        except ServiceError as error:
            failure = error
        else:
            return self._table(contents)
        raise SnapshotError(
            f"The snapshot of segment {self.segment_name!r} is complete, but its files at {self.destination} cannot be "
            f"read from here ({failure.code or type(failure).__name__}). The service wrote them with its role; to read "
            "them, your own credentials need s3:ListBucket and s3:GetObject there, and the key if they are encrypted.",
            code=failure.code,
        )

    def _is_ours(self, key: str) -> bool:
        """Tell a file of profiles from the test file that the service writes beside them.

        Source: administrator guide, 'customer-segments-exporting-segments' (that there is one).
        """
        return key.casefold().endswith(ENDINGS[self.data_format])

    def _table(self, contents: list[bytes]) -> pd.DataFrame:
        if not contents:
            raise SnapshotError(
                f"The snapshot of segment {self.segment_name!r} is complete, but {self.destination} has no file whose "
                f"name ends in {' or '.join(ENDINGS[self.data_format])}. Somebody may have moved or deleted it."
            )
        try:
            return table_of(contents, self.data_format)
        except (ValueError, OSError) as error:
            kind = type(error).__name__
        # Without the parser's own error, which quotes the line.
        raise SnapshotError(
            f"A file of the snapshot at {self.destination} cannot be read as {self.data_format} ({kind}). Look at the "
            "files themselves."
        )

    def __str__(self) -> str:
        message = f": {self.status_message}" if self.status_message else ""
        return (
            f"Snapshot {self.snapshot_id} of segment {self.segment_name!r}, {self.data_format} at {self.destination}, "
            f"{self.status}{message}"
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        said: list[tuple[str, object]] = [
            ("status", f"{self.status} {self.status_message}".strip()),
            ("format", self.data_format),
            ("destination", self.destination),
            ("snapshot", Html(f"<code>{self.snapshot_id}</code>") if self.snapshot_id.isalnum() else self.snapshot_id),
        ]
        return html_table(f"Snapshot of segment {self.segment_name}", (), said)


def place_of(destination: str) -> tuple[str, str] | None:
    """Return bucket and prefix of a destination; None if it is none."""
    match = _DESTINATION.fullmatch(destination)
    return (match["bucket"], match["prefix"] or "") if match else None
