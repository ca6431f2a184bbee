"""Segment estimates: asked for now, counted a little later."""

from __future__ import annotations

import json
import uuid

from cpnb.sandbox.backend import Answer, Backend, Call
from cpnb.sandbox.database import Session
from cpnb.sandbox.domains import Domain, Domains, find_domain
from cpnb.sandbox.errors import BadRequestError, NotDoneError, NotFoundError, ServiceError
from cpnb.sandbox.segments import Segments


class Estimates:
    """CreateSegmentEstimate and GetSegmentEstimate."""

    def __init__(self, backend: Backend, domains: Domains, segments: Segments) -> None:
        self._backend = backend
        self._domains = domains
        self._segments = segments

    def create(self, call: Call) -> Answer:
        """Begin an estimate, which stays RUNNING for as long as the setting says."""
        settings, parameters = self._backend.settings, call.parameters
        if ("SegmentQuery" in parameters) == ("SegmentSqlQuery" in parameters):
            raise BadRequestError("Exactly one of SegmentQuery and SegmentSqlQuery must be given.")
        if "SegmentSqlQuery" in parameters and settings.sql_estimate < 0:
            raise NotDoneError("This sandbox does not evaluate SegmentSqlQuery.")
        estimate_id = uuid.uuid4().hex
        with self._backend.database.writing() as session:
            domain = find_domain(session, call.domain_name)
            if "SegmentQuery" in parameters:
                # Compiled here for its errors only: what cannot be counted is refused at once.
                self._segments.compile(session, domain, parameters["SegmentQuery"])
            session.rows(
                "INSERT INTO estimates (domain, estimate_id, ready_s, status, query) VALUES (?, ?, ?, 'RUNNING', ?)",
                [
                    domain.number,
                    estimate_id,
                    self._backend.clock.now_s() + settings.estimate_s,
                    json.dumps(parameters.get("SegmentQuery")),
                ],
            )
        return {"DomainName": call.domain_name, "EstimateId": estimate_id}

    def get(self, call: Call) -> Answer:
        """Return an estimate: RUNNING, or the number of profiles as text, or why it failed."""
        estimate_id = call.parameters["EstimateId"]
        with self._backend.database.writing() as session:
            domain = find_domain(session, call.domain_name)
            row = session.row(
                "SELECT ready_s, status, query, result FROM estimates WHERE domain = ? AND estimate_id = ?",
                [domain.number, estimate_id],
            )
            if row is None:
                raise NotFoundError(f"Segment estimate {estimate_id[:64]} does not exist.")
            ready_s, status, query, result = row
            if status == "RUNNING" and self._backend.clock.now_s() >= ready_s:
                status, result = self._evaluate(session, domain, query)
                session.rows(
                    "UPDATE estimates SET status = ?, result = ? WHERE domain = ? AND estimate_id = ?",
                    [status, result, domain.number, estimate_id],
                )
        return {
            "DomainName": call.domain_name,
            "EstimateId": estimate_id,
            "Status": status,
            "Estimate": result if status == "SUCCEEDED" else None,
            "Message": result if status == "FAILED" else None,
        }

    def _evaluate(self, session: Session, domain: Domain, query: str) -> tuple[str, str]:
        """Return the final status and its number or message."""
        groups = json.loads(query)
        if groups is None:
            return "SUCCEEDED", self._form(self._backend.settings.sql_estimate)
        try:
            condition = self._segments.compile(session, domain, groups)
        except ServiceError as error:
            return "FAILED", error.message[:255]
        count = session.count(
            f"SELECT count(*) FROM {self._domains.table(domain).name} WHERE expires_s > ? AND ({condition.sql})",
            [self._backend.clock.now_s(), *condition.values],
        )
        return "SUCCEEDED", self._form(count)

    def _form(self, count: int) -> str:
        return json.dumps(str(count)) if self._backend.settings.estimate_form == "json_string" else str(count)
