"""The dry run: what stays behind, what goes empty, where a part ends, and what is said about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import numpy as np
import pandas as pd
import pytest

from cpnb import frames
from cpnb.csvstream import Meter
from cpnb.domain import Domain
from cpnb.errors import FieldsError, FrameError
from cpnb.fields import FieldMap
from cpnb.planning import Plan, UploadOptions, plan

# Nothing listens there: whatever asked it would fail.
NOWHERE = "http://127.0.0.1:9"
FIELDS = FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "city": "Address.City"}, unique_key="id")
HEADER = b"id,mail,city\n"


def a_domain() -> Domain:
    return Domain("loyalty", endpoint_url=NOWHERE, session=boto3.Session("a", "b", region_name="eu-west-1"))


def people(*rows: tuple[Any, Any, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["id", "mail", "city"], dtype=object)


def numbered(row_count: int) -> pd.DataFrame:
    ids = [f"{number:06}" for number in range(row_count)]
    return pd.DataFrame({"id": ids, "mail": "a@example.com", "city": "Oslo"})


def planned(frame: pd.DataFrame, fields: FieldMap = FIELDS, **settings: Any) -> Plan:
    return plan(frame, a_domain(), fields, **settings)


def files(made: Plan, frame: pd.DataFrame) -> list[bytes]:
    return [b"".join(made.stream(frame, part)) for part in made.parts]


def test_a_good_table_goes_whole_in_one_part() -> None:
    frame = people(("1", "a@example.com", "Oslo"), ("2", None, "Bergen"))
    content = HEADER + b'"1","a@example.com","Oslo"\n"2",,"Bergen"\n'
    meter = Meter()
    meter.add(content, 2)

    made = planned(frame)

    assert made.accepted
    assert [(part.number, part.rows, part.measure) for part in made.parts] == [(1, range(2), meter.measure())]
    assert (made.row_count, made.size_bytes) == (2, len(content))
    assert files(made, frame) == [content]


def test_the_network_is_not_touched_and_the_table_not_changed() -> None:
    frame = people(("1", "no mail", "Oslo"), ("1", None, None))
    before = frame.copy(deep=True)

    planned(frame, on_invalid="blank")

    pd.testing.assert_frame_equal(frame, before)


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
    cells = made.blanked().sort_values("row")
    assert list(zip(cells["row"], cells["column"], strict=True)) == [(0, "mail"), (1, "city")]


def test_skip_leaves_the_row_of_a_bad_cell_behind() -> None:
    frame = people(("1", "no mail", "x" * 256), ("2", "b@example.com", "Oslo"))

    made = planned(frame, on_invalid="skip")

    assert files(made, frame) == [HEADER + b'"2","b@example.com","Oslo"\n']
    assert made.skipped_why == {"cell_invalid": 1}
    assert made.skipped()["row"].tolist() == [0]
    assert made.blanked().empty


@pytest.mark.parametrize("on_invalid", ["blank", "skip"])
def test_a_row_that_repeats_the_header_stays_behind(on_invalid: str) -> None:
    frame = people(("1", "a@example.com", "Oslo"), ("ID", " mail", None), ("2", "b@example.com", "city"))

    made = planned(frame, on_invalid=on_invalid)

    assert files(made, frame) == [HEADER + b'"1","a@example.com","Oslo"\n"2","b@example.com","city"\n']
    assert made.skipped_why == {"header_repeated": 1}
    assert made.skipped()["row"].tolist() == [1]
    assert made.blanked().empty


def test_a_row_that_repeats_the_header_refuses_the_table() -> None:
    made = planned(people(("1", "a@example.com", "Oslo"), ("id", "mail", "city")))

    assert not made.accepted
    assert [one.code for one in made.report.findings if not one.column] == ["header_repeated"]


@pytest.mark.parametrize("on_invalid", ["blank", "skip"])
def test_a_row_without_a_usable_key_stays_behind(on_invalid: str) -> None:
    frame = people(("1", None, "a"), (None, None, "b"), ("", None, "c"), ("x" * 256, None, "d"), (["5"], None, "e"))

    made = planned(frame, on_invalid=on_invalid)

    assert files(made, frame) == [HEADER + b'"1",,"a"\n']
    assert made.skipped()["row"].tolist() == [1, 2, 3, 4]
    assert sum(made.skipped_why.values()) == 4
    assert made.skipped_why.keys() <= {"key_empty", "key_invalid"}


def test_of_a_repeated_key_the_first_goes() -> None:
    frame = people(("1", None, "first"), ("2", None, "other"), ("1", None, "second"), ("1", None, "third"))

    made = planned(frame, on_invalid="blank")

    assert files(made, frame) == [HEADER + b'"1",,"first"\n"2",,"other"\n']
    assert made.skipped_why == {"key_repeated": 2}
    assert made.skipped()["row"].tolist() == [2, 3]


def test_of_a_repeated_key_the_first_that_can_go_goes() -> None:
    frame = people(("1", "no mail", "first"), ("1", "a@example.com", "second"), ("1", "b@example.com", "third"))

    made = planned(frame, on_invalid="skip")

    assert files(made, frame) == [HEADER + b'"1","a@example.com","second"\n']
    assert made.skipped_why == {"cell_invalid": 1, "key_repeated": 1}


def test_a_key_repeats_as_its_content_type_compares() -> None:
    fields = FieldMap({"mail": "EmailAddress", "city": "Address.City"}, unique_key="mail")
    frame = people((0, "Ada@example.com", "a"), (0, "ada@EXAMPLE.com", "b"), (0, "bob@example.com", "c"))

    made = planned(frame, fields, on_invalid="blank")

    assert files(made, frame) == [b'mail,city\n"Ada@example.com","a"\n"bob@example.com","c"\n']


def test_a_key_repeats_across_slices() -> None:
    frame = numbered(frames.SLICE_ROWS + 5)
    frame.loc[frames.SLICE_ROWS + 3, "id"] = "000001"

    made = planned(frame, on_invalid="blank")

    assert made.skipped()["row"].tolist() == [frames.SLICE_ROWS + 3]
    assert made.row_count == frames.SLICE_ROWS + 4


def test_a_bad_cell_is_emptied_in_whichever_slice_it_lies() -> None:
    frame = numbered(frames.SLICE_ROWS + 5)
    frame.loc[[3, frames.SLICE_ROWS + 2], "mail"] = "no mail"

    made = planned(frame, on_invalid="blank")

    assert made.blanked()["row"].tolist() == [3, frames.SLICE_ROWS + 2]
    [content] = files(made, frame)
    assert f'"{frames.SLICE_ROWS + 2:06}",,"Oslo"\n'.encode() in content
    assert content.count(b",,") == 2


def test_a_table_in_which_no_row_has_a_key_sends_nothing() -> None:
    made = planned(people((None, None, "a"), ("", None, "b")), on_invalid="blank")

    assert not made.accepted
    assert made.skipped_why == {"key_empty": 2}


@pytest.mark.parametrize("on_invalid", ["raise", "blank", "skip"])
def test_a_table_without_rows_sends_nothing(on_invalid: str) -> None:
    made = planned(people(), on_invalid=on_invalid)

    assert not made.accepted
    assert [finding.code for finding in made.report.errors] == ["no_rows"]


def test_parts_are_cut_by_rows() -> None:
    frame = numbered(10)

    made = planned(frame, options=UploadOptions(part_rows=4))

    assert [(part.number, part.rows) for part in made.parts] == [(1, range(4)), (2, range(4, 8)), (3, range(8, 10))]
    assert [part.measure.row_count for part in made.parts] == [4, 4, 2]
    assert_together_they_are(made, frame, planned(frame))


def test_parts_are_cut_by_rows_whatever_the_slices() -> None:
    frame = numbered(2 * frames.SLICE_ROWS + 100)

    made = planned(frame, options=UploadOptions(part_rows=5000))

    assert [part.measure.row_count for part in made.parts] == [5000, 5000, 5000, 1484]
    assert_together_they_are(made, frame, planned(frame))


def test_a_part_stays_under_its_size_and_cannot_take_another_row() -> None:
    frame = numbered(100)
    line = len(b'"000000","a@example.com","Oslo"\n')
    allowed = len(HEADER) + 7 * line

    made = planned(frame, options=UploadOptions(part_bytes=allowed))

    assert [part.measure.row_count for part in made.parts[:-1]] == [6] * 16
    assert all(part.measure.size_bytes < allowed for part in made.parts)
    assert_together_they_are(made, frame, planned(frame))


def test_parts_are_cut_by_size_whatever_the_lengths_of_the_rows() -> None:
    cities = ["x" * (number * 37 % 200) or None for number in range(500)]
    frame = numbered(500).assign(city=cities)

    made = planned(frame, options=UploadOptions(part_bytes=3000))

    assert all(part.measure.size_bytes < 3000 for part in made.parts)
    assert sum(part.measure.size_bytes for part in made.parts) > 2500 * (len(made.parts) - 1)
    assert_together_they_are(made, frame, planned(frame))


def test_rows_that_stay_behind_count_for_no_part_and_lie_in_one() -> None:
    frame = numbered(9)
    frame.loc[[0, 3, 4, 8], "id"] = None

    made = planned(frame, on_invalid="blank", options=UploadOptions(part_rows=2))

    assert [part.measure.row_count for part in made.parts] == [2, 2, 1]
    assert_together_they_are(made, frame, planned(frame, on_invalid="blank"))


def test_a_row_that_fits_into_no_part_is_refused_by_its_length() -> None:
    with pytest.raises(ValueError, match=r"One record takes \d+ bytes, part_bytes allows 20"):
        planned(numbered(3), options=UploadOptions(part_bytes=20))


def assert_together_they_are(made: Plan, frame: pd.DataFrame, whole: Plan) -> None:
    """Every file has the header, the rows of all are those of the whole, and no row lies in two parts."""
    contents = files(made, frame)
    [expected] = files(whole, frame)
    assert all(content.startswith(HEADER) for content in contents)
    assert HEADER + b"".join(content.removeprefix(HEADER) for content in contents) == expected
    assert [len(content) for content in contents] == [part.measure.size_bytes for part in made.parts]
    assert all(one.rows.stop <= two.rows.start for one, two in zip(made.parts, made.parts[1:], strict=False))


def test_columns_that_are_not_mapped_are_named_and_stay() -> None:
    frame = people(("1", None, "Oslo")).assign(notes="secret", age=3)

    made = planned(frame)

    assert made.unmapped == ("notes", "age")
    assert b"secret" not in files(made, frame)[0]


def test_the_plan_says_where_what_and_until_when() -> None:
    frame = people(("1", "no mail", "Oslo"), (None, None, "Rome")).assign(notes="x")

    made = planned(frame, on_invalid="blank", data_expiry=30)

    said = dict(made.lines())
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    assert said["Goes to"] == "domain loyalty at 127.0.0.1:9, region eu-west-1"
    assert said["Sends"] == f"1 row of 2, {made.size_bytes:,} bytes, in 1 part"
    assert said["Unique key"] == "id -> AccountNumber"
    assert said["Stay behind"] == "1 of 2 rows (key_empty 1)"
    assert said["Sent empty"] == "mail 1"
    assert said["Not mapped, never leave"] == "'notes'"
    assert said["Profiles expire"] == f"{day}, 30 days after their last update (as asked)"
    assert made.expires_on == day


def test_without_an_expiry_the_default_of_the_service_is_said() -> None:
    assert "14 days after their last update (the service's default)" in str(planned(numbered(1)))


def test_more_than_the_guide_allows_is_said() -> None:
    assert "guide allows an import 90, it may refuse this" in str(planned(numbered(1), data_expiry=91))
    assert "guide" not in str(planned(numbered(1), data_expiry=90))


@pytest.mark.parametrize("expiry", [0, 1099, True, "30", 2.5, -1])
def test_an_expiry_that_is_no_number_of_days_is_refused(expiry: object) -> None:
    with pytest.raises(FieldsError, match="whole number of days from 1 to 1098"):
        planned(numbered(1), data_expiry=expiry)


def test_a_number_of_numpy_is_a_number() -> None:
    made = planned(numbered(1), data_expiry=np.int64(30))

    assert type(made.data_expiry) is int


@pytest.mark.parametrize("hours", [-1, float("nan"), 1e12])
def test_a_window_that_is_no_time_is_refused(hours: float) -> None:
    with pytest.raises(ValueError, match="repeat_window_h"):
        UploadOptions(repeat_window_h=hours)


def test_neither_text_nor_html_of_a_plan_holds_a_value() -> None:
    frame = people(("1", "ada.lovelace", "Marylebone"), ("1", "ada@example.com", "x" * 300))

    made = planned(frame, on_invalid="blank")

    shown = f"{made} {made!r} {made._repr_html_()}"
    assert "lovelace" not in shown
    assert "Marylebone" not in shown
    assert "xxx" not in shown


@pytest.mark.parametrize("days", [0, 1099, -1, 2.5, "30", True])
def test_an_expiry_that_the_service_refuses_is_refused(days: Any) -> None:
    with pytest.raises(FieldsError, match="from 1 to 1098"):
        planned(numbered(1), data_expiry=days)


@pytest.mark.parametrize("days", [1, 1098])
def test_the_longest_and_shortest_expiry_are_accepted(days: int) -> None:
    assert planned(numbered(1), data_expiry=days).data_expiry == days


def test_a_map_without_a_key_cannot_be_uploaded() -> None:
    with pytest.raises(FieldsError, match="no unique key"):
        planned(numbered(1), FieldMap({"mail": "EmailAddress"}))


def test_a_missing_column_is_refused_with_the_nearest() -> None:
    with pytest.raises(FrameError, match="Did you mean 'mail'"):
        planned(numbered(1), FieldMap({"id": "AccountNumber", "Mail": "EmailAddress"}, unique_key="id"))


def test_a_misspelt_answer_to_errors_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of 'raise', 'blank', 'skip'"):
        planned(numbered(1), on_invalid="ignore")


@pytest.mark.parametrize(
    "wrong",
    [{"part_rows": 0}, {"part_rows": 1_000_001}, {"part_rows": 2.0}, {"part_rows": True}, {"part_bytes": 1_000_000_001},
     {"parts_in_flight": 0}, {"parts_in_flight": 17}, {"on_repeat": "again"}],
)  # fmt: skip
def test_a_setting_out_of_its_bounds_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is .*expected"):
        UploadOptions(**wrong)
