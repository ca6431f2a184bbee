"""A segment, said once: whom it is about, and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from functools import partial
from typing import Any, Self

import pandas as pd

from cpnb import catalog
from cpnb.domain import Domain
from cpnb.errors import ExpressionError
from cpnb.expressions import Expression
from cpnb.segments.creation import create_segment, replace_segment
from cpnb.segments.display import html_of_segment, lines_about, text_of_segment
from cpnb.segments.estimates import estimate_segment
from cpnb.segments.exports import export_segment
from cpnb.segments.layers import depth_of_layers
from cpnb.segments.listing import list_segments
from cpnb.segments.membership import membership_of
from cpnb.segments.requests import about_segment
from cpnb.segments.snapshots import DataFormat, Snapshot
from cpnb.segments.sort import SortBy, sort_from_api, sort_order, sort_to_api
from cpnb.segments.sources import check_condition, look_at_sources
from cpnb.segments.tags import checked_tags
from cpnb.segments.texts import check_text
from cpnb.source_layers import source_layers

__all__ = ["SegmentDefinition"]


@dataclass(frozen=True, slots=True, repr=False)
class SegmentDefinition:
    """A named condition on profiles.

    Parameters
    ----------
    name : str
        1 to 64 letters, digits, ``_`` or ``-``; the service recognises the segment by it.
    expression : Expression, optional
        The condition, made from `cpnb.profile`, `cpnb.calculated` and `cpnb.in_segment`.
    sql : str, optional
        In its place a query in Spark SQL, of up to 50,000 characters; `cpnb.Sql` binds values into one. The service
        calls this an enhanced segment, and runs it only in domains that have a data store.
    display_name : str, optional
        What people see, up to 255 characters; the name if not given.
    description : str, optional
        Up to 4,000 characters.
    sort : sequence of SortBy
        In which order the profiles are called, up to 10 attributes.
    tags : mapping of str to str, optional
        Up to 50 pairs.

    Raises
    ------
    ExpressionError
        If not exactly one of condition and query is given, the name or one of the texts is none that the service
        takes, or the condition does not fit into a segment.
    """

    name: str
    expression: Expression | None = None
    _: KW_ONLY
    sql: str | None = None
    display_name: str | None = None
    description: str | None = None
    sort: Sequence[SortBy] = ()
    tags: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        check_text("SegmentDefinitionName", "name", self.name)
        self._check_condition()
        if self.display_name is not None:
            check_text("DisplayName", "display_name", self.display_name)
        if self.description is not None:
            check_text("Description", "description", self.description)
        object.__setattr__(self, "sort", sort_order(self.sort))
        if self.tags is not None:
            object.__setattr__(self, "tags", checked_tags(self.tags))

    def _check_condition(self) -> None:
        if (self.expression is None) == (self.sql is None):
            given = "both are given" if self.sql is not None else "none is given"
            raise ExpressionError(
                f"A segment needs a condition or a query in SQL, and {given}. Make a condition from cpnb.profile: "
                "profile.LastName.startswith('S')."
            )
        if self.sql is not None:
            check_text("SegmentSqlQuery", "SQL", self.sql)
            object.__setattr__(self, "sql", str(self.sql))
            return
        check_condition(self.expression)

    @property
    def _condition(self) -> Expression | str:
        """Return whom the segment is about: the condition, or the query."""
        return self.expression if self.expression is not None else str(self.sql)

    def to_api(self) -> dict[str, Any]:
        """Return what CreateSegmentDefinition of the service takes, without the names of domain and segment."""
        members: dict[str, Any] = {"DisplayName": self.display_name or self.name}
        if self.description is not None:
            members["Description"] = self.description
        if self.expression is not None:
            members["SegmentGroups"] = self.expression.to_api()
        else:
            members["SegmentSqlQuery"] = self.sql
        if self.sort:
            members["SegmentSort"] = sort_to_api(self.sort)
        if self.tags:
            members["Tags"] = dict(self.tags)
        return members

    @classmethod
    def through_sources(
        cls,
        name: str,
        expression: Expression,
        *,
        display_name: str | None = None,
        description: str | None = None,
        sort: Sequence[SortBy] = (),
        tags: Mapping[str, str] | None = None,
    ) -> list[Self]:
        """Return segments that build on each other, of which the last one says a condition of any depth.

        Only the parts that do not fit become segments of their own, called ``name-1``, ``name-2`` and so on; a
        condition that fits is returned alone. Create them in their order::

            for segment in SegmentDefinition.through_sources("x", condition):
                segment.create(domain)

        Parameters
        ----------
        name, expression, display_name, description, sort, tags
            Of the last one, see `SegmentDefinition`. The tags are those of all.

        Raises
        ------
        ExpressionError
            If they would build on each other more than 5 deep, or one of them is no segment.
        """
        layers = source_layers(name, expression)
        if (depth := depth_of_layers(layers)) > catalog.MAX_SOURCE_DEPTH:
            raise ExpressionError(
                f"The condition would need segments that build on each other {depth} deep; the service allows "
                f"{catalog.MAX_SOURCE_DEPTH}. Say it with fewer changes between 'and' and 'or', or upload a custom "
                f"attribute that already holds part of the answer: {expression.explain()}"
            )
        part_of = f"A part of segment {name}, which is built on it."
        whole = cls(name, layers[-1][1], display_name=display_name, description=description, sort=sort, tags=tags)
        return [*(cls(part, said, description=part_of, tags=tags) for part, said in layers[:-1]), whole]

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

    def _look_at_sources(self, domain: Domain) -> None:
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

    @classmethod
    def get(cls, domain: Domain, name: str) -> Self:
        """Return the segment of a name as the domain has it, wherever it was made.

        Raises
        ------
        ServiceError
            If there is no such segment.
        ExpressionError
            If it matches everybody, which no condition says.
        """
        found = about_segment(domain, "GetSegmentDefinition", name)
        display_name = found.get("DisplayName")
        sql = found.get("SegmentSqlQuery")
        return cls(
            found["SegmentDefinitionName"],
            None if sql else Expression.from_api(found.get("SegmentGroups", {})),
            sql=sql,
            display_name=None if display_name == name else display_name,
            description=found.get("Description"),
            sort=sort_from_api(found.get("SegmentSort", {})),
            tags=found.get("Tags") or None,
        )

    @staticmethod
    def list(domain: Domain) -> pd.DataFrame:
        """Return the segments of a domain as a table, see `cpnb.list_segments`."""
        return list_segments(domain)

    def __reduce__(self) -> tuple[Any, ...]:
        """Tell pickle to make it anew, as what cannot be changed cannot be filled afterwards."""
        members = {member.name: getattr(self, member.name) for member in fields(self)}
        return partial(type(self), **members | {"tags": self.tags and dict(self.tags)}), ()

    def _about(self) -> Iterable[tuple[str, str]]:
        texts = {"display name": self.display_name, "description": self.description}
        return lines_about(texts, self.sort, self.tags)

    def __str__(self) -> str:
        return text_of_segment(self.name, self._condition, self._about())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_of_segment(self.name, self._condition, self._about())
