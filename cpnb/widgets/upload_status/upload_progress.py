"""How far an upload has come, how fast it goes, and how long it may take: worked out from looks at its parts."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from cpnb.adoption import Action
from cpnb.display import counted
from cpnb.part_progress import PartProgress, Phase

__all__ = ["Standing", "UploadProgress", "chosen", "phase_counts", "sent_of", "spelled_bytes", "spelled_time"]

SPEED_WINDOW_S = 10.0
"""The speed is that of the last seconds: a line changes, and an average over all of it would not show that."""

SPEED_NEEDS_S = 0.5
"""What went in less time than this is no speed: the system takes the first megabytes at once."""

SHOWN_PARTS = 12
"""Parts that have a bar of their own; a table of 300 million rows has 300."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an upload stands at one moment.

    Attributes
    ----------
    phase : str
        ``"sending"`` for as long as bytes are to go, ``"processing"`` while the service has all of them, ``"done"``.
    sent_bytes, total_bytes : int
        Of the files that are sent in this run.
    done_count, part_count : int
        Parts that have ended, good or bad, and all.
    bytes_per_s : float or None
        None if nothing is being sent, or it is too early to tell.
    left_s : float or None
        Seconds that it may still take; None if nothing tells.
    """

    phase: str
    sent_bytes: int
    total_bytes: int
    done_count: int
    part_count: int
    bytes_per_s: float | None
    left_s: float | None


class UploadProgress:
    """Compares each look at the parts of an upload with the ones before.

    Parameters
    ----------
    parts_in_flight : int
        Jobs that the service has at the same time at most.
    """

    def __init__(self, parts_in_flight: int) -> None:
        self._parts_in_flight = parts_in_flight
        self._sent: deque[tuple[float, int]] = deque()
        self._handed_over_s: dict[str, float] = {}  # when each job was first seen to be processed
        self._processed: dict[str, tuple[float, int]] = {}  # of a job that ended: how long it took, and its rows

    def look(self, parts: Sequence[PartProgress], now_s: float) -> Standing:
        """Return how the parts stand at a moment, in seconds of any clock."""
        sent_bytes = sum(map(sent_of, parts))
        total_bytes = sum(progress.part.measure.size_bytes for progress in parts if _is_sent(progress))
        self._note(parts, sent_bytes, now_s)
        is_done = all(progress.phase.is_final for progress in parts)
        still_to_go = any(progress.phase in {Phase.WAITING, Phase.SENDING} and _is_sent(progress) for progress in parts)
        rate = self._bytes_per_s() if still_to_go else None
        return Standing(
            phase="done" if is_done else "sending" if still_to_go else "processing",
            sent_bytes=sent_bytes,
            total_bytes=total_bytes,
            done_count=sum(progress.phase.is_final for progress in parts),
            part_count=len(parts),
            bytes_per_s=rate,
            left_s=None if is_done else self._left_s(parts, total_bytes - sent_bytes, rate, now_s),
        )

    def _note(self, parts: Sequence[PartProgress], sent_bytes: int, now_s: float) -> None:
        if self._sent and sent_bytes < self._sent[-1][1]:
            self._sent.clear()  # a file began anew
        self._sent.append((now_s, sent_bytes))
        while self._sent[0][0] < now_s - SPEED_WINDOW_S:
            self._sent.popleft()
        for progress in parts:
            if progress.job is None:
                continue
            job_id = progress.job.job_id
            if progress.phase is Phase.PROCESSING:
                self._handed_over_s.setdefault(job_id, now_s)
            elif progress.phase is Phase.DONE and job_id in self._handed_over_s and job_id not in self._processed:
                self._processed[job_id] = now_s - self._handed_over_s[job_id], progress.part.measure.row_count

    def _bytes_per_s(self) -> float | None:
        (first_s, first_bytes), (last_s, last_bytes) = self._sent[0], self._sent[-1]
        if last_s - first_s < SPEED_NEEDS_S or last_bytes == first_bytes:
            return None
        return (last_bytes - first_bytes) / (last_s - first_s)

    def _left_s(self, parts: Sequence[PartProgress], left_bytes: int, rate: float | None, now_s: float) -> float | None:
        """Return the time for the bytes that are to go and for what comes after them, if both can be told."""
        rows = sum(row_count for _, row_count in self._processed.values())
        if not rows or (left_bytes and rate is None):
            return None
        s_per_row = sum(took_s for took_s, _ in self._processed.values()) / rows
        open_parts = [progress for progress in parts if not progress.phase.is_final]
        times_s = [
            max(progress.part.measure.row_count * s_per_row - self._at_it_s(progress, now_s), 0.0)
            for progress in open_parts
        ]
        side_by_side = max(1, min(self._parts_in_flight, len(open_parts)))
        return (left_bytes / rate if rate else 0.0) + max(sum(times_s) / side_by_side, max(times_s, default=0.0))

    def _at_it_s(self, progress: PartProgress, now_s: float) -> float:
        job_id = progress.job.job_id if progress.job else ""
        return now_s - self._handed_over_s.get(job_id, now_s)


def _is_sent(progress: PartProgress) -> bool:
    """Return whether a part is sent in this run, and not only watched or reported."""
    return progress.action in {Action.SEND, Action.CONTINUE}


def sent_of(progress: PartProgress) -> int:
    """Return how many bytes of a part are with the service, or on their way."""
    if not _is_sent(progress):
        return 0
    through = progress.phase in {Phase.PROCESSING, Phase.DONE}
    return progress.part.measure.size_bytes if through else progress.sent_bytes


def chosen(parts: Sequence[PartProgress], most: int = SHOWN_PARTS) -> list[PartProgress]:
    """Return the parts to be shown one by one, in their order: those in trouble and at work before the others."""
    ranks = {Phase.BROKEN: 0, Phase.STOPPED: 0, Phase.SENDING: 1, Phase.PROCESSING: 1, Phase.WAITING: 2, Phase.DONE: 3}
    in_rank = sorted(parts, key=lambda one: 0 if one.phase is Phase.DONE and not one.got_through else ranks[one.phase])
    return sorted(in_rank[:most], key=lambda one: one.part.number)


def phase_counts(parts: Sequence[PartProgress]) -> str:
    """Return how many parts are where, in words."""
    counts = {phase: sum(progress.phase is phase for progress in parts) for phase in Phase}
    return ", ".join(f"{count:,} {phase.value}" for phase, count in counts.items() if count)


def spelled_time(seconds: float) -> str:
    """Return a time in words, no more exact than a reader needs.

    Examples
    --------
    >>> spelled_time(7.4), spelled_time(95), spelled_time(3725)
    ('7 s', '1 min 35 s', '1 h 2 min')
    """
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{whole} s"
    hours, minutes_of_hour = divmod(minutes, 60)
    return f"{hours} h {minutes_of_hour} min" if hours else f"{minutes} min {rest} s"


def spelled_bytes(size_bytes: float) -> str:
    """Return a size in words.

    Examples
    --------
    >>> spelled_bytes(0), spelled_bytes(480), spelled_bytes(134_021), spelled_bytes(999_990), spelled_bytes(2.5e9)
    ('0 bytes', '480 bytes', '134 kB', '1.0 MB', '2.50 GB')
    """
    for unit, unit_bytes, digits in (("GB", 1e9, 2), ("MB", 1e6, 1), ("kB", 1e3, 0)):
        if round(size_bytes / unit_bytes, digits) >= 1:
            return f"{size_bytes / unit_bytes:.{digits}f} {unit}"
    return counted(round(size_bytes), "byte")
