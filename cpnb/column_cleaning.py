"""One column on its way through a cleaning: what is to be done to it, and what has been."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.changes import ColumnChanges, LeftAlone
from cpnb.content import Mask, Rule, country_beside, date_order, lost_digits, rules_for
from cpnb.content.shape import shapes_of
from cpnb.content.telling import told_once
from cpnb.fields import Field, FieldMap
from cpnb.mending import Mended
from cpnb.rendering import Rendered
from cpnb.repairs import DATES, IDENTIFIERS, REPAIRS, Place, Repair
from cpnb.rewriting import Becomes, rewritten

_EXAMPLE_CELLS = 200

# Why a problem is left alone, where its own sentence does not say it.
_REASONS = {
    "phone_invalid": "not a valid phone number where it is dialled; missing digits and area codes are not made up",
    "phone_without_country": "a phone number without a country, and none is guessed: give the map a region",
    "phone_not_e164": "a phone number with an extension, which E.164 cannot hold",
    "space_at_the_ends": "nothing but spaces, or spaces at the ends; the steps 'blanks' and 'spaces' were left out",
    "placeholder": "a word or number that stands for nothing; steps=['defaults', 'placeholders'] makes them empty",
    "two_emails": "with more than one e-mail address; steps=['defaults', 'first_of_several'] keeps the first",
    "two_phones": "with more than one phone number; steps=['defaults', 'first_of_several'] keeps the first",
    "digits_lost": "rounded, with its last digits gone: nothing brings them back, export the column again as text",
    "float_shaped": "with '.0' at the end, and more than one value that could be meant",
    "date_not_iso": "not a date that can be read for certain",
    "date_ambiguous": "a date in either of two orders: say date_order='day-first' or 'month-first'",
    "number_invalid": "not a number that can be read for certain",
}
_POSTAL_CODE_SHORT = "postal_code_short"
UNSUPPORTED = "unsupported_cell"
"""The code of cells that have no text."""
_ROUNDED = "all identifiers of 16 digits end in 0, as a spreadsheet leaves them, which keeps 15: the last digit is gone"


@dataclass(slots=True, repr=False)
class ColumnCleaning:
    """One column on its way through the cleaning: what is to be done to it, and what has been."""

    field: Field
    repairs: tuple[Repair, ...]
    rules: tuple[Rule, ...]
    place: Place
    is_beside_country: bool
    positions: list[NDArray[np.int64]] = dataclasses.field(default_factory=list)
    bits: list[NDArray[np.uint32]] = dataclasses.field(default_factory=list)
    before: list[pa.Array] = dataclasses.field(default_factory=list)
    after: list[pa.Array] = dataclasses.field(default_factory=list)
    left: Counter[str] = dataclasses.field(default_factory=Counter)
    first_shapes: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    sentences: dict[str, str] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, one: Field, fields: FieldMap, place: Place, steps: Collection[str]) -> ColumnCleaning:
        """Return a field with those of some repairs that concern it."""
        repairs = tuple(step for step in REPAIRS if step.name in steps and step.concerns(one, fields))
        return cls(one, repairs, rules_for(one, fields), place, country_beside(one, fields) is not None)

    def take(self, start: int, done: Mended, headers: Mask, rendered: Rendered) -> None:
        """Take note of a slice whose first row is at `start`."""
        changed = done.changed
        if changed.any():
            chosen = pa.array(changed)
            self.positions.append(np.flatnonzero(changed) + start)
            self.bits.append(done.repairs[changed])
            self.before.append(done.before.filter(chosen))
            self.after.append(done.after.filter(chosen))
        for problem, mask in told_once(done.verdicts):
            failing = mask & ~headers
            if failing.any():
                self.left[problem.code] += int(failing.sum())
                self.sentences[problem.code] = problem.sentence
                self._see(problem.code, done.after, failing)
        if self.field.source in rendered.unsupported:
            self.left[UNSUPPORTED] += int(rendered.unsupported[self.field.source].sum())
            self.sentences[UNSUPPORTED] = "without a text that could be sent"

    def _see(self, code: str, text: pa.Array, failing: Mask) -> None:
        """Remember the shapes of the first cells with a problem."""
        seen = self.first_shapes.setdefault(code, [])
        if room := _EXAMPLE_CELLS - len(seen):
            shapes = shapes_of(text.take(pa.array(np.flatnonzero(failing)[:room])))
            seen += shapes.drop_null().to_pylist()

    def take_in(self, other: ColumnCleaning) -> None:
        """Add what was left alone in the rows that follow."""
        self.left.update(other.left)
        self.sentences |= other.sentences
        for code, shapes in other.first_shapes.items():
            seen = self.first_shapes.setdefault(code, [])
            seen += shapes[: _EXAMPLE_CELLS - len(seen)]

    def changes(self, data: pd.DataFrame, becomes: Becomes | None = None) -> tuple[ColumnChanges, pd.Series[Any]]:
        """Return what was changed, and the column as it is afterwards; see `rewritten`."""
        positions = np.concatenate([np.empty(0, dtype=np.int64), *self.positions])
        before, after = (
            pa.chunked_array(texts, pa.large_string()).combine_chunks() for texts in (self.before, self.after)
        )
        series = data[self.field.column]
        result = rewritten(series, positions, after, becomes)
        compact: NDArray[np.unsignedinteger[Any]] = positions.astype(np.uint64)
        compact = compact.astype(np.uint32) if len(data) < 2**32 else compact
        names, sentences = (tuple(getattr(step, what) for step in self.repairs) for what in ("name", "sentence"))
        dtypes = (str(series.dtype), str(result.dtype))
        bits = np.concatenate([np.empty(0, dtype=np.uint32), *self.bits])
        return ColumnChanges(self.field.column, compact, bits, before, after, names, sentences, dtypes), result

    def _reasons(self) -> dict[str, str]:
        reasons = {**self.sentences, **{code: _REASONS[code] for code in self.left if code in _REASONS}}
        if "date_ambiguous" in reasons and date_order.has_both_orders(self.place.told_to(DATES)):
            reasons["date_ambiguous"] += "; the column has dates in both"
        if _POSTAL_CODE_SHORT in reasons:
            reasons[_POSTAL_CODE_SHORT] += (
                "; other codes of that country have theirs, or the step 'postal_codes' was left out"
                if self.is_beside_country
                else f"; beside a column with the country, or with country={self.place.region!r}, they come back"
            )
        return reasons

    def _example(self, code: str) -> str:
        """Return the most frequent of the shapes that were remembered."""
        counts = Counter(self.first_shapes.get(code, ()))
        return min(counts, key=lambda shape: (-counts[shape], shape), default="")

    def _rank(self, code: str) -> int:
        """Return the place of a problem among those that the rules of the column look for."""
        codes = [problem.code for rule in self.rules for problem in rule.problems]
        return codes.index(code) if code in codes else len(codes) + (code == UNSUPPORTED)

    def left_alone(self) -> tuple[LeftAlone, ...]:
        """Return what is still wrong with the column, in the order of its rules, and what only all of it shows."""
        reasons = self._reasons()
        left = [
            LeftAlone(self.field.column, code, self.left[code], reasons[code], self._example(code))
            for code in sorted(self.left, key=self._rank)
        ]
        rounded = lost_digits.rounded_to_fifteen(self.place.told_to(IDENTIFIERS))
        if rounded:
            left.append(LeftAlone(self.field.column, lost_digits.DIGITS_LOST.code, rounded, _ROUNDED))
        return tuple(left)
