"""When a period begins, as people say it: ``"7d"``, ``"2026-11-20"``, or Python's own dates and durations."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

Since = str | timedelta | date | datetime
"""What can stand for the beginning of a period; a date or time without a zone is UTC."""

_UNITS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_EXPECTED = "Expected a duration such as '90min', '24h', '7d' or '2w', or a date such as '2026-11-20'"


def beginning(since: Since, now: datetime) -> datetime:
    """Return the moment at which a period begins that goes on until now, in UTC.

    Parameters
    ----------
    since : str, timedelta, date or datetime
        How long ago, or when. What has no zone is UTC, as all times that this package shows.
    now : datetime
        With a zone.

    Raises
    ------
    ValueError
        If the text is neither, or the duration is not positive.
    TypeError
        If it is something else.

    Examples
    --------
    >>> now = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    >>> beginning("7d", now).isoformat(), beginning("2026-11-20", now).isoformat()
    ('2026-11-17T04:00:00+00:00', '2026-11-20T00:00:00+00:00')
    """
    if isinstance(since, str):
        since = _read(since.strip())
    if isinstance(since, timedelta):
        if not since > timedelta(0):  # that of pandas may be NaT
            raise ValueError(f"since is a duration of {since}, and must be longer than nothing. {_EXPECTED}.")
        try:
            return now.astimezone(UTC) - since
        except OverflowError:
            raise ValueError(f"since reaches back before the year 1. {_EXPECTED}.") from None
    if isinstance(since, datetime):  # a datetime is a date as well
        if since != since:  # noqa: PLR0124 - the NaT of pandas is a datetime, and equal to nothing
            raise ValueError(f"since is NaT, which is no moment. {_EXPECTED}.")
        try:
            return since.astimezone(UTC) if since.tzinfo else since.replace(tzinfo=UTC)
        except OverflowError:  # the year 1 in a zone that is ahead of UTC
            raise ValueError(f"since lies outside of the years 1 to 9999. {_EXPECTED}.") from None
    if isinstance(since, date):
        return datetime.combine(since, time(), UTC)
    raise TypeError(f"since is a {type(since).__name__}. {_EXPECTED}, a timedelta, a date or a datetime.")


def _read(text: str) -> timedelta | datetime:
    duration = re.fullmatch(r"(\d+(?:\.\d+)?) ?([A-Za-z]+)", text)
    if duration:
        number, unit = duration.groups()
        named = next((name for short, name in _UNITS.items() if unit.lower() in {short, name, name[:-1]}), None)
        if named is None:
            also = " 'm' could be minutes or months: write '30min' or '30d'." if unit.lower() == "m" else ""
            raise ValueError(f"since is {text!r}, which has no unit that is known.{also} {_EXPECTED}.")
        try:
            return timedelta(**{named: float(number)})
        except OverflowError:
            raise ValueError(
                f"since is {text!r}, which is longer ago than any calendar reaches. {_EXPECTED}."
            ) from None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"since is {text!r}, which is neither a duration nor a date. {_EXPECTED}.") from None
