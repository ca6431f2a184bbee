"""One HTTP request to object storage, taken out of its WSGI environment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

from cpnb.sandbox.storage.s3_errors import S3Error


@dataclass(frozen=True, slots=True, repr=False)
class UploadRequest:
    """What a request says before its body: method, path, query and headers.

    It has no repr of its own: path, query and headers hold the signature and the client's key.
    """

    method: str
    path: str
    """Percent-decoded, beginning with a slash."""
    query: tuple[tuple[str, str], ...]
    """Percent-decoded pairs in the order of the URL."""
    headers: Mapping[str, str]
    """Names in lower case; values without surrounding space."""
    is_secure: bool
    """Whether the request came over TLS."""

    @classmethod
    def from_environ(cls, environ: WSGIEnvironment) -> Self:
        """Return the request of a WSGI environment.

        Raises
        ------
        S3Error
            ``InvalidURI`` where path or query are not UTF-8.
        """
        try:
            path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8")
            query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True, errors="strict")
        except ValueError as error:
            raise S3Error("InvalidURI", "Couldn't parse the specified URI.") from error
        return cls(
            method=environ["REQUEST_METHOD"],
            path=path,
            query=tuple(query),
            headers=dict(_headers(environ)),
            is_secure=environ["wsgi.url_scheme"] == "https",
        )


def _headers(environ: WSGIEnvironment) -> Iterable[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name[5:].replace("_", "-").lower(), value.strip()
        elif name in {"CONTENT_TYPE", "CONTENT_LENGTH"} and value:
            yield name.replace("_", "-").lower(), value.strip()
