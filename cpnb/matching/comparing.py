"""One comparison of one attribute, over many profiles at once, as the service makes it.

What the service does not document is decided as simply as possible: see the comments.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.dimensions import Dimension
from cpnb.errors import ExpressionError
from cpnb.matching import readings
from cpnb.matching.operands import MOMENTS, NUMBERS, Mask, Reading, constants, referenced, references
from cpnb.matching.profile_texts import ProfileTexts

_ENDS = 2


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
    # Whole texts are looked up in one go, however many they are.
    pieces = [dimension] if dimension.dimension_type == "INCLUSIVE" else dimension.split()
    if len(pieces) == 1 or references(dimension):
        return _joined(pieces, profiles)
    # So many values are looked for in each different text once.
    path = dimension.attribute
    return profiles.of_distinct(
        path, lambda distinct: _joined(pieces, ProfileTexts(len(distinct), {path: distinct})), np.False_
    )


def _joined(pieces: list[Dimension], profiles: ProfileTexts) -> Mask:
    """Return which profiles meet a comparison that was cut into pieces."""
    join = operator.and_ if pieces[0].dimension_type == "LIST_CONTAINS_ALL" else operator.or_
    return reduce(join, (_COMPARISONS[piece.dimension_type](piece, profiles) for piece in pieces))


def _mask(found: pa.Array) -> Mask:
    """Return what Arrow found; no where it had nothing to look at."""
    return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)  # noqa: FBT003  # a value


def _any(masks: Iterable[Mask], row_count: int) -> Mask:
    return reduce(operator.or_, masks, np.zeros(row_count, dtype=bool))


def _equal(dimension: Dimension, profiles: ProfileTexts) -> Mask:
    text = profiles.text(dimension.attribute)
    equal = _mask(pc.is_in(text, pa.array(constants(dimension), pa.large_string())))
    others = (_mask(pc.equal(text, profiles.text(path))) for path in references(dimension))
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
    """Return where a value is a part of the text.

    One value is looked for by `of_one`, several by `pattern`, what they stand for by `holds`.
    """
    text = profiles.text(dimension.attribute)
    found = np.zeros(profiles.row_count, dtype=bool)
    plain = constants(dimension)
    if len(plain) == 1:
        found |= _mask(of_one(text, plain[0]))
    elif plain:
        # One pass for all of them.
        found |= _mask(pc.match_substring_regex(text, pattern.format(f"(?:{'|'.join(map(re.escape, plain))})")))
    for path in references(dimension):
        pairs = zip(text.to_pylist(), profiles.text(path).to_pylist(), strict=True)
        found |= [None not in pair and holds(*pair) for pair in pairs]
    return found


def _listed(dimension: Dimension, profiles: ProfileTexts) -> Mask:
    """Return where one of the values is an element of the list that the text is, or where all of them are."""
    quantified = all if dimension.dimension_type == "LIST_CONTAINS_ALL" else any
    plain = [value for value in dimension.values if referenced(value) is None]
    paths = references(dimension)

    def holds(text: str, *others: str | None) -> bool:
        found = readings.elements(text)
        return quantified(value in found for value in (*plain, *others))

    def held(distinct: pa.Array) -> Mask:
        return np.fromiter(map(holds, distinct.to_pylist()), dtype=bool, count=len(distinct))

    if not paths:
        return profiles.of_distinct(dimension.attribute, held, np.False_)
    rows = zip(*(profiles.text(path).to_pylist() for path in (dimension.attribute, *paths)), strict=True)
    return np.fromiter((row[0] is not None and holds(*row) for row in rows), dtype=bool, count=profiles.row_count)


def _ordered(reading: Reading, holds: Callable[[Any, Any], Any]) -> _Comparison:
    """Return the comparison with any of some values; none holds for NaN and NaT, which is what cannot be read."""

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
    readings_tried = (MOMENTS,) if dimension.shape == "DateDimension" else (NUMBERS, MOMENTS)
    return _any((_within(reading, dimension, profiles) for reading in readings_tried), profiles.row_count)


def _within(reading: Reading, dimension: Dimension, profiles: ProfileTexts) -> Mask:
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
    "BEFORE": _ordered(MOMENTS, np.less),
    "AFTER": _ordered(MOMENTS, np.greater),
    "ON": _ordered(MOMENTS, _same_day),
    "BETWEEN": _between,
    "NOT_BETWEEN": _between,
    "EQUAL": _ordered(NUMBERS, np.equal),
    "GREATER_THAN": _ordered(NUMBERS, np.greater),
    "GREATER_THAN_OR_EQUAL": _ordered(NUMBERS, np.greater_equal),
    "LESS_THAN": _ordered(NUMBERS, np.less),
    "LESS_THAN_OR_EQUAL": _ordered(NUMBERS, np.less_equal),
    "LIST_CONTAINS": _listed,
    "LIST_CONTAINS_ALL": _listed,
}
