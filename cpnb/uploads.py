"""One logical upload of a table: examined, cut into parts, each part one job of the service."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from cpnb import adoption, frames
from cpnb.domain import Domain, require_domain
from cpnb.errors import CpnbError, InvalidDataError
from cpnb.fields import FieldMap
from cpnb.planning import OnInvalid, Plan, plan, unmapped_columns
from cpnb.retrying import in_a_cell
from cpnb.sender import Sender, SenderFromHere
from cpnb.upload_at_work import Upload, begin_upload
from cpnb.upload_options import UploadOptions, checked_options, require_name

__all__ = ["Upload", "upload"]


def upload(  # noqa: PLR0913 - the whole of what an analyst says about an upload, in one place
    data: Any,
    domain: Domain,
    fields: FieldMap,
    *,
    display_name: str = "cpnb",
    data_expiry: int | None = None,
    marker: tuple[str, str] | None = None,
    on_invalid: OnInvalid = "raise",
    options: UploadOptions | None = None,
) -> Upload:
    """Examine a table, send what is right of it, and return the upload at work.

    Mistakes raise here, before anything is sent: a wrong table, field map, domain or credentials.
    Then the parts go up on threads of their own, and this returns; `Upload.wait` waits for the end.

    Running the same upload again is safe: what an earlier run finished is reported and not sent,
    what it left half-done is gone on with. A finished upload counts as the same for 24 hours
    (`UploadOptions.repeat_window_h`), and never for longer than its profiles live. Two runs at the same
    moment do not see each other in time: both send, and no profile is doubled, as the key is the same.

    Parameters
    ----------
    data : DataFrame, Scan, or anything that speaks Arrow
        The table; not changed, and not to be changed until the upload is through, nor the file of a scan.
    domain : Domain
        Where the rows go: ``cpnb.Domain("loyalty", profile="prod")`` or ``sandbox.domain("loyalty")``.
    fields : FieldMap
        What goes where, with a unique key.
    display_name : str
        Beginning of the jobs' names, as the console shows them.
    data_expiry : int, optional
        Days after which the service deletes a profile that is not updated again, 1 to 1098; the
        service's default is 14, and its guide allows an import 90.
    marker : tuple of str and str, optional
        Name and value of a custom attribute that every row gets, such as ``("campaign", "spring-2026")``,
        so that `Upload.segment` can make the segment of exactly these rows. It counts as a field.
    on_invalid : {"raise", "blank", "skip"}
        With errors in the table: refuse it, send the bad cells empty, or leave their rows behind.
    options : UploadOptions, optional
        The rare settings.

    Raises
    ------
    InvalidDataError
        If the table has errors (and `on_invalid` is ``"raise"``), or nothing of it can be sent.
    FrameError, FieldsError
        If the table or the field map cannot be used at all.
    DomainNotFoundError, CredentialsError, UnreachableError
        If the domain cannot be reached.
    """
    require_domain(domain)
    require_name(display_name)
    options = checked_options(options)
    data = frames.require_columns(data, fields)
    snapshot = frames.snapshot(data, fields.needed_columns)
    planned = plan(
        snapshot, domain, fields, data_expiry=data_expiry, marker=marker, on_invalid=on_invalid, options=options
    )
    planned = replace(planned, unmapped=unmapped_columns(data, fields))
    return send(planned, SenderFromHere(planned, snapshot), display_name)


def send(planned: Plan, sender: Sender, display_name: str) -> Upload:
    """Look what there is at the service of an accepted plan, put its parts to work, and return the upload.

    Parameters
    ----------
    planned : Plan
        The plan.
    sender : Sender
        Who has the rows of the table that was planned.
    display_name : str
        Beginning of the jobs' names.

    Raises
    ------
    InvalidDataError
        If the plan sends nothing.
    DomainNotFoundError, CredentialsError, UnreachableError
        If the domain cannot be reached.
    """
    if not planned.accepted:
        if planned.on_invalid == "raise":
            planned.report.raise_if_failed()
        raise InvalidDataError(planned.why_nothing(), planned.report)
    options = planned.options
    with in_a_cell(options.patience).applied():
        decisions = adoption.decide(planned, options)
    with contextlib.suppress(CpnbError):  # the number is for reading, and not every network reaches who knows it
        _ = planned.domain.account
    return begin_upload(planned, sender, decisions, display_name)
