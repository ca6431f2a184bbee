"""A million customers as a company has them, fourteen columns and about 200 MB of CSV. Nobody in it exists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap
from tests.benchmarks.crowded_table import text_table

FIELDS = FieldMap(
    [
        Field("customer_id", "AccountNumber"),
        Field("first_name", "FirstName"),
        Field("last_name", "LastName"),
        Field("email", "EmailAddress"),
        Field("phone", "PhoneNumber"),
        Field("street", "Address.Address1"),
        Field("city", "Address.City"),
        Field("postcode", "Address.PostalCode"),
        Field("birth_date", "BirthDate"),
        Field("created_at", "Attributes.created_at"),
        Field("spend", "Attributes.spend", ContentType.NUMBER),
        Field("visits", "Attributes.visits", ContentType.NUMBER),
        Field("is_member", "Attributes.is_member"),
        Field("notes", "AdditionalInformation"),
    ],
    unique_key="customer_id",
    region="US",
)

STREETS = ("Pike Street", "15th Avenue NE", "rue Bélanger", "Königsbrücker Straße", "Calle Mayor", "丸の内")
WORDS = (
    "asked about delivery;", "prefers a call after 5 pm", 'said "never again"', "VIP, returning", "café très bien",
    "対応済み", "refund pending, see ticket", "gift wrap = yes", "moved house", "told us by letter",
)  # fmt: skip
WORDS_IN_A_NOTE = 2
WITHOUT_NOTE = 0.2
WITHOUT_VISITS = 0.08


def table(row_count: int, seed: int = 1) -> pd.DataFrame:
    """Return fourteen columns without a mistake: nine of text in pandas' own type for it, and five typed ones.

    Some streets hold commas, quotes and line ends; some visits and notes are missing, so that whole numbers are
    floats, as `pandas.read_csv` has them.
    """
    people = text_table(row_count, 0, seed)
    random = np.random.default_rng(seed + 1)
    seconds = random.integers(0, 9 * 365 * 86_400, row_count).astype("timedelta64[s]")
    typed = {
        "birth_date": pd.to_datetime(people["birth_date"]),
        "created_at": (np.datetime64("2015-01-01T00:00:00", "s") + seconds).astype("datetime64[us]"),
        "spend": people["spend"].astype("float64"),
        "visits": people["visits"].astype("float64").mask(random.random(row_count) < WITHOUT_VISITS),
        "is_member": random.random(row_count) < 0.4,
    }
    text = {"street": _streets(row_count, random), "notes": _notes(row_count, random)}
    everything = people.assign(**typed, **{name: pd.Series(cells, dtype="str") for name, cells in text.items()})
    return everything[list(FIELDS.columns)]


def _some(values: tuple[str, ...], row_count: int, random: np.random.Generator) -> NDArray[Any]:
    return np.array(values, dtype=object)[random.integers(len(values), size=row_count)]


def _streets(row_count: int, random: np.random.Generator) -> NDArray[Any]:
    house = random.integers(1, 2000, row_count).astype("U").astype(object)
    further = _some(("", "", "", ", Apt 4", '\nFloor 2, "The Mews"'), row_count, random)
    return np.asarray(house + " " + _some(STREETS, row_count, random) + further)


def _notes(row_count: int, random: np.random.Generator) -> NDArray[Any]:
    notes = _some(WORDS, row_count, random)
    for _ in range(WORDS_IN_A_NOTE - 1):
        notes = notes + " " + _some(WORDS, row_count, random)
    notes[random.random(row_count) < WITHOUT_NOTE] = None
    return np.asarray(notes)
