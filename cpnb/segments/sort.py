"""In which order the profiles of a segment are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from cpnb import catalog
from cpnb.dimensions import CUSTOM_PREFIX
from cpnb.errors import ExpressionError, did_you_mean
from cpnb.expressions import Attribute

__all__ = ["SortBy", "sort_from_api", "sort_order", "sort_to_api"]

Order = Literal["ASC", "DESC"]
DataType = Literal["STRING", "NUMBER", "DATE"]


@dataclass(frozen=True, slots=True, init=False)
class SortBy:
    """One attribute by which the profiles of a segment are sorted; the service does so for voice campaigns only.

    Parameters
    ----------
    attribute : Attribute or str
        ``profile.Attributes["score"]``, ``calculated["_average_hold_time"]``, or the name of a profile attribute as
        text.
    order : {"ASC", "DESC"}
        Smallest or largest first.
    data_type : {"STRING", "NUMBER", "DATE"}, optional
        How values are compared; by default the service looks at some of them and decides.

    Attributes
    ----------
    name : str
        ``Attributes.score``, or the name of a calculated attribute.
    kind : {"PROFILE", "CALCULATED"} or None
        Which of both it is; None if a segment that was made elsewhere does not say.

    Raises
    ------
    ExpressionError
        If there is no such attribute, order or data type.

    Source: administrator guide, 'customer-segments-building-segments'; service model, ``SortAttribute``.
    """

    name: str
    order: str
    data_type: str | None
    kind: str | None

    def __init__(self, attribute: Attribute | str, order: Order = "ASC", data_type: DataType | None = None) -> None:
        name, kind = _named(attribute)
        _check_choice("order", "SegmentSortOrder", order)
        if data_type is not None:
            _check_choice("data_type", "SegmentSortDataType", data_type)
        bounds = catalog.limit("SortAttribute", "Name")
        if not bounds.minimum <= len(name) <= bounds.maximum or not re.fullmatch(bounds.pattern, name):
            raise ExpressionError(
                f"The service cannot sort by {name!r}: expected {bounds.minimum} to {bounds.maximum} letters, digits, "
                "'_', '.' or '-' in the name of the attribute."
            )
        _fill(self, name, order, data_type, kind)

    @classmethod
    def from_api(cls, document: Mapping[str, Any]) -> Self:
        """Return what one ``SortAttribute`` of the service says, wherever it was made."""
        made = cls.__new__(cls)
        _fill(made, document["Name"], document["Order"], document.get("DataType"), document.get("Type"))
        return made

    def to_api(self) -> dict[str, str]:
        """Return one ``SortAttribute`` of the service."""
        members = {"Name": self.name, "Order": self.order, "DataType": self.data_type, "Type": self.kind}
        return {member: value for member, value in members.items() if value is not None}

    def __str__(self) -> str:
        by = f", compared as {self.data_type}" if self.data_type else ""
        return f"{self.name}, {'smallest' if self.order == 'ASC' else 'largest'} first{by}"


def _fill(by: SortBy, name: str, order: str, data_type: str | None, kind: str | None) -> None:
    for member, value in (("name", name), ("order", order), ("data_type", data_type), ("kind", kind)):
        object.__setattr__(by, member, value)


def sort_order(sort: Iterable[SortBy]) -> tuple[SortBy, ...]:
    """Return the attributes to sort by, checked.

    Raises
    ------
    ExpressionError
        If they are no `SortBy`, too many, or one of them stands there twice.
    """
    if isinstance(sort, str | SortBy | Attribute) or not isinstance(sort, Iterable):
        raise ExpressionError("sort is a list: sort=[SortBy(profile.LastName)], the most important attribute first.")
    order = tuple(sort)
    for by in order:
        if not isinstance(by, SortBy):
            raise ExpressionError(
                f"sort has an object of type {type(by).__name__}; expected SortBy(profile.LastName, 'DESC')."
            )
    most = int(catalog.service_model()["shapes"]["SortAttributeList"]["max"])
    if len(order) > most:
        raise ExpressionError(f"A segment is sorted by {most} attributes at most, here are {len(order)}.")
    names = [(by.kind, by.name) for by in order]
    repeated = next((name for kind, name in names if names.count((kind, name)) > 1), None)
    if repeated is not None:
        raise ExpressionError(
            f"sort names {repeated!r} more than once; the first place decides, so leave out the rest."
        )
    return order


def sort_to_api(order: Iterable[SortBy]) -> dict[str, Any]:
    """Return the ``SegmentSort`` of the service, for attributes that there are."""
    return {"Attributes": [by.to_api() for by in order]}


def sort_from_api(document: Mapping[str, Any]) -> tuple[SortBy, ...]:
    """Return the attributes that a ``SegmentSort`` of the service names."""
    return tuple(map(SortBy.from_api, document.get("Attributes") or ()))


def _named(attribute: Attribute | str) -> tuple[str, str]:
    """Return the name of an attribute and which kind it is."""
    if isinstance(attribute, Attribute):
        if attribute.days is not None:
            raise ExpressionError(f"{attribute.name} is sorted over its own range of days; leave .over() out.")
        return attribute.name, "CALCULATED" if attribute.is_calculated else "PROFILE"
    if not isinstance(attribute, str):
        raise ExpressionError(
            f"SortBy takes an attribute such as profile.LastName, or its name, got a {type(attribute).__name__}."
        )
    known = [target.name for target in catalog.targets().values()]
    if attribute not in known and not attribute.startswith(CUSTOM_PREFIX):
        raise ExpressionError(
            f"A profile has no attribute {attribute!r}.{did_you_mean(attribute, known)} Custom attributes are "
            "'Attributes.<name>', calculated ones calculated['<name>']."
        )
    return attribute, "PROFILE"


def _check_choice(label: str, shape: str, value: object) -> None:
    choices = catalog.enumeration(shape)
    if value not in choices:
        raise ExpressionError(
            f"{label} of SortBy is {value!r}; expected {' or '.join(map(repr, choices))}."
            f"{did_you_mean(str(value), choices)}"
        )
