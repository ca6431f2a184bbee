"""A sandbox for each file of tests: to start one for each test would take longer than the tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from cpnb.domain import Domain
from cpnb.errors import ServiceError
from cpnb.sandbox_process import Sandbox


@pytest.fixture(scope="module")
def changing_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def own_sandbox(changing_sandbox: Sandbox) -> Iterator[Sandbox]:
    """A sandbox whose settings and faults the test may change, and which holds nothing called "loyalty" yet."""
    yield changing_sandbox
    for forgotten in ("settings", "faults"):
        changing_sandbox._control("DELETE", f"/_sandbox/{forgotten}")
    with contextlib.suppress(ServiceError):
        changing_sandbox.domain("loyalty").call("DeleteDomain")


@pytest.fixture
def shell(domain: Domain) -> Iterator[InteractiveShell]:
    """A shell with the magics, in which a new domain is bound."""
    shell = InteractiveShell()
    shell.extension_manager.load_extension("cpnb")
    shell.user_ns["place"] = domain
    shell.run_line_magic("cp_domain", "place")
    yield shell
    shell.extension_manager.unload_extension("cpnb")
    shell.history_manager.end_session()
