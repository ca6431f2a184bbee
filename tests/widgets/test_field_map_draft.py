"""A field map while it is made: choices, conflicts all at once, and maps there and back without loss."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from cpnb import samples
from cpnb.content_types import ContentType
from cpnb.errors import FieldsError, FrameError
from cpnb.fields import Field, FieldMap
from cpnb.suggestion import suggest
from cpnb.widgets.field_map_editor.field_map_draft import FieldMapDraft, Show


def messy() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Cust No": ["C-1", "C-2", "C-3"],
            "E-Mail": ["ann@example.com", "bob@example.com", "cy@example.com"],
            "mail 2": ["x@example.com", None, "y@example.com"],
            "Tel": ["+1 206 555 0100", "555-0101", "(206) 555-0102"],
            "Land": ["US", "US", "CA"],
            "M/F": ["m", "f", "f"],
            "<b>Notes</b>": ["likes tea", "", "<script>"],
        }
    )


def by_hand() -> FieldMapDraft:
    """A draft in which nothing is mapped."""
    draft = FieldMapDraft(messy())
    for column in draft.columns:
        draft.send(column, "")
    return draft


def sentences(draft: FieldMapDraft) -> list[str]:
    return [one.sentence for one in draft.conflicts]


def test_it_begins_with_what_is_suggested() -> None:
    people = samples.people(rows=50, seed=3)
    draft = FieldMapDraft(people, unique_key="customer_id", region="us")

    assert draft.value == suggest(people, unique_key="customer_id", region="US").fields
    assert draft.suggestion("email") == next(one for one in suggest(people).chosen if one.column == "email")
    assert draft.reason_to_leave("notes") == suggest(people).unmapped["notes"]


def test_it_holds_shapes_and_no_value() -> None:
    draft = FieldMapDraft(messy())

    assert draft.shapes["Tel"] == ("+9 999 999 9999", "999-9999", "(999) 999-9999")
    assert draft.shapes["Land"] == ("AA",)
    assert "tea" not in str(vars(draft))
    assert "example.com" not in str(vars(draft))


def test_values_that_are_no_text_have_no_shape() -> None:
    frame = pd.DataFrame(
        {"email": [["a@example.com"], None], "odd": ["\ud800", b"x"], "none": [None, None]}, dtype=object
    )

    assert dict(FieldMapDraft(frame).shapes) == {"email": (), "odd": ("?",), "none": ()}


def test_where_nothing_is_suggested_a_map_is_made_by_hand() -> None:
    draft = FieldMapDraft(pd.DataFrame({"q1": [1, 2], "q2": ["a", "b"]}))
    assert draft.value is None
    assert "points to a field" in draft.hint
    assert sentences(draft) == ["No column is mapped yet: choose where at least one goes."]

    draft.send("q1", "AccountNumber")
    draft.unique_key = "q1"
    assert draft.value == FieldMap({"q1": "AccountNumber"}, unique_key="q1")


def test_a_table_without_header_is_refused_and_its_names_are_not_said() -> None:
    frame = pd.DataFrame([["bob@example.com", "2"]], columns=["ann@example.com", "1"])

    with pytest.raises(FieldsError, match="header") as refused:
        FieldMapDraft(frame)
    assert "ann" not in str(refused.value)


def test_a_key_or_region_that_is_none_is_refused() -> None:
    with pytest.raises(FieldsError, match="no column 'id'"):
        FieldMapDraft(messy(), unique_key="id")
    with pytest.raises(FieldsError, match="'XX' is no region"):
        FieldMapDraft(messy(), region="XX")


def test_the_content_type_follows_the_target() -> None:
    draft = by_hand()
    draft.send("Tel", "MobilePhoneNumber")
    assert draft.choice("Tel").content_type is ContentType.PHONE_NUMBER

    draft.compare("Tel", ContentType.STRING)
    assert draft.value == FieldMap([Field("Tel", "MobilePhoneNumber", ContentType.STRING)])

    draft.send("Tel", "FirstName")
    assert draft.choice("Tel").content_type is ContentType.NAME


def test_regions_of_phones() -> None:
    draft = by_hand()
    draft.send("Tel", "PhoneNumber")
    draft.dial_in("Tel", " gb")
    assert draft.value == FieldMap([Field("Tel", "PhoneNumber", region="GB")])

    draft.dial_by_row("Tel", "Land")
    assert draft.value == FieldMap([Field("Tel", "PhoneNumber", region_column="Land")])

    draft.compare("Tel", ContentType.STRING)  # which has no region
    assert draft.value == FieldMap([Field("Tel", "PhoneNumber", ContentType.STRING)])

    draft.compare("Tel", ContentType.PHONE_NUMBER)
    draft.dial_in("Tel", "")
    draft.region = "DE"
    assert draft.value == FieldMap([Field("Tel", "PhoneNumber")], region="DE")


def test_all_conflicts_are_told_at_once() -> None:
    draft = by_hand()
    for column, target in {"E-Mail": "EmailAddress", "mail 2": "EmailAddress", "Tel": "PhoneNumber"}.items():
        draft.send(column, target)
    draft.send("Land", "GenderString")
    draft.send("M/F", "Gender")
    draft.name_attribute("<b>Notes</b>", "a.b")
    draft.dial_in("Tel", "Texas")
    draft.unique_key = "Cust No"

    told = {one.columns: one.sentence for one in draft.conflicts}

    assert draft.value is None
    assert list(told) == [("E-Mail", "mail 2"), ("Land", "M/F"), ("Tel",), ("<b>Notes</b>",), ("Cust No",)]
    assert told["E-Mail", "mail 2"].startswith("2 columns go to 'EmailAddress': 'E-Mail', 'mail 2'.")
    assert told["Land", "M/F"].startswith("'Gender' and 'GenderString' exclude each other: 'Land', 'M/F'.")
    assert "'TEXAS' is no region" in told["Tel",]
    assert "dot" in told["<b>Notes</b>",]
    assert told["Cust No",].startswith("The unique key 'Cust No' is left out.")


def test_without_a_key_there_is_a_map_and_a_warning() -> None:
    draft = by_hand()
    draft.send("Tel", "PhoneNumber")

    (conflict,) = draft.conflicts
    assert (conflict.is_fatal, conflict.sentence.startswith("There is no unique key")) == (False, True)
    assert draft.value == FieldMap({"Tel": "PhoneNumber"})


def test_a_key_that_is_left_out_is_one_no_more() -> None:
    draft = FieldMapDraft(messy(), unique_key="Cust No")
    draft.send("Cust No", "")

    assert draft.unique_key is None


def test_custom_attributes_get_names_of_their_own() -> None:
    draft = by_hand()
    draft.name_attribute("Tel", "Notes")
    draft.send_to_attribute("<b>Notes</b>")
    assert draft.choice("<b>Notes</b>").target == "Attributes.b_Notes_b"
    draft.send_to_attribute("M/F")
    draft.name_attribute("Land", "  M_F ")
    draft.send_to_attribute("Land")  # has a name already

    assert draft.choice("Land").target == "Attributes.M_F"
    assert draft.value is None
    assert "'Attributes.M_F': 'Land', 'M/F'" in sentences(draft)[0] or "'M/F', 'Land'" in sentences(draft)[0]


def test_an_attribute_keeps_its_content_type_when_it_is_renamed() -> None:
    draft = by_hand()
    draft.send_to_attribute("Tel")
    draft.compare("Tel", ContentType.NUMBER)
    draft.name_attribute("Tel", "calls")

    assert draft.value == FieldMap([Field("Tel", "Attributes.calls", ContentType.NUMBER)])


def test_a_map_that_is_set_comes_back_as_it_was() -> None:
    fields = FieldMap(
        [
            Field("Tel", "PhoneNumber", region_column="Land", source="telephone"),
            Field("M/F", "Attributes.sex", ContentType.NUMBER),
            Field("Cust No", "AccountNumber"),
            Field("E-Mail", "EmailAddress", ContentType.STRING),
        ],
        unique_key="Cust No",
        region="GB",
    )
    draft = FieldMapDraft(messy())
    draft.load(fields)

    assert draft.value == fields
    assert draft.choice("mail 2").target == ""


def test_a_map_of_another_table_is_refused_and_changes_nothing() -> None:
    draft = FieldMapDraft(messy())
    before = draft.value

    with pytest.raises(FrameError, match="lacks: 'phone'"):
        draft.load(FieldMap({"phone": "PhoneNumber"}))
    assert draft.value == before


def test_columns_are_found_by_kind_and_text() -> None:
    draft = by_hand()
    draft.send("E-Mail", "EmailAddress")
    draft.send("mail 2", "EmailAddress")
    draft.send("Tel", "PhoneNumber")

    assert draft.listed(Show.MAPPED) == ("E-Mail", "mail 2", "Tel")
    assert draft.listed(Show.CONFLICTS) == ("E-Mail", "mail 2")
    assert draft.listed(Show.LEFT_OUT) == ("Cust No", "Land", "M/F", "<b>Notes</b>")
    assert draft.listed(Show.ALL, "MAIL") == ("E-Mail", "mail 2")
    assert draft.listed(Show.ALL, "phonen") == ("Tel",)
    assert draft.listed(Show.LEFT_OUT, "mail") == ()
    unsure = {one.column for one in suggest(messy()).chosen if not one.sure}
    assert set(draft.listed(Show.UNSURE)) == unsure


def test_many_columns_are_a_warning() -> None:
    wide = pd.DataFrame({f"c{number}": ["x"] for number in range(26)})
    draft = FieldMapDraft(wide)
    for column in draft.columns:
        draft.send_to_attribute(column)

    assert draft.value is not None
    assert any("26 columns are mapped" in sentence for sentence in sentences(draft))


TARGETS = ["", "AccountNumber", "EmailAddress", "PhoneNumber", "Gender", "GenderString", "Address.City"]
COLUMNS = list(messy().columns)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.sampled_from(COLUMNS), st.sampled_from(TARGETS)),
        st.tuples(st.just("name_attribute"), st.sampled_from(COLUMNS), st.sampled_from(["a", "b", "", "a.b", " c "])),
        st.tuples(st.just("send_to_attribute"), st.sampled_from(COLUMNS)),
        st.tuples(st.just("compare"), st.sampled_from(COLUMNS), st.sampled_from(list(ContentType))),
        st.tuples(st.just("dial_in"), st.sampled_from(COLUMNS), st.sampled_from(["US", "gb", "", "X"])),
        st.tuples(st.just("dial_by_row"), st.sampled_from(COLUMNS), st.sampled_from(COLUMNS)),
        st.tuples(st.just("unique_key"), st.sampled_from([*COLUMNS, None])),
        st.tuples(st.just("region"), st.sampled_from(["US", "", "??"])),
    ),
    max_size=12,
)


@settings(max_examples=150)
@given(steps=STEPS)
def test_there_is_a_map_exactly_if_nothing_fatal_speaks_against_it_and_it_comes_back(steps: list[tuple]) -> None:
    draft = FieldMapDraft(messy())
    for name, *arguments in steps:
        if name in {"unique_key", "region"}:
            setattr(draft, name, *arguments)
        else:
            getattr(draft, name)(*arguments)

    value = draft.value
    assert (value is None) == any(one.is_fatal for one in draft.conflicts)
    if value is not None:
        again = FieldMapDraft(messy())
        again.load(value)
        assert again.value == value
