"""Small tables and their plans, for the tests of both."""

from __future__ import annotations

from typing import Any

import boto3
import pandas as pd

from cpnb.domain import Domain
from cpnb.fields import FieldMap
from cpnb.planning import Plan, plan

# Nothing listens there: whatever asked it would fail.
NOWHERE = "http://127.0.0.1:9"
FIELDS = FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "city": "Address.City"}, unique_key="id")
HEADER = b"id,mail,city\n"


def a_domain() -> Domain:
    return Domain("loyalty", endpoint_url=NOWHERE, session=boto3.Session("a", "b", region_name="eu-west-1"))


def people(*rows: tuple[Any, Any, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["id", "mail", "city"], dtype=object)


def numbered(row_count: int) -> pd.DataFrame:
    ids = [f"{number:06}" for number in range(row_count)]
    return pd.DataFrame({"id": ids, "mail": "a@example.com", "city": "Oslo"})


def planned(frame: pd.DataFrame, fields: FieldMap = FIELDS, **settings: Any) -> Plan:
    return plan(frame, a_domain(), fields, **settings)


def files(made: Plan, frame: pd.DataFrame) -> list[bytes]:
    return [b"".join(made.stream(frame, part)) for part in made.parts]
