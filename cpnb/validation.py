"""Whether a table can be uploaded: every rule over every slice, and what only the whole can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb import catalog, frames
from cpnb.content import Mask, Problem, Provenance, Severity, normalised_key
from cpnb.content.unique_key import KEY_EMPTY, KEY_REPEATED
from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap
from cpnb.finding import Finding, shape_counts
from cpnb.frames import Frame, Slice
from cpnb.rendering import Rendered, render
from cpnb.report import Report
from cpnb.schema import Examination, checked_schema, own_failures, schema_for

if TYPE_CHECKING:  # schema.py imports pandera with care for the environment
    import pandera.pandas as pandera

__all__ = [
    "CheckedSlice",
    "check_slices",
    "findings_of_whole",
    "key_codes",
    "repeated_keys",
    "report_of_whole",
    "validate",
]

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
    """

    start: int
    rendered: Rendered
    report: Report
    bad_cells: Mapping[str, Mask] = field(repr=False)
    keys_empty: Mask = field(repr=False)


def check_slices(
    data: Frame, fields: FieldMap, *, schema: pandera.DataFrameSchema | None = None
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

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    FieldsError
        If the schema cannot be run over what is mapped.
    """
    frames.require_columns(data, fields)
    checks = schema_for(fields) if schema is None else checked_schema(schema, fields)
    return (_checked(start, rows, fields, checks) for start, rows in frames.slices(data, fields.needed_columns))


def _checked(start: int, rows: Slice, fields: FieldMap, schema: pandera.DataFrameSchema) -> CheckedSlice:
    rendered = render(rows, fields)
    examination = Examination(fields, rendered)
    own = own_failures(schema, examination)
    findings: list[Finding] = []
    bad_cells: dict[str, Mask] = {}
    keys_empty = np.zeros(rows.row_count, dtype=bool)
    for one in fields:
        text = examination.text(one)
        for problem, mask, shapes in _verdicts(one, examination):
            if not mask.any():
                continue
            seen = shape_counts(text.filter(pa.array(mask))) if shapes is None else shapes
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
    return CheckedSlice(start, rendered, Report.total([Report(rows.row_count, tuple(findings))]), bad_cells, keys_empty)


def _verdicts(one: Field, examination: Examination) -> Iterator[tuple[Problem, Mask, Mapping[str, int] | None]]:
    """Yield problem, rows and, where the text cannot tell them, the shapes."""
    unsupported = examination.rendered.unsupported.get(one.source)
    if unsupported is not None:
        yield UNSUPPORTED_CELL, unsupported, examination.rendered.kinds[one.source]
    for problem, mask in examination.verdicts(one):
        yield problem, mask, None


def key_codes(data: Frame, fields: FieldMap) -> NDArray[np.int64]:
    """Return one number for each row: equal where the service takes two keys for the same, -1 where there is none.

    Numbers count from 0 in the order in which keys first appear. Memory: the normalised keys of the
    whole table as Arrow text, and 8 bytes a row.

    Raises
    ------
    FieldsError
        If the map has no unique key.
    FrameError
        If `data` is no usable table or lacks the key's column.
    """
    one = fields.key_field
    alone = FieldMap([one], one.column, fields.region)
    frames.require_columns(data, alone)
    keys = [_normalised(one, alone, rows) for _, rows in frames.slices(data, alone.needed_columns)]
    encoded = pa.chunked_array(keys, pa.large_string()).dictionary_encode()
    codes = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in encoded.chunks]
    return np.concatenate([np.empty(0, dtype=np.int64), *codes]).astype(np.int64, copy=False)


def _normalised(one: Field, alone: FieldMap, rows: Slice) -> pa.Array:
    rendered = render(rows, alone)
    region = rendered.regions[one.region_column] if one.region_column else alone.region_of(one)
    key = normalised_key(rendered.table.column(0).combine_chunks(), one.content_type, region)
    blank = pc.equal(pc.utf8_trim_whitespace(key), "")
    return pc.if_else(blank, pa.scalar(None, key.type), key)


def repeated_keys(codes: NDArray[np.int64]) -> Mask:
    """Return the rows whose key an earlier row has; `codes` are those of `key_codes`, empty keys never repeat."""
    # Codes count up by first appearance, so a key is new exactly where the highest code so far rises.
    highest = np.maximum.accumulate(codes) if len(codes) else codes
    is_first = np.diff(highest, prepend=-1) > 0
    return (codes >= 0) & ~is_first


def findings_of_whole(fields: FieldMap, row_count: int, codes: NDArray[np.int64] | None = None) -> tuple[Finding, ...]:
    """Return what no slice can tell: repeated keys, no rows, and what the map itself brings about.

    Parameters
    ----------
    fields : FieldMap
        The map.
    row_count : int
        Rows in the table.
    codes : array of int, optional
        From `key_codes`; None if the map has no key.
    """
    findings: list[Finding] = []
    if not row_count:
        findings.append(Finding.about_map(NO_ROWS))
    if codes is not None:
        repeated = repeated_keys(codes)
        if repeated.any():
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


def validate(data: Frame, fields: FieldMap, *, schema: pandera.DataFrameSchema | None = None) -> Report:
    """Return what is wrong with a table, without changing or sending anything.

    Parameters
    ----------
    data : DataFrame
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
    slices = check_slices(data, fields, schema=schema)
    codes = key_codes(data, fields) if fields.unique_key is not None else None
    return report_of_whole((one.report for one in slices), fields, codes)


def report_of_whole(reports: Iterable[Report], fields: FieldMap, codes: NDArray[np.int64] | None) -> Report:
    """Return the report of a table from those of its slices and what only the whole can tell.

    Errors come first, and within them the columns in the order of the map. See `findings_of_whole`.
    """
    report = Report.total(reports)
    whole = findings_of_whole(fields, report.row_count, codes)
    order = {column: number for number, column in enumerate(("", *fields.columns))}
    findings = sorted((*whole, *report.findings), key=lambda one: (one.severity is Severity.WARNING, order[one.column]))
    return Report(report.row_count, tuple(findings))
