"""Templates: an empty table with the headers from which the fields of a profile are recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from cpnb import catalog
from cpnb.column_names import reading_of
from cpnb.errors import FieldsError, listed

__all__ = ["template"]

_USUAL = (
    "AccountNumber",
    "FirstName",
    "LastName",
    "EmailAddress",
    "PhoneNumber",
    "Address.Address1",
    "Address.City",
    "Address.State",
    "Address.PostalCode",
    "Address.Country",
    "BirthDate",
)
# What people call it, where that is not the service's name in words.
_HEADERS = {
    "AccountNumber": "Customer ID",
    "BusinessName": "Company Name",
    "GenderString": "Gender",
    "PartyTypeString": "Party Type",
}


def template(targets: Iterable[str] = _USUAL) -> pd.DataFrame:
    """Return an empty table to fill in: one column of text for each target, under a header that people understand.

    ``cpnb.template().to_csv("customers.csv", index=False)`` makes a file of it. `suggest_fields` leads each
    header back to its target. Targets of which another one has the plain name, such as ``Gender`` beside
    ``GenderString``, and custom attributes stand under their full names: ``_profile.Gender``.

    Parameters
    ----------
    targets : iterable of str
        Names of profile fields, in the order of the columns: ``"EmailAddress"``, ``"ShippingAddress.City"``.
        By default those of a usual customer.

    Returns
    -------
    pandas.DataFrame
        Without rows; every column of object dtype, so that ids and postal codes stay as they are typed.

    Raises
    ------
    FieldsError
        If a target is none (the message offers the nearest) or given twice, or there are no targets.

    Examples
    --------
    >>> list(template(["AccountNumber", "EmailAddress", "BillingAddress.PostalCode"]).columns)
    ['Customer ID', 'Email Address', 'Billing Postal Code']
    """
    if isinstance(targets, str):
        raise FieldsError(f"targets is the text {targets!r}; expected a list of names: template([{targets!r}]).")
    names = [catalog.target(name).name for name in targets]
    if not names:
        raise FieldsError("A template needs at least one target, such as 'EmailAddress'.")
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise FieldsError(f"Two columns cannot go to one target; given more than once: {listed(repeated)}.")
    return pd.DataFrame({_header_of(name): pd.Series(dtype=object) for name in names})


def _header_of(target: str) -> str:
    """Return the name that people understand, or the target in full where its name alone means another."""
    block, _, part = target.rpartition(".")
    words = _HEADERS.get(target) or _in_words(f"{block.removesuffix('Address')} {part}")
    reading = reading_of(words)
    return words if reading is not None and reading.target == target else f"{catalog.PROFILE_PREFIX}{target}"


def _in_words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z\d])", " ", name).replace(".", " ").strip()
