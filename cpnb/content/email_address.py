"""EMAIL_ADDRESS: an address that mail could be sent to, judged by email-validator without asking the network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.canary import Canary
from cpnb.content.cells import none_of, picked
from cpnb.content.email_parts import asked, normalised_by_parts, normalised_of_valid
from cpnb.content.email_patterns import Classes, classes_of
from cpnb.content.name import casefolded
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, distinct, mask_of
from cpnb.content.text_bytes import TextBytes

EMAIL_INVALID = Problem(
    "email_invalid",
    Severity.ERROR,
    Provenance.GUIDE,
    "not a valid e-mail address",
    "Expected one address such as name@example.com, without spaces around it, names or a second address.",
)

_AT = ord("@")

FEW_ROWS = 16
"""So many rows are shown to email-validator one by one: preparing the patterns takes longer."""

# Rows judged by their parts are few, and each is the work of more code: more of them are compared.
_ONE_IN_BY_PARTS = 128

_CANARY = Canary("e-mail addresses", "email-validator")


def is_email(text: str) -> bool:
    """Tell whether email-validator accepts the address with its default settings, without DNS.

    Internationalised addresses are accepted; quoted local parts, address literals and the reserved
    domains ``.test`` and ``.invalid`` are not.

    Examples
    --------
    >>> is_email("name@example.com"), is_email("name@example.com ")
    (True, False)
    """
    return asked(text) is not None


def valid(text: pa.Array, *, table_rows: int = 0, canary: Canary = _CANARY) -> Mask:
    """Return which rows hold an address that `is_email` accepts; a missing one is none.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``.
    table_rows : int
        Rows of the whole table, as far as it is known.
    canary : Canary
        Watches over the agreement with email-validator, and warns.
    """
    if not (TextBytes.of(text).data == _AT).any():  # as in a column that was mapped by mistake
        return none_of(text)
    return mask_of(_decided(text, _verdicts, lambda part: _asked_normal_forms(part).is_valid(), table_rows, canary))


def normalised(text: pa.Array, *, table_rows: int = 0, canary: Canary = _CANARY) -> pa.Array:
    """Return addresses in email-validator's normal form; null where there is no valid address.

    The domain is in small letters and not in Punycode, the local part is NFC, and well-known mailboxes
    such as ``Postmaster`` are in small letters.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``.
    table_rows : int
        Rows of the whole table, as far as it is known.
    canary : Canary
        Watches over the agreement with email-validator, and warns.

    Examples
    --------
    >>> normalised(pa.array(["Ann@EXAMPLE.com", "ann@"], pa.large_string())).to_pylist()
    ['Ann@example.com', None]
    """
    return _decided(text, _normal_forms, _asked_normal_forms, table_rows, canary)


def _decided(
    text: pa.Array,
    by_shape: Callable[[pa.Array, Classes], pa.Array],
    asked_for: Callable[[pa.Array], pa.Array],
    table_rows: int,
    canary: Canary,
) -> pa.Array:
    """Return what the shapes of addresses tell, or what email-validator says of them if they are few or it differs."""
    if canary.is_on and max(len(text), table_rows) > FEW_ROWS:
        classes = classes_of(text)
        ours = by_shape(text, classes)
        rows = _compared_rows(text, classes, canary)
        if canary.agrees(ours.take(rows).to_pylist(), asked_for(text.take(rows)).to_pylist()):
            return ours
    return asked_for(text)


def _verdicts(text: pa.Array, classes: Classes) -> pa.Array:
    accepted = classes.valid.copy()
    if classes.unclear.any():
        accepted[classes.unclear] = mask_of(normalised_by_parts(picked(text, classes.unclear)).is_valid())
    return pa.array(accepted)


def _normal_forms(text: pa.Array, classes: Classes) -> pa.Array:
    plain = pa.array(classes.valid)
    if classes.valid.all():
        return normalised_of_valid(text)
    nothing = pa.nulls(len(text), text.type)
    forms = pc.replace_with_mask(nothing, plain, normalised_of_valid(text.filter(plain)))
    if classes.unclear.any():
        unclear = pa.array(classes.unclear)
        forms = pc.replace_with_mask(forms, unclear, normalised_by_parts(text.filter(unclear)))
    return forms


def _compared_rows(text: pa.Array, classes: Classes, canary: Canary) -> pa.Array:
    by_shape = canary.rows(mask_of(text.is_valid()) & ~classes.unclear)
    by_parts = canary.rows(classes.unclear, one_in=_ONE_IN_BY_PARTS)
    return pa.array(np.concatenate([by_shape, by_parts]))


def _asked_normal_forms(text: pa.Array) -> pa.Array:
    values, indices = distinct(text)
    answers = (asked(value) for value in values)
    return pa.array([answer and answer.normalized for answer in answers], text.type).take(indices)


def _failing(column: TextColumn) -> tuple[Mask]:
    return (~valid(column.text, table_rows=column.table_rows) & mask_of(column.text.is_valid()),)


RULE = Rule((EMAIL_INVALID,), _failing)
"""Source: AWS re:Post guide to CSV uploads (invalid addresses fail their record); no grammar is
published, the verdict is that of the email-validator library."""


def comparable(text: pa.Array) -> pa.Array:
    """Return addresses as the service compares them: without regard to letter case.

    Source: Amazon Connect administrator guide, 'mapping-field-definitions'.
    """
    return casefolded(text)
