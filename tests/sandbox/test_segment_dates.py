"""Dates in segments: which texts are one, and how moments and days compare in UTC. Expectations by hand."""

import uuid

import pytest

# Account numbers tell the moment in UTC, or why the text is none.
TEXTS = {
    "1969-12-31 23:30": "1969-12-31T23:30:00Z",
    "2020-02-28 00:00": "2020-02-28",
    "2020-02-28 18:30": "2020-02-29T00:00:00+05:30",
    "2020-02-29 00:00": "2020-02-29",
    "2020-02-29 00:00 space": "2020-02-29 00:00",
    "2020-02-29 12:00": "2020-02-29T12:00Z",
    "2020-02-29 23:59:59.999999": "2020-02-29T23:59:59.999999999",  # digits beyond microseconds are cut off
    "2020-03-01 07:59": "2020-02-29T23:59-08:00",
    "no 30th": "2020-02-30",
    "no leap year": "2019-02-29",
    "no zero": "2020-2-29",
    "slashes": "2020/02/29",
    "american": "02/29/2020",
    "year zero": "0000-01-01",
    "five digits": "12020-01-01",
    "small t": "2020-02-29t12:00",
    "small z": "2020-02-29T12:00z",
    "hour 24": "2020-02-29T24:00",
    "second 60": "2020-02-29T12:00:60",
    "offset of a date": "2020-02-29Z",
    "offset without colon": "2020-02-29T12:00+0530",
    "before year 1": "0001-01-01T00:00+00:01",
    "after year 9999": "9999-12-31T23:59-00:01",
    "blank in front": " 2020-02-29",
    "word": "today",
    "infinity": "infinity",
    "epoch": "1582934400",
}
DATES = sorted(account for account in TEXTS if account[:2] in ("19", "20"))
LEAP_DAY = [account for account in DATES if account.startswith("2020-02-29")]


@pytest.fixture(scope="module")
def dates(running, new_domain):
    domain = new_domain(running, f"dates-{uuid.uuid4().hex[:12]}")
    domain.add(
        [
            *(
                {"AccountNumber": account, "BirthDate": text, "Attributes": {"seen": text}}
                for account, text in TEXTS.items()
            ),
            {"AccountNumber": "absent", "FirstName": "Ana"},
        ]
    )
    return domain


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("BEFORE", ["2020-02-29"], ["1969-12-31 23:30", "2020-02-28 00:00", "2020-02-28 18:30"]),
        ("BEFORE", ["2020-02-29T00:00:00Z"], ["1969-12-31 23:30", "2020-02-28 00:00", "2020-02-28 18:30"]),
        ("BEFORE", ["2020-02-28T20:00-04:30", "1950-01-01"], [*DATES[:3], *LEAP_DAY[:2]]),
        ("BEFORE", ["tomorrow"], []),
        ("AFTER", ["2020-02-29T23:59:59.999998"], ["2020-02-29 23:59:59.999999", "2020-03-01 07:59"]),
        ("AFTER", ["2020-02-29T23:59:59.9999999"], ["2020-03-01 07:59"]),
        ("AFTER", ["0001-01-01"], DATES),
        ("AFTER", ["1"], []),
        ("ON", ["2020-02-29"], LEAP_DAY),
        ("ON", ["2020-02-29T23:00-08:00"], ["2020-03-01 07:59"]),  # that is a moment of the 1st of March in UTC
        ("ON", ["1969-12-31", "2020-03-01"], ["1969-12-31 23:30", "2020-03-01 07:59"]),
        ("ON", ["2020-02-30"], []),
        ("BETWEEN", ["2020-02-28", "2020-02-29"], ["2020-02-28 00:00", "2020-02-28 18:30", *LEAP_DAY[:2]]),
        ("BETWEEN", ["2020-02-29", "2020-02-28"], []),
        ("BETWEEN", ["2020-02-28", "5"], []),
        ("NOT_BETWEEN", ["2020-02-28", "2020-02-29"], ["1969-12-31 23:30", *LEAP_DAY[2:], "2020-03-01 07:59"]),
        ("NOT_BETWEEN", ["2020-02-28", "tomorrow"], []),
    ],
)
def test_birth_dates_and_custom_attributes_compare_as_moments(dates, words, kind, values, expected):
    assert dates.members(words.attribute("seen", kind, *values)) == sorted(expected)
    birth_date = {"ProfileAttributes": {"BirthDate": {"DimensionType": kind, "Values": values}}}
    assert dates.members(words.one(birth_date)) == sorted(expected)


def test_a_range_of_numbers_holds_no_birth_date(dates, words):
    assert dates.members(words.attribute("seen", "BETWEEN", "0", "2000000000")) == ["epoch"]
    birth_date = {"ProfileAttributes": {"BirthDate": {"DimensionType": "BETWEEN", "Values": ["0", "2000000000"]}}}
    assert dates.members(words.one(birth_date)) == []


def test_a_birth_date_has_no_text_comparison(dates, words, refusal):
    birth_date = {"ProfileAttributes": {"BirthDate": {"DimensionType": "INCLUSIVE", "Values": ["2020-02-29"]}}}
    code, _, message = refusal(dates.estimate, words.one(birth_date))
    assert code == "BadRequestException"
    assert "[BEFORE, AFTER, BETWEEN, NOT_BETWEEN, ON]" in message


def test_a_date_can_be_compared_with_another_attribute(domain, words):
    domain.add(
        [
            {"AccountNumber": "1", "BirthDate": "2000-01-01", "Attributes": {"joined": "2020-01-01"}},
            {"AccountNumber": "2", "BirthDate": "2020-01-01", "Attributes": {"joined": "2020-01-01T00:00Z"}},
            {"AccountNumber": "3", "BirthDate": "2020-01-01", "Attributes": {"joined": "soon"}},
        ]
    )
    for kind, expected in {"BEFORE": ["1"], "ON": ["2"], "AFTER": []}.items():
        value = {"DimensionType": kind, "Values": ["{{_profile.Attributes.joined}}"]}
        assert domain.members(words.one({"ProfileAttributes": {"BirthDate": value}})) == expected
