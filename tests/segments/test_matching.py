"""Which rows of a table meet a condition. What each comparison means stands in the truth table; here is the rest."""

from __future__ import annotations

import datetime as dt
import json
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings, strategies as st

from cpnb.conditions import Condition, InSegment
from cpnb.dimensions import Dimension
from cpnb.errors import ExpressionError, FrameError
from cpnb.expressions import calculated, in_segment, profile
from cpnb.fields import FieldMap
from cpnb.matching import matching_rows
from cpnb.matching.readings import elements, moments, numbers

FIELDS = FieldMap({"last": "LastName", "city": "Address.City", "x": "Attributes.x", "y": "Attributes.y"})
CITY, LAST, X = profile.Address.City, profile.LastName, profile.Attributes["x"]


def table(**columns):
    """A table of the mapped columns; those that are not given are empty."""
    length = max(map(len, columns.values()))
    return pd.DataFrame(
        {name: columns.get(name, pd.Series([None] * length, dtype="str")) for name in ("last", "city", "x", "y")}
    )


def matched(expression, **columns):
    return matching_rows(table(**columns), expression, FIELDS).tolist()


def of(comparison, *values, attribute="Attributes.x", shape="AttributeDimension"):
    return Condition(Dimension(attribute, shape, comparison, values))


# What is compared is the text that would be sent.


NEW_YORK = pd.to_datetime(["2024-10-01 23:30", "2024-10-02 00:00", "2024-10-02 21:00"]).tz_localize("America/New_York")


@pytest.mark.parametrize(
    ("cells", "expression", "expected"),
    [
        ([1, 2, 30], X == "30", [False, False, True]),
        ([1.0, 2.5, np.nan], X == "1", [True, False, False]),
        ([1.0, 2.5, np.nan], X > 1, [False, True, False]),
        ([1e22, 0.1, 1e-7], X.isin(["10000000000000000000000", "0.0000001"]), [True, False, True]),
        ([True, False], X == "true", [True, False]),
        (pd.Series([True, None], dtype="boolean"), X != "true", [False, True]),
        (pd.to_datetime(["2024-10-01 00:00", "2024-10-02 08:30"]), X == "2024-10-02T08:30:00", [False, True]),
        (NEW_YORK, X.on("2024-10-02"), [True, True, False]),
        ([dt.date(2024, 10, 1), None], X.before("2024-10-02"), [True, False]),
        (pd.Series(["a", "b", None, "a"], dtype="category"), X == "a", [True, False, False, True]),
        (pd.Series(["a", 1, 2.5, None, ["a"]], dtype=object), X.isin(["a", "1", "2.5"]), [True] * 3 + [False] * 2),
        (pd.Series(["", "a", " "], dtype="str"), X.contains(" "), [False, False, True]),
        (pd.Series(["", "a", None], dtype="str"), X.notin(["a"]), [True, False, True]),
        (pd.Series(pa.array(["é", None]), dtype=pd.ArrowDtype(pa.string())), X.startswith("é"), [True, False]),
        ([1, -1, 0], X.between(-1, 0), [False, True, True]),
        (['["a","b"]', "a", None], X.list_contains("a"), [True, True, False]),
    ],
)
def test_the_rendered_text_is_compared(cells, expression, expected):
    assert matched(expression, x=cells) == expected


def test_a_birth_date_is_the_calendar_date_alone():
    born = pd.DataFrame(
        {"born": pd.to_datetime(["1990-05-01 23:30", "1990-05-02 00:00"]).tz_localize("America/New_York")}
    )
    fields = FieldMap({"born": "BirthDate"})
    assert matching_rows(born, profile.BirthDate.on("1990-05-01"), fields).tolist() == [True, False]


def test_an_attribute_that_is_not_mapped_is_absent():
    assert matched(profile.FirstName == "Ann", last=["Ann", "Lee"]) == [False, False]
    assert matched(profile.FirstName != "Ann", last=["Ann", "Lee"]) == [True, True]
    assert matched((profile.FirstName == "Ann") | (LAST == "Lee"), last=["Ann", "Lee"]) == [False, True]


def test_a_value_may_stand_for_another_attribute_mapped_or_not():
    assert matched(LAST == CITY, last=["Paris", "Lee", None], city=["Paris", None, None]) == [True, False, False]
    assert matched(LAST != CITY, last=["Paris", "Lee", None], city=["Paris", None, None]) == [False, True, True]
    assert matched(LAST.isin([profile.FirstName]), last=["Ann"]) == [False]
    assert matched(profile.FirstName == LAST, last=["Ann"]) == [False]
    assert matched(LAST.contains(CITY, "z"), last=["Paris", "Liz", "Lee"], city=["ari", "a", "x"]) == [
        True,
        True,
        False,
    ]


# How conditions are joined.


def test_conditions_are_joined_and_negated():
    cities, names = ["Oslo", "Oslo", None, "Rome"], ["Lee", "Kim", "Lee", None]
    in_oslo, is_lee = CITY == "Oslo", LAST == "Lee"
    assert matched(in_oslo & is_lee, city=cities, last=names) == [True, False, False, False]
    assert matched(in_oslo | is_lee, city=cities, last=names) == [True, True, True, False]
    assert matched(~in_oslo, city=cities, last=names) == [False, False, True, True]
    assert matched(~(in_oslo & is_lee), city=cities, last=names) == [False, True, True, True]
    assert matched(~(~in_oslo | is_lee), city=cities, last=names) == [False, True, False, False]


def test_source_segments_are_told_by_their_conditions():
    data = table(city=["Oslo", "Rome", "Rome"], last=["Lee", "Lee", "Kim"])
    sources = {"oslo": CITY == "Oslo", "lee-elsewhere": (LAST == "Lee") & ~in_segment("oslo")}
    assert matching_rows(data, in_segment("oslo"), FIELDS, sources=sources).tolist() == [True, False, False]
    assert matching_rows(data, in_segment("lee-elsewhere"), FIELDS, sources=sources).tolist() == [False, True, False]
    both = in_segment("oslo") | in_segment("lee-elsewhere")
    assert matching_rows(data, ~both, FIELDS, sources=sources).tolist() == [False, False, True]


def test_a_segment_without_its_condition_is_refused_by_name():
    with pytest.raises(ExpressionError, match=r"segment 'vip' cannot be told.*sources=\{'vip': condition\}"):
        matched(in_segment("vip") & (LAST == "Lee"), last=["Lee"])
    with pytest.raises(ExpressionError, match="Did you mean 'vips'"):
        matching_rows(table(last=["Lee"]), in_segment("vip"), FIELDS, sources={"vips": LAST == "Lee"})


def test_segments_in_a_circle_are_refused_with_the_circle():
    sources = {"a": in_segment("b") | (LAST == "Lee"), "b": ~in_segment("c"), "c": InSegment("b")}
    with pytest.raises(ExpressionError, match="in a circle: 'b' -> 'c' -> 'b'"):
        matching_rows(table(last=["Lee"]), in_segment("a"), FIELDS, sources=sources)


# What cannot be told.


@pytest.mark.parametrize(
    "expression",
    [
        calculated["_spend"] > 5,
        (LAST == "Lee") & ~(calculated["_spend"] > 5),
        LAST.isin(["Lee", calculated["_spend"]]),
        X.list_contains("{{ _calculated_attribute._spend }}"),
    ],
    ids=str,
)
def test_calculated_attributes_are_refused_by_name(expression):
    with pytest.raises(ExpressionError, match=r"'_spend' is a calculated attribute: .* ask for its estimate"):
        matched(expression, last=["Lee"])


@pytest.mark.parametrize("thing", [LAST, "LastName == 'Lee'", None, pd.Series([True]), {"Groups": []}], ids=str)
def test_what_is_no_condition_is_refused(thing):
    with pytest.raises(ExpressionError, match=f"got an object of type {type(thing).__name__}"):
        matched(thing, last=["Lee"])


@pytest.mark.parametrize("values", [("1",), ("1", "2", "3")], ids=len)
def test_a_range_needs_two_ends(values):
    with pytest.raises(ExpressionError, match=f"BETWEEN with {len(values)} values; expected two"):
        matched(of("BETWEEN", *values), x=["1"])


def test_the_table_must_have_the_columns_and_the_fields_be_a_map():
    with pytest.raises(FrameError, match="lacks: 'city'"):
        matching_rows(table(last=["Lee"]).drop(columns="city"), LAST == "Lee", FIELDS)
    with pytest.raises(FrameError, match="Expected a pandas DataFrame"):
        matching_rows([{"last": "Lee"}], LAST == "Lee", FIELDS)
    with pytest.raises(TypeError, match="expected a field map"):
        matching_rows(table(last=["Lee"]), LAST == "Lee", {"last": "LastName"})


def test_a_table_without_rows_has_none_that_match():
    for expression in (LAST == "Lee", LAST != "Lee", profile.FirstName != "Lee"):
        mask = matching_rows(table(last=["Lee"]).head(0), expression, FIELDS)
        assert mask.dtype == bool
        assert mask.tolist() == []


class Explosive(int):
    """A number that cannot be written."""

    def __abs__(self):
        raise ZeroDivisionError


def test_only_the_columns_that_the_condition_looks_at_are_read():
    data = table(last=["Lee"]).assign(city=pd.Series([Explosive(1)], dtype=object))
    assert matching_rows(data, LAST == "Lee", FIELDS).tolist() == [True]
    with pytest.raises(ZeroDivisionError):
        matching_rows(data, (LAST == "Lee") & (CITY == "1"), FIELDS)


# Many rows, many values, strange texts.


TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["a", "A", "b", "ab", "é", "e\u0301", " a", "a ", "a\n", "[a]", "(?:a)", "a|b", "\\", "\\z", ".*"]),
    st.text(max_size=3),
)
VALUE = st.one_of(
    st.sampled_from(["a", "b", "|", "\\", ".", "$", "^", "\n", "é", "(", "[a]", "\0"]), st.text(min_size=1, max_size=2)
)
VALUES = st.lists(VALUE, min_size=1, max_size=70)


@given(st.lists(TEXTS, min_size=1, max_size=20), VALUES)
def test_texts_are_compared_as_python_compares_them(texts, values):
    columns = {"x": pd.Series(texts, dtype=object)}
    present = [text or None for text in texts]  # an empty text is absent

    def of_present(holds):
        return [text is not None and holds(text) for text in present]

    assert matched(X.isin(values), **columns) == [text in values for text in present]
    assert matched(X.notin(values), **columns) == [text not in values for text in present]
    assert matched(X.contains(*values), **columns) == of_present(lambda text: any(value in text for value in values))
    assert matched(X.startswith(*values), **columns) == of_present(lambda text: text.startswith(tuple(values)))
    assert matched(X.endswith(*values), **columns) == of_present(lambda text: text.endswith(tuple(values)))


def test_more_values_than_the_service_takes_at_once():
    values = [f"v{number}" for number in range(1000)]
    cells = ["v999", "v1000", "v0", None]
    assert matched(X.isin(values), x=cells) == [True, False, True, False]
    assert matched(X.notin(values), x=cells) == [False, True, False, True]
    assert matched(X.endswith(*values), x=cells) == [True, False, True, False]
    lists = [json.dumps(values), json.dumps(values[:-1])]
    assert matched(X.list_contains_all(*values), x=lists) == [True, False]
    assert matched(X.list_contains(*values), x=lists) == [True, True]
    assert matched(X.list_contains(*values), x=['["w"]', None]) == [False, False]
    # One of them stands for another attribute of the same profile.
    assert matched(X.endswith(*values, LAST), x=["xa", "xa", None, "xv7"], last=["a", "b", "a", "a"]) == [
        *(True, False, False, True)
    ]


def test_a_value_that_is_no_unicode_matches_nothing():
    for comparison in ("INCLUSIVE", "CONTAINS", "BEGINS_WITH", "GREATER_THAN", "ON", "LIST_CONTAINS_ALL"):
        assert matched(of(comparison, "\ud800"), x=["a", "1", "2024-01-01"]) == [False] * 3
    assert matched(of("EXCLUSIVE", "\ud800"), x=["a", None]) == [True, True]


EXPRESSIONS = st.recursive(
    st.sampled_from(
        [LAST == "a", LAST != "a", LAST.contains("a"), X > 1, X.before("2024-10-01"), X.between(0, 5), X != LAST]
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] & pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1]),
        inner.map(lambda one: ~one),
    ),
    max_leaves=5,
)
CELLS = st.sampled_from([None, "a", "A", "ab", "", "1", "2.5", "-1", "2024-09-30", "2024-10-01T00:00:00Z", "1e400"])
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12)


@given(EXPRESSIONS, ROWS)
def test_the_opposite_matches_the_other_rows(expression, rows):
    last, x = zip(*rows, strict=True)
    mask = np.array(matched(expression, last=last, x=x))
    assert (np.array(matched(~expression, last=last, x=x)) == ~mask).all()


@given(EXPRESSIONS, EXPRESSIONS, ROWS)
def test_de_morgan(one, other, rows):
    last, x = zip(*rows, strict=True)
    assert matched(~(one & other), last=last, x=x) == matched(~one | ~other, last=last, x=x)
    assert matched(~(one | other), last=last, x=x) == matched(~one & ~other, last=last, x=x)


@given(EXPRESSIONS, ROWS, st.integers(0, 12))
def test_rows_are_judged_one_by_one_however_they_are_sliced(expression, rows, place):
    last, x = zip(*rows, strict=True)
    data = table(last=last, x=x)
    first, rest = (matching_rows(part, expression, FIELDS).tolist() for part in (data[:place], data[place:]))
    assert matching_rows(data, expression, FIELDS).tolist() == first + rest


def test_slices_of_a_long_table_are_put_together_in_order():
    row_count = 300_000
    number = np.arange(row_count)
    data = pd.DataFrame({"last": np.where(number % 7 == 0, "a", "b"), "x": number.astype(str)})
    fields = FieldMap({"last": "LastName", "x": "Attributes.x"})
    mask = matching_rows(data, (LAST == "a") & (X >= 131_000), fields)
    assert (mask == ((number % 7 == 0) & (number >= 131_000))).all()


# Numbers, moments and lists, against what Python reads.


def number_of(text):
    """The number that a text is, written down anew: whole texts of this form alone, and finite."""
    if text is None or not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text, re.ASCII):
        return None
    number = float(text)
    return number if np.isfinite(number) else None


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.floats().map(repr),
            st.integers().map(str),
            st.text("0123456789+-.eE", max_size=10),
            st.sampled_from(["1e400", "-1e400", "1e-400", "1" * 400, "0." + "0" * 400 + "1", "1_0", "١", " 1", "1\n"]),
        ),
        max_size=8,
    )
)
@example(["1e400", "17976931348623158e292", "0.1", "+5.", "-.5"])
def test_numbers_are_the_nearest_doubles(texts):
    read = numbers(pa.array(texts, pa.large_string())).tolist()
    assert [None if number != number else number for number in read] == list(map(number_of, texts))  # noqa: PLR0124


def moment_of(text):
    """The moment that a text is, in UTC, written down anew."""
    found = text and re.fullmatch(
        r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|([+-])(\d\d):(\d\d))?)?",
        text,
        re.ASCII,
    )
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, ahead_h, ahead_m = found.groups("0")
    if int(ahead_h) > 23 or int(ahead_m) > 59:
        return None
    try:
        day_and_time = map(int, (year, month, day, hour, minute, second, fraction.ljust(6, "0")[:6]))
        local = dt.datetime(*day_and_time)  # noqa: DTZ001  # the offset comes next
        ahead = dt.timedelta(hours=int(ahead_h), minutes=int(ahead_m))
        return local + ahead if sign == "-" else local - ahead
    except (ValueError, OverflowError):
        return None


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.dates().map(str),
            st.from_regex(r"\A[0-9]{4}-[01][0-9]-[0-3][0-9]\Z"),
            st.from_regex(
                r"\A(0001-01-01|9999-12-31|20[0-9]{2}-0[1-9]-[0-3][0-9])[T ][0-2][0-9]:[0-6][0-9]"
                r"(:[0-6][0-9](\.[0-9]{1,10})?)?(Z|[+-][0-2][0-9]:[0-6][0-9])?\Z"
            ),
            st.sampled_from(
                ["0000-01-01", "2024-02-30", "1900-02-29", "2000-02-29", "2024-01-01\n", "2024-1-1", "soon"]
            ),
        ),
        max_size=8,
    )
)
def test_moments_are_those_of_the_calendar(texts):
    read = moments(pa.array(texts, pa.large_string())).astype(object).tolist()
    assert read == list(map(moment_of, texts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ("a",)),
        ('["a","b"]', ("a", "b")),
        ('\n\t\r [ "a" ] ', ("a",)),
        ("[]", ()),
        ('["\\u00e9\\n"]', ("é\n",)),
        ('["a\nb"]', ('["a\nb"]',)),  # a line feed as it is cannot stand in JSON
        ('\u00a0["a"]', ('\u00a0["a"]',)),
        ('["a"] x', ('["a"] x',)),
        ("[NaN]", ("[NaN]",)),
        ('["a", ["b"]]', ('["a", ["b"]]',)),
        ("[" * 100_000, ("[" * 100_000,)),
        ("[" + "1" * 5000 + "]", ("[" + "1" * 5000 + "]",)),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_list_is_a_json_array_of_texts_and_any_other_text_one_of_itself(text, expected):
    assert elements(text) == expected
