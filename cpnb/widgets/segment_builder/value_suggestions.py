"""Which values an attribute has, in a table or in a domain, asked for only where somebody wants to see them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow.compute as pc

from cpnb import frames
from cpnb.display import counted
from cpnb.domain import Domain
from cpnb.fields import FieldMap
from cpnb.frames import Frame
from cpnb.matching.evaluation import profile_slices

OFFERED = 200
"""How many values are offered; a list of thousands helps nobody, and any other value can be typed."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """Values of one attribute.

    Attributes
    ----------
    values : tuple of str
        At most `OFFERED` of them.
    note : str
        What they are and how many there are, as a sentence.
    """

    values: tuple[str, ...]
    note: str


def values_of_table(data: Frame, fields: FieldMap, path: str) -> Suggested:
    """Return the values of an attribute that most rows of a table have, as they would be sent.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    """
    frames.require_columns(data, fields)
    if path not in {field.name for field in fields}:
        return Suggested((), f"No column of the table is mapped to {path}.")
    counts: Counter[str] = Counter()
    for _, profiles in profile_slices(data, fields, [path]):
        for one in pc.value_counts(profiles.text(path).drop_null()).to_pylist():
            counts[one["values"]] += one["counts"]
    values = tuple(value for value, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:OFFERED])
    return Suggested(values, _note(len(counts), "the most frequent", "in the table"))


def values_of_domain(domain: Domain, path: str) -> Suggested:
    """Return the latest values of an attribute that the service lists.

    Raises
    ------
    DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
        If it cannot be asked.
    """
    items = domain.call("ListProfileAttributeValues", AttributeName=path).get("Items", [])
    values = tuple(item["Value"] for item in items if item.get("Value"))
    return Suggested(values[:OFFERED], _note(len(values), "the latest", f"in domain {domain.name}"))


def _note(count: int, which: str, where: str) -> str:
    if not count:
        return f"There are no values {where}."
    offered = f"; {which} {OFFERED} are offered, others can be typed" if count > OFFERED else ""
    return f"{counted(count, 'different value')} {where}{offered}."
