"""Numbers as text: shortest, exact, without exponent."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from cpnb import decimals


def shortest(number: float) -> str:
    """Return what NumPy's own search for the shortest decimal number finds."""
    text = np.format_float_positional(number, unique=True, trim="-")
    return "0" if text == "-0" else text


def floats(numbers: list[float | None], kind: pa.DataType | None = None) -> list[str | None]:
    return decimals.of_floats(pa.array(numbers, kind or pa.float64())).to_pylist()


def test_money_is_written_with_as_many_places_as_it_needs():
    numbers = [0.01, -0.05, 0.5, -0.0, 100.0, 1234.5, -716.50, 99.99, None, 1e7 + 0.01]
    assert floats(numbers) == ["0.01", "-0.05", "0.5", "0", "100", "1234.5", "-716.5", "99.99", None, "10000000.01"]


@pytest.mark.parametrize(
    "odd", [0.125, 1 / 3, 0.1 + 0.2, 12345678901234.56, 562949953421312.125, 1e15, 1e22, 5e-324, 1.7976931348623157e308]
)
def test_one_number_of_more_places_or_digits_changes_no_other(odd):
    assert floats([0.1, 2.0, odd, -0.01, None]) == ["0.1", "2", shortest(odd), "-0.01", None]


def test_what_is_not_finite_has_no_text():
    nan, infinity = float("nan"), float("inf")
    assert floats([1.0, nan, infinity]) == ["1", None, None]
    assert floats([1.25, nan, -infinity]) == ["1.25", None, None]


def test_a_nan_beside_whole_numbers_is_missing():
    assert floats([1.0, float("nan"), None]) == ["1", None, None]


def test_floats_of_32_bits_are_shortest_among_their_own_kind():
    # 2097152.2 is already nearer to it than to any other float of 32 bits.
    assert floats([2097152.25, 0.5], pa.float32()) == ["2097152.2", "0.5"]


hundredths = st.integers(-(10**17), 10**17)


@given(st.lists(st.none() | hundredths.map(lambda number: number / 100), min_size=1))
def test_hundredths_are_the_shortest_text_of_their_float(numbers):
    assert floats(numbers) == [None if number is None else shortest(number) for number in numbers]


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False) | hundredths.map(lambda n: n / 100)))
def test_any_float_is_the_shortest_text_that_reads_back_as_it(numbers):
    assert floats(numbers) == [None if number is None else shortest(number) for number in numbers]


@pytest.mark.parametrize("name", ["int8", "uint8", "int16", "int32", "int64", "uint64"])
def test_whole_numbers_of_every_width_up_to_their_limits(name):
    low, high = int(np.iinfo(name).min), int(np.iinfo(name).max)
    edges = [[low, high, None, 7, high], [high, high - 1, None], [low + 1, low, low], [None], []]
    tables = [[0, 9_999], [9_999, 10_000], [0, None, 9_999]] if high > 10_000 else []
    for numbers in edges + tables:
        expected = [None if number is None else str(number) for number in numbers]
        assert decimals.of_integers(pa.array(numbers, pa.type_for_alias(name))).to_pylist() == expected


def test_decimals_keep_their_places_and_have_no_exponent():
    column = pa.array([Decimal("1.50"), Decimal("-0.0000000001"), None], pa.decimal128(20, 10))
    assert decimals.of_decimals(column).to_pylist() == ["1.5000000000", "-0.0000000001", None]
