"""How long a segment over a million profiles takes; run on demand with `-m long`."""

import time

import pytest

PROFILE_COUNT = 1_000_000
FIELDS = {
    "id": "AccountNumber",
    "city": "Address.City",
    "born": "BirthDate",
    "spend": "Attributes.spend",
    "seen": "Attributes.seen",
}


def content():
    """A million records: ten cities, birth dates, whole numbers, and times with and without an offset."""
    lines = [",".join(FIELDS)]
    lines += [
        f"{number},City {number % 10},{1950 + number % 60}-0{1 + number % 9}-{10 + number % 19},{number % 10_000}.5,"
        f"2026-0{1 + number % 9}-{10 + number % 19}T10:{number % 60:02}:00{('Z', '+02:00')[number % 2]}"
        for number in range(PROFILE_COUNT)
    ]
    return "\n".join(lines)


@pytest.mark.long
def test_four_conditions_over_a_million_profiles_are_quick(start_sandbox, new_domain, words):
    domain = new_domain(start_sandbox("--set", "estimate_s=0"), "loyalty")
    assert domain.counts(content(), FIELDS) == ("SUCCEEDED", PROFILE_COUNT, 0, 0)
    birth_date = {"DimensionType": "BEFORE", "Values": ["1990-01-01"]}
    four = [
        {"ProfileAttributes": {"Address": {"City": {"DimensionType": "INCLUSIVE", "Values": ["City 1", "City 2"]}}}},
        {"ProfileAttributes": {"BirthDate": birth_date}},
        *words.attribute("spend", "GREATER_THAN", "5000")["Groups"][0]["Dimensions"],
        *words.attribute("seen", "AFTER", "2026-05-01T00:00:00Z")["Groups"][0]["Dimensions"],
    ]
    accounts = [
        words.one({"ProfileAttributes": {"AccountNumber": {"DimensionType": "INCLUSIVE", "Values": values}}})
        for values in ([str(number) for number in range(first, first + 50)] for first in range(0, 10_000, 50))
    ]
    many = [dimension for groups in accounts for dimension in groups["Groups"][0]["Dimensions"]]
    for name, dimensions, how in (("all of four", four, "ALL"), ("any of four", four, "ANY"), ("10,000", many, "ANY")):
        started = time.monotonic()
        count = domain.estimate({"Groups": [{"Dimensions": dimensions, "Type": how}], "Include": "ALL"})
        seconds = time.monotonic() - started
        print(f"{name}: {count} profiles in {seconds:.2f} s")
        assert seconds <= 3
        assert name != "10,000" or count == 10_000
