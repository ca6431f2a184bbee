"""Every test here fails if a marked value comes out anywhere: the fixtures collect, and search in the end."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from cpnb.domain import Domain
from cpnb.sandbox_process import Sandbox
from tests.privacy.canary import SEED, Canary
from tests.privacy.outlet import EveryRecord, Outlet

CREDENTIALS = {
    name: Canary(SEED + 1 + number).word(name)
    for number, name in enumerate(("aws_access_key_id", "aws_secret_access_key", "aws_session_token"))
}


@pytest.fixture
def canary() -> Canary:
    canary = Canary()
    for name, word in CREDENTIALS.items():
        canary.secret(name, word)
    return canary


@pytest.fixture
def outlet(
    canary: Canary, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Outlet]:
    """Where all that comes out is collected, with everything logged that can be; searched when the test has ended."""
    collected = Outlet(canary)
    monkeypatch.chdir(tmp_path)
    handler = EveryRecord(collected)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield collected
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
    for warning in warned:
        collected.add("warning", f"{warning.message} {warning.message!r} {warning.source!r}")
    said = capfd.readouterr()
    collected.add("standard output", said.out)
    collected.add("standard error", said.err)
    leaks = collected.leaks()
    assert leaks == [], "\n".join(leaks)


@pytest.fixture(scope="session")
def marked_session() -> boto3.Session:
    """Credentials that are searched for too."""
    return boto3.Session(**CREDENTIALS, region_name="us-east-1")


@pytest.fixture
def watched(outlet: Outlet, sandbox: Sandbox, domain: Domain, marked_session: boto3.Session) -> Domain:
    """A new domain of the sandbox whose keys, signatures and credentials are searched for."""
    watched = Domain(domain.name, endpoint_url=sandbox.url, session=marked_session)
    outlet.listen_to(watched)
    return watched


@pytest.fixture(scope="session")
def sandbox_of_these_tests() -> Iterator[Sandbox]:
    """A sandbox whose settings the tests of privacy may change, if they put them back."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def troubled(
    outlet: Outlet, sandbox_of_these_tests: Sandbox, domain: Domain, marked_session: boto3.Session
) -> Iterator[tuple[Sandbox, Domain]]:
    """A sandbox whose settings a test may change, and a watched domain of it."""
    name = sandbox_of_these_tests.domain(domain.name).name
    watched = Domain(name, endpoint_url=sandbox_of_these_tests.url, session=marked_session)
    outlet.listen_to(watched)
    before = sandbox_of_these_tests.settings()
    yield sandbox_of_these_tests, watched
    sandbox_of_these_tests.change(**before)
    sandbox_of_these_tests._control("DELETE", "/_sandbox/faults")
