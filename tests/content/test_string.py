"""What holds for text of every content type: length, allowed values, float shapes."""

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, strategies as st

from cpnb import catalog
from cpnb.content import Severity, TextColumn, string, unique_key


def failing(rule, *values):
    (mask,) = rule.failing(TextColumn(pa.array(values, pa.large_string())))
    return mask.tolist()


def test_lengths_are_counted_in_characters_and_not_in_bytes():
    rule = string.length_rule(catalog.target("FirstName"))

    assert failing(rule, "é" * 255, "é" * 256, "a" * 256, None) == [False, True, True, False]


def test_additional_information_holds_a_thousand_characters():
    rule = string.length_rule(catalog.target("AdditionalInformation"))

    assert failing(rule, "a" * 1000, "a" * 1001) == [False, True]


def test_a_custom_attribute_holds_255_characters():
    rule = string.length_rule(catalog.target("Attributes.notes"))

    assert failing(rule, "a" * 255, "a" * 256) == [False, True]


def test_a_column_without_any_value_is_not_too_long():
    assert failing(string.length_rule(catalog.target("FirstName")), None, None) == [False, False]


def test_enumerated_values_are_compared_with_their_letter_case():
    rule = string.values_rule(catalog.target("Gender"))

    assert failing(rule, "MALE", "FEMALE", "UNSPECIFIED", "male", "M", "MALE ", None) == [
        False, False, False, True, True, True, False,
    ]  # fmt: skip


def test_spaces_at_the_ends_are_those_of_every_script():
    values = ("Seattle", " Seattle", "Seattle ", "New York", "a\n", "\tb", "\u00a0c", "\u3000", " ", "", None)

    assert failing(string.SPACES_RULE, *values) == [
        False, True, True, False, True, True, True, True, True, False, False,
    ]  # fmt: skip
    assert string.SPACE_AT_THE_ENDS.severity is Severity.WARNING


def test_whole_numbers_with_a_point_and_zeros_look_like_floats():
    values = ("12065550100.0", "7.00", "+1.0", "12065550100", "7.5", "v1.0", "1.0.0", "1.0\n", None)

    assert failing(string.FLOAT_RULE, *values) == [True, True, True, False, False, False, False, False, False]


def test_slices_of_a_column_are_judged_like_columns_of_their_own():
    values = ["x ", None, " y", "z", "", "1.0", "\u3000w", "10"]
    whole = pa.array(values, pa.large_string())

    for start in range(len(values)):
        for rule in (string.SPACES_RULE, string.SPACES_RULE_OF_KEY, string.FLOAT_RULE):
            (mask,) = rule.failing(TextColumn(whole.slice(start)))
            assert mask.tolist() == failing(rule, *values[start:])


def test_an_empty_column_has_no_problem():
    for rule in (string.SPACES_RULE, string.SPACES_RULE_OF_KEY, string.FLOAT_RULE):
        assert failing(rule) == []


def test_letters_of_several_bytes_at_the_ends_are_no_spaces():
    assert failing(string.SPACES_RULE, "é", "日本", "אב", "👍", "\u200b", "e\u0301") == [False] * 6


@given(st.lists(st.text(" \t\u00a0\u0085\u2003\u3000\u200b\u1680\x1c\0a1éΓς健", max_size=4)))
def test_spaces_of_any_script_are_seen_at_both_ends(cells):
    column = TextColumn(pa.array(cells, pa.large_string()))
    (around,) = string.SPACES_RULE.failing(column)
    (of_key,) = string.SPACES_RULE_OF_KEY.failing(column)
    (empty,) = unique_key.RULE.failing(column)

    stripped = [pc.utf8_trim_whitespace(cell).as_py() for cell in cells]
    assert around.tolist() == [left != cell for cell, left in zip(cells, stripped, strict=True)]
    assert of_key.tolist() == [left not in ("", cell) for cell, left in zip(cells, stripped, strict=True)]
    assert empty.tolist() == [left == "" for left in stripped]
