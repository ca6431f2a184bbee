"""Cells edited by hand: checked, undone, and told again as code that gives the same table."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from cpnb.content_types import ContentType
from cpnb.errors import FieldsError, FrameError
from cpnb.fields import Field, FieldMap
from cpnb.widgets.report_view.cell_edits import CellEdits

FIELDS = FieldMap(
    [
        Field("id", "AccountNumber"),
        Field("mail", "EmailAddress"),
        Field("phone", "PhoneNumber"),
        Field("spend", "Attributes.spend", ContentType.NUMBER),
    ],
    unique_key="id",
    region="US",
)


def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ["C1", "C2", "C2", None],
            "mail": ["ann@example.com", "not one", "bob@example.com", "x@"],
            "phone": ["+12065550100", "555", "+12065550102", None],
            "spend": [1.5, 2.0, float("inf"), 4.0],
            "note": ["a", "b", "c", "d"],
        },
        index=[7, 7, 8, 9],
    )


def codes(edits: CellEdits, position: int) -> dict[str, list[str]]:
    (row,) = edits.rows([position])
    return {column: [one.code for one in problems] for column, problems in row.problems.items()}


def run(code: str, frame: pd.DataFrame, name: str = "frame") -> pd.DataFrame:
    names = {name: frame}
    exec(code, names)  # noqa: S102  # what the analyst would run
    return names[name]


# Up to no row at all, each edit is followed by a look at the row alone.
@pytest.fixture(params=[30_000, -1], ids=["the whole is checked", "the row is checked"])
def edits(request: pytest.FixtureRequest) -> CellEdits:
    return CellEdits(people(), FIELDS, checked_whole_rows=request.param)


def test_a_failing_row_says_what_is_wrong_with_which_cell(edits: CellEdits) -> None:
    (row,) = edits.rows([1])

    assert (row.position, row.edited) == (1, ())
    assert row.texts == {"id": "C2", "mail": "not one", "phone": "555", "spend": "2"}
    assert codes(edits, 1) == {"mail": ["email_invalid"], "phone": ["phone_invalid"]}
    assert codes(edits, 2) == {"id": ["key_repeated"], "spend": ["unsupported_cell"]}
    assert codes(edits, 3) == {"id": ["key_empty"], "mail": ["email_invalid"]}


def test_an_edited_cell_is_checked_at_once(edits: CellEdits) -> None:
    edits.edit(1, "mail", "still not one")
    assert codes(edits, 1)["mail"] == ["email_invalid"]

    edits.edit(1, "mail", "cleo@example.com")
    assert "mail" not in codes(edits, 1)
    assert edits.rows([1])[0].edited == ("mail",)


def test_an_edited_key_is_compared_with_all_others(edits: CellEdits) -> None:
    edits.edit(2, "id", "C3")
    assert "id" not in codes(edits, 2)

    edits.edit(3, "id", "C3")
    assert codes(edits, 3)["id"] == ["key_repeated"]


def test_the_report_is_of_the_edited_table(edits: CellEdits) -> None:
    for position, column, text in [(1, "mail", "b@example.com"), (1, "phone", "+12065550101"), (2, "id", "C3")]:
        edits.edit(position, column, text)
    for position, column, text in [(2, "spend", "3"), (3, "id", "C4"), (3, "mail", "")]:
        edits.edit(position, column, text)

    assert edits.check().ok
    assert edits.is_current


def test_of_a_large_table_the_whole_is_checked_on_request_only() -> None:
    edits = CellEdits(people(), FIELDS, checked_whole_rows=3)
    before = edits.report

    edits.edit(1, "mail", "b@example.com")
    assert (edits.report, edits.is_current) == (before, False)

    after = edits.check()
    assert {one.code: one.count for one in after.findings if one.column == "mail"} == {"email_invalid": 1}


def test_the_table_itself_is_not_written_to(edits: CellEdits) -> None:
    mine = people()
    edits = CellEdits(mine, FIELDS)
    edits.edit(1, "mail", "b@example.com")
    handed_out = edits.frame
    handed_out.loc[:, "mail"] = "overwritten"

    pd.testing.assert_frame_equal(mine, people())
    assert edits.frame["mail"].tolist() == ["ann@example.com", "b@example.com", "bob@example.com", "x@"]


def test_later_changes_of_the_table_do_not_reach_the_edits() -> None:
    mine = people()
    edits = CellEdits(mine, FIELDS)
    mine["mail"] = "overwritten"

    assert edits.frame["mail"].tolist() == people()["mail"].tolist()


def test_an_edit_can_be_undone(edits: CellEdits) -> None:
    edits.edit(1, "mail", "b@example.com")
    edits.edit(1, "phone", "+12065550101")
    edits.undo(1, "mail")
    assert edits.count == 1
    assert codes(edits, 1) == {"mail": ["email_invalid"]}

    edits.edit(1, "phone", "555")  # typed as it was
    assert edits.count == 0
    edits.undo(1, "phone")

    edits.edit(3, "mail", "")
    edits.undo_all()
    pd.testing.assert_frame_equal(edits.frame, people())


def test_a_cell_without_a_text_can_be_made_missing(edits: CellEdits) -> None:
    edits.edit(2, "spend", "")

    assert pd.isna(edits.frame["spend"].iloc[2])
    assert "spend" not in codes(edits, 2)


def test_a_column_of_numbers_stays_one_if_it_can(edits: CellEdits) -> None:
    edits.edit(2, "spend", "12.5")
    assert edits.frame["spend"].dtype == "float64"

    edits.edit(0, "spend", "012")  # a number would not be written so
    assert edits.frame["spend"].tolist() == ["012", 2.0, "12.5", 4.0]


def test_what_cannot_be_edited_is_refused(edits: CellEdits) -> None:
    with pytest.raises(FieldsError, match="'note' is not mapped"):
        edits.edit(0, "note", "x")
    with pytest.raises(IndexError, match="no row 4: the table has 4"):
        edits.edit(4, "mail", "x")
    with pytest.raises(FrameError, match="lacks"):
        CellEdits(people().drop(columns="mail"), FIELDS)


def test_the_patch_is_pandas_by_position(edits: CellEdits) -> None:
    edits.edit(3, "mail", "")
    edits.edit(2, "spend", "many")
    edits.edit(1, "mail", "b'\"@example.com")

    assert edits.patch("people") == (
        "# 3 cells of people edited by hand; positions count from 0.\n"
        "if len(people) != 4:\n"
        '    raise ValueError(f"people has {len(people)} rows, the table that was edited had 4.")\n'
        "people = people.copy()\n"
        "people['spend'] = people['spend'].astype(object)\n"
        "people.iloc[[1, 3], people.columns.get_loc('mail')] = ['b\\'\"@example.com', None]\n"
        "people.iloc[[2], people.columns.get_loc('spend')] = ['many']\n"
    )


def test_the_patch_by_key_finds_rows_wherever_they_are() -> None:
    frame = people()
    frame["id"] = ["C1", "C2", "C3", None]
    edits = CellEdits(frame, FIELDS)
    edits.edit(1, "mail", "b@example.com")
    edits.edit(2, "id", "C33")
    edits.edit(2, "phone", "")
    edits.edit(3, "mail", "d@example.com")

    code = edits.patch("people", by="key")

    assert code.splitlines()[4:] == [
        "people.iloc[[3], people.columns.get_loc('mail')] = ['d@example.com']",
        "people.loc[people['id'].eq('C2'), 'mail'] = 'b@example.com'",
        "people.loc[people['id'].eq('C3'), 'phone'] = None",
        "people.iloc[[2], people.columns.get_loc('id')] = ['C33']",
    ]
    pd.testing.assert_frame_equal(run(code, frame, "people"), edits.frame)


def test_the_patch_refuses_a_table_of_another_length(edits: CellEdits) -> None:
    edits.edit(1, "mail", "b@example.com")

    with pytest.raises(ValueError, match="frame has 3 rows, the table that was edited had 4"):
        run(edits.patch(), people().iloc[:3])


def test_without_edits_the_patch_says_so(edits: CellEdits) -> None:
    assert edits.patch() == "# No cell of frame was edited.\n"


@pytest.mark.parametrize("name", ["two words", "for", "x;import os", ""])
def test_the_name_of_the_variable_must_be_one(edits: CellEdits, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a variable"):
        edits.patch(name)


def test_a_map_without_key_has_no_patch_by_key() -> None:
    edits = CellEdits(people(), FieldMap({"mail": "EmailAddress"}))

    with pytest.raises(FieldsError, match="no unique key"):
        edits.patch(by="key")


COLUMNS = {
    "objects": pd.Series(["a", None, 3, ["x"], 2.5], dtype=object),
    "text": pd.Series(["a", "b", None, "d", ""], dtype="str"),
    "nullable": pd.Series(["a", "b", None, "d", ""], dtype="string"),
    "choice": pd.Series(["a", "b", None, "a", "b"], dtype="category"),
    "whole": pd.Series([1, 2, 3, 4, 5], dtype="int64"),
    "small": pd.Series([1, 2, 3, 4, 5], dtype="int8"),
    "missing_whole": pd.Series([1, None, 3, 4, 5], dtype="Int64"),
    "decimal": pd.Series([1.0, 2.5, None, 4.0, 5.0]),
    "moment": pd.to_datetime(pd.Series(["2020-01-01", None, "2020-01-03", "2020-01-04", "2020-01-05"])),
    "flag": pd.Series([True, False, True, True, False]),
}
MESS = pd.DataFrame(COLUMNS)
MESS.index = pd.Index(["r", "r", "s", "t", "t"])
MAP = [Field(column, f"Attributes.{column}") for column in COLUMNS]
TYPED = st.one_of(
    st.sampled_from(
        ["", "7", "-0", "300", "1.5", "1.50", "007", "1e5", "1e+16", "-0.0", "0", "٣", "nan", "True", "2020-01-01", "a"]
    ),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6),
    st.sampled_from(['it\'s "so"', "\\n", "back\\slash", "line\nbreak", "{name}", "<b>"]),
)
EDITS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(list(COLUMNS)), TYPED), max_size=8)


@settings(max_examples=60)
@given(typed=EDITS, key=st.sampled_from([None, "text", "whole", "objects", "choice", "nullable"]))
def test_running_the_patch_gives_the_edited_table(typed: list[tuple[int, str, str]], key: str | None) -> None:
    edits = CellEdits(MESS, FieldMap(MAP, unique_key=key), checked_whole_rows=-1)
    for position, column, text in typed:
        edits.edit(position, column, text)
    again = CellEdits(MESS, FieldMap(MAP, unique_key=key), checked_whole_rows=-1)
    last = {(position, column): text for position, column, text in typed}
    for (position, column), text in sorted(last.items()):
        again.edit(position, column, text)

    pd.testing.assert_frame_equal(run(edits.patch(), MESS), edits.frame)
    assert again.patch() == edits.patch()
    if key is not None:
        pd.testing.assert_frame_equal(run(edits.patch(by="key"), MESS), edits.frame)


@settings(max_examples=60)
@given(typed=EDITS)
def test_what_was_typed_is_what_is_sent(typed: list[tuple[int, str, str]]) -> None:
    edits = CellEdits(MESS, FieldMap(MAP), checked_whole_rows=-1)
    for position, column, text in typed:
        edits.edit(position, column, text)

    rows = edits.rows(range(len(MESS)))
    last = {(position, column): text for position, column, text in typed}
    assert {(position, column): rows[position].texts[column] for position, column in last} == last
