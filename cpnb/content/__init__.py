"""When a value is right, where that is written, and when two values are the same: one file per content type.

A rule sees the rendered text of a column and says, for each of its problems, in which rows it is.
"""

from __future__ import annotations

import pyarrow as pa

from cpnb import catalog
from cpnb.content import birth_date, email_address, name, number, phone_number, string, unique_key
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn
from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap

__all__ = ["Mask", "Problem", "Provenance", "Rule", "Severity", "TextColumn", "normalised_key", "rules_for"]


def rules_for(field: Field, fields: FieldMap) -> tuple[Rule, ...]:
    """Return the rules for one field of a map: its content type's, its target's, and the key's if it is that."""
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
    is_identifier = is_key or field.name == "AccountNumber" or field.name.endswith("PostalCode")
    if field.content_type is ContentType.PHONE_NUMBER or (is_identifier and field.content_type is ContentType.STRING):
        rules.append(string.FLOAT_RULE)
    return tuple(rules)


def normalised_key(
    column: pa.Array | pa.ChunkedArray, content_type: ContentType, region: str | pa.Array | None = None
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

    Source: Amazon Connect administrator guide, 'how-object-type-mapping-works' and
    'mapping-field-definitions'.
    """
    if isinstance(column, pa.ChunkedArray):
        if isinstance(region, pa.Array):
            column = column.combine_chunks()
        else:
            chunks = [normalised_key(chunk, content_type, region) for chunk in column.chunks]
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
            return phone_number.comparable(text, region)
