"""The rare settings of an upload."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, Literal

from cpnb import catalog
from cpnb.errors import FieldsError
from cpnb.retrying import Patience

LONGEST_WINDOW_H = 24 * 366
MOST_PARTS_IN_FLIGHT = 16


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """The rare settings of an upload.

    Attributes
    ----------
    part_rows : int
        Records in one file at most; the service takes a million.
    part_bytes : int
        Every file stays under this size; the service takes 1 GB.
    parts_in_flight : int
        Jobs at the same time at most, from the moment in which they are created to their end.
    on_repeat : {"adopt", "send"}
        What to do when an earlier run already sent the same part: go on with its job, or send anyway.
    repeat_window_h : float
        For how many hours a finished job of the same content still counts as "already sent".
    on_progress : callable, optional
        Called with an `Examining` now and then while a large table is examined, by the thread that examines it, or
        that waits for the partitions of a distributed one; then with the upload, from its own threads, whenever
        something changed. Each says itself in text. A KeyboardInterrupt that it raises ends the examination.
    patience : Patience
        How long it waits: for a service that does not answer, between two tries, between two looks at a job.
    """

    part_rows: int = catalog.MAX_PART_ROWS
    part_bytes: int = catalog.MAX_PART_BYTES
    parts_in_flight: int = 3
    on_repeat: Literal["adopt", "send"] = "adopt"
    repeat_window_h: float = 24.0
    on_progress: Callable[[Any], None] | None = None
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        _within("part_rows", self.part_rows, 1, catalog.MAX_PART_ROWS)
        _within("part_bytes", self.part_bytes, 1, catalog.MAX_PART_BYTES)
        _within("parts_in_flight", self.parts_in_flight, 1, MOST_PARTS_IN_FLIGHT)
        hours: Any = self.repeat_window_h
        if not _is_number(hours) or not 0 <= hours <= LONGEST_WINDOW_H:
            raise ValueError(
                f"repeat_window_h is {self.repeat_window_h!r}; expected hours from 0 to {LONGEST_WINDOW_H:,}."
            )
        if self.on_repeat not in ("adopt", "send"):
            raise ValueError(f"on_repeat is {self.on_repeat!r}; expected 'adopt' or 'send'.")
        if self.on_progress is not None and not callable(self.on_progress):
            raise TypeError(f"on_progress is a {type(self.on_progress).__name__}; expected a function, or None.")
        if not isinstance(self.patience, Patience):
            raise TypeError(f"patience is a {type(self.patience).__name__}; expected a cpnb.Patience.")


def checked_options(options: UploadOptions | None) -> UploadOptions:
    """Return the options, or those by default.

    Raises
    ------
    TypeError
        If they are something else, such as a dict.
    """
    given: object = UploadOptions() if options is None else options
    if not isinstance(given, UploadOptions):
        raise TypeError(f"options is a {type(given).__name__}; expected cpnb.UploadOptions(...), or None.")
    return given


def checked_expiry(expiry: object) -> int | None:
    """Return after how many days profiles are to expire, checked; None for the service's default."""
    if expiry is None:
        return None
    bounds = catalog.limit("CreateUploadJobRequest", "DataExpiry")
    days = whole(expiry)
    if days is None or not bounds.minimum <= days <= bounds.maximum:
        raise FieldsError(
            f"The expiry is {expiry!r}; expected a whole number of days from {bounds.minimum} to {bounds.maximum}, "
            f"or None for the service's default of {catalog.DEFAULT_EXPIRY_DAYS}."
        )
    return days


def require_name(name: object) -> None:
    """Check that something can be the beginning of jobs' names.

    Raises
    ------
    TypeError, ValueError
        If it is no text, or none that can be sent.
    """
    if not isinstance(name, str):
        raise TypeError(f"display_name is a {type(name).__name__}; expected text, such as 'spring newsletter'.")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ValueError("display_name holds half of a character (a lone surrogate), which cannot be sent.") from None


def whole(value: Any) -> int | None:
    """Return a whole number of any kind, NumPy's too, as an int; None for anything else, True and False included."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _within(name: str, value: object, least: int, most: int) -> None:
    number = whole(value)
    if number is None or not least <= number <= most:
        raise ValueError(f"{name} is {value!r}; expected a whole number from {least:,} to {most:,}.")
