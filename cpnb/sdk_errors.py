"""The SDK's errors in our words: what is, what was expected, what to do next, and no value that was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import botocore.exceptions as sdk
from botocore.parsers import ResponseParserError

from cpnb.errors import CpnbError, CredentialsError, DomainNotFoundError, ServiceError, UnreachableError

__all__ = ["SDK_ERRORS", "SdkError", "translated"]

SdkError = sdk.BotoCoreError | sdk.ClientError | ResponseParserError
SDK_ERRORS = (sdk.BotoCoreError, sdk.ClientError, ResponseParserError)
"""All that the SDK raises; the last comes from its parsers, and is of none of its own families."""

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

# An answer without its end; the last comes from the SDK's parsers, and is of none of the SDK's own families.
_CUT_OFF = (sdk.IncompleteReadError, sdk.ResponseStreamingError, ResponseParserError)


class Place(Protocol):
    """Where a request went."""

    name: str

    @property
    def host(self) -> str:
        """Host and port of the service."""

    @property
    def region(self) -> str:
        """AWS region."""


def translated(
    error: SdkError,
    domain: Place,
    operation: str,
    parameters: Mapping[str, Any] | None = None,
) -> CpnbError:
    """Return our error for one of the SDK; raised outside of the handler, it has none of the SDK as its context."""
    doing = f"{operation} for domain {domain.name!r}" if operation else f"Preparing domain {domain.name!r}"
    if isinstance(error, sdk.ClientError):
        return _translated_answer(error, domain, doing, parameters or {})
    if isinstance(error, sdk.NoRegionError):
        return ServiceError(f"{doing}: no AWS region is set. Name it: Domain({domain.name!r}, region='us-east-1').")
    if isinstance(error, sdk.ProfileNotFound):
        return CredentialsError(
            f"{doing}: the AWS configuration has no profile of this name. 'aws configure list-profiles' lists them."
        )
    if isinstance(error, _CREDENTIALS_MISSING):
        return CredentialsError(
            f"{doing}: no usable AWS credentials ({type(error).__name__}). Name a profile, "
            f"Domain({domain.name!r}, profile='...'), sign in with 'aws sso login', or work on the sandbox: "
            f"cpnb.Sandbox().domain({domain.name!r})."
        )
    if isinstance(error, (sdk.HTTPClientError, sdk.ConnectionError, *_CUT_OFF)):
        return _translated_connection(error, domain, doing)
    # Its own text is left out: that of a ParamValidationError prints the values it was given.
    return ServiceError(f"{doing}: the SDK refused before anything was sent ({type(error).__name__}).")


def _translated_connection(error: Exception, domain: Place, doing: str) -> CpnbError:
    kind = type(error).__name__
    if isinstance(error, sdk.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return ServiceError(
            f"{doing}: the TLS certificate of {domain.host} was not accepted, so nothing was sent. Behind a company "
            "proxy, name the file of its certificates in AWS_CA_BUNDLE."
        )
    if isinstance(error, _CUT_OFF):
        return UnreachableError(
            f"{doing}: the answer of {domain.host} was cut off, or is not the service's ({kind}). Something on the way "
            "may have answered in its place; try again."
        )
    return UnreachableError(
        f"{doing}: nothing answered at {domain.host} ({kind}). Check the network, the region ({domain.region}) and, "
        "for a sandbox, that it still runs."
    )


def _translated_answer(error: sdk.ClientError, domain: Place, doing: str, parameters: Mapping[str, Any]) -> CpnbError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", "")).strip()
    if _HOLDING_CELLS & parameters.keys():
        message = "its own words are left out, as they may quote a value"
    place = f"{domain.host}, region {domain.region}"
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
            f"{doing}: there is no domain of this name at {place}. Check the name, the region and the account; "
            "the Amazon Connect console lists the domains under Customer Profiles.",
            code=code,
        )
    return ServiceError(f"{doing}: {code or 'an error'} from {place}: {_sentence(message)}", code=code)


def _sentence(message: str) -> str:
    """Return what the service said, cut where it lists everything that it knows, with a full stop."""
    text = message if len(message) <= MESSAGE_LENGTH else f"{message[:MESSAGE_LENGTH]} ..."
    return f"{text or 'no message'}{'' if text.endswith(('.', '!', '?')) else '.'}"
