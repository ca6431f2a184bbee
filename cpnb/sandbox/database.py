"""The DuckDB database behind the sandbox: sessions, transactions and the tables of the service.

Profiles of a domain live in a table of their own (see `profile_table`); what is here is small.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import duckdb

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS facts (name VARCHAR, value DOUBLE)",
    "CREATE SEQUENCE IF NOT EXISTS numbers",
    """CREATE TABLE IF NOT EXISTS domains (
        number BIGINT, name VARCHAR, created_s DOUBLE, updated_s DOUBLE, expiration_days INTEGER, details VARCHAR)""",
    """CREATE TABLE IF NOT EXISTS columns (
        domain BIGINT, path VARCHAR, column_name VARCHAR, updated_s DOUBLE)""",
    """CREATE TABLE IF NOT EXISTS calculated_columns (
        domain BIGINT, name VARCHAR, start_days BIGINT, end_days BIGINT, column_name VARCHAR)""",
    """CREATE TABLE IF NOT EXISTS upload_jobs (
        number BIGINT, domain BIGINT, job_id VARCHAR, display_name VARCHAR, status VARCHAR, reason VARCHAR,
        created_s DOUBLE, completed_s DOUBLE, fields VARCHAR, unique_key VARCHAR, expiry_days INTEGER,
        client_key BLOB, created_count BIGINT, updated_count BIGINT, failed_count BIGINT,
        explanation VARCHAR)""",
    """CREATE TABLE IF NOT EXISTS segments (
        domain BIGINT, name VARCHAR, created_s DOUBLE, arn VARCHAR, details VARCHAR)""",
    """CREATE TABLE IF NOT EXISTS estimates (
        domain BIGINT, estimate_id VARCHAR, ready_s DOUBLE, status VARCHAR, query VARCHAR, result VARCHAR)""",
    """CREATE TABLE IF NOT EXISTS snapshots (
        domain BIGINT, segment VARCHAR, snapshot_id VARCHAR, status VARCHAR, message VARCHAR, details VARCHAR)""",
)

Row = tuple[Any, ...]


class Session:
    """One thread's use of the database; every answer is read to its end."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement and return all its rows."""
        return self.connection.execute(sql, list(parameters)).fetchall()

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """Run one statement and return its first row, or None."""
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None

    def count(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement that answers with one number; an INSERT, UPDATE or DELETE answers with its rows."""
        row = self.row(sql, parameters)
        return int(row[0]) if row else 0

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        """Keep all of what the block writes, or none of it."""
        self.rows("BEGIN")
        try:
            yield self
        except BaseException:
            self.connection.rollback()
            raise
        self.rows("COMMIT")


class Database:
    """A DuckDB database in memory or in a file that only its owner may read.

    Reads run side by side, each on a snapshot. Writers of the small tables take turns; writers of a
    domain's profiles take turns by domain, because such a write can last seconds.

    Parameters
    ----------
    path
        The file, made if it is not there; None keeps everything in memory.

    Raises
    ------
    OSError
        If the file cannot be opened, is no database, or is in use by another process.
    """

    def __init__(self, path: Path | None) -> None:
        self._idle: list[duckdb.DuckDBPyConnection] = []
        self._lock = threading.Lock()
        self._writing = threading.RLock()
        self._profile_locks: dict[int, threading.RLock] = {}
        self._main = _connect(path)
        with self.writing() as session:
            for statement in SCHEMA:
                session.rows(statement)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Lend a session; its statements each see the latest committed state."""
        with self._lock:
            connection = self._idle.pop() if self._idle else self._main.cursor()
        try:
            yield Session(connection)
        except BaseException:
            # A connection that failed may hold an open transaction or an unread answer.
            connection.close()
            raise
        with self._lock:
            self._idle.append(connection)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Lend a session in a transaction: all of it is kept, or none."""
        with self.reading() as session, session.transaction():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Lend a transaction on the small tables; one thread at a time."""
        with self._writing, self.transaction() as session:
            yield session

    def profile_lock(self, domain: int) -> threading.RLock:
        """Return the lock for writing the profiles of a domain. Take it before `writing`, never after."""
        with self._lock:
            return self._profile_locks.setdefault(domain, threading.RLock())

    def close(self) -> None:
        """Write everything out and close."""
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()
            self._main.close()


def _connect(path: Path | None) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        # The sandbox reads no file and no network by SQL, and never writes rows anywhere but to its state.
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": "",
        # Writing a file out every 16 MB, DuckDB's default, would take longer than an import does.
        "checkpoint_threshold": "256MB",
    }
    if path is None:
        return duckdb.connect(":memory:", config=config)
    try:
        connection = duckdb.connect(str(path), config=config)
    except duckdb.Error as error:
        raise OSError(f"cannot open the state file {path.name}: {_first_line(error)}") from None
    path.chmod(0o600)  # its journal comes and goes; the process' umask sees to that
    return connection


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
