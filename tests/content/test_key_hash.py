"""Keys as numbers: equal for equal keys, and every repeated one is found."""

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given, strategies as st

from cpnb.content.key_hash import NO_KEY, key_numbers, rows_sharing


def numbers_of(*keys):
    return key_numbers(pa.array(keys, pa.large_string())).tolist()


def test_equal_keys_have_equal_numbers_wherever_they_stand():
    column = pa.array(["x", "C-1001", "a longer key than one word", "C-1001", "é", "a longer key than one word"])
    numbers = key_numbers(column.cast(pa.large_string()))

    assert numbers[1] == numbers[3]
    assert numbers[2] == numbers[5]
    assert len(set(numbers.tolist())) == 4
    assert key_numbers(column.cast(pa.large_string()).slice(3)).tolist() == numbers[3:].tolist()


def test_keys_that_differ_in_one_byte_or_in_length_have_different_numbers():
    keys = ["", "a", "b", "aa", "a\0", "a" * 8, "a" * 9, "a" * 8 + "b", "a" * 16, "a" * 64, "a" * 65, "b" + "a" * 64]

    assert len(set(numbers_of(*keys))) == len(keys)


def test_a_missing_key_and_an_empty_one_are_no_key():
    assert numbers_of(None, "", "a")[:2] == [NO_KEY, NO_KEY]
    assert numbers_of("a") != [NO_KEY]
    assert numbers_of() == []


def test_a_million_consecutive_keys_share_no_number():
    keys = pa.array(np.char.zfill(np.arange(1_000_000).astype("U"), 10)).cast(pa.large_string())

    assert len(rows_sharing(key_numbers(keys))) == 0


def test_very_long_keys_may_share_a_number_and_equal_ones_always_do():
    first, second, other = numbers_of("x" * 70 + "1", "x" * 70 + "1", "y" * 70)

    assert first == second != other


def test_no_key_shares_its_number_with_no_other():
    assert rows_sharing(np.array([NO_KEY, 7, NO_KEY, 7, 9], dtype=np.uint64)).tolist() == [1, 3]
    assert rows_sharing(np.array([], dtype=np.uint64)).tolist() == []


@given(st.lists(st.one_of(st.none(), st.text("ab\0é", max_size=3)), max_size=30))
def test_the_rows_that_share_are_all_those_that_pandas_calls_duplicated(keys):
    series = pd.Series([key or None for key in keys], dtype=object)
    numbers = key_numbers(pa.array(keys, pa.large_string()))

    expected = np.flatnonzero(series.duplicated(keep=False) & series.notna())

    assert rows_sharing(numbers).tolist() == expected.tolist()


def test_rows_far_apart_are_found_as_well():
    numbers = np.arange(1, 700_001, dtype=np.uint64)
    numbers[699_999] = numbers[3]
    numbers[300_000] = NO_KEY
    numbers[600_000] = 2**32 + 5  # half of it is that of row 4, and all of it is not

    assert rows_sharing(numbers).tolist() == [3, 699_999]
