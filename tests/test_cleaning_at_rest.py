"""clean: done once it is done, whatever the table; nothing made worse, nothing touched that is not told."""

import copy

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from cpnb.cleaning import clean
from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap
from cpnb.repairs import DEFAULTS, REPAIRS
from cpnb.validation import validate
from tests.messy_table import FIELDS, codes

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


ROWS = st.tuples(*[CELLS] * len(FIELDS.columns))


@st.composite
def tables(draw):
    """Return a table, whose rows may repeat its header here and there."""
    rows = draw(st.lists(st.one_of(ROWS, ROWS, ROWS, st.just(FIELDS.columns)), max_size=8))
    return pd.DataFrame(rows, columns=list(FIELDS.columns), dtype=object)


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


def errors(data, fields, rows):
    """Return the cells with an error, but for keys that repeat; `rows` are the names of the rows."""
    found = validate(data, fields).errors
    return {(one.column, rows[row]) for one in found if one.code != "key_repeated" for row in one.positions.tolist()}


EVERYTHING = [DEFAULTS, *(one.name for one in REPAIRS if one.is_asked_for)]


MAPS = st.sampled_from([FIELDS, OTHER_FIELDS])
STEPS = st.sampled_from([None, EVERYTHING])


def check_at_rest(data, fields, steps):
    """Check that a second cleaning finds nothing, and that the first made nothing worse and tells all it did."""
    before = copy.deepcopy(data)

    cleaned = clean(data, fields, steps=steps)
    again = clean(cleaned.frame, fields, steps=steps)

    pd.testing.assert_frame_equal(data, before)
    pd.testing.assert_frame_equal(again.frame, cleaned.frame)
    assert len(again.changes) == 0
    assert codes(again) == codes(cleaned)
    kept = data.index.isin(cleaned.frame.index)
    assert cleaned.taken_out.positions.tolist() == [row for row, stays in enumerate(kept) if not stays]
    assert errors(cleaned.frame, fields, rows=data.index[kept]) <= errors(data, fields, rows=data.index)
    changed = {(row.column, row.row) for row in cleaned.changes.itertuples()}
    for column in data.columns:
        for row, new in cleaned.frame[column].items():
            old = data[column][row]
            assert old is new or (column, row) in changed or (pd.isna(old) and pd.isna(new))


@given(tables(), MAPS, STEPS)
@settings(max_examples=25)
def test_whatever_the_table_it_is_at_rest_afterwards_and_nothing_is_worse(data, fields, steps):
    check_at_rest(data, fields, steps)


@pytest.mark.long
@pytest.mark.timeout(3600)
@given(tables(), MAPS, STEPS)
@settings(max_examples=3_000)
def test_of_thousands_of_tables_each_is_at_rest_afterwards(data, fields, steps):
    check_at_rest(data, fields, steps)


def test_a_header_among_the_rows_says_nothing_about_its_column():
    fields = FieldMap({"id": "AccountNumber", "s": "Gender"})

    check_at_rest(pd.DataFrame({"id": ["1", "id", "2"], "s": ["M", "s", "F"]}), fields, None)


PLAIN_CELLS = FieldMap({"name": "LastName", "mail": "EmailAddress", "city": "Address.City"})


@given(tables(), st.integers(0, 6))
@settings(max_examples=20)
def test_without_evidence_from_the_column_slices_agree_with_the_whole(data, cut):
    renamed = data.rename(columns={"gender": "city"})

    whole = clean(renamed, PLAIN_CELLS).frame
    parts = pd.concat([clean(part, PLAIN_CELLS).frame for part in (renamed.iloc[:cut], renamed.iloc[cut:])])

    pd.testing.assert_frame_equal(parts.astype(object), whole.astype(object))
