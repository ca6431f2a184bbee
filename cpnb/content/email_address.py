"""EMAIL_ADDRESS: an address that mail could be sent to, judged by email-validator without asking the network."""

from __future__ import annotations

import pyarrow as pa
from email_validator import validate_email

from cpnb.content.name import casefolded
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, by_distinct

EMAIL_INVALID = Problem(
    "email_invalid",
    Severity.ERROR,
    Provenance.GUIDE,
    "not a valid e-mail address",
    "Expected one address such as name@example.com, without spaces around it, names or a second address.",
)


def is_email(text: str) -> bool:
    """Tell whether email-validator accepts the address with its default settings, without DNS.

    Internationalised addresses are accepted; quoted local parts, address literals and the reserved
    domains ``.test`` and ``.invalid`` are not.

    Examples
    --------
    >>> is_email("name@example.com"), is_email("name@example.com ")
    (True, False)
    """
    try:
        validate_email(text, check_deliverability=False)
    except ValueError:  # EmailNotValidError is one, and so is what IDNA and Unicode say
        return False
    return True


def _failing(column: TextColumn) -> tuple[Mask]:
    return (by_distinct(column.text, lambda text: not is_email(text)),)


RULE = Rule((EMAIL_INVALID,), _failing)
"""Source: AWS re:Post guide to CSV uploads (invalid addresses fail their record); no grammar is
published, the verdict is that of the email-validator library."""


def comparable(text: pa.Array) -> pa.Array:
    """Return addresses as the service compares them: without regard to letter case.

    Source: Amazon Connect administrator guide, 'mapping-field-definitions'.
    """
    return casefolded(text)
