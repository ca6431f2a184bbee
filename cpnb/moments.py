"""Dates and points in time as text, ISO 8601: a whole column at once, or a single object."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb import text_tables

Integers: TypeAlias = NDArray[np.signedinteger[Any]]

_DAY_S = 86_400
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}

# The days whose text is looked up, counted from 1970: those of 1900 to 2099, 73,049 with 0.7 MB of text.
_FIRST_DAY, _DAYS_END = -25_567, 47_482


@dataclass(frozen=True, slots=True)
class Moment:
    """One way to write points in time, for a column that has their type and for a single object."""

    column: Callable[[pa.Array], pa.Array]
    cell: Callable[[dt.datetime], str]


def dates(array: pa.Array) -> pa.Array:
    """Return calendar dates, or the dates of points in time without a zone, as ``large_string``."""
    days = array.cast(pa.date32(), safe=False)
    known = _known_days(text_tables.filled(days.cast(pa.int32())))
    if known is None:
        return text_tables.as_text(days)
    return text_tables.of_equal_width(_day_texts().take(known), text_tables.missing_in(array))


def _instants(array: pa.Array) -> pa.Array:
    """Return points in time as ISO 8601, those with a zone in UTC."""
    # Arrow counts zoned times from the epoch in UTC, so the plain count needs no zone database.
    counts = array.cast(pa.int64())
    written = _whole_seconds(counts, _PER_SECOND[array.type.unit], has_zone=array.type.tz is not None)
    return _any_instants(counts, array.type) if written is None else written


def _whole_seconds(counts: pa.Array, per_second: int, *, has_zone: bool) -> pa.Array | None:
    """Return points in time as ISO 8601 with seconds; None if one has a fraction, or is in another century."""
    moments = text_tables.filled(counts)
    seconds = moments // per_second
    days = seconds // _DAY_S
    known = _known_days(days)
    if known is None or (seconds * per_second != moments).any():
        return None
    zone = [("zone", "S1")] if has_zone else []
    cells = np.empty(len(counts), dtype=np.dtype([("day", "S10"), ("minute", "S7"), ("second", "S2"), *zone]))
    seconds -= days * _DAY_S
    minutes = seconds // 60
    cells["day"] = _day_texts().take(known)
    cells["minute"] = _minute_texts().take(minutes)
    cells["second"] = _second_texts().take(seconds - minutes * 60)
    if has_zone:
        cells["zone"] = b"Z"
    return text_tables.of_equal_width(cells, text_tables.missing_in(counts))


def _any_instants(counts: pa.Array, kind: pa.TimestampType) -> pa.Array:
    """Return any points in time as ISO 8601; it takes several times as long."""
    text = pc.replace_substring(text_tables.as_text(counts.cast(pa.timestamp(kind.unit))), " ", "T", max_replacements=1)
    if kind.unit != "s":
        text = pc.replace_substring_regex(text, r"\.0+$", "")
        text = pc.replace_substring_regex(text, r"(\.\d*[1-9])0+$", r"\1")
    if kind.tz is None:
        return text
    return pc.binary_join_element_wise(text, pa.scalar("Z", text.type), pa.scalar("", text.type))


def _days(array: pa.Array) -> pa.Array:
    """Return the calendar dates of points in time, each in the zone it has."""
    if array.type.tz is None:
        return dates(array)
    # Through Python, whose zone database is always there; Arrow's is the operating system's.
    in_seconds = array.cast(pa.timestamp("s", array.type.tz), safe=False)
    texts = [None if moment is None else _day(moment) for moment in in_seconds.to_pylist()]
    return pa.array(texts, pa.large_string())


def _instant(moment: dt.datetime) -> str:
    """Return one point in time as `_instants` writes it.

    Not through Arrow, which leaves time zones out of account where PYARROW_IGNORE_TIMEZONE is set,
    and pandera sets it.
    """
    has_zone = moment.utcoffset() is not None
    text = (moment.astimezone(dt.UTC) if has_zone else moment).replace(tzinfo=None).isoformat()
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}Z" if has_zone else text


def _day(moment: dt.datetime) -> str:
    return moment.date().isoformat()


INSTANT = Moment(_instants, _instant)
"""With seconds, and a fraction only if there is one; in UTC what has a time zone."""

DAY = Moment(_days, _day)
"""The calendar date alone, in the time zone that it has."""


def _known_days(days: Integers) -> Integers | None:
    """Return where the texts of days are, counted from 1970, or None if there is none for one of them."""
    if len(days) and (days.min() < _FIRST_DAY or days.max() >= _DAYS_END):
        return None
    return days - _FIRST_DAY


@cache
def _day_texts() -> NDArray[np.bytes_]:
    days = pa.array(np.arange(_FIRST_DAY, _DAYS_END, dtype=np.int32)).cast(pa.date32())
    return np.frombuffer(text_tables.as_text(days).buffers()[2], dtype="S10", count=len(days))


@cache
def _minute_texts() -> NDArray[np.bytes_]:
    """Return what stands between a date and the seconds, minute by minute of a day."""
    return np.array([f"T{hour:02}:{minute:02}:" for hour in range(24) for minute in range(60)], dtype="S7")


@cache
def _second_texts() -> NDArray[np.bytes_]:
    return np.array([f"{second:02}" for second in range(60)], dtype="S2")
