"""What cleaning a million customers costs, beside reading them: time as a ratio, memory in megabytes."""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from cpnb import samples
from cpnb.cleaning import clean
from cpnb.fields import FieldMap
from tests.benchmarks.measured import Way, seconds

ROWS = 1_000_000
FIELDS = FieldMap(
    {
        "customer_id": "AccountNumber",
        "first_name": "FirstName",
        "last_name": "LastName",
        "email": "EmailAddress",
        "phone": "PhoneNumber",
        "street": "Address.Address1",
        "postcode": "Address.PostalCode",
        "city": "Address.City",
        "country": "Address.Country",
        "birth_date": "BirthDate",
    },
    unique_key="customer_id",
    region="US",
)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return samples.people(ROWS, seed=1)[list(FIELDS.columns)]


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6


@pytest.mark.long
@pytest.mark.timeout(900)
def test_cleaning_ten_columns_of_which_phones_change_most_takes_at_most_three_times_as_long_as_reading_them(people):
    text = people.to_csv(index=False)

    taken = seconds(
        {
            "read_csv": Way(lambda: pd.read_csv(io.StringIO(text), dtype=str)),
            "clean": Way(lambda: clean(people, FIELDS)),
        },
        repeats=3,
    )

    ratio = taken["clean"] / taken["read_csv"]
    print(f"clean {taken['clean']:.2f} s, read_csv {taken['read_csv']:.2f} s: {ratio:.2f} x")
    assert ratio <= 3


@pytest.mark.long
@pytest.mark.timeout(900)
def test_cleaning_costs_at_most_600_mb_beside_the_table(people):
    clean(people.head(50_000), FIELDS)
    before = resident_mb()
    peaks = [before]
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            peaks.append(resident_mb())
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    cleaned = clean(people, FIELDS)
    done.set()
    watcher.join()

    print(f"{max(peaks) - before:.0f} MB for {cleaned.changed_count:,} changes")
    assert cleaned.changed_count > ROWS / 2
    assert max(peaks) - before <= 600
