"""ObjectStore: upload URLs, the PUT behind them, and the sealed objects they leave in a folder."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Literal
from urllib.parse import quote, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from cpnb.sandbox.storage.customer_key import (
    ALGORITHM_HEADER,
    KEY_MD5_HEADER,
    KEY_SIZE_BYTES,
    customer_headers,
    customer_key,
    md5_base64,
)
from cpnb.sandbox.storage.faults import Faults
from cpnb.sandbox.storage.object_folder import ObjectFolder
from cpnb.sandbox.storage.request_body import announced_size_bytes, discard_body, read_blocks
from cpnb.sandbox.storage.s3_errors import S3Error
from cpnb.sandbox.storage.sealed import CHUNK_SIZE_BYTES, SealingWriter
from cpnb.sandbox.storage.signature import MAX_EXPIRES_S, UploadSigner
from cpnb.sandbox.storage.upload_request import UploadRequest

MAX_URL_LENGTH = 2048
"""Longest upload URL in characters. Source: service model, botocore (GetUploadJobPathResponse.Url)."""

MAX_NAME_SIZE_BYTES = 1024
"""Longest object name. Source: S3 user guide, 'object-keys'."""

_PATH_PREFIX = "/_upload/customer-profiles-uploads/"

SignedCustomerHeaders = Literal["none", "algorithm", "all"]


@dataclass(frozen=True, slots=True, repr=False)
class SignedUpload:
    """Permission for one object's upload: where to, with which key, until when."""

    url: str
    client_token: str
    """The 32-byte key in base64, as the header and the service's ClientToken carry it."""
    valid_until: datetime
    """Timezone-aware, whole seconds."""

    def __repr__(self) -> str:
        """Show host and time only; whoever has URL and token can replace the object."""
        return f"SignedUpload(host={urlsplit(self.url).netloc!r}, valid_until={self.valid_until.isoformat()!r})"


@dataclass(frozen=True, slots=True, repr=False)
class _Admitted:
    """A PUT whose head is in order."""

    object_name: str
    key: bytes
    size_bytes: int
    content_md5: str | None


class ObjectStore:
    """Objects in a folder, each written by a PUT to a signed URL and sealed with the client's key.

    Behaves as S3 does for a presigned PUT with SSE-C: any 32-byte key is accepted, and whoever reads the object
    later needs that same key. A second PUT replaces the object; one that breaks off leaves what was there before.

    Parameters
    ----------
    folder
        Where objects live; made readable by its owner only. It belongs to one store at a time.
    now
        The sandbox's clock, timezone-aware.
    require_tls
        Refuse PUTs over plain HTTP, as S3 refuses keys over it.
    signed_customer_headers
        Which of the three key headers the URL signs; the service's choice is not known, S3 asks for the
        algorithm at least.
    idle_timeout_s
        How long a PUT may pause before it is given up.

    Source: S3 user guide, 'ServerSideEncryptionCustomerKeys' and 'using-presigned-url'.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime],
        *,
        require_tls: bool = False,
        signed_customer_headers: SignedCustomerHeaders = "algorithm",
        idle_timeout_s: float = 20.0,
    ) -> None:
        self.require_tls = require_tls
        self.signed_customer_headers = signed_customer_headers
        self._objects = ObjectFolder(folder)
        self._now = now
        self._idle_timeout_s = idle_timeout_s
        self._signer = UploadSigner(now)
        self._faults = Faults()

    def new_client_key(self) -> bytes:
        """Return 32 random bytes, a key for AES-256."""
        return secrets.token_bytes(KEY_SIZE_BYTES)

    def presign(self, object_name: str, client_key: bytes, *, base_url: str, expires_in_s: int) -> SignedUpload:
        """Return a fresh URL for one object, good for any number of PUTs until it expires.

        Parameters
        ----------
        object_name
            At most 1024 bytes in UTF-8, without ``.`` and ``..`` between slashes; slashes stay in the URL.
        client_key
            32 bytes, handed out as the token. The URL does not hold it.
        base_url
            Scheme, host and port under which the client reaches this store.
        expires_in_s
            Life of the URL in seconds, 1 to 604,800.

        Raises
        ------
        ValueError
            For such a name, a key of another length, a life out of range, or a URL above 2048 characters.
        """
        if len(client_key) != KEY_SIZE_BYTES:
            raise ValueError(f"a client key has {KEY_SIZE_BYTES} bytes, this one {len(client_key)}")
        if not 1 <= expires_in_s <= MAX_EXPIRES_S:
            raise ValueError(f"an upload URL lives 1 to {MAX_EXPIRES_S} seconds, not {expires_in_s}")
        _check_name(object_name)
        path = _PATH_PREFIX + object_name
        # X-Amz-Date has whole seconds, and the URL dies by it.
        signed_at = self._now().replace(microsecond=0)
        headers = {"host": urlsplit(base_url).netloc} | self._headers_to_sign(client_key)
        query = self._signer.sign(path, headers, signed_at=signed_at, expires_in_s=expires_in_s)
        url = f"{base_url.rstrip('/')}{quote(path, safe='/-_.~')}?{query}"
        if len(url) > MAX_URL_LENGTH:
            raise ValueError(
                f"the upload URL has {len(url)} characters, {MAX_URL_LENGTH} are allowed: use a shorter object name"
            )
        token = base64.b64encode(client_key).decode()
        return SignedUpload(url, token, signed_at + timedelta(seconds=expires_in_s))

    def inject(self, kind: str, times: int) -> None:
        """Let the next `times` uploads fail in a way of `FAULT_KINDS`, for example ``s3_error`` (503 SlowDown)."""
        self._faults.order(kind, times)

    def clear_faults(self) -> None:
        """Forget the injected faults that have not happened."""
        self._faults.clear()

    def exists(self, object_name: str) -> bool:
        """Return whether a whole object of this name is stored."""
        return self._objects.exists(object_name)

    def size_bytes(self, object_name: str) -> int:
        """Return the size of the object's data; raises ``FileNotFoundError`` where there is none."""
        return self._objects.size_bytes(object_name)

    def open(self, object_name: str, client_key: bytes) -> BufferedReader:
        """Return the object's data as a readable stream, in order, in bounded memory.

        Raises
        ------
        FileNotFoundError
            Where there is no such object.
        WrongKeyError
            At once for a key that does not open it; while reading where the file on disk was changed.
        """
        return self._objects.open(object_name, client_key)

    def delete(self, object_name: str) -> None:
        """Remove the object, if there is one."""
        self._objects.delete(object_name)

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request under ``/_upload/``, as a WSGI application on werkzeug's threaded server.

        A refusal is sent before the body is read; what the client still sends is then dropped within bounds, so
        that it gets to see the error document.
        """
        request_id, host_id = secrets.token_hex(8).upper(), secrets.token_urlsafe(42)
        common = [("x-amz-request-id", request_id), ("x-amz-id-2", host_id)]
        try:
            headers = self._put(environ)
        except S3Error as error:
            document = error.document(request_id, host_id)
            headers = {"Content-Type": "application/xml", "Content-Length": str(len(document))}
            if error.code == "MethodNotAllowed":
                headers["Allow"] = "PUT"
            start_response(f"{error.status.value} {error.status.phrase}", [*common, *headers.items()])
            return _answer_and_discard(document, environ)
        start_response("200 OK", [*common, *headers.items()])
        return [b""]

    def _put(self, environ: WSGIEnvironment) -> dict[str, str]:
        """Store the object of a request and return the headers of the answer."""
        admitted = self._admit(UploadRequest.from_environ(environ))
        blocks = read_blocks(
            environ,
            admitted.size_bytes,
            block_size_bytes=CHUNK_SIZE_BYTES,
            idle_timeout_s=self._idle_timeout_s,
        )
        try:
            # Closed here, not whenever it is collected: it has the socket non-blocking until then.
            with closing(blocks), self._objects.replacing(admitted.object_name) as sink:
                _seal(blocks, admitted, sink)
        except OSError as error:
            raise S3Error(
                "InternalError", f"We encountered an internal error: {error.strerror}. Please try again."
            ) from error
        return {
            # Under SSE-C the ETag is not the MD5 of the data, and clients must not take it for that.
            "ETag": f'"{secrets.token_hex(16)}"',
            ALGORITHM_HEADER: "AES256",
            KEY_MD5_HEADER: md5_base64(admitted.key),
            "Content-Length": "0",
        }

    def _admit(self, request: UploadRequest) -> _Admitted:
        """Check everything that is known before the body, in S3's order: permission, length, key, digest."""
        if request.method != "PUT":
            raise S3Error(
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
                {"Method": request.method, "ResourceType": "OBJECT"},
            )
        fault = self._faults.take(self._now())
        if fault:
            raise fault
        self._signer.check(request)
        size_bytes = announced_size_bytes(request)
        if self.require_tls and not request.is_secure:
            raise S3Error(
                "InvalidRequest",
                "Requests specifying Server Side Encryption with Customer provided keys must be made over a "
                "secure connection.",
            )
        key = customer_key(request.headers)
        content_md5 = _content_md5(request.headers.get("content-md5"))
        return _Admitted(request.path.removeprefix(_PATH_PREFIX), key, size_bytes, content_md5)

    def _headers_to_sign(self, client_key: bytes) -> dict[str, str]:
        headers = customer_headers(client_key)
        match self.signed_customer_headers:
            case "none":
                return {}
            case "algorithm":
                return {ALGORITHM_HEADER: headers[ALGORITHM_HEADER]}
            case "all":
                return headers


def _check_name(object_name: str) -> None:
    size_bytes = len(object_name.encode())
    if not 1 <= size_bytes <= MAX_NAME_SIZE_BYTES:
        raise ValueError(f"an object name has 1 to {MAX_NAME_SIZE_BYTES} bytes in UTF-8, not {size_bytes}")
    if {".", ".."}.intersection(object_name.split("/")):
        # HTTP clients resolve such parts before they send the path, and then the signature does not match.
        raise ValueError("an object name has no '.' or '..' between its slashes: use other words there")


def _seal(blocks: Iterable[memoryview], admitted: _Admitted, sink: BinaryIO) -> None:
    writer = SealingWriter(sink, admitted.key)
    digest = hashlib.md5(usedforsecurity=False) if admitted.content_md5 else None
    remaining = admitted.size_bytes
    for block in blocks:
        if digest:
            digest.update(block)
        remaining -= len(block)
        if remaining:
            writer.write_chunk(block)
        else:
            writer.finish(block)
    if digest:
        calculated = base64.b64encode(digest.digest()).decode()
        if calculated != admitted.content_md5:
            raise S3Error(
                "BadDigest",
                "The Content-MD5 you specified did not match what we received.",
                {"ExpectedDigest": str(admitted.content_md5), "CalculatedDigest": calculated},
            )


def _content_md5(header: str | None) -> str | None:
    if header is None:
        return None
    try:
        digest = base64.b64decode(header, validate=True)
    except ValueError:
        digest = b""
    if len(digest) != hashlib.md5(usedforsecurity=False).digest_size:
        raise S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.", {"Content-MD5": header})
    return header


def _answer_and_discard(document: bytes, environ: WSGIEnvironment) -> Iterator[bytes]:
    yield document
    if environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
        discard_body(environ)
