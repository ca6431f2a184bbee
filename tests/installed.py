"""Programs that some tests drive and that are not Python packages of ours: where they are, and what installs them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

CLIENTS = Path(os.environ.get("CPNB_CLIENTS") or Path(__file__).parents[1] / ".ci" / ".clients")


def missing(program: str, install_line: str = ".ci/clients") -> NoReturn:
    """Skip with the line that installs a program, or fail where all of them are required, as in CI."""
    line = f"{program} is not installed; install it with {install_line}"
    if os.environ.get("CPNB_REQUIRE_CLIENTS") == "1":
        pytest.fail(line)
    pytest.skip(line)
