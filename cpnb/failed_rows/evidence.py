"""What can be read about which rows of a part were refused: keys without a profile, warnings that may explain it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb.content import Severity
from cpnb.errors import CredentialsError
from cpnb.failed_rows.part_outcomes import Suspects, in_words
from cpnb.failed_rows.sent_table import SentTable
from cpnb.failed_rows.stored_keys import StoredKeys, key_texts, search_key
from cpnb.failed_rows.verdicts import Certainty, RowVerdicts
from cpnb.group_testing import FailCount
from cpnb.row_problems import joined

NOT_ASKED = -1
ABSENT = 0
SEVERAL = 2

TOO_MANY = "too many keys to search for each"

SHOWN_CHARACTERS = 50
"""Pandas cuts longer texts when it shows a table. Source: pandas, option ``display.max_colwidth``."""

FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException"})
"""How the service says that credentials are good and may not do this. Source: service model."""


class RefusalEvidence:
    """Judges the rows of parts by what the report and the domain say; sends nothing.

    Parameters
    ----------
    sent : SentTable
        The upload, with the report of its plan.
    max_requests : int
        How many searches may be made in all.

    Attributes
    ----------
    doubts : list of str
        Sentences: why rows were found no more than possible, and what to do next.
    """

    def __init__(self, sent: SentTable, max_requests: int) -> None:
        self.doubts: list[str] = []
        self._plan = plan = sent.plan
        self._sender = sent.sender
        self._warnings = [
            one for one in plan.report.findings if one.severity is Severity.WARNING and len(one.positions)
        ]
        name = search_key(plan.fields)
        self._stored = StoredKeys(plan.domain, name, max_requests) if name else None
        self._why_not = "" if name else f"no search finds {plan.fields.key_field.name}"

    def judge(self, suspects: Suspects, verdicts: RowVerdicts) -> None:
        """Put every row of the part that may have been refused to `verdicts`, with what speaks for it."""
        rows, number, count = suspects.rows, suspects.part.number, suspects.count
        words = self._warnings_in_words(suspects)
        profiles = self._profiles(suspects, np.array([bool(text) for text in words]))
        absent = profiles == ABSENT
        absent_count = int(absent.sum())
        reason, certainty = _of_absent(absent_count, count)
        verdicts.add(rows[absent], number, reason, certainty)
        if absent_count > count.most:
            self.doubts.append(
                f"Part {number}: {in_words(count)} of {absent_count:,} rows whose keys have no profile were refused, "
                "because searches lag behind. Ask again in some minutes."
            )
        left = FailCount(max(count.least - absent_count, 0), max(count.most - absent_count, 0))
        if absent_count > count.most:  # the search lags behind, so some who are absent are not among the refused
            left = FailCount(0, count.most)
        if left.most == 0:
            return
        words[profiles == SEVERAL] = "a key that several profiles have"
        possible = np.zeros(len(rows), dtype=np.bool_)
        reason = f"{in_words(left)} of {int((~absent).sum()):,} rows were refused"
        for explanation, mask in _groups(words, ~absent):
            fits = bool(explanation) and left.least == left.most == int(mask.sum())
            certainty = Certainty.LIKELY if fits else Certainty.POSSIBLE
            possible |= mask & (certainty is Certainty.POSSIBLE)
            verdicts.add(rows[mask], number, _of_warning(explanation) if explanation else reason, certainty)
        if possible.any():
            asked = bool((profiles[possible] != NOT_ASKED).all())
            why = "their keys have profiles, perhaps from before" if asked else self._why_not or TOO_MANY
            self.doubts.append(
                f"Part {number}: {int(possible.sum()):,} rows are only 'possible' ({why}); {reason}. "
                "upload.find_failed_rows() finds out which: it sends rows again, in small jobs."
            )

    def _warnings_in_words(self, suspects: Suspects) -> NDArray[np.object_]:
        """Return for each row of a part the warnings it has: column and rule, joined; empty text if none."""
        start, stop = suspects.part.rows.start, suspects.part.rows.stop
        mask = np.zeros(stop - start, dtype=np.bool_)
        mask[suspects.rows - start] = True
        words = []
        for one in self._warnings:
            first, last = np.searchsorted(one.positions, (start, stop))
            words.append((f"{one.code} in {one.column!r}", one.positions[first:last] - start))
        return joined(words, mask, ", ")

    def _profiles(self, suspects: Suspects, warned: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many profiles each row's key finds, where that was asked for: for all rows, or else some, or none.

        The rows with warnings are asked for if all would be too many.
        """
        profiles = np.full(len(suspects.rows), NOT_ASKED, dtype=np.int64)
        if self._stored is None:
            return profiles
        asked = np.ones(len(profiles), dtype=np.bool_) if len(profiles) <= self._stored.affordable else warned
        if not asked.any() or asked.sum() > self._stored.affordable:
            return profiles
        keys = key_texts(self._sender, self._plan.fields, suspects.rows[asked])
        try:
            profiles[asked] = self._stored.profile_counts(keys)
        except CredentialsError as error:
            if error.code not in FORBIDDEN:
                raise
            self._stored, self._why_not = None, "these credentials may not search profiles"
        return profiles


def _of_absent(absent_count: int, count: FailCount) -> tuple[str, Certainty]:
    if absent_count > count.most:
        return "no profile has its key, perhaps not yet", Certainty.POSSIBLE
    agrees = count.least == count.most == absent_count
    return "no profile has its key", Certainty.CERTAIN if agrees else Certainty.LIKELY


def _groups(words: NDArray[np.object_], rows: NDArray[np.bool_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield each text and the rows that have it."""
    codes, texts = pd.factorize(words)
    for code, text in enumerate(texts):
        if (mask := rows & (codes == code)).any():
            yield text, mask


def _of_warning(explanation: str) -> str:
    """Return the reason for rows with warnings, short enough for a table."""
    reason = f"has {explanation}"
    return reason if len(reason) < SHOWN_CHARACTERS else "has warnings; upload.plan.report names them"
