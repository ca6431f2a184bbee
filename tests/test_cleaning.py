"""clean: what is repaired, what the whole column says about it, and what is left alone."""

import copy

import pandas as pd
import pytest

from cpnb.cleaning import clean
from cpnb.content_types import ContentType
from cpnb.errors import FrameError
from cpnb.fields import Field, FieldMap
from cpnb.repairs import DEFAULTS, HEADER_ROWS, REPAIRS
from tests.messy_table import CLEAN, FIELDS, MESS, codes


def test_everything_certain_is_repaired_and_the_rest_left_as_it_is():
    cleaned = clean(MESS, FIELDS)

    assert {column: cleaned.frame[column].tolist() for column in CLEAN} == CLEAN
    left = codes(cleaned)
    assert left["mail", "email_invalid"] == 1
    assert left["phone", "phone_invalid"] == 1
    assert left["born", "date_ambiguous"] == 1
    assert left["spend", "number_invalid"] == 1


def test_each_change_is_told_with_its_row_column_and_rules():
    changes = clean(MESS, FIELDS).changes

    told = {(row.row, row.column): (row.rule, row.before, row.after) for row in changes.itertuples()}
    assert told[0, "id"] == ("spreadsheet_marks", "'001", "001")
    assert told[1, "name"] == ("unicode, spaces", " Jose\u0301", "José")
    assert told[0, "mail"] == ("emails", "Ann@EXAMPLE.com", "Ann@example.com")
    assert told[1, "phone"] == ("phones", "2065550101.0", "+12065550101")
    assert told[2, "zip"] == ("postal_codes", "501", "00501")
    differing = sum(a != b for column in CLEAN for a, b in zip(MESS[column], CLEAN[column], strict=True))
    assert len(told) == len(changes) == clean(MESS, FIELDS).changed_count == differing


def test_the_table_that_came_is_not_changed_and_what_is_not_mapped_is_not_touched():
    before = copy.deepcopy(MESS)

    cleaned = clean(MESS, FIELDS)

    pd.testing.assert_frame_equal(MESS, before)
    assert all(old is new for old, new in zip(MESS["note"], cleaned.frame["note"], strict=True))
    assert cleaned.frame.columns.tolist() == MESS.columns.tolist()


def test_writing_into_the_clean_table_does_not_reach_the_one_that_came():
    cleaned = clean(MESS, FIELDS)

    cleaned.frame.loc[0, ["country", "note"]] = "written"

    assert MESS.loc[0, "country"] == "US"
    assert MESS.loc[0, "note"] == " kept "


def test_cleaning_twice_is_the_same_as_cleaning_once():
    once = clean(MESS, FIELDS)
    twice = clean(once.frame, FIELDS)

    pd.testing.assert_frame_equal(twice.frame, once.frame)
    assert twice.changed_count == 0
    assert len(twice.changes) == 0
    assert codes(twice) == codes(once)


@pytest.mark.parametrize("name", [one.name for one in REPAIRS if not one.is_asked_for])
def test_every_repair_can_be_switched_off_and_on_by_its_name(name):
    assert name not in ", ".join(clean(MESS, FIELDS, without=[name]).changes["rule"].astype(str))
    assert set(clean(MESS, FIELDS, steps=[name]).changes["rule"].astype(str)) == {name}


@pytest.mark.parametrize(
    ("name", "cell", "after"),
    [
        ("repeated_spaces", "Anna  Maria", "Anna Maria"),
        ("placeholders", "n/a", None),
    ],
)
def test_some_repairs_are_made_only_if_they_are_named(name, cell, after):
    data, fields = pd.DataFrame({"name": [cell, "Ada"]}, dtype=object), FieldMap({"name": "LastName"})

    assert clean(data, fields).frame["name"].tolist() == [cell, "Ada"]
    assert clean(data, fields, steps=[DEFAULTS, name]).frame["name"].tolist() == [after, "Ada"]


def test_of_two_values_none_is_picked_unless_it_is_asked_for():
    data = pd.DataFrame({"mail": ["a@example.com; b@example.com"], "phone": ["206 555 0100 / 206 555 0101"]})
    fields = FieldMap({"mail": "EmailAddress", "phone": "PhoneNumber"}, region="US")

    left = clean(data, fields)
    asked = clean(data, fields, steps=[DEFAULTS, "first_of_several"])

    assert left.changed_count == 0
    assert {"two_emails", "two_phones"} <= {one.code for one in left.left_alone}
    assert asked.frame.iloc[0].tolist() == ["a@example.com", "+12065550100"]


def test_a_region_column_says_where_each_number_is_dialled():
    data = pd.DataFrame({"phone": ["206 555 0100", "030 901820", "030 901820"], "cc": ["us", "DE", None]})
    fields = FieldMap([Field("phone", "PhoneNumber", region_column="cc")], region="US")

    assert clean(data, fields).frame["phone"].tolist() == ["+12065550100", "+4930901820", "030 901820"]


def test_a_date_order_and_a_country_can_be_said():
    data = pd.DataFrame({"born": ["03/04/1990"], "zip": ["2108"]})
    fields = FieldMap({"born": "BirthDate", "zip": "Address.PostalCode"})

    said = clean(data, fields, date_order="month-first", country="us")

    assert said.frame.iloc[0].tolist() == ["1990-03-04", "02108"]


def test_repeated_headers_are_taken_out_and_shown_on_request():
    data = pd.DataFrame({"id": ["1", "id", "2"], "mail": ["a@example.com", "mail", None]}, index=["x", "y", "y"])
    fields = FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id")

    cleaned = clean(data, fields)

    assert cleaned.frame.index.tolist() == ["x", "y"]
    assert cleaned.frame["id"].tolist() == ["1", "2"]
    assert cleaned.changes[["row", "rule"]].values.tolist() == [[1, HEADER_ROWS]]
    assert cleaned.rows_taken_out(data)["mail"].tolist() == ["mail"]
    assert cleaned.left_alone == ()
    assert len(clean(data, fields, without=[HEADER_ROWS]).frame) == 3


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"steps": ["fones"]}, ValueError, "Did you mean 'phones'?"),
        ({"without": ["mojibak"]}, ValueError, "Did you mean 'mojibake'?"),
        ({"steps": "phones"}, TypeError, r"steps=\['phones'\]"),
        ({"keep": "best"}, ValueError, "'most_complete'"),
        ({"date_order": "mdy"}, ValueError, "'day-first'"),
        ({"country": "GB"}, ValueError, "begin with zeros"),
    ],
)
def test_a_name_that_is_none_is_refused_and_the_nearest_offered(arguments, error, message):
    with pytest.raises(error, match=message):
        clean(MESS, FIELDS, **arguments)


def test_a_table_without_the_mapped_columns_is_refused():
    with pytest.raises(FrameError, match="lacks"):
        clean(MESS.drop(columns="mail"), FIELDS)


def test_a_number_that_may_be_another_stays_a_number():
    data = pd.DataFrame({"phone": [441212310457, 30901820]})

    cleaned = clean(data, FieldMap({"phone": "PhoneNumber"}, region="DE"))

    assert cleaned.frame["phone"].tolist() == [441212310457, "+4930901820"]
    pd.testing.assert_frame_equal(
        clean(cleaned.frame, FieldMap({"phone": "PhoneNumber"}, region="DE")).frame, cleaned.frame
    )


def test_a_column_with_dates_in_both_orders_says_so():
    data = pd.DataFrame({"born": ["31/12/1990", "12/31/1990", "03/04/1990"]})

    cleaned = clean(data, FieldMap({"born": "BirthDate"}))

    assert cleaned.frame["born"].tolist() == ["1990-12-31", "1990-12-31", "03/04/1990"]
    assert "the column has dates in both" in str(cleaned)


@pytest.mark.parametrize(("last", "told"), [("0", True), ("7", False)])
def test_identifiers_that_a_spreadsheet_cut_to_fifteen_digits_are_told(last, told):
    data = pd.DataFrame({"id": [f"41{number:013}0" for number in range(4)] + [f"41{999:013}{last}"]})

    cleaned = clean(data, FieldMap({"id": "AccountNumber"}))

    assert cleaned.changed_count == 0
    assert (("id", "digits_lost") in codes(cleaned)) is told


def test_floats_that_lost_digits_are_told_once_each():
    data = pd.DataFrame({"id": [2.0**53, 1.2345678901234568e17, 1.0]})

    assert codes(clean(data, FieldMap({"id": "AccountNumber"}))) == {("id", "digits_lost"): 2}


def test_positions_and_evidence_reach_over_all_slices():
    rows = 20_000
    born = ["03/04/1990"] + ["25/12/1990"] * (rows - 1)
    data = pd.DataFrame({"born": born, "name": ["Ann"] * (rows - 1) + ["Bob "]})

    cleaned = clean(data, FieldMap({"born": "BirthDate", "name": "LastName"}))

    assert cleaned.frame["born"].iloc[0] == "1990-04-03"
    changes = cleaned.changes
    assert changes[changes["column"] == "name"]["row"].tolist() == [rows - 1]


@pytest.mark.parametrize(
    ("target", "cells", "after"),
    [
        # Days that no calendar has are no evidence of an order, neither now nor when the others are repaired.
        (
            "BirthDate",
            ["31/12/1990", "30/11/1985", "28/02/1970", "02/30/1990", "02/31/1990", "04/31/1990", "03/04/1990"],
            ["1990-12-31", "1985-11-30", "1970-02-28", "02/30/1990", "02/31/1990", "04/31/1990", "1990-04-03"],
        ),
        ("BirthDate", ["99/09/1999", "99/09/1999", "99/09/1999", "03/04/1990"], None),
        ("AccountNumber", ["7.0", "7.10", "7.20", "8.0"], None),
        ("Attributes.spend", ["$1,234,567", "$2,234,567", "€1,234,567", "1,5", "1,234"], None),
    ],
)
def test_evidence_that_does_not_last_decides_nothing(target, cells, after):
    content_type = ContentType.NUMBER if target == "Attributes.spend" else None
    fields = FieldMap([Field("cell", target, content_type)])

    once = clean(pd.DataFrame({"cell": cells}, dtype=object), fields).frame

    if after is not None:
        assert once["cell"].tolist() == after
    assert once["cell"].tolist()[-1] == (after or cells)[-1]
    pd.testing.assert_frame_equal(clean(once, fields).frame, once)
