"""Repairs run over the cells of one column: to the end, never to the worse, each cell by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content import Mask, Problem, Rule, Severity, TextColumn, country_beside
from cpnb.content.rule import mask_of
from cpnb.fields import Field, FieldMap
from cpnb.frames import Slice
from cpnb.rendering import Rendered
from cpnb.repairs import ColumnCells, Place, Repair

# One repair may make another possible. Real cells are at rest after two rounds; what is not after four is left alone.
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Mended:
    """ColumnCells of one column after their repairs.

    Attributes
    ----------
    before, after : pyarrow.Array
        ``large_string``; null afterwards is missing, or was made empty.
    repairs : array of uint32
        For each cell one bit for each repair that changed it, in their order; 0 if none did.
    verdicts : tuple of (Problem, mask)
        What is wrong with the cells afterwards.
    """

    before: pa.Array = field(repr=False)
    after: pa.Array = field(repr=False)
    repairs: NDArray[np.uint32] = field(repr=False)
    verdicts: tuple[tuple[Problem, Mask], ...] = field(repr=False)

    def with_problem(self, problem: Problem, mask: Mask | None) -> Mended:
        """Return the same with a problem that no text tells, in rows that do not have it already."""
        if mask is None:
            return self
        for known, rows in self.verdicts:
            mask = mask & ~rows if known is problem else mask
        return replace(self, verdicts=(*self.verdicts, (problem, mask)))

    @property
    def changed(self) -> Mask:
        """The rows whose text is another now."""
        mask: Mask = self.repairs != 0
        return mask


def cells_of(one: Field, rows: Slice, rendered: Rendered, fields: FieldMap) -> ColumnCells:
    """Return the cells of one field, with what its repairs need to know from beside them."""
    text = rendered.table.column(one.source).combine_chunks()
    regions = rendered.regions[one.region_column] if one.region_column else None
    country = country_beside(one, fields)
    countries = rendered.table.column(country.source).combine_chunks() if country is not None else None
    return ColumnCells(text, _numbers_in(rows, one.column, len(text)), regions, countries)


def _numbers_in(rows: Slice, column: str, row_count: int) -> Mask:
    """Return which cells of a column are numbers and not text."""
    cells = rows.columns[column]
    if isinstance(cells, pa.Array):
        kind = cells.type
        is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        return mask_of(cells.is_valid()) if is_number else np.zeros(row_count, dtype=bool)
    numeric = (int, float, Decimal, np.number)
    found = (isinstance(cell, numeric) and not isinstance(cell, bool) for cell in cells)
    return np.fromiter(found, dtype=bool, count=row_count)


def repaired(cells: ColumnCells, place: Place, repairs: Sequence[Repair]) -> tuple[pa.Array, NDArray[np.uint32]]:
    """Return the text of cells after some repairs, and for each cell which of them changed it.

    The repairs are made again on what they changed until nothing changes any more, so that a second
    cleaning has nothing left to do; only what a repair made final is not looked at again. A cell that
    does not come to rest stays as it was, and so does one that would be left with no character at all.
    """
    text = cells.text
    bits = np.zeros(len(text), dtype=np.uint32)
    rows = np.arange(len(text))
    part = cells
    for _ in range(_ROUNDS):
        touched = np.zeros(len(rows), dtype=bool)
        for number, repair in enumerate(repairs):
            mended = repair.mend(part, place, place.told_to(repair))
            if mended is part.text:
                continue
            changed = differing(part.text, mended)
            if not changed.any():
                continue
            bits[rows[changed]] |= np.uint32(1 << number)
            touched |= changed if not repair.is_final else False
            part = part.with_text(mended, changed)
        if len(rows) == len(text):
            text = part.text
        else:
            chosen = np.zeros(len(text), dtype=bool)
            chosen[rows] = True
            text = pc.replace_with_mask(text, pa.array(chosen), part.text)
        if not touched.any():
            return _unless(mask_of(pc.equal(text, "")), cells.text, text, bits)
        rows, part = rows[touched], part.only(touched)
    restless = np.zeros(len(text), dtype=bool)
    restless[rows] = True
    return _unless(restless | mask_of(pc.equal(text, "")), cells.text, text, bits)


def _unless(
    mask: Mask, before: pa.Array, after: pa.Array, bits: NDArray[np.uint32]
) -> tuple[pa.Array, NDArray[np.uint32]]:
    """Return the repaired text except in some rows, which are as they were; the same for what came back by itself."""
    bits = np.where(mask | ~differing(before, after), np.uint32(0), bits)
    return (pc.if_else(pa.array(mask), before, after) if mask.any() else after), bits


def differing(before: pa.Array, after: pa.Array) -> Mask:
    """Return where two columns of text differ; missing and present differ, missing and missing do not."""
    differ = mask_of(pc.not_equal(before, after))
    if before.null_count == after.null_count:  # a missing cell stays missing, so these are the same
        return differ
    return differ | mask_of(pc.xor(before.is_null(), after.is_null()))


def mended(cells: ColumnCells, place: Place, repairs: Sequence[Repair], rules: Sequence[Rule], without: Mask) -> Mended:
    """Return cells after their repairs, none of them worse than before.

    Parameters
    ----------
    cells : ColumnCells
        Consecutive rows of the column.
    place : Place
        Where they stand.
    repairs : sequence of Repair
        What to do, in this order.
    rules : sequence of Rule
        The field's. A cell without an error that has one afterwards becomes what it was.
    without : array of bool
        Rows that stay as they are.
    """
    text, bits = repaired(cells, place, repairs)
    if without.any():
        text, bits = _unless(without, cells.text, text, bits)
    verdicts = _verdicts(cells, text, rules, place)
    changed = bits != 0
    bad = changed & _errors(verdicts, len(text))
    if bad.any():
        was = cells.only(bad)
        bad[bad] = ~_errors(_verdicts(was, was.text, rules, place), len(was.text))
        if bad.any():
            text, bits = _unless(bad, cells.text, text, bits)
            verdicts = _verdicts(cells, text, rules, place)
    return Mended(cells.text, text, bits, verdicts)


def _verdicts(
    cells: ColumnCells, text: pa.Array, rules: Sequence[Rule], place: Place
) -> tuple[tuple[Problem, Mask], ...]:
    column = TextColumn(text, cells.regions, place.table_rows, cells.countries)
    return tuple(pair for rule in rules for pair in zip(rule.problems, rule.failing(column), strict=True))


def _errors(verdicts: Sequence[tuple[Problem, Mask]], row_count: int) -> Mask:
    mask = np.zeros(row_count, dtype=bool)
    for problem, failing in verdicts:
        if problem.severity is Severity.ERROR:
            mask |= failing
    return mask
