"""Upload jobs: the six operations and the states of a job.

CREATED ──start──> IN_PROGRESS ──> SUCCEEDED | PARTIALLY_SUCCEEDED | FAILED
   └─────stop──────────┴─────────> STOPPED
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from cpnb.sandbox.backend import Answer, Backend, Call
from cpnb.sandbox.database import Row, Session
from cpnb.sandbox.domains import Domain, Domains, find_domain
from cpnb.sandbox.errors import BadRequestError, NotFoundError, ThrottledError
from cpnb.sandbox.import_plan import plan_import
from cpnb.sandbox.import_runs import ImportRuns
from cpnb.sandbox.profile_table import DAY_S

DEFAULT_EXPIRY_DAYS = 14
"""Source: Amazon Connect administrator guide, 'customer-profiles-data-expiration'."""

COLUMNS = """number, domain, job_id, display_name, status, reason, created_s, completed_s, fields, unique_key,
    expiry_days, client_key, created_count, updated_count, failed_count"""


@dataclass(frozen=True, slots=True)
class UploadJob:
    """One upload job as stored. `client_key` is the key its file is encrypted with."""

    number: int
    domain: int
    job_id: str
    display_name: str
    status: str
    reason: str | None
    created_s: float
    completed_s: float | None
    fields: str
    unique_key: str
    expiry_days: int
    client_key: bytes
    created_count: int | None
    updated_count: int | None
    failed_count: int | None

    def item(self) -> dict[str, object]:
        """Return the job as a list shows it."""
        return {
            "JobId": self.job_id,
            "DisplayName": self.display_name,
            "Status": self.status,
            "StatusReason": self.reason,
            "CreatedAt": self.created_s,
            "CompletedAt": self.completed_s,
            "DataExpiry": self.expiry_days,
        }

    def answer(self, result_counts: str) -> dict[str, object]:
        """Return the job as GetUploadJob shows it: with its map and, once it has ended, counts as the setting says."""
        counts = {
            "CreatedRecords": self.created_count,
            "UpdatedRecords": self.updated_count,
            "FailedRecords": None if result_counts == "without_failed" else self.failed_count,
        }
        return {
            **self.item(),
            "Fields": json.loads(self.fields),
            "UniqueKey": self.unique_key,
            "ResultsSummary": counts if self.created_count is not None and result_counts != "none" else None,
        }


class UploadJobs:
    """CreateUploadJob, GetUploadJobPath, StartUploadJob, StopUploadJob, GetUploadJob and ListUploadJobs."""

    def __init__(self, backend: Backend, domains: Domains, runs: ImportRuns) -> None:
        self._backend = backend
        self._domains = domains
        self._runs = runs

    def create(self, call: Call) -> Answer:
        """Make a job in CREATED and return its id."""
        settings, parameters = self._backend.settings, call.parameters
        expiry_days = parameters.get("DataExpiry", DEFAULT_EXPIRY_DAYS)
        with self._backend.database.writing() as session:
            domain = find_domain(session, call.domain_name)
            plan_import(parameters["Fields"], parameters["UniqueKey"], settings)
            if expiry_days > settings.max_data_expiry_days:
                raise BadRequestError(f"DataExpiry is {expiry_days} days; at most {settings.max_data_expiry_days}.")
            if settings.display_name == "unique" and session.row(
                "SELECT 1 FROM upload_jobs WHERE domain = ? AND display_name = ?",
                [domain.number, parameters["DisplayName"]],
            ):
                raise BadRequestError("An upload job with this DisplayName already exists.")
            job_id = uuid.uuid4().hex
            session.rows(
                "INSERT INTO upload_jobs (number, domain, job_id, display_name, status, created_s, fields, "
                "unique_key, expiry_days, client_key) VALUES (nextval('numbers'), ?, ?, ?, 'CREATED', ?, ?, ?, ?, ?)",
                [
                    domain.number,
                    job_id,
                    parameters["DisplayName"],
                    self._backend.clock.now_s(),
                    json.dumps(parameters["Fields"]),
                    parameters["UniqueKey"],
                    expiry_days,
                    self._backend.objects.new_client_key(),
                ],
            )
        return {"JobId": job_id}

    def get_path(self, call: Call) -> Answer:
        """Return a fresh upload URL, the key to encrypt with, and until when the URL is valid."""
        settings = self._backend.settings
        with self._backend.database.writing() as session:
            job = self._find(session, call)
            if job.status != "CREATED" and settings.path_after_start == "refuse":
                raise BadRequestError(f"Upload job {job.job_id} is {job.status}; a path is given in CREATED only.")
            client_key = bytes(job.client_key)
            if settings.rotate_client_token == "yes":  # noqa: S105 -- a choice, no secret
                client_key = self._backend.objects.new_client_key()
                session.rows("UPDATE upload_jobs SET client_key = ? WHERE number = ?", [client_key, job.number])
        signed = self._backend.objects.presign(
            job.job_id, client_key, base_url=call.base_url, expires_in_s=int(settings.upload_url_life_s)
        )
        return {
            "Url": signed.url,
            "ClientToken": signed.client_token,
            "ValidUntil": signed.valid_until.timestamp(),
        }

    def start(self, call: Call) -> Answer:
        """Begin to import the file that is there now; a later PUT is not seen."""
        settings = self._backend.settings
        with self._backend.database.writing() as session:
            domain = find_domain(session, call.domain_name)
            job = self._find(session, call)
            if job.status != "CREATED":
                if settings.start_again == "ignore":
                    return {}
                raise BadRequestError(f"Upload job {job.job_id} is {job.status}; only CREATED can be started.")
            if settings.start_without_file == "refuse" and not self._backend.objects.exists(job.job_id):
                raise BadRequestError(f"Upload job {job.job_id} has no file yet: upload it first.")
            running_count = session.count(
                "SELECT count(*) FROM upload_jobs WHERE domain = ? AND status = 'IN_PROGRESS'", [job.domain]
            )
            if running_count >= settings.concurrent_jobs:
                raise ThrottledError(f"{running_count} upload jobs of this domain are in progress.")
            plan = plan_import(json.loads(job.fields), job.unique_key, settings)
            session.rows("UPDATE upload_jobs SET status = 'IN_PROGRESS' WHERE number = ?", [job.number])
            # Still under the lock: a stop that sees IN_PROGRESS must find the run.
            self._runs.start(job.job_id, bytes(job.client_key), self._domains.table(domain), plan, job.expiry_days)
        return {}

    def stop(self, call: Call) -> Answer:
        """End a job; what is imported already stays."""
        settings = self._backend.settings
        with self._backend.database.writing() as session:
            job = self._find(session, call)
            if job.status == "CREATED":
                if settings.stop_before_start == "refuse":
                    raise BadRequestError(f"Upload job {job.job_id} is CREATED; only IN_PROGRESS can be stopped.")
                session.rows(
                    "UPDATE upload_jobs SET status = 'STOPPED', completed_s = ? WHERE number = ?",
                    [self._backend.clock.now_s(), job.number],
                )
                self._backend.objects.delete(job.job_id)
                return {}
        if job.status == "IN_PROGRESS":
            self._runs.stop(job.job_id)
        elif settings.stop_after_end == "refuse":
            raise BadRequestError(f"Upload job {job.job_id} is {job.status} already.")
        return {}

    def get(self, call: Call) -> Answer:
        """Return one job."""
        with self._backend.database.reading() as session:
            return self._find(session, call).answer(self._backend.settings.result_counts)

    def list(self, call: Call) -> Answer:
        """Return a page of jobs in the order that the setting says."""
        tokens, size = self._backend.tokens, call.page_size()
        newest_first = self._backend.settings.list_order == "newest_first"
        scope = (call.domain_name, newest_first)
        start = call.start_position(tokens, *scope)
        beyond, order = ("<", "DESC") if newest_first else (">", "ASC")
        with self._backend.database.reading() as session:
            domain = find_domain(session, call.domain_name)
            rows = session.rows(
                f"SELECT {COLUMNS} FROM upload_jobs WHERE domain = ? AND (? IS NULL OR number {beyond} ?) "
                f"AND created_s >= ? ORDER BY number {order} LIMIT ?",
                [domain.number, start, start, self._oldest_kept_s(), size + 1],
            )
        shown, token = call.page(tokens, rows, size, *scope)
        return {"Items": [UploadJob(*row).item() for row in shown], "NextToken": token}

    def _find(self, session: Session, call: Call) -> UploadJob:
        domain: Domain = find_domain(session, call.domain_name)
        job_id = call.parameters["JobId"]
        row: Row | None = session.row(
            f"SELECT {COLUMNS} FROM upload_jobs WHERE domain = ? AND job_id = ? AND created_s >= ?",
            [domain.number, job_id, self._oldest_kept_s()],
        )
        if row is None:
            raise NotFoundError(f"Upload job {job_id} does not exist in domain {call.domain_name}.")
        return UploadJob(*row)

    def _oldest_kept_s(self) -> float:
        days = self._backend.settings.job_retention_days
        return self._backend.clock.now_s() - days * DAY_S if days else 0.0
