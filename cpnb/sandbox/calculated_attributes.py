"""Values of calculated attributes, as tests and notebooks seed them.

The service computes these attributes from objects (orders, contacts) that the sandbox does not have. What segments see
of them is a value for each profile, so that is what can be given here.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Self

from cpnb.sandbox.backend import Backend
from cpnb.sandbox.database import Session
from cpnb.sandbox.domains import Domains, find_domain
from cpnb.sandbox.errors import BadRequestError
from cpnb.sandbox.model import service_model
from cpnb.sandbox.profile_table import ProfileTable
from cpnb.sandbox.targets import is_path

PROFILE_ID = "ProfileId"
MAX_DAYS = 2**31 - 1
FORM = (
    "The body must hold domain (a name) and values ({key: {name: value}}); it may hold by (ProfileId, or an attribute "
    "such as AccountNumber), start and end (days)."
)


@dataclass(frozen=True, slots=True)
class Seed:
    """Values by key and by name of the calculated attribute; None stands for no value."""

    domain_name: str
    by: str
    values: dict[str, dict[str, str | None]]
    start: int | None
    end: int | None

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> Self:
        """Return the seed that a request's body asks for; raise `BadRequestError` if it cannot be read as one."""
        domain_name, by, values = body.get("domain"), body.get("by", "AccountNumber"), body.get("values")
        if not isinstance(domain_name, str) or not isinstance(values, dict) or not isinstance(by, str):
            raise BadRequestError(FORM)
        if not all(isinstance(named, dict) for named in values.values()):
            raise BadRequestError(FORM)
        if by != PROFILE_ID and not is_path(by):
            raise BadRequestError(f"by must be {PROFILE_ID} or an attribute such as AccountNumber or Attributes.crm.")
        start, end = _days(body, "start"), _days(body, "end")
        if end is not None and start is None:
            raise BadRequestError("A range has a start: end alone is none.")
        texts = {_text(key): {name: _stored(value) for name, value in named.items()} for key, named in values.items()}
        seed = cls(domain_name, by, texts, start, end)
        shape = service_model().shapes["typeName"]
        if not all(re.fullmatch(shape["pattern"], name) and len(name) <= shape["max"] for name in seed.names):
            raise BadRequestError(
                f"A calculated attribute's name has 1 to {shape['max']} characters and matches {shape['pattern']}"
            )
        return seed

    @property
    def names(self) -> list[str]:
        """The calculated attributes it has values for."""
        return list(dict.fromkeys(name for named in self.values.values() for name in named))


class CalculatedAttributes:
    """Seeds values of calculated attributes; a column of the domain's profiles holds each."""

    def __init__(self, backend: Backend, domains: Domains) -> None:
        self._backend = backend
        self._domains = domains

    def seed(self, seed: Seed) -> int:
        """Give profiles their values, replacing earlier ones, and return how many profiles have a key of the seed.

        Raises
        ------
        BadRequestError
            If a key belongs to no living profile; nothing is seeded then.
        NotFoundError
            If there is no such domain.
        """
        with self._backend.database.reading() as session:
            domain = find_domain(session, seed.domain_name)
        table, now_s = self._domains.table(domain), self._backend.clock.now_s()
        with self._backend.database.profile_lock(domain.number):
            with self._backend.database.reading() as session:
                key = self._key(session, table, seed.by)
                found_count = self._found(session, table, seed, key, now_s)
            columns = table.ensure_calculated((name, seed.start, seed.end) for name in seed.names)
            with self._backend.database.transaction() as session:
                for name in seed.names:
                    rows = [(text, named[name]) for text, named in seed.values.items() if name in named]
                    session.rows(
                        f"UPDATE {table.name} SET {columns[name, seed.start, seed.end]} = s.value "
                        "FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS key, unnest(CAST(? AS VARCHAR[])) AS value) s "
                        f"WHERE {key} = s.key AND expires_s > ?",
                        [[text for text, _ in rows], [value for _, value in rows], now_s],
                    )
        return found_count

    def _key(self, session: Session, table: ProfileTable, by: str) -> str:
        if by == PROFILE_ID:
            return "replace(CAST(profile_id AS VARCHAR), '-', '')"
        return table.columns(session).get(by, "CAST(NULL AS VARCHAR)")

    def _found(self, session: Session, table: ProfileTable, seed: Seed, key: str, now_s: float) -> int:
        profile_count, key_count = session.rows(
            f"SELECT count(*), count(DISTINCT s.key) FROM {table.name} "
            f"JOIN (SELECT unnest(CAST(? AS VARCHAR[])) AS key) s ON {key} = s.key WHERE expires_s > ?",
            [list(seed.values), now_s],
        )[0]
        if key_count < len(seed.values):
            raise BadRequestError(
                f"{len(seed.values) - key_count} of {len(seed.values)} keys are no {seed.by} of a profile of domain "
                f"{seed.domain_name}; nothing was seeded."
            )
        return int(profile_count)


def _days(body: dict[str, Any], member: str) -> int | None:
    value = body.get(member)
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_DAYS
    if value is not None and not whole:
        raise BadRequestError(f"{member} must be a whole number of days, or absent.")
    return value


def _stored(value: object) -> str | None:
    """Return a value as text: profiles hold nothing else. A list is its JSON, which segments read as a list again."""
    if isinstance(value, list) and all(isinstance(element, str) for element in value):
        return _text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    if isinstance(value, str):
        return _text(value) or None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return json.dumps(value)
    if value is None:
        return None
    raise BadRequestError("A value must be a text, a finite number, a list of texts, or null for none.")


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        # JSON can spell half of a surrogate pair, which is no character.
        raise BadRequestError("Keys and values must be valid Unicode text.") from None
    return value
