"""Whether a table can be uploaded: every rule over every slice, and what only the whole can tell."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cpnb import catalog, frames
from cpnb.content import Mask, Problem, Provenance, Severity, TextColumn, normalised_key, rules_for
from cpnb.content.cells import emptied, picked
from cpnb.content.key_hash import NO_KEY, Numbers, key_numbers, rows_sharing
from cpnb.content.lost_digits import DIGITS_LOST
from cpnb.content.telling import told_once
from cpnb.content.unique_key import KEY_EMPTY, KEY_REPEATED, RULE as KEY_RULE
from cpnb.content_types import ContentType
from cpnb.damage import HEADER_REPEATED, header_rows, rounded_numbers
from cpnb.fields import Field, FieldMap
from cpnb.finding import Finding, shape_counts
from cpnb.frames import Frame, Slice, Table
from cpnb.rendering import Rendered, render
from cpnb.report import Report
from cpnb.schema import Examination, as_run, checked_schema, own_failures, schema_for
from cpnb.working_ahead import worked_ahead

if TYPE_CHECKING:  # schema.py imports pandera with care for the environment
    import pandera.pandas as pandera

__all__ = [
    "CheckedSlice",
    "check_slices",
    "comparable_keys",
    "findings_of_whole",
    "key_codes",
    "repeated_keys",
    "report_of_whole",
    "validate",
]

CHECKED_ROWS = 32_768
"""Rows that are checked together: pandera costs some milliseconds for each slice, however few rows it has."""

_COMPARED_ROWS = 2_000_000
"""Rows whose keys are compared as text at a time, where they share their number with others."""
SLICES_AHEAD = 1
"""Slices that are rendered, on a thread, while another one is checked."""

UNSUPPORTED_CELL = Problem(
    "unsupported_cell",
    Severity.ERROR,
    Provenance.CAUTION,
    "without a text that could be sent",
    "Lists, dictionaries, bytes, durations, infinities and broken text have no one spelling: convert the column to "
    "text or numbers first.",
)
NO_ROWS = Problem(
    "no_rows",
    Severity.ERROR,
    Provenance.CAUTION,
    "the table has no rows",
    "There is nothing to upload; check the filter or the file that it came from.",
)
TOO_MANY_FIELDS = Problem(
    "too_many_fields",
    Severity.WARNING,
    Provenance.GUIDE,
    f"more than {catalog.MAX_MAPPED_FIELDS} columns are mapped",
    "The console takes no more, and whether the service does is not documented: leave out what no segment needs.",
)


@dataclass(frozen=True, slots=True)
class CheckedSlice:
    """Some rows as they will be sent, and what is wrong with them.

    Attributes
    ----------
    start : int
        Physical position of the first row.
    rendered : Rendered
        The text that will be sent.
    report : Report
        Of these rows alone; positions are those of the whole table.
    bad_cells : mapping of str to array of bool
        By source: cells with an error, other than what concerns the unique key as a key (``key_empty``).
        Columns without any are left out.
    keys_empty : array of bool
        Rows without a usable key; all False if the map has no key.
    repeats_header : array of bool
        Rows that repeat the names of the columns and are no customers.
    """

    start: int
    rendered: Rendered
    report: Report
    bad_cells: Mapping[str, Mask] = field(repr=False)
    keys_empty: Mask = field(repr=False)
    repeats_header: Mask = field(repr=False)


def check_slices(
    data: Frame,
    fields: FieldMap,
    *,
    schema: pandera.DataFrameSchema | None = None,
    table_rows: int = 0,
    slice_rows: int = CHECKED_ROWS,
) -> Iterator[CheckedSlice]:
    """Yield the table slice by slice, rendered and checked, in order and in one pass.

    The table itself is examined before this returns; the rows are read as the iterator advances.

    Parameters
    ----------
    data : DataFrame
        The table.
    fields : FieldMap
        What its columns are.
    schema : pandera.pandas.DataFrameSchema, optional
        An extended schema whose own checks are run besides; ours are always run.
    table_rows : int, optional
        Rows of the table that `data` is a piece of, as far as it is known. It decides what is worth preparing, and
        never a verdict.
    slice_rows : int, optional
        Rows of a slice, at most.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    FieldsError
        If the schema cannot be run over what is mapped.
    """
    data = frames.require_columns(data, fields)
    checks = as_run(schema_for(fields)) if schema is None else checked_schema(schema, fields)
    row_count = max(table_rows, len(data))

    def ready(slice_: tuple[int, Slice]) -> tuple[int, Examination, Mapping[str, Mask]]:
        start, rows = slice_
        return start, Examination(fields, render(rows, fields), row_count), rounded_numbers(rows, fields)

    slices = frames.slices(data, fields.needed_columns, rows=slice_rows)
    threads = 1 if len(data) > slice_rows else 0
    return (
        _checked(start, examination, checks, rounded)
        for start, examination, rounded in worked_ahead(ready, slices, threads=threads, most_ahead=SLICES_AHEAD)
    )


def _checked(
    start: int, examination: Examination, schema: pandera.DataFrameSchema, rounded: Mapping[str, Mask]
) -> CheckedSlice:
    rendered, fields = examination.rendered, examination.fields
    own = own_failures(schema, examination)
    findings: list[Finding] = []
    repeats_header = header_rows(rendered, fields)
    if repeats_header.any():
        findings.append(Finding.of_mask("", HEADER_REPEATED, repeats_header, start, {}))
    bad_cells: dict[str, Mask] = {}
    keys_empty = np.zeros(rendered.row_count, dtype=bool)
    for one in fields:
        for problem, told, shapes in _verdicts(one, examination):
            # A number that was too large to be exact shows it in its type, and not always in its text.
            mask = told | rounded[one.column] if problem is DIGITS_LOST and one.column in rounded else told
            if not mask.any():
                continue
            seen = shape_counts(picked(rendered.text(one.source), mask)) if shapes is None else shapes
            findings.append(Finding.of_mask(one.column, problem, mask, start, seen))
            if problem is KEY_EMPTY:
                keys_empty = mask
            elif problem.severity is Severity.ERROR:
                bad_cells[one.source] = bad_cells.get(one.source, False) | mask
    for failure in own:
        findings.append(Finding.of_mask(failure.column, failure.problem, failure.mask, start, {}))
        if failure.column in fields.columns:
            source = fields[failure.column].source
            bad_cells[source] = bad_cells.get(source, False) | failure.mask
    report = Report.total([Report(rendered.row_count, tuple(findings))])
    return CheckedSlice(start, rendered, report, bad_cells, keys_empty, repeats_header)


def _ranks(one: Field, fields: FieldMap) -> dict[str, int]:
    """Return the codes of the problems of a field in the order in which a slice tells them."""
    problems = [UNSUPPORTED_CELL, *(problem for rule in rules_for(one, fields) for problem in rule.problems)]
    return {code: number for number, code in enumerate(dict.fromkeys(problem.code for problem in problems))}


def _verdicts(one: Field, examination: Examination) -> Iterator[tuple[Problem, Mask, Mapping[str, int] | None]]:
    """Yield problem, rows and, where the text cannot tell them, the shapes."""
    unsupported = examination.rendered.unsupported.get(one.source)
    if unsupported is not None:
        yield UNSUPPORTED_CELL, unsupported, examination.rendered.kinds[one.source]
    for problem, mask in told_once(examination.verdicts(one)):
        yield problem, mask, None


def key_codes(data: Table, fields: FieldMap, *, advance: Callable[[int], None] | None = None) -> NDArray[np.int64]:
    """Return one number for each row: equal where the service takes two keys for the same, -1 where there is none.

    Numbers count from 0 in the order in which keys first appear. Memory: 21 bytes a row, 8 of which are returned, 16
    for each row whose key may occur more than once, and the text of two million of those.

    Parameters
    ----------
    data : DataFrame
        The table.
    fields : FieldMap
        With a unique key.
    advance : callable, optional
        Told of each slice how many rows were read.

    Raises
    ------
    FieldsError
        If the map has no unique key.
    FrameError
        If `data` is no usable table or lacks the key's column.
    """
    alone = _key_alone(fields)
    data = frames.require_columns(data, alone)
    numbers = np.empty(len(data), dtype=np.uint64)
    for start, keys in _keys(data, alone, len(data)):
        numbers[start : start + len(keys)] = key_numbers(keys)
        if advance is not None:
            advance(len(keys))
    is_new = numbers != NO_KEY
    shared = list(_sharing(data, alone, numbers))
    for rows, of_key in shared:
        is_new[rows] = ~repeated_keys(of_key)
    codes = np.cumsum(is_new, dtype=np.int64) - 1
    codes[numbers == NO_KEY] = -1
    for rows, of_key in shared:
        codes[rows] = codes[rows[is_new[rows]]][of_key]  # that of the row where the same key appears first
    return codes


def _key_alone(fields: FieldMap) -> FieldMap:
    one = fields.key_field
    return FieldMap([one], one.column, fields.region)


def _keys(data: Frame, alone: FieldMap, table_rows: int) -> Iterator[tuple[int, pa.Array]]:
    for start, rows in frames.slices(data, alone.needed_columns, rows=CHECKED_ROWS):
        yield start, comparable_keys(render(rows, alone), alone, table_rows)


def _sharing(
    data: Frame, alone: FieldMap, numbers: Numbers, *, compared_rows: int = _COMPARED_ROWS
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the rows that share their number with others, all of a number at once, and codes of their keys.

    Only their keys are looked at, those of a limited number of rows at a time. Codes count from 0 in the order in which
    the keys appear among the rows.
    """
    sharing = rows_sharing(numbers)
    turns = 1 + len(sharing) // compared_rows
    for turn in range(turns if len(sharing) else 0):
        rows = sharing[numbers[sharing] % np.uint64(turns) == turn] if turns > 1 else sharing
        chosen = frames.rows_at(data, rows, alone.needed_columns)
        keys = [keys for _, keys in _keys(chosen, alone, len(numbers))]
        encoded = pa.chunked_array(keys, pa.large_string()).dictionary_encode()
        codes = [chunk.indices.to_numpy() for chunk in encoded.chunks]
        yield rows, np.concatenate([np.empty(0, dtype=np.int64), *codes]).astype(np.int64, copy=False)


def comparable_keys(rendered: Rendered, fields: FieldMap, table_rows: int) -> pa.Array:
    """Return the keys of some rows as the service compares them; null where there is none."""
    one = fields.key_field
    region = rendered.regions[one.region_column] if one.region_column else fields.region_of(one)
    key = normalised_key(rendered.text(one.source), one.content_type, region, table_rows=table_rows)
    (blank,) = KEY_RULE.failing(TextColumn(key))
    return emptied(key, blank)


def repeated_keys(codes: NDArray[np.int64]) -> Mask:
    """Return the rows whose key an earlier row has; `codes` are those of `key_codes`, empty keys never repeat."""
    # Codes count up by first appearance, so a key is new exactly where the highest code so far rises.
    highest = np.maximum.accumulate(codes) if len(codes) else codes
    is_first = np.diff(highest, prepend=-1) > 0
    return (codes >= 0) & ~is_first


def _repeated_in(data: Frame, fields: FieldMap, numbers: Numbers) -> Mask:
    """Return the rows whose key an earlier row has; only rows that share their number with others are looked at."""
    mask = np.zeros(len(numbers), dtype=bool)
    for rows, codes in _sharing(data, _key_alone(fields), numbers):
        mask[rows] = repeated_keys(codes)
    return mask


def findings_of_whole(fields: FieldMap, row_count: int, repeated: Mask | None = None) -> tuple[Finding, ...]:
    """Return what no slice can tell: repeated keys, no rows, and what the map itself brings about.

    Parameters
    ----------
    fields : FieldMap
        The map.
    row_count : int
        Rows in the table.
    repeated : array of bool, optional
        From `repeated_keys`; None if the map has no key.
    """
    findings: list[Finding] = []
    if not row_count:
        findings.append(Finding.about_map(NO_ROWS))
    if repeated is not None and repeated.any():
        findings.append(Finding.of_mask(fields.key_field.column, KEY_REPEATED, repeated, 0, {}))
    if len(fields) > catalog.MAX_MAPPED_FIELDS:
        findings.append(Finding.about_map(TOO_MANY_FIELDS))
    findings += _filling_primary(fields)
    return tuple(findings)


def _filling_primary(fields: FieldMap) -> Iterator[Finding]:
    """Yield a finding for each e-mail or phone field that fills the primary one, unless that is mapped itself.

    Source: Amazon Connect administrator guide, 'profile-matching'.
    """
    mapped = {one.name for one in fields}
    primary = {ContentType.EMAIL_ADDRESS: "EmailAddress", ContentType.PHONE_NUMBER: "PhoneNumber"}
    for one in fields:
        name = primary.get(one.content_type)
        if name is not None and name not in mapped:
            problem = Problem(
                "fills_primary",
                Severity.WARNING,
                Provenance.GUIDE,
                f"also fills {name} of new profiles, although it is mapped to {one.name}",
                f"If that is not meant, send it with content type STRING; if it is, map it to {name}.",
            )
            yield Finding.about_map(problem, one.column)


def validate(data: Table, fields: FieldMap, *, schema: pandera.DataFrameSchema | None = None) -> Report:
    """Return what is wrong with a table, without changing or sending anything.

    Parameters
    ----------
    data : DataFrame, Scan, or anything that speaks Arrow
        The table; any number of rows, read in slices.
    fields : FieldMap
        What its columns are. Without a unique key, keys are not checked.
    schema : pandera.pandas.DataFrameSchema, optional
        `schema_for` (fields), extended by checks of one's own.

    Returns
    -------
    Report
        Its ``ok`` tells whether an upload would go ahead.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    FieldsError
        If the schema cannot be run over what is mapped.
    """
    data = frames.require_columns(data, fields)
    slices = check_slices(data, fields, schema=schema)
    if fields.unique_key is None:
        return report_of_whole((one.report for one in slices), fields)
    reports: list[Report] = []
    numbers = np.empty(len(data), dtype=np.uint64)
    for one in slices:
        reports.append(one.report)
        keys = comparable_keys(one.rendered, fields, len(data))
        numbers[one.start : one.start + len(keys)] = key_numbers(keys)
    return report_of_whole(reports, fields, _repeated_in(data, fields, numbers))


def report_of_whole(reports: Iterable[Report], fields: FieldMap, repeated: Mask | None = None) -> Report:
    """Return the report of a table from those of its slices and what only the whole can tell.

    Errors come first, and within them the columns in the order of the map. See `findings_of_whole`.
    """
    report = Report.total(reports)
    whole = findings_of_whole(fields, report.row_count, repeated)
    order = {column: number for number, column in enumerate(("", *fields.columns))}
    # Slices put the problems of a column in the order in which they came up, which is another for other slices.
    rank = {column: _ranks(fields[column], fields) for column in fields.columns}
    found = sorted(report.findings, key=lambda one: rank.get(one.column, {}).get(one.code, math.inf))
    findings = sorted((*whole, *found), key=lambda one: (one.severity is Severity.WARNING, order[one.column]))
    return Report(report.row_count, tuple(findings), fields.columns)
