"""Which column evidently identifies a customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import pyarrow as pa

from cpnb import frames
from cpnb.candidates import Candidate
from cpnb.column_names import is_named_as_key, is_of_an_order, is_plain_key
from cpnb.content import TextColumn, email_address
from cpnb.evidence import SAMPLE_SIZE, Sample, sample_of
from cpnb.frames import Frame

# A column named as a customer's number is the key even if some of its cells are empty or repeated:
# those are what a validation is for.
_MIN_DISTINCT_NAMED_KEY = 0.95
# A row whose key is no valid address stays behind: a column where many do is somebody's e-mail, and no key.
_MIN_VALID_KEY = 0.95
# Counting the distinct values of a column with a million rows takes a tenth of a second.
_MOST_COUNTED = 5

PLAINLY_NAMED = 0.9
"""The score from which a column is named as the customer's number, whatever ids there are beside it."""


class LookedAt(Protocol):
    """A table as it is looked at for a suggestion, wherever its rows are."""

    @property
    def columns(self) -> Sequence[str]:
        """The names of its columns."""

    @property
    def row_count(self) -> int:
        """How many rows it has."""

    def samples(self) -> Mapping[str, Sample]:
        """Return a sample of each column."""

    def distinct_share(self, column: str) -> float:
        """Return how many distinct values a column has, as a share of the rows; 0 for lists and the like."""


class LookedAtFrame:
    """A table in memory, or one that is read in batches, looked at."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self.columns: Sequence[str] = [str(column) for column in frame.columns]
        self.row_count = len(frame)

    def samples(self) -> dict[str, Sample]:
        """Return a sample of each column; its cost does not depend on the number of rows unless most are empty.

        Of a table that is read in batches the rows are spread over all of it, so that it is read through once.
        """
        looked_at = frames.sampled(self._frame, SAMPLE_SIZE)
        return {column: sample_of(cells, first_present) for column, cells, first_present in looked_at}

    def distinct_share(self, column: str) -> float:
        """Return how many distinct values a column has, as a share of the rows; 0 for lists and the like."""
        return frames.distinct_share(self._frame, column)


def evident_key(table: LookedAt, best: Mapping[str, Candidate], samples: Mapping[str, Sample]) -> str | None:
    """Return the column that is evidently the customer's number, or None.

    Parameters
    ----------
    table : LookedAt
        The whole table: distinct values are counted in all rows, of few columns.
    best : mapping of str to Candidate
        What each column can best be, the surest of all first.
    samples : mapping of str to Sample
        Values of each column, by which most candidates drop out before anything is counted.
    """
    named = [candidate for candidate in best.values() if candidate.target == "AccountNumber"]
    plainly = [candidate.column for candidate in named if candidate.score >= PLAINLY_NAMED]
    weakly = [candidate.column for candidate in named if candidate.score < PLAINLY_NAMED]
    if found := _first_of_most(table, plainly):
        return found
    if any(is_of_an_order(column) for column in table.columns):
        return _first_of_most(table, weakly)
    others = _named_as_keys(table.columns, best, samples)
    ids = [column for column in others if is_plain_key(column)]
    # In a single row, everything is distinct.
    endings = [column for column in others if not is_plain_key(column)][:_MOST_COUNTED] if table.row_count > 1 else []
    mails = [candidate.column for candidate in best.values() if candidate.target == "EmailAddress"][:1]
    mails = [column for column in mails if _valid_share(samples[column]) >= _MIN_VALID_KEY]
    return (
        _first_of_all(table, ids)
        or _first_of_most(table, weakly)
        or _first_of_all(table, endings)
        or (_first_of_most(table, mails) if table.row_count else None)
    )


def _first_of_most(table: LookedAt, columns: Iterable[str]) -> str | None:
    """Return the first column with a value of its own in nearly every row; any will do where there is no row."""
    return next(
        (
            column
            for column in columns
            if not table.row_count or table.distinct_share(column) >= _MIN_DISTINCT_NAMED_KEY
        ),
        None,
    )


def _first_of_all(table: LookedAt, columns: Iterable[str]) -> str | None:
    """Return the first column with a value of its own in every row."""
    return next((column for column in columns if table.distinct_share(column) == 1), None)


def _named_as_keys(columns: Iterable[str], best: Mapping[str, Candidate], samples: Mapping[str, Sample]) -> list[str]:
    """Return the columns named as ids whose samples are full and without repetition."""
    return [
        column
        for column in columns
        if column not in best
        and is_named_as_key(column)
        and samples[column].filled_share == 1
        and len(set(samples[column].values)) == len(samples[column].values) > 0
    ]


def _valid_share(sample: Sample) -> float:
    """Return how many of the values looked at the service takes for e-mail addresses, as a share; 0 without any."""
    if len(sample.values) == 0:
        return 0.0
    (invalid,) = email_address.RULE.failing(TextColumn(pa.array(sample.values, pa.large_string())))
    return 1 - float(invalid.mean())
