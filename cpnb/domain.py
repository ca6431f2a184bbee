"""A domain of Customer Profiles: where rows go, said once and out loud."""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import boto3
import botocore.exceptions as sdk
from botocore import xform_name
from botocore.config import Config

from cpnb import catalog
from cpnb.errors import DomainNotFoundError, ServiceError, UnreachableError
from cpnb.foreign_logs import silenced
from cpnb.pace import Pace
from cpnb.retrying import patience, pause, trying_again
from cpnb.sdk_errors import SDK_ERRORS, translated

T = TypeVar("T")

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

PACE_SHARE = 0.2
"""After a throttling, calls are this share of the first pause apart: 0.2 s, which is 5 a second, and at most 2 s.
Source: the published rates of neighbouring operations, 5 reads and 1 write a second; those of upload jobs are not."""

ACCOUNT_ANSWER_S = 3.0
"""How long AWS is waited for when asked who the account is: once, as the number is only for reading."""

ACCOUNT_UNKNOWN_S = 300.0
"""How long it is remembered that this question was not answered."""

# One request is one request. A lost answer to Create or Start must not be followed by another behind our back: the
# service has no idempotency token for them. What is tried again is for `retrying` to say.
_ONE_ATTEMPT: Any = {"mode": "standard", "total_max_attempts": 1}


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
    ca_bundle : str, optional
        File with the certificates to trust for the service and for the upload URLs it hands out; by default
        the SDK's own search (``AWS_CA_BUNDLE``) for the one, and ``REQUESTS_CA_BUNDLE`` for the other.

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
        ca_bundle: str | None = None,
    ) -> None:
        given: object = name
        if not isinstance(given, str):
            raise TypeError(f"The name of a domain is a {type(given).__name__}; expected text, such as 'loyalty'.")
        bounds = catalog.limit("CreateUploadJobRequest", "DomainName")
        if not bounds.minimum <= len(name) <= bounds.maximum or not re.fullmatch(bounds.pattern, name):
            raise ServiceError(
                f"{name!r} cannot be the name of a domain: expected {bounds.minimum} to {bounds.maximum} letters, "
                "digits, '_' or '-', without spaces."
            )
        self.name = name
        self.ca_bundle = ca_bundle
        self.pace = Pace()
        self._host_process = host_process
        self._account = ""
        self._silence: tuple[float, UnreachableError] | None = None
        try:
            self._session = session or boto3.Session(profile_name=profile, region_name=region)
            self.client = self._new_client(endpoint_url)
            return
        except sdk.BotoCoreError as error:
            failure = translated(error, self, "")
        raise failure

    def _new_client(self, endpoint_url: str | None) -> Any:
        loopback = endpoint_url is not None and urlsplit(endpoint_url).hostname in LOOPBACK_HOSTS
        config = Config(
            retries=_ONE_ATTEMPT,
            connect_timeout=10,
            read_timeout=60,
            user_agent_extra="cpnb",
            proxies={} if loopback else None,  # None: from the environment, which may not name loopback an exception
        )
        client = self._session.client(
            "customer-profiles", endpoint_url=endpoint_url, config=config, verify=self.ca_bundle
        )
        found_url = str(client.meta.endpoint_url)
        if endpoint_url is None and urlsplit(found_url).hostname in LOOPBACK_HOSTS:
            return self._new_client(found_url)  # named by the environment or the configuration of AWS
        client.meta.events.register("after-call.customer-profiles", _refuse_what_is_not_whole)
        return client

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

    @property
    def account(self) -> str:
        """Number of the AWS account that the credentials belong to; asked of AWS once.

        That nobody answers is remembered for some minutes: each upload would wait for it anew.

        Raises
        ------
        CredentialsError, UnreachableError
            If the question cannot be asked or is refused.
        """
        if self._account:
            return self._account
        if self._silence is not None and time.monotonic() - self._silence[0] < ACCOUNT_UNKNOWN_S:
            raise self._silence[1].with_traceback(None)
        try:
            self._account = self._asked_account()
        except UnreachableError as error:
            self._silence = time.monotonic(), error
            raise
        return self._account

    def _asked_account(self) -> str:
        once = {"retries": _ONE_ATTEMPT, "connect_timeout": ACCOUNT_ANSWER_S, "read_timeout": ACCOUNT_ANSWER_S}
        return self._asked(
            "GetCallerIdentity", lambda: str(self._neighbour("sts", **once).get_caller_identity()["Account"])
        )

    def _neighbour(self, service: str, **waiting: Any) -> Any:
        """Return a client of another service at the same place: of AWS, or of the sandbox."""
        is_at_aws = self.host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws"))
        config = Config(
            proxies={} if self._is_loopback else None,
            s3=None if is_at_aws else {"addressing_style": "path"},  # a sandbox has one host for all buckets
            **waiting,
        )
        return self._session.client(
            service,  # type: ignore[call-overload]  # its overloads are for names that are written out
            endpoint_url=None if is_at_aws else self.endpoint_url,
            region_name=self.region,
            config=config,
            verify=self.ca_bundle,
        )

    @functools.cached_property
    def _storage(self) -> Any:
        return self._neighbour("s3", connect_timeout=10, read_timeout=60)

    def stored_keys(self, bucket: str, prefix: str) -> list[str]:
        """Return the keys of the objects in S3 that begin with a prefix, in order, with the domain's credentials.

        Raises
        ------
        CredentialsError, UnreachableError, ServiceError
            If S3 cannot be asked, or refuses.
        """

        def listed() -> list[str]:
            pages = self._storage.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            return [str(item["Key"]) for page in pages for item in page.get("Contents", ())]

        return self._asked("ListObjectsV2", listed)

    def stored_content(self, bucket: str, key: str) -> bytes:
        """Return the content of one object in S3, with the domain's credentials.

        Raises
        ------
        CredentialsError, UnreachableError, ServiceError
            If S3 cannot be asked, or refuses.
        """
        return self._asked("GetObject", lambda: bytes(self._storage.get_object(Bucket=bucket, Key=key)["Body"].read()))

    @property
    def _is_loopback(self) -> bool:
        return urlsplit(self.endpoint_url).hostname in LOOPBACK_HOSTS

    @property
    def place(self) -> str:
        """Host, region and, if it was asked for before, account: all that tells where rows go."""
        # What is shown must not call AWS.
        return f"{self.host}, region {self.region}" + (f", account {self._account}" if self._account else "")

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
        return trying_again()(self.call_once, operation, **parameters)

    def call_once(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Return the service's answer to exactly one request; see `call`.

        All calls of a domain keep one pace: if one was throttled, the next ones are made less often.
        """
        if delay_s := self.pace.delay_s():
            pause(delay_s)
        began_s = time.monotonic()
        try:
            answer = self._answer(operation, parameters)
        except ServiceError as error:
            if error.is_throttling:
                waits = patience()
                self.pace.throttled(
                    began_s, least_s=PACE_SHARE * waits.pause_first_s, most_s=PACE_SHARE * waits.pause_longest_s / 2
                )
            raise
        self.pace.answered()
        return answer

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

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"Domain {self.name!r} holds open connections and credentials, so it is neither copied nor pickled. Make "
            "it anew where it is needed: cpnb.Domain(name, profile=..., region=...), or sandbox.domain(name)."
        )

    def _answer(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        def ask() -> dict[str, Any]:
            answer: dict[str, Any] = getattr(self.client, xform_name(operation))(DomainName=self.name, **parameters)
            return answer

        return self._asked(operation, ask, parameters)

    def _asked(self, operation: str, ask: Callable[[], T], parameters: Mapping[str, Any] | None = None) -> T:
        """Return what `ask` returns, with the SDK silent and its errors in our words."""
        try:
            with silenced():
                return ask()
        except SDK_ERRORS as error:
            failure = translated(error, self, operation, parameters)
        # Raised outside of the handler, so that the SDK's error, which may quote values, is not its context.
        raise failure


def require_domain(given: object) -> None:
    """Check that where rows go, or jobs and segments are, is said in full.

    Raises
    ------
    TypeError
        If it is something else than a domain, such as its bare name.
    """
    if not callable(getattr(given, "call", None)):
        raise TypeError(
            f"The domain is a {type(given).__name__}; expected it to be said in full: "
            "cpnb.Domain('loyalty', profile='prod'), or cpnb.Sandbox().domain('loyalty')."
        )


def _refuse_what_is_not_whole(http_response: Any, model: Any, **_: Any) -> None:
    """Raise for a success whose document is not there, or not to its end.

    The SDK takes a JSON document that breaks off, or a page of HTML, for an answer in which nothing was
    said: a listing so cut would mean "there are no jobs", and the same rows would be sent again.
    """
    content = http_response.content
    says_nothing = not (model.output_shape and model.output_shape.members)
    if http_response.status_code != HTTPStatus.OK or (says_nothing and not content):
        return
    try:
        is_whole = isinstance(json.loads(content), dict)
    except ValueError:
        is_whole = False
    if not is_whole:
        announced = http_response.headers.get("content-length", "")
        raise sdk.IncompleteReadError(actual_bytes=len(content), expected_bytes=announced)
