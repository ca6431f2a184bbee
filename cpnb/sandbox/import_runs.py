"""Imports at work: one thread per started job, and how a job ends."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import BinaryIO

from cpnb.sandbox.backend import Backend
from cpnb.sandbox.import_plan import ImportPlan
from cpnb.sandbox.ingestion import Counts, DomainGoneError, Ingestion, check_file
from cpnb.sandbox.profile_table import ProfileTable
from cpnb.sandbox.records import UnreadableFileError

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Run:
    """One job at work."""

    job_id: str
    thread: threading.Thread | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class _Import:
    """What a run imports: the file under its key, read twice, and where it goes.

    Both readers are opened when the job starts, so a later PUT is not seen.
    """

    readers: tuple[BinaryIO, BinaryIO] | None
    table: ProfileTable
    plan: ImportPlan
    expiry_days: int
    problem: str = ""


class ImportRuns:
    """The imports at work in this process."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}
        self._closing = False

    def start(self, job_id: str, client_key: bytes, table: ProfileTable, plan: ImportPlan, expiry_days: int) -> None:
        """Import a job's file on a thread of its own; the job is IN_PROGRESS already."""
        run = _Run(job_id)
        task = self._open(job_id, client_key, table, plan, expiry_days)
        # As long as the settings say now: another value is for jobs that start later.
        least_until_s = self._backend.clock.now_s() + self._backend.settings.processing_s
        arguments = (run, task, least_until_s)
        run.thread = threading.Thread(target=self._work, args=arguments, name=f"import {job_id}", daemon=True)
        with self._lock:
            self._runs[job_id] = run
        run.thread.start()

    def stop(self, job_id: str) -> None:
        """Ask a run to stop, and wait until its current batch is merged."""
        with self._lock:
            run = self._runs.get(job_id)
        if run is not None:
            run.cancelled.set()
            self._backend.clock.wake()
            if run.thread is not None:
                run.thread.join()

    def close(self, timeout_s: float) -> None:
        """Let all runs stop, each within `timeout_s`; their jobs are found IN_PROGRESS on the next start."""
        with self._lock:
            self._closing = True
            runs = list(self._runs.values())
        for run in runs:
            run.cancelled.set()
        self._backend.clock.wake()
        for run in runs:
            if run.thread is not None:
                run.thread.join(timeout_s)

    def fail_interrupted(self) -> None:
        """Fail the jobs that were at work when an earlier process with this state ended."""
        with self._backend.database.writing() as session:
            for row in session.rows("SELECT job_id FROM upload_jobs WHERE status = 'IN_PROGRESS'"):
                self._backend.objects.delete(row[0])
            session.rows(
                "UPDATE upload_jobs SET status = 'FAILED', reason = 'INTERNAL_FAILURE', completed_s = ?, "
                "explanation = 'the sandbox ended while the job was in progress' WHERE status = 'IN_PROGRESS'",
                [self._backend.clock.now_s()],
            )

    def _open(self, job_id: str, client_key: bytes, table: ProfileTable, plan: ImportPlan, expiry_days: int) -> _Import:
        objects, problem = self._backend.objects, ""
        if not objects.exists(job_id):
            problem = "no file was uploaded"
        elif objects.size_bytes(job_id) >= self._backend.settings.max_file_bytes:
            problem = f"the file has {objects.size_bytes(job_id)} bytes; it must be under the limit"
        if problem:
            return _Import(None, table, plan, expiry_days, problem)
        try:
            readers = objects.open(job_id, client_key), objects.open(job_id, client_key)
        except (ValueError, OSError):
            return _Import(None, table, plan, expiry_days, "the file cannot be read with the key of this job")
        return _Import(readers, table, plan, expiry_days)

    def _work(self, run: _Run, task: _Import, least_until_s: float) -> None:
        counts: Counts | None = None
        status, reason, explanation = "FAILED", None, ""
        try:
            counts = self._ingest(run, task)
            status = self._final_status(counts)
            reason = "VALIDATION_FAILURE" if status == "FAILED" else None
            explanation = "all records failed" if status == "FAILED" else ""
        except DomainGoneError:
            return
        except UnreadableFileError as problem:
            reason, explanation = "VALIDATION_FAILURE", str(problem)
        except Exception as error:  # noqa: BLE001 -- a damaged file, a full disk: the job must not hang for ever
            # The text may quote a value, the type does not.
            reason, explanation = "INTERNAL_FAILURE", type(error).__name__
            log.error("import of job %s failed: %s", run.job_id, type(error).__name__)  # noqa: TRY400 -- the same
        finally:
            for reader in task.readers or ():
                reader.close()
        waited = self._backend.clock.wait_until(least_until_s, run.cancelled)
        if self._closing:
            return
        if not waited:
            status, reason = "STOPPED", None
        self._finish(run.job_id, status, reason, explanation, counts)

    def _ingest(self, run: _Run, task: _Import) -> Counts:
        if task.readers is None:
            raise UnreadableFileError(task.problem)
        first, second = task.readers
        ragged_count = check_file(first, task.plan, self._backend.settings, run.cancelled)
        ingestion = Ingestion(self._backend, task.table, task.plan, task.expiry_days)
        ingestion.counts.failed = ragged_count
        ingestion.run(second, run.cancelled)
        return ingestion.counts

    def _final_status(self, counts: Counts) -> str:
        if counts.failed == 0:
            return "SUCCEEDED"
        if counts.created + counts.updated == 0 and self._backend.settings.all_records_failed == "failed":
            return "FAILED"
        return "PARTIALLY_SUCCEEDED"

    def _finish(self, job_id: str, status: str, reason: str | None, explanation: str, counts: Counts | None) -> None:
        numbers = (None, None, None) if counts is None else (counts.created, counts.updated, counts.failed)
        with self._backend.database.writing() as session:
            session.rows(
                "UPDATE upload_jobs SET status = ?, reason = ?, completed_s = ?, explanation = ?, created_count = ?, "
                "updated_count = ?, failed_count = ? WHERE job_id = ?",
                [status, reason, self._backend.clock.now_s(), explanation, *numbers, job_id],
            )
        self._backend.objects.delete(job_id)
        with self._lock:
            self._runs.pop(job_id, None)
