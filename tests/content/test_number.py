"""Numbers: the truth table, by hand."""

import pyarrow as pa
import pytest

from cpnb.content import TextColumn, number


def verdict(text):
    (invalid,), (exponent,) = number.RULE.failing(TextColumn(pa.array([text], pa.large_string())))
    return "invalid" if invalid else "exponent" if exponent else "right"


@pytest.mark.parametrize("text", ["0", "7", "-7", "+7", "007", "3.14", "-0.5", ".5", "5.", "1" * 30, None])
def test_plain_decimals_are_right(text):
    assert verdict(text) == "right"


@pytest.mark.parametrize(
    "text",
    [
        "1,234", "1.234,5", "1 234", "$5", "5 €", "5%", "nan", "NaN", "inf", "-Infinity", "1.2.3", "--1", "+", ".",
        "", " 5", "5 ", "5\n", "0x1F", "1_000", "٣", "½", "1e", "abc", "(5)", "5-",
    ],
)  # fmt: skip
def test_everything_else_is_invalid(text):
    assert verdict(text) == "invalid"


@pytest.mark.parametrize("text", ["1e5", "1.2E+10", "-3.5e-7", "0e0"])
def test_an_exponent_is_a_sign_of_damage(text):
    assert verdict(text) == "exponent"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", "1.0"),
        ("1", "01"),
        ("1", "+1"),
        ("0", "-0.00"),
        (".5", "0.50"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("0", "0.0"),
        ("5.", "5"),
        ("-1.10", "-01.1"),
        ("100", "100."),
    ],
)
def test_equal_numbers_compare_equal(one, other):
    text = number.comparable(pa.array([one, other], pa.large_string())).to_pylist()

    assert text[0] == text[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "10"), ("1", "-1"), ("0.1", "0.01"), ("100", "1"), ("9007199254740993", "9007199254740992"), ("a0", "a00")],
)
def test_different_numbers_compare_different(one, other):
    text = number.comparable(pa.array([one, other], pa.large_string())).to_pylist()

    assert text[0] != text[1]
