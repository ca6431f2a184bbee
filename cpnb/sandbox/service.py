"""The service: one request in, the right operation, one answer out."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from cpnb.sandbox.answers import serialise
from cpnb.sandbox.attributes import Attributes
from cpnb.sandbox.backend import Answer, Backend, Call
from cpnb.sandbox.calculated_attributes import CalculatedAttributes
from cpnb.sandbox.domains import Domains
from cpnb.sandbox.errors import (
    AccessDeniedError,
    BadRequestError,
    NotDoneError,
    NotFoundError,
)
from cpnb.sandbox.estimates import Estimates
from cpnb.sandbox.import_runs import ImportRuns
from cpnb.sandbox.model import SIGNING_NAME, service_model
from cpnb.sandbox.parameters import parse_parameters
from cpnb.sandbox.profiles import Profiles
from cpnb.sandbox.rates import Rates
from cpnb.sandbox.search import Search
from cpnb.sandbox.segments import Segments
from cpnb.sandbox.snapshots import Snapshots
from cpnb.sandbox.upload_jobs import UploadJobs

MAX_BODY_BYTES = 10 * 1024**2
_CREDENTIAL_SCOPE = re.compile(r"Credential=[^/,\s]+/[^/,\s]+/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request")


def credential_scope(request: Request) -> tuple[str, str] | None:
    """Return region and service name a request is signed for, in its header or its query; None if unsigned."""
    text = request.headers.get("Authorization", "")
    if "X-Amz-Credential" in request.args:
        text = "Credential=" + request.args["X-Amz-Credential"]
    match = _CREDENTIAL_SCOPE.search(text)
    return None if match is None else (match["region"], match["service"])


def raw_path(request: Request) -> str:
    """Return the path as it was sent, percent-encoded: decoding would confuse a label's slash with the path's."""
    target: str = request.environ.get("REQUEST_URI") or request.environ["PATH_INFO"]
    return target.partition("?")[0]


def json_response(document: object) -> Response:
    """Return a success with a JSON document."""
    request_id = str(uuid.uuid4())
    return Response(json.dumps(document), content_type="application/json", headers={"x-amzn-RequestId": request_id})


def read_body(request: Request) -> bytes:
    """Return the whole body, announced or chunked.

    A body of more than `MAX_BODY_BYTES`, or one that breaks off, is a `BadRequestError`.
    """
    request.max_content_length = MAX_BODY_BYTES
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        raise BadRequestError(f"The request body has more than {MAX_BODY_BYTES} bytes.") from None
    except (ClientDisconnected, OSError):
        raise BadRequestError("The request body broke off, or is not chunked as announced.") from None


class Service:
    """Customer Profiles as the sandbox does it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._rates = Rates()
        self._model = service_model()
        self.runs = ImportRuns(backend)
        self.domains = Domains(backend)
        self.profiles = Profiles(backend, self.domains)
        self.calculated = CalculatedAttributes(backend, self.domains)
        self.segments = Segments(backend, self.domains, self.profiles)
        self.snapshots = Snapshots(backend, self.domains, self.segments)
        self._operations = self._table()

    def _table(self) -> Mapping[str, Callable[[Call], Answer]]:
        domains, profiles = self.domains, self.profiles
        jobs = UploadJobs(self._backend, domains, self.runs)
        segments, snapshots = self.segments, self.snapshots
        estimates = Estimates(self._backend, domains, segments)
        attributes = Attributes(self._backend, domains)
        return {
            "CreateDomain": domains.create,
            "GetDomain": domains.get,
            "ListDomains": domains.list,
            "UpdateDomain": domains.update,
            "DeleteDomain": domains.delete,
            "CreateUploadJob": jobs.create,
            "GetUploadJobPath": jobs.get_path,
            "StartUploadJob": jobs.start,
            "StopUploadJob": jobs.stop,
            "GetUploadJob": jobs.get,
            "ListUploadJobs": jobs.list,
            "CreateProfile": profiles.create,
            "UpdateProfile": profiles.update,
            "DeleteProfile": profiles.delete,
            "BatchGetProfile": profiles.batch_get,
            "SearchProfiles": Search(self._backend, domains).search,
            "CreateSegmentDefinition": segments.create,
            "GetSegmentDefinition": segments.get,
            "ListSegmentDefinitions": segments.list,
            "DeleteSegmentDefinition": segments.delete,
            "GetSegmentMembership": segments.membership,
            "CreateSegmentEstimate": estimates.create,
            "GetSegmentEstimate": estimates.get,
            "CreateSegmentSnapshot": snapshots.create,
            "GetSegmentSnapshot": snapshots.get,
            "ListProfileAttributeValues": attributes.values,
            "ListObjectTypeAttributes": attributes.of_object_type,
        }

    def resume(self) -> None:
        """Settle what an earlier process with this state left at work."""
        self.runs.fail_interrupted()
        self.snapshots.fail_interrupted()

    def close(self, timeout_s: float) -> None:
        """Let what is at work end, each within `timeout_s`."""
        self.runs.close(timeout_s)
        self.snapshots.close(timeout_s)

    @property
    def operation_names(self) -> frozenset[str]:
        """The operations the sandbox does."""
        return frozenset(self._operations)

    def add_profiles(self, domain_name: str, profiles: list[dict[str, object]]) -> list[str]:
        """Make profiles in one go and return their ids; each is checked as CreateProfile checks it."""
        operation = self._model.operations["CreateProfile"]
        labels = {"DomainName": domain_name}
        checked = [
            parse_parameters(self._model, operation, labels, {}, json.dumps(profile).encode()) for profile in profiles
        ]
        return self.profiles.add(domain_name, checked)

    def knows_path(self, path: str) -> bool:
        """Return whether a path belongs to this service, whatever the method."""
        return self._model.knows_path(path)

    def asked(self, request: Request) -> tuple[str, str | None]:
        """Return the operation that a request is for and the upload job it names; ``unknown`` for no operation."""
        route = self._model.route(request.method, raw_path(request))
        return ("unknown", None) if route is None else (route[0].name, route[1].get("JobId"))

    def respond(self, request: Request) -> Response:
        """Return the answer to one request.

        Raises
        ------
        ServiceError
            For every answer that is not a success.
        """
        return json_response(self._answer(request))

    def _answer(self, request: Request) -> dict[str, object]:
        route = self._model.route(request.method, raw_path(request))
        if route is None:
            raise NotFoundError(f"{request.method} on this path is no operation of Customer Profiles.")
        operation, labels = route
        scope = credential_scope(request)
        if scope is None or scope[1] != SIGNING_NAME:
            raise AccessDeniedError("Missing authentication token: sign the request for the service 'profile'.")
        perform = self._operations.get(operation.name)
        if perform is None:
            raise NotDoneError(f"This sandbox does not do {operation.name}.")
        self._rates.admit(operation.name, self._backend.settings)
        body = read_body(request)
        with self._backend.faults.around(operation.name):
            parameters = parse_parameters(self._model, operation, labels, request.args, body)
            call = Call(operation.name, parameters, scope[0], request.host_url.rstrip("/"))
            return serialise(self._model, operation, perform(call))
