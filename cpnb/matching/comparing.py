"""One comparison of one attribute, over many profiles at once, as the service makes it.

What the service does not document is decided as simply as possible: see the comments.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.dimensions import CALCULATED, Dimension
from cpnb.errors import ExpressionError
from cpnb.matching import readings
from cpnb.matching.profile_texts import ProfileTexts

Mask = NDArray[np.bool_]

# A value that is a reference as a whole stands for another attribute of the same profile.
# Source: service model, 'ProfileDimension' and 'CalculatedAttributeDimension' (the two prefixes).
_REFERENCE = re.compile(r"\{\{ *(_profile|_calculated_attribute)\.([^{}]*[^{} ]) *\}\}")
_ENDS = 2


def referenced(value: str) -> str | None:
    """Return the path of the attribute of the same profile that a value stands for; None if it is plain text.

    Raises
    ------
    ExpressionError
        If it stands for a calculated attribute.
    """
    found = _REFERENCE.fullmatch(value)
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
        f"{name!r} is a calculated attribute: the service works it out from all it knows of a customer, and a table does "
        "not have it. Preview the condition without it, or make the segment and ask for its estimate."
    )


def met(dimension: Dimension, profiles: ProfileTexts) -> Mask:
    """Return which profiles meet a comparison.

    Parameters
    ----------
    dimension : Dimension
        Of an attribute that is not calculated; any number of values.
    profiles : ProfileTexts
        The profiles.
    """
    if dimension.dimension_type == "EXCLUSIVE":
        # Exactly the opposite, so who lacks the attribute meets it.
        # Source: administrator guide, 'customer-segments-building-segments' (excluding a profile type).
        return ~met(dimension.reversed(), profiles)
    join = operator.and_ if dimension.dimension_type == "LIST_CONTAINS_ALL" else operator.or_
    return reduce(join, (_COMPARISONS[piece.dimension_type](piece, profiles) for piece in dimension.split()))


def _constants(dimension: Dimension) -> list[str]:
    """Return the values that are plain text, without those that no profile can hold because they are no Unicode."""
    return [value for value in dimension.values if referenced(value) is None and _is_unicode(value)]


def _is_unicode(value: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def _references(dimension: Dimension) -> list[str]:
    return [path for value in dimension.values if (path := referenced(value)) is not None]


def _mask(found: pa.Array) -> Mask:
    """Return what Arrow found; no where it had nothing to look at."""
    return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)  # noqa: FBT003  # a value


def _any(masks: Iterable[Mask], row_count: int) -> Mask:
    return reduce(operator.or_, masks, np.zeros(row_count, dtype=bool))


def _equal(dimension: Dimension, profiles: ProfileTexts) -> Mask:
    text = profiles.text(dimension.attribute)
    equal = _mask(pc.is_in(text, pa.array(_constants(dimension), pa.large_string())))
    others = (_mask(pc.equal(text, profiles.text(path))) for path in _references(dimension))
    return equal | _any(others, profiles.row_count)


def _contains(dimension: Dimension, profiles: ProfileTexts) -> Mask:
    return _part(dimension, profiles, pc.match_substring, "{}", lambda text, part: part in text)


def _begins(dimension: Dimension, profiles: ProfileTexts) -> Mask:
    return _part(dimension, profiles, pc.starts_with, r"\A{}", str.startswith)


def _ends(dimension: Dimension, profiles: ProfileTexts) -> Mask:
    return _part(dimension, profiles, pc.ends_with, r"{}\z", str.endswith)


def _part(
    dimension: Dimension,
    profiles: ProfileTexts,
    of_one: Callable[[pa.Array, str], pa.Array],
    pattern: str,
    holds: Callable[[str, str], bool],
) -> Mask:
    """Return where a value is a part of the text: one value by `of_one`, several by `pattern`, references by `holds`."""
    text = profiles.text(dimension.attribute)
    found = np.zeros(profiles.row_count, dtype=bool)
    constants = _constants(dimension)
    if len(constants) == 1:
        found |= _mask(of_one(text, constants[0]))
    elif constants:
        # One pass for all of them.
        found |= _mask(pc.match_substring_regex(text, pattern.format(f"(?:{'|'.join(map(re.escape, constants))})")))
    for path in _references(dimension):
        pairs = zip(text.to_pylist(), profiles.text(path).to_pylist(), strict=True)
        found |= [None not in pair and holds(*pair) for pair in pairs]
    return found


def _listed(dimension: Dimension, profiles: ProfileTexts) -> Mask:
    """Return where one of the values is an element of the list that the text is, or where all of them are."""
    quantified = all if dimension.dimension_type == "LIST_CONTAINS_ALL" else any
    constants = [value for value in dimension.values if referenced(value) is None]
    references = _references(dimension)

    def holds(text: str, *others: str | None) -> bool:
        found = readings.elements(text)
        return quantified(value in found for value in (*constants, *others))

    def held(distinct: pa.Array) -> Mask:
        return np.fromiter(map(holds, distinct.to_pylist()), dtype=bool, count=len(distinct))

    if not references:
        return profiles.of_distinct(dimension.attribute, held, np.False_)
    rows = zip(*(profiles.text(path).to_pylist() for path in (dimension.attribute, *references)), strict=True)
    return np.fromiter((row[0] is not None and holds(*row) for row in rows), dtype=bool, count=profiles.row_count)


@dataclass(frozen=True, slots=True)
class _Reading:
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
        return self.texts(pa.array([value if _is_unicode(value) else ""], pa.large_string()))[0]


_NUMBERS = _Reading(readings.numbers, ProfileTexts.numbers)
_MOMENTS = _Reading(readings.moments, ProfileTexts.moments)


def _ordered(reading: _Reading, holds: Callable[[Any, Any], Any]) -> _Comparison:
    """Return the comparison with any of some values; what cannot be read is NaN or NaT, which no comparison holds for."""

    def compare(dimension: Dimension, profiles: ProfileTexts) -> Mask:
        read = reading.attribute(profiles, dimension.attribute)
        values = reading.values(dimension, profiles)
        return _any((np.asarray(holds(read, value), dtype=bool) for value in values), profiles.row_count)

    return compare


def _same_day(one: Any, other: Any) -> Any:
    return one.astype("datetime64[D]") == other.astype("datetime64[D]")


def _between(dimension: Dimension, profiles: ProfileTexts) -> Mask:
    """Return where the text is between two ends, or outside of them, and all three can be read in the same way."""
    if len(dimension.values) != _ENDS:
        raise ExpressionError(
            f"{dimension.attribute} is compared by {dimension.dimension_type} with {len(dimension.values)} values; "
            "expected two, the first and the last that count."
        )
    readings_tried = (_MOMENTS,) if dimension.shape == "DateDimension" else (_NUMBERS, _MOMENTS)
    return _any((_within(reading, dimension, profiles) for reading in readings_tried), profiles.row_count)


def _within(reading: _Reading, dimension: Dimension, profiles: ProfileTexts) -> Mask:
    read = reading.attribute(profiles, dimension.attribute)
    low, high = reading.values(dimension, profiles)
    if dimension.dimension_type == "BETWEEN":
        return np.asarray((low <= read) & (read <= high), dtype=bool)
    outside = (read < low) | (read > high)
    return np.asarray(outside & ~np.isnan(low) & ~np.isnan(high), dtype=bool)


_Comparison: TypeAlias = Callable[[Dimension, ProfileTexts], Mask]

_COMPARISONS: dict[str, _Comparison] = {
    "INCLUSIVE": _equal,
    "CONTAINS": _contains,
    "BEGINS_WITH": _begins,
    "ENDS_WITH": _ends,
    "BEFORE": _ordered(_MOMENTS, np.less),
    "AFTER": _ordered(_MOMENTS, np.greater),
    "ON": _ordered(_MOMENTS, _same_day),
    "BETWEEN": _between,
    "NOT_BETWEEN": _between,
    "EQUAL": _ordered(_NUMBERS, np.equal),
    "GREATER_THAN": _ordered(_NUMBERS, np.greater),
    "GREATER_THAN_OR_EQUAL": _ordered(_NUMBERS, np.greater_equal),
    "LESS_THAN": _ordered(_NUMBERS, np.less),
    "LESS_THAN_OR_EQUAL": _ordered(_NUMBERS, np.less_equal),
    "LIST_CONTAINS": _listed,
    "LIST_CONTAINS_ALL": _listed,
}
