"""A line in a cell that is gone when it is done, and what comes in its place."""

from __future__ import annotations

from typing import Any

import pytest

from cpnb import display
from cpnb.examining import Examining, Step
from cpnb.widgets.passing_line import NOTHING, PassingLine, left_place

HALF = Examining(Step.VALIDATING, 500, 1000, 1.0)


class Shell:
    """A shell of a kernel that runs a cell, begun by a person or by a program."""

    kernel = object()

    def __init__(self, cell: str, *, asks: bool = True) -> None:
        self.request = {"header": {"msg_id": cell}, "content": {"allow_stdin": asks}}

    def get_parent(self) -> dict[str, Any]:
        return self.request


class SilentShell:
    """A shell of a kernel that does not tell who asked for what."""

    kernel = object()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has a cell run, as IPython would tell of it."""

    def run(shell: Any) -> None:
        monkeypatch.setattr("IPython.get_ipython", lambda: shell)

    monkeypatch.delenv("CPNB_WIDGETS", raising=False)
    return run


class Outputs:
    """What a front end shows, by display id."""

    def __init__(self) -> None:
        self.shown: dict[str, dict[str, str]] = {}

    def publish(self, data: dict[str, str], _: dict[str, Any], *, transient: dict[str, str], update: bool) -> None:
        assert update is (transient["display_id"] in self.shown)
        self.shown[transient["display_id"]] = data


def test_it_is_one_output_that_is_empty_in_the_end(runs: Any) -> None:
    runs(Shell("cell 1"))
    outputs = Outputs()
    line = PassingLine(outputs.publish)
    line.show(HALF)
    line.show(Examining(Step.VALIDATING, 900, 1000, 1.0))
    [[place, shown]] = outputs.shown.items()
    assert shown["text/plain"] == "Validating: 900 of 1,000 rows"
    assert "90.0 % done" in shown["text/html"]

    line.clear()

    assert outputs.shown == {place: NOTHING}
    assert left_place() == place
    assert left_place() is None  # it is taken


def test_what_comes_next_in_the_cell_stands_in_the_same_place(runs: Any) -> None:
    runs(Shell("cell 1"))
    outputs = Outputs()
    for _ in range(3):
        line = PassingLine(outputs.publish)
        line.show(HALF)
        line.clear()

    assert list(outputs.shown.values()) == [NOTHING]
    runs(Shell("cell 2"))
    assert left_place() is None  # that of another cell


def test_what_never_was_shown_is_no_output(runs: Any) -> None:
    runs(Shell("cell 3"))
    outputs = Outputs()

    PassingLine(outputs.publish).clear()

    assert outputs.shown == {}


@pytest.mark.parametrize("shell", [None, object(), SilentShell(), Shell("cell 1", asks=False)])
def test_it_is_for_cells_that_a_person_runs(runs: Any, shell: Any) -> None:
    runs(shell)

    assert display.place_for(Examining) is None


def test_it_is_found_by_its_name_unless_widgets_are_off(runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    runs(Shell("cell 1"))
    assert isinstance(display.place_for(Examining), PassingLine)

    monkeypatch.setenv("CPNB_WIDGETS", "off")
    assert display.place_for(Examining) is None
