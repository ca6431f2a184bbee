"""The controls with which the values of one condition are entered: chips, days, numbers, two ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ipywidgets import DatePicker, Text, Textarea

from cpnb.display import counted
from cpnb.errors import ExpressionError
from cpnb.widgets import look
from cpnb.widgets.private import private_choices
from cpnb.widgets.segment_builder.condition_draft import ConditionDraft, ValueKind, checked_values
from cpnb.widgets.segment_builder.turns import Turns

CHIPS = 12
"""How many values stand as chips of their own; more are edited as a list."""

_CHIP_LENGTH = 40
_ENDS = {ValueKind.DATES: ("From", "To"), ValueKind.NUMBERS_OR_DATES: ("From", "To")}


@dataclass(frozen=True, slots=True)
class Entry:
    """Who is told of values: those that were entered, or why they are none; that others are shown; whose turn it is."""

    enter: Callable[[tuple[str, ...]], None]
    refuse: Callable[[str], None]
    arrange: Callable[[], None]
    turns: Turns


class ValueEntry:
    """The controls for the values of one condition, of one kind of value.

    Parameters
    ----------
    draft : ConditionDraft
        The condition.
    entry : Entry
        Is told what was entered.
    """

    def __init__(self, draft: ConditionDraft, entry: Entry) -> None:
        self.kind = draft.value_kind
        self._attribute = draft.attribute
        self._draft = draft
        self._entry = entry
        self._turns = entry.turns
        self._is_showing = False
        self._texts: list[Any] = []
        self._days: list[Any] = []
        self._list: Any = None
        self._rest: Any = None
        self._chip_of: dict[str, Any] = {}
        self.controls = self._inputs()
        self.chips: list[Any] = []
        self.show(draft)

    def fits(self, draft: ConditionDraft) -> bool:
        """Return whether these are controls for the values of a draft; those of another attribute are not offered."""
        return (self.kind, self._attribute) == (draft.value_kind, draft.attribute)

    def show(self, draft: ConditionDraft) -> None:
        """Show the values of a draft."""
        self._draft = draft
        self._is_showing = True
        try:
            if self.kind is not ValueKind.TEXTS and len(draft.values) <= len(self._texts):
                self._show_in_fields(draft.values)
                self._show_chips(())
            else:
                self._show_in_fields(())
                self._show_chips(draft.values)
            if self._list is not None:
                self._list.value = "\n".join(self._of_one_line())
        finally:
            self._is_showing = False

    def offer(self, values: tuple[str, ...]) -> None:
        """Offer values to choose from."""
        for text in self._texts:
            text.options = values

    def _inputs(self) -> list[Any]:
        controls = []
        for number, name in enumerate(_ENDS.get(self.kind, ("Value",))):
            if self.kind in {ValueKind.DATE, ValueKind.DATES}:
                controls.append(self._day(number, f"{name}: day"))
            controls.append(self._text(number, name))
        return controls

    def _text(self, number: int, name: str) -> Any:
        placeholder = _PLACEHOLDERS[self.kind]
        if self.kind is ValueKind.TEXTS:
            text = private_choices(name, "cpnb-value", placeholder=placeholder)
            text.options = self._draft.allowed_values
        else:
            text = look.control(Text, name, "cpnb-value", placeholder=placeholder, continuous_update=False)
        text.observe(self._turns.taken(lambda change: self._typed(number, change["new"])), "value")
        self._texts.append(text)
        return text

    def _day(self, number: int, name: str) -> Any:
        day = look.control(DatePicker, name, "cpnb-day")
        day.observe(self._turns.taken(lambda change: self._picked(number, change["new"])), "value")
        self._days.append(day)
        return day

    def _picked(self, number: int, day: date | None) -> None:
        if self._is_showing:
            return
        if day is not None:
            self._typed(number, day.isoformat())
        elif _day_of(self._end(number)) is not None:  # it was shown, and taken away
            self._typed(number, "")

    def _typed(self, number: int, typed: str) -> None:
        if self._is_showing:
            return
        try:
            found = checked_values(self._draft, typed)
        except ExpressionError as error:
            self._entry.refuse(str(error))
            return
        if self.kind is ValueKind.TEXTS:
            if found:
                self._entry.enter((*self._draft.values, *found))
        elif len(self._texts) == 1:
            # Several dates or numbers stand as chips, to which another is added; a single one is edited in its field.
            before = self._draft.values if len(self._draft.values) > 1 else ()
            if found or not before:
                self._entry.enter(tuple(dict.fromkeys((*before, *found))))
        else:
            ends = (*self._draft.values, "", "")[:2]
            entered = "".join(found)
            self._entry.enter((entered, ends[1]) if number == 0 else (ends[0], entered))

    def _end(self, number: int) -> str:
        return self._draft.values[number] if number < len(self._draft.values) else ""

    def toggle_list(self) -> None:
        """Edit texts as lines, or as chips again; what is not a list of texts is left as it is."""
        if self.kind is not ValueKind.TEXTS:
            return
        gone = self._list
        if gone is not None:
            self._list = None
        else:
            self._list = look.control(
                Textarea,
                "Values, one in each line",
                "cpnb-list",
                value="\n".join(self._of_one_line()),
                placeholder="One value in each line",
                continuous_update=False,
                rows=8,
            )
            self._list.observe(self._turns.taken(lambda change: self._listed(change["new"])), "value")
        self._show_chips(self._draft.values)
        if gone is not None:
            look.close(gone)

    def _listed(self, typed: str) -> None:
        if self._is_showing:
            return
        try:
            found = checked_values(self._draft, *typed.split("\n"))
        except ExpressionError as error:
            self._entry.refuse(str(error))
            return
        self._entry.enter((*self._of_more_lines(), *found))

    def _of_one_line(self) -> tuple[str, ...]:
        """Return the values that can be lines of a list."""
        return tuple(value for value in self._draft.values if not _holds_a_break(value))

    def _of_more_lines(self) -> tuple[str, ...]:
        """Return the values that a list would tear apart; they stay as they are."""
        return tuple(filter(_holds_a_break, self._draft.values))

    def _show_in_fields(self, values: tuple[str, ...]) -> None:
        ends = [*values, "", ""]
        for number, day in enumerate(self._days):
            day.value = _day_of(ends[number])
            if day.value is not None:  # which says it all
                ends[number] = ""
        for text, value in zip(self._texts, ends, strict=False):
            text.value = value

    def _show_chips(self, values: tuple[str, ...]) -> None:
        """Show a chip for each of the first values; one that is there already stays, and so does who is on it."""
        gone, is_listed = self._chip_of, self._list is not None
        self._chip_of = {
            value: gone.pop(value) if value in gone else self._chip(value)
            for value in values[: 0 if is_listed else CHIPS]
        }
        closing = list(gone.values())
        more = len(values) - len(self._chip_of)
        if is_listed:
            apart = len(self._of_more_lines())
            self._show_rest("Close the list", f"{counted(apart, 'value')} of several lines kept" if apart else "")
        elif more:
            self._show_rest("Edit all as a list", f"and {counted(more, 'more value')}")
        elif self._rest is not None:
            closing.append(self._rest)
            self._rest = None
        self.chips = [one for one in (self._list, *self._chip_of.values(), self._rest) if one is not None]
        self._entry.arrange()
        for one in closing:
            look.close(one)

    def _show_rest(self, fold: str, words: str) -> None:
        """Say how many values have no chip, beside the button that opens the list of all, or closes it."""
        if self._rest is None:
            made = look.button("")
            made.on_click(self._turns.taken(lambda _: self.toggle_list()))
            self._rest = look.row([look.html(), made], "cpnb-more-values")
        said, button = self._rest.children
        said.value, button.description = words, fold
        look.show_if(self.kind is ValueKind.TEXTS, button)

    def _chip(self, value: str) -> Any:
        shown = value if len(value) <= _CHIP_LENGTH else f"{value[:_CHIP_LENGTH]}…"
        chip = look.button(shown, "cpnb-chip", icon="times", tooltip=f"Remove {shown}")
        chip.on_click(self._turns.taken(lambda _: self._remove(value)))
        return chip

    def _remove(self, value: str) -> None:
        self._texts[0].focus()  # or who works by keyboard would be back at the top of the page
        self._entry.enter(tuple(one for one in self._draft.values if one != value))


_PLACEHOLDERS = {
    ValueKind.TEXTS: "add a value",
    ValueKind.DATE: "or a time: 2024-10-01T12:00Z",
    ValueKind.NUMBER: "a number",
    ValueKind.DATES: "or a time: 2024-10-01T12:00Z",
    ValueKind.NUMBERS_OR_DATES: "a number or a date",
}


def _holds_a_break(value: str) -> bool:
    return "\n" in value or "\r" in value  # which a browser makes a line break


def _day_of(value: str) -> date | None:
    """Return the day whose midnight in UTC a value means, or None if it says more or something else than a day."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    is_midnight = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    return moment.date() if is_midnight and not moment.utcoffset() else None
