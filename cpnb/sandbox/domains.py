"""Domains: the five operations, and looking one up for the others."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cpnb.sandbox.backend import Answer, Backend, Call
from cpnb.sandbox.database import Session
from cpnb.sandbox.errors import BadRequestError, NotFoundError
from cpnb.sandbox.profile_table import ProfileTable

DETAILS = ("DefaultEncryptionKey", "DeadLetterQueueUrl", "Matching", "RuleBasedMatching", "DataStore", "Tags")
"""Members that are kept and shown again; the sandbox does nothing with them."""

COLUMNS = "number, name, created_s, updated_s, expiration_days, details"


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain as stored."""

    number: int
    name: str
    created_s: float
    updated_s: float
    expiration_days: int
    details: str

    def answer(self) -> dict[str, object]:
        """Return the domain as the service shows it."""
        return {
            "DomainName": self.name,
            "DefaultExpirationDays": self.expiration_days,
            "CreatedAt": self.created_s,
            "LastUpdatedAt": self.updated_s,
            **json.loads(self.details),
        }


def find_domain(session: Session, name: str) -> Domain:
    """Return a domain, or raise `NotFoundError`."""
    row = session.row(f"SELECT {COLUMNS} FROM domains WHERE name = ?", [name])
    if row is None:
        raise NotFoundError(f"Domain {name} does not exist.")
    return Domain(*row)


class Domains:
    """CreateDomain, GetDomain, ListDomains, UpdateDomain and DeleteDomain."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def table(self, domain: Domain) -> ProfileTable:
        """Return the profiles of a domain."""
        return ProfileTable(self._backend.database, domain.number)

    def create(self, call: Call) -> Answer:
        """Make an empty domain; a taken name is a `BadRequestError`."""
        now_s = self._backend.clock.now_s()
        with self._backend.database.writing() as session:
            if session.row("SELECT 1 FROM domains WHERE name = ?", [call.domain_name]):
                raise BadRequestError(f"Domain {call.domain_name} already exists")
            number = session.count("SELECT nextval('numbers')")
            details = {name: call.parameters[name] for name in DETAILS if name in call.parameters}
            days = call.parameters["DefaultExpirationDays"]
            domain = Domain(number, call.domain_name, now_s, now_s, days, json.dumps(details))
            session.rows(
                "INSERT INTO domains VALUES (?, ?, ?, ?, ?, ?)",
                [number, domain.name, now_s, now_s, days, domain.details],
            )
            self.table(domain).create(session)
        return domain.answer()

    def get(self, call: Call) -> Answer:
        """Return one domain and how many living profiles it has."""
        with self._backend.database.reading() as session:
            domain = find_domain(session, call.domain_name)
            profile_count = session.count(
                f"SELECT count(*) FROM {self.table(domain).name} WHERE expires_s > ?", [self._backend.clock.now_s()]
            )
        return {**domain.answer(), "Stats": {"ProfileCount": profile_count}}

    def list(self, call: Call) -> Answer:
        """Return a page of domains, by name."""
        tokens, size = self._backend.tokens, call.page_size()
        start = call.start_position(tokens)
        with self._backend.database.reading() as session:
            rows = session.rows(
                "SELECT name, created_s, updated_s, details FROM domains WHERE ? IS NULL OR name > ? "
                "ORDER BY name LIMIT ?",
                [start, start, size + 1],
            )
        shown, token = call.page(tokens, rows, size)
        items = [
            {
                "DomainName": name,
                "CreatedAt": created_s,
                "LastUpdatedAt": updated_s,
                "Tags": json.loads(details).get("Tags"),
            }
            for name, created_s, updated_s, details in shown
        ]
        return {"Items": items, "NextToken": token}

    def update(self, call: Call) -> Answer:
        """Replace what the call names."""
        now_s = self._backend.clock.now_s()
        with self._backend.database.writing() as session:
            domain = find_domain(session, call.domain_name)
            details = json.loads(domain.details)
            details.update({name: call.parameters[name] for name in DETAILS if name in call.parameters})
            session.rows(
                "UPDATE domains SET updated_s = ?, expiration_days = ?, details = ? WHERE number = ?",
                [
                    now_s,
                    call.parameters.get("DefaultExpirationDays", domain.expiration_days),
                    json.dumps(details),
                    domain.number,
                ],
            )
            return find_domain(session, call.domain_name).answer()

    def delete(self, call: Call) -> Answer:
        """Remove a domain with all it holds. Waits for an import's current batch of records."""
        with self._backend.database.reading() as session:
            number = find_domain(session, call.domain_name).number
        with self._backend.database.profile_lock(number), self._backend.database.writing() as session:
            domain = find_domain(session, call.domain_name)
            for row in session.rows("SELECT job_id FROM upload_jobs WHERE domain = ?", [domain.number]):
                self._backend.objects.delete(row[0])
            for table in ("upload_jobs", "segments", "estimates", "snapshots"):
                session.rows(f"DELETE FROM {table} WHERE domain = ?", [domain.number])
            self.table(domain).drop(session)
            session.rows("DELETE FROM domains WHERE number = ?", [domain.number])
        return {"Message": f"Domain {call.domain_name} was deleted."}
