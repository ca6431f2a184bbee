"""Repairing what can be repaired for certain, and saying so; the rest is left alone and counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import get_args, overload

import numpy as np
import pandas as pd

from cpnb import frames
from cpnb.changes import DUPLICATE, HEADER_ROW, TakenOut
from cpnb.cleaned import Cleaned
from cpnb.cleaned_scan import CleanedScan
from cpnb.content import postal_code
from cpnb.duplicates import KEEP, Keep, KeyedRows
from cpnb.errors import FieldsError, did_you_mean, listed
from cpnb.fields import FieldMap
from cpnb.frames import ArrowStream, BatchTable, Table
from cpnb.repairs import DEFAULTS, HEADER_ROWS, REPAIRS
from cpnb.scan_cleaning import ScanCleaning
from cpnb.table_cleaning import Asked, DateOrder, TableCleaning

__all__ = ["DateOrder", "asked_for", "clean"]


@overload
def clean(
    data: BatchTable,
    fields: FieldMap,
    *,
    steps: Sequence[str] | None = ...,
    without: Sequence[str] = ...,
    keep: Keep | None = ...,
    date_order: DateOrder | None = ...,
    country: str | None = ...,
) -> CleanedScan: ...
@overload
def clean(
    data: pd.DataFrame | ArrowStream,
    fields: FieldMap,
    *,
    steps: Sequence[str] | None = ...,
    without: Sequence[str] = ...,
    keep: Keep | None = ...,
    date_order: DateOrder | None = ...,
    country: str | None = ...,
) -> Cleaned: ...
@overload
def clean(
    data: Table,
    fields: FieldMap,
    *,
    steps: Sequence[str] | None = ...,
    without: Sequence[str] = ...,
    keep: Keep | None = ...,
    date_order: DateOrder | None = ...,
    country: str | None = ...,
) -> Cleaned | CleanedScan: ...
def clean(
    data: Table,
    fields: FieldMap,
    *,
    steps: Sequence[str] | None = None,
    without: Sequence[str] = (),
    keep: Keep | None = None,
    date_order: DateOrder | None = None,
    country: str | None = None,
) -> Cleaned | CleanedScan:
    """Return the table with everything repaired that can be repaired for certain, and an account of it.

    A cell is changed only if what was meant is beyond doubt; nothing is guessed, no digit and no
    country is made up, and no valid value becomes an invalid one. Cleaning twice is the same as
    cleaning once, except after `keep`: a row that is taken out still speaks against a doubtful
    repair the first time (``X`` in a column of ``M`` and ``F``), and is not there to do so the second.
    `data` is not changed; columns that are not mapped are not touched.

    Parameters
    ----------
    data : DataFrame, Scan, or anything that speaks Arrow
        The table; any number of rows, read in slices. The file of a scan is read twice, and rows that share a key once
        more; then again at each use of the result, which repairs what it reads.
    fields : FieldMap
        What its columns are, and where phone numbers without ``+`` are dialled.
    steps : sequence of str, optional
        Which repairs to make; ``"defaults"`` stands for all that are made without being named:
        ``spreadsheet_marks``, ``mojibake``, ``invisible``, ``unicode``, ``spaces``, ``emails``,
        ``blanks`` (cells of nothing but spaces become empty), ``phones``, ``numbers``, ``dates``,
        ``identifiers``, ``postal_codes``, ``values`` and ``header_rows``. Only by name:
        ``repeated_spaces``, ``placeholders`` (``n/a`` and the like become empty) and
        ``first_of_several``.
    without : sequence of str
        Repairs to leave out.
    keep : str, optional
        Which row of those that share a unique key stays: ``"first"``, ``"last"`` or
        ``"most_complete"``. By default all do.
    date_order : str, optional
        ``"day-first"`` or ``"month-first"``, for dates that can be read both ways. By default the
        other dates of the column decide, if they agree.
    country : str, optional
        Two-letter code of the country of postal codes without a country column beside them.

    Returns
    -------
    Cleaned, or CleanedScan of a scan
        Its ``frame``, which is the kind of table that was given, its ``changes``, and what was left alone.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column; or if it is a scan of numbers of which some become text
        and others are infinite.
    FieldsError
        If `keep` is given and the map has no unique key.
    TypeError
        If `steps` or `without` is a text and not a list of names.
    ValueError
        If a name or a choice is none of those above.
    """
    given = frames.received(data)
    frame = frames.require_columns(given.frame, fields)
    asked = asked_for(fields, steps=steps, without=without, keep=keep, date_order=date_order, country=country)
    if isinstance(frame, BatchTable):
        return ScanCleaning(frame, asked).done(keep)
    cleaning = TableCleaning(frame, asked)
    cleaning.know(cleaning.tells())
    keys = KeyedRows(fields, len(frame))
    cleaning.mend(keys)
    result, changes = cleaning.mended()
    duplicates = keys.duplicates(frame, result)
    superfluous = keys.superfluous(keep) if keep is not None else np.empty(0, dtype=np.int64)
    taken_out = TakenOut.of({HEADER_ROW: cleaning.header_positions, DUPLICATE: superfluous})
    if len(taken_out.positions):
        result = frames.rows_at(result, np.setdiff1d(np.arange(len(frame)), taken_out.positions))
    left = tuple(alone for column in cleaning.columns for alone in column.left_alone())
    return Cleaned(given.back(result), len(frame), tuple(changes), taken_out, left, duplicates)


def asked_for(
    fields: FieldMap,
    *,
    steps: Sequence[str] | None,
    without: Sequence[str],
    keep: Keep | None,
    date_order: DateOrder | None,
    country: str | None,
) -> Asked:
    """Return what was asked for, checked; see `clean`."""
    _require_choice("keep", keep, KEEP)
    if keep is not None and fields.unique_key is None:
        raise FieldsError(
            f"keep={keep!r} chooses among rows that share a unique key, and this field map has none. Add it with "
            f"fields.overridden(unique_key=...), one of {listed(fields.columns)}."
        )
    _require_choice("date_order", date_order, get_args(DateOrder))
    return Asked(fields, _names(steps, without), date_order, _country(country))


def _names(steps: Sequence[str] | None, without: Sequence[str]) -> frozenset[str]:
    known = [*(one.name for one in REPAIRS), HEADER_ROWS]
    defaults = {one.name for one in REPAIRS if not one.is_asked_for} | {HEADER_ROWS}
    wanted = _checked_names("steps", [DEFAULTS] if steps is None else steps, [*known, DEFAULTS])
    unwanted = _checked_names("without", without, known)
    return frozenset(((wanted - {DEFAULTS}) | (defaults if DEFAULTS in wanted else set())) - unwanted)


def _checked_names(parameter: str, names: Sequence[str], known: Sequence[str]) -> set[str]:
    if isinstance(names, str):
        raise TypeError(f"{parameter} is a text; expected a list of names: {parameter}=[{names!r}].")
    for name in names:
        if name not in known:
            raise ValueError(
                f"There is no repair {name!r}.{did_you_mean(str(name), known)} There are {listed(known, shown=99)}."
            )
    return set(names)


def _require_choice(parameter: str, value: str | None, known: Collection[str]) -> None:
    if value is not None and value not in known:
        raise ValueError(f"{parameter} is {value!r}; expected one of {listed(known)}, or None.")


def _country(code: str | None) -> str | None:
    if code is None:
        return None
    country = str(code).strip().upper()
    if country not in postal_code.DIGITS:
        raise ValueError(
            f"country is {code!r}; expected a two-letter code of a country where postal codes begin with zeros and "
            f"have one length: {', '.join(sorted(postal_code.DIGITS))}."
        )
    return country
