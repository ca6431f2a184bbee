"""What an upload holds of a table: later changes do not reach it, and text of objects is turned into Arrow once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cpnb.frames import snapshot

KINDS = {
    "text": ["Oslo", None, "", "東京", float("nan"), pd.NA],
    "numbers too": ["Oslo", 5, None, "x", 1.5, "y"],
    "bytes": ["Oslo", b"x", None, "x", "y", "z"],
    "nothing": [None] * 6,
    "half a character": ["Oslo", "\ud800", None, "x", "y", "z"],
}


def table() -> pd.DataFrame:
    columns = {name: pd.Series(cells, dtype=object) for name, cells in KINDS.items()}
    return pd.DataFrame({**columns, "number": np.arange(6), "left out": 1}).set_index(pd.Index(list("fedcba")))


def test_text_of_objects_is_arrow_and_says_the_same() -> None:
    taken = snapshot(table(), ["text", "number"])

    assert isinstance(taken, pd.DataFrame)
    assert list(taken.columns) == ["text", "number"]
    assert isinstance(taken["text"].dtype, pd.ArrowDtype)
    assert taken["text"].isna().tolist() == [False, True, False, False, True, True]
    assert taken["text"].dropna().tolist() == ["Oslo", "", "東京"]
    assert taken.index.tolist() == list("fedcba")


@pytest.mark.parametrize("name", sorted(KINDS.keys() - {"text"}))
def test_other_objects_stay_what_they_are(name: str) -> None:
    taken = snapshot(table(), [name, "text"])

    assert isinstance(taken, pd.DataFrame)
    assert taken[name].dtype == object
    assert all(
        one is other for one, other in zip(taken[name], table()[name], strict=True) if isinstance(one, str | bytes)
    )


@pytest.mark.parametrize("columns", [["text", "number"], ["number"], ["numbers too", "number"]])
def test_later_changes_do_not_reach_it(columns: list[str]) -> None:
    frame = table()
    taken = snapshot(frame, columns)
    before = taken.copy(deep=True)

    frame["number"] = frame["number"] + 1
    frame.loc["f", ["text", "numbers too"]] = "Bergen"
    frame.iloc[1:, frame.columns.get_loc("number")] = 7
    del frame["number"]

    pd.testing.assert_frame_equal(taken, before)


def test_no_more_text_is_held_than_may_be() -> None:
    frame = pd.DataFrame({"short": ["a"] * 1_000, "long": ["x" * 500] * 1_000, "late": ["b"] * 1_000}, dtype=object)

    taken = snapshot(frame, list(frame.columns), text_bytes=20_000)

    assert isinstance(taken, pd.DataFrame)
    assert [isinstance(taken[name].dtype, pd.ArrowDtype) for name in frame.columns] == [True, False, True]


def test_one_long_cell_among_short_ones_does_not_fool_it() -> None:
    frame = pd.DataFrame({"note": ["a"] * 1_001 + ["x" * 100_000] + ["a"] * 1_001}, dtype=object)

    taken = snapshot(frame, ["note"], text_bytes=20_000)

    assert isinstance(taken, pd.DataFrame)
    assert taken["note"].dtype == object


def test_a_table_without_rows() -> None:
    taken = snapshot(table().iloc[:0], ["text", "number"])

    assert (list(taken.columns), len(taken)) == (["text", "number"], 0)
