"""What the SDK says when something fails, in our own words and errors, without a value that it was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import botocore.exceptions as sdk
from botocore.parsers import ResponseParserError

from cpnb.errors import CpnbError, CredentialsError, DomainNotFoundError, ServiceError, UnreachableError

__all__ = ["SDK_ERRORS", "SdkError", "translated"]

_CREDENTIALS_MISSING = (
    sdk.NoCredentialsError,
    sdk.PartialCredentialsError,
    sdk.CredentialRetrievalError,
    sdk.TokenRetrievalError,
    sdk.SSOError,
    sdk.NoAuthTokenError,
)

# What AWS services call credentials that are too old, unknown or not allowed to do this.
# Source: AWS general reference, common errors; service model, AccessDeniedException.
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN = frozenset({"UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException"})
_FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException"})

# Parameters that name something inside of a domain: what is not found may then be that.
_NAMING_MORE = frozenset({"JobId", "SegmentDefinitionName", "EstimateId", "SnapshotId"})

# Parameters that hold cells of a table: what a service says about them may quote one.
_HOLDING_CELLS = frozenset({"AdditionalSearchKeys", "Values"})

MESSAGE_LENGTH = 400
"""Of what the service says, so many characters are shown: it lists some fifty targets where one is wrong."""

# An answer without its end.
_CUT_OFF = (sdk.IncompleteReadError, sdk.ResponseStreamingError, ResponseParserError)

SdkError = sdk.BotoCoreError | sdk.ClientError | ResponseParserError
SDK_ERRORS = (sdk.BotoCoreError, sdk.ClientError, ResponseParserError)
"""Everything that a client of the SDK raises; the last comes from its parsers, and is of none of its own families."""


class Place(Protocol):
    """Where a request went: a domain."""

    name: str

    @property
    def host(self) -> str:
        """Host and port of the service."""

    @property
    def region(self) -> str:
        """AWS region."""


def translated(
    error: SdkError,
    place: Place,
    operation: str,
    parameters: Mapping[str, Any] | None = None,
) -> CpnbError:
    """Return our own error for one of the SDK's.

    Parameters
    ----------
    error : SdkError
        What the SDK raised.
    place : Place
        The domain that was asked.
    operation : str
        What was asked; empty before anything was.
    parameters : mapping, optional
        With what: their names tell what may be missing, and whether the service may quote a value.
    """
    doing = f"{operation} for domain {place.name!r}" if operation else f"Preparing domain {place.name!r}"
    if isinstance(error, sdk.ClientError):
        return _of_answer(error, place, doing, parameters or {})
    if isinstance(error, sdk.NoRegionError):
        return ServiceError(f"{doing}: no AWS region is set. Name it: Domain({place.name!r}, region='us-east-1').")
    if isinstance(error, sdk.ProfileNotFound):
        return CredentialsError(
            f"{doing}: the AWS configuration has no profile of this name. 'aws configure list-profiles' lists them."
        )
    if isinstance(error, _CREDENTIALS_MISSING):
        return CredentialsError(
            f"{doing}: no usable AWS credentials ({type(error).__name__}). Name a profile, "
            f"Domain({place.name!r}, profile='...'), sign in with 'aws sso login', or work on the sandbox: "
            f"cpnb.Sandbox().domain({place.name!r})."
        )
    if isinstance(error, (sdk.HTTPClientError, sdk.ConnectionError, *_CUT_OFF)):
        return _of_connection(error, place, doing)
    # Its own text is left out: that of a ParamValidationError prints the values it was given.
    return ServiceError(f"{doing}: the SDK refused before anything was sent ({type(error).__name__}).")


def _of_connection(error: Exception, place: Place, doing: str) -> CpnbError:
    kind = type(error).__name__
    if isinstance(error, sdk.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return ServiceError(
            f"{doing}: the TLS certificate of {place.host} was not accepted, so nothing was sent. Behind a company "
            "proxy, name the file of its certificates in AWS_CA_BUNDLE."
        )
    if isinstance(error, _CUT_OFF):
        return UnreachableError(
            f"{doing}: the answer of {place.host} was cut off, or is not the service's ({kind}). Something on the way "
            "may have answered in its place; try again."
        )
    return UnreachableError(
        f"{doing}: nothing answered at {place.host} ({kind}). Check the network, the region ({place.region}) and, "
        "for a sandbox, that it still runs."
    )


def _of_answer(error: sdk.ClientError, place: Place, doing: str, parameters: Mapping[str, Any]) -> CpnbError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", "")).strip()
    if _HOLDING_CELLS & parameters.keys():
        message = "its own words are left out, as they may quote a value"
    there = f"{place.host}, region {place.region}"
    if code in _EXPIRED:
        return CredentialsError(
            f"{doing}: the session's credentials have expired. Sign in again (for example 'aws sso login'), make the "
            "domain anew and run the cell again; nothing is lost.",
            code=code,
        )
    if code in _UNKNOWN:
        return CredentialsError(f"{doing}: AWS does not know these credentials ({code}). Check the profile.", code=code)
    if code in _FORBIDDEN:
        purpose = ", for_='failed_rows'" if _HOLDING_CELLS & parameters.keys() else ""
        return CredentialsError(
            f"{doing}: these credentials may not do this ({code}): {_sentence(message)} Whoever looks after the "
            f"account can allow it: print(cpnb.iam_policy(domain=...{purpose})) shows the policy.",
            code=code,
        )
    if code == "ResourceNotFoundException" and not _NAMING_MORE & parameters.keys():
        return DomainNotFoundError(
            f"{doing}: there is no domain of this name at {there}. Check the name, the region and the account; "
            "the Amazon Connect console lists the domains under Customer Profiles.",
            code=code,
        )
    return ServiceError(f"{doing}: {code or 'an error'} from {there}: {_sentence(message)}", code=code)


def _sentence(message: str) -> str:
    """Return what the service said, cut where it lists everything that it knows, with a full stop."""
    text = message if len(message) <= MESSAGE_LENGTH else f"{message[:MESSAGE_LENGTH]} ..."
    return f"{text or 'no message'}{'' if text.endswith(('.', '!', '?')) else '.'}"
