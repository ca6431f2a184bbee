"""Dates, numbers, postal codes, words and phones that can be read in one way only, and those that cannot."""

import numpy as np
import pyarrow as pa
import pytest

from cpnb.content import TextColumn, date_order, number_notation, postal_code, spelling
from cpnb.content.phone_repair import ABROAD, Numbers, in_e164, tells


def texts(*values):
    return pa.array(values, pa.large_string())


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1990/4/3", "1990-04-03"),
        ("1990.04.03", "1990-04-03"),
        ("1990-4-3", "1990-04-03"),
        ("1990-04-03 00:00:00", "1990-04-03"),
        ("1990-04-03T00:00:00Z", "1990-04-03"),
        ("19900403", "1990-04-03"),
        ("19900403.0", "1990-04-03"),
        ("3 April 1990", "1990-04-03"),
        ("April 3rd, 1990", "1990-04-03"),
        ("03-APR-1990", "1990-04-03"),
        ("31/12/1990", "1990-12-31"),
        ("12/31/1990", "1990-12-31"),
        ("31.12.1990", "1990-12-31"),
        ("5/5/1990", "1990-05-05"),
        ("5/5/1990 00:00", "1990-05-05"),
    ],
)
def test_a_date_that_says_itself_what_it_is_becomes_iso(text, iso):
    assert date_order.as_iso(texts(text, None), {}).to_pylist() == [iso, None]


@pytest.mark.parametrize(
    "text",
    [
        "03/04/1990", "3.4.1990", "03/04/90", "31/12/90", "31.02.1990", "13/13/1990", "0/4/1990", "1990-13-01",
        "1990-04-03", "1990-04-03 13:45", "20121990", "12345678", "32964", "1990", "April 1990", "31 June 1990",
        "Abril 3, 1990", "  ",
        "",
    ],
)  # fmt: skip
def test_any_other_date_stays(text):
    assert date_order.as_iso(texts(text), {}).to_pylist() == [text]


def test_a_column_whose_dates_agree_tells_the_order_of_the_others():
    column = texts("03/04/1990", "31/12/1990", "25/12/1991", "13/01/1980", "03.04.1990", None)
    seen = date_order.tells(column)

    assert date_order.order_of("/", seen) == date_order.DAY_FIRST
    assert date_order.as_iso(column, seen).to_pylist() == [
        "1990-04-03", "1990-12-31", "1991-12-25", "1980-01-13", "03.04.1990", None,
    ]  # fmt: skip


def test_a_column_whose_dates_contradict_each_other_tells_nothing():
    column = texts("03/04/1990", "31/12/1990", "25/12/1991", "13/01/1980", "12/31/1990")

    assert date_order.as_iso(column, date_order.tells(column))[0].as_py() == "03/04/1990"


@pytest.mark.parametrize("telling", [["31/12/1990"] * 2, ["31/12/1990"] * 3 + ["01/02/1990"] * 13])
def test_few_dates_tell_nothing_about_many(telling):
    column = texts("03/04/1990", *telling)

    assert date_order.as_iso(column, date_order.tells(column))[0].as_py() == "03/04/1990"


@pytest.mark.parametrize(("order", "iso"), [("day-first", "1990-04-03"), ("month-first", "1990-03-04")])
def test_an_order_that_is_said_holds_for_all_and_what_does_not_fit_stays(order, iso):
    column = texts("03/04/1990", "31/12/1990", "12/31/1990")
    contrary = {"day-first": 2, "month-first": 1}[order]

    read = date_order.as_iso(column, {}, order).to_pylist()

    assert read[0] == iso
    assert read[contrary] == column[contrary].as_py()
    assert read[3 - contrary] == "1990-12-31"


def test_only_dates_with_two_orders_are_ambiguous():
    values = ("03/04/1990", "3.4.1990 00:00", "31/12/1990", "4/4/1990", "1990-04-03", "0/4/1990", "1/2/90", None)

    (mask,) = date_order.RULE.failing(TextColumn(texts(*values)))

    assert mask.tolist() == [True, True, False, False, False, False, False, False]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1,234.50", "1234.50"), ("1,234,567", "1234567"), ("1.234,50", "1234.50"), ("1.234.567", "1234567"),
        ("12,5", "12.5"), ("0,123", "0.123"), ("1234,567", "1234.567"), ("1 234,5", "1234.5"), ("1'234.50", "1234.50"),
        ("1’234", "1234"), ("12\u202f345", "12345"), ("$5", "5"), ("$ 1,234.50", "1234.50"), ("-$5.25", "-5.25"),
        ("$-5", "-5"), ("5 €", "5"), ("EUR 5", "5"), ("+1,234,567.8", "+1234567.8"),
    ],
)  # fmt: skip
def test_a_number_that_can_mean_one_value_is_written_plainly(text, plain):
    assert number_notation.plain(texts(text, None), {}).to_pylist() == [plain, None]


@pytest.mark.parametrize(
    "text",
    ["1,234", "$1,234", "$1.234", "1.234", "5%", "(5)", "5-", "1e5", "1,23,456", "12,34,567", "1,234.5.6", "$5 €",
     "-$-5",      "abc", "1 23", "1,2,3", "£", "", " 5", "٣,٤"],
)  # fmt: skip
def test_any_other_number_stays(text):
    assert number_notation.plain(texts(text), {}).to_pylist() == [text]


def test_a_column_tells_what_its_commas_mean():
    thousands = texts("1,234", "1,234,567", "1,234.5", "9,876.25", "$1.234")
    decimals = texts("1,234", "12,5", "0,75", "1.234,5", "1.234")

    assert number_notation.plain(thousands, number_notation.tells(thousands)).to_pylist() == [
        "1234", "1234567", "1234.5", "9876.25", "1.234",
    ]  # fmt: skip
    assert number_notation.plain(decimals, number_notation.tells(decimals)).to_pylist() == [
        "1.234", "12.5", "0.75", "1234.5", "1234",
    ]  # fmt: skip


def test_a_column_with_commas_of_both_kinds_tells_nothing():
    column = texts("1,234", "12,5", "0,75", "7,5", "1,234,567", "1.234")

    assert number_notation.plain(column, number_notation.tells(column)).to_pylist() == [
        "1,234", "12.5", "0.75", "7.5", "1234567", "1.234",
    ]  # fmt: skip


def test_a_point_before_three_decimals_stays_where_points_are_decimal_elsewhere():
    column = texts("1.234", "12,5", "0,75", "7,5", "99.95")

    assert number_notation.plain(column, number_notation.tells(column))[0].as_py() == "1.234"


def test_amounts_of_several_currencies_keep_them():
    column = texts("$5", "€5", "5", "1,234.5")

    assert number_notation.plain(column, number_notation.tells(column)).to_pylist() == ["$5", "€5", "5", "1234.5"]


def test_zeros_come_back_where_the_country_of_the_row_makes_it_certain():
    codes = texts("2108", "501", "2108-1234", "1099", "1010", "75001", "2108", "12", None)
    countries = postal_code.countries(
        texts("USA", "us", "United States", "Deutschland", "Austria", "France", None, "US", "US")
    )

    assert postal_code.with_zeros(codes, countries, {}).to_pylist() == [
        "02108", "00501", "02108-1234", "01099", "1010", "75001", "2108", "12", None,
    ]  # fmt: skip


def test_zeros_stay_lost_in_a_column_that_has_kept_them_elsewhere():
    codes, countries = texts("2108", "02109", "1099"), texts("US", "US", "DE")
    seen = postal_code.tells(codes, countries)

    assert seen == {"US": 1}
    assert postal_code.with_zeros(codes, countries, seen).to_pylist() == ["2108", "02109", "01099"]


def test_a_short_code_is_told_where_the_region_has_longer_ones():
    rule = postal_code.short_rule("US")
    (mask,) = rule.failing(TextColumn(texts("2108", "98101", "501", "2108-1234", "100-0005", "H2G 1A7", "12", None)))

    assert mask.tolist() == [True, False, True, True, False, False, False, False]
    assert postal_code.short_rule("GB") is None


def test_values_are_spelled_as_the_service_knows_them():
    column = texts("female", " Male ", "FEMALE", "unspecified", "divers", None)

    assert spelling.as_allowed(column, "_profile.GenderString", {}).to_pylist() == [
        "FEMALE", "MALE", "FEMALE", "UNSPECIFIED", "divers", None,
    ]  # fmt: skip
    assert spelling.as_allowed(texts("account profile"), "ProfileType", {}).to_pylist() == ["ACCOUNT_PROFILE"]
    assert spelling.allowed_values("FirstName") == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("F", "m", "Frau"), ["FEMALE", "MALE", "FEMALE"]),
        (("M", "m"), ["M", "m"]),
        (("H", "M", "F"), ["H", "M", "F"]),
        (("w", "m"), ["w", "m"]),
    ],
)
def test_letters_for_a_gender_count_only_beside_each_other(values, expected):
    column = texts(*values)

    assert spelling.as_allowed(column, "Gender", spelling.tells(column)).to_pylist() == expected


def e164(*values, region="US", numbers=False, seen=None):
    cells = Numbers(texts(*values), region, np.full(len(values), numbers))
    return in_e164(cells, tells(cells) if seen is None else seen).to_pylist()


def test_phones_are_written_in_e164_for_their_region_and_no_other():
    values = ("(206) 555-0100", "+44 20 7946 0018", "206 555 0100 ext. 5", "555-0100", "2262649", "n/a", None)

    assert e164(*values) == ["+12065550100", "+442079460018", *values[2:]]
    assert e164(*values, region=None) == [values[0], "+442079460018", *values[2:]]
    assert e164("030 901820", "030 901820", "030 901820", region=texts("DE", "Mars", None)) == [
        "+4930901820", "030 901820", "030 901820",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "region", "meant"),
    [
        ("12065550100.0", "US", "+12065550100"),
        ("2065550100.0", "US", "+12065550100"),
        ("1.2065550100E+10", "US", "+12065550100"),
        ("441212310457.0", "GB", "+441212310457"),
        ("1212310457.0", "GB", "+441212310457"),
        ("+12065550100.0", None, "+12065550100"),
    ],
)
def test_a_phone_that_was_a_float_is_the_one_that_was_meant(text, region, meant):
    assert e164(text, region=region) == [meant]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("441212310457.0", "DE"),  # as digits a number in Oldenburg, with a plus one in Birmingham
        ("441212310457.0", "US"),
        ("441212310457.0", None),
        ("12065550100.0", None),
        ("12065550100.00", "US"),
        ("1.2E+10", "US"),
        ("555.0000", "US"),
        ("555.0", "US"),
        ("0441212310457.0", "DE"),
    ],
)
def test_a_phone_that_was_a_float_stays_where_it_may_be_another(text, region):
    assert e164(text, region=region) == [text]


def test_ten_digits_of_a_float_are_no_american_number_where_others_are_from_abroad():
    # With a plus, +36 1 234 5678 is a number in Budapest.
    assert e164("3612345678.0") == ["+13612345678"]
    assert e164("3612345678.0", "441212310457.0") == ["3612345678.0", "441212310457.0"]
    assert e164("3612345678.0", seen={ABROAD: 1}) == ["3612345678.0"]


def test_numbers_of_a_number_column_have_lost_their_plus_as_well():
    assert e164("441212310457", region="DE", numbers=True) == ["441212310457"]
    assert e164("441212310457", region="GB", numbers=True) == ["+441212310457"]
    assert e164("2065550100", numbers=True) == ["+12065550100"]


def test_two_phones_in_one_cell_are_never_read_as_one():
    assert e164("030 901820 / 030 901821", region="DE") == ["030 901820 / 030 901821"]
