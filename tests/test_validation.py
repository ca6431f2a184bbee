"""validate: every kind of bad input, slices against the whole, and nothing that gives a value away."""

import logging
import os
import subprocess
import sys
import traceback

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from cpnb.content.key_hash import key_numbers
from cpnb.content_types import ContentType
from cpnb.errors import CpnbError, FieldsError, FrameError, InvalidDataError
from cpnb.fields import Field, FieldMap
from cpnb.schema import schema_for
from cpnb.validation import (
    CHECKED_ROWS,
    _sharing,
    check_slices,
    findings_of_whole,
    key_codes,
    repeated_keys,
    validate,
)

FIELDS = FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "phone": "PhoneNumber"}, unique_key="id", region="US")
GOOD = pd.DataFrame(
    {
        "id": ["C1", "C2", "C3"],
        "mail": ["ann@example.com", None, "bob@example.com"],
        "phone": ["+12065550100", "+12065550101", None],
        "unmapped": [[1], {"a": 1}, b"x"],
    }
)


def found(report):
    return [(one.column, one.code, one.positions.tolist()) for one in report.findings]


def test_a_good_table_has_no_findings():
    report = validate(GOOD, FIELDS)

    assert report.ok
    assert report.row_count == 3
    assert found(report) == []
    report.raise_if_failed()


def test_each_bad_cell_is_found_at_its_physical_row():
    data = GOOD.assign(
        id=["C1", " ", None], mail=["ann@", "ann", None], phone=["206 555 0100", "555 0100", "+12065550100.0"]
    ).set_index(np.array([9, 9, 9]))

    assert found(validate(data, FIELDS)) == [
        ("id", "key_empty", [1, 2]),
        ("mail", "email_invalid", [0, 1]),
        ("phone", "phone_invalid", [1, 2]),
        ("phone", "phone_not_e164", [0]),
        ("phone", "float_shaped", [2]),
    ]


def test_repeated_keys_are_counted_after_the_first_of_each():
    data = pd.DataFrame({"id": ["a", "b", "a", None, "a", None, "A", "b"]})
    fields = FieldMap({"id": "AccountNumber"}, unique_key="id")

    assert found(validate(data, fields)) == [("id", "key_repeated", [2, 4, 7]), ("id", "key_empty", [3, 5])]


def test_a_repeated_key_far_away_is_found_as_well():
    keys = [f"C{number}" for number in range(20_000)]
    keys[19_999] = "C0"

    report = validate(pd.DataFrame({"id": keys}), FieldMap({"id": "AccountNumber"}, unique_key="id"))

    assert found(report) == [("id", "key_repeated", [19_999])]


@pytest.mark.parametrize(
    ("content_type", "keys", "repeated"),
    [
        (ContentType.STRING, ["a", "A", "a ", "a"], [3]),
        (ContentType.NAME, ["Ann Lee", "ann  lee", "Ann"], [1]),
        (ContentType.EMAIL_ADDRESS, ["A@example.com", "a@EXAMPLE.com"], [1]),
        (ContentType.NUMBER, ["1", "1.0", "2"], [1]),
        (ContentType.PHONE_NUMBER, ["+12065550100", "(206) 555-0100", "+12065550101"], [1]),
    ],
)
def test_keys_repeat_as_their_content_type_compares(content_type, keys, repeated):
    fields = FieldMap([Field("k", "Attributes.k", content_type)], unique_key="k", region="US")

    report = validate(pd.DataFrame({"k": keys}), fields)

    assert [rows for _, code, rows in found(report) if code == "key_repeated"] == ([repeated])


def test_phone_keys_are_read_in_the_region_of_their_row():
    fields = FieldMap([Field("k", "PhoneNumber", region_column="country")], unique_key="k")
    data = pd.DataFrame({"k": ["2065550100", "2065550100", "+1 206 555 0100"], "country": ["US", "DE", None]})

    assert key_codes(data, fields).tolist() == [0, 1, 0]


def test_a_float_shaped_key_is_a_warning():
    report = validate(pd.DataFrame({"id": ["1001.0", "1002"]}), FieldMap({"id": "AccountNumber"}, unique_key="id"))

    assert found(report) == [("id", "float_shaped", [0])]
    assert report.ok


def test_a_key_column_of_floats_with_gaps_is_read_as_whole_numbers():
    (piece,) = check_slices(pd.DataFrame({"id": [1001.0, np.nan]}), FieldMap({"id": "AccountNumber"}, unique_key="id"))

    assert piece.rendered.table.column("id").to_pylist() == ["1001", None]
    assert piece.keys_empty.tolist() == [False, True]


def test_lists_in_cells_are_findings_named_by_their_kind():
    data = pd.DataFrame({"a": [["x"], "text", {"k": 1}, ["y"]]})

    (finding,) = validate(data, FieldMap({"a": "FirstName"})).findings

    assert (finding.code, finding.positions.tolist()) == ("unsupported_cell", [0, 2, 3])
    assert finding.shapes == {"dict": 1, "list": 2}


def test_an_unsupported_key_is_no_key():
    (piece,) = check_slices(pd.DataFrame({"id": [["x"], "y"]}), FieldMap({"id": "AccountNumber"}, unique_key="id"))

    assert piece.keys_empty.tolist() == [True, False]
    assert piece.bad_cells["id"].tolist() == [True, False]


def test_over_long_and_disallowed_values():
    data = pd.DataFrame({"name": ["a" * 256, "b"], "gender": ["male", "FEMALE"]})

    report = validate(data, FieldMap({"name": "FirstName", "gender": "Gender"}))

    assert found(report) == [("name", "too_long", [0]), ("gender", "value_not_allowed", [0])]


@pytest.mark.parametrize("data", [pd.DataFrame({"a": []}), pd.DataFrame({"a": pd.Series([], dtype=object)})])
def test_a_table_without_rows_is_refused(data):
    report = validate(data, FieldMap({"a": "AccountNumber"}, unique_key="a"))

    assert found(report) == [("", "no_rows", [])]
    assert report.row_count == 0
    with pytest.raises(InvalidDataError, match="the table has no rows"):
        report.raise_if_failed()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.DataFrame(), "no columns at all"),
        (GOOD.drop(columns="mail").assign(emial="x"), "lacks: 'mail'. Did you mean 'emial'"),
        (pd.concat([GOOD, GOOD], axis="columns"), "share a name"),
        (pd.concat({"a": GOOD}, axis="columns"), "2 levels"),
        (GOOD.rename(columns={"unmapped": 3}), "names of type int"),
        (GOOD["mail"], "to_frame"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_before_any_row_is_read(data, message):
    with pytest.raises(FrameError, match=message):
        validate(data, FIELDS)
    with pytest.raises(FrameError, match=message):
        check_slices(data, FIELDS)  # at once, and not when the first slice is asked for


def test_more_than_25_mapped_columns_is_a_warning():
    columns = {f"c{number}": f"Attributes.c{number}" for number in range(26)}
    data = pd.DataFrame([dict.fromkeys(columns, "x")])

    assert found(validate(data, FieldMap(columns))) == [("", "too_many_fields", [])]
    assert found(validate(data, FieldMap(dict(list(columns.items())[:25])))) == []


def test_a_field_that_also_fills_the_primary_one_is_a_warning():
    fields = FieldMap({"m": "MobilePhoneNumber", "e": "BusinessEmailAddress"})
    both = FieldMap({"m": "MobilePhoneNumber", "p": "PhoneNumber"})
    data = pd.DataFrame({"m": [None], "e": [None], "p": [None]})

    assert found(validate(data, fields)) == [("m", "fills_primary", []), ("e", "fills_primary", [])]
    assert found(validate(data, both)) == []


def test_without_a_key_keys_are_not_looked_at():
    fields = FieldMap({"id": "AccountNumber"})

    assert validate(pd.DataFrame({"id": ["a", "a", None]}), fields).ok
    with pytest.raises(FieldsError, match="no unique key"):
        key_codes(GOOD, fields)


def test_rows_that_share_their_key_are_compared_a_few_at_a_time():
    fields = FieldMap({"id": "AccountNumber"}, unique_key="id")
    data = pd.DataFrame({"id": ["b", "a", None, "b", "x", "c", "a", "b", "c"]})
    numbers = key_numbers(pa.array(data["id"], pa.large_string(), from_pandas=True))

    turns = list(_sharing(data, fields, numbers, compared_rows=2))

    assert len(turns) > 1
    together = {
        rows[codes == code].tolist()[0]: rows[codes == code].tolist() for rows, codes in turns for code in set(codes)
    }
    assert together == {0: [0, 3, 7], 1: [1, 6], 5: [5, 8]}


def test_keys_that_share_a_number_and_are_not_the_same_stay_two():
    fields = FieldMap({"id": "AccountNumber"}, unique_key="id")
    long = "k" * 64  # of which alone the number is made, and of the length
    data = pd.DataFrame({"id": [long + "a", long + "b", long + "a"]})

    assert len(set(key_numbers(pa.array(data["id"], pa.large_string())).tolist())) == 1
    assert key_codes(data, fields).tolist() == [0, 1, 0]
    assert [one.positions.tolist() for one in validate(data, fields).errors] == [[2]]


def test_key_codes_count_up_by_first_appearance_across_slices():
    keys = [f"C{number % 10_000}" for number in range(20_000)]

    codes = key_codes(pd.DataFrame({"id": keys}), FieldMap({"id": "AccountNumber"}, unique_key="id"))

    assert codes.dtype == np.int64
    assert codes.tolist() == [number % 10_000 for number in range(20_000)]


@given(st.lists(st.sampled_from(["a", "b", "c", "d", None]), max_size=20))
def test_repeated_keys_are_those_that_pandas_calls_duplicated(keys):
    series = pd.Series(keys, dtype=object)
    codes = key_codes(pd.DataFrame({"id": series}), FieldMap({"id": "AccountNumber"}, unique_key="id"))

    assert repeated_keys(codes).tolist() == (series.duplicated() & series.notna()).tolist()


def test_what_the_whole_tells_can_be_asked_for_alone():
    codes = np.array([0, 1, -1, 0, -1])

    (finding,) = findings_of_whole(FieldMap({"id": "AccountNumber"}, unique_key="id"), 5, repeated_keys(codes))

    assert (finding.code, finding.positions.tolist()) == ("key_repeated", [3])


def test_slices_carry_text_findings_and_masks_of_their_rows():
    rows = CHECKED_ROWS + 3_000
    bad_mail, no_key = CHECKED_ROWS + 900, CHECKED_ROWS + 901
    data = pd.DataFrame({"id": [f"C{n}" for n in range(rows)], "mail": "a@example.com", "phone": None})
    data.loc[bad_mail, "mail"] = "bad"
    data.loc[no_key, "id"] = None

    first, second = check_slices(data, FIELDS)

    assert (first.start, first.rendered.row_count, first.report.ok, dict(first.bad_cells)) == (
        0,
        CHECKED_ROWS,
        True,
        {},
    )
    assert second.start == CHECKED_ROWS
    assert found(second.report) == [("id", "key_empty", [no_key]), ("mail", "email_invalid", [bad_mail])]
    assert np.flatnonzero(second.bad_cells["mail"]).tolist() == [900]
    assert np.flatnonzero(second.keys_empty).tolist() == [901]
    assert "id" not in second.bad_cells


def test_a_row_that_repeats_the_header_is_one_finding_about_the_row():
    data = pd.DataFrame(
        {"id": ["C1", "id", "C2"], "mail": ["a@example.com", "Mail", None], "phone": [None, "phone", None]}
    )

    (piece,) = check_slices(data, FIELDS)

    assert piece.repeats_header.tolist() == [False, True, False]
    assert ("", "header_repeated", [1]) in found(validate(data, FIELDS))


CELLS = st.sampled_from(
    ["", "x", "ann@example.com", "+12065550100", "206 555 0100", "1.0", None, 7, 2.5, b"", "y" * 300]
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8), st.integers(1, 7))
def test_the_report_of_the_parts_adds_up_to_that_of_the_whole(rows, cut):
    data = pd.DataFrame(rows, columns=["id", "mail", "phone"], dtype=object)
    (whole,) = check_slices(data, FIELDS)
    parts = [part for part in (data.iloc[:cut], data.iloc[cut:]) if len(part)]

    checked = [piece for part in parts for piece in check_slices(part, FIELDS)]

    texts = [text for piece in checked for text in piece.rendered.table.to_pylist()]
    assert texts == whole.rendered.table.to_pylist()
    assert sum(len(piece.report.positions()) for piece in checked) == len(whole.report.positions())
    for one in whole.report.findings:
        counts = [other.count for piece in checked for other in piece.report.findings if other.code == one.code]
        same_code = [other.count for other in whole.report.findings if other.code == one.code]
        assert sum(counts) == sum(same_code)


MARK = "Xanthippe4711"


def terrible_table():
    """Return a table whose every cell, category and index label is marked, and bad in some way."""
    cells = [MARK, f"{MARK}@", f"+{MARK}", [MARK], {MARK: MARK}, MARK.encode(), f"\ud800{MARK}", f"{MARK}.0", MARK * 90]
    columns = {
        name: pd.Series(cells, dtype=object) for name in ("id", "mail", "phone", "born", "gender", "spend", "tier")
    }
    columns["country"] = pd.Series([MARK] * len(cells), dtype="category")
    data = pd.DataFrame(columns)
    data.index = [f"{MARK}{number % 3}" for number in range(len(cells))]
    return data


def everything_that_comes_out(call):
    """Return what a call shows: reprs, texts, HTML, tables, and the whole chain of its exception."""
    shown = []
    try:
        report = call()
        shown += [
            repr(report),
            str(report),
            report._repr_html_(),
            report.to_frame().to_csv(),
            *map(repr, report.findings),
        ]
        report.raise_if_failed()
    except CpnbError as error:
        shown += traceback.format_exception(error)
        # A suppressed context is still there for whoever looks: a debugger, an error tracker.
        hidden = error.__context__
        shown += traceback.format_exception(hidden) if hidden is not None else []
    return shown


def test_no_value_comes_out_of_validate(caplog, capfd):
    fields = FieldMap(
        [
            Field("id", "AccountNumber"),
            Field("mail", "EmailAddress"),
            Field("phone", "PhoneNumber", region_column="country"),
            Field("born", "BirthDate"),
            Field("gender", "Gender"),
            Field("spend", "Attributes.spend", ContentType.NUMBER),
            Field("tier", "FirstName"),
        ],
        unique_key="id",
    )
    schema = schema_for(fields)
    tier = [
        *schema.columns["tier"].checks,
        pandera.Check(lambda text: text == "x", name="is_x"),
        pandera.Check(lambda text: [][text.iloc[0]], name="boom"),
    ]
    schema = schema.update_column("tier", checks=tier, nullable=False)
    data = terrible_table()
    with caplog.at_level(logging.DEBUG):
        shown = everything_that_comes_out(lambda: validate(data, fields))
        shown += everything_that_comes_out(lambda: validate(data, fields, schema=schema))
        shown += [repr(piece) for piece in check_slices(data, fields, schema=schema)]

    captured = capfd.readouterr()
    shown += [caplog.text, captured.out, captured.err]
    text = "".join(shown)
    assert "email_invalid" in text  # it did look
    assert "check_is_x" in text
    assert MARK not in text
    assert MARK[:6] not in text
    assert "4711" not in text


def test_no_value_comes_out_of_a_schema_that_cannot_be_run():
    schema = schema_for(FIELDS)
    schema.columns["mail"].checks.append(pandera.Check(lambda text: text == "x", name="x", groupby="nothing"))
    data = GOOD.assign(mail=MARK, id=[f"{MARK}{n}" for n in range(3)])

    shown = everything_that_comes_out(lambda: validate(data, FIELDS, schema=schema))

    assert MARK not in "".join(shown)


def test_a_wholly_bad_table_gives_a_short_message_and_exact_counts():
    data = pd.DataFrame({"id": np.arange(20_000).astype(str), "mail": np.arange(20_000).astype(str), "phone": "x"})

    report = validate(data, FIELDS)

    assert [(one.column, one.code, one.count) for one in report.findings] == [
        ("mail", "email_invalid", 20_000),
        ("phone", "phone_invalid", 20_000),
    ]
    with pytest.raises(InvalidDataError) as caught:
        report.raise_if_failed()
    assert len(str(caught.value).encode()) < 10_000


def test_the_table_is_not_changed():
    data = terrible_table()
    before = data.copy(deep=True)

    validate(data, FIELDS)

    assert data.map(repr).equals(before.map(repr))


def test_validating_leaves_the_environment_as_it_was():
    code = "import os; before = dict(os.environ); import cpnb.validation; raise SystemExit(dict(os.environ) != before)"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYARROW", "SPARK"))}

    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == 0


def test_looking_at_tables_and_reports_does_not_load_pandera():
    code = "import sys, cpnb.report, cpnb.rendering, cpnb.frames, cpnb.content; sys.exit('pandera' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
