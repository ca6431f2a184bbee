"""Tables whose partitions take a while, and what is told of them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import cloudpickle
import dask
import dask.dataframe as dd
import pandas as pd

from cpnb import FieldMap
from cpnb.dask.partitions import starts_of
from cpnb.examining import Examining

cloudpickle.register_pickle_by_value(sys.modules[__name__])

FIELDS = FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")
SLOW_S = 0.4
ROW_COUNTS = [3, 0, 2, 5, 1, 0]


class Slowly:
    """A step that takes a while, and leaves a trace of each partition that it begins with."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.folder is not None:
            (self.folder / f"{os.getpid()}-{time.monotonic_ns()}").touch()
        time.sleep(SLOW_S)
        return frame


class Traced:
    """A step that leaves the number of the process that does it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        (self.folder / f"process-{os.getpid()}").touch()
        return frame


def slow_table(row_counts: list[int], folder: Path | None = None) -> dd.DataFrame:
    """Return a table whose partitions have so many rows and take a while, each time."""
    whole = pd.DataFrame({"id": [f"{row:04}" for row in range(sum(row_counts))], "city": "Oslo"}, dtype="string")
    starts = starts_of(row_counts)
    pieces = [whole.iloc[starts[number] : starts[number + 1]] for number in range(len(row_counts))]
    # Tasks of their own, so that Dask neither looks at the rows nor moves them.
    table = dd.from_delayed([dask.delayed(piece) for piece in pieces], meta=whole.iloc[:0], verify_meta=False)
    return table.map_partitions(Slowly(folder), meta=whole.iloc[:0])


class Ticking:
    """A clock by which a second goes by between any two looks at it."""

    now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 1
        return self.now_s


def assert_never_less(told: list[Examining]) -> None:
    rows, partitions = [one.row_count for one in told], [one.partition_count for one in told]
    assert rows == sorted(rows)
    assert partitions == sorted(partitions)
