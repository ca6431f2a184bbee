"""One condition as a row of controls: attribute, comparison, values, and what can be done with the row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ipywidgets import Combobox, Dropdown, Text

from cpnb.errors import CpnbError, ExpressionError
from cpnb.widgets import look
from cpnb.widgets.segment_builder.attribute_choices import AttributeChoices, label_of, operator_choices
from cpnb.widgets.segment_builder.condition_draft import ConditionDraft, ValueKind
from cpnb.widgets.segment_builder.newest import Newest
from cpnb.widgets.segment_builder.turns import Turns
from cpnb.widgets.segment_builder.value_entry import Entry, ValueEntry
from cpnb.widgets.segment_builder.value_suggestions import Suggested

ALL_ATTRIBUTES = "All attributes"
_MOST_DAYS = 2**31 - 1
"""Source: service model, `RangeUnit` beside integers, which have 32 bits."""


class RowOwner(Protocol):
    """The group that a row is in."""

    def changed(self, row: ConditionRow, draft: ConditionDraft) -> None:
        """Take note of what a row says now."""

    def act(self, row: ConditionRow, action: str) -> None:
        """Remove, double or move a row."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a row can offer.

    Attributes
    ----------
    attributes : AttributeChoices
        The attributes that there are.
    turns : Turns
        Whose turn it is.
    suggest : callable or None
        Returns values of an attribute, or raises a `CpnbError`; it may take its time. None if nobody can be asked.
    """

    attributes: AttributeChoices
    turns: Turns
    suggest: Callable[[ConditionDraft], Suggested] | None = None


class ConditionRow:
    """The controls of one condition.

    Parameters
    ----------
    draft : ConditionDraft
        What it says at first.
    vocabulary : Vocabulary
        What can be chosen.
    owner : RowOwner
        Is told of every change.
    """

    def __init__(self, draft: ConditionDraft, vocabulary: Vocabulary, owner: RowOwner) -> None:
        self.draft = draft
        self._vocabulary = vocabulary
        self._turns = vocabulary.turns
        self._suggesting = Newest(self._suggested_nothing)
        self._owner = owner
        self._is_showing = False
        self._message: Any = None
        self._values: ValueEntry | None = None
        self._days: list[Any] = []
        self._suggest_controls: list[Any] = []
        attributes = vocabulary.attributes
        self._kind = look.control(Dropdown, "Kind of attribute", options=[ALL_ATTRIBUTES, *attributes.groups])
        self._attribute = look.control(
            Combobox,
            "Attribute",
            "cpnb-attribute",
            placeholder="attribute: type to search",
            options=attributes.labels(),
            continuous_update=False,
        )
        self._operator = look.control(Dropdown, "Comparison", "cpnb-operator")
        # What is rarely needed is made when somebody looks for it: each button is one more thing to send.
        self._more = look.icon_button("More for this condition", "ellipsis-h")
        self._more.on_click(self._turns.taken(lambda _: self._toggle_more()))
        self._remove = self._action("Remove condition", "trash", "remove")
        self._extras: list[Any] = []
        self._actions = look.row([], "cpnb-actions")  # which stay together where a row goes on below
        self.box = look.row([], "cpnb-condition")
        self._show()
        self._kind.observe(self._turns.taken(self._kind_chosen), "value")
        self._attribute.observe(self._turns.taken(self._attribute_typed), "value")
        self._operator.observe(self._turns.taken(self._operator_chosen), "value")

    def focus(self) -> None:
        """Let the keyboard go on here."""
        self._remove.focus()

    def _action(self, words: str, icon: str, action: str) -> Any:
        made = look.icon_button(words, icon)
        made.on_click(self._turns.taken(lambda _: self._owner.act(self, action)))
        return made

    def _show(self) -> None:
        self._is_showing = True
        try:
            draft = self.draft
            if draft.attribute:
                self._attribute.value = label_of(draft.attribute, draft.shape)
            options = operator_choices(draft.shape) if draft.shape else []
            if tuple(options) != tuple(self._operator.options):
                self._operator.options = options
            self._operator.value = draft.operator or None
            self._show_values()
        finally:
            self._is_showing = False

    def _show_values(self) -> None:
        draft = self.draft
        if self._values is not None and self._values.fits(draft) and bool(self._days) == draft.is_calculated:
            self._values.show(draft)
            self._show_days()
            return
        before = self._values
        old = [*([*before.controls, *before.chips] if before is not None else []), *self._days, *self._suggest_controls]
        self._values = (
            ValueEntry(draft, Entry(self._entered, self._say, self._arrange, self._turns)) if draft.attribute else None
        )
        self._days = [self._day(0, "Over days from"), self._day(1, "Over days to")] if draft.is_calculated else []
        self._show_days()
        self._suggest_controls = self._suggest_button()
        self._arrange()
        for one in old:
            look.close(one)

    def _arrange(self) -> None:
        """Show all controls that there are, the message last."""
        values, chips = ([], []) if self._values is None else (self._values.controls, self._values.chips)
        message = [] if self._message is None else [self._message]
        self._actions.children = (*self._suggest_controls, self._more, self._remove, *self._extras)
        shown = [self._kind, self._attribute, self._operator, *values, *self._days]
        self.box.children = (*shown, self._actions, *chips, *message)

    def _toggle_more(self) -> None:
        old, self._extras = self._extras, []
        if not old:
            self._extras = [
                self._action("Duplicate condition", "copy", "double"),
                self._action("Move condition up", "arrow-up", "up"),
                self._action("Move condition down", "arrow-down", "down"),
            ]
            as_list = look.icon_button("Edit values as a list", "list")
            as_list.on_click(self._turns.taken(lambda _: self._toggle_list()))
            self._extras.append(as_list)
        self._arrange()
        for one in old:
            look.close(one)

    def _toggle_list(self) -> None:
        if self._values is not None:
            self._values.toggle_list()

    def _suggest_button(self) -> list[Any]:
        has_texts = self._values is not None and self._values.kind is ValueKind.TEXTS
        if self._vocabulary.suggest is None or not has_texts or self.draft.allowed_values:
            return []
        made = look.icon_button("Show values to choose from", "lightbulb-o")
        made.on_click(self._turns.taken(lambda _: self._suggest()))
        return [made]

    def _suggest(self) -> None:
        suggest, draft = self._vocabulary.suggest, self.draft
        if suggest is not None:
            self._say("Looking for values…", "cpnb-quiet")
            self._suggesting.ask(lambda: self._look_for_values(suggest, draft))

    def _look_for_values(self, suggest: Callable[[ConditionDraft], Suggested], draft: ConditionDraft) -> None:
        try:
            found = suggest(draft)
        except CpnbError as error:
            found = Suggested((), str(error))
        with self._turns.lock:
            if self._values is not None and draft.attribute == self.draft.attribute:
                self._values.offer(found.values)
                self._say(found.note, "cpnb-quiet" if found.values else "cpnb-warning")

    def _suggested_nothing(self, reason: str) -> None:
        with self._turns.lock:
            self._say(f"The values could not be read ({reason}); type one.")

    def _day(self, number: int, name: str) -> Any:
        made = look.control(Text, name, "cpnb-days", placeholder=("its own", "now")[number], continuous_update=False)
        made.observe(self._turns.taken(lambda _: self._days_typed()), "value")
        return made

    def _show_days(self) -> None:
        ends = self.draft.days or (None, None)
        for control, end in zip(self._days, ends, strict=False):
            control.value = "" if end is None else str(end)

    def _days_typed(self) -> None:
        if self._is_showing:
            return
        texts = [control.value.strip() for control in self._days]
        try:
            start, end = (int(text) if text else None for text in texts)
        except ValueError:
            self._say("Days are whole numbers: 30 for the last 30, 30 to 7 without the last 7.")
            return
        if any(day is not None and abs(day) > _MOST_DAYS for day in (start, end)):
            self._say(f"The service takes at most {_MOST_DAYS:,} days.")
            return
        if start is None and end is not None:
            self._say("Give the first day as well; without it the attribute has its own range.")
            return
        self._change(replace(self.draft, days=None if start is None else (start, end)))

    def _kind_chosen(self, change: Any) -> None:
        group = change["new"]
        self._attribute.options = self._vocabulary.attributes.labels("" if group == ALL_ATTRIBUTES else group)

    def _attribute_typed(self, change: Any) -> None:
        if self._is_showing:
            return
        if not change["new"].strip():
            self._show()  # a condition without an attribute would look as if it had none
            return
        try:
            choice = self._vocabulary.attributes.read(change["new"])
        except ExpressionError as error:
            self._say(str(error))
            return
        self._change(self.draft.with_attribute(choice.name, choice.shape))

    def _operator_chosen(self, change: Any) -> None:
        if not self._is_showing and change["new"]:
            self._change(self.draft.with_operator(change["new"]))

    def _entered(self, values: tuple[str, ...]) -> None:
        self._change(self.draft.with_values(values))

    def _change(self, draft: ConditionDraft) -> None:
        self._say("")
        self.draft = draft
        self._show()
        self._owner.changed(self, draft)

    def _say(self, words: str, tone: str = "cpnb-wrong") -> None:
        if self._message is None:
            if not words:
                return
            self._message = look.html("", "cpnb-message")
            self._arrange()
        self._message.value = look.status(look.paragraph(words, tone)) if words else ""
