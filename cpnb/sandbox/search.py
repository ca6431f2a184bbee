"""SearchProfiles: the standard search keys, the unique keys of imports, and several keys at once.

Source: Amazon Connect administrator guide, 'standard-profile-definition' (``_phone`` and ``_email`` search all
phone and e-mail fields; ``_account``, ``_profileId``, ``_fullName``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cpnb.sandbox.backend import Answer, Backend, Call
from cpnb.sandbox.database import Session
from cpnb.sandbox.domains import Domains, find_domain
from cpnb.sandbox.errors import BadRequestError
from cpnb.sandbox.matching_keys import CONTENT_TYPES, comparable
from cpnb.sandbox.profile_table import ProfileTable
from cpnb.sandbox.targets import EMAIL_PATHS, PHONE_PATHS

STANDARD_KEYS: dict[str, tuple[tuple[str, ...], str]] = {
    "_phone": (PHONE_PATHS, "PHONE_NUMBER"),
    "_email": (EMAIL_PATHS, "EMAIL_ADDRESS"),
    "_account": (("AccountNumber",), "STRING"),
}
SPECIAL_KEYS = ("_profileId", "_fullName")
SEARCH_PAGE_SIZE = 20
Condition = tuple[str, list[object]]


class Search:
    """SearchProfiles."""

    def __init__(self, backend: Backend, domains: Domains) -> None:
        self._backend = backend
        self._domains = domains

    def search(self, call: Call) -> Answer:
        """Return a page of the profiles that one key finds, or several keys joined by AND or OR."""
        parameters = call.parameters
        keys = [parameters, *parameters.get("AdditionalSearchKeys", [])]
        joint = parameters.get("LogicalOperator", "AND")
        size = call.page_size(SEARCH_PAGE_SIZE)
        scope = [call.domain_name, joint, [[key["KeyName"], key["Values"]] for key in keys]]
        start = call.start_position(self._backend.tokens, *scope)
        with self._backend.database.reading() as session:
            table = self._domains.table(find_domain(session, call.domain_name))
            conditions = [_condition(session, table, key["KeyName"], key["Values"]) for key in keys]
            sql = f" {joint} ".join(f"({condition})" for condition, _ in conditions)
            values = [value for _, bound in conditions for value in bound]
            if start is not None:
                sql, values = f"({sql}) AND profile_id > CAST(? AS UUID)", [*values, start]
            now_s, lag_s = self._backend.clock.now_s(), self._backend.settings.search_lag_s
            if lag_s:
                sql, values = f"({sql}) AND created_s <= ?", [*values, now_s - lag_s]
            profiles = table.select(session, sql, values, now_s, limit=size + 1)
            if len(keys) > 1:
                for profile in profiles:
                    profile["FoundByItems"] = self._found_by(session, table, profile, keys, conditions)
        rows = [(profile["ProfileId"], profile) for profile in profiles]
        shown, token = call.page(self._backend.tokens, rows, size, *scope)
        return {"Items": [profile for _, profile in shown], "NextToken": token}

    def _found_by(
        self,
        session: Session,
        table: ProfileTable,
        profile: dict[str, Any],
        keys: Sequence[Mapping[str, Any]],
        conditions: Sequence[Condition],
    ) -> list[dict[str, object]]:
        return [
            {"KeyName": key["KeyName"], "Values": key["Values"]}
            for key, (sql, values) in zip(keys, conditions, strict=True)
            if session.row(
                f"SELECT 1 FROM {table.name} WHERE profile_id = CAST(? AS UUID) AND ({sql})",
                [profile["ProfileId"], *values],
            )
        ]


def _condition(session: Session, table: ProfileTable, key_name: str, values: Sequence[str]) -> Condition:
    if not values:
        raise BadRequestError(f"Values of search key {key_name} is empty.")
    if key_name == "_profileId":
        marks = ", ".join(["TRY_CAST(? AS UUID)"] * len(values))
        return f"profile_id IN ({marks})", list(values)
    columns = table.columns(session)
    if key_name == "_fullName":
        return _full_name(columns, values)
    if key_name in STANDARD_KEYS:
        paths, content_type = STANDARD_KEYS[key_name]
        stored = [columns[path] for path in paths if path in columns]
        return _any_of([comparable(column, content_type) for column in stored], content_type, values)
    if session.row(f"SELECT 1 FROM {table.name} WHERE key_name = ? LIMIT 1", [key_name]) is None:
        known = ", ".join([*STANDARD_KEYS, *SPECIAL_KEYS])
        raise BadRequestError(
            f"{key_name} is no search key of this domain; there are {known} and imported unique keys."
        )
    # The content type the key was imported with is not kept, so a value is tried as each of them.
    forms = [form for content_type in CONTENT_TYPES for form in [comparable("?", content_type)]]
    alternatives = [_positional(form, value) for value in values for form in forms]
    sql = " OR ".join(f"key = {form}" for form, _ in alternatives)
    return f"key_name = ? AND ({sql})", [key_name, *(value for _, bound in alternatives for value in bound)]


def _full_name(columns: Mapping[str, str], values: Sequence[str]) -> Condition:
    names = [columns.get(path, "NULL") for path in ("FirstName", "MiddleName", "LastName")]
    short, long = f"concat_ws(' ', {names[0]}, {names[2]})", f"concat_ws(' ', {', '.join(names)})"
    return _any_of([comparable(short, "NAME"), comparable(long, "NAME")], "NAME", values)


def _any_of(stored: Sequence[str], content_type: str, values: Sequence[str]) -> Condition:
    """Return the condition that one of the SQL expressions equals one of the values."""
    if not stored:
        return "FALSE", []
    wanted = [_positional(comparable("?", content_type), value) for value in values]
    marks = ", ".join(form for form, _ in wanted)
    bound = [value for _, repeated in wanted for value in repeated]
    sql = " OR ".join(f"coalesce({expression} IN ({marks}), FALSE)" for expression in stored)
    return sql, bound * len(stored)


def _positional(form: str, value: str) -> tuple[str, list[object]]:
    """Return an expression with its placeholder cast to text, and the value once for each time it occurs."""
    # The forms hold a question mark in no other place than their placeholders.
    return form.replace("?", "CAST(? AS VARCHAR)"), [value] * form.count("?")
