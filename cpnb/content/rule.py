"""The vocabulary of the rules: columns of text go in, problems and where they are come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content.text_bytes import TextBytes

Mask: TypeAlias = NDArray[np.bool_]
"""One bool for each row: True where a problem is."""


class Severity(StrEnum):
    """What a problem does to an upload."""

    ERROR = "error"
    """The record would fail, be damaged or be lost; the upload stops before it begins."""
    WARNING = "warning"
    """The service accepts it, but it is probably not what was meant; never stops an upload."""


class Provenance(StrEnum):
    """Where a rule is written down."""

    MODEL = "service model"
    GUIDE = "service guide"
    CAUTION = "our caution"
    ANALYST = "the schema that was passed"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that can be wrong with a cell.

    Attributes
    ----------
    code : str
        Its stable name, such as ``email_invalid``.
    severity : Severity
        Whether it stops an upload.
    provenance : Provenance
        Where it is written that it is a problem.
    sentence : str
        What is wrong, to be read after a count of cells: ``"not a valid e-mail address"``.
    hint : str
        What to do next.
    """

    code: str
    severity: Severity
    provenance: Provenance
    sentence: str
    hint: str


@dataclass(frozen=True)
class TextColumn:
    """One rendered column.

    Attributes
    ----------
    text : pyarrow.Array
        ``large_string``; null is missing.
    regions : pyarrow.Array, optional
        For phone numbers whose region is in a column of its own: the region of each row, or null.
    countries : pyarrow.Array, optional
        For postal codes of an address whose country is mapped: what stands there in each row, or null.
    table_rows : int
        Rows of the whole table that these are a part of, as far as it is known: a rule may prepare itself
        for many. What it says of a cell does not depend on it.
    """

    text: pa.Array = field(repr=False)
    regions: pa.Array | None = field(default=None, repr=False)
    table_rows: int = 0
    countries: pa.Array | None = field(default=None, repr=False)

    @cached_property
    def bytes(self) -> TextBytes:
        """The bytes of the text, and what one rule has found out about them for the next."""
        return TextBytes.of(self.text)


@dataclass(frozen=True, slots=True)
class Rule:
    """Problems that are decided together, and the function that decides them.

    Attributes
    ----------
    problems : tuple of Problem
        What it looks for.
    failing : callable
        From a column to one mask for each problem, in their order. Pure, and cell by cell: what it
        says of a cell does not depend on the others. Missing cells have no problem, unless being
        missing is the problem.
    """

    problems: tuple[Problem, ...]
    failing: Callable[[TextColumn], tuple[Mask, ...]]


def mask_of(condition: pa.Array) -> Mask:
    """Return an Arrow boolean array as a mask; null is False."""
    if condition.null_count:
        condition = pc.fill_null(condition, fill_value=False)
    mask: Mask = condition.to_numpy(zero_copy_only=False)
    return mask


def distinct(text: pa.Array) -> tuple[list[str], pa.Array]:
    """Return the distinct values of a column, and for each row the index of its value (null if missing)."""
    encoded = text.dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices


def by_distinct(text: pa.Array, failing: Callable[[str], bool]) -> Mask:
    """Return the mask of a predicate that is asked once for each distinct value."""
    values, indices = distinct(text)
    verdicts = pa.array([failing(value) for value in values], pa.bool_())
    return mask_of(verdicts.take(indices))
