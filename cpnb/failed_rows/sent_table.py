"""A table that was uploaded, and what became of its parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from cpnb.planning import Plan
from cpnb.sender import Sender
from cpnb.upload_job import UploadJob


@dataclass(frozen=True, slots=True)
class SentTable:
    """An upload as it stands when its failed rows are looked for.

    Attributes
    ----------
    plan : Plan
        Of the upload.
    sender : Sender
        Who has the rows that were uploaded.
    jobs : mapping of int to UploadJob
        The jobs of its parts, by number of the part; a part may have none.
    changed : collection of int
        Numbers of the parts that were not sent because the table had changed.
    """

    plan: Plan
    sender: Sender = field(repr=False)
    jobs: Mapping[int, UploadJob]
    changed: Collection[int] = ()
