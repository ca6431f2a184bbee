"""Numbers in segments: which texts are one, and how they compare. Expectations by hand."""

import uuid

import pytest

# Account numbers say what the text is; the texts are what cells of real tables hold, and what a database might misread.
TEXTS = {
    "five": "5",
    "five-point-zero": "5.0",
    "five-point": "5.",
    "plus-five": "+5",
    "five-padded": "005",
    "five-exponent": "0.5e1",
    "half": ".5",
    "minus-three": "-3",
    "ten": "10",
    "thousand": "1e3",
    "huge": "1" + "0" * 200,
    "space": " 5",
    "line-end": "5\n",
    "underscore": "1_000",
    "comma": "1,000",
    "hex": "0x10",
    "infinity": "inf",
    "not-a-number": "nan",
    "overflow": "1e999",
    "arabic": "٥",
    "word": "five",
    "sign": "+",
    "exponent": "e5",
    "date": "2020-01-01",
}
FIVES = ["five", "five-exponent", "five-padded", "five-point", "five-point-zero", "plus-five"]
NUMBERS = sorted([*FIVES, "half", "minus-three", "ten", "thousand", "huge"])


@pytest.fixture(scope="module")
def numbers(running, new_domain):
    domain = new_domain(running, f"numbers-{uuid.uuid4().hex[:12]}")
    domain.add(
        [
            *({"AccountNumber": account, "Attributes": {"n": text}} for account, text in TEXTS.items()),
            {"AccountNumber": "absent", "FirstName": "Ana"},
        ]
    )
    return domain


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("EQUAL", ["5"], FIVES),
        ("EQUAL", ["+05.00"], FIVES),
        ("EQUAL", ["5", "10"], [*FIVES, "ten"]),
        ("EQUAL", ["five"], []),
        ("EQUAL", ["five", "10"], ["ten"]),  # a value that is no number matches nothing, the other still does
        ("EQUAL", ["1000"], ["thousand"]),  # not "1,000", not "1_000"
        ("EQUAL", ["inf"], []),
        ("EQUAL", ["1e999"], []),
        ("EQUAL", ["nan"], []),
        ("EQUAL", ["1e200"], ["huge"]),
        ("GREATER_THAN", ["5"], ["huge", "ten", "thousand"]),
        ("GREATER_THAN", ["10", "-5"], NUMBERS),  # above one of them is enough
        ("GREATER_THAN", ["ten"], []),
        ("GREATER_THAN_OR_EQUAL", ["5"], [*FIVES, "huge", "ten", "thousand"]),
        ("LESS_THAN", ["5"], ["half", "minus-three"]),
        ("LESS_THAN", ["-5", "0.6"], ["half", "minus-three"]),
        ("LESS_THAN_OR_EQUAL", ["5"], [*FIVES, "half", "minus-three"]),
        ("BETWEEN", ["5", "10"], [*FIVES, "ten"]),  # both ends included
        ("BETWEEN", ["10", "5"], []),
        ("BETWEEN", ["5", "ten"], []),
        ("NOT_BETWEEN", ["5", "10"], ["half", "huge", "minus-three", "thousand"]),  # neither absent nor words
        ("NOT_BETWEEN", ["10", "5"], NUMBERS),  # every number is below ten or above five
        ("NOT_BETWEEN", ["5", "2020-01-01"], []),  # ends of two kinds
        ("BETWEEN", ["2019-12-31", "2020-01-01"], ["date"]),
        ("NOT_BETWEEN", ["2020-01-02", "2020-01-03"], ["date"]),
    ],
)
def test_a_custom_attribute_compares_as_a_number(numbers, words, kind, values, expected):
    assert numbers.members(words.attribute("n", kind, *values)) == sorted(expected)


@pytest.mark.parametrize("kind", ["BETWEEN", "NOT_BETWEEN"])
@pytest.mark.parametrize("values", [["5"], ["5", "6", "7"]])
def test_a_range_has_two_ends(numbers, words, refusal, kind, values):
    code, _, message = refusal(numbers.define, "range", SegmentGroups=words.attribute("n", kind, *values))
    assert code == "BadRequestException"
    assert f"{kind} on Attributes.n has {len(values)} values" in message
    assert refusal(numbers.estimate, words.attribute("n", kind, *values))[0] == "BadRequestException"


def test_the_nearest_double_decides(domain, words):
    domain.add([{"AccountNumber": "1", "Attributes": {"n": "9007199254740993"}}])
    assert domain.members(words.attribute("n", "EQUAL", "9007199254740992")) == ["1"]


@pytest.fixture(scope="module")
def budgets(running, new_domain):
    domain = new_domain(running, f"budgets-{uuid.uuid4().hex[:12]}")
    for account, attributes in {
        "over": {"spend": "12", "budget": "10.0"},
        "exact": {"spend": "10", "budget": "10.0"},
        "under": {"spend": "9", "budget": "10"},
        "no-budget": {"spend": "9"},
        "word": {"spend": "9", "budget": "ten"},
        "neither": {"tier": "gold"},
    }.items():
        domain.add([{"AccountNumber": account, "Attributes": attributes}])
    return domain


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("GREATER_THAN", ["{{_profile.Attributes.budget}}"], ["over"]),
        ("GREATER_THAN", ["{{ _profile.Attributes.budget }}"], ["over"]),  # blanks inside of the braces
        ("GREATER_THAN", ["{{_profile.Attributes.budget}}", "8.5"], ["exact", "no-budget", "over", "under", "word"]),
        ("EQUAL", ["{{_profile.Attributes.budget}}"], ["exact"]),
        ("INCLUSIVE", ["{{_profile.Attributes.budget}}"], []),  # as texts 10 and 10.0 differ
        ("EXCLUSIVE", ["{{_profile.Attributes.budget}}"], ["exact", "neither", "no-budget", "over", "under", "word"]),
        ("LESS_THAN_OR_EQUAL", ["{{_profile.Attributes.budget}}"], ["exact", "under"]),
        ("BETWEEN", ["{{_profile.Attributes.budget}}", "20"], ["exact", "over"]),
        ("NOT_BETWEEN", ["{{_profile.Attributes.budget}}", "11"], ["over", "under"]),  # an absent end is no end
        ("NOT_BETWEEN", ["11", "{{_profile.Attributes.budget}}"], ["exact", "over", "under"]),
        ("GREATER_THAN", ["{{_profile.Attributes.missing}}"], []),
        ("GREATER_THAN", ["x{{_profile.Attributes.budget}}"], []),  # no reference, and no number
        ("BEGINS_WITH", ["{{_profile.Attributes.spend}}"], ["exact", "no-budget", "over", "under", "word"]),
    ],
)
def test_a_value_can_stand_for_another_attribute(budgets, words, kind, values, expected):
    assert budgets.members(words.attribute("spend", kind, *values)) == expected
