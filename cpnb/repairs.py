"""The repairs of cells, by name, in the order in which they are made."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content import (
    date_order,
    email_address,
    invisible_characters,
    is_identifier,
    lost_digits,
    mojibake,
    normal_form,
    number_notation,
    phone_repair,
    postal_code,
    spelling,
    spreadsheet_marks,
    two_values,
)
from cpnb.content.cells import emptied, mended_where
from cpnb.content.placeholder import placeholders
from cpnb.content.rule import Mask, mask_of
from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap

Told: TypeAlias = Mapping[str, int]
"""What the cells of a column say about how to read one another: how many of them say which thing."""


@dataclass(frozen=True, slots=True)
class ColumnCells:
    """Some cells of one column, and what stands beside them in their rows.

    Attributes
    ----------
    text : pyarrow.Array
        ``large_string``, as it would be sent.
    were_numbers : array of bool
        ColumnCells that are numbers in the table.
    regions : pyarrow.Array, optional
        The region column of a phone field.
    countries : pyarrow.Array, optional
        The country column of a postal code's address.
    """

    text: pa.Array = dataclasses.field(repr=False)
    were_numbers: Mask = dataclasses.field(repr=False)
    regions: pa.Array | None = dataclasses.field(default=None, repr=False)
    countries: pa.Array | None = dataclasses.field(default=None, repr=False)

    def only(self, mask: Mask) -> ColumnCells:
        """Return some of the rows."""
        chosen = pa.array(mask)
        return ColumnCells(
            self.text.filter(chosen),
            self.were_numbers[mask],
            None if self.regions is None else self.regions.filter(chosen),
            None if self.countries is None else self.countries.filter(chosen),
        )

    def with_text(self, text: pa.Array, changed: Mask) -> ColumnCells:
        """Return the same rows with other text; what changed is no number any more."""
        return replace(self, text=text, were_numbers=self.were_numbers & ~changed)


@dataclass(frozen=True, slots=True)
class Place:
    """Where cells stand: their field, the whole column as far as it is known, and what the analyst said.

    Attributes
    ----------
    field : Field
        What the column is.
    region : str, optional
        Where phone numbers without ``+`` are dialled, unless a column says so.
    table_rows : int
        Rows of the whole table.
    date_order : str, optional
        What comes first in dates of two numbers and a year.
    country : str, optional
        Where postal codes are without a country beside them.
    told : mapping of str to Told
        By the name of a repair: what the whole column tells it.
    """

    field: Field
    region: str | None
    table_rows: int
    date_order: str | None = None
    country: str | None = None
    told: Mapping[str, Told] = dataclasses.field(default_factory=dict, repr=False)

    def told_to(self, repair: Repair) -> Told:
        """Return what the whole column tells a repair; nothing, as long as it was not asked."""
        return self.told.get(repair.name, {})


@dataclass(frozen=True, slots=True)
class Repair:
    """One kind of repair.

    Attributes
    ----------
    name : str
        By which it is switched on and off, and named in the changes.
    sentence : str
        What it did, to be read after a count of cells.
    concerns : callable
        Whether a field of a map may need it.
    mend : callable
        Returns the text of cells, repaired where that is certain and else the same. What the whole
        column tells comes last.
    tells : callable, optional
        What some cells say about the whole column; `mend` is told the sum for all of them.
    is_asked_for : bool
        Whether it is made only if it is named.
    is_final : bool
        Whether no repair has anything to do about what it wrote.
    """

    name: str
    sentence: str
    concerns: Callable[[Field, FieldMap], bool]
    mend: Callable[[ColumnCells, Place, Told], pa.Array]
    tells: Callable[[ColumnCells, Place], Counter[str]] | None = None
    is_asked_for: bool = False
    is_final: bool = False


def _always(_: Field, __: FieldMap) -> bool:
    return True


def _of_type(*content_types: ContentType) -> Callable[[Field, FieldMap], bool]:
    return lambda one, _: one.content_type in content_types


def _named(ending: str) -> Callable[[Field, FieldMap], bool]:
    return lambda one, _: one.name.endswith(ending)


def _has_values(one: Field, _: FieldMap) -> bool:
    return bool(spelling.allowed_values(one.target))


def _is_postal_code(one: Field, fields: FieldMap) -> bool:
    return one.name.endswith("PostalCode") and is_identifier(one, fields)


def _of_text(mend: Callable[[pa.Array], pa.Array]) -> Callable[[ColumnCells, Place, Told], pa.Array]:
    return lambda cells, _, __: mend(cells.text)


def _without_spaces_at_ends(text: pa.Array) -> pa.Array:
    return invisible_characters.without_outer_spaces(invisible_characters.plain_spaces(text))


def _with_single_spaces(text: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(text, r"([^\s])[ \t]{2,}([^\s])", r"\1 \2")


def _without_blanks(text: pa.Array) -> pa.Array:
    return emptied(text, mask_of(pc.equal(pc.utf8_trim_whitespace(text), "")))


def _without_placeholders(cells: ColumnCells, place: Place, _: Told) -> pa.Array:
    mask = placeholders(cells.text, place.field.content_type)
    return mended_where(cells.text, mask, lambda part: pa.nulls(len(part), part.type))


def _first_of_several(cells: ColumnCells, place: Place, _: Told) -> pa.Array:
    is_email = place.field.content_type is ContentType.EMAIL_ADDRESS
    return two_values.first_email(cells.text) if is_email else two_values.first_phone(cells.text)


def _normal_emails(cells: ColumnCells, place: Place, _: Told) -> pa.Array:
    return pc.coalesce(email_address.normalised(cells.text, table_rows=place.table_rows), cells.text)


def _plain_numbers(cells: ColumnCells, _: Place, told: Told) -> pa.Array:
    plain = number_notation.plain(cells.text, told)
    # What is a number in the table has a point before its decimals, whatever stands in the cells of text.
    return pc.if_else(pa.array(cells.were_numbers), cells.text, plain) if cells.were_numbers.any() else plain


def _numbers(cells: ColumnCells, place: Place) -> phone_repair.Numbers:
    region = place.region if cells.regions is None else cells.regions
    return phone_repair.Numbers(cells.text, region, cells.were_numbers, place.table_rows)


def _countries(cells: ColumnCells, place: Place) -> pa.Array:
    if cells.countries is not None:
        return postal_code.countries(cells.countries)
    return pa.array([place.country] * len(cells.text), pa.string())


DATES = Repair(
    "dates",
    "written as YYYY-MM-DD",
    _named("BirthDate"),
    lambda cells, place, told: date_order.as_iso(cells.text, told, place.date_order),
    lambda cells, _: date_order.tells(cells.text),
    is_final=True,
)
IDENTIFIERS = Repair(
    "identifiers",
    "freed of the '.0' or the exponent of a number",
    is_identifier,
    lambda cells, _, told: lost_digits.without_point(lost_digits.written_out(cells.text), told),
    lambda cells, _: lost_digits.tells(cells.text),
)
REPAIRS = (
    Repair(
        "spreadsheet_marks",
        "freed of a spreadsheet's mark for text",
        _always,
        _of_text(spreadsheet_marks.without_marks),
    ),
    Repair("mojibake", "read in the encoding they were written in", _always, _of_text(mojibake.undone)),
    Repair(
        "invisible",
        "freed of characters that cannot be seen",
        _always,
        _of_text(invisible_characters.without_invisible),
    ),
    Repair("unicode", "with letter and accent as one character", _always, _of_text(normal_form.composed)),
    Repair("spaces", "freed of spaces at the ends and of special spaces", _always, _of_text(_without_spaces_at_ends)),
    Repair("repeated_spaces", "with one space for several", _always, _of_text(_with_single_spaces), is_asked_for=True),
    Repair("blanks", "made empty that held nothing but spaces", _always, _of_text(_without_blanks)),
    Repair("placeholders", "made empty that held a placeholder", _always, _without_placeholders, is_asked_for=True),
    Repair(
        "first_of_several",
        "cut to the first of several values",
        _of_type(ContentType.EMAIL_ADDRESS, ContentType.PHONE_NUMBER),
        _first_of_several,
        is_asked_for=True,
    ),
    Repair("emails", "written in normal form", _of_type(ContentType.EMAIL_ADDRESS), _normal_emails),
    Repair(
        "phones",
        "written in E.164",
        _of_type(ContentType.PHONE_NUMBER),
        lambda cells, place, told: phone_repair.in_e164(_numbers(cells, place), told),
        lambda cells, place: phone_repair.tells(_numbers(cells, place)),
        is_final=True,
    ),
    Repair(
        "numbers",
        "written as plain numbers",
        _of_type(ContentType.NUMBER),
        _plain_numbers,
        lambda cells, _: number_notation.tells(cells.text),
        is_final=True,
    ),
    DATES,
    IDENTIFIERS,
    Repair(
        "postal_codes",
        "with the zeros in front that were lost",
        _is_postal_code,
        lambda cells, place, told: postal_code.with_zeros(cells.text, _countries(cells, place), told),
        lambda cells, place: postal_code.tells(cells.text, _countries(cells, place)),
        is_final=True,
    ),
    Repair(
        "values",
        "in the spelling that the service knows",
        _has_values,
        lambda cells, place, told: spelling.as_allowed(cells.text, place.field.target, told),
        lambda cells, _: spelling.tells(cells.text),
        is_final=True,
    ),
)
"""All of them; those that are made only if they are named do not belong to the defaults."""

DEFAULTS = "defaults"
HEADER_ROWS = "header_rows"
"""The one step that is about rows: those that repeat the header are taken out."""
