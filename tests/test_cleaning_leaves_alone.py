"""What a cleaning must not touch, because it may be right as it is, or may mean something else."""

import numpy as np
import pandas as pd
import pytest

from cpnb.cleaning import clean
from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap


def cleaned(cells, target, *, region=None, content_type=None, dtype=object):
    fields = FieldMap([Field("cell", target, content_type)], region=region)
    return clean(pd.DataFrame({"cell": pd.Series(cells, dtype=dtype)}), fields)


def stays(cells, target, **said):
    before = pd.Series(cells, dtype=object)
    after = cleaned(cells, target, **said).frame["cell"].astype(object)
    return after.tolist() == before.tolist()


@pytest.mark.parametrize("dtype", ["float32", object])
def test_floats_that_are_too_short_for_a_phone_are_rounded_and_stay(dtype):
    cells = list(np.array([2065550110, 2065550123], dtype="float32"))
    done = cleaned(cells, "PhoneNumber", region="US", dtype=dtype)

    assert done.frame["cell"].tolist() == cells
    assert [one.count for one in done.left_alone if one.code == "digits_lost"] == [2]


def test_rounded_keys_are_told():
    done = cleaned(np.array([20655501, 20655503], dtype="float32"), "AccountNumber", dtype="float32")

    assert [one.count for one in done.left_alone if one.code == "digits_lost"] == [2]


def test_a_point_is_a_decimal_point_unless_the_column_shows_points_between_thousands():
    cells = ["1.001", "1.009", "48.137", "3,5", "4,5", "12,7"]
    shown = [*cells, "1.234,5"]
    spend = {"target": "Attributes.spend", "content_type": ContentType.NUMBER}

    assert cleaned(cells, **spend).frame["cell"].tolist()[:3] == cells[:3]
    assert cleaned(shown, **spend).frame["cell"].tolist()[:3] == ["1001", "1009", "48137"]


def test_a_number_of_the_table_is_never_read_again():
    cells = [1.234, 48.137, "3,5", "4,5", "12,7", "1.234,5"]
    done = cleaned(cells, "Attributes.spend", content_type=ContentType.NUMBER)

    assert done.frame["cell"].tolist()[:2] == cells[:2]


def test_an_address_of_the_internet_is_no_number():
    assert stays(["192.168.100.200"], "Attributes.ip", content_type=ContentType.NUMBER)


def test_in_italy_a_lost_zero_may_make_a_landline_a_mobile():
    assert stays(["331234567.0", "321234567.0"], "PhoneNumber", region="IT")
    assert cleaned(["3331234567.0"], "PhoneNumber", region="IT").frame["cell"].tolist() == ["+393331234567"]


@pytest.mark.parametrize("cell", ['"30123456.0"', "4930123456.0;", "030123\x1d456"])
def test_what_stands_behind_the_point_of_a_float_is_no_digit_of_a_phone(cell):
    assert stays([cell], "PhoneNumber", region="DE")


@pytest.mark.parametrize("year", ["1370", "2533", "0001", "9999"])
def test_years_of_other_calendars_stay(year):
    assert stays([f"{year}/05/12"], "BirthDate")
    assert stays([f"31/12/{year}"], "BirthDate")


def test_a_month_may_stand_last_where_other_dates_show_it():
    assert stays(["1990/25/12", "1990/05/12"], "BirthDate")
    assert cleaned(["1990/05/12"], "BirthDate").frame["cell"].tolist() == ["1990-05-12"]


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f"])
def test_what_separates_two_values_is_not_taken_out(separator):
    assert stays([f"12 Main St{separator}Apt 4"], "Address.Address1")
    assert stays([f"A1{separator}B2"], "AccountNumber")


def told(data, fields):
    return {(one.column, one.code): (one.count, one.reason) for one in clean(data, fields).left_alone}


def test_a_cell_is_told_once_where_one_problem_says_more_than_the_other():
    data = pd.DataFrame(
        {
            "mail": ["a@example.com; b@example.com", "n/a", "x"],
            "phone": ["206 555 0100 / 206 555 0101", "n/a", "555-0100"],
            "born": ["03/04/1990", "n/a", "32.13.1990"],
            "spend": ["12x", "n/a", "1"],
        }
    )
    fields = FieldMap(
        [
            Field("mail", "EmailAddress"),
            Field("phone", "PhoneNumber"),
            Field("born", "BirthDate"),
            Field("spend", "Attributes.spend", ContentType.NUMBER),
        ],
        region="US",
    )

    counts = {key: count for key, (count, _) in told(data, fields).items()}

    assert counts == {
        ("mail", "email_invalid"): 1,
        ("mail", "two_emails"): 1,
        ("mail", "placeholder"): 1,
        ("phone", "phone_invalid"): 1,
        ("phone", "two_phones"): 1,
        ("phone", "placeholder"): 1,
        ("born", "date_not_iso"): 1,
        ("born", "date_ambiguous"): 1,
        ("born", "placeholder"): 1,
        ("spend", "number_invalid"): 1,
        ("spend", "placeholder"): 1,
    }


def test_what_brings_zeros_back_is_said_for_the_country_at_hand():
    alone = FieldMap({"zip": "Address.PostalCode"}, region="DE")
    beside = FieldMap({"zip": "Address.PostalCode", "land": "Address.Country"}, region="DE")
    data = pd.DataFrame({"zip": ["1067", "01069"], "land": ["Germany", "Germany"]})

    assert "country='DE', they come back" in told(data, alone)["zip", "postal_code_short"][1]
    assert "other codes of that country have theirs" in told(data, beside)["zip", "postal_code_short"][1]
    assert ("zip", "postal_code_short") not in told(data.assign(land="somewhere"), beside)
