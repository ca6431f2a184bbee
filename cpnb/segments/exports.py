"""Asking the service to export a segment."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from cpnb import catalog
from cpnb.domain import Domain
from cpnb.errors import CredentialsError, ExpressionError, ServiceError, did_you_mean
from cpnb.retrying import trying_again
from cpnb.segments.requests import about_segment
from cpnb.segments.snapshots import Snapshot, place_of

__all__ = ["export_segment"]

_REQUEST = "CreateSegmentSnapshotRequest"


def export_segment(
    domain: Domain,
    name: str,
    destination: str,
    data_format: str,
    role_arn: str,
    encryption_key: str | None,
) -> Snapshot:
    """Begin to export a segment into a folder of its own below a destination, and return the snapshot.

    See `SegmentDefinition.snapshot`. Each try of the request gets a folder of its own: if the answer to one is lost,
    its files are not read twice.
    """
    base = _checked_destination(destination)
    _check_format(data_format)
    _check_role(role_arn)
    more: dict[str, Any] = {} if encryption_key is None else {"EncryptionKey": _checked_key(encryption_key)}
    try:
        for attempt in trying_again():
            with attempt:
                folder = f"{base}/{name}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
                _check_length("DestinationUri", f"The destination, with a folder for the snapshot, {folder!r}", folder)
                answer = domain.call_once(
                    "CreateSegmentSnapshot",
                    SegmentDefinitionName=name,
                    DataFormat=data_format,
                    DestinationUri=folder,
                    RoleArn=role_arn,
                    **more,
                )
        return Snapshot(domain, name, answer["SnapshotId"], "IN_PROGRESS", data_format, folder)
    except ServiceError as error:
        failure = error
    if failure.is_not_found:
        about_segment(domain, "GetSegmentDefinition", name)  # raises and says what is missing
    if isinstance(failure, CredentialsError) and failure.code:
        raise CredentialsError(
            f"{failure} To hand a role to the service, they need iam:PassRole for {role_arn} besides.",
            code=failure.code,
        )
    raise failure


def _checked_destination(destination: object) -> str:
    if not isinstance(destination, str) or place_of(destination) is None:
        raise ExpressionError(
            f"destination is {destination!r}; expected a bucket of S3 and a folder in it: 's3://bucket/exports'."
        )
    return destination.rstrip("/")


def _check_format(data_format: object) -> None:
    known = catalog.enumeration("DataFormat")
    if data_format not in known:
        raise ExpressionError(
            f"data_format is {data_format!r}; expected {', '.join(map(repr, known))}."
            f"{did_you_mean(str(data_format), known)}"
        )


def _check_role(role_arn: object) -> None:
    pattern = catalog.service_model()["shapes"]["RoleArn"]["pattern"]
    if not isinstance(role_arn, str) or not re.fullmatch(pattern, role_arn):
        raise ExpressionError(
            f"role_arn is {role_arn!r}; expected the role as which the service writes into the bucket: "
            "'arn:aws:iam::123456789012:role/name'."
        )
    _check_length("RoleArn", "role_arn", role_arn)


def _checked_key(encryption_key: object) -> str:
    if not isinstance(encryption_key, str) or not encryption_key:
        raise ExpressionError("encryption_key is the ARN of a key in KMS, as text; leave it out for none.")
    _check_length("EncryptionKey", "encryption_key", encryption_key)
    return encryption_key


def _check_length(member: str, label: str, text: str) -> None:
    shapes = catalog.service_model()["shapes"]
    most = int(shapes[shapes[_REQUEST]["members"][member]["shape"]]["max"])
    if len(text) > most:
        raise ExpressionError(f"{label} has {len(text)} characters; the service takes {most}.")
