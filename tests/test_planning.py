"""The dry run: what stays behind, what goes empty, where a part ends, and what is said about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cpnb import frames
from cpnb.errors import FieldsError, FrameError
from cpnb.fields import FieldMap
from cpnb.planning import Plan, UploadOptions
from tests.plans import HEADER, files, numbered, people, planned


def test_a_good_table_goes_whole_in_one_part() -> None:
    frame = people(("1", "a@example.com", "Oslo"), ("2", None, "Bergen"))
    content = HEADER + b'"1","a@example.com","Oslo"\n"2",,"Bergen"\n'

    made = planned(frame)

    assert made.accepted
    assert [(part.number, part.rows, part.measure.row_count) for part in made.parts] == [(1, range(2), 2)]
    assert (made.row_count, made.size_bytes) == (2, len(content))
    assert files(made, frame) == [content]


def test_the_network_is_not_touched_and_the_table_not_changed() -> None:
    frame = people(("1", "no mail", "Oslo"), ("1", None, None))
    before = frame.copy(deep=True)

    planned(frame, on_invalid="blank")

    pd.testing.assert_frame_equal(frame, before)


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


def test_a_marker_is_a_last_column_with_the_same_text_in_every_record() -> None:
    frame = people(("1", "no mail", "Oslo"), (None, None, "Bergen"), ("2", None, "Rome"))

    made = planned(frame, on_invalid="blank", marker=("campaign", "spring, 2026"))

    expected = b'id,mail,city,campaign\n"1",,"Oslo","spring, 2026"\n"2",,"Rome","spring, 2026"\n'
    assert files(made, frame) == [expected]
    assert made.size_bytes == len(expected)
    assert made.marker == ("campaign", "spring, 2026")
    assert list(made.api_fields) == ["id", "mail", "city", "campaign"]


def test_a_marker_is_in_every_part_and_counts_for_its_size() -> None:
    frame = numbered(10)

    made = planned(frame, marker=("campaign", "spring"), options=UploadOptions(part_bytes=200))

    contents = files(made, frame)
    assert len(contents) > 1
    assert all(content.startswith(b"id,mail,city,campaign\n") and len(content) < 200 for content in contents)
    assert b"".join(contents).count(b',"spring"\n') == 10


def test_the_plan_shows_the_marker_and_says_that_it_may_be_overwritten() -> None:
    said = dict(planned(numbered(1), marker=("campaign", "spring")).lines())["Marker"]

    assert said.startswith("Attributes.campaign = 'spring' in every row")
    assert "a later upload with the same attribute overwrites it" in said
    assert "Marker" not in dict(planned(numbered(1)).lines())


@pytest.mark.parametrize(("columns", "warned"), [(24, False), (25, True), (26, True)])
def test_a_marker_counts_as_a_field(columns: int, warned: bool) -> None:
    frame = pd.DataFrame({f"c{number}": ["x"] for number in range(columns)})
    fields = FieldMap({name: f"Attributes.{name}" for name in frame}, unique_key="c0")

    made = planned(frame, fields, marker=("campaign", "spring"))

    assert [one.code for one in made.report.findings] == ["too_many_fields"] * warned


def test_what_the_service_does_silently_is_said_before() -> None:
    fields = FieldMap({"id": "AccountNumber", "mail": "PersonalEmailAddress"}, unique_key="id")
    made = planned(numbered(1), fields)

    for shown in (str(made), made._repr_html_()):
        assert "An empty cell does not clear what is stored." in shown
        assert "has edited is not overwritten" in shown
        assert "also fills the primary e-mail address or phone number" in shown
        assert "14 days after their last update" in shown
    assert "also fills" not in str(planned(numbered(1)))


def test_a_part_of_one_s_own_is_measured_as_the_stream_sends_it() -> None:
    frame = numbered(100)
    frame.loc[[3, 40], "id"] = None
    made = planned(frame, on_invalid="blank", marker=("campaign", "spring"))

    part = made.part(frame, range(2, 50), 1)

    content = b"".join(made.stream(frame, part))
    assert (part.measure.row_count, part.measure.size_bytes) == (46, len(content))
    assert content.startswith(b'id,mail,city,campaign\n"000002"')


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
    assert said["Stay behind"] == "1 row (key_empty)"
    assert said["Sent empty"] == "mail 1"
    assert said["Fields"] == "id -> AccountNumber, mail -> EmailAddress, city -> Address.City"
    assert said["Not mapped, never leave"] == "'notes'"
    assert said["Profiles expire"] == f"{day}, 30 days after their last update (as asked)"
    assert made.expires_on == day


def test_without_an_expiry_the_default_of_the_service_is_said() -> None:
    said = "14 days after their last update (the service's default; data_expiry=... says another)"
    assert said in str(planned(numbered(1)))


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


def test_a_column_of_which_most_is_lost_is_a_warning_with_its_share() -> None:
    frame = people(("1", "no mail", "Oslo"), ("2", "none", "Oslo"), ("3", "a@example.com", "Oslo"))

    made = planned(frame, on_invalid="blank", data_expiry=30)

    assert dict(made.lines())["Sent empty"] == "mail 2 of 3 (66.7 %)"
    assert "Warning: Over half of 'mail' is sent empty" in str(made)
    assert "warning</span> Over half of &#x27;mail&#x27; is sent empty" in made._repr_html_()
    half = planned(frame.assign(mail=["no mail", None, "a@example.com"]), on_invalid="blank", data_expiry=30)
    assert (dict(half.lines())["Sent empty"], half.warnings()) == ("mail 1", {})


@pytest.mark.parametrize(("days", "warned"), [(None, True), (90, False), (91, True)])
def test_an_expiry_that_surprises_is_a_warning(days: int | None, warned: bool) -> None:
    made = planned(numbered(1), data_expiry=days)

    assert ("Warning: " in str(made)) == ("warning</span>" in made._repr_html_()) == warned
