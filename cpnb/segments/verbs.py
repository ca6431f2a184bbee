"""What is done with a segment: the service is told, asked, and held against a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self, get_args

import pandas as pd

from cpnb.domain import Domain, require_domain
from cpnb.errors import SegmentExistsError
from cpnb.expressions import Expression
from cpnb.fields import FieldMap
from cpnb.frames import Table
from cpnb.matching import Preview, preview
from cpnb.segments.comparison import Comparison, compare_counts
from cpnb.segments.creation import create_segment, replace_segment
from cpnb.segments.estimates import estimate_segment
from cpnb.segments.exports import export_segment
from cpnb.segments.membership import membership_of
from cpnb.segments.requests import about_segment
from cpnb.segments.snapshots import DataFormat, Snapshot
from cpnb.segments.sources import local_condition, look_at_sources

__all__ = ["SegmentVerbs"]

OnOther = Literal["raise", "replace"]
Outcome = Literal["created", "kept", "replaced"]


class SegmentVerbs(ABC):
    """The verbs of a `SegmentDefinition`, which says what they are about."""

    __slots__ = ()

    name: str
    expression: Expression | None
    sql: str | None
    tags: Mapping[str, str] | None

    @abstractmethod
    def to_api(self) -> dict[str, Any]:
        """Return what CreateSegmentDefinition of the service takes, without the names of domain and segment."""

    @classmethod
    @abstractmethod
    def get(cls, domain: Domain, name: str) -> Self:
        """Return the segment of a name in a domain, in our words."""

    def create(self, domain: Domain) -> Self:
        """Create the segment in a domain and return it.

        The request is made once; where its answer is lost, the segment is looked for before anything else is said.
        The segments that it is built on are looked at before.

        Raises
        ------
        SegmentExistsError
            If the name is taken.
        SourceSegmentError
            If a segment that it is built on is gone, they go in a circle or too deep, or compare too many attributes.
        DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
            If the service, or the way to it, refuses.
        """
        self._look_at_sources(domain)
        create_segment(domain, self.name, self.to_api())
        return self

    def replace(self, domain: Domain) -> Self:
        """Delete the segment of this name, create this one in its place, and return it: the service has no update.

        Tags are kept if the definition has none of its own. If it is in the domain as it should be, nothing is done.
        Otherwise a `ReplacedSegmentWarning` says that it is a new segment now.

        Raises
        ------
        ServiceError
            If the domain has no segment of this name, or it may not be deleted. Nothing was changed.
        ReplacementError
            If it was deleted and could not be created. The old one is put back, and the error says whether that
            worked.
        SourceSegmentError, DomainNotFoundError, CredentialsError, UnreachableError
            See `create`. Nothing was changed.
        """
        self._look_at_sources(domain)
        tags = {} if self.tags is None else {"Tags": dict(self.tags)}  # none at all are different from none said
        replace_segment(domain, self.name, self.to_api() | tags)
        return self

    def ensure(self, domain: Domain, *, on_other: OnOther = "raise") -> Outcome:
        """Have the segment in a domain, and return what was done for it: the way for a cell that is run again.

        Parameters
        ----------
        domain : Domain
            Where.
        on_other : {"raise", "replace"}
            What to do if another segment has the name: refuse, or `replace` it.

        Returns
        -------
        {"created", "kept", "replaced"}
            ``kept`` if it was there before, as it is said here.

        Raises
        ------
        SegmentExistsError
            If another segment has the name, and `on_other` is ``"raise"``.
        SourceSegmentError, ReplacementError, DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
            See `create` and `replace`.
        """
        if on_other not in get_args(OnOther):
            raise ValueError(f"on_other is {on_other!r}; expected 'raise' or 'replace'.")
        try:
            self.create(domain)
            return "created"
        except SegmentExistsError:
            if self.get(domain, self.name).to_api() == self.to_api():
                return "kept"
            if on_other == "raise":
                raise
        self.replace(domain)
        return "replaced"

    def _look_at_sources(self, domain: Domain) -> None:
        require_domain(domain)
        if self.expression is not None:
            look_at_sources(domain, self.name, self.expression)

    def estimate(self, domain: Domain, *, timeout_s: float = 60.0) -> int:
        """Return how many profiles of a domain the condition matches now, as the service estimates it.

        The segment need not exist. The service works on what it has processed: shortly after an upload that can be
        less than was sent, and a `StaleEstimateWarning` says so. An `EmptySegmentWarning` says what to look at if
        nobody matches.

        Raises
        ------
        WaitTimeoutError
            If the service has no result within `timeout_s`.
        SourceSegmentError
            If a segment that it is built on cannot be used.
        ServiceError
            If it could not estimate, or answers with something that is no number.
        DomainNotFoundError, CredentialsError, UnreachableError
            If it cannot be asked.
        """
        self._look_at_sources(domain)
        said = self.to_api()
        query = {"SegmentQuery": said["SegmentGroups"]} if self.sql is None else {"SegmentSqlQuery": self.sql}
        return estimate_segment(domain, self.name, query, timeout_s)

    def matches(self, data: Table, fields: FieldMap, *, domain: Domain | None = None) -> Preview:
        """Return whom the condition matches in a table, and why it matches nobody; nothing is sent, see `cpnb.preview`.

        Parameters
        ----------
        data : DataFrame, Scan, or anything that speaks Arrow
            The table.
        fields : FieldMap
            What its columns are.
        domain : Domain, optional
            Where the segments are that it is built on; needed if there are any.

        Raises
        ------
        ExpressionError
            If it is written in SQL, needs a calculated attribute, or a segment that it is built on cannot be read.
        FrameError
            If `data` is no usable table or lacks a mapped column.
        SourceSegmentError, DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
            If the domain does not have those segments, or cannot be asked.
        """
        condition = local_condition(self.name, self.expression, domain)
        return preview(data, condition.expression, fields, sources=condition.sources)

    def compare(self, data: Table, domain: Domain, fields: FieldMap, *, timeout_s: float = 60.0) -> Comparison:
        """Return how many rows of a table match, beside how many profiles the service counts, and why both may differ.

        Parameters
        ----------
        data : DataFrame, Scan, or anything that speaks Arrow
            The table.
        domain : Domain
            Where it was uploaded.
        fields : FieldMap
            What its columns are.
        timeout_s : float
            How long to wait for the service.

        Raises
        ------
        ExpressionError, FrameError
            See `matches`.
        WaitTimeoutError, SourceSegmentError, DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
            See `estimate`.
        """
        require_domain(domain)
        return compare_counts(data, domain, fields, local_condition(self.name, self.expression, domain), timeout_s)

    def snapshot(
        self,
        domain: Domain,
        destination: str,
        *,
        role_arn: str,
        data_format: DataFormat = "CSV",
        encryption_key: str | None = None,
        timeout_s: float = 600.0,
    ) -> Snapshot:
        """Export the profiles that are in the segment of this name into S3, and return the complete snapshot.

        ``segment.snapshot(...).to_frame()`` is the table, where the credentials of the domain may read the destination.

        Parameters
        ----------
        domain : Domain
            Where the segment is.
        destination : str
            A folder in S3, ``s3://bucket/exports``; the snapshot gets a folder of its own below it.
        role_arn : str
            The role as which the service writes there. It must trust profile.amazonaws.com, and you must be
            allowed to pass it on (iam:PassRole).
        data_format : {"CSV", "JSONL", "ORC"}
            Of the files.
        encryption_key : str, optional
            ARN of a key in KMS to encrypt them with.
        timeout_s : float
            How long to wait.

        Raises
        ------
        ExpressionError
            If one of them is none.
        SnapshotError
            If the service could not export it; the message gives its reason and the likely cause.
        WaitTimeoutError
            If it is not complete by then. It goes on; the message says how to find it again.
        DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
            If the service, or the way to it, refuses.
        """
        require_domain(domain)
        return export_segment(domain, self.name, destination, data_format, role_arn, encryption_key).wait(timeout_s)

    def membership(self, domain: Domain, profile_ids: Iterable[str]) -> pd.DataFrame:
        """Return which of some profiles are in the segment of this name, as the domain has it.

        They are asked about in batches of 100. Of a segment in SQL the service looks into the last snapshot, and
        refuses if there is none.

        Parameters
        ----------
        domain : Domain
            Where the segment is.
        profile_ids : iterable of str
            The service's own ids, 32 hexadecimal digits; repeated ones are asked about once.

        Returns
        -------
        pandas.DataFrame
            ``profile_id``, ``present`` (missing where the service could not tell), ``message`` (why it could not) and
            ``last_computed_at`` (UTC); a row for each id in their order, repeated ones too.

        Raises
        ------
        ExpressionError
            If something is no profile id.
        ServiceError
            If the domain has no such segment, or the service refuses.
        DomainNotFoundError, CredentialsError, UnreachableError
            If it cannot be asked.
        """
        return membership_of(domain, self.name, profile_ids)

    def delete(self, domain: Domain) -> None:
        """Delete the segment of this name, whatever its condition; profiles are not touched.

        Raises
        ------
        ServiceError
            If the domain has no such segment, or the service refuses.
        """
        about_segment(domain, "DeleteSegmentDefinition", self.name)
