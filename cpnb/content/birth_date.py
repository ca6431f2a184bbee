"""BirthDate: free text at the service, but segments compare it as a date."""

from __future__ import annotations

import datetime as dt
import re

from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, by_distinct

DATE_NOT_ISO = Problem(
    "date_not_iso",
    Severity.WARNING,
    Provenance.CAUTION,
    "not a date in the form YYYY-MM-DD",
    "Segments compare dates; write them as 1990-12-31.",
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_iso_date(text: str) -> bool:
    """Tell whether the text is a day of the calendar as ``YYYY-MM-DD``.

    Examples
    --------
    >>> is_iso_date("2024-02-29"), is_iso_date("2023-02-29"), is_iso_date("29.2.2024")
    (True, False, False)
    """
    if not _DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _failing(column: TextColumn) -> tuple[Mask]:
    # Nothing but spaces is no date of another form; that it is not empty is told by the rule for spaces.
    return (by_distinct(column.text, lambda text: not (text.isspace() or is_iso_date(text))),)


RULE = Rule((DATE_NOT_ISO,), _failing)
"""No format is published; the console's own filters send ISO dates.
Source: Amazon Connect administrator guide, 'customer-segments-building-segments'."""
