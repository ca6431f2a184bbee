"""Jobs over time: which bars there are, what they count, how they are drawn."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest

from cpnb.display import Tone, colour
from cpnb.monitoring.chart import MOST_BARS, chart
from cpnb.upload_job import JobStatus

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def made(*jobs: tuple[str, str], start: datetime | None = None, end: datetime = NOW):
    pairs = [(datetime.fromisoformat(moment).replace(tzinfo=UTC), JobStatus(status)) for moment, status in jobs]
    return chart(pairs, start, end, title="Jobs", note="All is well.")


def test_a_bar_for_each_day_counts_what_was_made_on_it_by_outcome():
    frame = made(
        ("2026-11-20 23:59", "SUCCEEDED"),
        ("2026-11-22 00:00", "SUCCEEDED"),
        ("2026-11-22 12:00", "FAILED"),
        ("2026-11-22 13:00", "CREATED"),
        ("2026-11-22 14:00", "IN_PROGRESS"),
    ).to_frame()
    assert list(frame["day"].dt.strftime("%d")) == ["20", "21", "22", "23", "24"]
    assert str(frame["day"].dt.tz) == "UTC"
    assert frame["succeeded"].tolist() == [1, 0, 1, 0, 0]
    assert frame["failed"].tolist() == [0, 0, 1, 0, 0]
    assert frame["not_ended"].tolist() == [0, 0, 2, 0, 0]
    assert frame.drop(columns="day").to_numpy().sum() == 5


def test_days_begin_in_utc():
    late = datetime(2026, 11, 20, 20, 0, tzinfo=timezone(timedelta(hours=-8)))
    frame = chart([(late, JobStatus.SUCCEEDED)], None, NOW + timedelta(days=3), title="Jobs").to_frame()
    assert frame["day"].iloc[0] == pd.Timestamp("2026-11-21", tz="UTC")


@pytest.mark.parametrize(
    ("days", "span"),
    [(0.2, "hour"), (1.9, "hour"), (2.5, "day"), (60, "day"), (70, "week"), (400, "week"), (500, "month")],
    ids=str,
)
def test_a_bar_stands_for_the_shortest_time_of_which_not_too_many_are_needed(days, span):
    long_ago = NOW - timedelta(days=days)
    drawn = chart([(NOW, JobStatus.SUCCEEDED)], long_ago, NOW, title="Jobs")
    assert drawn.span == span
    assert 1 < len(drawn.bars) <= MOST_BARS
    assert drawn.bars[-1].total == 1


def test_a_period_of_centuries_is_cut_to_the_time_in_which_there_were_jobs():
    drawn = chart([(NOW, JobStatus.SUCCEEDED)], datetime(1, 1, 1, tzinfo=UTC), NOW, title="Jobs")
    assert drawn.to_frame()[drawn.span].iloc[0].year >= 2024


def test_many_years_are_drawn_by_year():
    later = datetime(2036, 1, 1, tzinfo=UTC)
    assert made(("2026-11-20", "SUCCEEDED"), end=later).span == "year"


def test_a_job_after_the_end_is_not_lost():
    drawn = made(("2026-11-24 03:00", "SUCCEEDED"), ("2026-11-26 03:00", "FAILED"))
    assert sum(bar.total for bar in drawn.bars) == 2


def test_the_text_has_a_line_for_each_bar_and_one_for_a_run_of_empty_ones():
    text = str(made(("2026-11-21", "SUCCEEDED"), ("2026-11-21", "SUCCEEDED"), ("2026-11-21", "FAILED")))
    assert text.splitlines() == [
        "Jobs, by day (UTC)",
        "2026-11-21  ██x  2 succeeded, 1 failed",
        "2026-11-22  ·    none for 3 days",
        "All is well.",
    ]


def test_bars_of_equal_counts_and_single_empty_ones_have_lines_of_their_own():
    jobs = [(f"2026-11-{day}", "SUCCEEDED") for day in (15, 16, 18, 23)]
    assert str(made(*jobs)).splitlines()[1:-1] == [
        "2026-11-15  █  1 succeeded",
        "2026-11-16  █  1 succeeded",
        "2026-11-17  ·  none",
        "2026-11-18  █  1 succeeded",
        "2026-11-19  ·  none for 4 days",
        "2026-11-23  █  1 succeeded",
        "2026-11-24  ·  none",
    ]


def test_long_bars_of_the_text_are_scaled_and_lose_no_outcome():
    jobs = [("2026-11-21 05:00", "SUCCEEDED")] * 4_000 + [("2026-11-21 05:00", "FAILED")]
    line = str(made(*jobs)).splitlines()[1]
    assert line == f"2026-11-21  {'█' * 40}x  4,000 succeeded, 1 failed"


def drawing(html: str) -> ET.Element:
    return ET.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])  # noqa: S314 - our own drawing


def rectangles(html: str) -> list[dict[str, str]]:
    return [one.attrib for one in drawing(html).iter() if one.tag.endswith("rect")]


def test_the_drawing_has_a_rectangle_for_each_outcome_of_each_bar():
    jobs = [("2026-11-21 05:00", "SUCCEEDED")] * 3 + [("2026-11-21 05:00", "FAILED"), ("2026-11-23 05:00", "STOPPED")]
    html = made(*jobs)._repr_html_()
    drawn = rectangles(html)
    assert [one["fill"] for one in drawn] == [colour(Tone.FINE), colour(Tone.ERROR), colour(Tone.NEUTRAL)]
    heights = [float(one["height"]) + 1 for one in drawn]
    assert heights[0] == pytest.approx(3 * heights[1], abs=0.2)
    # One stands on the other, and all inside of the drawing.
    assert float(drawn[1]["y"]) + heights[1] == pytest.approx(float(drawn[0]["y"]), abs=0.2)
    assert all(0 <= float(one["y"]) <= 220 and 0 <= float(one["x"]) <= 680 for one in drawn)
    assert drawn[0]["x"] == drawn[1]["x"]
    assert float(drawn[1]["x"]) < float(drawn[2]["x"])


def test_the_legend_names_what_there_is_and_the_drawing_has_words():
    html = made(("2026-11-21", "SUCCEEDED"), ("2026-11-21", "FAILED"))._repr_html_()
    legend = html[: html.index("<svg")]
    assert "succeeded" in legend
    assert "failed" in legend
    assert "stopped" not in legend
    root = drawing(html)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "Jobs, by day (UTC): 2026-11-21: 1 succeeded, 1 failed"


def test_titles_are_escaped():
    drawn = chart([(NOW, JobStatus.SUCCEEDED)], None, NOW, title='<b>"Jobs" & more', note="<i>")
    html = drawn._repr_html_()
    assert "<b>&quot;" not in html.replace("<figcaption><b>", "")
    assert "<i>" not in html
    assert drawing(html).attrib["aria-label"].startswith('<b>"Jobs" & more')


@pytest.mark.parametrize("count", [1, 4, 5, 41, 999, 12_345], ids=str)
def test_the_scale_is_made_of_round_numbers_and_holds_the_longest_bar(count):
    html = made(*[("2026-11-21 05:00", "SUCCEEDED")] * count)._repr_html_()
    texts = [one.text or "" for one in drawing(html).iter() if one.tag.endswith("text")]
    scale = [int(text.replace(",", "")) for text in texts if text.replace(",", "").isdigit()]
    assert scale[0] == 0
    assert 1 <= len(scale) - 1 <= 5
    assert scale[-1] >= count
    assert str(scale[1]).strip("0") in {"1", "2", "5"}
    assert max(float(one["height"]) for one in rectangles(html)) <= 220


def test_nothing_is_drawn_of_nothing():
    assert str(made()) == "Jobs: nothing to draw.\nAll is well."
    assert "<svg" not in made()._repr_html_()
