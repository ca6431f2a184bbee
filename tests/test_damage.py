"""Rows that repeat the header of the file, and floats that have lost digits."""

import pandas as pd
import pyarrow as pa
import pytest

from cpnb import frames
from cpnb.content import Severity
from cpnb.damage import HEADER_REPEATED, header_rows, rounded_numbers
from cpnb.fields import FieldMap
from cpnb.rendering import render

FIELDS = FieldMap({"Id": "AccountNumber", "First Name": "FirstName", "E-Mail": "EmailAddress"})


def found(data, fields=FIELDS):
    [(_, piece)] = frames.slices(data, fields.needed_columns, rows=max(1, len(data)))
    return header_rows(render(piece, fields), fields).tolist()


def table(*rows):
    return pd.DataFrame(rows, columns=["Id", "First Name", "E-Mail"], dtype=object)


def test_a_row_with_the_names_of_its_columns_is_a_header():
    data = table(("1", "Ann", "ann@example.com"), ("Id", "First Name", "E-Mail"), ("2", "Id", None))

    assert found(data) == [False, True, False]


def test_letter_case_and_spaces_at_the_ends_do_not_count():
    assert found(table((" ID", "first name ", "\te-mail"))) == [True]


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b", "\u00ad"])
def test_a_mark_that_cannot_be_seen_does_not_hide_a_header(mark):
    assert found(table((f"{mark}Id", "First Name", "E-Mail"))) == [True]


def test_empty_cells_are_passed_over_but_two_names_must_be_there():
    rows = [("Id", None, "E-Mail"), (None, None, "E-Mail"), (None, None, None), ("", "First Name", "E-Mail")]

    assert found(table(*rows)) == [True, False, False, True]


@pytest.mark.parametrize("row", [("Id", "First Name", "x"), ("First Name", "Id", "E-Mail"), ("Id", "First", "E-Mail")])
def test_one_other_value_makes_it_a_row_like_any_other(row):
    assert found(table(row)) == [False]


def test_one_name_alone_may_be_a_value():
    fields = FieldMap({"Straße": "Address.Address1"})

    assert not any(found(pd.DataFrame({"Straße": ["STRASSE", "straße", "Weg 1", None]}), fields))


def test_what_stands_in_columns_that_are_not_mapped_makes_no_difference():
    names, person = ("Id", "First Name", "E-Mail"), ("1", "Ann", "ann@example.com")
    data = table(names, names, person).assign(note=["note", "called twice", "note"])

    assert found(data) == [True, True, False]


def test_a_box_that_was_ticked_may_hold_the_name_of_its_column_beside_other_values():
    fields = FieldMap({"Id": "AccountNumber", "Mail": "Attributes.by_mail", "Phone": "Attributes.by_phone"})
    data = pd.DataFrame([("7", "Mail", "Phone"), ("Id", "Mail", "Phone")], columns=["Id", "Mail", "Phone"])

    assert found(data, fields) == [False, True]


def test_such_a_row_would_become_a_customer():
    assert HEADER_REPEATED.severity is Severity.ERROR


@pytest.mark.parametrize("dtype", ["float64", "Float64", object])
def test_floats_that_are_too_large_to_be_exact_have_lost_digits(dtype):
    numbers = pd.Series([1e3, 2.0**53 - 1, 2.0**53, None, 1.2345678901234568e17], dtype=dtype)
    fields = FieldMap({"id": "AccountNumber", "name": "LastName"})
    [(_, piece)] = frames.slices(pd.DataFrame({"id": numbers, "name": numbers}), fields.needed_columns)

    found = rounded_numbers(piece, fields)

    assert {column: mask.tolist() for column, mask in found.items()} == {"id": [False, False, True, False, True]}


def test_text_and_whole_numbers_are_exact():
    data = pd.DataFrame({"id": ["9007199254740993"], "phone": [2**60]})
    fields = FieldMap({"id": "AccountNumber", "phone": "PhoneNumber"})
    [(_, piece)] = frames.slices(data, fields.needed_columns)

    assert rounded_numbers(piece, fields) == {}


def test_a_table_without_rows_has_no_header_in_it():
    nothing = frames.Slice(0, {name: pa.array([], pa.string()) for name in FIELDS.columns})

    assert header_rows(render(nothing, FIELDS), FIELDS).tolist() == []
