"""The names of upload jobs: written so that a later run finds its jobs by them, and read.

A name ends in a digest of what the job is to upload.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import xxhash

from cpnb import catalog
from cpnb.parts import Part
from cpnb.planning import Plan

DIGEST_LENGTH = 16
_SHOWN_CHARACTERS = 40

# What `display_name` writes. Before its ending, `search_name` says which part a small job searches.
_OURS = re.compile(
    rf"(?P<upload>.*?)(?P<search> failed rows of [0-9a-f]{{{DIGEST_LENGTH}}})? "
    rf"(?P<part>\d+)/(?P<part_count>\d+) \d{{8}}T\d{{6}}\.\d{{6}}Z [0-9a-f]{{{DIGEST_LENGTH}}}",
    re.DOTALL,
)


def digest(plan: Plan, part: Part) -> str:
    """Return 16 hexadecimal digits that stand for all that a part would do at the service.

    Content, fields, key, expiry and the part's number go in; a marker is part of content and fields.
    """
    said = {
        "content": part.measure.digest,
        "fields": plan.api_fields,
        "unique_key": plan.fields.key_field.source,
        "data_expiry": plan.data_expiry,
        "part": part.number,
    }
    return xxhash.xxh3_128_hexdigest(json.dumps(said, sort_keys=True).encode())[:DIGEST_LENGTH]


def display_name(plan: Plan, part: Part, name: str) -> str:
    """Return the name of a part's job, which ends in its digest."""
    # The time keeps names apart, should the service insist on that; a job is found by its digest alone.
    ending = f" {part.number}/{len(plan.parts)} {datetime.now(UTC):%Y%m%dT%H%M%S.%fZ} {digest(plan, part)}"
    longest = catalog.limit("CreateUploadJobRequest", "DisplayName").maximum
    return name[: longest - len(ending)] + ending


def search_name(ending: str) -> str:
    """Return what the search for failed rows of the part with this digest is called, in the names of its small jobs."""
    return f"failed rows of {ending}"


@dataclass(frozen=True, slots=True)
class JobName:
    """What the name of a job tells.

    Attributes
    ----------
    upload : str
        What the upload was called; the whole name, if the job is not of this package.
    part, part_count : int or None
        Which part of how many, if the job is of this package.
    is_search : bool
        Whether it is a small job by which `Upload.find_failed_rows` searched that part.
    """

    upload: str
    part: int | None = None
    part_count: int | None = None
    is_search: bool = False

    @classmethod
    def read(cls, display_name: str) -> JobName:
        """Return what the name of a job tells."""
        match = _OURS.fullmatch(display_name)
        if match is None:
            return cls(display_name)
        return cls(match["upload"], int(match["part"]), int(match["part_count"]), match["search"] is not None)

    @property
    def is_ours(self) -> bool:
        """Whether the job is of this package."""
        return self.part is not None

    def __str__(self) -> str:
        text = "".join(sign if sign.isprintable() else " " for sign in self.upload)
        short = text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
        search = ", search" if self.is_search else ""
        return short if self.part is None else f"{short} {self.part}/{self.part_count}{search}"
