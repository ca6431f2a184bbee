"""What ruff and mypy say of every file, so that one command runs all that CI runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


# The examples of the front door are set by hand, comments in a column.
CODE = ["cpnb", "tests", ".ci", "notebooks/reference"]


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "--quiet", *CODE], ["ruff", "format", "--check", "--quiet", *CODE], ["mypy", "--no-pretty"]],
    ids=["ruff check", "ruff format", "mypy"],
)
def test_nothing_is_found_by(command: list[str]) -> None:
    seen = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=240
    )

    assert seen.returncode == 0, f"{seen.stdout}\n{seen.stderr}"
