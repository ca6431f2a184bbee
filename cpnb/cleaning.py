"""Repairing what can be repaired for certain, and saying so; the rest is left alone and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
import pyarrow as pa

from cpnb import frames
from cpnb.changes import DUPLICATE, HEADER_ROW, ColumnChanges, TakenOut
from cpnb.cleaned import Cleaned
from cpnb.column_cleaning import ColumnCleaning
from cpnb.content import Mask, country_beside, postal_code
from cpnb.content.lost_digits import DIGITS_LOST
from cpnb.damage import header_rows, names_itself, rounded_numbers
from cpnb.duplicates import KEEP, Keep, KeyedRows
from cpnb.errors import FieldsError, did_you_mean, listed
from cpnb.fields import FieldMap
from cpnb.frames import Frame, Table
from cpnb.mending import cells_of, mended, repaired
from cpnb.rendering import render
from cpnb.repairs import DEFAULTS, HEADER_ROWS, REPAIRS, Place

DateOrder = Literal["day-first", "month-first"]

_SLICE_ROWS = 32_768
"""Each repair looks at each slice, so that larger ones than for sending are quicker; still larger ones are not."""


def clean(
    data: Table,
    fields: FieldMap,
    *,
    steps: Sequence[str] | None = None,
    without: Sequence[str] = (),
    keep: Keep | None = None,
    date_order: DateOrder | None = None,
    country: str | None = None,
) -> Cleaned:
    """Return the table with everything repaired that can be repaired for certain, and an account of it.

    A cell is changed only if what was meant is beyond doubt; nothing is guessed, no digit and no
    country is made up, and no valid value becomes an invalid one. Cleaning twice is the same as
    cleaning once, except after `keep`: a row that is taken out still speaks against a doubtful
    repair the first time (``X`` in a column of ``M`` and ``F``), and is not there to do so the second.
    `data` is not changed; columns that are not mapped are not touched.

    Parameters
    ----------
    data : DataFrame, or anything that speaks Arrow
        The table; any number of rows, read in slices. A scan is refused: what was repaired is remembered, and a
        column whose cells decide together is needed whole; read the file with `cpnb.read`.
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
    Cleaned
        Its ``frame``, which is the kind of table that was given, its ``changes``, and what was left alone.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    FieldsError
        If `keep` is given and the map has no unique key.
    TypeError
        If `steps` or `without` is a text and not a list of names.
    ValueError
        If a name or a choice is none of those above.
    """
    given = frames.received(data)
    frame = _repairable(given.frame, fields)
    _require_choice("keep", keep, KEEP)
    if keep is not None and fields.unique_key is None:
        raise FieldsError(
            f"keep={keep!r} chooses among rows that share a unique key, and this field map has none. Add it with "
            f"fields.overridden(unique_key=...), one of {listed(fields.columns)}."
        )
    _require_choice("date_order", date_order, get_args(DateOrder))
    names, country = _names(steps, without), _country(country)
    columns = [
        ColumnCleaning.of(one, fields, Place(one, fields.region_of(one), len(frame), date_order, country), names)
        for one in fields
    ]
    _let_tell(frame, fields, columns)
    keys = KeyedRows(fields, len(frame))
    headers: list[Mask] = []
    for start, piece in frames.slices(frame, fields.needed_columns, rows=_SLICE_ROWS):
        rendered = render(piece, fields)
        is_header = header_rows(rendered, fields) if HEADER_ROWS in names else np.zeros(piece.row_count, dtype=bool)
        rounded = rounded_numbers(piece, fields)
        texts = {}
        for column in columns:
            cells = cells_of(column.field, piece, rendered, fields)
            gone = rounded.get(column.field.column)
            # What was rounded is another number than the one that was meant, and stays as it is.
            stays = is_header if gone is None else is_header | gone
            done = mended(cells, column.place, column.repairs, column.rules, stays)
            column.take(start, done.with_problem(DIGITS_LOST, gone), is_header, rendered)
            texts[column.field.source] = done.after
        keys.take(replace(rendered, table=pa.table(texts)), is_header)
        headers.append(is_header)
    result = frame.assign()  # a copy, as far as the version of pandas needs one
    changes: list[ColumnChanges] = []
    for column in columns:
        if column.positions:
            changed, result[column.field.column] = column.changes(frame)
            changes.append(changed)
    header_positions = np.flatnonzero(np.concatenate([np.empty(0, dtype=bool), *headers]))
    duplicates = keys.duplicates(frame, result)
    superfluous = keys.superfluous(keep) if keep is not None else np.empty(0, dtype=np.int64)
    taken_out = TakenOut.of({HEADER_ROW: header_positions, DUPLICATE: superfluous})
    if len(taken_out.positions):
        result = frames.rows_at(result, np.setdiff1d(np.arange(len(frame)), taken_out.positions))
    left = tuple(alone for column in columns for alone in column.left_alone())
    return Cleaned(given.back(result), len(frame), tuple(changes), taken_out, left, duplicates)


def _repairable(frame: Frame, fields: FieldMap) -> pd.DataFrame:
    return frames.held_frame(frames.require_columns(frame, fields), "Cleaning")


def _let_tell(data: Frame, fields: FieldMap, columns: Sequence[ColumnCleaning]) -> None:
    """Let the repairs that need to know the whole column read it once, before any cell is repaired for good."""
    telling = [column for column in columns if any(repair.tells for repair in column.repairs)]
    if not telling:
        return
    beside = (country_beside(column.field, fields) for column in telling)
    needed = dict.fromkeys([*(column.field for column in telling), *(one for one in beside if one is not None)])
    alone = FieldMap(list(needed), region=fields.region)
    told: dict[str, dict[str, Counter[str]]] = {column.field.column: {} for column in telling}
    for _, piece in frames.slices(data, alone.needed_columns, rows=_SLICE_ROWS):
        rendered = render(piece, alone)
        for column in telling:
            cells = cells_of(column.field, piece, rendered, alone)
            silent = [repair for repair in column.repairs if repair.tells is None]
            text, bits = repaired(cells, column.place, silent)
            cells = cells.with_text(text, bits != 0)
            # A header among the rows says nothing about the column, and is not there a second time.
            cells = cells.only(~names_itself(text, column.field.column))
            by_repair = told[column.field.column]
            for repair in column.repairs:
                if repair.tells is not None:
                    by_repair.setdefault(repair.name, Counter()).update(repair.tells(cells, column.place))
    for column in telling:
        column.place = replace(column.place, told=told[column.field.column])


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
