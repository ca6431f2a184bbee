"""A small table with a bit of every mess, what a cleaning makes of it, and what it leaves."""

import pandas as pd

from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap

FIELDS = FieldMap(
    [
        Field("id", "AccountNumber"),
        Field("name", "LastName"),
        Field("mail", "EmailAddress"),
        Field("phone", "PhoneNumber"),
        Field("born", "BirthDate"),
        Field("zip", "Address.PostalCode"),
        Field("country", "Address.Country"),
        Field("gender", "GenderString"),
        Field("spend", "Attributes.spend", ContentType.NUMBER),
    ],
    unique_key="id",
    region="US",
)
MESS = pd.DataFrame(
    {
        "id": ["'001", "1002.0", "C3 ", "C4"],
        "name": ["MÃ¼ller", " Jose\u0301", "O\u200bNeil", "Ada"],
        "mail": ["Ann@EXAMPLE.com", "bob@example.com ", "not one", " \t"],
        "phone": ["(206) 555-0100", "2065550101.0", "555-0102", "+12065550103"],
        "born": ["31/12/1990", "19900403", "03/04/1990", "1990-04-03"],
        "zip": ["2108", "98101", "501", "H2G 1A7"],
        "country": ["US", "USA", "United States", "Canada"],
        "gender": ["female", "MALE", "divers", None],
        "spend": ["$1,234.50", "12,5", "1,234", "7"],
        "note": [" kept ", "n/a", ["x"], b"y"],
    },
    dtype=object,
)
CLEAN = {
    "id": ["001", "1002", "C3", "C4"],
    "name": ["Müller", "José", "ONeil", "Ada"],
    "mail": ["Ann@example.com", "bob@example.com", "not one", None],
    "phone": ["+12065550100", "+12065550101", "555-0102", "+12065550103"],
    "born": ["1990-12-31", "1990-04-03", "03/04/1990", "1990-04-03"],
    "zip": ["02108", "98101", "00501", "H2G 1A7"],
    "country": ["US", "USA", "United States", "Canada"],
    "gender": ["FEMALE", "MALE", "divers", None],
    "spend": ["1234.50", "12.5", "1,234", "7"],
}


def codes(cleaned):
    return {(one.column, one.code): one.count for one in cleaned.left_alone}
