"""Signature Version 4 in a query string: issued for one PUT, and checked when it arrives."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from cpnb.sandbox.storage.customer_key import ALGORITHM_HEADER, KEY_HEADER, KEY_MD5_HEADER
from cpnb.sandbox.storage.s3_errors import S3Error
from cpnb.sandbox.storage.upload_request import UploadRequest

REGION = "us-east-1"
MAX_EXPIRES_S = 604_800
"""Longest life of a signed URL, seven days. Source: S3 user guide, 'using-presigned-url'."""

_ALGORITHM = "AWS4-HMAC-SHA256"
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_CLOCK_SKEW = timedelta(minutes=15)
_PARAMETERS = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Expires",
)
# S3 lets the three headers of a customer's key through unsigned; its guide asks to sign the algorithm only.
_MAY_BE_UNSIGNED = frozenset({ALGORITHM_HEADER, KEY_HEADER, KEY_MD5_HEADER})


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key made up at random; it opens nothing but this sandbox's upload URLs."""

    access_key_id: str = field(default_factory=lambda: "ASIA" + base64.b32encode(secrets.token_bytes(10)).decode())
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(30), repr=False)


class UploadSigner:
    """Signs upload URLs and checks what comes back.

    Parameters
    ----------
    now
        The sandbox's clock, timezone-aware.
    credential
        What to sign with; a fresh random one unless given.

    Source: AWS Signature Version 4, 'Authenticating requests: using query parameters'.
    """

    def __init__(self, now: Callable[[], datetime], credential: Credential | None = None) -> None:
        self._now = now
        self._credential = credential or Credential()

    def sign(self, path: str, headers: Mapping[str, str], *, signed_at: datetime, expires_in_s: int) -> str:
        """Return the query string that permits one PUT to `path` with exactly these `headers`.

        Each call brings a session token of its own, so two URLs of the same second differ.
        """
        date = signed_at.astimezone(UTC).strftime(_DATE_FORMAT)
        query = [
            ("X-Amz-Algorithm", _ALGORITHM),
            ("X-Amz-Credential", f"{self._credential.access_key_id}/{_scope(date)}"),
            ("X-Amz-Date", date),
            ("X-Amz-Expires", str(expires_in_s)),
            ("X-Amz-Security-Token", secrets.token_urlsafe(48)),
            ("X-Amz-SignedHeaders", ";".join(sorted(headers))),
        ]
        canonical = canonical_request("PUT", path, query, headers, sorted(headers))
        signature = self._signature(date, string_to_sign(date, canonical))
        return _canonical_query([*query, ("X-Amz-Signature", signature)])

    def check(self, request: UploadRequest) -> None:
        """Raise the error with which S3 answers a request that its URL does not permit.

        Raises
        ------
        S3Error
            ``AccessDenied``, ``AuthorizationQueryParametersError``, ``InvalidAccessKeyId`` or
            ``SignatureDoesNotMatch``.
        """
        parameters = _parameters(request.query)
        self._check_credential(parameters)
        self._check_time(parameters)
        signed_headers = parameters["X-Amz-SignedHeaders"].split(";")
        _check_unsigned(request.headers, signed_headers)
        unsigned_query = [pair for pair in request.query if pair[0] != "X-Amz-Signature"]
        canonical = canonical_request(request.method, request.path, unsigned_query, request.headers, signed_headers)
        to_sign = string_to_sign(parameters["X-Amz-Date"], canonical)
        expected = self._signature(parameters["X-Amz-Date"], to_sign)
        provided = parameters["X-Amz-Signature"]
        # As bytes, because the query may hold any text and compare_digest takes only ASCII as text.
        if not hmac.compare_digest(expected.encode(), provided.encode()):
            raise _does_not_match(self._credential.access_key_id, provided, to_sign, canonical)

    def _check_credential(self, parameters: Mapping[str, str]) -> None:
        access_key_id, _, scope = parameters["X-Amz-Credential"].partition("/")
        if scope != _scope(parameters["X-Amz-Date"]):
            raise S3Error(
                "AuthorizationQueryParametersError",
                "Error parsing the X-Amz-Credential parameter; its scope must be "
                f'"<date of X-Amz-Date>/{REGION}/s3/aws4_request".',
            )
        if access_key_id != self._credential.access_key_id:
            raise S3Error(
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
                {"AWSAccessKeyId": access_key_id},
            )

    def _check_time(self, parameters: Mapping[str, str]) -> None:
        now = self._now().astimezone(UTC)
        signed_at = _parse_date(parameters["X-Amz-Date"])
        expires_in_s = _parse_expires(parameters["X-Amz-Expires"])
        if signed_at - now > _CLOCK_SKEW:
            raise S3Error("AccessDenied", "Request is not valid yet", {"ServerTime": iso_time(now)})
        expires_at = signed_at + timedelta(seconds=expires_in_s)
        if now > expires_at:
            raise request_has_expired(expires_in_s, expires_at, now)

    def _signature(self, date: str, text: str) -> str:
        key = f"AWS4{self._credential.secret}".encode()
        for part in _scope(date).split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()


def canonical_request(
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
    signed_headers: Iterable[str],
) -> str:
    """Return the request in the form that is signed; a signed header that is absent counts as empty."""
    names = list(signed_headers)
    header_lines = [f"{name}:{' '.join(headers.get(name, '').split())}" for name in names]
    lines = [method, quote(path, safe="/-_.~"), _canonical_query(query), *header_lines, ""]
    return "\n".join([*lines, ";".join(names), "UNSIGNED-PAYLOAD"])


def string_to_sign(date: str, canonical: str) -> str:
    """Return algorithm, time, scope and digest of the canonical request, one per line."""
    return "\n".join([_ALGORITHM, date, _scope(date), hashlib.sha256(canonical.encode()).hexdigest()])


def request_has_expired(expires_in_s: int, expires_at: datetime, now: datetime) -> S3Error:
    """Return S3's error for a URL that is past its time.

    Source: responses recorded from S3 (service facts 4.2).
    """
    details = {
        "X-Amz-Expires": str(expires_in_s),
        "Expires": iso_time(expires_at),
        "ServerTime": iso_time(now),
    }
    return S3Error("AccessDenied", "Request has expired", details)


def iso_time(time: datetime) -> str:
    """Return a time as S3 writes it: UTC, whole seconds, ``Z`` at the end."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _scope(date: str) -> str:
    return f"{date[:8]}/{REGION}/s3/aws4_request"


def _canonical_query(query: Iterable[tuple[str, str]]) -> str:
    encoded = ((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query)
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _parameters(query: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    present = dict(query)
    if not any(name in present for name in _PARAMETERS):
        raise S3Error("AccessDenied", "Access Denied")
    if not all(name in present for name in _PARAMETERS):
        raise S3Error(
            "AuthorizationQueryParametersError",
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
            "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        )
    if present["X-Amz-Algorithm"] != _ALGORITHM:
        raise S3Error("AuthorizationQueryParametersError", f'X-Amz-Algorithm only supports "{_ALGORITHM}"')
    return present


def _parse_date(text: str) -> datetime:
    try:
        return datetime.strptime(text, _DATE_FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise S3Error(
            "AuthorizationQueryParametersError",
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
        ) from error


def _parse_expires(text: str) -> int:
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise S3Error("AuthorizationQueryParametersError", "X-Amz-Expires should be a number")
    if text.startswith("-"):
        raise S3Error("AuthorizationQueryParametersError", "X-Amz-Expires must be non-negative")
    # Compared by digits first: int() refuses text of thousands of digits with an error of its own.
    if len(text) > len(str(MAX_EXPIRES_S)) or int(text) > MAX_EXPIRES_S:
        raise S3Error(
            "AuthorizationQueryParametersError",
            f"X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
            f"less than {MAX_EXPIRES_S} seconds",
        )
    return int(text)


def _check_unsigned(headers: Mapping[str, str], signed_headers: Iterable[str]) -> None:
    permitted = _MAY_BE_UNSIGNED.union(signed_headers)
    unsigned = sorted(name for name in headers if name.startswith("x-amz-") and name not in permitted)
    if unsigned:
        raise S3Error(
            "AccessDenied",
            "There were headers present in the request which were not signed",
            {"HeadersNotSigned": ", ".join(unsigned)},
        )


def _does_not_match(access_key_id: str, provided: str, to_sign: str, canonical: str) -> S3Error:
    details = {
        "AWSAccessKeyId": access_key_id,
        "StringToSign": to_sign,
        "SignatureProvided": provided,
        "StringToSignBytes": to_sign.encode().hex(" "),
        "CanonicalRequest": canonical,
        "CanonicalRequestBytes": canonical.encode().hex(" "),
    }
    return S3Error(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
        details,
    )
