"""Segment snapshots: the members of a segment as files in a bucket, written a little later."""

from __future__ import annotations

import json
import logging
import re
import threading
import uuid
from dataclasses import dataclass

from cpnb.sandbox.backend import Answer, Backend, Call
from cpnb.sandbox.database import Session
from cpnb.sandbox.domains import Domains, find_domain
from cpnb.sandbox.errors import BadRequestError, NotFoundError, ServiceError
from cpnb.sandbox.segments import Segments
from cpnb.sandbox.snapshot_files import column_order, encode
from cpnb.sandbox.storage import BucketError, Buckets

log = logging.getLogger(__name__)

DETAILS = ("DataFormat", "EncryptionKey", "RoleArn", "DestinationUri")
TEST_FILE = "customer-profiles-test-file"
"""A file in the destination that shows that it can be written. Its name and content are our choice.

Source: Amazon Connect administrator guide, 'customer-segments-exporting-segments' (that there is one).
"""

MAX_MESSAGE = 1_000
_DESTINATION = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Export:
    """One snapshot at work."""

    snapshot_id: str
    domain_name: str
    segment_name: str
    data_format: str
    destination: str

    def key(self, name: str) -> tuple[str, str]:
        """Return bucket and key of one of its files."""
        match = _DESTINATION.fullmatch(self.destination)
        if match is None:
            raise BadRequestError("DestinationUri is not of the form s3://bucket/prefix.")
        prefix = (match["prefix"] or "").strip("/")
        return match["bucket"], f"{prefix}/{name}" if prefix else name


class Snapshots:
    """CreateSegmentSnapshot and GetSegmentSnapshot; each snapshot is written on a thread of its own."""

    def __init__(self, backend: Backend, domains: Domains, segments: Segments) -> None:
        self._backend = backend
        self._domains = domains
        self._segments = segments
        self._buckets = Buckets(backend.others)
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []

    def create(self, call: Call) -> Answer:
        """Begin a snapshot; what cannot be evaluated is refused at once."""
        parameters, name = call.parameters, call.parameters["SegmentDefinitionName"]
        if "DestinationUri" not in parameters:
            raise BadRequestError("DestinationUri is needed by all but the console.")
        if "RoleArn" not in parameters and self._backend.settings.snapshot_without_role == "refuse":
            raise BadRequestError("RoleArn is needed to write to DestinationUri.")
        export = _Export(
            uuid.uuid4().hex, call.domain_name, name, parameters["DataFormat"], parameters["DestinationUri"].rstrip("/")
        )
        export.key(TEST_FILE)
        details = {member: parameters[member] for member in DETAILS if member in parameters}
        # Public production code sees the destination come back without a slash at its end.
        details["DestinationUri"] = export.destination
        with self._backend.database.writing() as session:
            domain = find_domain(session, call.domain_name)
            self._segments.compile(session, domain, self._segments.groups(session, domain, name), name)
            session.rows(
                "INSERT INTO snapshots (domain, segment, snapshot_id, status, details) VALUES (?, ?, ?, ?, ?)",
                [domain.number, name, export.snapshot_id, "IN_PROGRESS", json.dumps(details)],
            )
        thread = threading.Thread(target=self._work, args=(export,), name=f"snapshot {export.snapshot_id}", daemon=True)
        self._threads = [*(other for other in self._threads if other.is_alive()), thread]
        thread.start()
        return {"SnapshotId": export.snapshot_id}

    def get(self, call: Call) -> Answer:
        """Return how a snapshot stands."""
        snapshot_id = call.parameters["SnapshotId"]
        with self._backend.database.reading() as session:
            domain = find_domain(session, call.domain_name)
            row = session.row(
                "SELECT status, message, details FROM snapshots WHERE domain = ? AND segment = ? AND snapshot_id = ?",
                [domain.number, call.parameters["SegmentDefinitionName"], snapshot_id],
            )
        if row is None:
            raise NotFoundError(f"Snapshot {snapshot_id} of this segment does not exist.")
        status, message, details = row
        return {"SnapshotId": snapshot_id, "Status": status, "StatusMessage": message, **json.loads(details)}

    def close(self, timeout_s: float) -> None:
        """Let the snapshots at work end, each within `timeout_s`; the next start finds them IN_PROGRESS."""
        self._closing.set()
        self._backend.clock.wake()
        for thread in self._threads:
            thread.join(timeout_s)

    def fail_interrupted(self) -> None:
        """Fail the snapshots that were at work when an earlier process with this state ended."""
        with self._backend.database.writing() as session:
            session.rows(
                "UPDATE snapshots SET status = 'FAILED', message = 'The service ended while it was in progress.' "
                "WHERE status = 'IN_PROGRESS'"
            )

    def _work(self, export: _Export) -> None:
        ready_s = self._backend.clock.now_s() + self._backend.settings.snapshot_s
        if not self._backend.clock.wait_until(ready_s, self._closing):
            return
        status, message = "COMPLETED", None
        try:
            self._write(export)
        except (BucketError, ServiceError) as problem:
            status, message = "FAILED", str(problem)[:MAX_MESSAGE]
        except Exception as error:  # noqa: BLE001 -- the snapshot must not hang for ever
            # The text may quote a value, the type does not.
            status, message = "FAILED", f"Internal failure: {type(error).__name__}"
            log.error("snapshot %s failed: %s", export.snapshot_id, type(error).__name__)  # noqa: TRY400 -- the same
        if self._closing.is_set():
            return
        with self._backend.database.writing() as session:
            session.rows(
                "UPDATE snapshots SET status = ?, message = ? WHERE snapshot_id = ?",
                [status, message, export.snapshot_id],
            )

    def _write(self, export: _Export) -> None:
        """Write the test file, and the members in files of as many rows as the setting says, at least one file."""
        self._buckets.put(*export.key(TEST_FILE), b"This file shows that the destination can be written.\n")
        row_count = self._backend.settings.snapshot_rows_per_file
        with self._backend.database.reading() as session:
            paths = self._select(session, export)
            rows, number = session.connection.fetchmany(row_count), 1
            while rows or number == 1:
                name = f"{export.segment_name}-{export.snapshot_id}-{number:05}.{export.data_format.lower()}"
                self._buckets.put(*export.key(name), encode(export.data_format, paths, rows))
                rows, number = session.connection.fetchmany(row_count), number + 1

    def _select(self, session: Session, export: _Export) -> list[str]:
        """Begin to read the members, by profile id, and return the paths of the columns after it."""
        domain = find_domain(session, export.domain_name)
        groups = self._segments.groups(session, domain, export.segment_name)
        condition = self._segments.compile(session, domain, groups, export.segment_name)
        table = self._domains.table(domain)
        columns = table.columns(session)
        paths = column_order(columns)
        selected = ", ".join(["replace(CAST(profile_id AS VARCHAR), '-', '')", *(columns[path] for path in paths)])
        session.connection.execute(
            f"SELECT {selected} FROM {table.name} WHERE expires_s > ? AND ({condition.sql}) ORDER BY profile_id",
            [self._backend.clock.now_s(), *condition.values],
        )
        return paths
