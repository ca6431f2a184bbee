"""A domain of Customer Profiles: where rows go, said once and out loud."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.exceptions as sdk
import tenacity
from botocore import xform_name
from botocore.config import Config

from cpnb import catalog
from cpnb.errors import CpnbError, CredentialsError, DomainNotFoundError, ServiceError, UnreachableError
from cpnb.foreign_logs import silenced

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

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

TRY_AGAIN_FOR_S = 60.0


def trying_again() -> tenacity.Retrying:
    """Return the one policy for requests that the SDK must not repeat by itself.

    Calls again what failed in a way that may pass, for about a minute, at random and growing pauses.
    What is called must look whether the lost request worked before it asks again.
    """
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: isinstance(error, ServiceError) and error.may_pass),
        wait=tenacity.wait_random_exponential(multiplier=0.5, max=20),
        stop=tenacity.stop_after_delay(TRY_AGAIN_FOR_S),
        reraise=True,
    )


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
    host_process : object, optional
        Kept alive as long as the domain is: the sandbox, which would end with its last reference.

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
        host_process: object = None,
    ) -> None:
        bounds = catalog.limit("CreateUploadJobRequest", "DomainName")
        if not bounds.minimum <= len(name) <= bounds.maximum or not re.fullmatch(bounds.pattern, name):
            raise ServiceError(
                f"{name!r} cannot be the name of a domain: expected {bounds.minimum} to {bounds.maximum} letters, "
                "digits, '_' or '-', without spaces."
            )
        self.name = name
        self._host_process = host_process
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
            with silenced():
                return str(sts.get_caller_identity()["Account"])
        except (sdk.BotoCoreError, sdk.ClientError) as error:
            failure = _translated(error, self, "GetCallerIdentity")
        raise failure

    @property
    def _is_loopback(self) -> bool:
        return urlsplit(self.endpoint_url).hostname in LOOPBACK_HOSTS

    @property
    def place(self) -> str:
        """Host, region and, if it was asked for before, account: all that tells where rows go."""
        account = self.__dict__.get("account")  # what is shown must not call AWS
        return f"{self.host}, region {self.region}" + (f", account {account}" if account else "")

    def __repr__(self) -> str:
        return f"Domain({self.name!r} at {self.place})"

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
            failure = _translated(error, self, operation, parameters)
        # Raised outside of the handler, so that the SDK's error, which may quote values, is not its context.
        raise failure


def _translated(
    error: sdk.BotoCoreError | sdk.ClientError,
    domain: Domain,
    operation: str,
    parameters: Mapping[str, Any] | None = None,
) -> CpnbError:
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
    if isinstance(error, sdk.HTTPClientError | sdk.ConnectionError):
        return UnreachableError(
            f"{doing}: nothing answered at {domain.host} ({type(error).__name__}). Check the network, the region "
            f"({domain.region}) and, for a sandbox, that it still runs."
        )
    # Its own text is left out: that of a ParamValidationError prints the values it was given.
    return ServiceError(f"{doing}: the SDK refused before anything was sent ({type(error).__name__}).")


def _translated_answer(error: sdk.ClientError, domain: Domain, doing: str, parameters: Mapping[str, Any]) -> CpnbError:
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
    if code == "ResourceNotFoundException" and not _NAMING_MORE & parameters.keys():
        return DomainNotFoundError(
            f"{doing}: there is no domain of this name at {place}. Check the name, the region and the account; "
            "the Amazon Connect console lists the domains under Customer Profiles.",
            code=code,
        )
    return ServiceError(f"{doing}: {code or 'an error'} from {place}: {message or 'no message'}", code=code)
