"""How fast a condition is evaluated over a table, on one core.

Run on demand: ``pytest -m long -s tests/benchmarks/test_speed_of_matching.py``. It prints the table that stands in
README.md. What is measured on a busy machine is asserted with a margin; the table says what was reached.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from cpnb.expressions import profile
from cpnb.matching import matching_rows, preview
from tests.benchmarks.crowded_table import FIELDS, text_table, typed_table
from tests.benchmarks.measured import Way, seconds

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

ROWS = 1_000_000
MARGIN = 1.5
TEXTS, NUMBERS = profile.Address.City.isin(["Seattle", "東京"]), profile.Attributes["spend"] >= 500
FOUR = TEXTS & profile.LastName.startswith("S", "M") & profile.BirthDate.after("1970-01-01") & NUMBERS
ALL_DIFFERENT = (
    profile.EmailAddress.contains("example.org", ".tree@")
    & ~profile.PhoneNumber.endswith("7")
    & profile.AccountNumber.notin(["17", "18"])
    & (profile.Attributes["spend"] != profile.Attributes["visits"])
)
NOBODY = (profile.Address.City == "SEATTLE") & (profile.EmailAddress == "kayak") & (profile.AccountNumber == "x")


@pytest.fixture(scope="module", autouse=True)
def one_core() -> Iterator[None]:
    cores = pa.cpu_count()
    pa.set_cpu_count(1)
    yield
    pa.set_cpu_count(cores)


def line(what: str, taken_s: float, most_s: float) -> str:
    return f"| {what} | {taken_s:.2f} | <= {most_s} s | {'met' if taken_s <= most_s else 'not met'} |"


def test_four_conditions_over_a_million_rows_take_less_than_a_second():
    text, typed = text_table(ROWS), typed_table(ROWS)
    objects = text.astype(object)
    taken = seconds(
        {
            "text": Way(lambda: matching_rows(text, FOUR, FIELDS)),
            "typed": Way(lambda: matching_rows(typed, FOUR, FIELDS)),
            "object": Way(lambda: matching_rows(objects, FOUR, FIELDS)),
            "different": Way(lambda: matching_rows(text, ALL_DIFFERENT, FIELDS)),
            "preview": Way(lambda: preview(text, FOUR, FIELDS)),
            "preview typed": Way(lambda: preview(typed, FOUR, FIELDS)),
            "nobody": Way(lambda: preview(text, NOBODY, FIELDS)),
        }
    )
    print("\n| 1,000,000 rows | CPU s | target | |\n|---|---:|---:|---|")
    print(line("four conditions: city, name, date, number; text columns", taken["text"], 1.0))
    print(line("the same, date and number typed", taken["typed"], 1.0))
    print(line("four conditions on columns without repeats", taken["different"], 1.0))
    print(line("preview of the first, with funnel, notes and unique key", taken["preview"], 1.0))
    print(line("the same, date and number typed", taken["preview typed"], 1.0))
    print(f"| the first over columns of Python objects | {taken['object']:.2f} | | |")
    print(f"| preview of three conditions that nobody meets, with near misses | {taken['nobody']:.2f} | | |")
    for name in ("text", "typed", "different", "preview", "preview typed"):
        assert taken[name] < 1.0 * MARGIN, name
