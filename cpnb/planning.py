"""The dry run: examine a table, cut it into parts, measure each, and say what would be sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa

from cpnb import frames
from cpnb.csvstream import Edits
from cpnb.domain import Domain, require_domain
from cpnb.examining import Teller
from cpnb.fields import FieldMap
from cpnb.marker import Marker
from cpnb.parts import PartCutter
from cpnb.planned import Plan
from cpnb.report import Report
from cpnb.selection import ON_INVALID, OnInvalid, Selection
from cpnb.upload_options import UploadOptions, checked_expiry, checked_options

__all__ = ["ON_INVALID", "OnInvalid", "Plan", "UploadOptions", "asked_for", "plan", "unmapped_columns"]


def plan(
    data: Any,
    domain: Domain,
    fields: FieldMap,
    *,
    data_expiry: int | None = None,
    marker: tuple[str, str] | None = None,
    on_invalid: OnInvalid = "raise",
    options: UploadOptions | None = None,
) -> Plan:
    """Return what an upload of the table would do, without touching the network.

    The keys are read, and then the table once, slice by slice: rendered, checked, measured, digested.
    In a notebook, while that takes longer than a moment, the cell shows how far it has come.

    Parameters
    ----------
    data : DataFrame, Scan, or anything that speaks Arrow
        The table; not changed.
    domain : Domain
        Where it would go.
    fields : FieldMap
        With a unique key.
    data_expiry : int, optional
        Days after which the service deletes a profile that is not updated again, 1 to 1098; the
        service's default is 14.
    marker : tuple of str and str, optional
        Name and value of a custom attribute that every row gets, ``("campaign", "spring-2026")``, so that
        a segment can ask for the rows of this upload.
    on_invalid : {"raise", "blank", "skip"}
        With errors in the table: plan nothing, send the bad cells empty, or leave their rows behind.
        A row whose key is empty, bad or repeated stays behind in both of the latter; of a repeated
        key the first row that can go does.
    options : UploadOptions, optional
        Limits of a part, and who is told how far the examination has come.

    Raises
    ------
    FrameError
        If the table cannot be used at all.
    FieldsError
        If there is no unique key, or a mapped column is missing.
    """
    asked = asked_for(domain, fields, data_expiry, marker, on_invalid, options)
    data = frames.require_columns(data, fields)
    constants = asked.edits.constants
    parts = PartCutter(fields, asked.options.part_rows, asked.options.part_bytes, constants)
    with Teller(len(data), asked.options.on_progress) as teller:
        selected = Selection(data, fields, on_invalid, constants, parts, teller)
        validating_s = teller.elapsed_s - selected.measuring_s
    pa.default_memory_pool().release_unused()  # or what the examination left free would lie there during the sending
    timed = replace(asked, validating_s=validating_s, measuring_s=selected.measuring_s)
    planned = replace(timed, unmapped=unmapped_columns(data, fields)).examined(selected.report, selected.edits())
    return planned.cut(parts.closed()) if planned.may_go else planned


def asked_for(
    domain: Domain,
    fields: FieldMap,
    data_expiry: int | None,
    marker: tuple[str, str] | None,
    on_invalid: OnInvalid,
    options: UploadOptions | None,
) -> Plan:
    """Return what was asked for, checked, as the plan of a table that nobody has looked at; see `plan`."""
    require_domain(domain)
    options = checked_options(options)
    if on_invalid not in ON_INVALID:
        raise ValueError(f"on_invalid is {on_invalid!r}; expected one of {', '.join(map(repr, ON_INVALID))}.")
    days = checked_expiry(data_expiry)
    _ = fields.key_field
    mark = None if marker is None else Marker.checked(marker, fields)
    constants = {mark.source: mark.value} if mark else {}
    return Plan(
        domain,
        fields,
        Report(0),
        on_invalid,
        edits=Edits(constants=constants),
        data_expiry=days,
        marker=mark,
        options=options,
    )


def unmapped_columns(data: Any, fields: FieldMap) -> tuple[str, ...]:
    """Return the columns of the table that never leave, in order."""
    return tuple(name for name in frames.checked_frame(data).columns if name not in fields.columns)
