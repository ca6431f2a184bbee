"""The beginning of a period, in the words of an analyst."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest

from cpnb.since import beginning

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("7d", "2026-11-17T04:00:00"),
        (" 7 days ", "2026-11-17T04:00:00"),
        ("1 day", "2026-11-23T04:00:00"),
        ("24h", "2026-11-23T04:00:00"),
        ("36H", "2026-11-22T16:00:00"),
        ("1.5h", "2026-11-24T02:30:00"),
        ("90min", "2026-11-24T02:30:00"),
        ("2w", "2026-11-10T04:00:00"),
        ("2026-11-20", "2026-11-20T00:00:00"),
        ("2026-11-20 14:30", "2026-11-20T14:30:00"),
        ("2026-11-20T14:30+02:00", "2026-11-20T12:30:00"),
        ("2026-11-20T14:30Z", "2026-11-20T14:30:00"),
        (timedelta(hours=2), "2026-11-24T02:00:00"),
        (pd.Timedelta("2h"), "2026-11-24T02:00:00"),
        (date(2026, 11, 20), "2026-11-20T00:00:00"),
        (datetime(2026, 11, 20, 9), "2026-11-20T09:00:00"),  # noqa: DTZ001 - without a zone is the case
        (datetime(2026, 11, 20, 9, tzinfo=timezone(timedelta(hours=-8))), "2026-11-20T17:00:00"),
        (pd.Timestamp("2026-11-20 09:00", tz="Europe/Berlin"), "2026-11-20T08:00:00"),
    ],
    ids=str,
)
def test_a_period_begins_where_the_analyst_says(since, expected):
    start = beginning(since, NOW)
    assert start.isoformat() == f"{expected}+00:00"
    assert start.tzinfo is UTC or start.utcoffset() == timedelta(0)


def test_a_duration_goes_back_from_now_whatever_the_zone_of_now_is():
    here = NOW.astimezone(timezone(timedelta(hours=9)))
    assert beginning("1d", here) == datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "message"),
    [
        ("7", "neither a duration nor a date"),
        ("last week", "neither a duration nor a date"),
        ("", "neither a duration nor a date"),
        ("20.11.2026", "neither a duration nor a date"),
        ("-7d", "neither a duration nor a date"),
        ("3m", "'30min' or '30d'"),
        ("3 fortnights", "no unit that is known"),
        ("0d", "longer than nothing"),
        ("99999999999w", "longer ago than any calendar"),
        ("200000w", "before the year 1"),
        (timedelta(hours=-2), "longer than nothing"),
        (pd.NaT, "no moment|longer than nothing"),
    ],
    ids=str,
)
def test_what_is_no_period_is_refused_with_examples(since, message):
    with pytest.raises(ValueError, match=message) as refused:
        beginning(since, NOW)
    assert "'7d'" in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_bare_number_is_no_period():
    with pytest.raises(TypeError, match=r"since is a int\. Expected a duration such as"):
        beginning(7, NOW)
