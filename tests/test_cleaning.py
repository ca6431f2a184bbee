"""clean: what is repaired and what is left alone, nothing made worse, nothing given away."""

import copy

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from cpnb.cleaning import clean
from cpnb.content_types import ContentType
from cpnb.errors import FieldsError, FrameError
from cpnb.fields import Field, FieldMap
from cpnb.repairs import DEFAULTS, HEADER_ROWS, REPAIRS
from cpnb.validation import validate

FIELDS = FieldMap(
    [
        Field("id", "AccountNumber"),
        Field("name", "LastName"),
        Field("mail", "EmailAddress"),
        Field("phone", "PhoneNumber"),
        Field("born", "BirthDate"),
        Field("zip", "Address.PostalCode"),
        Field("country", "Address.Country"),
        Field("gender", "GenderString"),
        Field("spend", "Attributes.spend", ContentType.NUMBER),
    ],
    unique_key="id",
    region="US",
)
MESS = pd.DataFrame(
    {
        "id": ["'001", "1002.0", "C3 ", "C4"],
        "name": ["MÃ¼ller", " Jose\u0301", "O\u200bNeil", "Ada"],
        "mail": ["Ann@EXAMPLE.com", "bob@example.com ", "not one", " \t"],
        "phone": ["(206) 555-0100", "2065550101.0", "555-0102", "+12065550103"],
        "born": ["31/12/1990", "19900403", "03/04/1990", "1990-04-03"],
        "zip": ["2108", "98101", "501", "H2G 1A7"],
        "country": ["US", "USA", "United States", "Canada"],
        "gender": ["female", "MALE", "divers", None],
        "spend": ["$1,234.50", "12,5", "1,234", "7"],
        "note": [" kept ", "n/a", ["x"], b"y"],
    },
    dtype=object,
)
CLEAN = {
    "id": ["001", "1002", "C3", "C4"],
    "name": ["Müller", "José", "ONeil", "Ada"],
    "mail": ["Ann@example.com", "bob@example.com", "not one", None],
    "phone": ["+12065550100", "+12065550101", "555-0102", "+12065550103"],
    "born": ["1990-12-31", "1990-04-03", "03/04/1990", "1990-04-03"],
    "zip": ["02108", "98101", "00501", "H2G 1A7"],
    "country": ["US", "USA", "United States", "Canada"],
    "gender": ["FEMALE", "MALE", "divers", None],
    "spend": ["1234.50", "12.5", "1,234", "7"],
}


def codes(cleaned):
    return {(one.column, one.code): one.count for one in cleaned.left_alone}


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


KEYED = FieldMap({"mail": "EmailAddress", "city": "Address.City", "name": "LastName"}, unique_key="mail")
TWINS = pd.DataFrame(
    {
        "mail": ["a@example.com", "b@example.com", "A@EXAMPLE.com ", None, "a@example.com", "b@example.com", None],
        "city": ["Rome", None, "Rome", "Oslo", "Milan", "Paris", "Oslo"],
        "name": [None, "Lee", "Ann", None, "ANN", "lee", None],
    },
    index=list("abcdefg"),
)


@pytest.mark.parametrize(
    ("keep", "index"),
    [(None, "abcdefg"), ("first", "abdg"), ("last", "defg"), ("most_complete", "cdfg")],
)
def test_of_rows_that_share_a_key_one_is_kept_if_that_is_asked_for(keep, index):
    cleaned = clean(TWINS, KEYED, keep=keep)

    assert cleaned.frame.index.tolist() == list(index)
    assert len(cleaned.changes[cleaned.changes["rule"] == "duplicates"]) == len(TWINS) - len(index)


def test_rows_that_share_a_key_and_contradict_each_other_are_told():
    cleaned = clean(TWINS, KEYED)
    found = cleaned.duplicates

    assert (found.group_count, found.positions.tolist(), found.groups.tolist()) == (2, [0, 1, 2, 4, 5], [0, 1, 0, 0, 1])
    assert found.conflict_counts == {"city": 1}
    assert cleaned.conflicts(TWINS).index.tolist() == ["a", "c", "e"]
    assert "2 keys in 5 rows, 1 of them the same only since they were repaired;" in str(cleaned)
    assert "the rows of 1 key contradict each other in city (1)" in str(cleaned)


def test_keys_that_became_equal_by_their_repair_are_told():
    data = pd.DataFrame({"id": ["C1", "C1 ", "C2", "C2"]})

    cleaned = clean(data, FieldMap({"id": "AccountNumber"}, unique_key="id"))

    assert cleaned.duplicates.brought_together == 1
    assert "1 of them the same only since they were repaired" in str(cleaned)


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

    assert str(cleaned) == "Cleaned: 1 row: 0 cells repaired in 0 columns, nothing left to repair."
    pd.testing.assert_frame_equal(cleaned.frame, data)


def test_preview_counts_pairs_of_shapes():
    data = pd.DataFrame({"name": [" Ann", " Bob", "Eve ", " Al", " Jo-Ann", " X"]})

    preview = clean(data, FieldMap({"name": "LastName"})).preview()

    assert preview.values.tolist() == [
        ["name", "spaces", 2, " Aaa", "Aaa"],
        ["name", "spaces", 1, " A", "A"],
        ["name", "spaces", 1, " Aa", "Aa"],
        ["name", "spaces", 2, "…", "…"],
    ]


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


def test_to_keep_one_row_of_a_key_there_must_be_a_key():
    with pytest.raises(FieldsError, match="overridden"):
        clean(MESS, FieldMap({"name": "LastName"}), keep="first")


def test_of_a_very_wide_table_the_first_lines_are_shown_and_the_first_line_says_so():
    data = pd.DataFrame({f"c{number:03}": [" x", "y"] for number in range(300)})
    fields = FieldMap({column: f"Attributes.{column}" for column in data.columns})

    cleaned = clean(data, fields)

    assert cleaned.changed_count == len(cleaned.changes) == 300
    assert str(cleaned).splitlines()[0].endswith("The first 40 of 300 lines are shown.")
    assert len(str(cleaned).splitlines()) == 42
    assert len(cleaned._repr_html_()) < 50_000


def test_a_table_without_the_mapped_columns_is_refused():
    with pytest.raises(FrameError, match="lacks"):
        clean(MESS.drop(columns="mail"), FIELDS)


@pytest.mark.parametrize("show", ["conflicts", "rows_taken_out"])
def test_another_table_is_not_taken_for_the_one_that_was_cleaned(show):
    with pytest.raises(FrameError, match="had 4"):
        getattr(clean(MESS, FIELDS), show)(MESS.head(2))


@pytest.mark.parametrize("dtype", ["str", "string", "string[pyarrow]", pd.ArrowDtype(pa.large_string()), "category"])
def test_types_of_text_are_kept(dtype):
    data = pd.DataFrame({"name": pd.Series([" Ann", "Bob", None, " Ann"], dtype=dtype)})

    frame = clean(data, FieldMap({"name": "LastName"})).frame

    assert type(frame["name"].dtype) is type(data["name"].dtype)
    assert frame["name"].tolist()[:2] == ["Ann", "Bob"]
    assert frame["name"].isna().tolist() == [False, False, True, False]


@pytest.mark.parametrize("dtype", ["float64", "Int64", pd.ArrowDtype(pa.int64()), object])
def test_a_phone_column_of_numbers_becomes_text_and_says_so(dtype):
    data = pd.DataFrame({"phone": pd.Series([2065550100, None, 12065550101], dtype=dtype)})

    cleaned = clean(data, FieldMap({"phone": "PhoneNumber"}, region="US"))

    assert cleaned.frame["phone"].dropna().tolist() == ["+12065550100", "+12065550101"]
    assert cleaned.frame["phone"].isna().tolist() == [False, True, False]
    [changes] = cleaned.columns
    assert (f"the column was {changes.dtypes[0]} and is" in str(cleaned)) is (dtype is not object)


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


def test_a_column_may_be_called_as_pythons_own_things_are():
    data = pd.DataFrame({"self": [" Ann"]})

    assert clean(data, FieldMap({"self": "LastName"})).frame["self"].tolist() == ["Ann"]


def test_an_index_of_several_levels_that_repeats_is_kept():
    data = pd.DataFrame({"name": [" Ann", "Bob"]}, index=pd.MultiIndex.from_tuples([("a", 1), ("a", 1)]))

    frame = clean(data, FieldMap({"name": "LastName"})).frame

    assert frame.index.equals(data.index)
    assert frame["name"].tolist() == ["Ann", "Bob"]


@pytest.mark.parametrize("rows", [0, 1])
def test_tables_of_no_row_one_row_and_no_value(rows):
    data = pd.DataFrame({column: [None] * rows for column in FIELDS.columns}, dtype=object)

    cleaned = clean(data, FIELDS, keep="first")

    pd.testing.assert_frame_equal(cleaned.frame, data)
    assert len(cleaned.changes) == 0
    assert cleaned.changes.columns.tolist() == ["row", "column", "rule", "before", "after"]
    assert cleaned.preview().columns.tolist() == ["column", "rule", "cells", "before", "after"]


def test_cells_without_a_text_are_left_alone_and_counted():
    data = pd.DataFrame({"name": [["x"], b"bytes", "\ud800", " Ann", float("inf"), "x" * 65536 + " "]}, dtype=object)

    cleaned = clean(data, FieldMap({"name": "AdditionalInformation"}))

    assert cleaned.frame["name"].tolist()[:5] == [["x"], b"bytes", "\ud800", "Ann", float("inf")]
    assert codes(cleaned)["name", "unsupported_cell"] == 4


def test_positions_and_evidence_reach_over_all_slices():
    rows = 20_000
    born = ["03/04/1990"] + ["25/12/1990"] * (rows - 1)
    data = pd.DataFrame({"born": born, "name": ["Ann"] * (rows - 1) + ["Bob "]})

    cleaned = clean(data, FieldMap({"born": "BirthDate", "name": "LastName"}))

    assert cleaned.frame["born"].iloc[0] == "1990-04-03"
    changes = cleaned.changes
    assert changes[changes["column"] == "name"]["row"].tolist() == [rows - 1]


CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "'001", "1002.0", " C3", "MÃ¼ller", "Jose\u0301", "a\u200bb", "\ufeff", "\u00a0", "  ", "Ann@EXAMPLE.com",
            "mail@x", "a@example.com; b@example.com", "(206) 555-0100", "2065550101.0", "441212310457.0", "1.2E+10",
            "1.2065550100E+10", "+44 20 7946 0018", "31/12/1990", "03/04/1990", "19900403", "3 April 1990", "1,234",
            "$5", "€ 1.234,50", "12,5", "1.234", "2108", "501", "US", "Germany", "female", "M", "F", "n/a", "-", '="7"',
            "ï»¿id", "Â£5", "1e5", "0", 7, 1.5, 2065550101, 441212310457, True, ["x"],
        ]
    ),
    st.text(max_size=6),
    st.text("0123456789+-./ ,$'\u00a0", max_size=14),
)  # fmt: skip


@st.composite
def tables(draw):
    rows = draw(st.integers(0, 6))
    return pd.DataFrame(
        {
            column: pd.Series(draw(st.lists(CELLS, min_size=rows, max_size=rows)), dtype=object)
            for column in FIELDS.columns
        }
    )


OTHER_FIELDS = FieldMap(
    [
        Field("id", "Attributes.number", ContentType.NUMBER),
        Field("name", "BusinessName"),
        Field("mail", "EmailAddress"),
        Field("phone", "PhoneNumber", region_column="country"),
        Field("born", "BirthDate"),
        Field("zip", "BillingAddress.PostalCode"),
        Field("gender", "Gender"),
        Field("spend", "MobilePhoneNumber", region="DE"),
    ],
    unique_key="mail",
)


def errors(data, fields):
    """Return the cells with an error, but for keys that repeat."""
    found = validate(data, fields).errors
    return {(one.column, row) for one in found if one.code != "key_repeated" for row in one.positions.tolist()}


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


EVERYTHING = [DEFAULTS, *(one.name for one in REPAIRS if one.is_asked_for)]


@given(tables(), st.sampled_from([FIELDS, OTHER_FIELDS]), st.sampled_from([None, EVERYTHING]))
@settings(max_examples=25, deadline=None)
def test_whatever_the_table_it_is_at_rest_afterwards_and_nothing_is_worse(data, fields, steps):
    before = copy.deepcopy(data)

    cleaned = clean(data, fields, steps=steps)
    again = clean(cleaned.frame, fields, steps=steps)

    pd.testing.assert_frame_equal(data, before)
    pd.testing.assert_frame_equal(again.frame, cleaned.frame)
    assert again.changed_count == 0
    assert errors(cleaned.frame, fields) <= errors(data, fields)
    changed = {(row.column, row.row) for row in cleaned.changes.itertuples()}
    for column in data.columns:
        for row, (old, new) in enumerate(zip(data[column], cleaned.frame[column], strict=True)):
            assert old is new or (column, row) in changed or (pd.isna(old) and pd.isna(new))


PLAIN_CELLS = FieldMap({"name": "LastName", "mail": "EmailAddress", "city": "Address.City"})


@given(tables(), st.integers(0, 6))
@settings(max_examples=20, deadline=None)
def test_without_evidence_from_the_column_slices_agree_with_the_whole(data, cut):
    renamed = data.rename(columns={"gender": "city"})

    whole = clean(renamed, PLAIN_CELLS).frame
    parts = pd.concat([clean(part, PLAIN_CELLS).frame for part in (renamed.iloc[:cut], renamed.iloc[cut:])])

    pd.testing.assert_frame_equal(parts.astype(object), whole.astype(object))
