"""Birth dates: ISO days are right, everything else is worth a warning."""

import datetime as dt

import pyarrow as pa
import pytest

from cpnb.content import Severity, TextColumn, birth_date


@pytest.mark.parametrize("text", ["1990-12-31", "2024-02-29", "0001-01-01"])
def test_days_of_the_calendar(text):
    assert birth_date.is_iso_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "31.12.1990", "12/31/1990", "1990-1-2", "19901231", "1990-W01-1", "2023-02-29", "1990-13-01",
        "1990-12-31T00:00:00Z", "1990-12-31 ", "0000-01-01", "١٩٩٠-١٢-٣١",
    ],
)  # fmt: skip
def test_other_texts(text):
    assert not birth_date.is_iso_date(text)


def test_nothing_but_spaces_is_no_wrong_date():
    (mask,) = birth_date.RULE.failing(TextColumn(pa.array([" ", "\t\n", "", " 1990"], pa.large_string())))

    assert mask.tolist() == [False, False, True, True]


def test_the_rule_warns_and_leaves_missing_dates_alone():
    (mask,) = birth_date.RULE.failing(TextColumn(pa.array(["1990-12-31", "1990", None], pa.large_string())))

    assert mask.tolist() == [False, True, False]
    assert birth_date.RULE.problems[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1900-02-29", False), ("2000-02-29", True), ("0004-02-29", True), ("0000-02-29", False), ("1999-04-31", False)],
)
def test_the_calendar_knows_its_leap_years(text, expected):
    assert birth_date.is_iso_date(text) is expected


def test_every_day_of_the_calendar_and_no_other_is_a_date():
    texts = [f"{year:04}-{month:02}-{day:02}" for year in (1, 99, 100, 400, 1900, 1996, 2000, 2023, 2100, 9999)
             for month in range(14) for day in range(33)]  # fmt: skip

    def exists(text):
        year, month, day = map(int, text.split("-"))
        try:
            return bool(dt.date(year, month, day))
        except ValueError:
            return False

    assert birth_date.iso_dates(pa.array(texts, pa.large_string())).tolist() == [exists(text) for text in texts]


def test_every_day_of_a_calendar_year_and_no_other_is_one():
    for year in (1900, 1999, 2000, 2024):
        days = [f"{year:04}-{month:02}-{day:02}" for month in range(14) for day in range(33)]

        def is_day(text):
            try:
                return dt.date.fromisoformat(text).isoformat() == text
            except ValueError:
                return False

        assert birth_date.iso_dates(pa.array(days)).tolist() == [is_day(text) for text in days]


def test_days_are_told_beside_cells_of_any_length_and_kind():
    cells = ["x", "1990-12-31", None, "1990-12-3é", "", "1990-12-31", "1990x12-31", "1990-12x31", "19:0-12-31"]

    mask = birth_date.iso_dates(pa.array(cells, pa.large_string()).slice(1))

    assert mask.tolist() == [True, False, False, False, True, False, False, False]
