"""A segment, said once: whom it is about, what it is called, and how it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from functools import partial
from typing import Any, Self

import pandas as pd

from cpnb.domain import Domain
from cpnb.errors import ExpressionError
from cpnb.expressions import Expression
from cpnb.segments.display import html_of_segment, lines_about, text_of_segment
from cpnb.segments.layers import checked_layers
from cpnb.segments.listing import list_segments
from cpnb.segments.requests import about_segment
from cpnb.segments.sort import SortBy, sort_from_api, sort_order, sort_to_api
from cpnb.segments.sources import check_condition
from cpnb.segments.tags import checked_tags
from cpnb.segments.texts import check_text
from cpnb.segments.verbs import SegmentVerbs

__all__ = ["SegmentDefinition"]


@dataclass(frozen=True, slots=True, repr=False)
class SegmentDefinition(SegmentVerbs):
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
        *parts, (_, last) = checked_layers(name, expression)
        part_of = f"A part of segment {name}, which is built on it."
        whole = cls(name, last, display_name=display_name, description=description, sort=sort, tags=tags)
        return [*(cls(part, said, description=part_of, tags=tags) for part, said in parts), whole]

    @classmethod
    def get(cls, domain: Domain, name: str) -> Self:
        """Return the segment of a name as the domain has it, wherever it was made.

        Raises
        ------
        ServiceError
            If there is no such segment.
        ExpressionError
            If no segment can have that name, or it matches everybody, which no condition says.
        """
        check_text("SegmentDefinitionName", "name", name)
        found = about_segment(domain, "GetSegmentDefinition", name)
        display_name = found.get("DisplayName")
        sql = found.get("SegmentSqlQuery")
        try:
            expression = None if sql else Expression.from_api(found.get("SegmentGroups", {}))
        except ExpressionError as error:
            problem = str(error)
        else:
            return cls(
                found["SegmentDefinitionName"],
                expression,
                sql=sql,
                display_name=None if display_name == name else display_name,
                description=found.get("Description"),
                sort=sort_from_api(found.get("SegmentSort", {})),
                tags=found.get("Tags") or None,
            )
        raise ExpressionError(f"Segment {name!r} cannot be read as a condition: {problem}")

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
