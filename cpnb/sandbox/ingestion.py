"""From a file to profiles: check the whole file, then merge it batch by batch.

The file is read twice. The first reading decides whether it can be imported at all; the second merges one
batch after the other, each in a transaction, so that imported records can be used while the job still runs
and memory does not grow with the file.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from cpnb.sandbox.backend import Backend
from cpnb.sandbox.database import Session
from cpnb.sandbox.import_plan import ImportPlan
from cpnb.sandbox.matching_keys import comparable
from cpnb.sandbox.profile_table import DAY_S, ProfileTable
from cpnb.sandbox.record_sql import staging_query
from cpnb.sandbox.records import Records, UnreadableFileError
from cpnb.sandbox.settings import Settings


@dataclass(slots=True)
class Counts:
    """How many records created a profile, updated one, or failed."""

    created: int = 0
    updated: int = 0
    failed: int = 0


class DomainGoneError(RuntimeError):
    """The domain was deleted while the import ran."""


def check_file(stream: BinaryIO, plan: ImportPlan, settings: Settings, cancelled: threading.Event) -> int:
    """Read a file to its end and return how many records have the wrong number of cells.

    Raises
    ------
    UnreadableFileError
        If the file as a whole cannot be imported.
    """
    records = Records(stream, settings)
    missing = [header for header in plan.headers if header not in records.header]
    if missing:
        raise UnreadableFileError(f"{len(missing)} mapped header(s) are not in the file")
    if settings.unmapped_column == "fail_file" and len(records.header) > len(plan.headers):
        raise UnreadableFileError("the file has columns that no field maps")
    record_count = 0
    for batch in records.batches():
        record_count += batch.num_rows
        if record_count + records.ragged_count > settings.max_records:
            raise UnreadableFileError(f"the file has more than {settings.max_records} records")
        if cancelled.is_set():
            break
    if record_count + records.ragged_count == 0 and settings.no_records == "failed" and not cancelled.is_set():
        raise UnreadableFileError("the file has a header and no records")
    return records.ragged_count


class Ingestion:
    """Merges the records of one file into a domain's profiles.

    Parameters
    ----------
    backend, table
        Where to.
    plan
        Which cells go where, and what the unique key is.
    expiry_days
        How long an imported profile lives without an update; a longer life it already has is kept.
    """

    def __init__(self, backend: Backend, table: ProfileTable, plan: ImportPlan, expiry_days: int) -> None:
        self._backend = backend
        self._settings = backend.settings
        self._table = table
        self._plan = plan
        self._expiry_days = expiry_days
        headers = plan.headers
        self._cells = {header: f"c{number}" for number, header in enumerate(headers)}
        self._staging = staging_query(plan, self._cells, self._settings)
        self.counts = Counts()

    def run(self, stream: BinaryIO, cancelled: threading.Event) -> None:
        """Merge the whole stream, or as many batches as come before `cancelled` is set.

        `counts` grows with each batch. Raises `DomainGoneError` if there is nothing left to merge into.
        """
        records = Records(stream, self._settings)
        with self._backend.database.reading() as session:
            session.rows("CREATE OR REPLACE TEMP TABLE seen (key VARCHAR)")
            for batch in records.batches(list(self._plan.headers)):
                if cancelled.is_set():
                    break
                with self._backend.database.profile_lock(self._table.domain), _registered(session, batch, self._cells):
                    self._merge(session)
            for temporary in ("seen", "staged", "merged", "matched"):
                session.rows(f"DROP TABLE IF EXISTS {temporary}")

    def _merge(self, session: Session) -> None:
        """Merge the view ``batch`` in one transaction. The caller holds the domain's profile lock."""
        if not session.rows("SELECT 1 FROM domains WHERE number = ?", [self._table.domain]):
            raise DomainGoneError
        now_s = self._backend.clock.now_s()
        columns = self._table.ensure_columns([*self._staging.paths, *self._staging.filled], now_s)
        with session.transaction():
            self._table.delete_expired(session, now_s)
            session.rows(f"CREATE OR REPLACE TEMP TABLE staged AS {self._staging.sql}")
            failed_count = session.count("DELETE FROM staged WHERE failed")
            valid_count = session.count("SELECT count(*) FROM staged")
            merged, refused_count, uncounted = self._fold_repeated(session, valid_count)
            self._match(session, columns, merged)
            updated_count = self._update(session, columns, merged, now_s)
            created_count = self._insert(session, columns, merged, now_s)
        self.counts.failed += failed_count + refused_count
        self.counts.created += created_count
        if self._settings.repeated_key == "update":
            self.counts.updated += valid_count - created_count
        else:
            self.counts.updated += updated_count - uncounted

    def _fold_repeated(self, session: Session, valid_count: int) -> tuple[str, int, int]:
        """Return a table with each key once and the last non-empty value of each column.

        And how many records are refused, and how many of the table's keys were counted before.
        """
        staging, repeated_key = self._staging, self._settings.repeated_key
        values = [f"v{number}" for number in range(len(staging.paths))]
        values += [f"f{number}" for number in range(len(staging.filled))]
        if repeated_key == "fail_record":
            session.rows(
                "CREATE OR REPLACE TEMP TABLE merged AS SELECT * EXCLUDE (position, failed) FROM staged "
                "ANTI JOIN seen USING (key) QUALIFY row_number() OVER (PARTITION BY key ORDER BY position) = 1"
            )
            session.rows("INSERT INTO seen SELECT key FROM merged")
            return "merged", valid_count - session.count("SELECT count(*) FROM merged"), 0
        merged = "staged"
        if session.count("SELECT count(DISTINCT key) FROM staged") < valid_count:
            last = "".join(f", arg_max({value}, position) AS {value}" for value in values)
            session.rows(f"CREATE OR REPLACE TEMP TABLE merged AS SELECT key{last} FROM staged GROUP BY key")
            merged = "merged"
        if repeated_key == "update":
            return merged, 0, 0
        counted_before = session.count(f"SELECT count(*) FROM {merged} SEMI JOIN seen USING (key)")
        session.rows(f"INSERT INTO seen SELECT key FROM {merged} ANTI JOIN seen USING (key)")
        return merged, 0, counted_before

    def _match(self, session: Session, columns: dict[str, str], merged: str) -> None:
        """Make ``matched``: which stored profile each key belongs to, if one and only one."""
        stored, condition, parameters = "key", "key_name = ?", [self._plan.key_name]
        path = self._plan.key_fields[0].path
        if self._settings.match_existing_by == "target" and path is not None and len(self._plan.key_fields) == 1:
            stored, condition, parameters = comparable(columns[path], self._plan.key_fields[0].content_type), "TRUE", []
        session.rows(
            f"CREATE OR REPLACE TEMP TABLE matched AS SELECT s.key, any_value(p.profile_id) AS profile_id "
            f"FROM (SELECT profile_id, {stored} AS key FROM {self._table.name} WHERE {condition}) p "
            f"JOIN {merged} s ON p.key = s.key GROUP BY s.key HAVING count(*) = 1",
            parameters,
        )

    def _update(self, session: Session, columns: dict[str, str], merged: str, now_s: float) -> int:
        """Merge into the matched profiles: an empty cell clears nothing, a kept column stays."""
        assignments = []
        for number, path in enumerate(self._staging.paths):
            column = columns[path]
            assignments.append(
                f"{column} = CASE WHEN p.kept_columns IS NOT NULL AND list_contains(p.kept_columns, '{column}') "
                f"THEN p.{column} ELSE coalesce(s.v{number}, p.{column}) END"
            )
        longest = f"greatest(coalesce(p.expiry_days, 0), {self._expiry_days})"
        return session.count(
            f"UPDATE {self._table.name} p SET updated_s = ?, expiry_days = {longest}, "
            f"expires_s = ? + {longest} * {DAY_S}{''.join(', ' + text for text in assignments)} "
            f"FROM {merged} s JOIN matched m ON s.key = m.key WHERE p.profile_id = m.profile_id",
            [now_s, now_s],
        )

    def _insert(self, session: Session, columns: dict[str, str], merged: str, now_s: float) -> int:
        """Make profiles of the records whose key matched none."""
        values = {columns[path]: f"s.v{number}" for number, path in enumerate(self._staging.paths)}
        values |= {columns[path]: f"s.f{number}" for number, path in enumerate(self._staging.filled)}
        return session.count(
            f"INSERT INTO {self._table.name} "
            f"(profile_id, key_name, key, created_s, updated_s, expires_s, expiry_days"
            f"{''.join(', ' + column for column in values)}) "
            f"SELECT gen_random_uuid(), ?, s.key, ?, ?, ?, ?{''.join(', ' + value for value in values.values())} "
            f"FROM {merged} s ANTI JOIN matched m ON s.key = m.key",
            [self._plan.key_name, now_s, now_s, now_s + self._expiry_days * DAY_S, self._expiry_days],
        )


@contextmanager
def _registered(session: Session, batch: pa.RecordBatch, cells: Mapping[str, str]) -> Iterator[None]:
    """Show a batch to SQL as ``batch``, its columns renamed: SQL would confuse headers that differ in case."""
    columns = [*(batch.column(header) for header in cells), pa.array(range(batch.num_rows), pa.int64())]
    session.connection.register("batch", pa.Table.from_arrays(columns, names=[*cells.values(), "position"]))
    try:
        yield
    finally:
        session.connection.unregister("batch")
