"""E-mail addresses judged by their two parts: each distinct domain once, and each distinct unusual local part.

email-validator judges the two sides of the @ apart from each other, but for the length of the whole.
"""

from __future__ import annotations

import functools
import re
import unicodedata

import email_validator
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from email_validator import ValidatedEmail, validate_email
from email_validator.rfc_constants import (
    CASE_INSENSITIVE_MAILBOX_NAMES,
    DNS_LABEL_LENGTH_LIMIT,
    EMAIL_MAX_LENGTH,
    LOCAL_PART_MAX_LENGTH,
)

from cpnb.content.rule import distinct, mask_of

_PUNYCODE_PREFIX = "xn--"

# The shortest parts there are, so that the length of the whole decides as late as possible.
_ANY_LOCAL_PART = "a@"
_ANY_DOMAIN = "@a.b"

# Labels without two hyphens in a row, and a last one of ASCII letters; other letters are looked at one by one.
_INTERNATIONAL_DOMAIN = re.compile(r"(?:[a-z0-9\x80-\U0010FFFF]+(?:-[a-z0-9\x80-\U0010FFFF]+)*\.)+([a-z]+)")


def asked(text: str) -> ValidatedEmail | None:
    """Return what email-validator knows of an address without DNS; None if it refuses it.

    All its options are given, so that settings that a session makes for purposes of its own change nothing.
    """
    if len(text) > EMAIL_MAX_LENGTH:  # refused in any case, and version 2.2 would take minutes to say so
        return None
    try:
        return validate_email(
            text,
            allow_smtputf8=True,
            allow_empty_local=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
            check_deliverability=False,
            test_environment=False,
            globally_deliverable=True,
        )
    except ValueError:  # EmailNotValidError is one, and so is what IDNA and Unicode say
        return None


def normalised_by_parts(text: pa.Array) -> pa.Array:
    """Return addresses in email-validator's normal form; null where it refuses them.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string`` without nulls; each of at most 254 bytes and with exactly one @, characters on both
        sides of it, and no quotes or brackets.
    """
    local_parts, domains = _split(text)
    local_parts = normalised_local_parts(local_parts)
    names, indices = distinct(domains)
    reserved = tuple(email_validator.SPECIAL_USE_DOMAIN_NAMES)
    outcomes = [_domain(name, reserved) or (None, 0) for name in names]
    domains = pa.array([normal for normal, _ in outcomes], text.type).take(indices)
    wire_bytes = pa.array([size_bytes for _, size_bytes in outcomes], pa.int64()).take(indices)
    # The address is measured as it was given, in its normal form, and with its domain as it goes over the wire.
    longest = pc.max_element_wise(pc.binary_length(domains), wire_bytes)
    whole_bytes = pc.add(pc.binary_length(local_parts), pc.add(longest, 1))
    joined = pc.binary_join_element_wise(local_parts, domains, pa.scalar("@", text.type))
    return pc.if_else(pc.less_equal(whole_bytes, EMAIL_MAX_LENGTH), joined, pa.scalar(None, text.type))


def normalised_of_valid(text: pa.Array) -> pa.Array:
    """Return ASCII addresses that are valid, and whose domain is not internationalised, in their normal form."""
    lowered = pc.ascii_lower(text)
    capital = mask_of(pc.not_equal(lowered, text))
    if not capital.any():
        return text
    mask = pa.array(capital)
    local_parts, _ = _split(text.filter(mask))
    _, domains = _split(lowered.filter(mask))
    joined = pc.binary_join_element_wise(_mailboxes_lowered(local_parts), domains, pa.scalar("@", text.type))
    return pc.replace_with_mask(text, mask, joined)


def normalised_local_parts(local_parts: pa.Array) -> pa.Array:
    """Return what stands before the @ in its normal form; null where it is refused.

    Parameters
    ----------
    local_parts : pyarrow.Array
        Atoms with dots between them; letters that are not ASCII count as part of an atom.
    """
    usual = mask_of(pc.string_is_ascii(local_parts))
    usual &= mask_of(pc.less_equal(pc.binary_length(local_parts), LOCAL_PART_MAX_LENGTH))
    normal = _mailboxes_lowered(local_parts)
    if usual.all():
        return normal
    unusual = pa.array(~usual)
    values, indices = distinct(local_parts.filter(unusual))
    outcomes = pa.array([_local_part(value) for value in values], local_parts.type)
    return pc.replace_with_mask(normal, unusual, outcomes.take(indices))


def _split(text: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return what is before and what is after the one @ of each address."""
    parts = pc.list_flatten(pc.split_pattern(text, "@"))
    before = np.arange(0, len(parts), 2)
    return parts.take(pa.array(before)), parts.take(pa.array(before + 1))


def _mailboxes_lowered(local_parts: pa.Array) -> pa.Array:
    """Return local parts, those that name a well-known mailbox, such as Postmaster, in small letters."""
    lowered = pc.ascii_lower(local_parts)
    mailboxes = pa.array(CASE_INSENSITIVE_MAILBOX_NAMES, local_parts.type)
    return pc.if_else(pc.is_in(lowered, value_set=mailboxes), lowered, local_parts)


def _local_part(text: str) -> str | None:
    if len(text) <= LOCAL_PART_MAX_LENGTH and _is_safe(text) and unicodedata.is_normalized("NFC", text):
        return text
    answer = asked(text + _ANY_DOMAIN)
    return None if answer is None else answer.local_part


def _is_safe(text: str) -> bool:
    """Tell whether email-validator finds no unsafe characters in the text, and no first one that combines."""
    return all(map(_is_safe_character, set(text))) and not unicodedata.category(text[0]).startswith("M")


@functools.cache
def _is_safe_character(character: str) -> bool:
    """Tell whether it is a letter, a mark, a number, punctuation or a symbol.

    Source: email-validator, ``syntax.check_unsafe_chars``.
    """
    return unicodedata.category(character)[0] in "LMNPS"


@functools.lru_cache(maxsize=4096)
def _domain(text: str, reserved: tuple[str, ...]) -> tuple[str, int] | None:
    """Return a domain in its normal form, and its length in bytes as it goes over the wire.

    `reserved` are the names that the library refuses now: it lets one change them, and the cache must not
    answer for others.
    """
    return _international_domain(text, _last_labels(reserved)) or _asked_domain(text)


def _asked_domain(text: str) -> tuple[str, int] | None:
    answer = asked(_ANY_LOCAL_PART + text)
    return None if answer is None else (answer.domain, len(answer.ascii_domain))


def _international_domain(text: str, reserved_labels: frozenset[str]) -> tuple[str, int] | None:
    """Return the same for a domain whose letters all stand for themselves wherever they are; None if they may not."""
    lowered = text.encode().lower().decode()  # letters of ASCII alone, as the standard has it
    shaped = _INTERNATIONAL_DOMAIN.fullmatch(lowered)
    if shaped is None or shaped[1] in reserved_labels or not unicodedata.is_normalized("NFC", lowered):
        return None
    if not all(character.isascii() or _stands_for_itself(character) for character in set(lowered)):
        return None
    sizes = [_wire_bytes(label) for label in lowered.split(".")]
    return (lowered, sum(sizes) + len(sizes) - 1) if max(sizes) <= DNS_LABEL_LENGTH_LIMIT else None


@functools.cache
def _stands_for_itself(character: str) -> bool:
    """Tell whether it is a letter that a domain may hold, whatever is beside it, and that no mapping changes.

    Between two Latin letters everything is refused that needs a certain neighbour, or that is written from
    right to left; what combines with other neighbours is a mark, or is noticed because the whole is not
    normalised.
    """
    if not unicodedata.category(character).startswith("L"):
        return False
    domain = f"a{character}a.b"
    answer = asked(_ANY_LOCAL_PART + domain)
    return answer is not None and answer.domain == domain


def _wire_bytes(label: str) -> int:
    return len(label) if label.isascii() else len(_PUNYCODE_PREFIX) + len(label.encode("punycode"))


@functools.lru_cache(maxsize=8)
def _last_labels(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.rpartition(".")[2].lower() for name in names)
