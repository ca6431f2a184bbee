"""Everything that comes out of a program, collected to be searched."""

from __future__ import annotations

import contextlib
import copy
import logging
import pickle
import traceback
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import md5
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cpnb.domain import Domain
from cpnb.errors import CpnbError
from tests.privacy.canary import Canary
from tests.privacy.frames import chain, variables

FOREIGN = ("botocore", "boto3", "requests", "urllib3", "http", "pandera", "pyarrow", "duckdb")


class Outlet:
    """What came out so far, each text with the place it came from."""

    def __init__(self, canary: Canary) -> None:
        self.canary = canary
        self.texts: list[tuple[str, str]] = []
        self.variables: list[tuple[str, str]] = []

    def add(self, place: str, text: str | bytes) -> None:
        self.texts.append((place, text.decode("latin-1") if isinstance(text, bytes) else text))

    def show(self, *things: Any) -> None:
        """Take in all the ways in which Python, IPython and pickle can show something."""
        for thing in things:
            kind = type(thing).__name__
            with self.tolerating():
                self.add(f"str of {kind}", str(thing))
            with self.tolerating():
                self.add(f"repr of {kind}", repr(thing))
            for name in ("html", "markdown", "mimebundle", "pretty", "svg", "json"):
                represent = getattr(thing, f"_repr_{name}_", None)
                if represent is not None:
                    self.add(f"{name} of {kind}", str(represent()))

    def pickle(self, *things: Any) -> None:
        """Take in what is pickled of things that hold no data, and what is said where they are not pickled."""
        for thing in things:
            with self.tolerating():
                self.add(f"pickle of {type(thing).__name__}", pickle.dumps(thing))
            with self.tolerating():
                self.show(copy.deepcopy(thing))

    @contextlib.contextmanager
    def tolerating(self) -> Iterator[None]:
        """Take in an error of a kind that may come, and go on."""
        try:
            yield
        except (CpnbError, ValueError, TypeError, pickle.PicklingError) as error:
            self.take_in(error)

    @contextlib.contextmanager
    def expecting(self, *kinds: type[BaseException]) -> Iterator[None]:
        """Take in an error that must come."""
        try:
            yield
        except kinds as error:
            self.take_in(error)
        else:
            raise AssertionError(f"nothing was raised; expected {', '.join(kind.__name__ for kind in kinds)}")

    def take_in(self, error: BaseException) -> None:
        """Take in an error, everything that hangs on it, and what a traceback shows of it."""
        self.variables += variables(error)
        self.add(f"traceback of {type(error).__name__}", "".join(traceback.format_exception(error)))
        for one in chain(error):
            kind = f"{type(one).__module__}.{type(one).__name__}"
            self.add(f"{kind} in the chain of {type(error).__name__}", f"{one} {one!r} {one.args!r}")
            self.show(*getattr(one, "__notes__", ()), *vars(one).values())
            # These hold requests, answers, tables: more than can be searched.
            if kind.partition(".")[0] in FOREIGN:
                self.texts.append(("chain", f"{LEFT_IN_CHAIN} {kind}"))

    def listen_to(self, domain: Domain) -> None:
        """Learn every key and every part of a signed URL that the service hands out to a domain."""
        domain.client.meta.events.register("after-call.customer-profiles.GetUploadJobPath", self._path)

    def _path(self, parsed: dict[str, Any], **_: Any) -> None:
        if "Url" not in parsed:
            return
        key = b64decode(parsed["ClientToken"])
        self.canary.secret("client token", parsed["ClientToken"])
        self.canary.secret("key of the file", key.hex())
        self.canary.secret("MD5 of the key", b64encode(md5(key, usedforsecurity=False).digest()).decode())
        query = urlsplit(parsed["Url"]).query
        self.canary.secret("query", query)
        for name, value in parse_qsl(query):
            if name in {"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token"}:
                self.canary.secret(name, value)

    def leaks(self) -> list[str]:
        """Return what was found where, a line each."""
        lines = {
            f"{name} in {place}: {around!r}"
            for texts, sought in ((self.texts, self.canary.names()), (self.variables, self.canary.secrets))
            for text, place in {text: place for place, text in reversed(texts)}.items()  # much comes again and again
            for name, around in self.canary.found_in(text).items()
            if name in sought
        }
        lines |= {text for place, text in self.texts if place == "chain"}
        return sorted(lines)


LEFT_IN_CHAIN = "left in the chain of an error:"


class EveryRecord(logging.Handler):
    """A handler that takes in all of a log record: text, arguments, traceback, and what hangs on it."""

    def __init__(self, outlet: Outlet) -> None:
        super().__init__(logging.NOTSET)
        self._outlet = outlet
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1
        place = f"log of {record.name}"
        with self._outlet.tolerating():
            self._outlet.add(place, self.format(record))
        with self._outlet.tolerating():
            self._outlet.add(place, repr(vars(record)))
        if record.exc_info and record.exc_info[1]:
            self._outlet.take_in(record.exc_info[1])
