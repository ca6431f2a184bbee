"""The variables of an error's frames: none holds a key or a signed URL, and those of an upload not even a cell."""

from __future__ import annotations

import textwrap
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

import cpnb
from cpnb.domain import Domain
from cpnb.errors import CpnbError, ServiceError, TransferError
from cpnb.transfer import UploadPath, put
from tests.privacy.canary import Canary
from tests.privacy.frames import variables
from tests.privacy.outlet import Outlet
from tests.privacy.storage_that_talks import WAYS, Talking, refusing, send_to
from tests.privacy.test_tables import FIELDS
from tests.privacy.test_uploads import HASTE

Serving = Callable[[type[BaseHTTPRequestHandler]], str]
TOKEN = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "kept-very-secret"
SIGNATURE = "5a1f0e77c0ffee5a1f0e77c0ffee"


DEEPER = """
def deeper():
    held = secret + "!"
    raise KeyError
try:
    deeper()
except KeyError as error:
    secret = None
    raise ValueError("harmless") from {}
"""


def failing_elsewhere(canary: Canary, code: str) -> BaseException:
    """Return the error of a function that is not in a file of these tests, and is given a secret."""
    canary.secret("secret", SECRET)
    names: dict[str, Any] = {}
    exec(compile(f"def fail(secret):\n{textwrap.indent(code, '    ')}", "/elsewhere/theirs.py", "exec"), names)  # noqa: S102 - written above
    with pytest.raises(ValueError, match="harmless") as caught:
        names["fail"](SECRET)
    return caught.value


@pytest.mark.parametrize(
    ("code", "variable"),
    [
        ("raise ValueError('harmless')", "secret in fail"),
        ("held, secret = {'a': [(1, secret)]}, None\nraise ValueError('harmless')", "held in fail"),
        ("held, secret = secret.encode(), None\nraise ValueError('harmless')", "held in fail"),
        (DEEPER.format("error"), "held in fail.<locals>.deeper"),
        (DEEPER.format("None"), "held in fail.<locals>.deeper"),
    ],
    ids=["argument", "in containers", "bytes", "frame of the cause", "frame of a context that is not shown"],
)
def test_a_secret_in_a_variable_is_found(canary: Canary, code: str, variable: str) -> None:
    outlet = Outlet(canary)

    outlet.take_in(failing_elsewhere(canary, code))

    assert outlet.leaks()[0].startswith(f"secret in variable {variable} of theirs.py: ")


def test_a_cell_in_a_variable_is_the_analysts_own_and_what_a_variable_held_before_is_no_leak(canary: Canary) -> None:
    outlet = Outlet(canary)
    cell = canary.word("cell")

    outlet.take_in(failing_elsewhere(canary, f"cell = {cell!r}\nsecret = None\nraise ValueError('harmless')"))

    assert outlet.leaks() == []


@pytest.fixture
def marked(canary: Canary) -> Canary:
    """Searches for the key and the signature of the paths below."""
    canary.secret("token", TOKEN)
    canary.secret("key of the file", KEY.hex())
    canary.secret("signature", SIGNATURE)
    return canary


def path_to(address: str, query: str = "", **changes: Any) -> UploadPath:
    url = f"{address}/object?X-Amz-Signature={SIGNATURE}{query}" if address else ""
    return UploadPath(**{"url": url, "client_token": TOKEN, **changes})


class Body:
    """A file of a few bytes, which may break in the middle."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def __len__(self) -> int:
        return 6

    def __iter__(self) -> Iterator[bytes]:
        yield b"id\n"
        if self.error is not None:
            raise self.error
        yield b"1\r\n"


@pytest.mark.parametrize("way", WAYS)
def test_an_error_of_a_put_has_no_frame_that_held_url_or_key(way: str, marked: Canary, serving: Serving) -> None:
    address = serving(type("Handler", (Talking,), {"way": staticmethod(WAYS[way])}))
    outlet = Outlet(marked)

    with outlet.expecting(TransferError):
        put(path_to(address), Body())

    assert outlet.leaks() == []


@pytest.mark.parametrize(
    "path",
    [
        path_to(""),
        path_to("http://storage.example.com"),
        path_to("https://storage.example.com", "&X-Amz-SignedHeaders=x-amz-acl"),
        path_to("https://storage.example.com", valid_until=datetime.now(UTC) - timedelta(days=1)),
        path_to("https://storage.example.com", client_token=TOKEN[4:]),
        path_to("https://[storage.example.com"),
        path_to("http://127.0.0.1:9"),
    ],
    ids=["no URL", "in the clear", "unknown header", "expired", "no key", "no URL at all", "nobody there"],
)
def test_nor_has_one_of_a_put_that_never_began(path: UploadPath, marked: Canary) -> None:
    outlet = Outlet(marked)

    with outlet.expecting(TransferError):
        put(path, Body())

    assert outlet.leaks() == []


@pytest.mark.parametrize("error", [RuntimeError("theirs"), OSError("theirs"), CpnbError("ours")], ids=repr)
def test_an_error_of_the_table_keeps_the_frames_of_its_own(error: Exception, marked: Canary, serving: Serving) -> None:
    address = serving(type("Handler", (Talking,), {"way": Talking.asked}))
    outlet = Outlet(marked)

    with pytest.raises(type(error)) as caught:
        put(path_to(address), Body(error))
    outlet.take_in(caught.value)

    assert caught.value is error
    assert outlet.leaks() == []
    assert [frame.name for frame in traceback.extract_tb(error.__traceback__)][-3:] == ["put", "_blocks", "__iter__"]


def cells_and_secrets(canary: Canary, error: BaseException) -> set[str]:
    return {name for _, text in variables(error) for name in canary.found_in(text)}


def test_what_an_upload_raises_has_no_frame_that_holds_a_cell_or_a_key(
    canary: Canary, outlet: Outlet, troubled: tuple[cpnb.Sandbox, Domain], serving: Serving
) -> None:
    sandbox, watched = troubled
    table = canary.good(12)
    sandbox.change(refused_keys=f"{table['id'].iloc[3]}|{table['id'].iloc[8]}")
    soon = replace(HASTE, patience=replace(HASTE.patience, try_again_for_s=0.5))
    upload = cpnb.upload(table, watched, FIELDS, options=soon).wait()
    errors: list[BaseException] = []

    sandbox.inject("internal_error", operation="SearchProfiles", times=1000)
    with pytest.raises(ServiceError) as caught:
        upload.failed_rows()
    errors.append(caught.value)
    send_to(watched, serving(type("Handler", (Talking,), {"way": staticmethod(refusing(403, "AccessDenied"))})))
    with pytest.raises(TransferError) as caught:
        upload.find_failed_rows(max_jobs=30)
    errors.append(caught.value)
    again = cpnb.upload(table.iloc[:6], watched, FIELDS, options=HASTE)
    with pytest.raises(TransferError) as caught:
        again.wait()
    errors.append(caught.value)

    assert [cells_and_secrets(canary, error) for error in errors] == [set(), set(), set()]
    for error in errors:
        outlet.take_in(error)
