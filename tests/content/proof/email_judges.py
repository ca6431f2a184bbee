"""What email-validator says of e-mail addresses, and what we say."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

import pyarrow as pa
from email_validator import EmailNotValidError, validate_email

from cpnb.content import email_address
from cpnb.content.email_patterns import classes_of
from tests.content.proof.agreement import Proof
from tests.content.proof.unwatched import NoCanary

BATCH_ROWS = 50_000


class Verdict(NamedTuple):
    """Whether an address is valid, and its normal form if it is."""

    is_valid: bool
    normal: str | None


def reference(text: str) -> Verdict:
    """Return what email-validator says with its default settings, without asking the network."""
    try:
        return Verdict(is_valid=True, normal=validate_email(text, check_deliverability=False).normalized)
    except (EmailNotValidError, UnicodeError):
        return Verdict(is_valid=False, normal=None)


def ours(texts: list[str]) -> list[Verdict]:
    """Return what the fast path says of a whole column."""
    column = pa.array(texts, pa.large_string())
    rows = max(1_000_000, len(texts))
    valid = email_address.valid(column, table_rows=rows, canary=NoCanary())
    normal = email_address.normalised(column, table_rows=rows, canary=NoCanary())
    return [Verdict(bool(one), other) for one, other in zip(valid, normal.to_pylist(), strict=True)]


def try_all(proof: Proof, name: str, texts: Iterable[str]) -> None:
    """Compare both on all texts, a batch at a time."""
    left = iter(texts)
    while batch := list(islice(left, BATCH_ROWS)):
        by_shape = int((~classes_of(pa.array(batch, pa.large_string())).unclear).sum())
        proof.compare(name, batch, (map(reference, batch), ours(batch)), decided=by_shape)
