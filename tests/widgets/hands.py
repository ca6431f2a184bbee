"""Hands for widgets: controls are found by their names and used, as a front end would."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import ipywidgets


class Hands:
    """What can be done with the controls that a widget shows."""

    def __init__(self, widget: Any) -> None:
        self._widget = widget

    def _shown(self, widget: Any = None) -> Iterator[Any]:
        found = self._widget if widget is None else widget
        yield found
        for child in getattr(found, "children", ()):
            yield from self._shown(child)

    def all(self, name: str) -> list[Any]:
        """The controls of a name, from above."""
        return [one for one in self._shown() if getattr(one, "description", None) == name]

    def find(self, name: str, place: int = 0) -> Any:
        """One control of a name."""
        return self.all(name)[place]

    def click(self, name: str, place: int = 0) -> None:
        """Click a button."""
        self.find(name, place).click()

    def type(self, name: str, text: str, place: int = 0) -> None:
        """Type a text."""
        control = self.find(name, place)
        assert not isinstance(control, ipywidgets.Dropdown)
        control.value = text

    def pick(self, name: str, day: str, place: int = 0) -> None:
        """Pick a day."""
        self.find(name, place).value = date.fromisoformat(day)

    def choose(self, name: str, value: str, place: int = 0) -> None:
        """Choose from a list."""
        control = self.find(name, place)
        assert isinstance(control, ipywidgets.Dropdown)
        control.value = value

    def choices(self, name: str, place: int = 0) -> list[str]:
        """What a list has to choose from."""
        return [option[1] if isinstance(option, tuple) else option for option in self.find(name, place).options]

    def chips(self) -> list[str]:
        """The values that stand as chips."""
        return [one.description for one in self._shown() if "cpnb-chip" in getattr(one, "_dom_classes", ())]

    def count(self) -> int:
        """How many controls there are, boxes among them."""
        return len(list(self._shown()))

    def text(self, css_class: str) -> str:
        """The HTML in all places of a class."""
        places = [one for one in self._shown() if css_class in getattr(one, "_dom_classes", ())]
        assert places
        shown = [inner for one in places for inner in self._shown(one)]
        return "".join(one.value for one in shown if isinstance(one, ipywidgets.HTML))

    def state(self) -> str:
        """All that is sent to a front end, and saved with a notebook."""
        return json.dumps([one.get_state() for one in self._shown()], default=str)

    @staticmethod
    def until(holds: Callable[[], bool], timeout_s: float = 10.0) -> bool:
        """Whether something holds within a time."""
        deadline_s = time.monotonic() + timeout_s
        while not holds():
            if time.monotonic() > deadline_s:
                return False
            time.sleep(0.01)
        return True
