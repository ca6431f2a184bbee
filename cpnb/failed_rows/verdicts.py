"""Rows that were refused, or may have been, with the reason and how sure it is; rows are positions, never values."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd

from cpnb.csvstream import NO_POSITIONS, Positions


class Certainty(StrEnum):
    """How sure it is that a row is not in the domain as it was sent, from the least to the most."""

    POSSIBLE = "possible"
    """One of several rows, some of which were refused; the reason says how many."""
    LIKELY = "likely"
    """Follows from counts or from a search, but no answer was about this row alone."""
    CERTAIN = "certain"
    """The service refused it, alone or together with rows that were all refused, or it was never sent."""


class RowVerdicts:
    """What is known of the rows of an upload that are not known to have been taken in."""

    def __init__(self) -> None:
        self._rows: list[Positions] = []
        self._counts: list[int] = []
        self._parts: list[int] = []
        self._reasons: list[str] = []
        self._certainties: list[Certainty] = []

    def add(self, rows: Positions, part: int, reason: str, certainty: Certainty) -> None:
        """Take note of rows of one part that share a reason; each row once in all.

        Pandas cuts texts of more than 50 characters when it shows a table: reasons are shorter.
        """
        if len(rows):
            self._rows.append(rows)
            self._counts.append(len(rows))
            self._parts.append(part)
            self._reasons.append(reason)
            self._certainties.append(certainty)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each of them, the surest first: ``row``, ``part``, ``reason``, ``certainty``.

        ``certainty`` is an ordered category, so that it can be compared: ``frame.certainty >= "likely"``.
        """
        order = list(Certainty)
        rows = np.concatenate([NO_POSITIONS, *self._rows])
        codes = np.repeat([order.index(certainty) for certainty in self._certainties], self._counts).astype(np.int8)
        reasons = list(dict.fromkeys(self._reasons))
        reason_codes = np.repeat([reasons.index(reason) for reason in self._reasons], self._counts).astype(np.int64)
        frame = pd.DataFrame(
            {
                "row": rows,
                "part": np.repeat(self._parts, self._counts).astype(np.int64),
                "reason": pd.Categorical.from_codes(reason_codes, pd.Index(reasons)),
                "certainty": pd.Categorical.from_codes(codes, pd.Index([one.value for one in order]), ordered=True),
            }
        )
        return frame.iloc[np.lexsort((rows, -codes))].reset_index(drop=True)
