"""A sandbox, the line to it with its faults, and what the sandbox itself says about what arrived."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3

from cpnb.domain import Domain
from cpnb.pace import Pace
from cpnb.retrying import Patience
from cpnb.sandbox_process import Sandbox
from tests.wire.fault_proxy import FaultProxy

TIMES_FASTER = 50.0
SETTLED_WITHIN_S = 30.0
PATIENCE = Patience(
    try_again_for_s=5.0,
    pause_first_s=0.01,
    pause_longest_s=0.02,
    poll_first_s=0.02,
    poll_longest_s=0.1,
    stall_s=0.5,
    answer_s=0.5,
)

# For tests in which nothing stalls: a machine that is busy must not look like a line that stands still.
UNHURRIED = Patience(
    try_again_for_s=20.0, pause_first_s=0.01, pause_longest_s=0.02, poll_first_s=0.02, poll_longest_s=0.1
)


class HurriedPace(Pace):
    """The pace of a domain, in a time that runs faster."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: TIMES_FASTER * time.monotonic())

    def delay_s(self) -> float:
        """Return the seconds to wait, of the slower time in which one waits."""
        return super().delay_s() / TIMES_FASTER


class Line:
    """The sandbox behind a proxy.

    Parameters
    ----------
    sandbox
        What answers in the end.
    proxy
        What everybody talks to.
    trusted
        The proxy's certificate, if it speaks TLS.
    """

    def __init__(self, sandbox: Sandbox, proxy: FaultProxy, trusted: Path | None = None) -> None:
        self.sandbox = sandbox
        self.proxy = proxy
        self._trusted = trusted
        self._numbers = itertools.count(1)
        # One session for all: each reads the model of the service anew.
        self._session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")

    def domain(self) -> Domain:
        """Return a new domain, which is reached through the proxy; orders and records are forgotten."""
        self.calm()
        name = f"line-{self.proxy.port}-{next(self._numbers)}"
        self._direct(name).call("CreateDomain", DefaultExpirationDays=366)
        return self.same_domain(name)

    def same_domain(self, name: str) -> Domain:
        """Return a domain that exists, as another process would make it."""
        return self._made(name, self.proxy.url, self._trusted)

    def _direct(self, name: str) -> Domain:
        return self._made(name, self.sandbox.url, self.sandbox.ca_bundle)

    def _made(self, name: str, url: str, trusted: Path | None) -> Domain:
        domain = Domain(
            name, endpoint_url=url, session=self._session, ca_bundle=None if trusted is None else str(trusted)
        )
        domain.pace = HurriedPace()
        return domain

    def calm(self) -> None:
        """Let nothing fail any more, and begin to count anew."""
        self.proxy.release()
        self.proxy.forget()
        self._ask("DELETE", "/_sandbox/faults")

    def faults_left(self) -> tuple[str, ...]:
        """Return the faults that were ordered, of the wire and of the sandbox, and have not happened."""
        pending = self._ask("GET", "/_sandbox/faults")["pending"]
        return (*self.proxy.left, *(fault["kind"] for fault in pending))

    def cities(self, domain: Domain) -> dict[str, str]:
        """Return the city of every profile by its account number, as the sandbox has them."""
        direct = self._direct(domain.name)
        found: dict[str, str] = {}
        token: dict[str, str] = {}
        while True:
            page = direct.call("SearchProfiles", KeyName="_phone", Values=["+12065550100"], MaxResults=100, **token)
            for profile in page["Items"]:
                assert profile["AccountNumber"] not in found, "two profiles have one key"
                found[profile["AccountNumber"]] = profile["Address"]["City"]
            if not page.get("NextToken"):
                return found
            token = {"NextToken": page["NextToken"]}

    def jobs(self, domain: Domain) -> dict[str, str]:
        """Return the state of every job by its id, as the sandbox has them once none is at work any more."""
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while True:
            found = self.jobs_now(domain)
            if "IN_PROGRESS" not in found.values():
                return found
            assert time.monotonic() < deadline, "a job does not come to its end"
            time.sleep(0.02)

    def jobs_now(self, domain: Domain) -> dict[str, str]:
        """Return the state of every job by its id, as the sandbox has them at this moment."""
        jobs = self._ask("GET", "/_sandbox/jobs")["jobs"]
        return {job["job_id"]: job["status"] for job in jobs if job["domain"] == domain.name}

    def _ask(self, method: str, path: str) -> dict[str, list[dict[str, str]]]:
        url = urlsplit(self.sandbox.url)
        address = (url.hostname or "", url.port)
        context = ssl.create_default_context(cafile=self.sandbox.ca_bundle) if url.scheme == "https" else None
        connection = (
            http.client.HTTPSConnection(*address, context=context) if context else http.client.HTTPConnection(*address)
        )
        with contextlib.closing(connection):
            connection.request(method, path)
            return dict(json.loads(connection.getresponse().read()))


@contextlib.contextmanager
def line_to(sandbox: Sandbox, certificate: Path | None = None) -> Iterator[Line]:
    """Run a proxy before a sandbox; over TLS if there is a certificate, and the sandbox has one, too."""
    with FaultProxy(sandbox.url, certificate=certificate, upstream_ca=sandbox.ca_bundle) as proxy:
        yield Line(sandbox, proxy, certificate)
