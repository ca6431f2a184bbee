"""When a value is right, where that is written, and when two values are the same: one file per content type.

A rule sees the rendered text of a column and says, for each of its problems, in which rows it is.
"""

from __future__ import annotations

import pyarrow as pa

from cpnb import catalog
from cpnb.content import (
    birth_date,
    date_order,
    email_address,
    invisible_characters,
    lost_digits,
    mojibake,
    name,
    normal_form,
    number,
    phone_number,
    postal_code,
    spreadsheet_marks,
    string,
    two_values,
    unique_key,
)
from cpnb.content.placeholder import placeholder_rule
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn
from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap

__all__ = [
    "Mask",
    "Problem",
    "Provenance",
    "Rule",
    "Severity",
    "TextColumn",
    "country_beside",
    "is_identifier",
    "normalised_key",
    "rules_for",
]


def is_identifier(field: Field, fields: FieldMap) -> bool:
    """Tell whether a field holds text that names somebody or some place by its digits, zeros in front included."""
    named = field.column == fields.unique_key or field.name == "AccountNumber" or field.name.endswith("PostalCode")
    return named and field.content_type is ContentType.STRING


def country_beside(field: Field, fields: FieldMap) -> Field | None:
    """Return the field with the country of the address that a postal code belongs to, if there is one."""
    block, _, part = field.name.rpartition(".")
    wanted = f"{block}.Country" if part == "PostalCode" else None
    return next((other for other in fields if other.name == wanted), None)


def rules_for(field: Field, fields: FieldMap) -> tuple[Rule, ...]:
    """Return the rules for one field: of its content type, its target, the key if it is that, and of damage."""
    target = catalog.target(field.target)
    is_key = field.column == fields.unique_key
    rules: list[Rule] = [unique_key.RULE] if is_key else []
    match field.content_type:
        case ContentType.EMAIL_ADDRESS:
            rules.append(email_address.RULE)
        case ContentType.PHONE_NUMBER:
            by_row = field.region_column is not None
            rules.append(phone_number.RULE_BY_ROW if by_row else phone_number.phone_rule(fields.region_of(field)))
        case ContentType.NUMBER:
            rules.append(number.RULE)
        case ContentType.STRING | ContentType.NAME:
            if not target.values:  # a stray space makes these a value that is not allowed
                rules.append(string.SPACES_RULE_OF_KEY if is_key else string.SPACES_RULE)
    rules.append(string.values_rule(target) if target.values else string.length_rule(target))
    if field.name == "BirthDate":
        rules.append(birth_date.RULE)
    if not target.values:  # whatever is wrong with one of these, it is a value that is not allowed
        rules += _damage_rules(field, fields)
    return tuple(rules)


def _damage_rules(field: Field, fields: FieldMap) -> list[Rule]:
    """Return the rules that tell what was broken before it came to us."""
    rules = [
        spreadsheet_marks.RULE,
        mojibake.RULE,
        invisible_characters.RULE,
        normal_form.RULE,
        placeholder_rule(field.content_type),
    ]
    identifier = is_identifier(field, fields)
    if field.content_type is ContentType.PHONE_NUMBER or identifier:
        rules += [string.FLOAT_RULE, lost_digits.RULE]
    if field.content_type is ContentType.PHONE_NUMBER:
        rules.append(two_values.PHONES_RULE)
    if field.content_type is ContentType.EMAIL_ADDRESS:
        rules.append(two_values.EMAILS_RULE)
    if field.name == "BirthDate":
        rules.append(date_order.RULE)
    if field.name.endswith("PostalCode") and identifier:
        rules += _postal_code_rules(field, fields)
    return rules


def _postal_code_rules(field: Field, fields: FieldMap) -> list[Rule]:
    if country_beside(field, fields) is not None:  # it says more of each row than one region of all
        return [postal_code.RULE_BY_ROW]
    short = postal_code.short_rule(fields.region) if fields.region is not None else None
    return [short] if short is not None else []


def normalised_key(
    column: pa.Array | pa.ChunkedArray,
    content_type: ContentType,
    region: str | pa.Array | None = None,
    *,
    table_rows: int = 0,
) -> pa.Array | pa.ChunkedArray:
    """Return a column of keys so that two are equal when the service takes them for the same customer.

    Parameters
    ----------
    column : pyarrow.Array or ChunkedArray
        Rendered text; null is missing and stays null.
    content_type : ContentType
        How the service compares the key.
    region : str or pyarrow.Array, optional
        For phone numbers: where those without ``+`` are dialled, for all rows or for each.

    table_rows : int
        Rows of the whole table that these are a part of; see `TextColumn`.

    Source: Amazon Connect administrator guide, 'how-object-type-mapping-works' and
    'mapping-field-definitions'.
    """
    if isinstance(column, pa.ChunkedArray):
        if isinstance(region, pa.Array):
            column = column.combine_chunks()
        else:
            chunks = [
                normalised_key(chunk, content_type, region, table_rows=table_rows or len(column))
                for chunk in column.chunks
            ]
            return pa.chunked_array(chunks, pa.large_string())
    text = column.cast(pa.large_string())
    match content_type:
        case ContentType.STRING:
            return string.comparable(text)
        case ContentType.NAME:
            return name.comparable(text)
        case ContentType.EMAIL_ADDRESS:
            return email_address.comparable(text)
        case ContentType.NUMBER:
            return number.comparable(text)
        case ContentType.PHONE_NUMBER:
            return phone_number.comparable(text, region, table_rows=table_rows)
