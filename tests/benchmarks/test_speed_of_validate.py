"""How fast `validate` is beside reading the same data, and how much memory it takes.

Run on demand: ``pytest -m long -s tests/benchmarks/test_speed_of_validate.py``. It prints the table that stands in
README.md. What is measured on a busy machine is asserted with a margin; the table says what was reached.
"""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pytest

from cpnb.errors import InvalidDataError
from cpnb.fields import FieldMap
from cpnb.schema import schema_for
from cpnb.validation import validate
from tests.benchmarks.crowded_table import FIELDS, WRONG_FIELDS, text_table, typed_table
from tests.benchmarks.measured import Way, seconds
from tests.benchmarks.test_memory_of_an_upload import Peak

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

ROWS = 1_000_000
MARGIN = 1.5
TYPED = ("birth_date", "spend", "visits")


@pytest.fixture(scope="module", autouse=True)
def one_core() -> Iterator[None]:
    cores = pa.cpu_count()
    pa.set_cpu_count(1)
    yield
    pa.set_cpu_count(cores)


@pytest.fixture(scope="module")
def text() -> pd.DataFrame:
    return text_table(ROWS)


@pytest.fixture(scope="module")
def typed() -> pd.DataFrame:
    return typed_table(ROWS)


def reading(table: pd.DataFrame) -> Way:
    """Return the way to read a table with pandas that keeps its text, zeros in front included."""
    content = table.to_csv(index=False).encode()
    kept = dict.fromkeys((name for name in table if pd.api.types.is_string_dtype(table[name])), str)
    dates = [name for name in table if pd.api.types.is_datetime64_any_dtype(table[name])]
    return Way(lambda: pd.read_csv(io.BytesIO(content), dtype=kept, parse_dates=dates))


def line(what: str, taken_s: float, reference_s: float, most: float) -> str:
    ratio = taken_s / reference_s
    return f"| {what} | {taken_s:.2f} | {ratio:.2f} x | <= {most} x | {'met' if ratio <= most else 'not met'} |"


def test_a_million_rows_are_validated_in_half_the_time_of_reading_them(text, typed):
    validate(text, FIELDS)  # compiles what is kept
    validate(text, WRONG_FIELDS)
    taken = seconds(
        {
            "read text": reading(text),
            "read typed": reading(typed),
            "text": Way(lambda: validate(text, FIELDS)),
            "typed": Way(lambda: validate(typed, FIELDS)),
            "wrong": Way(lambda: validate(text, WRONG_FIELDS)),
        }
    )

    print("\n| 1,000,000 rows, ten columns | CPU s | of pandas.read_csv | target | |\n|---|---:|---:|---:|---|")
    print(f"| pandas.read_csv, text | {taken['read text']:.2f} | 1 x | | |")
    print(f"| pandas.read_csv, three columns typed | {taken['read typed']:.2f} | 1 x | | |")
    print(line("validate, text, 3 % bad cells", taken["text"], taken["read text"], 0.5))
    print(line("validate, three columns typed", taken["typed"], taken["read typed"], 0.75))
    print(line("validate, every column mapped wrongly", taken["wrong"], taken["read text"], 1.0))
    assert taken["text"] < 0.5 * MARGIN * taken["read text"]
    assert taken["typed"] < 0.75 * MARGIN * taken["read typed"]
    assert taken["wrong"] < 1.0 * MARGIN * taken["read text"]


def test_a_unique_key_costs_little_more_than_finding_duplicates(text):
    keys = text[["customer_id"]]
    fields = {name: FieldMap({"customer_id": "AccountNumber"}, unique_key=name) for name in (None, "customer_id")}
    taken = seconds(
        {
            "pandas": Way(keys["customer_id"].duplicated),
            "without": Way(lambda: validate(keys, fields[None])),
            "with": Way(lambda: validate(keys, fields["customer_id"])),
        },
        repeats=9,
    )

    print("\n| 1,000,000 keys, 3 % empty or repeated | CPU s | of duplicated() | target | |\n|---|---:|---:|---:|---|")
    print(f"| pandas.Series.duplicated | {taken['pandas']:.3f} | 1 x | | |")
    print(line("what a unique key adds to validate", taken["with"] - taken["without"], taken["pandas"], 1.2))
    assert taken["with"] - taken["without"] < 1.2 * MARGIN * taken["pandas"]


@pytest.mark.parametrize(("fields", "most_mb"), [(FIELDS, 300), (WRONG_FIELDS, 500)], ids=["good map", "wrong map"])
def test_memory_and_message_stay_small(text, fields, most_mb):
    validate(text.head(20_000), fields)
    gc.collect()
    pa.default_memory_pool().release_unused()
    with Peak() as peak:
        report = validate(text, fields)

    with pytest.raises(InvalidDataError) as caught:
        report.raise_if_failed()
    message_bytes = len(str(caught.value).encode())
    print(f"\n{peak.bytes / 1e6:.0f} MB beside the table, {message_bytes:,} bytes of message")
    assert peak.bytes < most_mb * 1e6
    assert message_bytes < 10_000


def test_ten_million_rows_take_no_more_memory_than_one_but_for_their_keys():
    ids = np.char.zfill(np.arange(10_000_000).astype("U"), 10)
    table = pd.DataFrame({"customer_id": pd.Series(pa.array(ids), dtype=pd.ArrowDtype(pa.string()))})
    del ids
    table["email"] = pd.Series(["kayak@example.com"] * len(table), dtype=pd.ArrowDtype(pa.string()))
    fields = FieldMap({"customer_id": "AccountNumber", "email": "EmailAddress"}, unique_key="customer_id")
    validate(table.head(20_000), fields)
    peaks = {}
    for name, one in (("without a key", FieldMap(list(fields))), ("with a key", fields)):
        gc.collect()
        pa.default_memory_pool().release_unused()
        with Peak() as peak:
            report = validate(table, one)
        peaks[name] = peak.bytes / 1e6
        assert report.ok
        assert report.row_count == len(table)
    print("\n10,000,000 rows: " + ", ".join(f"{megabytes:.0f} MB {name}" for name, megabytes in peaks.items()))
    assert peaks["without a key"] < 150
    assert peaks["with a key"] < 150 + 150  # 14 bytes a row: its number, half of it again to be sorted, and two masks


def test_three_million_failures_of_added_checks_cost_little_time():
    table = pd.DataFrame({"id": np.arange(ROWS).astype(str), "city": "Oslo", "last": "X"}).astype("str")
    fields = FieldMap({"id": "AccountNumber", "city": "Address.City", "last": "LastName"})
    schema = schema_for(fields)
    for name in fields.columns:
        added = pandera.Check(lambda cells: cells == "never", name="never")
        schema = schema.update_column(name, checks=[*schema.columns[name].checks, added])
    taken = seconds(
        {"plain": Way(lambda: validate(table, fields)), "failing": Way(lambda: validate(table, fields, schema=schema))}
    )

    print(f"\n3,000,000 failures of added checks: {taken['failing'] - taken['plain']:.2f} s of CPU more")
    assert taken["failing"] - taken["plain"] < 1.5
