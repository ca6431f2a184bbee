"""Shapes: what a text looks like, without what it says."""

import pyarrow as pa
import pytest

from cpnb.content.shape import SHAPE_CHARACTERS, shape_counts, shape_of, shapes_of


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("555-0100", "999-9999"),
        ("Émile Zola", "Aaaaa Aaaa"),
        ("ann@example.com", "aaa@aaaaaaa.aaa"),
        ("٣٤ ab", "99 aa"),
        ("東京", "aa"),
        ("ǅ", "A"),  # a capital and a small letter in one character
        ("e\N{COMBINING ACUTE ACCENT}", "aa"),
        ("a\tb\u200bc", "a·a·a"),
        ("5 €", "9 ·"),
        ("\N{GRINNING FACE}", "·"),
        ("", ""),
    ],
)
def test_letters_and_digits_of_every_script_become_signs(text, shape):
    assert shape_of(text) == shape


def test_long_text_is_cut_and_says_so():
    assert shape_of("x" * SHAPE_CHARACTERS) == "a" * 40
    assert shape_of("x" * (SHAPE_CHARACTERS + 1)) == "a" * 40 + "…"
    assert shape_of("é" * 100) == "a" * 40 + "…"


def test_shapes_stand_at_the_rows_of_their_text():
    column = pa.array(["skipped", "a1", None, "", "Ω-9"], pa.large_string()).slice(1)

    assert shapes_of(column).to_pylist() == ["a9", None, "", "A-9"]


def test_shapes_are_counted_in_the_order_in_which_they_appear():
    column = pa.array(["12", "ab", None, "34", "é1"], pa.large_string())

    counts = shape_counts(column)

    assert list(counts.items()) == [("99", 2), ("aa", 1), ("a9", 1)]


def test_text_of_several_slices_has_the_same_shapes_whatever_stands_beside_it():
    plain, foreign = pa.array(["Ann 1"], pa.large_string()), pa.array(["Ann 1", "Žoe"], pa.large_string())

    assert shape_counts(plain) == {"Aaa 9": 1}
    assert shape_counts(foreign) == {"Aaa 9": 1, "Aaa": 1}


def test_nothing_has_no_shapes():
    assert shape_counts(pa.array([], pa.large_string())) == {}
    assert shape_counts(pa.array([None, None], pa.large_string())) == {}
