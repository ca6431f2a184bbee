"""Whom a condition matches in a table: counts, funnel, near misses, notes, and how they look."""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

import cpnb
from cpnb.conditions import Condition
from cpnb.content_types import ContentType
from cpnb.dimensions import Dimension
from cpnb.errors import ExpressionError, FrameError
from cpnb.expressions import calculated, in_segment, profile
from cpnb.fields import Field, FieldMap
from cpnb.matching import preview
from tests.privacy.canary import Canary

CITY, LAST, BORN = profile.Address.City, profile.LastName, profile.BirthDate
SPEND = profile.Attributes["spend"]
FIELDS = FieldMap(
    {
        "id": "AccountNumber",
        "last": "LastName",
        "city": "Address.City",
        "spend": "Attributes.spend",
        "born": "BirthDate",
    },
    unique_key="id",
)


@pytest.fixture
def people():
    """Six customers, of whom the last has next to nothing."""
    return pd.DataFrame(
        {
            "id": ["1", "2", "3", "4", "5", "6"],
            "last": ["Smith", "SMITH", "Müller", "Muller", "Lee ", None],
            "city": ["Seattle", "Seattle", "Seattle", "Boston", "Bos  ton", None],
            "spend": ["10", "20", "thirty", "1e2", "-5", None],
            "born": ["1990-01-01", "1991-01-01", "01/02/1992", "1993-01-01", "1994-01-01", None],
        },
        index=list("abcdef"),
    )


def lines(frame):
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False)]


def relaxed(seen, condition):
    """What a condition that nobody meets would match, by relaxation."""
    rows = seen.near_misses[seen.near_misses["condition"] == condition]
    return dict(zip(rows["relaxation"], rows["rows"].tolist(), strict=True))


def parsed(markup):
    return ET.fromstring(markup.replace("<br>", "<br/>"))  # noqa: S314  # our own


# Who matches.


def test_the_mask_has_the_index_of_the_table_and_picks_its_rows(people):
    people["unmapped"] = range(6)
    seen = people.cp.preview(CITY == "Seattle", FIELDS)
    assert (seen.row_count, seen.count) == (6, 3)
    assert seen.mask.tolist() == [True, True, True, False, False, False]
    assert seen.mask.dtype == bool
    assert list(seen.mask.index) == list("abcdef")
    assert seen.rows(people).equals(people.loc[["a", "b", "c"]])
    assert people[seen.mask].equals(seen.rows(people))


def test_index_labels_may_repeat(people):
    people.index = pd.Index(["same"] * 6)
    assert list(preview(people, LAST == "SMITH", FIELDS).rows(people)["id"]) == ["2"]


def test_rows_of_another_table_are_refused(people):
    seen = preview(people, CITY == "Seattle", FIELDS)
    with pytest.raises(FrameError, match="has 5 rows, but the preview is of one with 6"):
        seen.rows(people.head(5))
    with pytest.raises(FrameError, match="Expected a pandas DataFrame"):
        seen.rows(people["last"])


def test_it_is_the_mask_of_the_evaluator(people):
    expression = (CITY == "Seattle") & ~(LAST.contains("mi") | (SPEND > 15))
    assert preview(people, expression, FIELDS).mask.tolist() == [False, False, True, False, False, False]


def test_the_table_is_left_as_it_was(people):
    before = people.copy(deep=True)
    preview(people, (CITY == "SEATTLE") & (SPEND > 5), FIELDS)
    assert people.equals(before)


# The funnel.


def test_conditions_joined_by_and_shrink_the_rows(people):
    seen = preview(people, (CITY == "Seattle") & (SPEND > 5) & (LAST != "Smith"), FIELDS)
    assert list(seen.funnel) == ["condition", "joined", "depth", "rows", "together"]
    assert lines(seen.funnel) == [
        ("Address.City is 'Seattle'", "", 0, 3, 3),
        ("Attributes.spend is greater than 5", "and", 0, 3, 2),
        ("LastName is not 'Smith'", "and", 0, 5, 1),
    ]
    assert seen.count == 1


def test_conditions_joined_by_or_add_rows(people):
    seen = preview(people, (CITY == "Seattle") | (SPEND > 5) | (LAST == "Lee "), FIELDS)
    assert lines(seen.funnel) == [
        ("Address.City is 'Seattle'", "", 0, 3, 3),
        ("Attributes.spend is greater than 5", "or", 0, 3, 4),
        ("LastName is 'Lee '", "or", 0, 1, 5),
    ]


def test_what_stands_inside_of_a_condition_is_indented_beneath_it(people):
    seen = preview(people, (CITY == "Seattle") & ((SPEND > 15) | ~((LAST == "Smith") | (LAST == "Muller"))), FIELDS)
    assert lines(seen.funnel) == [
        ("Address.City is 'Seattle'", "", 0, 3, 3),
        (
            "Attributes.spend is greater than 15 or not (LastName is 'Smith' or LastName is 'Muller')",
            "and",
            0,
            5,
            2,
        ),
        ("Attributes.spend is greater than 15", "", 1, 2, None),
        ("not (LastName is 'Smith' or LastName is 'Muller')", "or", 1, 4, None),
        ("LastName is 'Smith'", "", 2, 1, None),
        ("LastName is 'Muller'", "or", 2, 1, None),
    ]


def test_one_condition_and_one_negation_have_one_line_each(people):
    assert lines(preview(people, LAST == "Smith", FIELDS).funnel) == [("LastName is 'Smith'", "", 0, 1, 1)]
    assert lines(preview(people, ~LAST.contains("mi"), FIELDS).funnel) == [
        ("not (LastName contains 'mi')", "", 0, 5, 5)
    ]


def test_a_segment_shows_what_it_is_made_of(people):
    sources = {"big": (SPEND > 15) & (CITY == "Seattle"), "smiths": LAST == "Smith"}
    seen = people.cp.preview(~in_segment("big") & in_segment("smiths"), FIELDS, sources=sources)
    assert lines(seen.funnel) == [
        ("not (is in segment 'big')", "", 0, 5, 5),
        ("Attributes.spend is greater than 15", "", 1, 2, None),
        ("Address.City is 'Seattle'", "and", 1, 3, None),
        ("is in segment 'smiths'", "and", 0, 1, 1),
        ("LastName is 'Smith'", "", 1, 1, None),
    ]


def test_counts_add_up_over_slices():
    row_count = 300_000
    number = np.arange(row_count)
    data = pd.DataFrame({"city": np.where(number % 3 == 0, "Oslo", "Rome"), "spend": number})
    fields = FieldMap({"city": "Address.City", "spend": "Attributes.spend"})
    seen = preview(data, (CITY == "Oslo") & (SPEND >= 150_000) & (CITY == "oslo"), fields)
    assert [(line.rows, line.together) for line in seen.lines] == [(100_000, 100_000), (150_000, 50_000), (0, 0)]
    assert relaxed(seen, "Address.City is 'oslo'")["ignoring letter case"] == 100_000
    assert seen.near_misses["distinct_values"][0] == 2


# Near misses.


def test_who_matches_somebody_has_no_near_misses(people):
    seen = preview(people, (CITY == "Seattle") & (SPEND > 5), FIELDS)
    assert len(seen.near_misses) == 0
    assert list(seen.near_misses) == ["condition", "relaxation", "rows", "distinct_values", "rows_without"]
    assert seen.near_misses["rows"].dtype == "int64"


def test_a_text_that_nobody_has_is_taken_less_literally_in_each_way(people):
    seen = preview(people, LAST == "smith", FIELDS)
    assert lines(seen.near_misses) == [
        ("LastName is 'smith'", "exactly as written", 0, 5, 1),
        ("LastName is 'smith'", "ignoring letter case", 2, 5, 1),
        ("LastName is 'smith'", "ignoring spaces around and between", 0, 5, 1),
        ("LastName is 'smith'", "ignoring accents", 0, 5, 1),
        ("LastName is 'smith'", "ignoring case, spaces and accents", 2, 5, 1),
        ("LastName is 'smith'", "as a part of the text", 0, 5, 1),
        ("LastName is 'smith'", "ignoring case, spaces and accents, as a part of the text", 2, 5, 1),
    ]


@pytest.mark.parametrize(
    ("expression", "relaxation", "rows"),
    [
        (LAST == "lee ", "ignoring letter case", 1),
        (LAST == "Lee", "ignoring spaces around and between", 1),
        (LAST == " Lee", "ignoring spaces around and between", 1),
        (CITY == "Bos ton", "ignoring spaces around and between", 1),
        (LAST == "Mu\u0308ller", "ignoring accents", 2),
        (LAST == "müller", "ignoring letter case", 1),
        (LAST == "MULLER", "ignoring case, spaces and accents", 2),
        (LAST.isin(["MULLER", "smith", "lee"]), "ignoring case, spaces and accents", 5),
        (LAST == "ller", "as a part of the text", 2),
        (LAST.startswith("mith"), "as a part of the text", 1),
        (LAST.endswith("Smi"), "as a part of the text", 1),
        (LAST.contains("MÜLLER"), "ignoring letter case", 1),
        (LAST.startswith("mü"), "ignoring letter case", 1),
        (LAST.endswith("lee"), "ignoring case, spaces and accents", 1),
        (SPEND.list_contains("THIRTY"), "ignoring letter case", 1),
        (SPEND.list_contains_all("THIRTY"), "ignoring letter case", 1),
        (CITY.contains(LAST, "seattle"), "ignoring letter case", 3),
    ],
    ids=str,
)
def test_each_way_to_take_a_text_less_literally(people, expression, relaxation, rows):
    seen = preview(people, expression, FIELDS)
    assert seen.count == 0
    assert relaxed(seen, str(expression))[relaxation] == rows


def test_a_value_of_which_nothing_is_left_is_not_found_everywhere(people):
    assert set(relaxed(preview(people, LAST.contains("   "), FIELDS), "LastName contains '   '").values()) == {0}


def test_an_attribute_compared_with_itself_in_other_letters():
    data = pd.DataFrame({"last": ["Paris", "Lee"], "city": ["paris", "Rome"]})
    fields = FieldMap({"last": "LastName", "city": "Address.City"})
    seen = preview(data, LAST == CITY, fields)
    assert relaxed(seen, "LastName is '{{_profile.Address.City}}'")["ignoring letter case"] == 1


def test_an_exclusion_that_excludes_nobody_says_what_it_just_misses(people):
    seen = preview(people, CITY.notin(["seattle"]), FIELDS)
    assert seen.count == 6
    assert relaxed(seen, "Address.City is 'seattle'")["ignoring letter case"] == 3


def test_numbers_and_dates_that_nobody_meets_tell_how_many_can_be_read(people):
    dated = BORN.after("2020-01-01") | SPEND.between("2020-01-01", "2021-01-01")
    seen = preview(people, (SPEND > 1000) | dated, FIELDS)
    assert lines(seen.near_misses)[:4] == [
        ("Attributes.spend is greater than 1000", "exactly as written", 0, 5, 1),
        ("Attributes.spend is greater than 1000", "with any number that can be read", 4, 5, 1),
        ("BirthDate is after '2020-01-01T00:00:00Z'", "exactly as written", 0, 5, 1),
        ("BirthDate is after '2020-01-01T00:00:00Z'", "with any date that can be read", 4, 5, 1),
    ]
    between = "Attributes.spend is between 2020-01-01T00:00:00Z and 2021-01-01T00:00:00Z"
    assert relaxed(seen, between) == {"exactly as written": 0, "with any date that can be read": 0}


def test_conditions_that_nobody_meets_together_are_relaxed_and_left_out_together(people):
    whole = "Address.City is 'Boston' and LastName is 'Müller' and Attributes.spend is greater than 5"
    seen = preview(people, (CITY == "Boston") & (LAST == "Müller") & (SPEND > 5), FIELDS)
    assert relaxed(seen, whole) == {
        "exactly as written": 0,
        "ignoring letter case": 0,
        "ignoring spaces around and between": 0,
        "ignoring accents": 1,
        "ignoring case, spaces and accents": 1,
        "without the condition: Address.City is 'Boston'": 0,
        "without the condition: LastName is 'Müller'": 1,
        "without the condition: Attributes.spend is greater than 5": 0,
    }
    assert seen.near_misses["distinct_values"].isna().all()


def test_what_is_excluded_stays_exact_when_the_whole_is_relaxed(people):
    excluded = (LAST != "muller") & ~LAST.contains("MUL")
    seen = preview(people, (LAST == "Muller") & (CITY == "BOSTON") & excluded, FIELDS)
    (whole,) = set(seen.near_misses["condition"][seen.near_misses["distinct_values"].isna()])
    assert whole.endswith("LastName is not 'muller' and not (LastName contains 'MUL')")
    assert relaxed(seen, whole)["ignoring letter case"] == 1


def test_a_condition_that_is_said_twice_is_a_near_miss_once(people):
    seen = preview(people, ((LAST == "smith") & (SPEND > 5)) | ((LAST == "smith") & (CITY != "Rome")), FIELDS)
    assert seen.near_misses["condition"].tolist().count("LastName is 'smith'") == 7


def test_a_whole_that_contradicts_itself_stays_at_nobody(people):
    seen = preview(people, (CITY == "Seattle") & (CITY != "Seattle"), FIELDS)
    whole = "Address.City is 'Seattle' and Address.City is not 'Seattle'"
    assert relaxed(seen, whole)["ignoring case, spaces and accents"] == 0
    assert relaxed(seen, whole)["without the condition: Address.City is 'Seattle'"] == 3


# Notes.


def test_an_attribute_that_is_not_mapped_is_told(people):
    seen = preview(people, (profile.FirstName == "Ann") | LAST.isin([profile.MiddleName, "Smith"]), FIELDS)
    assert seen.notes == ("'FirstName', 'MiddleName' are not among the mapped fields, so no row has them.",)


def test_an_address_that_the_service_fills_by_itself_is_told():
    data = pd.DataFrame({"mail": ["ann@example.com"]})
    fields = FieldMap([Field("mail", "BusinessEmailAddress", ContentType.EMAIL_ADDRESS)])
    assert preview(data, profile.EmailAddress.contains("@"), fields).notes == (
        "'EmailAddress' is not among the mapped fields, so no row has it.",
        "The service may fill EmailAddress from 'mail', which is not looked at here.",
    )


def test_rows_without_a_key_of_their_own_are_told(people):
    people["id"] = ["1", "1", None, "4", "1", ""]
    (note,) = preview(people, CITY == "Seattle", FIELDS).notes
    assert note == (
        "2 rows have no unique key (1 of them match), and 2 rows have the unique key of an earlier row (1 of them "
        "match): a segment counts profiles, one for each key, and not rows."
    )
    keyless = FieldMap(FIELDS.fields)
    assert preview(people, CITY == "Seattle", keyless).notes == ()


def test_what_cannot_be_read_is_counted(people):
    seen = preview(people, (SPEND > 5) & BORN.before("2000-01-01") & SPEND.between(0, 50), FIELDS)
    assert seen.notes == (
        "In 1 row Attributes.spend cannot be read as a number, so no comparison of numbers holds; expected digits, a "
        "point and nothing else.",
        "In 1 row BirthDate cannot be read as a date, so no comparison of dates holds; expected 2024-10-01 or "
        "2024-10-01T12:30:00Z.",
    )


def test_a_value_of_the_condition_that_cannot_be_read_is_told(people):
    condition = Condition(Dimension("Attributes.spend", "AttributeDimension", "LESS_THAN", ("lots", "0")))
    notes = preview(people, condition, FIELDS).notes
    assert notes[0] == (
        "'lots' is no number, so nothing compares with it: Attributes.spend is less than one of lots, 0."
    )


def test_rows_that_meet_a_condition_for_want_of_the_attribute_are_counted(people):
    seen = preview(people, (CITY != "Boston") & ~LAST.contains("mi") & ~(CITY != "Rome"), FIELDS)
    assert seen.notes == (
        "1 row without Address.City meets the condition: Address.City is not 'Boston'.",
        "1 row without LastName meets the condition: not (LastName contains 'mi').",
    )


def test_cells_that_cannot_be_sent_are_counted(people):
    people["city"] = pd.Series(
        [["Seattle"], "Seattle", None, {"a": 1}, "Rome", "Rome"], index=people.index, dtype=object
    )
    seen = preview(people, CITY == "Seattle", FIELDS)
    assert seen.count == 1
    assert seen.notes == (
        "In 2 rows Address.City holds what has no text that could be sent: a list, an infinite number, a span of time.",
    )


# How it looks.


def test_a_preview_says_in_text_who_matches_and_why_nobody_does(people):
    people["id"] = ["1", "1", "3", "4", "5", "6"]
    seen = preview(people, (CITY == "Seattle") & ((SPEND > 5) | (LAST == "mueller")) & (LAST == "müller"), FIELDS)
    assert str(seen) == (
        "0 of 6 rows match (0 %).\n"
        "  rows  together\n"
        "     3         3  █████·····  Address.City is 'Seattle'\n"
        "     3         2  ███--·····  and Attributes.spend is greater than 5 or LastName is 'mueller'\n"
        "     3            -----·····    Attributes.spend is greater than 5\n"
        "     0            ··········    or LastName is 'mueller'\n"
        "     0         0  ··········  and LastName is 'müller'\n"
        "Nobody meets: LastName is 'mueller' (5 different values in the table, 1 row without any)\n"
        "  nor would anybody if it were taken less literally\n"
        "Nobody meets: LastName is 'müller' (5 different values in the table, 1 row without any)\n"
        "  1 row ignoring letter case\n"
        "  2 rows ignoring case, spaces and accents\n"
        "Nobody meets: Address.City is 'Seattle' and (Attributes.spend is greater than 5 or LastName is 'mueller') and "
        "LastName is 'müller'\n"
        "  2 rows without the condition: LastName is 'müller'\n"
        "Note: In 1 row Attributes.spend cannot be read as a number, so no comparison of numbers holds; expected "
        "digits, a point and nothing else.\n"
        "Note: 1 row has the unique key of an earlier row (0 of them match): a segment counts profiles, one for each "
        "key, and not rows."
    )
    assert repr(seen) == str(seen)


def test_one_row_and_no_rows():
    data = pd.DataFrame({"city": ["Oslo"]})
    fields = FieldMap({"city": "Address.City"})
    assert str(preview(data, CITY == "Oslo", fields)).splitlines()[0] == "1 of 1 row matches (100 %)."
    empty = preview(data.head(0), CITY == "Oslo", fields)
    assert (empty.row_count, empty.count, len(empty.rows(data.head(0)))) == (0, 0, 0)
    assert lines(empty.funnel) == [("Address.City is 'Oslo'", "", 0, 0, 0)]
    assert len(empty.near_misses) == 0
    assert str(empty).splitlines()[0] == "0 of 0 rows match: the table is empty."
    assert "the table is empty" in empty._repr_html_()
    assert parsed(empty.plot().svg()) is not None


def test_its_html_is_sound_and_tells_the_same(people):
    seen = preview(people, (CITY == "Seattle") & (LAST == "<müller> & 'Co'") & (SPEND > 5), FIELDS)
    root = parsed(seen._repr_html_())
    text = "".join(root.itertext())
    assert "0 of 6 rows match (0 %)." in text
    assert "and LastName is \"<müller> & 'Co'\"" in text
    headers = list(root.iter("th"))
    assert all(cell.get("scope") in {"row", "col"} for cell in headers)
    pictures = [one for one in root.iter("span") if one.get("role") == "img"]
    assert len(pictures) == 1 + 3
    assert [one.get("aria-label") for one in pictures[1:]] == [
        "50.0 % together, 50.0 % not",
        "100 % not",
        "50.0 % by itself only, 50.0 % not",
    ]
    assert seen._repr_html_() == preview(people, seen.expression, FIELDS)._repr_html_()


def test_its_text_and_html_stay_small_for_a_condition_with_a_thousand_parts(people):
    expression = LAST.isin([f"nobody-{number}-{'x' * 240}" for number in range(50)])
    for number in range(300):
        expression |= LAST.contains(f"nobody-{number}-{'<' * 240}")
        expression |= profile.Attributes[f"unmapped {number}"] != "a"
    seen = preview(people, expression, FIELDS)
    assert len(seen.lines) == 601
    assert len(seen.near_misses) > 600
    assert len(seen._repr_html_().encode()) < 50_000
    assert len(seen.plot()._repr_html_().encode()) < 50_000
    assert len(str(seen).encode()) < 25_000
    assert "and 581 more conditions; .funnel lists all." in str(seen)


def test_a_drawing_has_a_bar_for_all_rows_and_for_each_condition(people):
    drawn = preview(people, (CITY == "Seattle") & ((SPEND > 15) | (LAST == "Smith")), FIELDS).plot()
    assert lines(drawn.to_frame()) == [
        ("all rows", 6, 6),
        ("Address.City is 'Seattle'", 3, 3),
        ("and Attributes.spend is greater than 15 or LastName is 'Smith'", 3, 2),
    ]
    assert str(drawn) == (
        "2 of 6 rows match (33.3 %).\n"
        "6  ████████████████████  all rows\n"
        "3  ██████████··········  Address.City is 'Seattle'\n"
        "2  ███████·············  and Attributes.spend is greater than 15 or LastName is 'Smith'"
    )
    svg = parsed(drawn.svg())
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == (
        "2 of 6 rows match (33.3 %). all rows: 6; Address.City is 'Seattle': 3; and Attributes.spend is greater than "
        "15 or LastName is 'Smith': 2"
    )
    tag = "{http://www.w3.org/2000/svg}"
    widths = [float(bar.get("width")) for bar in svg.iter(f"{tag}rect")]
    whole = widths[0]
    assert widths == pytest.approx([whole] * 4 + [whole / 2] * 2 + [whole, whole / 2, whole / 3], abs=0.06)
    assert parsed(drawn._repr_html_()).tag == "figure"


# Privacy.


def test_no_cell_and_no_index_label_comes_out():
    canary = Canary()
    data = canary.good(20)
    fields = FieldMap(
        {
            "id": "AccountNumber",
            "first": "FirstName",
            "mail": "EmailAddress",
            "amount": "Attributes.amount",
            "born": "BirthDate",
            "note": "AdditionalInformation",
        },
        unique_key="id",
    )
    first = profile.FirstName.contains("söhne") & (profile.EmailAddress == "EXAMPLE.COM")
    amount = profile.Attributes["amount"]
    dated = BORN.before("1800-01-01") | (amount < 0) | amount.list_contains("x") | (profile.FirstName == LAST)
    seen = preview(data, first | ~dated | (profile.AdditionalInformation != "AND"), fields)
    drawn = seen.plot()
    shown = [
        *(str(seen), repr(seen), seen._repr_html_(), str(seen.notes), str(seen.lines), str(seen.missed)),
        *(seen.funnel.to_csv(), seen.near_misses.to_csv(), str(drawn), drawn._repr_html_(), drawn.to_frame().to_csv()),
    ]
    assert sum(relaxed(seen, "EmailAddress is 'EXAMPLE.COM'").values()) > 0
    assert canary.found_in("\n".join([*shown, *map(html.unescape, shown)])) == {}
    assert canary.found_in(seen.rows(data).to_csv()) != {}


# What is refused.


def test_a_preview_refuses_what_it_cannot_tell(people):
    with pytest.raises(ExpressionError, match="'_spend' is a calculated attribute"):
        people.cp.preview((CITY == "Seattle") & (calculated["_spend"] > 5), FIELDS)
    with pytest.raises(ExpressionError, match="Who is in segment 'vip' cannot be told"):
        people.cp.preview(in_segment("vip"), FIELDS)
    with pytest.raises(ExpressionError, match="got an object of type Attribute"):
        people.cp.preview(CITY, FIELDS)
    with pytest.raises(FrameError, match="lacks: 'born'"):
        people.drop(columns="born").cp.preview(CITY == "Seattle", FIELDS)
    with pytest.raises(TypeError, match="expected a field map"):
        people.cp.preview(CITY == "Seattle", {"city": "Address.City"})


def test_it_is_a_verb_of_the_package(people):
    assert isinstance(cpnb.preview(people, CITY == "Seattle", FIELDS), cpnb.Preview)
    assert isinstance(cpnb.preview(people, CITY == "Seattle", FIELDS).plot(), cpnb.FunnelChart)
