"""Rows of a distributed table by their physical positions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import dask.dataframe as dd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb.dask.partitions import Partitions, checked_meta, raising, starts_of
from cpnb.errors import FrameError
from cpnb.frames import rows_at as rows_of


@dataclass(frozen=True, slots=True)
class _RowsAt:
    """Work: some rows of a partition."""

    rows: NDArray[np.int64] = field(repr=False)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        return rows_of(frame, self.rows)


def rows_at(data: dd.DataFrame, positions: Any) -> dd.DataFrame:
    """Return some rows of a distributed table, lazily and in the order of the table; its rows are counted at once.

    Raises
    ------
    FrameError
        If there are not so many rows.
    """
    meta = checked_meta(data)
    starts = starts_of(Partitions(data, list(meta.columns[:1])).told("count", len))
    chosen = np.asarray(positions)
    if chosen.dtype == bool:
        if len(chosen) != starts[-1]:
            raise FrameError(
                f"There are {len(chosen):,} truth values for {int(starts[-1]):,} rows; expected one for each. Choose "
                "from the table that was looked at."
            )
        chosen = np.flatnonzero(chosen)
    chosen = np.unique(chosen.astype(np.int64))
    if len(chosen) and not 0 <= chosen[0] <= chosen[-1] < starts[-1]:
        raise FrameError(
            f"The positions go from {int(chosen[0]):,} to {int(chosen[-1]):,}, and the table has {int(starts[-1]):,} "
            "rows, counted from 0. Choose from the table that was looked at."
        )
    bounds = np.searchsorted(chosen, starts)
    tasks = [
        raising("rows", _RowsAt(chosen[first:last] - starts[number]), piece)
        for number, ((first, last), piece) in enumerate(
            zip(itertools.pairwise(bounds), Partitions(data).pieces, strict=True)
        )
    ]
    return dd.from_delayed(tasks, meta=meta, divisions=data.divisions, verify_meta=False)
