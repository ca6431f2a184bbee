"""Phone numbers: the truth table, by hand."""

import pyarrow as pa
import pytest

from cpnb.content import TextColumn, phone_number


def texts(*values):
    return pa.array(values, pa.large_string())


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+12065550100", None),
        ("+1 (206) 555-0100", None),
        ("+1 206 555 0100", "DE"),
        ("(206) 555-0100", "US"),
        ("2065550100", "US"),
        ("1-206-555-0100 ext. 12", "US"),
        ("\uff0b12065550100", None),
        ("+49 30 901820", None),
        ("030 901820", "DE"),
        ("020 7946 0018", "GB"),
        ("\u0661\u0662\u0660\u0666\u0665\u0665\u0665\u0660\u0661\u0660\u0660", "US"),
    ],
)
def test_numbers_that_can_be_dialled(text, region):
    assert phone_number.is_phone(text, region)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("(206) 555-0100", None),
        ("555-0100", "US"),
        ("12345", "US"),
        ("+1206555010", None),
        ("+12065550100000", None),
        ("+999 123456", None),
        ("0", "US"),
        ("n/a", "US"),
        ("206-555-0100 / 206-555-0101 x", "DE"),
        ("+44 7700 900123", None),
        ("ann@example.com", "US"),
    ],
)
def test_texts_that_cannot_be_dialled(text, region):
    assert not phone_number.is_phone(text, region)


def test_the_rule_tells_apart_invalid_without_country_and_not_e164():
    column = TextColumn(texts("+12065550100", "+1 206 555 0100", "206 555 0100", "+1 2", "n/a", None))

    invalid, without_country, not_e164 = phone_number.phone_rule(None).failing(column)

    assert invalid.tolist() == [False, False, False, True, True, False]
    assert without_country.tolist() == [False, False, True, False, False, False]
    assert not_e164.tolist() == [False, True, False, False, False, False]


def test_with_a_region_a_national_number_is_only_not_e164():
    invalid, without_country, not_e164 = phone_number.phone_rule("US").failing(TextColumn(texts("206 555 0100")))

    assert (invalid.tolist(), without_country.tolist(), not_e164.tolist()) == ([False], [False], [True])


def test_each_row_is_read_in_its_own_region():
    column = TextColumn(
        texts("206 555 0100", "206 555 0100", "030 901820", "206 555 0100", "030 901820", None, "+12065550100"),
        texts("US", "FR", " de ", None, "Mars", "Mars", ""),
    )

    invalid, without_country, not_e164, region_unknown = phone_number.RULE_BY_ROW.failing(column)

    assert invalid.tolist() == [False, True, False, False, False, False, False]
    assert without_country.tolist() == [False, False, False, True, True, False, False]
    assert not_e164.tolist() == [True, False, True, False, False, False, False]
    assert region_unknown.tolist() == [False, False, False, True, True, False, True]


def test_numbers_are_compared_without_their_formatting():
    text = texts("+1 (206) 555-0100", "2065550100", "206.555.0100", "+49 30 901820", "no number", "7", None)

    assert phone_number.comparable(text, "US").to_pylist() == [
        "+12065550100",
        "+12065550100",
        "+12065550100",
        "+4930901820",
        "no number",
        "7",
        None,
    ]


def test_numbers_that_differ_only_in_the_extension_are_two():
    text = texts("206 555 0100 ext 1", "206 555 0100 ext 2")

    assert len(set(phone_number.comparable(text, "US").to_pylist())) == 2


def test_equal_digits_in_two_countries_are_two_numbers():
    text = texts("2065550100", "2065550100")

    assert len(set(phone_number.comparable(text, texts("US", "DE")).to_pylist())) == 2


def test_invalid_numbers_are_compared_by_the_digits_that_were_dialled_and_their_country():
    text = texts("(206) 555-01", "206 555 01", "+1 206 555 01", "555-01", "206 555 01 ext 1", "206 555 01 ext 2")

    assert phone_number.comparable(text, "US").to_pylist() == [
        "1 20655501",
        "1 20655501",
        "+120655501",
        "1 55501",
        "+120655501;1",
        "+120655501;2",
    ]
    assert phone_number.comparable(texts("206 555 01", "206 555 01"), texts("US", "GB")).to_pylist() == [
        "1 20655501",
        "44 20655501",
    ]
    assert phone_number.comparable(texts("206 555 01"), None).to_pylist() == ["20655501"]


def test_the_prefix_out_of_a_country_and_a_plus_sign_keep_invalid_numbers_apart():
    assert len(set(phone_number.comparable(texts("011191", "+1011191", "1011191"), "US").to_pylist())) == 3


def test_words_for_digits_keep_invalid_numbers_apart():
    assert len(set(phone_number.comparable(texts("1-800-CALL", "1-800-TALK", "1-800-2255"), "US").to_pylist())) == 2
