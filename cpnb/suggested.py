"""Suggestions: what each column is guessed to be, how surely, why, and what else it could have been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cpnb.display import Html, RowHeader, Tone, counted, html_mark, html_table
from cpnb.errors import listed
from cpnb.fields import FieldMap

CONFIDENT = 0.75
"""The score from which a guess is sure enough to go ahead without a look."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One guess: a column, and the field that it seems to be.

    Attributes
    ----------
    column : str
        Name of the column.
    target : str
        Where it would go, without prefix: ``Address.City``.
    score : float
        How sure the guess is, from 0 to 1.
    reason : str
        Why, in words, with counts and without values.
    runner_up : str
        What it would have been otherwise: another target for the column, or the column that would go to
        this target in its place; empty if there is nothing else.
    """

    column: str
    target: str
    score: float
    reason: str
    runner_up: str = ""

    @property
    def sure(self) -> bool:
        """Whether the guess is sure enough to go ahead without a look."""
        return self.score >= CONFIDENT


@dataclass(frozen=True, slots=True, repr=False)
class Suggestions:
    """All guesses for a table.

    Attributes
    ----------
    fields : FieldMap
        The guesses as a map, ready for a validation; for an upload if it has a unique key.
    chosen : tuple of Suggestion
        What went into it, in the order of the columns.
    unmapped : mapping of str to str
        The columns left out, each with the reason.
    attributes : mapping of str to str
        The custom attribute that each column left out could go to: nothing goes there without being asked
        for, with ``attributes=[...]`` or ``attributes="all"``. Secrets are not among them.
    left_by_mistake : tuple of str
        The columns left out whose name promises a field, although their values do not keep it.
    """

    fields: FieldMap
    chosen: tuple[Suggestion, ...]
    unmapped: Mapping[str, str]
    attributes: Mapping[str, str]
    left_by_mistake: tuple[str, ...] = ()

    @property
    def reasons(self) -> Mapping[str, str]:
        """The reason for each mapped column."""
        return MappingProxyType({suggestion.column: suggestion.reason for suggestion in self.chosen})

    @property
    def confident(self) -> bool:
        """Whether every guess is sure enough to go ahead without a look."""
        return all(suggestion.sure for suggestion in self.chosen)

    @property
    def summary(self) -> str:
        """What there is in one line: how many columns are mapped, how many of those unsurely, how many left out."""
        total = len(self.chosen) + len(self.unmapped)
        unsure = sum(not guess.sure for guess in self.chosen)
        words = f"{len(self.chosen)} of {counted(total, 'column')} mapped, "
        words += f"{unsure} of them UNSURE: look at those first" if unsure else "all of them sure"
        key = f"the unique key is {self.fields.unique_key!r}" if self.fields.unique_key else "no unique key was found"
        return f"{words}; {len(self.unmapped)} left out; {key}."

    def _repr_html_(self) -> str:
        rows: list[tuple[object, ...]] = [
            (
                RowHeader(guess.column),
                _marked(Tone.FINE, "sure") if guess.sure else _marked(Tone.WARNING, "UNSURE"),
                guess.target + (", unique key" if guess.column == self.fields.unique_key else ""),
                f"{guess.score:.0%}",
                guess.reason,
                guess.runner_up,
            )
            for guess in self.chosen
        ]
        rows += [
            (RowHeader(column), _marked(Tone.EMPTY, "left out"), "", "", reason, self.attributes.get(column, ""))
            for column, reason in self.unmapped.items()
        ]
        headers = ("Column", "How sure", "Goes to", "Score", "Why", "Otherwise")
        return html_table(self.summary, headers, rows, note=self._advice)

    @property
    def _advice(self) -> str:
        if not self.attributes:
            return ""
        return (
            "Columns left out become custom attributes if you say so: suggest_fields(attributes=['column', ...]), or "
            "attributes='all'."
        )

    def __str__(self) -> str:
        lines = str(self.fields).splitlines()
        width = max(len(line) for line in lines)
        lines = [
            f"{line:<{width}}  {'' if guess.sure else 'UNSURE: '}{guess.reason}{_otherwise(guess)}"
            for line, guess in zip(lines, self.chosen, strict=True)
        ]
        # A name that promises a field, and a column that is not it, is what an analyst should hear of.
        lines += [f"{column} is left out: {self.unmapped[column]}." for column in self.left_by_mistake]
        lines.append(f"Not mapped: {listed(self.unmapped, shown=12) or 'no column'}.")
        return "\n".join([self.summary, *lines, *([self._advice] if self._advice else [])])

    __repr__ = __str__


def _marked(tone: Tone, word: str) -> Html:
    return Html(f"{html_mark(tone)} {word}")


def _otherwise(guess: Suggestion) -> str:
    return f"; otherwise {guess.runner_up}" if guess.runner_up else ""
