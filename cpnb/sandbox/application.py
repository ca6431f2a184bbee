"""The WSGI application: who a request is for, and who may ask.

======================  =====================================================
``/_sandbox/``          `Control`
``/_upload/``           the object storage
signed for ``profile``  `Service`
anything else           moto's server: S3, STS and the rest of AWS
======================  =====================================================
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from cpnb.sandbox.backend import Backend
from cpnb.sandbox.control import PREFIX as CONTROL_PREFIX
from cpnb.sandbox.control import Control
from cpnb.sandbox.errors import AccessDeniedError, NotDoneError
from cpnb.sandbox.model import SIGNING_NAME
from cpnb.sandbox.service import Service, credential_scope, raw_path
from cpnb.sandbox.storage import OtherServices

UPLOAD_PREFIX = "/_upload/"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


class Application:
    """Everything the sandbox serves, on one port."""

    def __init__(self, backend: Backend) -> None:
        self._objects = backend.objects
        self.service = Service(backend)
        self._control = Control(backend, self.service)
        self._others = OtherServices()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        if not _is_local(request):
            # A web page in the analyst's browser can send requests here; it cannot send them under this name.
            refusal = AccessDeniedError("The sandbox answers on the loopback interface only, and no web page.")
            return refusal.response(str(uuid.uuid4()))(environ, start_response)
        path = raw_path(request)
        if path.startswith(CONTROL_PREFIX):
            return self._control.respond(request)(environ, start_response)
        if path.startswith(UPLOAD_PREFIX):
            return self._objects.wsgi(environ, start_response)
        scope = credential_scope(request)
        if (scope is not None and scope[1] == SIGNING_NAME) or (scope is None and self.service.knows_path(path)):
            return self.service.respond(request)(environ, start_response)
        try:
            return self._others.wsgi(environ, start_response)
        except ModuleNotFoundError as error:
            missing = NotDoneError(
                f"Only Customer Profiles is here: {error.name} is not installed. "
                "Install it for S3, STS and the rest: pip install 'cpnb[sandbox]'"
            )
            response: Response = missing.response(str(uuid.uuid4()))
            return response(environ, start_response)


def _is_local(request: Request) -> bool:
    """Return whether Host, and Origin if there is one, name this machine's loopback interface."""
    origin = request.headers.get("Origin")
    return _host_name("//" + request.host) in LOOPBACK_NAMES and (
        origin is None or _host_name(origin) in LOOPBACK_NAMES
    )


def _host_name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
