"""The profiles of one domain: a table with a column for each path of a profile that was ever filled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cpnb.sandbox.database import Database, Row, Session
from cpnb.sandbox.targets import ATTRIBUTES, is_json

DAY_S = 86_400.0

CalculatedKey = tuple[str, int | None, int | None]
"""A calculated attribute's name, and Start and End of its range in days where they override its own."""

FIXED_COLUMNS = """profile_id UUID, key_name VARCHAR, key VARCHAR, created_s DOUBLE, updated_s DOUBLE,
    expires_s DOUBLE, expiry_days INTEGER, kept_columns VARCHAR[]"""
"""`key_name` and `key` are the import's unique key in comparable form; `kept_columns` are those an agent or
UpdateProfile set, which an import does not overwrite. Paths have a column each besides, made on first use."""


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class ProfileTable:
    """Where the profiles of a domain are kept.

    Column names are numbered, not spelled after the path: SQL would confuse ``Attributes.Size`` with
    ``Attributes.size``.
    """

    database: Database
    domain: int

    @property
    def name(self) -> str:
        """The table's name."""
        return f"profiles_{self.domain}"

    def create(self, session: Session) -> None:
        """Make the empty table."""
        session.rows(f"CREATE TABLE {self.name} ({FIXED_COLUMNS})")

    def drop(self, session: Session) -> None:
        """Remove the table and all profiles."""
        session.rows(f"DROP TABLE {self.name}")
        for registry in ("columns", "calculated_columns"):
            session.rows(f"DELETE FROM {registry} WHERE domain = ?", [self.domain])

    def columns(self, session: Session) -> dict[str, str]:
        """Return the column of each path, in the order in which the paths were first filled."""
        rows = session.rows("SELECT path, column_name FROM columns WHERE domain = ? ORDER BY rowid", [self.domain])
        return {path: quoted(column_name) for path, column_name in rows}

    def ensure_columns(self, paths: Iterable[str], now_s: float) -> dict[str, str]:
        """Return the column of every known path, making those of `paths` that are new.

        The caller holds the domain's profile lock: a table cannot change its columns under a writer.
        """
        with self.database.writing() as session:
            known = self.columns(session)
            wanted = list(dict.fromkeys(paths))
            for path in wanted:
                if path not in known:
                    column_name = f"p{len(known)}"
                    session.rows(f"ALTER TABLE {self.name} ADD COLUMN {quoted(column_name)} VARCHAR")
                    session.rows("INSERT INTO columns VALUES (?, ?, ?, ?)", [self.domain, path, column_name, now_s])
                    known[path] = quoted(column_name)
            if wanted:
                marks = ", ".join("?" * len(wanted))
                session.rows(
                    f"UPDATE columns SET updated_s = ? WHERE domain = ? AND path IN ({marks})",
                    [now_s, self.domain, *wanted],
                )
            return known

    def calculated_columns(self, session: Session) -> dict[CalculatedKey, str]:
        """Return the column of each calculated attribute that was seeded, by name and range."""
        rows = session.rows(
            "SELECT name, start_days, end_days, column_name FROM calculated_columns WHERE domain = ?", [self.domain]
        )
        return {(name, start, end): quoted(column_name) for name, start, end, column_name in rows}

    def ensure_calculated(self, keys: Iterable[CalculatedKey]) -> dict[CalculatedKey, str]:
        """Return the column of every calculated attribute, making those of `keys` that are new; see `ensure_columns`.

        These columns are no members of a profile: nothing shows them, and they go with it.
        """
        with self.database.writing() as session:
            known = self.calculated_columns(session)
            for key in keys:
                if key not in known:
                    column_name = f"c{len(known)}"
                    session.rows(f"ALTER TABLE {self.name} ADD COLUMN {quoted(column_name)} VARCHAR")
                    session.rows(
                        "INSERT INTO calculated_columns VALUES (?, ?, ?, ?, ?)", [self.domain, *key, column_name]
                    )
                    known[key] = quoted(column_name)
            return known

    def delete_expired(self, session: Session, now_s: float) -> None:
        """Remove the profiles whose time is over, so that a writer does not bring one back to life."""
        session.rows(f"DELETE FROM {self.name} WHERE expires_s <= ?", [now_s])

    def select(
        self, session: Session, condition: str, parameters: Sequence[object], now_s: float, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Return the living profiles that fulfil an SQL condition, by profile id, as the service spells them."""
        columns = self.columns(session)
        selected = ", ".join(["replace(CAST(profile_id AS VARCHAR), '-', '')", *columns.values()])
        rows = session.rows(
            f"SELECT {selected} FROM {self.name} WHERE expires_s > ? AND ({condition}) ORDER BY profile_id"
            + (f" LIMIT {limit}" if limit is not None else ""),
            [now_s, *parameters],
        )
        return [as_profile(row, list(columns)) for row in rows]


def as_profile(row: Row, paths: Sequence[str]) -> dict[str, Any]:
    """Return a row (profile id, then one value per path) as a nested profile without its empty members."""
    profile: dict[str, Any] = {"ProfileId": row[0]}
    for path, value in zip(paths, row[1:], strict=True):
        if value is None:
            continue
        block, dot, part = path.partition(".")
        if not dot:
            profile[path] = value
        else:
            profile.setdefault(block, {})[part] = json.loads(value) if is_json(path) else value
    return profile


def as_paths(members: Mapping[str, Any], paths: Iterable[str]) -> dict[str, str]:
    """Return the values of a nested profile by path; what is not in `paths` or a custom attribute is left out."""
    flat: dict[str, str] = {}
    for path in paths:
        block, dot, part = path.partition(".")
        value = members.get(block)
        if dot and value is not None:
            value = value.get(part)
        if value is not None:
            flat[path] = json.dumps(value) if is_json(path) else value
    for name, value in members.get("Attributes", {}).items():
        flat[ATTRIBUTES + name] = value
    return flat
