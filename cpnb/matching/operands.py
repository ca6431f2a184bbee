"""The two sides of a comparison: the attribute, read as text, number or date, and the values it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.condition_values import REFERENCE
from cpnb.dimensions import CALCULATED, Dimension
from cpnb.errors import ExpressionError
from cpnb.matching import readings
from cpnb.matching.profile_texts import ProfileTexts

Mask = NDArray[np.bool_]

_OF_NUMBERS = frozenset({"EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"})


def referenced(value: str) -> str | None:
    """Return the path of the attribute of the same profile that a value stands for; None if it is plain text.

    Raises
    ------
    ExpressionError
        If it stands for a calculated attribute.
    """
    found = REFERENCE.fullmatch(value)
    if found is None:
        return None
    if found[1] == "_calculated_attribute":
        raise _not_in_a_table(found[2])
    return found[2]


def needed_paths(dimension: Dimension) -> tuple[str, ...]:
    """Return the attributes that a comparison looks at: its own first, then those that its values stand for.

    Raises
    ------
    ExpressionError
        If one of them is calculated: the service works those out from all it knows of a customer.
    """
    if dimension.shape == CALCULATED:
        raise _not_in_a_table(dimension.attribute)
    paths = (referenced(value) for value in dimension.values)
    return tuple(dict.fromkeys([dimension.attribute, *(path for path in paths if path is not None)]))


def _not_in_a_table(name: str) -> ExpressionError:
    return ExpressionError(
        f"{name!r} is a calculated attribute: the service works it out from all it knows of a customer, and a table "
        "does not have it. Preview the condition without it, or make the segment and ask for its estimate."
    )


def constants(dimension: Dimension) -> list[str]:
    """Return the values that are plain text, without those that no profile can hold because they are no Unicode."""
    return [value for value in dimension.values if referenced(value) is None and readings.is_unicode(value)]


def references(dimension: Dimension) -> list[str]:
    """Return the attributes that values stand for."""
    return [path for value in dimension.values if (path := referenced(value)) is not None]


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read texts: given ones, and those of an attribute."""

    texts: Callable[[pa.Array], Any]
    attribute: Callable[[ProfileTexts, str], Any]

    def values(self, dimension: Dimension, profiles: ProfileTexts) -> list[Any]:
        """Return the values of a comparison: one scalar each, or an array where they stand for an attribute."""
        return [self._value(value, profiles) for value in dimension.values]

    def _value(self, value: str, profiles: ProfileTexts) -> Any:
        path = referenced(value)
        if path is not None:
            return self.attribute(profiles, path)
        return self.texts(pa.array([value if readings.is_unicode(value) else ""], pa.large_string()))[0]


NUMBERS = Reading(readings.numbers, ProfileTexts.numbers)
MOMENTS = Reading(readings.moments, ProfileTexts.moments)


def kind_of(dimension: Dimension) -> Literal["text", "number", "date"]:
    """Return what a comparison reads the texts as."""
    if dimension.dimension_type in {"BETWEEN", "NOT_BETWEEN"}:
        ends = readings.numbers(pa.array(constants(dimension), pa.large_string()))
        return "number" if dimension.shape != "DateDimension" and not np.isnan(ends).all() else "date"
    if dimension.dimension_type in {"BEFORE", "AFTER", "ON"}:
        return "date"
    return "number" if dimension.dimension_type in _OF_NUMBERS else "text"


def readable(kind: str, path: str, profiles: ProfileTexts) -> Mask:
    """Return which profiles have an attribute that can be read as a number or a date."""
    reading = NUMBERS if kind == "number" else MOMENTS
    return np.asarray(~np.isnan(reading.attribute(profiles, path)), dtype=bool)


def unreadable_values(dimension: Dimension) -> list[str]:
    """Return the values that should be numbers or dates and are none."""
    kind = kind_of(dimension)
    if kind == "text":
        return []
    read = (readings.numbers if kind == "number" else readings.moments)(
        pa.array(constants(dimension), pa.large_string())
    )
    return [value for value, none in zip(constants(dimension), np.isnan(read).tolist(), strict=True) if none]
