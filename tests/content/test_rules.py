"""Which rules a field has, and how keys of each content type are compared."""

import pyarrow as pa
import pytest

from cpnb.content import Provenance, TextColumn, normalised_key, rules_for
from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap

# What any text may have suffered; the damage of phones, identifiers, dates and postal codes comes on top.
DAMAGE = {
    "spreadsheet_mark", "mojibake", "characters_lost", "invisible_character", "no_break_space", "not_composed",
    "placeholder",
}  # fmt: skip
ROUNDING = {"float_shaped", "digits_lost", "exponent_shaped"}


def codes(field, *, key=None, region=None):
    fields = FieldMap([field], unique_key=key, region=region)
    return {problem.code for rule in rules_for(field, fields) for problem in rule.problems}


def told(field, cell, *, key=None):
    """Return the codes of the problems that one cell has."""
    column = TextColumn(pa.array([cell], pa.large_string()))
    rules = rules_for(field, FieldMap([field], unique_key=key))
    verdicts = [pair for rule in rules for pair in zip(rule.problems, rule.failing(column), strict=True)]
    return {problem.code for problem, mask in verdicts if mask.any()}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (Field("x", "FirstName"), {"space_at_the_ends", "too_long"} | DAMAGE),
        (Field("x", "Attributes.tier"), {"space_at_the_ends", "too_long"} | DAMAGE),
        (Field("x", "EmailAddress"), {"email_invalid", "too_long", "two_emails"} | DAMAGE),
        (
            Field("x", "PhoneNumber"),
            {"phone_invalid", "phone_without_country", "phone_not_e164", "too_long", "two_phones"} | DAMAGE | ROUNDING,
        ),
        (
            Field("x", "PhoneNumber", region_column="country"),
            {"phone_invalid", "phone_without_country", "phone_not_e164", "region_unknown", "too_long", "two_phones"}
            | DAMAGE
            | ROUNDING,
        ),
        (
            Field("x", "Attributes.spend", ContentType.NUMBER),
            {"number_invalid", "number_exponent", "too_long"} | DAMAGE,
        ),
        (Field("x", "BirthDate"), {"date_not_iso", "date_ambiguous", "space_at_the_ends", "too_long"} | DAMAGE),
        (Field("x", "Gender"), {"value_not_allowed"}),
        (Field("x", "AccountNumber"), {"space_at_the_ends", "too_long"} | DAMAGE | ROUNDING),
        (Field("x", "Address.PostalCode"), {"space_at_the_ends", "too_long"} | DAMAGE | ROUNDING),
        (Field("x", "EmailAddress", ContentType.STRING), {"space_at_the_ends", "too_long"} | DAMAGE),
    ],
)
def test_a_field_has_the_rules_of_its_type_and_target(field, expected):
    assert codes(field) == expected


def test_the_unique_key_must_be_there():
    assert codes(Field("x", "FirstName"), key="x") == {"key_empty", "space_at_the_ends", "too_long"} | DAMAGE


@pytest.mark.parametrize(("region", "told"), [("US", True), ("GB", False), (None, False)])
def test_a_postal_code_may_be_too_short_where_a_region_has_codes_of_one_length(region, told):
    assert ("postal_code_short" in codes(Field("x", "Address.PostalCode"), region=region)) is told


@pytest.mark.parametrize(
    ("target", "cell", "expected"),
    [
        ("Address.City", " Seattle", {"space_at_the_ends"}),
        ("FirstName", "   ", {"space_at_the_ends"}),
        ("BirthDate", "   ", {"space_at_the_ends"}),
        ("BirthDate", "31.12.1990", {"date_not_iso"}),
        ("Gender", "MALE ", {"value_not_allowed"}),
        ("EmailAddress", "ann@example.com ", {"email_invalid"}),
        ("PhoneNumber", " +12065550100", {"phone_not_e164"}),
    ],
)
def test_a_stray_space_is_told_once(target, cell, expected):
    assert told(Field("x", target), cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"), [(" C1", {"space_at_the_ends"}), ("  ", {"key_empty"}), (None, {"key_empty"}), ("C 1", set())]
)
def test_a_key_of_nothing_but_spaces_is_an_empty_key_and_nothing_else(cell, expected):
    assert told(Field("x", "AccountNumber"), cell, key="x") == expected


def test_every_problem_says_what_to_do_and_where_it_is_written():
    fields = FieldMap(
        [
            Field("id", "AccountNumber"),
            Field("mail", "EmailAddress"),
            Field("phone", "PhoneNumber", region_column="country"),
            Field("born", "BirthDate"),
            Field("gender", "Gender"),
            Field("spend", "Attributes.spend", ContentType.NUMBER),
        ],
        unique_key="id",
    )

    for field in fields:
        for rule in rules_for(field, fields):
            for problem in rule.problems:
                assert problem.hint.endswith(".")
                assert not problem.sentence.endswith(".")
                assert problem.provenance in Provenance


@pytest.mark.parametrize(
    ("content_type", "same", "different"),
    [
        (ContentType.STRING, ("a b", "a b"), ("A b", "a b", "a  b")),
        (ContentType.NAME, ("Ann  Lee", "ann lee", "ANN\tLEE", " Ann Lee "), ("Ann Lee", "AnnLee")),
        (ContentType.EMAIL_ADDRESS, ("Ann@Example.com", "ann@example.com"), ("ann@example.com", "ann@example.org")),
        (ContentType.NUMBER, ("100", "100.0", "+0100", "1e2", "1E+2"), ("1", "2", "-1", "1e1", "1e-1")),
        (ContentType.PHONE_NUMBER, ("+1 206 555 0100", "(206) 555-0100"), ("+12065550100", "+12065550101")),
    ],
)
def test_keys_are_equal_where_the_service_takes_them_for_the_same(content_type, same, different):
    assert len(set(normalised_key(pa.array(same), content_type, "US").to_pylist())) == 1
    assert len(set(normalised_key(pa.array(different), content_type, "US").to_pylist())) == len(different)


def test_keys_in_chunks_are_normalised_like_keys_in_one():
    chunked = pa.chunked_array([["A@x.org", None], ["b@X.org"]])

    assert normalised_key(chunked, ContentType.EMAIL_ADDRESS).to_pylist() == ["a@x.org", None, "b@x.org"]


def test_chunked_phone_keys_keep_the_regions_of_their_rows():
    chunked = pa.chunked_array([["2065550100"], ["030901820"]])
    regions = pa.array(["US", "DE"])

    assert normalised_key(chunked, ContentType.PHONE_NUMBER, regions).to_pylist() == ["+12065550100", "+4930901820"]


def test_turkish_letters_are_not_taken_for_latin_ones():
    keys = normalised_key(pa.array(["IRMAK", "irmak", "ırmak", "İrmak"]), ContentType.NAME).to_pylist()

    assert keys[0] == keys[1]
    assert len(set(keys[1:])) == 3
