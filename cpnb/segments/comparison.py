"""How many rows of a table match a condition, beside how many profiles the service counts, and why both may differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cpnb import frames, validation
from cpnb.conditions import Expression
from cpnb.display import Bar, BarPart, RowHeader, Tone, counted, html_table, markup
from cpnb.domain import Domain
from cpnb.fields import FieldMap
from cpnb.frames import Table
from cpnb.matching import Preview, matching_rows, preview
from cpnb.matching.near_misses import ALL_TOGETHER
from cpnb.segments.comparison_reasons import Counts, reasons
from cpnb.segments.domain_uploads import DomainUploads
from cpnb.segments.estimates import service_count
from cpnb.segments.sources import LocalCondition

__all__ = ["Comparison", "compare_counts"]


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """What a condition matches in a table, beside what the service counts; `SegmentDefinition.compare` makes one.

    Attributes
    ----------
    segment_name : str
        What the segment is called.
    domain : Domain
        Where the service counted.
    preview : Preview
        Whom the condition matches in the table.
    profile_count : int
        How many profiles the rows that match make: those without a unique key, and all but the first of those
        that share one, make none.
    service_count : int
        How many profiles the service counts.
    reasons : tuple of str
        Why both may differ, the most likely first; none if they agree.
    """

    segment_name: str
    domain: Domain
    preview: Preview
    profile_count: int
    service_count: int
    reasons: tuple[str, ...]

    @property
    def row_count(self) -> int:
        """How many rows of the table match."""
        return self.preview.count

    @property
    def difference(self) -> int:
        """How many profiles the service counts more than the rows make; below zero if fewer."""
        return self.service_count - self.profile_count

    @property
    def agrees(self) -> bool:
        """Whether both count the same, which does not say that they are the same people."""
        return self.difference == 0

    @property
    def _verdict(self) -> str:
        if self.agrees:
            return f"Both count {counted(self.profile_count, 'profile')}."
        direction = "more" if self.difference > 0 else "fewer"
        return f"The service counts {counted(abs(self.difference), 'profile')} {direction} than the table makes."

    def _lines(self) -> list[tuple[str, int]]:
        lines = [("rows of the table that match", self.row_count)]
        if self.profile_count != self.row_count:
            lines.append(("profiles that they make, one for each unique key", self.profile_count))
        return [*lines, (f"profiles that domain {self.domain.name} counts", self.service_count)]

    def __str__(self) -> str:
        lines = self._lines()
        width = max(len(f"{count:,}") for _, count in lines)
        said = [f"Segment {self.segment_name!r}. {self._verdict}"]
        said += [f"  {count:>{width},}  {words}" for words, count in lines]
        if self.reasons:
            said.append("Why that may be, the most likely first:")
        return "\n".join([*said, *(f"  {number}. {reason}" for number, reason in enumerate(self.reasons, 1))])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines = self._lines()
        most = max(count for _, count in lines)
        rows = [
            (
                RowHeader(words),
                f"{count:,}",
                Bar((BarPart("of the largest", count, Tone.FINE), BarPart("less", most - count, Tone.EMPTY))).html(),
            )
            for words, count in lines
        ]
        table = html_table(f"Segment {self.segment_name}: {self._verdict}", (), rows)
        items = "".join(f"<li>{markup(reason)}</li>" for reason in self.reasons)
        why = f"<p><b>Why that may be, the most likely first</b></p><ol>{items}</ol>" if items else ""
        return f"<div>{table}{why}</div>"


def compare_counts(
    data: Table,
    domain: Domain,
    fields: FieldMap,
    condition: LocalCondition,
    timeout_s: float,
) -> Comparison:
    """Return what a condition matches in a table, beside what the service counts; see `SegmentDefinition.compare`.

    Parameters
    ----------
    data, domain, fields, timeout_s
        See there.
    condition : LocalCondition
        Of the segment.
    """
    name, expression, sources = condition.name, condition.expression, condition.sources
    data = frames.require_columns(data, fields)  # once: a stream cannot be read again
    seen = preview(data, expression, fields, sources=sources)
    count = service_count(domain, name, {"SegmentQuery": expression.to_api()}, timeout_s)
    mask = seen.mask.to_numpy()
    without_key = with_repeated_key = 0
    if fields.unique_key is not None:
        codes = validation.key_codes(data, fields)
        without_key = int(np.count_nonzero(mask & (codes < 0)))
        with_repeated_key = int(np.count_nonzero(mask & validation.repeated_keys(codes)))
    counts = Counts(
        rows=seen.count,
        without_key=without_key,
        with_repeated_key=with_repeated_key,
        service=count,
        nearly=_nearly(seen, expression),
        holds_for_absent=_holds_for_absent(expression, fields, sources),
        uploads=DomainUploads.look(domain),
    )
    return Comparison(name, domain, seen, counts.profiles, count, reasons(counts))


def _nearly(seen: Preview, expression: Expression) -> int:
    """Return how many rows the condition as a whole would match if taken less literally; its parts say more."""
    whole = (one for one in seen.missed if one.condition == expression.explain())
    return next((one.rows for one in whole if one.relaxation == ALL_TOGETHER), 0)


def _holds_for_absent(expression: Expression, fields: FieldMap, sources: Mapping[str, Expression]) -> bool:
    """Return whether a profile meets a condition that has none of the attributes."""
    nobody = pd.DataFrame({column: pd.Series([None], dtype="string") for column in fields.columns})
    return bool(matching_rows(nobody, expression, fields, sources=sources)[0])
