"""A table that was read, as plain cells, and what was told about it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd

from cpnb.reading import ReadWarning, read


def read_and_told(path: Path, **said: str) -> tuple[pd.DataFrame, str]:
    """Read a file and return the table, and what was told; nothing or one note may be."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        frame = read(path, **said)
    assert {warning.category for warning in told} <= {ReadWarning}
    assert len(told) <= 1
    return frame, str(told[0].message) if told else ""


def cells(frame: pd.DataFrame) -> list[list[Any]]:
    """Return the cells row by row; None is a missing one."""
    rows: list[list[Any]] = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    return rows
