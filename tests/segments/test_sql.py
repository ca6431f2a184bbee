"""Values in the SQL of a segment: what they become, and that none of them is ever read as SQL."""

from __future__ import annotations

import datetime as dt
import pickle
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, strategies as st

import cpnb
from cpnb.errors import ExpressionError
from cpnb.segments.sql import Sql, placeholders


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("Seattle", "'Seattle'"),
        ("", "''"),
        ("O'Hara", r"'O\'Hara'"),
        ('the "best"', "'the \"best\"'"),
        ("C:\\new", r"'C:\\new'"),
        ("\\", r"'\\'"),
        ("\\' OR 1=1 --", r"'\\\' OR 1=1 --'"),
        ("100%_", "'100%_'"),
        ("${spark:secret}", r"'\u0024{spark:secret}'"),
        ("two\nlines", "'two\nlines'"),
        ("日本", "'日本'"),
        (5, "5"),
        (-5, "(-5)"),
        (np.int64(7), "7"),
        (0.1, "0.1D"),
        (np.float32(0.5), "0.5D"),
        (-1e-7, "(-1e-07D)"),
        (Decimal("1.50"), "1.50"),
        (Decimal("-1E+3"), "(-1000)"),
        (True, "TRUE"),
        (np.bool_(False), "FALSE"),
        (None, "NULL"),
        (dt.date(2024, 10, 1), "DATE '2024-10-01'"),
        (dt.datetime.fromisoformat("2024-10-01T12:30"), "TIMESTAMP '2024-10-01 12:30:00Z'"),
        (dt.datetime.fromisoformat("2024-10-01T12:30:00.000005"), "TIMESTAMP '2024-10-01 12:30:00.000005Z'"),
        (
            dt.datetime(2024, 10, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2))),
            "TIMESTAMP '2024-09-30 23:00:00Z'",
        ),
        (pd.Timestamp("2024-10-01 01:02:03.123456789"), "TIMESTAMP '2024-10-01 01:02:03.123456Z'"),
        (["a", "b'"], r"('a', 'b\'')"),
        ((1, -2), "(1, (-2))"),
        ({"b", "a"}, "('a', 'b')"),
        (pd.Series([1, 2]), "(1, 2)"),
        (range(2), "(0, 1)"),
        (np.datetime64("2024-10-01T12:30"), "TIMESTAMP '2024-10-01 12:30:00Z'"),
    ],
)
def test_a_value_becomes_a_literal(value, literal):
    assert Sql("SELECT * FROM t WHERE x = :value", value=value) == f"SELECT * FROM t WHERE x = {literal}"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ':x', \":x\" FROM t",
        r"SELECT 'it\'s :x' FROM t",
        "SELECT 'it''s :x' FROM t",
        r"SELECT r'\', 1 AS `a:x b`, R'C:\:x' FROM t",
        "SELECT `odd``:x` FROM t",
        "SELECT 1 -- :x\nFROM t",
        "SELECT 1 -- :x \\\n :x\nFROM t",
        "SELECT /* :x /* :x */ :x */ 1",
        "SELECT a::x, a :: x FROM t",
        "SELECT CAST(s AS struct<a:x>)",
        "SELECT x'1F', -1",
    ],
)
def test_what_only_looks_like_a_placeholder_is_left_alone(text):
    assert placeholders(text) == []
    assert Sql(text) == text


def test_placeholders_are_found_between_everything_else():
    text = "SELECT ':no', a::int /* :no */ FROM t WHERE(a=:a AND b>=:b_2)OR c IN :c OR a<>:a -- :no"
    assert placeholders(text) == ["a", "b_2", "c"]
    assert Sql(text, a=1, b_2=2, c=[3]) == (
        "SELECT ':no', a::int /* :no */ FROM t WHERE(a=1 AND b>=2)OR c IN (3) OR a<>1 -- :no"
    )


def test_a_list_may_stand_in_brackets_of_its_own():
    text = "SELECT a IN (:x) OR b IN ( :x ) OR c IN (:x, 1) OR d = (:n)"
    assert Sql(text, x=["Rome", "Oslo"], n=-1) == (
        "SELECT a IN ('Rome', 'Oslo') OR b IN ( 'Rome', 'Oslo' ) OR c IN (('Rome', 'Oslo'), 1) OR d = ((-1))"
    )


def test_a_negative_number_after_a_minus_begins_no_comment():
    assert Sql("SELECT x-:n FROM t", n=-1) == "SELECT x-(-1) FROM t"


def test_a_value_that_looks_like_a_placeholder_is_no_placeholder():
    assert Sql("SELECT :a, :b", a=":b", b="it") == "SELECT ':b', 'it'"


def test_a_value_may_have_any_name():
    assert Sql("SELECT :text, :cls", text=1, cls=2) == "SELECT 1, 2"


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("SELECT :teir", {"tier": "gold"}, r"without a value: 'teir'\. Did you mean 'tier'\? Give one for each"),
        ("SELECT :a, :b", {"a": 1}, r"without a value: 'b'\. Give one"),
        ("SELECT ':tier'", {"tier": "gold"}, r"no placeholder for 'tier' .* outside of quotation marks"),
        ("SELECT :tier", {"tier": 1, "teir": 1}, r"no placeholder for 'teir' in the SQL\. Did you mean 'tier'"),
        ("SELECT\n'x", {}, r"has a ' in line 2 that begins a literal or a quoted name without an end"),
        ("SELECT `x", {}, "has a ` in line 1"),
        ("SELECT 'x\\'", {}, "has a ' in line 1"),
        ("SELECT 1 /* /* */", {}, "comment that begins with /[*] in line 1 and does not end"),
        ("SELECT :x", {"x": []}, ":x is an empty list"),
        ("SELECT :x", {"x": ["a", None]}, "holds None.*NOT IN with a NULL is never true"),
        ("SELECT :x", {"x": [["a"]]}, "an object of type list"),
        ("SELECT :x", {"x": {"a": 1}}, "an object of type dict"),
        ("SELECT :x", {"x": b"a"}, "an object of type bytes"),
        ("SELECT :x", {"x": cpnb.profile.LastName}, "an object of type Attribute"),
        ("SELECT :x", {"x": float("nan")}, "not finite"),
        ("SELECT :x", {"x": Decimal("inf")}, "not finite"),
        ("SELECT :x", {"x": Decimal("sNaN")}, "not finite"),
        ("SELECT :x", {"x": 10**38}, "more than 38 digits"),
        ("SELECT :x", {"x": 10**400}, "more than 38 digits"),
        (
            "SELECT :x",
            {"x": pd.DataFrame({"city": ["Rome"]})},
            r":x is a table; bind one of its columns, x=table\['col",
        ),
        ("SELECT :x", {"x": pd.Series([pd.Series(["a"])])}, "an object of type Series"),
        ("SELECT :x", {"x": np.timedelta64(1, "D")}, "an object of type timedelta64"),
        ("SELECT :x", {"x": np.datetime64("NaT")}, "years 1 to 9999, or none"),
        ("SELECT :x", {"x": pd.NaT}, "an object of type NaTType"),
        ("SELECT :x", {"x": "\ud800"}, "lone surrogate"),
        ("SELECT :x", {"x": dt.datetime.max.replace(tzinfo=dt.timezone(-dt.timedelta(hours=1)))}, "years 1 to 9999"),
        (5, {}, "SQL is text, got an object of type int"),
    ],
)
def test_what_cannot_be_bound_is_an_error_of_its_own(text, values, message):
    with pytest.raises(ExpressionError, match=message) as caught:
        Sql(text, **values)
    assert caught.value.__context__ is None


# Read by hand from the grammar of Spark: a literal goes on at every backslash with the sign after it, whatever that is,
# and at every other sign but a quote. Source: Apache Spark, SqlBaseLexer.g4, STRING_LITERAL.
LITERAL = re.compile(r"'(?:[^'\\]|\\[\s\S])*'")
ESCAPES = re.compile(r"\\(u[0-9a-fA-F]{4}|[\s\S])")


def as_spark_reads(literal: str) -> str:
    """The text that a literal stands for, by the rules of ``unescapeSQLString`` that a bound value can meet."""
    return ESCAPES.sub(lambda match: chr(int(match[1][1:], 16)) if match[1][0] == "u" else match[1], literal[1:-1])


NASTY = st.text(st.one_of(st.sampled_from("'\"\\`;-/*:$}{un0\n\r\x00"), st.characters(exclude_categories=["Cs"])))


@given(NASTY)
@example("\\")
@example("\\\\'")
@example("'; DROP TABLE t; --")
@example("${env:HOME}")
@example("\\u0027")
def test_no_text_ends_its_literal(text):
    bound = Sql("a = :value AND b = :value", value=text)
    literal = LITERAL.match(bound, 4)
    assert literal is not None
    assert bound == f"a = {literal[0]} AND b = {literal[0]}"
    assert as_spark_reads(literal[0]) == text
    assert "${" not in bound


@given(NASTY, NASTY)
def test_the_pieces_of_a_query_are_found_again_after_binding(first, second):
    bound = Sql("a = :first AND b IN :second -- 'c", first=first, second=[second])
    assert placeholders(bound) == []
    assert Sql(bound) == bound


def test_a_query_is_text_and_can_be_pickled():
    bound = Sql("SELECT :x", x=":y'")
    assert isinstance(bound, str)
    assert pickle.loads(pickle.dumps(bound)) == bound  # noqa: S301 - made in the line itself
    assert repr(bound) == "Sql(\"SELECT ':y\\\\''\")"
