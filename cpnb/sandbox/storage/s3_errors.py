"""What object storage answers when it refuses a request: S3's codes, their HTTP status and their XML."""

from collections.abc import Mapping
from http import HTTPStatus
from xml.sax.saxutils import escape

_STATUS_OF_CODE: Mapping[str, HTTPStatus] = {
    "AccessDenied": HTTPStatus.FORBIDDEN,
    "AuthorizationQueryParametersError": HTTPStatus.BAD_REQUEST,
    "BadDigest": HTTPStatus.BAD_REQUEST,
    "EntityTooLarge": HTTPStatus.BAD_REQUEST,
    "ExpiredToken": HTTPStatus.BAD_REQUEST,
    "IncompleteBody": HTTPStatus.BAD_REQUEST,
    "InternalError": HTTPStatus.INTERNAL_SERVER_ERROR,
    "InvalidAccessKeyId": HTTPStatus.FORBIDDEN,
    "InvalidArgument": HTTPStatus.BAD_REQUEST,
    "InvalidDigest": HTTPStatus.BAD_REQUEST,
    "InvalidEncryptionAlgorithmError": HTTPStatus.BAD_REQUEST,
    "InvalidRequest": HTTPStatus.BAD_REQUEST,
    "InvalidURI": HTTPStatus.BAD_REQUEST,
    "MethodNotAllowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "MissingContentLength": HTTPStatus.LENGTH_REQUIRED,
    "NotImplemented": HTTPStatus.NOT_IMPLEMENTED,
    "RequestTimeout": HTTPStatus.BAD_REQUEST,
    "ServiceUnavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "SignatureDoesNotMatch": HTTPStatus.FORBIDDEN,
    "SlowDown": HTTPStatus.SERVICE_UNAVAILABLE,
}


class S3Error(Exception):
    """A refusal in S3's own terms.

    Parameters
    ----------
    code
        One of S3's error codes; it decides the HTTP status.
    message
        S3's text for the case.
    details
        Further elements of the error document, in order, for example ``{"ServerTime": ...}``.

    Source: S3 error responses, and responses recorded from S3 (service facts 4.2).
    """

    def __init__(self, code: str, message: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = dict(details or {})

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status that goes with the code."""
        return _STATUS_OF_CODE[self.code]

    def document(self, request_id: str, host_id: str) -> bytes:
        """Return the error document: UTF-8 XML with the code, the message, the details and both ids."""
        elements = {"Code": self.code, "Message": self.message, **self.details}
        elements |= {"RequestId": request_id, "HostId": host_id}
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()
