"""What of a table goes up: which rows stay behind, which cells go empty, and for which reason each of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb import validation
from cpnb.content import Mask, Severity
from cpnb.content.unique_key import KEY_REPEATED
from cpnb.csvstream import NO_POSITIONS, Edits, Positions
from cpnb.damage import HEADER_REPEATED
from cpnb.examining import Step, Teller
from cpnb.fields import FieldMap
from cpnb.finding import Finding
from cpnb.parts import PartCutter
from cpnb.report import Report

OnInvalid = Literal["raise", "blank", "skip"]

ON_INVALID: tuple[OnInvalid, ...] = ("raise", "blank", "skip")


class Selection:
    """One pass over a table: the report, and the edits and parts that follow from it.

    Parameters
    ----------
    data : frame
        The table.
    fields : FieldMap
        With a unique key.
    on_invalid : {"raise", "blank", "skip"}
        Whether a bad cell empties itself or keeps its row.
    constants : mapping of str to str
        By header: what every record carries besides.
    parts : PartCutter
        Given what goes, slice by slice.
    teller : Teller
        Told of each slice.

    Attributes
    ----------
    report : Report
        What was found.
    measuring_s : float
        Seconds in which `parts` were given what goes.
    """

    def __init__(
        self,
        data: Any,
        fields: FieldMap,
        on_invalid: OnInvalid,
        constants: Mapping[str, str],
        parts: PartCutter,
        teller: Teller,
    ) -> None:
        self._fields = fields
        self._on_invalid = on_invalid
        self._constants = constants
        self._parts = parts
        self._teller = teller
        self.measuring_s = 0.0
        teller.begin(Step.KEYS)
        self._codes = validation.key_codes(data, fields, advance=teller.advance)
        self._taken = np.zeros(self._codes.max(initial=-1) + 1, dtype=np.bool_)
        self._skipped: list[Positions] = []
        self._blanked: dict[str, list[Positions]] = {}
        teller.begin(Step.VALIDATING_AND_MEASURING)
        reports = (self._take(checked) for checked in validation.check_slices(data, fields))
        self.report = validation.report_of_whole(reports, fields, validation.repeated_keys(self._codes))

    def edits(self) -> Edits:
        """Return what is done to the table on its way."""
        blanked = {source: np.concatenate(pieces) for source, pieces in self._blanked.items()}
        skipped = np.concatenate(self._skipped) if self._skipped else NO_POSITIONS
        return Edits(skipped, blanked, self._constants)

    def _take(self, checked: validation.CheckedSlice) -> Report:
        """Take note of a slice and return its report; slices come in order."""
        table = checked.rendered.table
        stays = self._staying(checked)
        skipped = checked.start + np.flatnonzero(stays)
        blanked = emptied_cells(checked, stays, self._fields, self._on_invalid)
        if len(skipped):
            self._skipped.append(skipped)
        for source, positions in blanked.items():
            self._blanked.setdefault(source, []).append(positions)
        began_s = time.perf_counter()
        going = Edits(skipped, blanked, self._constants).apply(table, checked.start)
        self._parts.add(going, checked.start + np.flatnonzero(~stays), checked.start + table.num_rows)
        self.measuring_s += time.perf_counter() - began_s
        self._teller.advance(table.num_rows)
        return checked.report

    def _staying(self, checked: validation.CheckedSlice) -> NDArray[np.bool_]:
        """Return which rows of the slice stay behind."""
        codes = self._codes[checked.start : checked.start + checked.rendered.row_count]
        stays = staying_anyway(checked, self._fields, self._on_invalid) | (codes < 0)
        return stays | self._repeated(codes, ~stays)

    def _repeated(self, codes: NDArray[np.int64], going: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the rows whose key has gone with an earlier row already, among those that could go."""
        repeated = np.zeros(len(codes), dtype=np.bool_)
        candidates = codes[going]
        repeated[going] = self._taken[candidates] | pd.Series(candidates).duplicated().to_numpy()
        self._taken[candidates] = True
        return repeated


def staying_anyway(checked: validation.CheckedSlice, fields: FieldMap, on_invalid: OnInvalid) -> Mask:
    """Return which rows of a slice stay behind whatever other rows there are."""
    stays = checked.repeats_header | checked.keys_empty
    for source, mask in checked.bad_cells.items():
        if on_invalid == "skip" or source == fields.key_field.source:
            stays = stays | mask
    return stays


def emptied_cells(
    checked: validation.CheckedSlice, stays: Mask, fields: FieldMap, on_invalid: OnInvalid
) -> dict[str, Positions]:
    """Return by source which cells are sent empty, of the rows of a slice that do not stay behind."""
    if on_invalid == "skip":
        return {}
    return {
        source: checked.start + np.flatnonzero(mask & ~stays)
        for source, mask in checked.bad_cells.items()
        if source != fields.key_field.source and (mask & ~stays).any()
    }


def skipped_rows(report: Report, fields: FieldMap, edits: Edits, on_invalid: OnInvalid) -> pd.DataFrame:
    """Return the rows that stay behind: ``row``, the physical position, and ``reason``, the code of a rule.

    A row with several reasons is counted under the first: what makes it no record, what is wrong with
    its key, its other cells in the order of the map, and last a key that another row has. The reasons
    are looked up in the report, and stored nowhere.
    """
    key = fields.key_field.column
    about_key = [one for one in report.errors if one.column == key and one.code != KEY_REPEATED.code]
    about_cells = [one for one in report.errors if one.column in fields.columns and one.column != key]
    about_header = [one for one in report.errors if one.code == HEADER_REPEATED.code]
    findings = [*about_header, *about_key, *(about_cells if on_invalid == "skip" else [])]
    return pd.DataFrame({"row": edits.skipped, "reason": _reasons(edits.skipped, findings, KEY_REPEATED.code)})


def blanked_cells(report: Report, fields: FieldMap, edits: Edits) -> pd.DataFrame:
    """Return the cells that are sent empty: ``row``, ``column`` and ``reason``, in the order of the map."""
    pieces = []
    for field in fields:
        positions = edits.blanked.get(field.source, NO_POSITIONS)
        findings = [one for one in report.errors if one.column == field.column]
        # A column of objects, so that a name that stands in every row is stored once.
        names = np.full(len(positions), field.column, dtype=object)
        pieces.append(pd.DataFrame({"row": positions, "column": names, "reason": _reasons(positions, findings, "")}))
    filled = [piece for piece in pieces if len(piece)]
    return pd.concat(filled, ignore_index=True) if filled else pieces[0]


def _reasons(positions: Positions, findings: Iterable[Finding], otherwise: str) -> NDArray[np.object_]:
    """Return for each position the code of the first finding that names it; findings list positions in order."""
    reasons = np.full(len(positions), otherwise, dtype=object)
    is_open = np.ones(len(positions), dtype=np.bool_)
    for finding in findings:
        if finding.severity is not Severity.ERROR or not finding.count:
            continue
        places = np.searchsorted(finding.positions, positions)
        named = places < len(finding.positions)
        named[named] = finding.positions[places[named]] == positions[named]
        reasons[named & is_open] = finding.code
        is_open &= ~named
    return reasons
