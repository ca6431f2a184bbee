"""Deleting segments in two steps: look which they are, then delete those and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import pandas as pd

from cpnb import catalog
from cpnb.concurrent_reads import read_each
from cpnb.domain import Domain, require_domain
from cpnb.errors import ServiceError, UnreachableError, listed
from cpnb.retrying import trying_again
from cpnb.segments.listing import list_segments

__all__ = ["InUse", "delete_segments"]

InUse = Literal["keep", "delete"]

NOT_YET = "not deleted yet"
_NEEDED = ("name", "created_at", "arn")
_TOLD = ("name", "outcome", "reason", "used_by", "display_name", "created_at", "arn")
_TWO_STEPS = (
    "Deleting takes two steps. First look: found = cpnb.delete_segments(domain, prefix='tmp-'), which deletes nothing. "
    "Then delete what you saw, or some of its rows: cpnb.delete_segments(domain, found)."
)


def delete_segments(
    domain: Domain, found: pd.DataFrame | None = None, *, prefix: str | None = None, in_use: InUse = "keep"
) -> pd.DataFrame:
    """Return the segments whose names begin with a prefix, deleting nothing; or delete those of such a table.

    Two steps, because a deleted segment cannot be brought back::

        found = cpnb.delete_segments(domain, prefix="tmp-")  # deletes nothing
        cpnb.delete_segments(domain, found)                  # deletes these, or the rows that you keep of them

    Profiles are not touched. A segment is deleted only if it is the one that was listed: one that was
    deleted and made anew in between stays, and so does one of another domain.

    Parameters
    ----------
    domain : Domain
        Where they are.
    found : pandas.DataFrame, optional
        What the first step, or `list_segments`, returned, or some of its rows.
    prefix : str, optional
        How the names begin, letter case included; not a pattern, and not empty.
    in_use : {"keep", "delete"}
        What to do with a segment on which another is built that stays: what the service would do with
        the other is not documented. What is written in SQL, and which campaigns use a segment, cannot be seen.

    Returns
    -------
    pandas.DataFrame
        A row for each segment: ``name``, ``outcome``, ``reason``, ``used_by`` (names of the segments that are
        built on it), ``display_name``, ``created_at`` (UTC) and ``arn``; all text but the time. ``outcome`` is ``not
        deleted yet`` after the first step. After the
        second it is ``deleted``, ``gone`` (it was not there any more), ``kept``, ``failed``, or ``not tried`` (the
        service could not be reached any more). Segments that are built on others go before them.

    Raises
    ------
    TypeError
        If neither a table nor a prefix is given, both are, or something else than a domain or a table.
    ValueError
        If the prefix can be no beginning of a name, or the table lacks a column or belongs to another domain.
    DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
        If the segments cannot be read. What fails while deleting is told in the table.
    """
    require_domain(domain)
    if (found is None) == (prefix is None):
        raise TypeError(f"Either a table or prefix= must be given. {_TWO_STEPS}")
    if in_use not in get_args(InUse):
        raise ValueError(f"in_use is {in_use!r}; expected 'keep' or 'delete'.")
    if prefix is not None:
        return _found(domain, _checked(prefix))
    table = _checked_table(found)
    everything = list_segments(domain)
    _refuse_strangers(domain, table, everything)
    used_by = _used_by(domain, everything) if len(table) else {}
    outcomes = _Deletion(domain, used_by, in_use).carry_out(list(table.itertuples(index=False)))
    return _told(table, used_by, outcomes)


def _found(domain: Domain, prefix: str) -> pd.DataFrame:
    everything = list_segments(domain)
    found = everything[everything["name"].str.startswith(prefix).astype(bool)].reset_index(drop=True)
    used_by = _used_by(domain, everything) if len(found) else {}
    return _told(found, used_by, dict.fromkeys(found["name"], (NOT_YET, "")))


def _told(
    table: pd.DataFrame, used_by: Mapping[str, Sequence[str]], outcomes: Mapping[str, tuple[str, str]]
) -> pd.DataFrame:
    """Return what became of each segment, and what of the table tells which segment it is."""
    names = list(table["name"])
    told = table.assign(
        outcome=[outcomes[name][0] for name in names],
        reason=[outcomes[name][1] for name in names],
        used_by=[", ".join(used_by.get(name, ())) for name in names],
    )
    kept = [column for column in _TOLD if column in told.columns]
    return told[kept].astype(dict.fromkeys(set(kept) - {"created_at"}, "string"))


def _checked(prefix: str) -> str:
    if not isinstance(prefix, str):
        raise TypeError(f"prefix is a {type(prefix).__name__}; expected text.")
    bounds = catalog.limit("CreateSegmentDefinitionRequest", "SegmentDefinitionName")
    if not prefix:
        raise ValueError("prefix is empty, and would mean every segment. Name at least the first letter.")
    if len(prefix) > bounds.maximum or not re.fullmatch(bounds.pattern, prefix):
        raise ValueError(
            f"No name of a segment begins with {prefix!r}: they have up to {bounds.maximum} letters, digits, '_' and "
            "'-'. A prefix is not a pattern, so that it needs no '*'."
        )
    return prefix


def _checked_table(found: Any) -> pd.DataFrame:
    if not isinstance(found, pd.DataFrame):
        raise TypeError(f"Got a {type(found).__name__} and no table of segments. {_TWO_STEPS}")
    missing = [column for column in _NEEDED if column not in found.columns]
    if missing:
        raise ValueError(
            f"The table has no column {listed(missing)}, without which a segment is not known for certain. {_TWO_STEPS}"
        )
    table = found.drop_duplicates("name", ignore_index=True)
    moments = pd.Series(pd.to_datetime(table["created_at"], utc=True, errors="coerce"))  # it may come from a file
    timeless = list(table["name"][moments.isna()])
    if timeless:
        raise ValueError(
            f"created_at cannot be read as a time for {listed(timeless)}, and without it a segment that was made anew "
            f"cannot be told from the one that was listed. Nothing was deleted. {_TWO_STEPS}"
        )
    return table.assign(created_at=moments.dt.as_unit("us"))


def _refuse_strangers(domain: Domain, table: pd.DataFrame, everything: pd.DataFrame) -> None:
    """Refuse a table of another domain.

    By the address and not by the name: what was found on a sandbox, or in a test account, must not delete what has
    the same names in production.
    """
    here = {_folder(arn) for arn in everything["arn"]}
    if not here:
        return  # an empty domain does not tell its address, and has nothing that could be deleted
    strangers = [name for name, arn in zip(table["name"], table["arn"], strict=True) if _folder(arn) not in here]
    if strangers:
        raise ValueError(
            f"The table holds segments that are not of domain {domain.name!r} at {domain.place}: {listed(strangers)}. "
            f"Nothing was deleted. {_TWO_STEPS}"
        )


def _folder(arn: object) -> str:
    """Return what the addresses of all segments of a domain have in common: partition, region, account, domain."""
    return str(arn).rpartition("/")[0]


def _used_by(domain: Domain, segments: pd.DataFrame) -> Mapping[str, Sequence[str]]:
    """Return, for each segment on which others are built, the names of these; reads every segment once."""
    names = list(segments["name"])
    used_by: dict[str, list[str]] = {}
    for name, sources in zip(names, read_each(lambda name: _sources(domain, name), names), strict=True):
        for source in sources or ():  # of one that is gone meanwhile, none
            used_by.setdefault(source, []).append(name)
    return used_by


def _sources(domain: Domain, name: str) -> set[str]:
    """Return the names of the segments on which one is built."""
    found = domain.call("GetSegmentDefinition", SegmentDefinitionName=name)
    groups = found.get("SegmentGroups", {}).get("Groups", [])
    return {source["SegmentDefinitionName"] for group in groups for source in group.get("SourceSegments", [])}


@dataclass
class _Deletion:
    """The second step, segment by segment."""

    domain: Domain
    used_by: Mapping[str, Sequence[str]]
    in_use: InUse
    outcomes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def carry_out(self, rows: Sequence[Any]) -> Mapping[str, tuple[str, str]]:
        """Delete what may be deleted, and return outcome and reason by name."""
        unreachable = ""
        try:
            for row in self._users_first(rows):
                try:
                    self.outcomes[row.name] = ("not tried", unreachable) if unreachable else self._delete(row)
                except ServiceError as error:  # the others are deleted all the same
                    self.outcomes[row.name] = ("failed", str(error))
                    unreachable = str(error) if isinstance(error, UnreachableError) else ""
        except KeyboardInterrupt as interrupt:
            deleted = [name for name, (outcome, _) in self.outcomes.items() if outcome == "deleted"]
            interrupt.add_note(f"Deleted until then: {listed(deleted, shown=len(deleted)) or 'nothing'}.")
            raise
        return self.outcomes

    def _users_first(self, rows: Sequence[Any]) -> Iterator[Any]:
        """Yield the rows so that a segment comes after those that are built on it."""
        left = {row.name: row for row in rows}
        while left:
            # None is free if they are built on each other in a circle, which the service should not allow.
            free = [name for name in left if not set(self.used_by.get(name, ())) & left.keys()] or list(left)
            for name in free:
                yield left.pop(name)

    def _delete(self, row: Any) -> tuple[str, str]:
        users = [user for user in self.used_by.get(row.name, ()) if self.outcomes.get(user, ("",))[0] not in _AWAY]
        if users and self.in_use == "keep":
            are = "is" if len(users) == 1 else "are"
            return (
                "kept",
                f"{listed(users)} {are} built on it and not deleted; in_use='delete' deletes it all the same.",
            )
        for attempt in trying_again():
            with attempt:
                try:
                    now = self.domain.call_once("GetSegmentDefinition", SegmentDefinitionName=row.name)
                    if not _is_the_same(now, row):
                        return "kept", "It was deleted and made anew since it was listed: it is another segment."
                    self.domain.call_once("DeleteSegmentDefinition", SegmentDefinitionName=row.name)
                except ServiceError as error:
                    if not error.is_not_found:
                        raise
                    # A lost answer to our own request leaves the same: it is not there.
                    return ("deleted", "") if attempt.retry_state.attempt_number > 1 else ("gone", _GONE)
        return "deleted", ""


def _is_the_same(now: Mapping[str, Any], row: Any) -> bool:
    """Return whether the segment that has the name now is the one of a row."""
    if now["SegmentDefinitionArn"] != row.arn:
        return False
    if "CreatedAt" not in now or pd.isna(row.created_at):
        return True
    return bool(pd.Timestamp(now["CreatedAt"]) == row.created_at)


_AWAY = frozenset({"deleted", "gone"})
_GONE = "It was not there any more."
