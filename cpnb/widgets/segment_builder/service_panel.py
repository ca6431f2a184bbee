"""The part of a segment builder that speaks with the service: estimate and create, each on a click."""

from __future__ import annotations

from typing import Any

from ipywidgets import Text

from cpnb.conditions import Expression
from cpnb.display import Html, markup
from cpnb.errors import ExpressionError
from cpnb.segments import SegmentDefinition
from cpnb.segments.texts import check_text
from cpnb.widgets import look
from cpnb.widgets.segment_builder.newest import Newest
from cpnb.widgets.segment_builder.segment_service import SegmentService, Told
from cpnb.widgets.segment_builder.turns import Turns


class ServicePanel:
    """The controls for estimate and create.

    Parameters
    ----------
    service : SegmentService
        Who is asked.
    turns : Turns
        Whose turn it is.
    name : str
        What the segment will be called, unless somebody types another name.
    """

    def __init__(self, service: SegmentService, turns: Turns, name: str) -> None:
        self._service = service
        self._turns = turns
        self._expression: Expression | None = None
        self._is_busy = {"estimate": False, "create": False}
        self._made: SegmentDefinition | None = None
        self._estimating = Newest(lambda reason: self._failed("estimate", reason))
        self._creating = Newest(lambda reason: self._failed("create", reason))
        self._estimate = look.button("Estimate", icon="question-circle")
        self._estimate.on_click(turns.taken(lambda _: self._ask_for_estimate()))
        self._create = look.button("Create segment", icon="check")
        self._create.on_click(turns.taken(lambda _: self._ask_for_segment()))
        self._name = self._text("Name of the segment", "name: letters, digits, _ or -", name)
        self._display_name = self._text("Display name", "display name, free text", "")
        self._description = self._text("Description", "description", "")
        self._estimated = look.html("", "cpnb-estimated")
        self._created = look.html("", "cpnb-created")
        self.box = look.column(
            [
                look.row([self._estimate, self._estimated]),
                look.row([self._name, self._display_name, self._description, self._create]),
                self._created,
            ],
            "cpnb-panel",
        )
        self._check()

    def take(self, expression: Expression | None) -> None:
        """Take the condition that is on the screen now; what was said of another one goes."""
        self._expression = expression
        self._estimated.value = ""
        self._check()

    def definition(self, expression: Expression) -> SegmentDefinition:
        """Return the segment as it would be created.

        Raises
        ------
        ExpressionError
            If it has no name, or one of its texts is none that the service takes.
        """
        return SegmentDefinition(
            self._name.value.strip(),
            expression,
            display_name=self._display_name.value.strip() or None,
            description=self._description.value.strip() or None,
        )

    def wait(self, timeout_s: float) -> bool:
        """Return whether asking is done within a time."""
        return self._estimating.wait(timeout_s) and self._creating.wait(timeout_s)

    def _text(self, name: str, placeholder: str, value: str) -> Any:
        made = look.control(Text, name, "cpnb-name", placeholder=placeholder, value=value)
        made.observe(self._turns.taken(lambda _: self._check()), "value")
        return made

    def _check(self) -> None:
        """Let be clicked what can be done, and say why the rest cannot."""
        problem = self._let_be_clicked()
        if not self._is_busy["create"]:
            tone = "cpnb-wrong" if self._name.value.strip() else "cpnb-quiet"
            self._tell(self._created, markup(problem), tone)

    def _let_be_clicked(self) -> str:
        """Let be clicked what can be done, and return why the segment cannot be created."""
        problem = self._problem()
        self._create.disabled = bool(problem) or self._is_busy["create"] or self._is_made
        self._estimate.disabled = self._expression is None or self._is_busy["estimate"]
        return problem

    @property
    def _is_made(self) -> bool:
        """Whether this very segment was created already: a second click is no wish for another."""
        made, expression = self._made, self._expression
        return made is not None and expression is not None and self.definition(expression) == made

    def _problem(self) -> str:
        name = self._name.value.strip()
        try:
            if name:
                check_text("SegmentDefinitionName", "name", name)
            if self._expression is None:
                return (
                    "Complete the conditions to create the segment."
                    if name
                    else "Complete the conditions, and name it."
                )
            if not name:
                return "Name the segment to create it."
            self.definition(self._expression)
        except ExpressionError as error:
            return str(error)
        return ""

    def _ask_for_estimate(self) -> None:
        expression, name = self._expression, self._name.value.strip()
        if expression is None or self._is_busy["estimate"]:
            return
        self._begin("estimate", self._estimated, "Asking the service…")
        self._estimating.ask(lambda: self._show_estimate(expression, self._service.estimate(expression, name)))

    def _show_estimate(self, expression: Expression, told: Told) -> None:
        with self._turns.lock:
            self._is_busy["estimate"] = False
            self._let_be_clicked()  # and no more: what became of the segment stays said
            if self._expression is expression:
                self._tell(self._estimated, told.html, "" if told.is_good else "cpnb-warning")

    def _ask_for_segment(self) -> None:
        if self._expression is None or self._problem() or self._is_busy["create"] or self._is_made:
            return
        definition = self.definition(self._expression)
        self._begin("create", self._created, "Creating the segment…")
        self._creating.ask(lambda: self._end_of_creation(definition, self._service.create(definition)))

    def _end_of_creation(self, definition: SegmentDefinition, told: Told) -> None:
        with self._turns.lock:
            if told.is_good:
                self._made = definition
            self._end("create", self._created, told)

    def _begin(self, task: str, place: Any, words: str) -> None:
        self._is_busy[task] = True
        self._let_be_clicked()
        self._tell(place, markup(words), "cpnb-quiet")

    def _end(self, task: str, place: Any, told: Told) -> None:
        with self._turns.lock:
            self._is_busy[task] = False
            self._let_be_clicked()
            self._tell(place, told.html, "" if told.is_good else "cpnb-wrong")

    @staticmethod
    def _tell(place: Any, words: Html, tone: str) -> None:
        place.value = look.status(look.paragraph(words, tone)) if words else ""

    def _failed(self, task: str, reason: str) -> None:
        place = self._estimated if task == "estimate" else self._created
        self._end(task, place, Told(markup(f"The service could not be asked ({reason})."), is_good=False))
