"""The header of an uploaded file: names that the service takes for a field, a Source and a key alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from cpnb.errors import FieldsError

LONGEST = 64

# Narrower than the service's own pattern, which allows dots: its CSV ingestion reads them as another level.
# Source: service model, ``fieldName``; administrator guide, 'customer-profiles-object-type-mappings'.
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def checked(header: str) -> str:
    """Return a header that somebody chose, if the service takes it.

    Raises
    ------
    FieldsError
        If it does not.
    """
    if not _HEADER.fullmatch(header) or header.casefold() == "tags":
        raise FieldsError(
            f"{header!r} cannot be a header in the uploaded file: expected a letter, then at most {LONGEST - 1} "
            "letters, digits, '_' or '-', and not 'Tags'."
        )
    return header


def slug(name: str) -> str:
    """Return a header that the service accepts, as near to `name` as ASCII allows.

    Examples
    --------
    >>> slug("Téléphone (privé)")
    'Telephone_prive'
    >>> slug("2nd e-mail")
    'c_2nd_e-mail'
    """
    ascii_text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    text = re.sub(r"[^A-Za-z0-9_-]+", "_", ascii_text).strip("_-")
    if not text or not text[0].isalpha():
        text = f"c_{text}".rstrip("_")
    # The service forbids a field of this name. Source: administrator guide, 'mapping-field-definitions'.
    return f"{text}_" if text.casefold() == "tags" else text[:LONGEST]


def distinct(headers: Iterable[str]) -> tuple[str, ...]:
    """Return the headers with a number after those that another one before them has, whatever the letter case.

    Examples
    --------
    >>> distinct(["Name", "name", "city"])
    ('Name', 'name_2', 'city')
    """
    taken: set[str] = set()
    result = []
    for header in headers:
        candidate, count = header, 1
        while candidate.casefold() in taken:
            count += 1
            ending = f"_{count}"
            candidate = header[: LONGEST - len(ending)] + ending
        taken.add(candidate.casefold())
        result.append(candidate)
    return tuple(result)
