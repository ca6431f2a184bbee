"""The field-map editor without a browser: changed by its controls and by code, at any width."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import pandas as pd
import pytest

from cpnb.content_types import ContentType
from cpnb.errors import FieldsError, FrameError
from cpnb.fields import Field, FieldMap
from cpnb.suggestion import suggest
from cpnb.widgets.field_map_editor.editor import FieldMapEditor


def messy() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Cust No": ["C-1", "C-2", "C-3"],
            "E-Mail": ["ann@example.com", "bob@example.com", "cy@example.com"],
            "Tel": ["+1 206 555 0100", "555-0101", "(206) 555-0102"],
            "Land": ["US", "US", "CA"],
            "<b>Notes</b>": ["likes tea", "", "<script>alert(1)</script>"],
        }
    )


def all_of(widget: Any) -> list[Any]:
    return [widget, *(one for child in getattr(widget, "children", ()) for one in all_of(child))]


def named(editor: Any, name: str) -> Any:
    (found,) = [one for one in all_of(editor) if getattr(one, "description", None) == name]
    return found


def seen(editor: Any) -> str:
    states = "\n".join(str(one.get_state()) for one in all_of(editor))
    return re.sub("IPY_MODEL_[0-9a-f]+", "", states)  # hexadecimal by chance


@pytest.fixture
def editor() -> FieldMapEditor:
    return FieldMapEditor(messy(), unique_key="Cust No")


def test_it_begins_with_what_is_suggested(editor: FieldMapEditor) -> None:
    assert editor.value == suggest(messy(), unique_key="Cust No").fields
    assert editor.reason == ""
    assert named(editor, "Target of E-Mail").value == "EmailAddress"
    assert "its name says EmailAddress" in seen(editor)


def test_it_shows_shapes_and_no_value_and_nothing_of_a_name_is_markup(editor: FieldMapEditor) -> None:
    text = seen(editor)

    assert "+9 999 999 9999" in text
    for value in ("likes", "555-0", "ann@", "alert", "C-1"):
        assert value not in text
    assert "&lt;b&gt;Notes" in text
    html = [one.value for one in all_of(editor) if type(one).__name__ == "HTML"]
    assert not any("<b>Notes" in value for value in html)
    assert "<b>Notes" not in editor.as_html()


def test_a_choice_is_told_at_once_to_who_observes_the_map(editor: FieldMapEditor) -> None:
    told = []
    editor.observe(lambda change: told.append(change["new"]), "value")
    named(editor, "Target of Tel").value = "MobilePhoneNumber"
    named(editor, "Region of Tel").value = "gb"

    assert [fields["Tel"] for fields in told] == [
        Field("Tel", "MobilePhoneNumber"),
        Field("Tel", "MobilePhoneNumber", region="GB"),
    ]
    assert named(editor, "Region of Tel").value == "GB"


def test_a_region_can_come_from_a_column(editor: FieldMapEditor) -> None:
    assert named(editor, "Region of Tel").options == ("column: Land",)
    named(editor, "Region of Tel").value = "column: Land"

    assert editor.value is not None
    assert editor.value["Tel"].region_column == "Land"


def test_a_conflict_takes_the_map_away_until_it_is_settled(editor: FieldMapEditor) -> None:
    named(editor, "Target of Tel").value = "EmailAddress"
    assert editor.value is None
    assert editor.reason.startswith("2 columns go to 'EmailAddress'")
    assert seen(editor).count("2 columns go to") == 3  # at the top and beside both
    assert "1 conflict." in repr(editor)

    named(editor, "Target of Tel").value = ""
    assert editor.value is not None
    assert editor.value.columns == suggest(messy(), unique_key="Cust No").fields.without("Tel").columns


def test_a_column_becomes_a_custom_attribute_with_a_name(editor: FieldMapEditor) -> None:
    named(editor, "Target of <b>Notes</b>").value = "Attributes."
    assert named(editor, "Attribute of <b>Notes</b>").value == "b_Notes_b"
    named(editor, "Attribute of <b>Notes</b>").value = "notes"
    named(editor, "Content type of <b>Notes</b>").value = "NUMBER"

    assert editor.value is not None
    assert editor.value["<b>Notes</b>"] == Field("<b>Notes</b>", "Attributes.notes", ContentType.NUMBER)

    named(editor, "Attribute of <b>Notes</b>").value = "a.b"
    assert "has a dot" in editor.reason


def test_the_key_is_one_of_the_mapped_columns(editor: FieldMapEditor) -> None:
    key = named(editor, "Unique key")
    assert [value for _, value in key.options] == ["", *suggest(messy(), unique_key="Cust No").fields.columns]
    key.value = "E-Mail"
    assert editor.value is not None
    assert editor.value.unique_key == "E-Mail"

    named(editor, "Target of E-Mail").value = ""
    assert key.value == ""
    assert "There is no unique key" in " ".join(editor.conflicts)


def test_a_map_set_by_code_is_drawn_and_comes_back(editor: FieldMapEditor) -> None:
    fields = FieldMap([Field("Tel", "PhoneNumber", source="t"), Field("E-Mail", "Attributes.mail")], "Tel", "DE")
    editor.value = fields

    assert editor.value == fields
    assert named(editor, "Target of Tel").value == "PhoneNumber"
    assert named(editor, "Attribute of E-Mail").value == "mail"
    assert named(editor, "Target of Land").value == ""
    assert (named(editor, "Unique key").value, named(editor, "Region of phones").value) == ("Tel", "DE")

    editor.value = None
    assert editor.value is None
    assert "No column is mapped yet" in editor.reason


def test_a_map_of_another_table_is_refused_and_nothing_changes(editor: FieldMapEditor) -> None:
    before = editor.value
    with pytest.raises(FrameError, match="lacks: 'phone'"):
        editor.value = FieldMap({"phone": "PhoneNumber"})

    assert editor.value == before
    with pytest.raises(FrameError, match="lacks: 'phone'"):
        FieldMapEditor(messy(), FieldMap({"phone": "PhoneNumber"}))


def test_a_table_without_header_is_refused() -> None:
    with pytest.raises(FieldsError, match="header"):
        FieldMapEditor(pd.DataFrame([["x"]], columns=["ann@example.com"]))


def test_300_columns_are_looked_through_by_pages_and_words() -> None:
    wide = pd.DataFrame({f"c{number}": ["x"] for number in range(300)}).assign(email="a@example.com")
    editor = FieldMapEditor(wide)
    assert "1 to 12 of 301 columns" in seen(editor)
    assert len(all_of(editor)) < 160

    named(editor, "Next columns").click()
    assert named(editor, "Target of c12").value == ""

    named(editor, "Find a column").value = "C299"
    assert "1 column" in seen(editor)
    named(editor, "Target of c299").value = "Attributes."
    named(editor, "Find a column").value = ""
    named(editor, "Show").value = "mapped"
    assert "2 columns" in seen(editor)
    assert editor.value == FieldMap({"c299": "Attributes.c299", "email": "EmailAddress"}, unique_key="email")


def test_whoever_looks_for_a_column_begins_at_the_first_page() -> None:
    editor = FieldMapEditor(pd.DataFrame({f"c{number}": ["x"] for number in range(300)}))
    for _ in range(3):
        named(editor, "Next columns").click()
    assert "37 to 48 of 300 columns" in seen(editor)

    named(editor, "Find a column").value = "c1"
    assert "1 to 12 of 111 columns" in seen(editor)


def test_only_a_column_of_phone_numbers_has_a_region(editor: FieldMapEditor) -> None:
    assert "cpnb-gone" not in named(editor, "Region of Tel")._dom_classes
    assert "cpnb-gone" in named(editor, "Region of E-Mail")._dom_classes

    named(editor, "Content type of Tel").value = "STRING"
    assert "cpnb-gone" in named(editor, "Region of Tel")._dom_classes


def test_a_map_of_another_table_is_nothing_to_begin_with() -> None:
    with pytest.raises(FrameError, match="nobody"):
        FieldMapEditor(messy(), FieldMap({"nobody": "LastName"}))


def test_a_map_that_another_thread_sets_while_somebody_chooses_leaves_screen_and_value_the_same(
    editor: FieldMapEditor,
) -> None:
    mine = FieldMap({"E-Mail": "LastName"})
    setting = threading.Thread(target=editor.set_trait, args=("value", mine))
    with editor._lock:
        setting.start()
        deadline_s = time.monotonic() + 10
        while editor.value is not mine:
            assert time.monotonic() < deadline_s
            time.sleep(0.01)
        named(editor, "Target of Tel").value = ""
    setting.join()
    assert editor.value == editor._draft.value
    assert "Tel" not in editor.value.columns
    assert named(editor, "Target of E-Mail").value == "EmailAddress"


def test_the_most_frequent_shapes_come_first() -> None:
    frame = pd.DataFrame({"code": ["x", "1", "2", "3", "ab", "cd", "-"]})
    assert re.search("<code>9</code><br><code>aa</code><br><code>a</code></div>", seen(FieldMapEditor(frame)))


def test_a_row_stays_when_it_is_edited_until_the_list_is_made_anew(editor: FieldMapEditor) -> None:
    named(editor, "Show").value = "mapped"
    named(editor, "Target of Tel").value = ""
    assert named(editor, "Target of Tel").value == ""

    named(editor, "Show").value = "left out"
    assert {"Target of Tel", "Target of <b>Notes</b>"} <= {getattr(one, "description", "") for one in all_of(editor)}


def test_where_nothing_is_suggested_the_reason_is_told() -> None:
    editor = FieldMapEditor(pd.DataFrame({"q1": [1, 2]}))
    assert "points to a field of a profile" in seen(editor)

    named(editor, "Target of q1").value = "AccountNumber"
    named(editor, "Unique key").value = "q1"
    assert editor.value == FieldMap({"q1": "AccountNumber"}, unique_key="q1")


def test_a_map_that_an_observer_sets_is_drawn(editor: FieldMapEditor) -> None:
    other = FieldMap({"Cust No": "AccountNumber", "Land": "Attributes.land"}, unique_key="Cust No")
    editor.observe(lambda change: editor.set_trait("value", other) if change["new"] is not other else None, "value")

    named(editor, "Target of E-Mail").value = "BusinessEmailAddress"

    assert editor.value == other
    assert named(editor, "Target of E-Mail").value == ""
    assert named(editor, "Target of Land").value == "Attributes."


def test_every_column_is_left_out_while_something_speaks_against_the_map(editor: FieldMapEditor) -> None:
    named(editor, "Target of Tel").value = "EmailAddress"
    assert editor.value is None

    editor.clear()

    assert [named(editor, f"Target of {column}").value for column in messy().columns] == [""] * 5
    assert editor.value is None


def test_ten_thousand_distinct_values_are_three_shapes() -> None:
    many = pd.DataFrame({"note": ["x" * (1 + number % 90) + str(number) for number in range(10_000)]})
    editor = FieldMapEditor(many)

    assert len(editor._draft.shapes["note"]) == 3
    assert len(seen(editor)) < 40_000
