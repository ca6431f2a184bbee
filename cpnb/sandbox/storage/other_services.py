"""S3, STS and the rest of AWS, imitated by moto's server in this process."""

import logging
import threading
from collections.abc import Callable, Iterable
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.exceptions import InternalServerError
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from flask import Flask

_log = logging.getLogger(__name__)

_Select = Callable[[WSGIEnvironment], WSGIApplication]


class OtherServices:
    """Moto's server as a WSGI application, imported and built on the first request.

    It keeps its state in memory, takes any credentials, and never reaches a network. Requests are told apart by
    the service name in their signature; S3 takes those without one. What moto does not imitate is answered 501.
    """

    def __init__(self) -> None:
        self._select: _Select | None = None
        self._lock = threading.Lock()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request.

        Raises
        ------
        ModuleNotFoundError
            Where moto's server is not installed.
        """
        select = self._loaded()
        try:
            application = select(environ)
        except (LookupError, ValueError):
            # Moto takes headers apart on the assumption that an AWS SDK wrote them.
            application = _refusal(HTTPStatus.BAD_REQUEST, "The request does not say which AWS service it is for.")
        return application(environ, start_response)

    def _loaded(self) -> _Select:
        with self._lock:
            if self._select is None:
                self._select = _moto()
            return self._select


def _moto() -> _Select:
    # Imported here: moto and Flask cost most of a second, and most sandboxes never need them.
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    def create_app(service: str | None) -> WSGIApplication:
        if service is None:
            return _refusal(HTTPStatus.NOT_IMPLEMENTED, "The sandbox does not imitate this AWS service.")
        app: Flask = create_backend_app(service)
        _answer_failures(app)
        return app

    select: _Select = DomainDispatcherApplication(create_app).get_application
    return select


def _answer_failures(app: "Flask") -> None:
    """Let a moto application answer what it cannot do, instead of raising it or showing a web page."""

    def not_imitated(_: Exception) -> Response:
        return _refusal(HTTPStatus.NOT_IMPLEMENTED, "The sandbox does not imitate this operation.")

    def failed(error: InternalServerError) -> Response:
        # By its type only: its text, and the traceback that Flask would log, may hold data.
        _log.error("moto failed with %s", type(error.original_exception).__name__)
        return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "The imitation of this operation failed.")

    app.debug = False
    app.logger.disabled = True
    app.register_error_handler(HTTPStatus.NOT_FOUND, not_imitated)
    app.register_error_handler(NotImplementedError, not_imitated)
    app.register_error_handler(InternalServerError, failed)


def _refusal(status: HTTPStatus, text: str) -> Response:
    # SDKs of every protocol take a body that begins with <html> for an error from before the service.
    return Response(f"<html><body>{escape(text)}</body></html>", status, mimetype="text/html")
