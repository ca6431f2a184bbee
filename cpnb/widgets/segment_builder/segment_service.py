"""What a segment builder asks of a table and of the service, in sentences: counts, estimates, a segment made."""

from __future__ import annotations

from dataclasses import dataclass

from cpnb.conditions import Expression, InSegment
from cpnb.dimensions import CALCULATED
from cpnb.display import Html, counted, markup
from cpnb.domain import Domain
from cpnb.errors import CpnbError
from cpnb.fields import FieldMap
from cpnb.frames import Frame
from cpnb.matching import preview
from cpnb.segments import SegmentDefinition
from cpnb.segments.estimates import remarks_on, service_count
from cpnb.segments.sources import look_at_sources
from cpnb.widgets.segment_builder.condition_draft import ConditionDraft
from cpnb.widgets.segment_builder.value_suggestions import Suggested, values_of_domain, values_of_table

_UNNAMED = "segment"
_ESTIMATE_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, or more as HTML, and whether it is good news."""

    html: Html
    is_good: bool = True


@dataclass(frozen=True, slots=True)
class SegmentService:
    """Whom a builder may ask.

    Attributes
    ----------
    data, fields : DataFrame and FieldMap, or None
        A table to hold conditions against, and what its columns are.
    domain : Domain or None
        Where segments are made and estimated.
    """

    data: Frame | None
    fields: FieldMap | None
    domain: Domain | None

    @property
    def custom_attributes(self) -> list[str]:
        """The custom attributes that the columns of the table are mapped to."""
        names = [] if self.fields is None else [field.name for field in self.fields]
        return [name for name in names if name.startswith("Attributes.")]

    @property
    def can_suggest(self) -> bool:
        """Whether there is anybody to ask for values."""
        return self.data is not None or self.domain is not None

    def suggest(self, draft: ConditionDraft) -> Suggested:
        """Return values of an attribute: those of the table if it has some, else those that the domain lists.

        Raises
        ------
        CpnbError
            If the table or the domain cannot be asked.
        """
        if draft.shape == CALCULATED:
            return Suggested((), "The service lists no values of calculated attributes; type one.")
        found = Suggested((), "")
        if self.data is not None and self.fields is not None:
            found = values_of_table(self.data, self.fields, draft.attribute)
        if not found.values and self.domain is not None:
            found = values_of_domain(self.domain, draft.attribute)
        return found

    def count(self, expression: Expression) -> Told:
        """Return how many rows of the table meet a condition, with the funnel."""
        if self.data is None or self.fields is None:
            return Told(markup("No table was given to count."), is_good=False)
        if any(isinstance(leaf, InSegment) for leaf in expression.leaves()):
            return Told(markup("Who is in another segment, a table does not know; the service can estimate it."))
        try:
            seen = preview(self.data, expression, self.fields)
        except CpnbError as error:
            return Told(markup(f"The table cannot be counted. {error}"), is_good=False)
        return Told(Html(seen._repr_html_()))  # how a preview shows itself in notebooks

    def estimate(self, expression: Expression, name: str) -> Told:
        """Return how many profiles of the domain meet a condition now, as the service estimates it."""
        if self.domain is None:
            return Told(markup("No domain was given to ask."), is_good=False)
        name = name or _UNNAMED
        try:
            look_at_sources(self.domain, name, expression)
            query = {"SegmentQuery": expression.to_api()}
            count = service_count(self.domain, name, query, _ESTIMATE_TIMEOUT_S)
            remarks = [words for _, words in remarks_on(self.domain, name, count)]
        except CpnbError as error:
            return Told(markup(str(error)), is_good=False)
        said = f"The service estimates {counted(count, 'profile')} of domain {self.domain.name}."
        return Told(markup(" ".join([said, *remarks])), is_good=not remarks)

    def create(self, definition: SegmentDefinition) -> Told:
        """Create a segment and say so."""
        if self.domain is None:
            return Told(markup("No domain was given to create it in."), is_good=False)
        try:
            definition.create(self.domain)
        except CpnbError as error:
            return Told(markup(str(error)), is_good=False)
        return Told(markup(f"Segment {definition.name} was created in domain {self.domain.name}."))
