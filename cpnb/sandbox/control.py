"""The control path ``/_sandbox/``: what a test or a client may turn, and what the real service has not.

All bodies are JSON objects; errors have the shape of the service's.

========  ================================  ======================================================
Method    Path                              Does
========  ================================  ======================================================
GET       /_sandbox/status                  process id, time, domains with profile counts, jobs by state
GET       /_sandbox/settings                name -> value
PATCH     /_sandbox/settings                change some: ``{"processing_s": 2, "ragged_record": "fail_file"}``
DELETE    /_sandbox/settings                back to what the process was started with
GET       /_sandbox/settings/help           name -> default, question, choices or range, source
POST      /_sandbox/clock                   ``{"advance_s": 3600}``: time moves forward
GET       /_sandbox/faults                  the faults still to come
POST      /_sandbox/faults                  ``{"kind": "throttle", "operation": "CreateUploadJob", "times": 2}``
DELETE    /_sandbox/faults                  forget them
GET       /_sandbox/requests                operation, job and status of the latest requests; None while at work
DELETE    /_sandbox/requests                forget them
POST      /_sandbox/profiles                ``{"domain": "loyalty", "profiles": [{"FirstName": "Ana"}]}``
POST      /_sandbox/calculated-attributes   values for profiles, by one of their attributes or by ProfileId:
                                            ``{"domain": "loyalty", "by": "AccountNumber",``
                                            ``"values": {"1": {"spend": 9}}}``, with ``start`` and ``end`` for
                                            a range other than the attribute's own
GET       /_sandbox/jobs                    id, state and, for a failed file, the reason the service keeps to itself
========  ================================  ======================================================

Kinds of faults: of the API, with an optional operation: ``throttle`` (429), ``internal_error`` (500),
``access_denied`` (403), ``lost_answer`` (the work is done, the answer is 500). Of the upload URL, without an
operation: ``s3_error``, ``s3_internal_error``, ``s3_unavailable``, ``expire_now``, ``expired_token``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from cpnb.sandbox.backend import Backend
from cpnb.sandbox.calculated_attributes import Seed
from cpnb.sandbox.errors import BadRequestError, NotFoundError
from cpnb.sandbox.faults import SERVICE_FAULTS
from cpnb.sandbox.service import Service, json_response, read_body
from cpnb.sandbox.settings import Settings
from cpnb.sandbox.storage.faults import FAULT_KINDS

PREFIX = "/_sandbox/"
MAX_FAULT_TIMES = 1_000_000
Body = dict[str, Any]


class Control:
    """Answers the control path of one sandbox."""

    def __init__(self, backend: Backend, service: Service) -> None:
        self._backend = backend
        self._service = service
        self._initial = backend.settings
        self._routes: dict[str, dict[str, Callable[[Body], object]]] = {
            "status": {"GET": self._status},
            "settings": {"GET": self._settings, "PATCH": self._change_settings, "DELETE": self._reset_settings},
            "settings/help": {"GET": lambda _: Settings.described()},
            "clock": {"POST": self._advance},
            "faults": {"GET": self._faults, "POST": self._add_fault, "DELETE": self._clear_faults},
            "requests": {"GET": self._requests, "DELETE": self._clear_requests},
            "profiles": {"POST": self._add_profiles},
            "calculated-attributes": {"POST": self._seed_calculated},
            "jobs": {"GET": self._jobs},
        }

    def respond(self, request: Request) -> Response:
        """Return the answer to one control request; a wrong one is a `ServiceError`."""
        methods = self._routes.get(request.path.removeprefix(PREFIX), {})
        try:
            if not methods:
                raise NotFoundError(f"No such control path; there are: {', '.join(sorted(self._routes))}.")
            if request.method not in methods:
                return Response(status=405, headers={"Allow": ", ".join(methods)})
            return json_response(methods[request.method](_body(request)))
        except ValueError as error:
            # Settings, clock and faults say by ValueError what they do not take.
            raise BadRequestError(str(error)) from None

    def _status(self, _body: Body) -> object:
        now_s = self._backend.clock.now_s()
        with self._backend.database.reading() as session:
            domains = session.rows("SELECT number, name FROM domains ORDER BY name")
            jobs = session.rows("SELECT status, count(*) FROM upload_jobs GROUP BY status ORDER BY status")
            profile_counts = {
                name: session.count(f"SELECT count(*) FROM profiles_{number} WHERE expires_s > ?", [now_s])
                for number, name in domains
            }
        return {
            "service": "cpnb.sandbox",
            "process_id": os.getpid(),
            "now_s": now_s,
            "clock_offset_s": self._backend.clock.offset_s,
            "profile_counts": profile_counts,
            "job_counts": dict(jobs),
            "operations": sorted(self._service.operation_names),
        }

    def _settings(self, _body: Body) -> object:
        return self._backend.settings.to_dict()

    def _change_settings(self, body: Body) -> object:
        self._backend.use(self._backend.settings.changed(body))
        return self._backend.settings.to_dict()

    def _reset_settings(self, _body: Body) -> object:
        self._backend.use(self._initial)
        return self._backend.settings.to_dict()

    def _advance(self, body: Body) -> object:
        seconds = body.get("advance_s")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise BadRequestError("advance_s must be a number of seconds.")
        self._backend.clock.advance(seconds)
        with self._backend.database.writing() as session:
            session.rows("DELETE FROM facts WHERE name = 'clock_offset_s'")
            session.rows("INSERT INTO facts VALUES ('clock_offset_s', ?)", [self._backend.clock.offset_s])
        return {"now_s": self._backend.clock.now_s(), "clock_offset_s": self._backend.clock.offset_s}

    def _faults(self, _body: Body) -> object:
        return {"pending": self._backend.faults.pending()}

    def _add_fault(self, body: Body) -> object:
        kind, operation, times = body.get("kind"), body.get("operation"), body.get("times", 1)
        if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MAX_FAULT_TIMES:
            raise BadRequestError(f"times must be a whole number from 1 to {MAX_FAULT_TIMES}.")
        if isinstance(kind, str) and kind in FAULT_KINDS and operation is None:
            self._backend.objects.inject(kind, times)
            return {"pending": self._backend.faults.pending()}
        if kind not in SERVICE_FAULTS:
            known = ", ".join([*SERVICE_FAULTS, *sorted(FAULT_KINDS)])
            raise BadRequestError(f"kind must be one of: {known}; the upload URL's kinds take no operation.")
        if operation is not None and operation not in self._service.operation_names:
            raise BadRequestError("operation must be the name of an operation the sandbox does, or absent.")
        self._backend.faults.add(kind, operation, times)
        return {"pending": self._backend.faults.pending()}

    def _clear_faults(self, _body: Body) -> object:
        self._backend.faults.clear()
        self._backend.objects.clear_faults()
        return {"pending": []}

    def _requests(self, _body: Body) -> object:
        return {"requests": self._backend.requests.to_list()}

    def _clear_requests(self, _body: Body) -> object:
        self._backend.requests.clear()
        return {"requests": []}

    def _add_profiles(self, body: Body) -> object:
        domain, profiles = body.get("domain"), body.get("profiles")
        if not isinstance(domain, str) or not isinstance(profiles, list):
            raise BadRequestError("The body must hold domain (a name) and profiles (a list).")
        return {"ProfileIds": self._service.add_profiles(domain, profiles)}

    def _seed_calculated(self, body: Body) -> object:
        return {"profile_count": self._service.calculated.seed(Seed.from_body(body))}

    def _jobs(self, _body: Body) -> object:
        with self._backend.database.reading() as session:
            rows = session.rows(
                "SELECT d.name, j.job_id, j.display_name, j.status, j.explanation FROM upload_jobs j "
                "JOIN domains d ON d.number = j.domain ORDER BY j.number"
            )
        names = ("domain", "job_id", "display_name", "status", "explanation")
        return {"jobs": [dict(zip(names, row, strict=True)) for row in rows]}


def _body(request: Request) -> Body:
    data = read_body(request)
    try:
        body = json.loads(data) if data.strip() else {}
    except (ValueError, RecursionError):
        raise BadRequestError("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise BadRequestError("The body is not a JSON object.")
    return body
