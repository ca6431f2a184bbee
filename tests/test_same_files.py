"""The bytes of files, and the digests by which a second run finds what the first one left: both stay what they were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import xxhash

from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap
from cpnb.frames import snapshot
from cpnb.upload_options import UploadOptions
from tests.plans import planned

ROWS = 70_000
FIELDS = FieldMap(
    [
        Field("id", "AccountNumber"),
        Field("name", "LastName"),
        Field("mail", "EmailAddress"),
        Field("born", "BirthDate"),
        Field("seen", "Attributes.seen"),
        Field("zoned", "Attributes.zoned"),
        Field("spend", "Attributes.spend", ContentType.NUMBER),
        Field("visits", "Attributes.visits", ContentType.NUMBER),
        Field("points", "Attributes.points"),
        Field("member", "Attributes.member"),
        Field("tier", "Attributes.tier"),
        Field("mixed", "Attributes.mixed"),
    ],
    unique_key="id",
)
NAMES = ("Smith", 'O"Brien', "Müller, jr.", "髙橋", None, " x ", "")
MIXED = ("text", 5, 2.5, True, None, Decimal("1.10"), dt.date(2020, 2, 29), float("nan"))


def table() -> pd.DataFrame:
    """Return a bit of everything, made without chance, in more than one slice of any reading."""
    row = np.arange(ROWS)
    moments = np.datetime64("1999-12-31T23:59:50", "ms") + (row * 1_000).astype("timedelta64[ms]")
    with_fractions = moments + np.where(row < ROWS // 2, 0, row % 1_000).astype("timedelta64[ms]")
    return pd.DataFrame(
        {
            "id": [f"{number:07}" for number in row],
            "name": pd.Series([NAMES[number % 7] for number in row], dtype="str"),
            "mail": [None if number % 5 == 0 else f"kayak{number}@example.com" for number in row],
            "born": pd.Series(np.datetime64("1930-01-01") + (row % 30_000).astype("timedelta64[D]")).mask(row % 9 == 0),
            "seen": with_fractions,
            "zoned": pd.Series(moments).dt.tz_localize("Europe/Berlin", ambiguous="NaT", nonexistent="NaT"),
            "spend": (row * 37 % 100_000) / 100,
            "visits": pd.Series(row % 400, dtype="float64").mask(row % 12 == 0),
            "points": row * 7,
            "member": row % 3 == 0,
            "tier": pd.Categorical.from_codes(row % 4 - 1, categories=["bronze", "silver", "gold"]),
            "mixed": pd.Series([MIXED[number % 8] for number in row], dtype=object),
        }
    )


def of_objects(made: pd.DataFrame) -> pd.DataFrame:
    return made.astype({"id": object, "name": object, "mail": object})


def spoilt(made: pd.DataFrame) -> pd.DataFrame:
    mails = made["mail"].where(made.index % 11 != 0, "no mail")
    return made.assign(mail=mails, id=made["id"].where(made.index % 1_000 != 7, "0000000"))


# Hashes of the bytes, written down on 2026-11-29, before a file was made by several threads; and digests, written down
# later that day, when they came to be those of the cells.
SOUND = ["3c81e8c81aa17c75740c6cb3a94b3f79", "4235a813c8aeac0d3333c885db8e3eed", "1e1fd4a7d9292f67fd77ac35534bd466"]
SPOILT = ["fd46a428053e91a6d37d86ef85cc5193", "ee6eebde6f50590587967e8086d7058d", "1a85d10d88217243e06d80461e6c6497"]
DIGESTS_OF_SOUND = [
    "b3290e7ba13f5cff24ecd24e4943d376",
    "6c6a571ff05214dd99bd96d7797c9f03",
    "5ec088d065b81c84a564e373dbdf97d3",
]
DIGESTS_OF_SPOILT = [
    "70f43465c1120e9122eb6291623b780e",
    "07f77a069ac96b7b684e6c12884f58de",
    "8800c95956553438bbc1af30f0a22e21",
]
FILES = {
    "str": (lambda made: made, SOUND, DIGESTS_OF_SOUND),
    "object": (of_objects, SOUND, DIGESTS_OF_SOUND),
    "spoilt": (spoilt, SPOILT, DIGESTS_OF_SPOILT),
}


@pytest.mark.parametrize(("change", "hashes", "digests"), FILES.values(), ids=FILES.keys())
def test_the_same_table_makes_the_same_files(
    change: Callable[[pd.DataFrame], pd.DataFrame], hashes: list[str], digests: list[str]
) -> None:
    frame = change(table())
    options = UploadOptions(part_rows=30_000)

    made = planned(frame, FIELDS, on_invalid="blank", marker=("campaign", "spring"), options=options)
    files = [b"".join(made.stream(frame, part)) for part in made.parts]
    held = snapshot(frame, FIELDS.needed_columns)  # as an upload has it
    of_held = planned(held, FIELDS, on_invalid="blank", marker=("campaign", "spring"), options=options)

    assert [xxhash.xxh3_128_hexdigest(file) for file in files] == hashes
    assert [part.measure.size_bytes for part in made.parts] == list(map(len, files))
    assert [part.measure.digest for part in made.parts] == digests
    assert of_held.parts == made.parts
    assert [b"".join(of_held.stream(held, part)) for part in of_held.parts] == files
