"""The sandbox's object storage, in this process and behind the fault proxy, so that a test can look inside."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import make_server

from cpnb.sandbox.storage import ObjectStore
from cpnb.transfer import UploadPath
from tests.wire.fault_proxy import FaultProxy

SETTLED_WITHIN_S = 10.0


class WatchedStorage:
    """An object store and the proxy before it.

    Parameters
    ----------
    store
        What stores.
    proxy
        What clients talk to.
    """

    def __init__(self, store: ObjectStore, proxy: FaultProxy) -> None:
        self._store = store
        self.proxy = proxy
        self._numbers = itertools.count(1)
        self._at_work = 0
        self._changed = threading.Condition()
        self.key = store.new_client_key()
        self.object_name = ""

    def path(self, expires_in_s: int = 900) -> UploadPath:
        """Return the path of a new object."""
        self.object_name = f"object-{next(self._numbers)}"
        return self.path_again(expires_in_s)

    def path_again(self, expires_in_s: int = 900) -> UploadPath:
        """Return a fresh path of the same object."""
        signed = self._store.presign(self.object_name, self.key, base_url=self.proxy.url, expires_in_s=expires_in_s)
        return UploadPath(signed.url, signed.client_token, signed.valid_until)

    def stored(self) -> bytes | None:
        """Return what is stored under the last path, once nobody is at work on it; None if nothing is."""
        self.proxy.release()
        with self._changed:
            assert self._changed.wait_for(lambda: not self._at_work, SETTLED_WITHIN_S)
        if not self._store.exists(self.object_name):
            return None
        with self._store.open(self.object_name, self.key) as stream:
            return stream.read()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the store answer, and keep count of who is at work."""
        with self._changed:
            self._at_work += 1
        try:
            yield from self._store.wsgi(environ, start_response)
        finally:
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()


@contextlib.contextmanager
def watched_storage(folder: Path, *, certificate: Path | None = None) -> Iterator[WatchedStorage]:
    """Run a store and a proxy before it; clients speak TLS with the proxy if there is a certificate."""
    store = ObjectStore(folder, lambda: datetime.now(UTC), idle_timeout_s=2.0)
    with FaultProxy(certificate=certificate) as proxy:
        storage = WatchedStorage(store, proxy)
        server = make_server("127.0.0.1", 0, storage.wsgi, threaded=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        proxy.upstream_url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield storage
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
