"""S3, STS and the rest of AWS, imitated by moto's server in this process."""

import threading
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class OtherServices:
    """Moto's server as a WSGI application, imported and built on the first request.

    It keeps its state in memory, takes any credentials, and never reaches a network. Requests are told apart by
    the service name in their signature; S3 takes those without one.
    """

    def __init__(self) -> None:
        self._application: WSGIApplication | None = None
        self._lock = threading.Lock()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request.

        Raises
        ------
        ModuleNotFoundError
            Where moto's server is not installed.
        """
        return self._loaded()(environ, start_response)

    def _loaded(self) -> WSGIApplication:
        with self._lock:
            if self._application is None:
                self._application = _moto_application()
            return self._application


def _moto_application() -> WSGIApplication:
    # Imported here: moto and Flask cost most of a second, and most sandboxes never need them.
    from flask import Flask
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    def create_quiet_app(service: str) -> Flask:
        app: Flask = create_backend_app(service)
        # In debug mode Flask lets an unexpected exception through to the server; without it the client gets a 500.
        app.debug = False
        return app

    application: WSGIApplication = DomainDispatcherApplication(create_quiet_app)
    return application
