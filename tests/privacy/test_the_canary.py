"""The search itself: it finds what is planted, wherever and however it is written."""

from __future__ import annotations

import base64
import json
import logging
import pickle
import urllib.parse
from collections.abc import Callable

import pandas as pd
import pytest
import requests

from tests.privacy.canary import Canary
from tests.privacy.outlet import LEFT_IN_CHAIN, EveryRecord, Outlet


@pytest.mark.parametrize(
    "written",
    [
        lambda cell: cell,
        lambda cell: cell.upper(),
        urllib.parse.quote,
        lambda cell: base64.b64encode(f"a{cell}b".encode()).decode(),
        lambda cell: base64.b64encode(f"ab{cell}".encode()).decode(),
        lambda cell: json.dumps({"a": [cell]}),
        lambda cell: repr(cell.encode()),
        lambda cell: cell.encode().hex(),
        lambda cell: pickle.dumps(cell).decode("latin-1"),
        lambda cell: cell[: len(cell) - 2],
    ],
    ids=["plain", "upper", "percent", "base64", "base64 moved", "json", "bytes", "hex", "pickle", "cut off"],
)
def test_a_cell_is_found_however_it_is_written(canary: Canary, written: Callable[[str], str]) -> None:
    cell = canary.word("cell")

    assert canary.found_in(f"before {written(cell)} after").keys() == {"cell"}
    assert canary.found_in(f"before {written('another')} after") == {}


@pytest.mark.parametrize("token", ["a+b/c==d0e1f2", 'quoted "a"&<b>', "Zoë Söhne of Łódź"])
@pytest.mark.parametrize(
    "written", [urllib.parse.quote, urllib.parse.quote_plus, json.dumps, repr, lambda text: text.encode().hex()]
)
def test_signs_that_are_escaped_hide_nothing(canary: Canary, token: str, written: Callable[[str], str]) -> None:
    canary.secret("token", token)

    assert canary.found_in(written(token)).keys() == {"token"}


def test_every_column_of_its_tables_is_marked(canary: Canary) -> None:
    table = canary.good(1)

    found = canary.found_in(table.to_csv())

    assert found.keys() == {"key", "name", "address", "phone", "number", "date", "text", "unmapped", "index label"}
    assert set(table.columns) == {"id", "first", "mail", "phone", "amount", "born", "note", "unmapped"}


def raising(cell: str) -> None:
    try:
        raise KeyError(cell)
    except KeyError:
        raise ValueError("harmless") from None


def noted(cell: str) -> None:
    error = ValueError("harmless")
    error.add_note(cell)
    raise error


def carrying(cell: str) -> None:
    error = ValueError("harmless")
    error.row = pd.Series([cell])  # type: ignore[attr-defined]  # as an error may carry a table
    raise error


@pytest.mark.parametrize("raises", [raising, noted, carrying])
def test_an_error_hides_nothing_that_hangs_on_it(canary: Canary, raises: Callable[[str], None]) -> None:
    outlet = Outlet(canary)

    with outlet.expecting(ValueError):
        raises(canary.word("cell"))

    assert outlet.leaks() != []


def test_an_error_of_a_library_is_not_left_in_the_chain(canary: Canary) -> None:
    outlet = Outlet(canary)

    with outlet.expecting(ValueError):
        try:
            raise requests.ConnectionError
        except requests.ConnectionError as error:
            raise ValueError("harmless") from error

    assert outlet.leaks() == [f"{LEFT_IN_CHAIN} requests.exceptions.ConnectionError"]


def test_what_should_have_been_raised_and_was_not_is_a_failure(canary: Canary) -> None:
    with pytest.raises(AssertionError, match="nothing was raised"), Outlet(canary).expecting(ValueError):
        pass


@pytest.mark.parametrize(
    ("message", "arguments"), [("{}", ()), ("harmless %.3s", ("{}",)), ("harmless", ({"row": "{}"},))]
)
def test_a_log_record_hides_nothing(canary: Canary, message: str, arguments: tuple[object, ...]) -> None:
    outlet, cell = Outlet(canary), canary.word("cell")
    logger = logging.Logger("theirs")  # noqa: LOG001 - one that nobody else hears
    logger.addHandler(EveryRecord(outlet))

    logger.debug(message.format(cell), *(json.loads(json.dumps(one).replace("{}", cell)) for one in arguments))

    assert outlet.leaks() != []
