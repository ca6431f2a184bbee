"""A table that nobody could guess, and the search for its cells in whatever comes out."""

from __future__ import annotations

import base64
import datetime as dt
import html
import json
import random
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

import numpy as np
import numpy.typing as npt
import pandas as pd

LETTERS = "bcdfghjklmnpqrstvwxz"
WORD_LENGTH = 12
WINDOW = 9
"""So many letters of a word in a row give it away; by chance they come once in 10 to the 11th places."""

HEAD_BYTES = 8
"""No spelling is shorter."""

SEED = 20_261_124


class Canary:
    """Makes marked values of every shape, and remembers how each could be spelled.

    The same words come in every run, so that a failure can be repeated; they are in no file.
    """

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)
        self._phones = iter(self._random.sample(range(101, 200), 99))
        self.secrets: set[str] = set()
        self._spellings: dict[bytes, str] = {}
        self._by_head: dict[int, set[bytes]] = {}

    def word(self, name: str) -> str:
        word = "".join(self._random.choices(LETTERS, k=WORD_LENGTH))
        for start in range(WORD_LENGTH - WINDOW + 1):
            self._remember(name, word[start : start + WINDOW])
        return word

    def phone(self, name: str) -> str:
        line = next(self._phones)  # of the numbers that are kept for fiction; messages show the first as an example
        for text in (f"2065550{line}", f"206-555-0{line}", f"206) 555-0{line}", f"206 555 0{line}"):
            self._remember(name, text)
        return f"+12065550{line}"

    def number(self, name: str) -> int:
        number = self._random.randrange(10**11, 10**12)
        for text in (f"{number}", f"{number:,}", f"{number:.6e}"):
            self._remember(name, text)
        return number

    def date(self, name: str) -> dt.date:
        day = dt.date(1907, 1, 1) + dt.timedelta(days=self._random.randrange(365 * 5))
        for form in ("%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y"):
            self._remember(name, f"{day:{form}}")
        self._remember(name, f"{day.year}, {day.month}, {day.day}")
        return day

    def secret(self, name: str, text: str) -> None:
        """Search for a text that somebody else made: a key, a signature. It must not even be a variable of a frame."""
        self.secrets.add(name)
        self._remember(name, text)

    def _remember(self, name: str, text: str) -> None:
        for spelling in spellings(text):
            self._spellings[spelling] = name
            self._by_head.setdefault(int(_heads_in(spelling)[0]), set()).add(spelling)

    def names(self) -> set[str]:
        """Return the names of all that is searched for."""
        return set(self._spellings.values())

    def found_in(self, text: str) -> dict[str, str]:
        """Return the names of the marks that a text holds, each with a bit of what stands around it."""
        folded = text.lower().encode(errors="surrogatepass")
        found: dict[str, str] = {}
        heads = np.array(sorted(self._by_head), dtype=np.uint64)
        places = _heads_in(folded)
        for place in np.flatnonzero(np.isin(places, heads)).tolist():
            for spelling in self._by_head[int(places[place])]:
                if folded.startswith(spelling, place):
                    around = folded[max(place - 60, 0) : place + 100]
                    found.setdefault(self._spellings[spelling], around.decode(errors="replace"))
        return found

    def good(self, row_count: int = 6) -> pd.DataFrame:
        """A table that can be uploaded as it is, with marked cells and marked index labels."""
        rows = range(row_count)
        return pd.DataFrame(
            {
                "id": [self.word("key") for _ in rows],
                "first": [f'Zoë "{self.word("name")}" & <b>, Söhne' for _ in rows],
                "mail": [f"{self.word('address')}@example.com" for _ in rows],
                "phone": [self.phone("phone") for _ in rows],
                "amount": [self.number("number") for _ in rows],
                "born": [self.date("date") for _ in rows],
                "note": [f"{self.word('text')}\nand {self.word('text')}" for _ in rows],
                "unmapped": [self.word("unmapped") for _ in rows],
            },
            index=pd.Index([self.word("index label") for _ in rows], name="person"),
        )

    def bad(self) -> pd.DataFrame:
        """A table with every kind of error and warning, one or more in each row."""
        table = self.good(12).astype(object)
        for row, (column, value) in enumerate(
            [
                ("mail", f"{self.word('bad address')} at example"),
                ("mail", f"{self.word('unusual address')}@localhost"),
                ("phone", f"555-{self.word('bad phone')}"),
                ("phone", f"call {self.number('long phone')}"),
                ("first", self.word("long name") * 30),
                ("amount", f"{self.word('bad number')},5"),
                ("amount", float(self.number("float"))),
                ("born", f"the day of {self.word('bad date')}"),
                ("note", f"{self.word('mojibake')} MÃ¼ller\u200b "),
                ("id", table["id"].iloc[0]),
                ("id", None),
                ("first", f"\ud800{self.word('surrogate')}"),
            ]
        ):
            table.iloc[row, table.columns.get_loc(column)] = value
        return table

    def strange(self) -> pd.DataFrame:
        """A table of cells that are no text, and of some that do not even let themselves be shown."""
        word = self.word
        things: list[object] = [
            word("bytes").encode(),
            {"deep": [word("dict")]},
            [word("list")],
            (word("tuple"),),
            np.array([word("array")]),
            Unshowable(word("object")),
            memoryview(word("memory").encode()),
            complex(self.number("complex"), 1),
        ]
        table = self.good(len(things)).astype(object)
        for column in ("first", "mail", "phone", "amount", "born", "note"):
            table[column] = pd.Series(things, index=table.index, dtype=object)
        return table


class Unshowable:
    """A cell that raises when it is shown, with its value in the error."""

    def __init__(self, word: str) -> None:
        self._word = word

    def __str__(self) -> str:
        raise ValueError(f"cannot show {self._word}")

    __repr__ = __str__


def spellings(text: str) -> Iterator[bytes]:
    """Yield the ways in which a text may come out, in lower case."""
    raw = text.encode()
    yield from {
        form.lower().encode()
        for form in (
            text,
            json.dumps(text)[1:-1],
            repr(text)[1:-1],
            html.escape(text),
            quote(text),
            quote(text, safe=""),
            quote_plus(text),
            raw.hex(),
            *_in_base64(raw),
        )
    }


def _heads_in(text: bytes) -> npt.NDArray[np.uint64]:
    """Return the eight bytes that begin at each place, as a number: many spellings are looked for in megabytes."""
    data = np.frombuffer(text, dtype=np.uint8).astype(np.uint64)
    count = max(len(data) - HEAD_BYTES + 1, 0)
    heads = np.zeros(count, dtype=np.uint64)
    for index in range(HEAD_BYTES):
        heads |= data[index : index + count] << np.uint64(8 * index)
    return heads


def _in_base64(raw: bytes) -> Iterable[str]:
    """Yield what is the same in the base64 of every text that holds these bytes, for each place they may have."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw).decode()
        sure = coded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        yield sure
        yield sure.replace("+", "-").replace("/", "_")
