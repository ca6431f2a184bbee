"""A field map while it is being made: a choice for each column, and everything that still speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

import pandas as pd

from cpnb import catalog
from cpnb.content_types import ContentType
from cpnb.errors import FieldsError, did_you_mean, listed
from cpnb.evidence import looks_like_a_value
from cpnb.evident_key import LookedAtFrame
from cpnb.field import checked_region
from cpnb.fields import Field, FieldMap
from cpnb.frames import Frame, Table, checked_frame, require_columns
from cpnb.headers import distinct, slug
from cpnb.suggested import Suggestion, Suggestions
from cpnb.suggestion import suggest
from cpnb.widgets.field_map_editor.column_shapes import shapes_in

ATTRIBUTE = "Attributes."
"""How the names of custom attributes begin."""


class Show(StrEnum):
    """Which columns are listed."""

    ALL = "all columns"
    CONFLICTS = "with conflicts"
    UNSURE = "unsure"
    MAPPED = "mapped"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What is chosen for one column, possible or not.

    Attributes
    ----------
    column : str
        Its name.
    target : str
        Where it goes, without prefix; empty if it is left out.
    content_type : ContentType
        How its values compare.
    region, region_column : str
        For phone numbers: a code as it was typed, or the column that holds one; empty if there is none.
    source : str
        The header in the file that a map brought along; empty for the usual one.
    """

    column: str
    target: str = ""
    content_type: ContentType = ContentType.STRING
    region: str = ""
    region_column: str = ""
    source: str = ""

    @classmethod
    def of(cls, one: Field) -> ColumnChoice:
        """Return the choice that a field is."""
        return cls(one.column, one.name, one.content_type, one.region or "", one.region_column or "", one.source)

    @property
    def is_phone(self) -> bool:
        """Whether it has a region."""
        return bool(self.target) and self.content_type is ContentType.PHONE_NUMBER

    @property
    def is_attribute(self) -> bool:
        """Whether it goes to a custom attribute."""
        return self.target.startswith(ATTRIBUTE)

    def field(self) -> Field:
        """Return the field that it means.

        Raises
        ------
        FieldsError
            If the service has none such.
        """
        region, region_column = (self.region, self.region_column) if self.is_phone else ("", "")
        return Field(
            self.column, self.target, self.content_type, region or None, region_column or None, source=self.source
        )


@dataclass(frozen=True, slots=True)
class Conflict:
    """What speaks against a map.

    Attributes
    ----------
    columns : tuple of str
        The columns that it is about; none for the map as a whole.
    sentence : str
        What it is, and what to do.
    is_fatal : bool
        Whether there is no map as long as it lasts.
    """

    columns: tuple[str, ...]
    sentence: str
    is_fatal: bool = True


class FieldMapDraft:
    """A choice for each column of a table, begun with what is suggested.

    Parameters
    ----------
    data : DataFrame, Scan, or anything that speaks Arrow
        The table. Nothing of it is kept but shapes of its values.
    unique_key, region : str, optional
        As for `cpnb.suggest`.

    Raises
    ------
    FrameError
        If `data` is no table with distinct column names.
    FieldsError
        If the key is no column, the region is none, or the names of the columns are values.
    """

    def __init__(self, data: Table, *, unique_key: str | None = None, region: str | None = None) -> None:
        frame = checked_frame(data)
        self.columns = tuple(str(column) for column in frame.columns)
        self.shapes: Mapping[str, tuple[str, ...]] = MappingProxyType(
            {column: shapes_in(sample) for column, sample in LookedAtFrame(frame).samples().items()}
        )
        self.region = checked_region(region) if region else ""
        self.unique_key = unique_key
        self.hint = ""
        # The names alone, to see later whether a map that is set belongs to this table.
        self._names = pd.DataFrame(columns=frame.columns)
        self._suggestions = self._suggested(frame, unique_key)
        self._order = self.columns
        self._choices = {column: ColumnChoice(column) for column in self.columns}
        if self._suggestions is not None:
            self.load(FieldMap(self._suggestions.fields.fields, self._suggestions.fields.unique_key, region))
            self._order = self.columns

    def _suggested(self, frame: Frame, unique_key: str | None) -> Suggestions | None:
        """Return what is suggested; None if nothing is, which is where an analyst maps by hand."""
        try:
            return suggest(frame, unique_key=unique_key)
        except FieldsError as error:
            if unique_key not in {None, *self.columns} or any(map(looks_like_a_value, self.columns)):
                raise
            self.hint = str(error)
            return None

    def load(self, fields: FieldMap) -> None:
        """Put the choices of a map in place of all that there are.

        Raises
        ------
        FrameError
            If the table lacks a column of the map.
        """
        self.require(fields)
        choices = {one.column: ColumnChoice.of(one) for one in fields}
        self._choices = {column: choices.get(column, ColumnChoice(column)) for column in self.columns}
        self._order = (*fields.columns, *(column for column in self.columns if column not in choices))
        self.unique_key, self.region = fields.unique_key, fields.region or ""

    def require(self, fields: FieldMap) -> None:
        """Check that a map is one of this table.

        Raises
        ------
        FrameError
            If the table lacks a column of the map.
        """
        require_columns(self._names, fields)

    def clear(self) -> None:
        """Leave out every column."""
        self._choices = {column: ColumnChoice(column) for column in self.columns}
        self.unique_key = None

    def choice(self, column: str) -> ColumnChoice:
        """Return what is chosen for a column."""
        return self._choices[column]

    def suggestion(self, column: str) -> Suggestion | None:
        """Return what was suggested for a column; None if it is to be left out."""
        chosen = self._suggestions.chosen if self._suggestions else ()
        return next((guess for guess in chosen if guess.column == column), None)

    def reason_to_leave(self, column: str) -> str:
        """Return why nothing was suggested for a column."""
        return self._suggestions.unmapped.get(column, "") if self._suggestions else ""

    def send(self, column: str, target: str) -> None:
        """Choose where a column goes; to leave it out, nowhere: an empty text. Its values compare as is usual there."""
        old = self._choices[column]
        if target == old.target:
            return
        path = target if target.startswith("_") or not target else catalog.PROFILE_PREFIX + target
        content_type = old.content_type if target and old.is_attribute and target.startswith(ATTRIBUTE) else None
        self._choices[column] = replace(old, target=target, content_type=content_type or ContentType.of_target(path))
        if not target and self.unique_key == column:
            self.unique_key = None

    def send_to_attribute(self, column: str) -> None:
        """Send a column to a custom attribute of its own name, or of one like it that is still free."""
        old = self._choices[column]
        if old.is_attribute:
            return
        taken = [one.target.removeprefix(ATTRIBUTE) for one in self._choices.values() if one.is_attribute]
        self.send(column, ATTRIBUTE + distinct([*taken, slug(column)])[-1])

    def name_attribute(self, column: str, name: str) -> None:
        """Choose the name of the custom attribute that a column goes to."""
        self.send(column, ATTRIBUTE + name.strip())

    def compare(self, column: str, content_type: ContentType) -> None:
        """Choose how the values of a column compare."""
        self._choices[column] = replace(self._choices[column], content_type=content_type)

    def dial_in(self, column: str, region: str) -> None:
        """Choose the region of a column of phone numbers, as a code."""
        self._choices[column] = replace(self._choices[column], region=region.strip().upper(), region_column="")

    def dial_by_row(self, column: str, region_column: str) -> None:
        """Choose the column that holds the region of each phone number."""
        self._choices[column] = replace(self._choices[column], region="", region_column=region_column)

    @property
    def mapped(self) -> tuple[str, ...]:
        """The columns that go somewhere, in the order in which they are sent."""
        return tuple(column for column in self._order if self._choices[column].target)

    @property
    def key_choices(self) -> tuple[str, ...]:
        """The columns that may be the unique key: those that are mapped, and the one that is chosen."""
        return tuple(column for column in self.columns if self._choices[column].target or column == self.unique_key)

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """All that speaks against the map as it is, at once."""
        return tuple(self._conflicts())

    def _conflicts(self) -> Iterator[Conflict]:
        chosen = [self._choices[column] for column in self.mapped]
        if not chosen:
            yield Conflict((), "No column is mapped yet: choose where at least one goes.")
            return
        yield from _shared_targets(chosen)
        yield from _exclusive_targets(chosen)
        for one in chosen:
            if sentence := _why_impossible(one, self.columns):
                yield Conflict((one.column,), sentence)
        if self.region and (sentence := _why_no_region(self.region)):
            yield Conflict((), f"The region of all phone numbers: {sentence}")
        if self.unique_key is None:
            sentence = (
                "There is no unique key: enough to validate, but an upload needs one. Choose the column by which "
            )
            yield Conflict((), f"{sentence}the service recognises a customer.", is_fatal=False)
        elif not self._choices[self.unique_key].target:
            sentence = "is left out. The service needs the key as a field: map it, for example to 'AccountNumber'."
            yield Conflict((self.unique_key,), f"The unique key {self.unique_key!r} {sentence}")
        if len(chosen) > catalog.MAX_MAPPED_FIELDS:
            sentence = f"{len(chosen)} columns are mapped. The console takes no more than {catalog.MAX_MAPPED_FIELDS}, "
            yield Conflict((), f"{sentence}and whether the service does is not documented.", is_fatal=False)

    @property
    def value(self) -> FieldMap | None:
        """The map; None as long as a conflict is fatal."""
        if any(one.is_fatal for one in self.conflicts):
            return None
        return FieldMap([self._choices[column].field() for column in self.mapped], self.unique_key, self.region or None)

    def listed(self, show: Show = Show.ALL, text: str = "") -> tuple[str, ...]:
        """Return the columns of one kind whose name or target holds a text, whatever its letter case."""
        wanted = text.strip().casefold()
        kind = set(self._of_kind(show))
        return tuple(
            column
            for column in self.columns
            if column in kind and wanted in f"{column}\n{self._choices[column].target}".casefold()
        )

    def _of_kind(self, show: Show) -> Iterable[str]:
        if show is Show.CONFLICTS:
            return [column for one in self.conflicts for column in one.columns]
        if show is Show.UNSURE:
            chosen = self._suggestions.chosen if self._suggestions else ()
            return [guess.column for guess in chosen if not guess.sure]
        if show is Show.MAPPED:
            return self.mapped
        if show is Show.LEFT_OUT:
            return [column for column in self.columns if not self._choices[column].target]
        return self.columns


def _shared_targets(chosen: Sequence[ColumnChoice]) -> Iterator[Conflict]:
    by_target: dict[str, list[str]] = {}
    for one in chosen:
        by_target.setdefault(one.target, []).append(one.column)
    for target, columns in by_target.items():
        if len(columns) > 1:
            sentence = (
                f"{len(columns)} columns go to {target!r}: {listed(columns)}. Leave one there, and send the others "
            )
            yield Conflict(tuple(columns), f"{sentence}elsewhere or leave them out.")


def _exclusive_targets(chosen: Sequence[ColumnChoice]) -> Iterator[Conflict]:
    for pair in catalog.EXCLUSIVE_TARGETS:
        names = [path.removeprefix(catalog.PROFILE_PREFIX) for path in pair]
        columns = [one.column for one in chosen if one.target in names]
        if {one.target for one in chosen}.issuperset(names):
            sentence = f"{names[0]!r} and {names[1]!r} exclude each other: {listed(columns)}. Map one of the two."
            yield Conflict(tuple(columns), sentence)


def _why_impossible(one: ColumnChoice, columns: Sequence[str]) -> str:
    """Return why a choice is no field, or an empty text."""
    if one.is_phone and one.region_column and one.region_column not in columns:
        return (
            f"There is no column {one.region_column!r} with the regions of {one.column!r}."
            f"{did_you_mean(one.region_column, columns)}"
        )
    try:
        one.field()
    except FieldsError as error:
        return f"{one.column!r}: {error}"
    return ""


def _why_no_region(region: str) -> str:
    try:
        checked_region(region)
    except FieldsError as error:
        return str(error)
    return ""
