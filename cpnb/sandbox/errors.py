"""Errors of the service, and how they look on the wire.

Customer Profiles has five modelled errors and no others. The sandbox adds one of its own, with status
501, for what it does not do.

    ServiceError
    ├── BadRequestError       400  every validation error, taken names, wrong states
    ├── AccessDeniedError     403
    ├── NotFoundError         404  unknown domain, job, segment
    ├── ThrottledError        429
    ├── InternalServerError   500
    └── NotDoneError          501  not part of the service: the sandbox does not do this (yet)
"""

from __future__ import annotations

import json
from typing import ClassVar

from werkzeug.wrappers import Response


class ServiceError(Exception):
    """An answer that is not a success, in the service's shape.

    Parameters
    ----------
    message
        What is wrong, what was expected. Names and counts, never a customer's value.
    """

    error_type: ClassVar[str] = "InternalServerException"
    status: ClassVar[int] = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def response(self, request_id: str) -> Response:
        """Return the HTTP answer: type in ``x-amzn-ErrorType``, text in the member ``Message``.

        Source: service model, botocore (rest-json error shapes, member ``Message``).
        """
        return Response(
            json.dumps({"Message": self.message}),
            status=self.status,
            content_type="application/json",
            headers={"x-amzn-ErrorType": self.error_type, "x-amzn-RequestId": request_id},
        )


class BadRequestError(ServiceError):
    """The request breaks a constraint, a name is taken, or the state does not allow it."""

    error_type = "BadRequestException"
    status = 400


class AccessDeniedError(ServiceError):
    """The caller may not do this."""

    error_type = "AccessDeniedException"
    status = 403


class NotFoundError(ServiceError):
    """The domain, job, segment or path does not exist."""

    error_type = "ResourceNotFoundException"
    status = 404


class ThrottledError(ServiceError):
    """Too many requests."""

    error_type = "ThrottlingException"
    status = 429


class InternalServerError(ServiceError):
    """A fault of the service."""

    error_type = "InternalServerException"
    status = 500


class NotDoneError(ServiceError):
    """The sandbox does not do this; the service does."""

    error_type = "NotImplementedException"
    status = 501
