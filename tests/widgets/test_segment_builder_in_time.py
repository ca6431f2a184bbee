"""What comes late, twice or meanwhile to a segment builder: answers to questions that are no longer asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pandas as pd
import pytest

from cpnb import FieldMap, SegmentBuilder, profile
from cpnb.conditions import Expression
from cpnb.display import markup
from cpnb.segments import SegmentDefinition
from cpnb.widgets.segment_builder.attribute_choices import AttributeChoices
from cpnb.widgets.segment_builder.condition_draft import ConditionDraft
from cpnb.widgets.segment_builder.condition_row import ConditionRow, Vocabulary
from cpnb.widgets.segment_builder.segment_service import Told
from cpnb.widgets.segment_builder.service_panel import ServicePanel
from cpnb.widgets.segment_builder.turns import Turns
from cpnb.widgets.segment_builder.value_suggestions import Suggested
from tests.widgets.hands import Hands

SMITH, JONES = profile.LastName == "Smith", profile.LastName == "Jones"
PEOPLE = pd.DataFrame({"name": ["Smith", "Jones", "Smith"], "id": ["1", "2", "3"]})
FIELDS = FieldMap({"name": "LastName", "id": "AccountNumber"}, unique_key="id")


class SlowService:
    """A service that answers when it is let."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.made: list[str] = []

    def estimate(self, expression: Expression, name: str) -> Told:
        assert self.may_answer.wait(30)
        return Told(markup(f"estimate of {name}: {expression}"))

    def create(self, definition: SegmentDefinition) -> Told:
        assert self.may_answer.wait(30)
        self.made.append(definition.name)
        return Told(markup(f"{definition.name} was created"))


@pytest.fixture
def slow() -> Iterator[SlowService]:
    service = SlowService()
    yield service
    service.may_answer.set()


def panel_of(service: SlowService) -> tuple[ServicePanel, Hands]:
    panel = ServicePanel(service, Turns(), "smiths")  # type: ignore[arg-type]
    panel.take(SMITH)
    return panel, Hands(panel.box)


def test_an_estimate_of_another_condition_is_not_shown(slow: SlowService) -> None:
    panel, hands = panel_of(slow)
    hands.click("Estimate")
    assert "Asking" in hands.text("cpnb-estimated")
    panel.take(JONES)
    slow.may_answer.set()
    assert panel.wait(30)
    assert hands.text("cpnb-estimated") == ""
    hands.click("Estimate")
    assert panel.wait(30)
    assert "LastName is &#x27;Jones&#x27;" in hands.text("cpnb-estimated")


def test_what_is_being_done_cannot_be_asked_for_again(slow: SlowService) -> None:
    panel, hands = panel_of(slow)
    estimate, create = hands.find("Estimate"), hands.find("Create segment")
    assert (estimate.disabled, create.disabled) == (False, False)
    for button in (estimate, create):
        button.click()
        button.click()  # it was clicked before the page heard that it is disabled
    assert (estimate.disabled, create.disabled) == (True, True)
    slow.may_answer.set()
    assert panel.wait(30)
    assert estimate.disabled is False
    assert slow.made == ["smiths"]


def test_typing_a_name_does_not_hide_that_a_segment_is_being_created(slow: SlowService) -> None:
    panel, hands = panel_of(slow)
    hands.click("Create segment")
    hands.type("Name of the segment", "two words")
    assert "Creating the segment" in hands.text("cpnb-created")
    slow.may_answer.set()
    assert panel.wait(30)
    assert "smiths was created" in hands.text("cpnb-created")


class Owner:
    """A group that takes every change of its rows."""

    def changed(self, row: ConditionRow, draft: ConditionDraft) -> None:
        row.draft = draft

    def act(self, row: ConditionRow, action: str) -> None:
        raise AssertionError(row, action)


def test_values_that_come_when_another_attribute_is_chosen_are_not_offered() -> None:
    may_answer = threading.Event()

    def suggest(draft: ConditionDraft) -> Suggested:
        assert may_answer.wait(30)
        return Suggested((f"a {draft.attribute}",), f"values of {draft.attribute}")

    row = ConditionRow(ConditionDraft(), Vocabulary(AttributeChoices(), Turns(), suggest), Owner())
    hands = Hands(row.box)
    hands.type("Attribute", "LastName")
    hands.click("Show values to choose from")
    hands.type("Attribute", "FirstName")
    hands.click("Show values to choose from")
    may_answer.set()
    assert hands.until(lambda: hands.find("Value").options == ("a FirstName",))
    assert "LastName" not in hands.text("cpnb-message")
    # With one answer that is too late, there is nothing to offer.
    may_answer.clear()
    hands.click("Show values to choose from")
    hands.type("Attribute", "MiddleName")
    may_answer.set()
    assert row._suggesting.wait(30)
    assert hands.find("Value").options == ()


def test_an_attribute_with_few_values_has_them_offered_and_nothing_to_ask_for() -> None:
    hands = Hands(SegmentBuilder(profile.ProfileType == "PROFILE", data=PEOPLE, fields=FIELDS))
    assert hands.find("Value").options == ("ACCOUNT_PROFILE", "PROFILE")
    assert hands.all("Show values to choose from") == []


def test_a_count_that_comes_when_something_is_missing_is_not_shown() -> None:
    builder = SegmentBuilder(SMITH, data=PEOPLE, fields=FIELDS)
    hands = Hands(builder)
    assert builder.wait(30)
    assert "2 of 3 rows match" in hands.text("cpnb-count")
    with builder._turns.lock:  # which the count waits for
        builder.value = JONES
        assert hands.until(lambda: builder._counting._next is None)  # it is being counted
        hands.click("Add condition")
    assert builder.wait(30)
    assert hands.text("cpnb-count") == ""


def test_a_long_sentence_is_cut() -> None:
    names = [f"{number} {'x' * 240}" for number in range(10)]
    said = Hands(SegmentBuilder(profile.LastName.isin(names))).text("cpnb-sentence")
    assert "x…</p>" in said
    assert len(said) < 1_600


def test_a_value_that_another_thread_sets_while_somebody_types_leaves_screen_and_value_the_same() -> None:
    builder = SegmentBuilder(SMITH)
    hands = Hands(builder)
    setting = threading.Thread(target=builder.set_trait, args=("value", JONES))
    with builder._turns.lock:
        setting.start()
        assert hands.until(lambda: builder.value is JONES)  # it is set, and to be drawn in its turn
        hands.type("Value", "Miller")
    setting.join()
    assert hands.chips() == ["Smith", "Miller"]
    assert builder.value == builder.draft.expression() == profile.LastName.isin(["Smith", "Miller"])
