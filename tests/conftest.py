"""What every test may use: a sandbox that runs, and a domain of one's own on it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpnb.domain import Domain
from cpnb.sandbox_process import Sandbox

DATA = Path(__file__).parent / "data"

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with the extracts of real tables."""
    return DATA


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that all tests of the session share; they must leave its settings as they were."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def own_sandbox() -> Iterator[Sandbox]:
    """A sandbox whose settings, clock and faults the test may change."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def domain(sandbox: Sandbox) -> Domain:
    """A new, empty domain."""
    return sandbox.domain(f"test-{next(_numbers)}")
