"""The segments of a domain as a table."""

from __future__ import annotations

import pandas as pd

from cpnb.domain import Domain, require_domain

__all__ = ["list_segments"]

_LISTED = {
    "name": "SegmentDefinitionName",
    "display_name": "DisplayName",
    "description": "Description",
    "segment_type": "SegmentType",
    "created_at": "CreatedAt",
    "arn": "SegmentDefinitionArn",
}


def list_segments(domain: Domain) -> pd.DataFrame:
    """Return the segments of a domain, in the service's order.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``display_name``, ``description``, ``segment_type`` (CLASSIC or ENHANCED, that is
        SQL), ``created_at`` (UTC) and ``arn``; a row for each segment. All are text but the time, in
        a table without rows too. Conditions are not listed by the service: `SegmentDefinition.get`
        reads one.

    Raises
    ------
    DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
        If it cannot be asked.
    """
    require_domain(domain)
    items = list(domain.pages("ListSegmentDefinitions"))
    columns = {column: [item.get(member) for item in items] for column, member in _LISTED.items()}
    moments = pd.to_datetime(pd.Series(columns.pop("created_at"), dtype="object"), utc=True)
    # A domain without segments gives the same types; pandas would make numbers of columns without rows.
    frame = pd.DataFrame(columns, dtype="string").assign(created_at=pd.Series(moments).dt.as_unit("us"))
    return frame[list(_LISTED)]
