"""Errors of the service, and how they look on the wire.

Customer Profiles has five modelled errors and no others. The sandbox adds one of its own, with status
501, for what it does not do.

    ServiceError
    ├── BadRequest        400  every validation error, taken names, wrong states
    ├── AccessDenied      403
    ├── NotFound          404  unknown domain, job, segment
    ├── Throttled         429
    ├── InternalFailure   500
    └── NotDone           501  not part of the service: the sandbox does not do this (yet)
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


class BadRequest(ServiceError):
    """The request breaks a constraint, a name is taken, or the state does not allow it."""

    error_type = "BadRequestException"
    status = 400


class AccessDenied(ServiceError):
    """The caller may not do this."""

    error_type = "AccessDeniedException"
    status = 403


class NotFound(ServiceError):
    """The domain, job, segment or path does not exist."""

    error_type = "ResourceNotFoundException"
    status = 404


class Throttled(ServiceError):
    """Too many requests."""

    error_type = "ThrottlingException"
    status = 429


class InternalFailure(ServiceError):
    """A fault of the service."""

    error_type = "InternalServerException"
    status = 500


class NotDone(ServiceError):
    """The sandbox does not do this; the service does."""

    error_type = "NotImplementedException"
    status = 501
