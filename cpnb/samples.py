"""Synthetic customers to try things on: nobody real, nothing that can be called or written to.

E-mail addresses are in the reserved domains ``example.com`` and ``example.org`` (Source: RFC 2606);
telephone numbers are the hundred that the North American plan keeps for fiction in Seattle,
+1 206 555 0100 to 0199.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["people"]

Text: TypeAlias = npt.NDArray[np.object_]

# First names and last names of one culture; any two make a customer.
_NAMES = {
    "English": (("Olivia", "Noah", "Amelia", "Arthur"), ("Smith", "O'Brien", "Taylor-Jones", "McDonald")),
    "Spanish": (("Lucía", "Martín", "José", "Begoña"), ("García Márquez", "Núñez", "Ibáñez", "Peña")),
    "German": (("Jürgen", "Käthe", "Anneliese", "Björn"), ("Müller", "Groß", "von der Heide", "Schäfer")),
    "French": (("Zoé", "François", "Chloé", "Anaïs"), ("Lefèvre", "Dupont", "L'Hôpital", "Bélanger")),
    "Polish": (("Łukasz", "Małgorzata", "Paweł", "Zofia"), ("Wójcik", "Dąbrowski", "Żak", "Nowak")),
    "Vietnamese": (("Anh", "Minh Châu", "Thảo", "Đức"), ("Nguyễn", "Trần", "Phạm", "Lê")),
    "Turkish": (("İpek", "Oğuz", "Şule", "Çağla"), ("Çelik", "Öztürk", "Şahin", "Gündoğdu")),
    "Greek": (("Ελένη", "Γιώργος", "Μαρία", "Νίκος"), ("Παπαδόπουλος", "Οικονόμου", "Βλάχου", "Δήμου")),
    "Russian": (("Иван", "Ольга", "Мария", "Дмитрий"), ("Иваненко", "Шевчук", "Коваль", "Черных")),
    "Arabic": (("محمد", "فاطمة", "يوسف", "ليلى"), ("الحسن", "منصور", "حداد", "خليل")),
    "Hindi": (("अर्जुन", "प्रिया", "रोहन", "अनन्या"), ("शर्मा", "पटेल", "सिंह", "गुप्ता")),
    "Chinese": (("伟", "芳", "秀英", "小龙"), ("王", "李", "欧阳", "陈")),
    "Japanese": (("太郎", "さくら", "健", "ユミ"), ("佐藤", "鈴木", "髙橋", "渡邊")),
    "Korean": (("민준", "서연", "지우", "하은"), ("김", "이", "박", "남궁")),
}

# Street, city, state, postcode, country. Several postcodes lose a leading zero in careless hands.
_PLACES = (
    ("{} Pike Street", "Seattle", "WA", "98101", "US"),
    ("{} 15th Avenue NE", "Seattle", "WA", "98115", "US"),
    ("{} Burnside Street", "Portland", "OR", "97209", "US"),
    ("{} Beacon Street, Apt 4", "Boston", "MA", "02108", "US"),
    ("{} Springfield Avenue", "Newark", "NJ", "07103", "US"),
    ("{} Calle Fortaleza", "San Juan", "PR", "00901", "US"),
    ("{} rue Bélanger", "Montréal", "QC", "H2G 1A7", "CA"),
    ("{} Königsbrücker Straße", "Dresden", "", "01099", "DE"),
    ("{} ulica Piotrkowska", "Łódź", "", "90-001", "PL"),
    ("{} Calle Mayor", "Madrid", "", "28013", "ES"),
    ("{} rue de la Paix", "Bourg-en-Bresse", "", "01000", "FR"),
    ("{} 丸の内", "東京", "", "100-0005", "JP"),
)

_PHONE_NOTATIONS = ("+1206555{}", "+1 206 555 {}", "(206) 555-{}", "206-555-{}", "206.555.{}", "1-206-555-{}")
_TIERS = ("bronze", "silver", "gold", "platinum")
_NOTES = (
    "",
    "",
    "",
    "Prefers a call after 5 pm",
    "Asked about an invoice, see ticket",
    "Moved house; told us by letter",
)
_MAIL_NAMES = ("kayak", "maple", "juniper", "harbour", "quartz", "lantern", "saffron", "willow")
_BROKEN_EMAILS = ("{}", "{}@", "{}@@example.com", "{} @example.com", "{}@example..com", "@{}")

_SHARE_WITHOUT_PURCHASE = 0.05
_FLAWS = ("email", "phone", "empty", "spaces", "repeated_key", "empty_key")


def people(rows: int = 1_000, *, seed: int = 0, flaws: float = 0.03) -> pd.DataFrame:
    """Return a table of synthetic customers, untidy in the ways that real ones are.

    Parameters
    ----------
    rows : int
        Number of rows; a million takes a few seconds.
    seed : int
        The same seed gives the same table.
    flaws : float
        Share of rows, from 0 to 1, with one thing wrong: a broken e-mail address, a telephone number
        that is too short, an empty e-mail cell, stray spaces, a repeated or an empty customer_id.
        Without flaws, every e-mail address and telephone number is valid and every customer_id
        stands once.

    Returns
    -------
    pandas.DataFrame
        Text columns ``customer_id`` (eight digits, leading zeros), ``first_name``, ``last_name``
        (many scripts), ``email``, ``phone`` (in several notations, some without country code: read
        them as region US), ``street``, ``city``, ``state``, ``postcode`` (leading zeros),
        ``country``, ``birth_date`` (ISO 8601), ``tier``, the number column ``spend`` (US dollars, some
        missing) and ``notes``, which is not meant for upload.

    Raises
    ------
    ValueError
        If `rows` is negative or `flaws` is not between 0 and 1.

    Examples
    --------
    >>> people(3, flaws=0)["customer_id"].tolist()
    ['00000001', '00000002', '00000003']
    """
    if rows < 0:
        raise ValueError(f"rows is {rows}; expected 0 or more.")
    if not 0 <= flaws <= 1:
        raise ValueError(f"flaws is {flaws}; expected a share between 0 and 1.")
    rng = np.random.default_rng(seed)
    columns = _valid_columns(rows, rng)
    _spoil(columns, round(rows * flaws), rng)
    spend = rng.gamma(2.0, 180.0, rows).round(2)
    spend[rng.random(rows) < _SHARE_WITHOUT_PURCHASE] = np.nan
    notes = columns.pop("notes")
    # Given as objects, text becomes `object` before pandas 3 and `str` from there on, as in the analyst's own tables.
    return pd.DataFrame({**columns, "spend": spend, "notes": notes})


def _valid_columns(rows: int, rng: np.random.Generator) -> dict[str, Text]:
    names = np.array([(first, last) for firsts, lasts in _NAMES.values() for first in firsts for last in lasts], object)
    person = names[rng.integers(len(names), size=rows)]
    place = np.array(_PLACES, object)[rng.integers(len(_PLACES), size=rows)]
    number = np.arange(1, rows + 1).astype(str).astype(object)
    mail_name = _drawn(_MAIL_NAMES, rows, rng) + number
    birthday = np.datetime64("1935-01-01") + rng.integers(0, 26_000, rows).astype("timedelta64[D]")
    columns: dict[str, Text] = {
        "customer_id": np.array([f"{n:08}" for n in range(1, rows + 1)], object),
        "first_name": person[:, 0],
        "last_name": person[:, 1],
        "email": mail_name + _drawn(("@example.com", "@example.org"), rows, rng),
        "phone": _phones(rows, rng),
        "street": _streets(place[:, 0], rng),
        "city": place[:, 1],
        "state": place[:, 2],
        "postcode": place[:, 3],
        "country": place[:, 4],
        "birth_date": birthday.astype(str).astype(object),
        "tier": _drawn(_TIERS, rows, rng),
        "notes": _drawn(_NOTES, rows, rng),
    }
    for values in columns.values():
        values[values == ""] = None
    return columns


def _drawn(choices: tuple[str, ...], rows: int, rng: np.random.Generator) -> Text:
    return np.array(choices, object)[rng.integers(len(choices), size=rows)]


def _phones(rows: int, rng: np.random.Generator) -> Text:
    # Six notations of a hundred numbers are few enough to write out and draw from.
    written = tuple(notation.format(f"01{n:02}") for notation in _PHONE_NOTATIONS for n in range(100))
    return _drawn(written, rows, rng)


def _streets(patterns: Text, rng: np.random.Generator) -> Text:
    houses = rng.integers(1, 400, len(patterns)).astype(str).astype(object)
    filled: Text = np.array(
        [pattern.format(house) for pattern, house in zip(patterns, houses, strict=True)] or [], object
    )
    return filled


def _spoil(columns: dict[str, Text], count: int, rng: np.random.Generator) -> None:
    """Put one flaw into each of `count` rows, all kinds alike; the columns are changed in place."""
    rows = len(columns["customer_id"])
    order = rng.permutation(rows)
    spoilt, sound = order[:count], order[count:]
    chosen = {flaw: spoilt[position :: len(_FLAWS)] for position, flaw in enumerate(_FLAWS)}
    local = np.array([address.partition("@")[0] for address in columns["email"][chosen["email"]]], object)
    broken = rng.integers(len(_BROKEN_EMAILS), size=len(local))
    columns["email"][chosen["email"]] = [_BROKEN_EMAILS[b].format(name) for b, name in zip(broken, local, strict=True)]
    columns["phone"][chosen["phone"]] = [f"555-01{n:02}" for n in rng.integers(100, size=len(chosen["phone"]))]
    columns["email"][chosen["empty"]] = None
    columns["last_name"][chosen["spaces"]] = "  " + columns["last_name"][chosen["spaces"]] + " "
    if len(sound):
        twins = sound[rng.integers(len(sound), size=len(chosen["repeated_key"]))]
        columns["customer_id"][chosen["repeated_key"]] = columns["customer_id"][twins]
    columns["customer_id"][chosen["empty_key"]] = None
