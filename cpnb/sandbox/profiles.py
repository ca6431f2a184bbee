"""Profiles one by one: create, update, delete, get in a batch."""

from __future__ import annotations

import uuid
from typing import Any

from cpnb.sandbox.backend import Answer, Backend, Call
from cpnb.sandbox.domains import Domain, Domains, find_domain
from cpnb.sandbox.errors import BadRequestError, NotFoundError
from cpnb.sandbox.profile_table import DAY_S, as_paths
from cpnb.sandbox.targets import MAX_ATTRIBUTE_NAME, standard_paths


class Profiles:
    """CreateProfile, UpdateProfile, DeleteProfile and BatchGetProfile."""

    def __init__(self, backend: Backend, domains: Domains) -> None:
        self._backend = backend
        self._domains = domains

    def create(self, call: Call) -> Answer:
        """Make one profile that lives as long as the domain's default."""
        return {"ProfileId": self.add(call.domain_name, [call.parameters])[0]}

    def add(self, domain_name: str, profiles: list[dict[str, Any]]) -> list[str]:
        """Make profiles from their members and return their ids."""
        with self._backend.database.reading() as session:
            domain = find_domain(session, domain_name)
        ids = []
        with self._backend.database.profile_lock(domain.number):
            for profile in profiles:
                values = {path: value for path, value in as_paths(profile, standard_paths()).items() if value}
                _check_names(values)
                ids.append(self._insert(domain, values))
        return ids

    def _insert(self, domain: Domain, values: dict[str, str]) -> str:
        now_s, profile_id = self._backend.clock.now_s(), uuid.uuid4().hex
        table = self._domains.table(domain)
        columns = table.ensure_columns(values, now_s)
        days = domain.expiration_days
        names = ["profile_id", "created_s", "updated_s", "expires_s", "expiry_days"]
        names += [columns[path] for path in values]
        row = [uuid.UUID(profile_id), now_s, now_s, now_s + days * DAY_S, days, *values.values()]
        with self._backend.database.transaction() as session:
            session.rows(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(row))})", row)
        return profile_id

    def update(self, call: Call) -> Answer:
        """Set what the call names; an empty text clears. Later imports do not overwrite what is set here.

        Source: Amazon Connect administrator guide, 'profile-matching' (values that were set by UpdateProfile
        are kept).
        """
        profile_id = call.parameters["ProfileId"]
        values = as_paths(call.parameters, standard_paths())
        _check_names(values)
        with self._backend.database.reading() as session:
            domain = find_domain(session, call.domain_name)
        table, now_s = self._domains.table(domain), self._backend.clock.now_s()
        with self._backend.database.profile_lock(domain.number):
            columns = table.ensure_columns(values, now_s)
            kept = [columns[path] for path in values]
            assignments = ", ".join(f"{column} = ?" for column in kept)
            with self._backend.database.transaction() as session:
                updated_count = session.count(
                    f"UPDATE {table.name} SET updated_s = ?, expires_s = ? + expiry_days * {DAY_S}, "
                    "kept_columns = list_distinct(list_concat(coalesce(kept_columns, []), CAST(? AS VARCHAR[])))"
                    f"{', ' * bool(kept)}{assignments} WHERE profile_id = CAST(? AS UUID) AND expires_s > ?",
                    [now_s, now_s, kept, *[value or None for value in values.values()], profile_id, now_s],
                )
        if updated_count == 0:
            raise _unknown(profile_id)
        return {"ProfileId": profile_id}

    def delete(self, call: Call) -> Answer:
        """Remove one profile."""
        profile_id = call.parameters["ProfileId"]
        with self._backend.database.reading() as session:
            domain = find_domain(session, call.domain_name)
        with (
            self._backend.database.profile_lock(domain.number),
            self._backend.database.transaction() as session,
        ):
            deleted_count = session.count(
                f"DELETE FROM {self._domains.table(domain).name} WHERE profile_id = CAST(? AS UUID) AND expires_s > ?",
                [profile_id, self._backend.clock.now_s()],
            )
        if deleted_count == 0:
            raise _unknown(profile_id)
        return {"Message": "Profile deleted."}

    def batch_get(self, call: Call) -> Answer:
        """Return up to 20 profiles by id; an id without a profile is an entry in Errors."""
        wanted = list(dict.fromkeys(call.parameters["ProfileIds"]))
        found = self.by_id(call.domain_name, wanted)
        return {
            "Profiles": [found[profile_id] for profile_id in wanted if profile_id in found],
            "Errors": [
                {
                    "ProfileId": profile_id,
                    "Code": "ResourceNotFoundException",
                    "Message": _unknown(profile_id).message,
                }
                for profile_id in wanted
                if profile_id not in found
            ],
        }

    def by_id(self, domain_name: str, profile_ids: list[str]) -> dict[str, dict[str, Any]]:
        """Return the living profiles among `profile_ids`, by id."""
        marks = ", ".join(["CAST(? AS UUID)"] * len(profile_ids))
        with self._backend.database.reading() as session:
            table = self._domains.table(find_domain(session, domain_name))
            profiles = table.select(session, f"profile_id IN ({marks})", profile_ids, self._backend.clock.now_s())
        return {profile["ProfileId"]: profile for profile in profiles}


def _check_names(values: dict[str, str]) -> None:
    if any(len(path) > MAX_ATTRIBUTE_NAME + len("Attributes.") for path in values):
        raise BadRequestError(f"A custom attribute's name has more than {MAX_ATTRIBUTE_NAME} characters.")


def _unknown(profile_id: str) -> NotFoundError:
    return NotFoundError(f"Profile {profile_id} does not exist.")
