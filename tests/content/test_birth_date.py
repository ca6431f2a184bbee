"""Birth dates: ISO days are right, everything else is worth a warning."""

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
