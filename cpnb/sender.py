"""Who holds the rows of an upload, and puts files of them at the paths that their jobs have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pandas as pd

from cpnb import frames
from cpnb.csvstream import Positions
from cpnb.delivery import Put, put_from_here
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.transfer import Body


class Sender(Protocol):
    """Whoever has the rows, here or elsewhere; asked by several threads at once."""

    def part(self, rows: range, number: int) -> Part:
        """Return some contiguous rows of the table as a part of their own, read and measured."""

    def file(self, part: Part) -> Body:
        """Return the file of a part."""

    @property
    def put(self) -> Put:
        """What puts one of these files."""

    def rows_at(self, positions: Positions, columns: Sequence[str]) -> pd.DataFrame:
        """Return some rows, of these columns alone; physical positions, ascending."""


class SenderFromHere:
    """Sends the rows of a table of this process from this process."""

    put = staticmethod(put_from_here)

    def __init__(self, plan: Plan, data: Any) -> None:
        self._plan = plan
        self._data = data

    def part(self, rows: range, number: int) -> Part:
        """Return some rows as a part, read and measured."""
        return self._plan.part(self._data, rows, number)

    def file(self, part: Part) -> Body:
        """Return the file of a part."""
        return self._plan.stream(self._data, part)

    def rows_at(self, positions: Positions, columns: Sequence[str]) -> pd.DataFrame:
        """Return some rows of some columns."""
        return frames.rows_at(self._data, positions, columns)
