"""What every operation of the sandbox works with: database, clock, settings, tokens, object storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from cpnb.sandbox.clock import Clock
from cpnb.sandbox.database import Database, Row
from cpnb.sandbox.errors import BadRequest
from cpnb.sandbox.faults import Faults
from cpnb.sandbox.paging import PageTokens
from cpnb.sandbox.settings import Settings

ACCOUNT = "123456789012"
"""The account number in names the sandbox makes: the one AWS uses in its examples, and moto by default."""

DEFAULT_PAGE_SIZE = 100
Answer = Mapping[str, Any]


class SignedPath(Protocol):
    """An upload URL, its key, and until when it is valid."""

    @property
    def url(self) -> str:
        """The signed URL."""

    @property
    def client_token(self) -> str:
        """The encryption key, base64."""

    @property
    def valid_until(self) -> Any:
        """The aware end of its life."""


class Objects(Protocol):
    """The object storage, as far as upload jobs need it."""

    def new_client_key(self) -> bytes:
        """Return 32 random bytes."""

    def presign(self, object_name: str, client_key: bytes, *, base_url: str, expires_in_s: int) -> SignedPath:
        """Return a signed URL for one PUT target."""

    def exists(self, object_name: str) -> bool:
        """Return whether a whole object was put there."""

    def size_bytes(self, object_name: str) -> int:
        """Return the size of the object's content."""

    def open(self, object_name: str, client_key: bytes) -> BinaryIO:
        """Return the content, decrypted; raise ValueError if the key is wrong."""

    def delete(self, object_name: str) -> None:
        """Remove the object."""


@dataclass(slots=True)
class Backend:
    """The parts one sandbox is made of. `settings` is replaced as a whole when a setting changes."""

    database: Database
    clock: Clock
    objects: Objects
    settings: Settings = field(default_factory=Settings)
    tokens: PageTokens = field(default_factory=PageTokens)
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation: its checked parameters, and where it came in."""

    operation: str
    parameters: dict[str, Any]
    region: str
    base_url: str

    @property
    def domain_name(self) -> str:
        """The domain the call is about."""
        name: str = self.parameters["DomainName"]
        return name

    def start_position(self, tokens: PageTokens, *scope: object) -> str | int | None:
        """Return where the wanted page begins, or None for the first page."""
        token = self.parameters.get("NextToken")
        return None if token is None else tokens.unseal([self.operation, *scope], token)

    def page(self, tokens: PageTokens, rows: Sequence[Row], size: int, *scope: object) -> tuple[Sequence[Row], str | None]:
        """Return at most `size` rows, and the token for the rest if `rows` holds more.

        The first column of a row is its position.
        """
        if len(rows) <= size:
            return rows, None
        return rows[:size], tokens.seal([self.operation, *scope], rows[size - 1][0])

    def page_size(self, default: int = DEFAULT_PAGE_SIZE) -> int:
        """Return how many items one page holds."""
        size: int = self.parameters.get("MaxResults", default)
        if size < 1:
            raise BadRequest("MaxResults must be at least 1.")
        return size
