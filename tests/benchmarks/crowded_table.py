"""A table of customers as they come: ten columns, of which each has some bad cells. Nobody in it exists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap

FIRST = ("Olivia", "Noah", "Lucía", "Jürgen", "Zoé", "Łukasz", "Minh Châu", "Γιώργος", "Ольга", "健")
LAST = ("Smith", "O'Brien", "García Márquez", "Müller", "Lefèvre", "Wójcik", "Nguyễn", "Βλάχου", "Шевчук", "髙橋")
CITIES = ("Seattle", "San Juan", "Montréal", "Dresden", "Łódź", "Bourg-en-Bresse", "東京", "Oslo")
AREAS = ("206", "425", "312", "415", "617")
MAILBOXES = ("kayak", "maple.tree", "juniper-9", "h")
HOSTS = ("@example.com", "@mail.example.org")

NUMBER = ContentType.NUMBER
FIELDS = FieldMap(
    [
        Field("customer_id", "AccountNumber"),
        Field("first_name", "FirstName"),
        Field("last_name", "LastName"),
        Field("email", "EmailAddress"),
        Field("phone", "PhoneNumber"),
        Field("city", "Address.City"),
        Field("postcode", "Address.PostalCode"),
        Field("birth_date", "BirthDate"),
        Field("spend", "Attributes.spend", NUMBER),
        Field("visits", "Attributes.visits", NUMBER),
    ],
    unique_key="customer_id",
    region="US",
)
WRONG_FIELDS = FieldMap(
    [
        Field("customer_id", "AccountNumber"),
        Field("email", "PhoneNumber"),
        Field("phone", "EmailAddress"),
        Field("last_name", "Attributes.spend", NUMBER),
        Field("city", "Attributes.visits", NUMBER),
        Field("first_name", "MobilePhoneNumber"),
        Field("postcode", "BirthDate"),
        Field("birth_date", "PersonalEmailAddress"),
        Field("spend", "Gender"),
        Field("visits", "PartyType"),
    ],
    unique_key="customer_id",
    region="US",
)
"""Each column but the key where it does not belong."""

Texts = NDArray[Any]


def text_table(row_count: int, bad_share: float = 0.03, seed: int = 1) -> pd.DataFrame:
    """Return ten columns of text; of each, `bad_share` of the cells are as they should not be."""
    random = np.random.default_rng(seed)
    columns = {name: texts.astype(object) for name, texts in _columns(row_count, random).items()}
    bad_count = round(row_count * bad_share)
    for name, spoil in SPOILING.items():
        for row in random.permutation(row_count)[:bad_count]:
            columns[name][row] = spoil(columns[name][row])
    rows = random.permutation(row_count)[:bad_count]
    empty, repeated = rows[: bad_count // 2], rows[bad_count // 2 :]
    columns["customer_id"][empty] = None
    columns["customer_id"][repeated] = columns["customer_id"][(repeated + 1) % row_count]
    return pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})


def typed_table(row_count: int, seed: int = 1) -> pd.DataFrame:
    """Return the same table with numbers and dates in three columns, 3 % of them missing."""
    good = text_table(row_count, 0, seed)
    random = np.random.default_rng(seed + 1)
    typed = {"visits": good["visits"].astype("float64"), "spend": good["spend"].astype("float64")}
    typed["birth_date"] = pd.to_datetime(good["birth_date"])
    gaps = {name: column.mask(random.random(row_count) < 0.03) for name, column in typed.items()}
    return text_table(row_count, seed=seed).assign(**gaps)


SPOILING: dict[str, Callable[[str], str]] = {
    "first_name": lambda text: text + " ",
    "last_name": lambda text: text + " ",
    "city": lambda text: text + " ",
    "email": lambda text: text.replace("@", " at ") if len(text) % 2 else text + ".",
    "phone": lambda text: text[:-4],
    "postcode": lambda text: text + ".0",
    "birth_date": lambda text: f"{text[8:]}.{text[5:7]}.{text[:4]}",
    "spend": lambda text: f"USD {text}",
    "visits": lambda text: f"{text} times",
}


def _columns(row_count: int, random: np.random.Generator) -> dict[str, Texts]:
    def some(values: tuple[str, ...]) -> Texts:
        return np.array(values)[random.integers(len(values), size=row_count)]

    number = np.arange(1, row_count + 1).astype("U")
    area, middle = some(AREAS), random.integers(200, 1000, row_count).astype("U3")
    end = np.char.zfill(random.integers(0, 10_000, row_count).astype("U4"), 4)
    form = random.integers(3, size=row_count)
    written = (
        _joined("+1", area, middle, end),
        _joined("(", area, ") ", middle, "-", end),
        _joined(area, ".", middle, ".", end),
    )
    days = np.datetime64("1935-01-01") + random.integers(0, 26_000, row_count).astype("timedelta64[D]")
    return {
        "customer_id": np.char.zfill(number, 10),
        "first_name": some(FIRST),
        "last_name": some(LAST),
        "email": _joined(some(MAILBOXES), number, some(HOSTS)),
        "phone": np.choose(form, written),
        "city": some(CITIES),
        "postcode": np.char.zfill(random.integers(501, 99_951, row_count).astype("U5"), 5),
        "birth_date": days.astype("U10"),
        "spend": random.gamma(2.0, 180.0, row_count).round(2).astype("U"),
        "visits": random.integers(0, 500, row_count).astype("U"),
    }


def _joined(first: Texts | str, *others: Texts | str) -> Texts:
    for other in others:
        first = np.char.add(first, other)
    return np.asarray(first)
