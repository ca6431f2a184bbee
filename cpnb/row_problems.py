"""Findings turned around: from one problem and all its rows to one row and all its problems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cpnb.content.rule import Mask
from cpnb.finding import Finding

Positions: TypeAlias = "NDArray[np.integer[Any]]"
"""Physical row numbers, each at most once."""


def rows_with(findings: Iterable[Finding], row_count: int) -> Mask:
    """Return the rows of a table in which any of the findings is."""
    mask = np.zeros(row_count, dtype=bool)
    for finding in findings:
        mask[finding.positions] = True
    return mask


def joined(words: Iterable[tuple[str, Positions]], rows: Mask, separator: str = "; ") -> NDArray[np.object_]:
    """Return for each of some rows the words that apply to it, joined.

    Rows to which the same words apply share one text, so that time and memory go with the rows and the
    combinations, not with the length of the texts.

    Parameters
    ----------
    words : iterable of (str, array of int)
        Each with the rows that it applies to, in the order in which they are joined.
    rows : array of bool
        The rows that are wanted.
    separator : str
        What stands between two words.
    """
    places = np.cumsum(rows) - 1
    codes = np.zeros(np.count_nonzero(rows), dtype=np.int64)
    texts = [""]
    for word, positions in words:
        here = places[positions[rows[positions]]]
        before = codes[here]
        used = np.flatnonzero(np.bincount(before, minlength=len(texts)))
        renumbered = np.zeros(len(texts), dtype=np.int64)
        renumbered[used] = np.arange(len(texts), len(texts) + len(used))
        codes[here] = renumbered[before]
        texts += [f"{texts[code]}{separator}{word}" if texts[code] else word for code in used]
        if len(texts) > 2 * len(codes) + 1000:
            codes, texts = _in_use(codes, texts)
    return np.array(texts, dtype=object)[codes]


def _in_use(codes: NDArray[np.int64], texts: Sequence[str]) -> tuple[NDArray[np.int64], list[str]]:
    """Return codes and texts without the texts that no row has any more."""
    used, codes = np.unique(codes, return_inverse=True)
    return codes, [texts[code] for code in used]


def count_by_row(findings: Iterable[Finding], rows: Mask) -> NDArray[np.int64]:
    """Return for each of some rows how many of the findings are in it."""
    counts = np.zeros(len(rows), dtype=np.int64)
    for finding in findings:
        counts[finding.positions] += 1
    return counts[rows]
