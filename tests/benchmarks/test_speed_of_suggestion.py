"""How long a wide and long table takes to be understood. Run on demand: ``pytest -m long -s tests/benchmarks``."""

import time

import numpy as np
import pandas as pd
import pytest

from cpnb.suggestion import suggest

ROWS = 1_000_000
COLUMNS = 300
LONGEST_S = 4.0  # about one second on a quiet core


@pytest.mark.long
def test_three_hundred_columns_of_a_million_rows_are_understood_in_a_second_or_two(capsys):
    text = pd.Series(np.random.default_rng(3).integers(0, 10**9, ROWS)).astype(str).astype(object)
    nearly_empty = pd.Series([None] * (ROWS - 1) + ["x"], dtype=object)
    columns = {f"part {number} id" if number % 3 else f"c{number}": text for number in range(COLUMNS - 12)}
    columns |= {f"empty {number}": nearly_empty for number in range(10)}
    columns |= {"customer_id": text, "email": text + "@example.com"}
    table = pd.DataFrame(columns, copy=False)

    started = time.perf_counter()
    found = suggest(table)
    took_s = time.perf_counter() - started

    with capsys.disabled():
        print(f"\n{table.shape[1]} columns x {len(table):,} rows: {took_s:.2f} s")
    assert [guess.target for guess in found.chosen] == ["AccountNumber", "EmailAddress"]
    assert took_s < LONGEST_S
