"""The WSGI application: who a request is for, and who may ask.

======================  =====================================================
``/_sandbox/``          `Control`
``/_upload/``           the object storage
signed for ``profile``  `Service`
anything else           moto's server: S3, STS and the rest of AWS
======================  =====================================================
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request

from cpnb.sandbox.backend import Backend
from cpnb.sandbox.control import PREFIX as CONTROL_PREFIX, Control
from cpnb.sandbox.errors import AccessDeniedError, InternalServerError, NotDoneError, ServiceError
from cpnb.sandbox.model import SIGNING_NAME
from cpnb.sandbox.service import Service, credential_scope, raw_path

log = logging.getLogger(__name__)

UPLOAD_PREFIX = "/_upload/"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


class Application:
    """Everything the sandbox serves, on one port."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.service = Service(backend)
        self._control = Control(backend, self.service)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; the client never gets a traceback."""
        request = Request(environ)
        request_id = str(uuid.uuid4())
        start_response = self._noting_status(request, start_response)
        try:
            application = self._application(request)
        except ServiceError as error:
            application = error.response(request_id)
        except Exception as error:  # noqa: BLE001 -- the last resort of a server that must go on
            # The text of an unexpected exception may quote a value; its type and place do not.
            log.error("request %s failed: %s at %s", request_id, type(error).__name__, _origin(error))  # noqa: TRY400
            application = InternalServerError("Internal error of the sandbox.").response(request_id)
        return application(environ, start_response)

    def _noting_status(self, request: Request, start_response: StartResponse) -> StartResponse:
        """Log a request to the service or its storage, and return what notes the status of its answer."""
        path = raw_path(request)
        if path.startswith(UPLOAD_PREFIX):
            asked: tuple[str, str | None] = "PutObject", path.rpartition("/")[2]
        elif self.service.knows_path(path):
            asked = self.service.asked(request)
        else:
            return start_response
        logged = self._backend.requests.begun(*asked, self._backend.clock.now_s())

        def answer(status: str, headers: list[tuple[str, str]], *failure: Any) -> Callable[[bytes], object]:
            logged.status = int(status.partition(" ")[0])
            return start_response(status, headers, *failure)

        return answer

    def _application(self, request: Request) -> WSGIApplication:
        """Return what answers a request: a finished response, or one of the mounted applications."""
        if not _is_local(request):
            # A web page in the analyst's browser can send requests here; it cannot send them under this name.
            raise AccessDeniedError("The sandbox answers on the loopback interface only, and no web page.")
        path = raw_path(request)
        if path.startswith(CONTROL_PREFIX):
            return self._control.respond(request)
        if path.startswith(UPLOAD_PREFIX):
            return self._backend.objects.wsgi
        scope = credential_scope(request)
        if (scope is not None and scope[1] == SIGNING_NAME) or (scope is None and self.service.knows_path(path)):
            return self.service.respond(request)
        return self._other

    def _other(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return self._backend.others.wsgi(environ, start_response)
        except ModuleNotFoundError as error:
            missing = NotDoneError(
                f"Only Customer Profiles is here: {error.name} is not installed. "
                "Install it for S3, STS and the rest: pip install 'cpnb[sandbox]'"
            )
            return missing.response(str(uuid.uuid4()))(environ, start_response)


def _is_local(request: Request) -> bool:
    """Return whether Host, and Origin if there is one, name this machine's loopback interface."""
    origin = request.headers.get("Origin")
    return _is_loopback("//" + request.headers.get("Host", "")) and (origin is None or _is_loopback(origin))


def _is_loopback(url: str) -> bool:
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return False
    # Names under localhost are loopback too (RFC 6761); S3 clients put a bucket's name there.
    return name in LOOPBACK_NAMES or name.endswith(".localhost")


def _origin(error: Exception) -> str:
    """Return file and line where an exception was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown place"
