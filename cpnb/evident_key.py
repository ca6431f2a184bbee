"""Which column evidently identifies a customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
import pyarrow as pa

from cpnb.candidates import Candidate
from cpnb.column_names import is_named_as_key, is_of_an_order, is_plain_key
from cpnb.content import TextColumn, email_address
from cpnb.evidence import Sample
from cpnb.frames import Frame, distinct_share

# A column named as a customer's number is the key even if some of its cells are empty or repeated:
# those are what a validation is for.
_MIN_DISTINCT_NAMED_KEY = 0.95
# A row whose key is no valid address stays behind: a column where many do is somebody's e-mail, and no key.
_MIN_VALID_KEY = 0.95
# Counting the distinct values of a column with a million rows takes a tenth of a second.
_MOST_COUNTED = 5

PLAINLY_NAMED = 0.9
"""The score from which a column is named as the customer's number, whatever ids there are beside it."""


def evident_key(frame: Frame, best: Mapping[str, Candidate], samples: Mapping[str, Sample]) -> str | None:
    """Return the column that is evidently the customer's number, or None.

    Parameters
    ----------
    frame : DataFrame or BatchTable
        The whole table: distinct values are counted in all rows, of few columns.
    best : mapping of str to Candidate
        What each column can best be, the surest of all first.
    samples : mapping of str to Sample
        Values of each column, by which most candidates drop out before anything is counted.
    """
    named = [candidate for candidate in best.values() if candidate.target == "AccountNumber"]
    plainly = [candidate.column for candidate in named if candidate.score >= PLAINLY_NAMED]
    weakly = [candidate.column for candidate in named if candidate.score < PLAINLY_NAMED]
    if found := _first_of_most(frame, plainly):
        return found
    if any(is_of_an_order(column) for column in map(str, frame.columns)):
        return _first_of_most(frame, weakly)
    others = _named_as_keys(frame.columns, best, samples)
    ids = [column for column in others if is_plain_key(column)]
    # In a single row, everything is distinct.
    endings = [column for column in others if not is_plain_key(column)][:_MOST_COUNTED] if len(frame) > 1 else []
    mails = [candidate.column for candidate in best.values() if candidate.target == "EmailAddress"][:1]
    mails = [column for column in mails if _valid_share(samples[column]) >= _MIN_VALID_KEY]
    return (
        _first_of_all(frame, ids)
        or _first_of_most(frame, weakly)
        or _first_of_all(frame, endings)
        or (_first_of_most(frame, mails) if len(frame) else None)
    )


def _first_of_most(frame: Frame, columns: Iterable[str]) -> str | None:
    """Return the first column with a value of its own in nearly every row; any will do where there is no row."""
    return next(
        (column for column in columns if not len(frame) or distinct_share(frame, column) >= _MIN_DISTINCT_NAMED_KEY),
        None,
    )


def _first_of_all(frame: Frame, columns: Iterable[str]) -> str | None:
    """Return the first column with a value of its own in every row."""
    return next((column for column in columns if distinct_share(frame, column) == 1), None)


def _named_as_keys(columns: pd.Index, best: Mapping[str, Candidate], samples: Mapping[str, Sample]) -> list[str]:
    """Return the columns named as ids whose samples are full and without repetition."""
    return [
        column
        for column in map(str, columns)
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
