"""What every operation of the sandbox works with: database, clock, settings, tokens, object storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cpnb.sandbox.clock import Clock
from cpnb.sandbox.database import Database, Row
from cpnb.sandbox.errors import BadRequestError
from cpnb.sandbox.faults import Faults
from cpnb.sandbox.paging import PageTokens
from cpnb.sandbox.request_log import RequestLog
from cpnb.sandbox.settings import Settings
from cpnb.sandbox.storage import ObjectStore, OtherServices

ACCOUNT = "123456789012"
"""The account number in names the sandbox makes: the one AWS uses in its examples, and moto by default."""

DEFAULT_PAGE_SIZE = 100
Answer = Mapping[str, Any]


@dataclass(slots=True)
class Backend:
    """The parts one sandbox is made of. `settings` is replaced as a whole when a setting changes."""

    database: Database
    clock: Clock
    objects: ObjectStore
    settings: Settings
    tokens: PageTokens = field(default_factory=PageTokens)
    faults: Faults = field(default_factory=Faults)
    requests: RequestLog = field(default_factory=RequestLog)
    others: OtherServices = field(default_factory=OtherServices)

    def use(self, settings: Settings) -> None:
        """Let `settings` hold from now on, in the object storage too."""
        self.settings = settings
        self.objects.signed_customer_headers = settings.signed_headers  # type: ignore[assignment]  # checked to be one
        self.objects.require_tls = settings.upload_over_http == "refuse"


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

    def page(
        self, tokens: PageTokens, rows: Sequence[Row], size: int, *scope: object
    ) -> tuple[Sequence[Row], str | None]:
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
            raise BadRequestError("MaxResults must be at least 1.")
        return size
