"""A domain of Customer Profiles: where rows go, said once and out loud."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.exceptions as sdk
from botocore import xform_name
from botocore.config import Config

from cpnb import catalog
from cpnb.errors import CpnbError, CredentialsError, DomainNotFoundError, ServiceError, UnreachableError
from cpnb.foreign_logs import silenced

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

_CREDENTIALS_MISSING = (
    sdk.NoCredentialsError,
    sdk.PartialCredentialsError,
    sdk.ProfileNotFound,
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


class Domain:
    """A domain of Customer Profiles, named together with the account and region it lives in.

    Making one does not call the service. For the sandbox, ``sandbox.domain("loyalty")`` makes it.

    Parameters
    ----------
    name : str
        Name of the domain.
    profile : str, optional
        Named profile of the AWS configuration; by default the SDK's own chain of credentials.
    region : str, optional
        AWS region; by default the one of the profile.
    endpoint_url : str, optional
        Address of the service, where it is not AWS's own.
    session : boto3.Session, optional
        Used as it is, instead of `profile` and `region`.

    Raises
    ------
    ServiceError
        If the name is none, or there is no region.
    CredentialsError
        If the named profile does not exist.
    """

    def __init__(
        self,
        name: str,
        *,
        profile: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        session: boto3.Session | None = None,
    ) -> None:
        bounds = catalog.limit("CreateUploadJobRequest", "DomainName")
        if not bounds.minimum <= len(name) <= bounds.maximum or not re.fullmatch(bounds.pattern, name):
            raise ServiceError(
                f"{name!r} cannot be the name of a domain: expected {bounds.minimum} to {bounds.maximum} letters, "
                "digits, '_' or '-', without spaces."
            )
        self.name = name
        try:
            self._session = session or boto3.Session(profile_name=profile, region_name=region)
            self.client = self._new_client(endpoint_url, attempts=4)
            # A lost answer to Create or Start must not be followed by a second request behind our back:
            # the service has no idempotency token for them, so we look before we ask again.
            self.one_attempt_client = self._new_client(endpoint_url, attempts=1)
            return
        except sdk.BotoCoreError as error:
            failure = _translated(error, self, "")
        raise failure

    def _new_client(self, endpoint_url: str | None, *, attempts: int) -> Any:
        loopback = endpoint_url is not None and urlsplit(endpoint_url).hostname in LOOPBACK_HOSTS
        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=10,
            read_timeout=60,
            user_agent_extra="cpnb",
            proxies={} if loopback else None,  # None: from the environment, which may not name loopback an exception
        )
        return self._session.client("customer-profiles", endpoint_url=endpoint_url, config=config)

    @property
    def endpoint_url(self) -> str:
        """Address of the service."""
        return str(self.client.meta.endpoint_url)

    @property
    def host(self) -> str:
        """Host and port of the service."""
        return urlsplit(self.endpoint_url).netloc

    @property
    def region(self) -> str:
        """AWS region."""
        return str(self.client.meta.region_name)

    @functools.cached_property
    def account(self) -> str:
        """Number of the AWS account that the credentials belong to; asked of AWS once.

        Raises
        ------
        CredentialsError, UnreachableError
            If the question cannot be asked or is refused.
        """
        custom = None if self.host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")) else self.endpoint_url
        config = Config(connect_timeout=10, read_timeout=30, proxies={} if self._is_loopback else None)
        try:
            sts = self._session.client("sts", endpoint_url=custom, region_name=self.region, config=config)
            return str(sts.get_caller_identity()["Account"])
        except (sdk.BotoCoreError, sdk.ClientError) as error:
            failure = _translated(error, self, "GetCallerIdentity")
        raise failure

    @property
    def _is_loopback(self) -> bool:
        return urlsplit(self.endpoint_url).hostname in LOOPBACK_HOSTS

    def __repr__(self) -> str:
        account = self.__dict__.get("account")  # only if it was asked for: a repr must not call AWS
        return f"Domain({self.name!r} at {self.host}, region {self.region}{f', account {account}' if account else ''})"

    def exists(self) -> bool:
        """Return whether the service knows this domain."""
        try:
            self.call("GetDomain")
        except DomainNotFoundError:
            return False
        return True

    def call(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Return the service's answer; throttling, faults and lost connections are tried again.

        Parameters
        ----------
        operation : str
            Name of the operation in the service model, ``"GetUploadJob"``.
        **parameters
            Its parameters, without the domain's name.

        Raises
        ------
        DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
            In place of the SDK's own errors, some of which quote the values they were given.
        """
        return self._call(self.client, operation, parameters)

    def call_once(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Return the service's answer to exactly one request; see `call`."""
        return self._call(self.one_attempt_client, operation, parameters)

    def pages(self, operation: str, /, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield the items of a listing, page by page as they are needed.

        The operation's pages must carry ``Items`` and ``NextToken``, as all listings of jobs and
        segments do.
        """
        token: dict[str, str] = {}
        while True:
            page = self.call(operation, **parameters, **token)
            yield from page.get("Items", [])
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _call(self, client: Any, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        try:
            with silenced():
                answer: dict[str, Any] = getattr(client, xform_name(operation))(DomainName=self.name, **parameters)
            return answer
        except (sdk.BotoCoreError, sdk.ClientError) as error:
            failure = _translated(error, self, operation, names_only_domain=not _names_more(parameters))
        # Raised outside of the handler, so that the SDK's error, which may quote values, is not its context.
        raise failure


def _names_more(parameters: Mapping[str, Any]) -> bool:
    return any(name in parameters for name in ("JobId", "SegmentDefinitionName", "EstimateId", "SnapshotId"))


def _translated(
    error: sdk.BotoCoreError | sdk.ClientError, domain: Domain, operation: str, *, names_only_domain: bool = True
) -> CpnbError:
    doing = f"{operation} for domain {domain.name!r}" if operation else f"Preparing domain {domain.name!r}"
    if isinstance(error, sdk.ClientError):
        return _translated_answer(error, domain, doing, names_only_domain=names_only_domain)
    if isinstance(error, sdk.NoRegionError):
        return ServiceError(f"{doing}: no AWS region is set. Name it: Domain({domain.name!r}, region='us-east-1').")
    if isinstance(error, _CREDENTIALS_MISSING):
        return CredentialsError(
            f"{doing}: no usable AWS credentials ({type(error).__name__}). Name a profile, "
            f"Domain({domain.name!r}, profile='...'), sign in with 'aws sso login', or work on the sandbox: "
            f"cpnb.Sandbox().domain({domain.name!r})."
        )
    if isinstance(error, sdk.ParamValidationError):
        # Its own text prints the values that it was given.
        return ServiceError(f"{doing}: the SDK refused a parameter before sending it ({type(error).__name__}).")
    if isinstance(error, sdk.HTTPClientError | sdk.ConnectionError):
        return UnreachableError(
            f"{doing}: nothing answered at {domain.host} ({type(error).__name__}). Check the network, the region "
            f"({domain.region}) and, for a sandbox, that it still runs."
        )
    return ServiceError(f"{doing}: the SDK could not do it ({type(error).__name__}).")


def _translated_answer(error: sdk.ClientError, domain: Domain, doing: str, *, names_only_domain: bool) -> CpnbError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", "")).strip()
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
        return CredentialsError(f"{doing}: these credentials may not do this ({code}): {message}", code=code)
    if code == "ResourceNotFoundException" and names_only_domain:
        return DomainNotFoundError(
            f"{doing}: there is no domain of this name at {place}. Check the name, the region and the account; "
            "the Amazon Connect console lists the domains under Customer Profiles.",
            code=code,
        )
    return ServiceError(f"{doing}: {code or 'an error'} from {place}: {message or 'no message'}", code=code)
