"""Cleaned: what it says of a cleaning, in text, HTML and tables; no value unless it is asked for."""

import pandas as pd
import pytest

from cpnb.cleaning import clean
from cpnb.errors import FrameError
from cpnb.fields import FieldMap
from tests.messy_table import FIELDS, MESS

SECRET = "Quetzalcoatl"


@pytest.mark.parametrize("show", [str, repr, lambda one: one._repr_html_(), lambda one: one.preview().to_string()])
def test_no_value_and_no_label_is_shown_unless_it_is_asked_for(show):
    data = pd.DataFrame(
        {"id": [f" {SECRET}1", f"{SECRET}1", "x "], "mail": [f"{SECRET}@EXAMPLE.com", f"{SECRET}@", "n/a"]},
        index=[SECRET] * 3,
    )
    fields = FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id")

    text = show(clean(data, fields, keep="first"))

    assert SECRET.lower() not in text.lower()
    assert "Aaaaaaaaaaaa" in text


def test_the_text_says_what_was_done_and_why_the_rest_was_not():
    text = str(clean(MESS, FIELDS))

    assert text.startswith("Cleaned: 4 rows: ")
    assert "phone: 2 cells written in E.164, such as '(999) 999-9999' -> '+99999999999' [phones]" in text
    assert "are not made up, such as '999-9999' [phone_invalid]" in text
    assert "date_order='day-first' or 'month-first'" in text


def test_a_clean_table_is_left_alone():
    data = pd.DataFrame({"id": ["1"], "mail": ["ann@example.com"]})

    cleaned = clean(data, FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id"))

    assert str(cleaned) == "Cleaned: 1 row: no cell repaired, nothing left to repair."
    pd.testing.assert_frame_equal(cleaned.frame, data)


def test_preview_counts_pairs_of_shapes():
    data = pd.DataFrame({"name": [" Ann", " Bob", "Eve ", " Al", " Jo-Ann", " X"]})

    preview = clean(data, FieldMap({"name": "LastName"})).preview()

    assert preview.values.tolist() == [
        ["name", "spaces", 2, "' Aaa'", "'Aaa'"],
        ["name", "spaces", 1, "' A'", "'A'"],
        ["name", "spaces", 1, "' Aa'", "'Aa'"],
        ["name", "spaces", 2, "…", "…"],
    ]


def test_a_repair_is_told_once_and_under_it_the_columns():
    data = pd.DataFrame({"first": [" Ann", "Bob"], "last": [" Lee", "Day "], "mail": ["A@EXAMPLE.COM", None]})
    fields = FieldMap({"first": "FirstName", "last": "LastName", "mail": "EmailAddress"})

    cleaned = clean(data, fields)

    assert str(cleaned).splitlines() == [
        "Cleaned: 2 rows: 4 cells repaired in 3 columns, nothing left to repair.",
        "Repaired",
        "  freed of spaces at the ends and of special spaces [spaces], in 2 columns:",
        "    first: 1 cell, such as ' Aaa' -> 'Aaa'",
        "    last: 2 cells, such as ' Aaa' -> 'Aaa'",
        "  mail: 1 cell written in normal form, such as 'A@AAAAAAA.AAA' -> 'A@aaaaaaa.aaa' [emails]",
    ]
    html = cleaned._repr_html_()
    assert html.count("freed of spaces") == html.count("[spaces]") == html.count("Repaired") == 1
    assert html.index("[spaces]") < html.index("first") < html.index("last") < html.index("[emails]")
    assert 'aria-label="50.0 % of the rows, 50.0 % not"' in html


def test_an_example_shows_one_repair_alone_if_any_cell_had_only_that():
    fields = FieldMap({"born": "BirthDate"})

    both = str(clean(pd.DataFrame({"born": [" 19900403", " 19900404"]}), fields))
    alone = str(clean(pd.DataFrame({"born": [" 19900403", "1990/04/04", " 1990-04-05"]}), fields))

    assert "such as ' 99999999' -> '9999-99-99' (with dates) [spaces]" in both
    assert "such as ' 99999999' -> '9999-99-99' (with spaces) [dates]" in both
    assert "such as ' 9999-99-99' -> '9999-99-99' [spaces]" in alone
    assert "such as '9999/99/99' -> '9999-99-99' [dates]" in alone


def test_of_a_very_wide_table_some_columns_are_named_and_the_first_line_says_so():
    data = pd.DataFrame({f"c{number:03}": [" x", "y"] for number in range(300)})
    fields = FieldMap({column: f"Attributes.{column}" for column in data.columns})

    cleaned = clean(data, fields)

    lines = str(cleaned).splitlines()
    assert cleaned.changed_count == len(cleaned.changes) == len(cleaned.preview()) == 300
    assert lines[0].endswith("Of more columns, 12 are named at each line; preview() lists all repairs.")
    assert len(lines) == 16
    assert lines[-1] == "    and 288 more columns"
    assert len(cleaned._repr_html_()) < 20_000


@pytest.mark.parametrize("show", ["conflicts", "rows_taken_out"])
def test_another_table_is_not_taken_for_the_one_that_was_cleaned(show):
    with pytest.raises(FrameError, match="had 4"):
        getattr(clean(MESS, FIELDS), show)(MESS.head(2))
