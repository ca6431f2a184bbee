"""Dates and times of a spreadsheet as ISO 8601, as far as the format of their cell shows them.

A spreadsheet shows a date in the order of the country where it is opened, so that what is displayed is
no text to rely on; which of date and time is displayed is.
"""

from __future__ import annotations

import datetime as dt
import re

from cpnb.reading.displayed_numbers import Displayed

# What openpyxl tells of a format, without the parts that are quoted, escaped or in brackets.
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)


def displayed_date(value: dt.date | dt.time | dt.timedelta, code: str) -> Displayed:
    """Return a date, a time or both in ISO 8601, to the second: ``2026-03-01``, ``09:30:00``, or both with a T.

    Which of them depends on what the format of the cell shows; a duration becomes ``37:30:00``. The
    text is not certain where the cell has no date although the format shows one, and the reverse.

    Examples
    --------
    >>> displayed_date(dt.datetime(2026, 3, 1, 9, 30), "dd/mm/yyyy").text
    '2026-03-01'
    >>> displayed_date(dt.datetime(2026, 3, 1, 9, 30), "m/d/yy h:mm").text
    '2026-03-01T09:30:00'
    """
    from openpyxl.styles.numbers import is_datetime

    if isinstance(value, dt.timedelta):
        return Displayed(_duration(value), is_certain=bool(_ELAPSED.search(code)))
    shows = is_datetime(code) or "datetime"
    if isinstance(value, dt.datetime):
        moment = _to_the_second(value)
        if shows == "time":
            return Displayed(moment.time().isoformat(), is_certain=moment.date() == value.date())
        return Displayed((moment.date() if shows == "date" else moment).isoformat(), is_certain=True)
    if isinstance(value, dt.time):
        # The serial number of the cell is below one: a time on no day.
        clock = _to_the_second(dt.datetime.combine(dt.date.min, value)).time()  # no zone: it is a wall clock's
        return Displayed(clock.isoformat(), is_certain=shows == "time")
    return Displayed(value.isoformat(), is_certain=shows != "time")


def _to_the_second(moment: dt.datetime) -> dt.datetime:
    # Half a second more, for 09:29:59.999999 is how a double says 09:30.
    whole = moment.replace(microsecond=0)
    return whole + dt.timedelta(seconds=1) if moment.microsecond >= 500_000 else whole  # noqa: PLR2004 - half of a million


def _duration(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    minutes, second = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60}:{minutes % 60:02}:{second:02}"
