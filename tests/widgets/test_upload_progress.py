"""How far an upload has come, how fast, and how long it may take; which parts are shown one by one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cpnb.adoption import Action, Adoption
from cpnb.errors import UploadError
from cpnb.measuring import Measure
from cpnb.part_progress import PartProgress, Phase
from cpnb.parts import Part
from cpnb.upload_job import JobStatus, ResultsSummary, UploadJob
from cpnb.widgets.upload_status.upload_page import page_of_parts, page_of_standing, part_bar
from cpnb.widgets.upload_status.upload_progress import UploadProgress, chosen, phase_counts, spelled_bytes, spelled_time
from tests.plans import numbered, planned


def part(number: int, phase: Phase = Phase.WAITING, action: Action = Action.SEND, **more: object) -> PartProgress:
    """A part of 100 rows and 1,000,000 bytes."""
    if phase in {Phase.SENDING, Phase.PROCESSING, Phase.DONE} and "job" not in more:
        status = JobStatus.SUCCEEDED if phase is Phase.DONE else JobStatus.IN_PROGRESS
        results = ResultsSummary(60, 40, 0) if phase is Phase.DONE else ResultsSummary()
        more["job"] = UploadJob(None, f"{number:032x}", status=status, results=results)  # type: ignore[arg-type]  # its domain is not asked
    measured = Part(number, range(100), Measure(100, 1_000_000, "d"))
    return PartProgress(measured, Adoption(action), phase, **more)  # type: ignore[arg-type]


def test_the_speed_is_that_of_the_last_seconds() -> None:
    progress = UploadProgress(3)
    sent = {0: 0, 1: 100_000, 2: 200_000, 13: 300_000, 14: 400_000, 15: 500_000, 23: 900_000}

    rates = {
        at_s: progress.look([part(1, Phase.SENDING, sent_bytes=bytes_)], at_s).bytes_per_s
        for at_s, bytes_ in sent.items()
    }

    assert rates[0] is None  # nothing to compare it with
    assert rates[1] == rates[2] == 100_000
    assert rates[23] == (900_000 - 300_000) / 10  # from second 13 on


def test_a_file_that_begins_anew_has_another_speed() -> None:
    progress = UploadProgress(3)
    progress.look([part(1, Phase.SENDING, sent_bytes=0)], 0)
    progress.look([part(1, Phase.SENDING, sent_bytes=900_000)], 1)

    assert progress.look([part(1, Phase.SENDING, sent_bytes=0)], 2).bytes_per_s is None
    assert progress.look([part(1, Phase.SENDING, sent_bytes=50_000)], 3).bytes_per_s == 50_000


@pytest.mark.parametrize(
    ("parts", "phase", "sent_bytes", "total_bytes"),
    [
        ([part(1), part(2)], "sending", 0, 2_000_000),
        ([part(1, Phase.PROCESSING), part(2, Phase.SENDING, sent_bytes=400_000)], "sending", 1_400_000, 2_000_000),
        ([part(1, Phase.DONE), part(2, Phase.PROCESSING)], "processing", 2_000_000, 2_000_000),
        # What an earlier run sent is watched or reported, and no byte of it goes.
        ([part(1, Phase.DONE, Action.REPORT), part(2, Phase.PROCESSING, Action.WATCH)], "processing", 0, 0),
        ([part(1, Phase.WAITING, Action.WATCH)], "processing", 0, 0),
        ([part(1, Phase.DONE), part(2, Phase.STOPPED, sent_bytes=10)], "done", 1_000_010, 2_000_000),
    ],
)
def test_it_sends_until_the_service_has_all_and_is_done_when_every_part_is(
    parts: list[PartProgress], phase: str, sent_bytes: int, total_bytes: int
) -> None:
    standing = UploadProgress(3).look(parts, 0)

    assert (standing.phase, standing.sent_bytes, standing.total_bytes) == (phase, sent_bytes, total_bytes)


def test_how_long_it_takes_is_told_once_a_part_has_shown_it() -> None:
    progress = UploadProgress(1)
    assert progress.look([part(1, Phase.PROCESSING), part(2), part(3)], 0).left_s is None
    sending = progress.look([part(1, Phase.DONE), part(2, Phase.SENDING, sent_bytes=0), part(3)], 10)
    assert sending.left_s is None  # the speed is not known yet

    sending = progress.look([part(1, Phase.DONE), part(2, Phase.SENDING, sent_bytes=500_000), part(3)], 20)

    # 1.5 MB at 75 kB/s, which is what went in the last 10 seconds: from 1.0 MB to 1.5 MB in 10 s. Then 10 s each.
    assert sending.bytes_per_s == 50_000
    assert sending.left_s == 1_500_000 / 50_000 + 2 * 10

    last = progress.look([part(1, Phase.DONE), part(2, Phase.PROCESSING), part(3, Phase.PROCESSING)], 30)
    assert last.left_s == 20
    last = progress.look([part(1, Phase.DONE), part(2, Phase.DONE), part(3, Phase.PROCESSING)], 34)
    assert last.left_s == pytest.approx(7 - 4)  # the second took 4 s, so 7 s on average, of which 4 are over


def test_parts_side_by_side_take_the_time_of_the_longest() -> None:
    progress = UploadProgress(2)
    progress.look([part(1, Phase.PROCESSING)], 0)
    now = progress.look([part(1, Phase.DONE), part(2, Phase.PROCESSING), part(3, Phase.PROCESSING)], 8)

    assert now.left_s == 8


def test_of_hundreds_those_in_trouble_and_at_work_are_shown() -> None:
    parts = [part(number, Phase.DONE) for number in range(1, 290)]
    parts += [part(290, Phase.BROKEN, error=UploadError("It broke."))]
    failed = UploadJob(None, "f" * 32, status=JobStatus.FAILED)  # type: ignore[arg-type]  # its domain is not asked
    parts += [part(291, Phase.DONE, job=failed), part(292, Phase.PROCESSING), part(293, Phase.SENDING)]
    parts += [part(number) for number in range(294, 301)]

    shown = chosen(parts)
    page = page_of_parts(parts)

    assert [one.part.number for one in shown] == [1, 290, 291, 292, 293, *range(294, 301)]
    assert phase_counts(parts) == "7 waiting, 1 sending, 1 processing, 290 done, 1 broken"
    assert page.count("<tr>") == 1 + 12
    assert "And 288 more parts; of all 300: 7 waiting, 1 sending, 1 processing, 290 done, 1 broken." in page


@pytest.mark.parametrize(
    ("progress", "label"),
    [
        (part(1), "100 % not sent"),
        (part(1, Phase.SENDING, sent_bytes=400_000), "40.0 % sent, 60.0 % not sent"),
        (part(1, Phase.PROCESSING), "100 % handed over"),
        (part(1, Phase.DONE), "60.0 % created, 40.0 % updated"),
        (part(1, Phase.STOPPED, sent_bytes=0), "100 % not sent"),
        (part(1, Phase.BROKEN, sent_bytes=250_000), "25.0 % sent, 75.0 % not sent"),
    ],
)
def test_the_bar_of_a_part_says_in_words_what_it_shows(progress: PartProgress, label: str) -> None:
    assert part_bar(progress).label == label


def test_a_job_that_ended_without_counters_has_a_bar_all_the_same() -> None:
    job = UploadJob(None, "a" * 32, status=JobStatus.PARTIALLY_SUCCEEDED)  # type: ignore[arg-type]  # its domain is not asked

    assert part_bar(part(1, Phase.DONE, job=job)).label == "100 % partially succeeded"


def test_what_comes_from_outside_is_escaped() -> None:
    job = UploadJob(None, "<i>x</i>", status=JobStatus("<b>NEW</b>"))  # type: ignore[arg-type]  # its domain is not asked
    page = page_of_parts([replace(part(1, Phase.DONE), job=job)])

    assert "<i>" not in page
    assert "<b>NEW" not in page


@pytest.mark.parametrize(
    ("validating_s", "measuring_s", "words"),
    [
        (2.34, 61.4, ["3 of 3 rows in 2.3 s", "1 part, 109 bytes in 1 min 1 s"]),
        (0.04, None, ["3 of 3 rows", "1 part, 109 bytes"]),  # too short for anybody, and not known
    ],
)
def test_the_steps_before_the_sending_tell_how_long_they_took(
    validating_s: float, measuring_s: float | None, words: list[str]
) -> None:
    plan = replace(planned(numbered(3)), validating_s=validating_s, measuring_s=measuring_s)
    standing = UploadProgress(3).look([part(1)], 0)

    page = page_of_standing("Upload", plan, standing, 0)

    assert re.findall(r"<b>(?:validated|measured)</b> <span[^>]*>(.*?)</span>", page) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3599.6, "1 h 0 min"), (7380, "2 h 3 min")],
)
def test_a_time_in_words(seconds: float, words: str) -> None:
    assert spelled_time(seconds) == words


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (1, "1 byte"),
        (999, "1 kB"),
        (1_000, "1 kB"),
        (999_400, "1.0 MB"),
        (12_345_678, "12.3 MB"),
        (999_999_999, "1.00 GB"),
    ],
)
def test_a_size_in_words(size_bytes: float, words: str) -> None:
    assert spelled_bytes(size_bytes) == words
