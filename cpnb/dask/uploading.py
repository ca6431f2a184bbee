"""The verbs of an upload: examine and cut where the rows are, then let workers send the parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dask.dataframe as dd

from cpnb.dask.cluster import client_at_work, require_private
from cpnb.dask.cutting import parts_of
from cpnb.dask.examining import Examination, Examine
from cpnb.dask.part_files import PartFiles
from cpnb.dask.partitions import Partitions, checked_meta
from cpnb.dask.sending import SenderByWorkers, SenderFromPartitions
from cpnb.domain import Domain
from cpnb.examining import Teller
from cpnb.fields import FieldMap
from cpnb.planning import Plan, asked_for, unmapped_columns
from cpnb.upload_at_work import Upload
from cpnb.upload_options import require_name
from cpnb.uploads import send


def plan(data: dd.DataFrame, domain: Domain, fields: FieldMap, **asked: Any) -> Plan:
    """Return what an upload of a distributed table would do, without touching the network; see `cpnb.plan`.

    The partitions are read twice: to be examined, and to be measured. How far that is, is told as of any other table.
    """
    planned, _ = _planned(data, domain, fields, **asked)
    return planned


def _planned(
    data: dd.DataFrame,
    domain: Domain,
    fields: FieldMap,
    *,
    data_expiry: int | None = None,
    marker: tuple[str, str] | None = None,
    on_invalid: Any = "raise",
    options: Any = None,
) -> tuple[Plan, PartFiles]:
    asked = asked_for(domain, fields, data_expiry, marker, on_invalid, options)
    meta = checked_meta(data, fields)
    constants = dict(asked.edits.constants)
    work = Examine(fields, data.npartitions, on_invalid=on_invalid, constants=constants)
    with Teller(None, asked.options.on_progress) as teller:
        found = Examination.of(data, work, teller)
        edits = found.edits(constants)
        files = PartFiles(fields, Partitions(data, fields.needed_columns), found.starts, edits)
        planned = replace(asked, unmapped=unmapped_columns(meta, fields)).examined(found.report(fields), edits)
        validating_s = teller.elapsed_s
        if planned.may_go:
            sizes, limits = [one.most_bytes for one in found.told], planned.options
            planned = planned.cut(parts_of(files, sizes, limits.part_rows, limits.part_bytes, teller))
        measuring_s = teller.elapsed_s - validating_s
    return replace(planned, validating_s=validating_s, measuring_s=measuring_s), files


def upload(
    data: dd.DataFrame,
    domain: Domain,
    fields: FieldMap,
    *,
    display_name: str = "cpnb",
    trusted_scheduler: str | None = None,
    **asked: Any,
) -> Upload:
    """Examine a distributed table, let workers send what is right of it, and return the upload at work.

    See `cpnb.upload` for what is not said here.

    Parameters
    ----------
    data : dask.dataframe.DataFrame
        The table.
    domain : Domain
        Where the rows go. Its credentials stay in this process.
    fields : FieldMap
        What goes where, with a unique key.
    display_name : str
        Beginning of the jobs' names.
    trusted_scheduler : str, optional
        The address of the scheduler, if the cluster speaks in the clear across a network that you trust.
    **asked
        As those of `cpnb.plan`.

    Raises
    ------
    UploadError
        If the cluster speaks in the clear across a network.
    """
    require_name(display_name)
    client = client_at_work()
    if client is not None:
        require_private(client, trusted_scheduler)
    planned, files = _planned(data, domain, fields, **asked)
    sender = SenderFromPartitions(files) if client is None else SenderByWorkers(files, client)
    return send(planned, sender, display_name)
