"""A canary for fast paths: some of the rows that they decide are also shown to the reference.

A fast path stands in for a library that is asked row by row. It is built to give the same answers, and
proved to; the canary is for the day on which a new version of the library, or a mistake of ours, says
otherwise in somebody's table.

How a content type uses it, with one `Canary` for each fast path, kept for the life of the process::

    if canary.is_on:
        rows = canary.rows(decided)                    # decided: the rows that the fast path decides itself
        ours = [...]                                   # its answers for these rows
        theirs = [reference(value) for value in ...]   # those of the library, asked directly
        if canary.agrees(ours, theirs):
            return ...                                 # what the fast path says
    return ...                                         # everything from the reference, now and in later calls
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cpnb.content.rule import Mask

ONE_IN = 4096
"""One row in so many is compared: about 250 of a million, which costs a tenth of the time that the fast path takes."""


class FastPathWarning(RuntimeWarning):
    """A fast path and the library that it stands in for disagree; the library is used from now on."""


class Canary:
    """Compares answers of one fast path with those of its reference, and switches it off at a difference.

    It is switched off for the life of the process. Threads may share it.

    Parameters
    ----------
    subject : str
        What is judged, in the plural, for the warning: ``"e-mail addresses"``.
    library : str
        The reference, as it is called on its package index.
    seed : int, optional
        For repeatable choices of rows; by default they differ from run to run, so that many runs together
        see many rows.
    """

    __slots__ = ("_is_on", "_library", "_random", "_subject")

    def __init__(self, subject: str, library: str, *, seed: int | None = None) -> None:
        self._subject = subject
        self._library = library
        self._random = np.random.default_rng(seed)
        self._is_on = True

    def __repr__(self) -> str:
        return f"<Canary for {self._subject}: {'on' if self._is_on else 'off'}>"

    @property
    def is_on(self) -> bool:
        """Whether the fast path may be used."""
        return self._is_on

    def rows(self, decided: Mask, *, one_in: int = ONE_IN) -> NDArray[np.int64]:
        """Return the positions of some random rows among those that the fast path decided.

        Parameters
        ----------
        decided : array of bool
            One for each row: whether the fast path decided it. The others need no comparison.
        one_in : int
            Choose one row in so many; fewer for rows of a rare kind.

        Returns
        -------
        array of int
            In no order, perhaps with repetitions. How many is the same for a table as a whole and for its
            slices together, but for chance: a slice with few rows may have none.
        """
        positions = np.flatnonzero(decided)
        wanted = int(len(positions) / one_in + self._random.random())
        chosen: NDArray[np.int64] = positions[self._random.integers(0, max(len(positions), 1), wanted)]
        return chosen

    def agrees(self, ours: Sequence[object], theirs: Sequence[object]) -> bool:
        """Tell whether two lists of answers are the same; if not, warn and switch the fast path off.

        Parameters
        ----------
        ours : sequence
            Answers of the fast path for the rows that were chosen.
        theirs : sequence
            Answers of the reference for the same rows, in the same order.

        Warns
        -----
        FastPathWarning
            With the number of differences, and no value.
        """
        differences = sum(one != other for one, other in zip(ours, theirs, strict=True))
        if differences:
            self._is_on = False
            warnings.warn(
                f"The fast check of {self._subject} differs from the library {self._library} in {differences} of "
                f"{len(theirs)} compared rows. It is switched off until Python is restarted: results are right from "
                "here on, and slower. Run earlier checks of this session again, and report this together with the "
                f"installed version of {self._library}.",
                FastPathWarning,
                stacklevel=2,
            )
        return not differences
