"""Texts and lists in segments, and every attribute that a condition can be about. Expectations by hand."""

import uuid

import pytest
from botocore.loaders import Loader

from cpnb.sandbox.model import service_model

TEXTS = {
    "plain": "gold",
    "capital": "Gold",
    "blank": "gold ",
    "accent": "göld",
    "two code points": "go\u0308ld",
    "inside": "old gold watch",
    "wildcard": "g%ld",
    "list": '["gold","red"]',
    "list with blanks": ' [ "gold" ,\n"silver" ] ',
    "list escaped": '["\\u0067old"]',
    "empty list": "[]",
    "list of numbers": "[1]",
    "broken list": '["gold"',
    "comma too many": '["gold",]',
    "nested list": '[["gold"]]',
}


@pytest.fixture(scope="module")
def texts(running, new_domain):
    domain = new_domain(running, f"texts-{uuid.uuid4().hex[:12]}")
    domain.add(
        [
            *({"AccountNumber": account, "Attributes": {"tier": text}} for account, text in TEXTS.items()),
            {"AccountNumber": "absent", "FirstName": "Ana"},
        ]
    )
    return domain


LISTS = ["list", "list escaped", "list with blanks"]
NO_LISTS = ["broken list", "comma too many", "nested list"]


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("INCLUSIVE", ["gold"], ["plain"]),
        ("INCLUSIVE", ["göld"], ["accent"]),
        ("EXCLUSIVE", [text for text in TEXTS.values() if text != "gold"], ["absent", "plain"]),
        ("CONTAINS", ["gold"], sorted({"plain", "blank", "inside", "list", "list with blanks", *NO_LISTS})),
        ("CONTAINS", ["%"], ["wildcard"]),
        ("BEGINS_WITH", ["g"], ["accent", "blank", "plain", "two code points", "wildcard"]),
        ("BEGINS_WITH", ["go"], ["blank", "plain", "two code points"]),
        ("ENDS_WITH", ["ld", "watch"], ["accent", "capital", "inside", "plain", "two code points", "wildcard"]),
    ],
)
def test_texts_compare_by_code_points(texts, words, kind, values, expected):
    assert texts.members(words.attribute("tier", kind, *values)) == expected


needs_lists = pytest.mark.skipif(
    "LIST_CONTAINS" not in service_model().shapes["AttributeDimensionType"]["enum"],
    reason="the service model of this botocore has no LIST_CONTAINS",
)


@needs_lists
@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("LIST_CONTAINS", ["gold"], ["list", "list escaped", "list with blanks", "plain"]),
        ("LIST_CONTAINS", ["red", "silver"], ["list", "list with blanks"]),
        ("LIST_CONTAINS", ["[]"], []),  # an empty list contains nothing
        ("LIST_CONTAINS", ["[1]", '["gold",]'], ["comma too many", "list of numbers"]),  # a text is a list of itself
        ("LIST_CONTAINS", ['["gold","red"]'], []),
        ("LIST_CONTAINS_ALL", ["gold"], ["list", "list escaped", "list with blanks", "plain"]),
        ("LIST_CONTAINS_ALL", ["gold", "red"], ["list"]),
        ("LIST_CONTAINS_ALL", ["gold", "gold"], ["list", "list escaped", "list with blanks", "plain"]),
        ("LIST_CONTAINS_ALL", ["gold", "{{_profile.Attributes.missing}}"], []),
        (
            "LIST_CONTAINS",
            ["gold", "{{_profile.Attributes.missing}}"],
            ["list", "list escaped", "list with blanks", "plain"],
        ),
    ],
)
def test_lists(texts, words, kind, values, expected):
    assert texts.members(words.attribute("tier", kind, *values)) == expected


def standard_conditions():
    """Every attribute that the service model lets a condition be about, with a profile that has it."""
    shapes = Loader().load_service_model("customer-profiles", "service-2")["shapes"]
    for name, member in shapes["ProfileAttributes"]["members"].items():
        if member["shape"] in ("ProfileDimension", "ExtraLengthValueProfileDimension"):
            yield pytest.param({name: "x"}, {name: {"DimensionType": "INCLUSIVE", "Values": ["x"]}}, id=name)
        elif member["shape"] == "AddressDimension":
            for part in shapes["AddressDimension"]["members"]:
                condition = {name: {part: {"DimensionType": "INCLUSIVE", "Values": ["x"]}}}
                yield pytest.param({name: {part: "x"}}, condition, id=f"{name}.{part}")


@pytest.fixture(scope="module")
def attributes(running, new_domain):
    """One profile for each condition, which has that attribute and an account number alone."""
    return new_domain(running, f"attributes-{uuid.uuid4().hex[:12]}")


@pytest.mark.parametrize(("profile", "condition"), list(standard_conditions()))
def test_every_standard_attribute_is_evaluated(attributes, words, request, profile, condition):
    account = "x" if "AccountNumber" in profile else request.node.callspec.id
    attributes.add([{"AccountNumber": account, **profile}])
    assert attributes.members(words.one({"ProfileAttributes": condition})) == [account]


def test_additional_information_may_be_compared_with_a_thousand_characters(domain, words, refusal):
    long = "x" * 1000
    domain.add([{"AccountNumber": "1", "AdditionalInformation": long}])
    condition = {"AdditionalInformation": {"DimensionType": "INCLUSIVE", "Values": [long]}}
    assert domain.members(words.one({"ProfileAttributes": condition})) == ["1"]
    condition["AdditionalInformation"]["Values"] = [long + "x"]
    assert refusal(domain.estimate, words.one({"ProfileAttributes": condition}))[0] == "BadRequestException"


@pytest.mark.parametrize(("kind", "expected"), [("INCLUSIVE", ["2"]), ("EXCLUSIVE", ["1", "3"])])
def test_profile_types(domain, words, kind, expected):
    domain.add(
        [
            {"AccountNumber": "1"},
            {"AccountNumber": "2", "ProfileType": "ACCOUNT_PROFILE"},
            {"AccountNumber": "3", "ProfileType": "PROFILE"},
        ]
    )
    condition = {"ProfileType": {"DimensionType": kind, "Values": ["ACCOUNT_PROFILE"]}}
    assert domain.members(words.one({"ProfileAttributes": condition})) == expected


def test_names_of_custom_attributes_keep_their_case_and_signs(domain, words):
    domain.add(
        [
            {"AccountNumber": "1", "Attributes": {"Größe in cm": "1"}},
            {"AccountNumber": "2", "Attributes": {"größe in cm": "1"}},
            {"AccountNumber": "3", "Attributes": {'"; DROP TABLE segments; --': "1"}},
        ]
    )
    for account, name in {"1": "Größe in cm", "2": "größe in cm", "3": '"; DROP TABLE segments; --'}.items():
        assert domain.members(words.attribute(name, "EQUAL", "1")) == [account]
        # A profile's other attribute is found by the same name.
        reference = "{{_profile.Attributes." + name + "}}"
        assert domain.members(words.attribute(name, "INCLUSIVE", reference)) == [account]


def test_values_are_never_read_as_sql(domain, words):
    domain.add([{"AccountNumber": "1", "Attributes": {"tier": "' OR TRUE --"}}])
    assert domain.members(words.attribute("tier", "INCLUSIVE", "' OR TRUE --")) == ["1"]
    assert domain.members(words.attribute("tier", "INCLUSIVE", "' OR '1'='1")) == []
    assert domain.members(words.attribute("tier", "EQUAL", "1) OR (TRUE")) == []
