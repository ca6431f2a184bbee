"""Some cells of a column: taken out by a mask, and put back mended."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.rule import Mask


def none_of(text: pa.Array) -> Mask:
    """Return a mask without any row."""
    return np.zeros(len(text), dtype=bool)


def picked(text: pa.Array, mask: Mask) -> pa.Array:
    """Return the cells of some rows, in their order.

    By position, because few are asked for as a rule: Arrow's filter, and the mask that it needs, take longer.
    """
    return text.take(pa.array(np.flatnonzero(mask)))


def emptied(text: pa.Array, mask: Mask) -> pa.Array:
    """Return text in which the cells of some rows are missing, and leave no bytes behind.

    By position, not by ``if_else``, which before March 2026 makes broken text of a slice. Source: apache/arrow,
    GH-49410.
    """
    return text.take(pa.array(np.arange(len(text)), mask=mask)) if mask.any() else text


def mended_where(text: pa.Array, suspected: Mask, mend: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Return text in which the suspected cells are as `mend` returns them, and all others the same."""
    if not suspected.any():
        return text
    if suspected.all():
        return mend(text)
    return pc.replace_with_mask(text, pa.array(suspected), mend(picked(text, suspected)))


def mended_distinct(text: pa.Array, suspected: Mask, mend: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Return the same as `mended_where`, by asking once for each distinct value of the suspected cells."""

    def by_value(part: pa.Array) -> pa.Array:
        encoded = part.dictionary_encode()
        return mend(encoded.dictionary).take(encoded.indices)

    return mended_where(text, suspected, by_value)
