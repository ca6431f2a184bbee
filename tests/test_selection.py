"""What stays behind, which cells go empty, and for which reason each of them."""

from __future__ import annotations

import pytest

from cpnb import frames
from cpnb.fields import FieldMap
from tests.plans import HEADER, files, numbered, people, planned


def test_errors_refuse_the_whole_table_unless_told_otherwise() -> None:
    made = planned(people(("1", "no mail", "Oslo"), ("2", None, None)))

    assert not made.accepted
    assert (made.parts, made.row_count, len(made.edits.skipped), made.skipped_why) == ((), 0, 0, {})
    assert [finding.code for finding in made.report.errors] == ["email_invalid"]
    assert "nothing: refused" in str(made)


def test_blank_sends_a_bad_optional_cell_empty() -> None:
    frame = people(("1", "no mail", "Oslo"), ("2", "b@example.com", "x" * 256), ("3", "c@example.com", "Rome"))

    made = planned(frame, on_invalid="blank")

    assert files(made, frame) == [HEADER + b'"1",,"Oslo"\n"2","b@example.com",\n"3","c@example.com","Rome"\n']
    assert made.skipped_why == {}
    cells = made.blanked.sort_values("row")
    assert list(zip(cells["row"], cells["column"], strict=True)) == [(0, "mail"), (1, "city")]


def test_skip_leaves_the_row_of_a_bad_cell_behind() -> None:
    frame = people(("1", "no mail", "x" * 256), ("2", "b@example.com", "Oslo"))

    made = planned(frame, on_invalid="skip")

    assert files(made, frame) == [HEADER + b'"2","b@example.com","Oslo"\n']
    assert made.skipped_why == {"email_invalid": 1}
    assert made.skipped["row"].tolist() == [0]
    assert made.blanked.empty


@pytest.mark.parametrize("on_invalid", ["blank", "skip"])
def test_a_row_that_repeats_the_header_stays_behind(on_invalid: str) -> None:
    frame = people(("1", "a@example.com", "Oslo"), ("ID", " mail", None), ("2", "b@example.com", "city"))

    made = planned(frame, on_invalid=on_invalid)

    assert files(made, frame) == [HEADER + b'"1","a@example.com","Oslo"\n"2","b@example.com","city"\n']
    assert made.skipped_why == {"header_repeated": 1}
    assert made.skipped["row"].tolist() == [1]
    assert made.blanked.empty


def test_a_row_that_repeats_the_header_refuses_the_table() -> None:
    made = planned(people(("1", "a@example.com", "Oslo"), ("id", "mail", "city")))

    assert not made.accepted
    assert [one.code for one in made.report.findings if not one.column] == ["header_repeated"]


@pytest.mark.parametrize("on_invalid", ["blank", "skip"])
def test_a_row_without_a_usable_key_stays_behind(on_invalid: str) -> None:
    frame = people(("1", None, "a"), (None, None, "b"), ("", None, "c"), ("x" * 256, None, "d"), (["5"], None, "e"))

    made = planned(frame, on_invalid=on_invalid)

    assert files(made, frame) == [HEADER + b'"1",,"a"\n']
    assert made.skipped["row"].tolist() == [1, 2, 3, 4]
    assert made.skipped["reason"].tolist() == ["key_empty", "key_empty", "too_long", "unsupported_cell"]
    assert made.skipped_why == {"key_empty": 2, "too_long": 1, "unsupported_cell": 1}


def test_of_a_repeated_key_the_first_goes() -> None:
    frame = people(("1", None, "first"), ("2", None, "other"), ("1", None, "second"), ("1", None, "third"))

    made = planned(frame, on_invalid="blank")

    assert files(made, frame) == [HEADER + b'"1",,"first"\n"2",,"other"\n']
    assert made.skipped_why == {"key_repeated": 2}
    assert made.skipped["row"].tolist() == [2, 3]


def test_of_a_repeated_key_the_first_that_can_go_goes() -> None:
    frame = people(("1", "no mail", "first"), ("1", "a@example.com", "second"), ("1", "b@example.com", "third"))

    made = planned(frame, on_invalid="skip")

    assert files(made, frame) == [HEADER + b'"1","a@example.com","second"\n']
    assert made.skipped_why == {"email_invalid": 1, "key_repeated": 1}


def test_a_key_repeats_as_its_content_type_compares() -> None:
    fields = FieldMap({"mail": "EmailAddress", "city": "Address.City"}, unique_key="mail")
    frame = people((0, "Ada@example.com", "a"), (0, "ada@EXAMPLE.com", "b"), (0, "bob@example.com", "c"))

    made = planned(frame, fields, on_invalid="blank")

    assert files(made, frame) == [b'mail,city\n"Ada@example.com","a"\n"bob@example.com","c"\n']


def test_a_key_repeats_across_slices() -> None:
    frame = numbered(frames.SLICE_ROWS + 5)
    frame.loc[frames.SLICE_ROWS + 3, "id"] = "000001"

    made = planned(frame, on_invalid="blank")

    assert made.skipped["row"].tolist() == [frames.SLICE_ROWS + 3]
    assert made.row_count == frames.SLICE_ROWS + 4


def test_a_bad_cell_is_emptied_in_whichever_slice_it_lies() -> None:
    frame = numbered(frames.SLICE_ROWS + 5)
    frame.loc[[3, frames.SLICE_ROWS + 2], "mail"] = "no mail"

    made = planned(frame, on_invalid="blank")

    assert made.blanked["row"].tolist() == [3, frames.SLICE_ROWS + 2]
    [content] = files(made, frame)
    assert f'"{frames.SLICE_ROWS + 2:06}",,"Oslo"\n'.encode() in content
    assert content.count(b",,") == 2


def test_a_table_in_which_no_row_has_a_key_sends_nothing() -> None:
    made = planned(people((None, None, "a"), ("", None, "b")), on_invalid="blank")

    assert not made.accepted
    assert made.skipped_why == {"key_empty": 2}


def test_every_row_that_stays_behind_has_a_reason() -> None:
    frame = people(
        ("1", None, "a"),
        ("id", "mail", "city"),
        (None, "no mail", "b"),
        ("x" * 256, None, "c"),
        ("2", "no mail", "x" * 256),
        ("1", "no mail", "d"),
        ("1", None, "e"),
        ("3", None, "x" * 256),
    )

    skipping, blanking = planned(frame, on_invalid="skip"), planned(frame, on_invalid="blank")

    assert list(skipping.skipped.itertuples(index=False, name=None)) == [
        (1, "header_repeated"),
        (2, "key_empty"),
        (3, "too_long"),
        (4, "email_invalid"),
        (5, "email_invalid"),
        (6, "key_repeated"),
        (7, "too_long"),
    ]
    # Bad cells keep no row here, so that row 5 repeats the key of one that goes.
    assert list(blanking.skipped.itertuples(index=False, name=None)) == [
        (1, "header_repeated"),
        (2, "key_empty"),
        (3, "too_long"),
        (5, "key_repeated"),
        (6, "key_repeated"),
    ]
    assert list(blanking.blanked.itertuples(index=False, name=None)) == [
        (4, "mail", "email_invalid"),
        (4, "city", "too_long"),
        (7, "city", "too_long"),
    ]


@pytest.mark.parametrize("on_invalid", ["raise", "blank", "skip"])
def test_where_nothing_is_left_out_the_frames_are_empty_and_have_their_columns(on_invalid: str) -> None:
    made = planned(numbered(3), on_invalid=on_invalid)

    assert (list(made.skipped), len(made.skipped)) == (["row", "reason"], 0)
    assert (list(made.blanked), len(made.blanked)) == (["row", "column", "reason"], 0)


def test_the_reasons_are_those_that_are_counted() -> None:
    frame = numbered(3 * frames.SLICE_ROWS)
    frame.loc[::7, "mail"] = "no mail"
    frame.loc[::1000, "id"] = "000001"

    made = planned(frame, on_invalid="skip")

    assert made.skipped["reason"].value_counts().to_dict() == made.skipped_why
    assert made.skipped["row"].tolist() == made.edits.skipped.tolist()
