"""A small table of customers, and its upload to a sandbox without long waits."""

from __future__ import annotations

from typing import Any

import pandas as pd

import cpnb
from cpnb.retrying import Patience
from cpnb.upload_options import UploadOptions

FIELDS = cpnb.FieldMap(
    {"id": "AccountNumber", "mail": "EmailAddress", "phone": "PhoneNumber", "city": "Address.City"},
    unique_key="id",
    region="US",
)

QUICK = Patience(pause_first_s=0.05, pause_longest_s=0.5, poll_first_s=0.02, poll_longest_s=0.2)
"""A sandbox is done in milliseconds; a service is not asked as often."""


def customers(count: int = 3, **columns: Any) -> pd.DataFrame:
    made = {
        "id": [f"{number:05d}" for number in range(count)],
        "mail": [f"person{number}@example.com" for number in range(count)],
        "phone": ["+12065550100"] * count,
        "city": ["Seattle"] * count,
        "secret": ["never leaves"] * count,
    }
    return pd.DataFrame(made | columns)


def quick(patience: Patience = QUICK, **settings: Any) -> UploadOptions:
    return UploadOptions(patience=patience, **settings)


def begin(people: pd.DataFrame, domain: cpnb.Domain, fields: cpnb.FieldMap = FIELDS, **settings: Any) -> cpnb.Upload:
    return cpnb.upload(people, domain, fields, **({"options": quick()} | settings))


def stored(domain: cpnb.Domain, key: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = domain.call("SearchProfiles", KeyName="_account", Values=[key])["Items"]
    return items


def profile_count(domain: cpnb.Domain) -> int:
    return int(domain.call("GetDomain")["Stats"]["ProfileCount"])
