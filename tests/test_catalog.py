"""What the service knows. The expectations are written down from the service's documentation."""

from __future__ import annotations

import pytest

from cpnb import catalog
from cpnb.errors import FieldsError

# Source: the service guide's list of targets, and the service model's Profile and Address shapes.
TEXT_FIELDS = [
    "AccountNumber", "BusinessName", "FirstName", "MiddleName", "LastName", "PhoneNumber", "MobilePhoneNumber",
    "HomePhoneNumber", "BusinessPhoneNumber", "EmailAddress", "PersonalEmailAddress", "BusinessEmailAddress",
    "PartyTypeString", "GenderString",
]  # fmt: skip
ADDRESSES = ["Address", "ShippingAddress", "MailingAddress", "BillingAddress"]
SEGMENTABLE_PARTS = ["City", "County", "State", "Province", "Country", "PostalCode"]
LINES = ["Address1", "Address2", "Address3", "Address4"]
STRING_TYPES = {"INCLUSIVE", "EXCLUSIVE", "CONTAINS", "BEGINS_WITH", "ENDS_WITH"}
DATE_TYPES = {"BEFORE", "AFTER", "BETWEEN", "NOT_BETWEEN", "ON"}


@pytest.mark.parametrize("name", TEXT_FIELDS)
def test_a_text_field_takes_255_characters_and_can_be_filtered_on(name: str) -> None:
    assert catalog.target(name) == catalog.Target(f"_profile.{name}", 255, (), "ProfileDimension")


@pytest.mark.parametrize("block", ADDRESSES)
@pytest.mark.parametrize("part", SEGMENTABLE_PARTS)
def test_the_parts_of_an_address_can_be_filtered_on(block: str, part: str) -> None:
    found = catalog.target(f"{block}.{part}")

    assert (found.max_length, found.values, found.dimension) == (255, (), "ProfileDimension")


@pytest.mark.parametrize("block", ADDRESSES)
@pytest.mark.parametrize("line", LINES)
def test_the_lines_of_an_address_cannot_be_filtered_on(block: str, line: str) -> None:
    found = catalog.target(f"{block}.{line}")

    assert (found.max_length, found.dimension) == (255, "")


def test_additional_information_is_longer_than_the_rest() -> None:
    found = catalog.target("AdditionalInformation")

    assert (found.max_length, found.dimension) == (1000, "ExtraLengthValueProfileDimension")


def test_a_birth_date_is_filtered_on_as_a_date() -> None:
    assert catalog.target("BirthDate") == catalog.Target("_profile.BirthDate", 255, (), "DateDimension")


@pytest.mark.parametrize(
    ("name", "values", "dimension"),
    [
        ("Gender", ("MALE", "FEMALE", "UNSPECIFIED"), ""),
        ("PartyType", ("INDIVIDUAL", "BUSINESS", "OTHER"), ""),
        ("ProfileType", ("ACCOUNT_PROFILE", "PROFILE"), "ProfileTypeDimension"),
    ],
)
def test_some_targets_take_certain_values_only(name: str, values: tuple[str, ...], dimension: str) -> None:
    found = catalog.target(name)

    assert (set(found.values), found.dimension) == (set(values), dimension)
    assert found.max_length == max(map(len, values))


def test_a_custom_attribute_takes_any_name_and_255_characters() -> None:
    found = catalog.target("Attributes.Lieblingsfarbe 2")

    assert found == catalog.Target("_profile.Attributes.Lieblingsfarbe 2", 255, (), "AttributeDimension")


def test_the_prefix_makes_no_difference() -> None:
    assert catalog.target("_profile.Address.City") is catalog.target("Address.City")
    assert catalog.target("Address.City").name == "Address.City"


@pytest.mark.parametrize("name", ["ProfileId", "FoundByItems", "ImportIds", "SourceLastUpdatedTimestamp", "Attributes",
                                  "EngagementPreferences", "Address", "_order.Price", "_asset.Price", ""])  # fmt: skip
def test_what_an_upload_cannot_fill_is_no_target(name: str) -> None:
    with pytest.raises(FieldsError, match="no target"):
        catalog.target(name)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Emailaddress", "EmailAddress"), ("_profile.email_address", "EmailAddress"), ("Address.Citty", "Address.City")],
)
def test_a_mistyped_target_is_offered_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(FieldsError, match=f"Did you mean {meant!r}"):
        catalog.target(typed)


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_the_name_of_a_custom_attribute_has_1_to_255_characters(name: str) -> None:
    with pytest.raises(FieldsError, match=f"1 to 255 characters, this one has {len(name)}"):
        catalog.target(f"Attributes.{name}")


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "a\ud800", " a", "a "])
def test_a_custom_name_that_nobody_can_read_is_refused(name: str) -> None:
    with pytest.raises(FieldsError, match="control character or outer space"):
        catalog.target(f"Attributes.{name}")


@pytest.mark.parametrize("sign", ".[]{}")
def test_a_sign_that_opens_another_level_is_refused_in_a_custom_name(sign: str) -> None:
    with pytest.raises(FieldsError, match="dot, bracket, brace"):
        catalog.target(f"Attributes.a{sign}b")


@pytest.mark.parametrize(
    ("dimension", "types"),
    [
        ("ProfileDimension", STRING_TYPES),
        ("ExtraLengthValueProfileDimension", STRING_TYPES),
        ("DateDimension", DATE_TYPES),
        ("ProfileTypeDimension", {"INCLUSIVE", "EXCLUSIVE"}),
        (
            "AttributeDimension",
            STRING_TYPES | DATE_TYPES | {"GREATER_THAN", "LESS_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN_OR_EQUAL",
                                         "EQUAL", "LIST_CONTAINS", "LIST_CONTAINS_ALL"},
        ),
    ],
)  # fmt: skip
def test_each_kind_of_attribute_has_operators_of_its_own(dimension: str, types: set[str]) -> None:
    assert set(catalog.dimension_types(dimension)) == types


def test_the_data_of_the_model_cannot_be_changed_by_accident() -> None:
    with pytest.raises(TypeError):
        catalog.targets()["_profile.Mine"] = catalog.Target("_profile.Mine", 1)  # type: ignore[index]


def test_limits_that_only_the_documentation_gives() -> None:
    assert (catalog.MAX_PART_ROWS, catalog.MAX_PART_BYTES) == (1_000_000, 1_000_000_000)
    assert (catalog.DEFAULT_EXPIRY_DAYS, catalog.ADVISED_MAX_EXPIRY_DAYS, catalog.MAX_MAPPED_FIELDS) == (14, 90, 25)
