"""The import contracts of pyproject.toml, and the two that a linter of imports cannot see."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import cpnb

PACKAGE = Path(cpnb.__file__).parent
ROOT = PACKAGE.parent
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_imports_point_down() -> None:
    # In a process of its own: the linter reconfigures logging, and silences the loggers of later tests.
    seen = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert seen.returncode == 0, seen.stdout


def test_the_catalog_reads_the_service_model_and_nothing_else_of_the_sdk() -> None:
    imported = {
        node.module
        for node in ast.walk(ast.parse((PACKAGE / "catalog.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }

    assert {module for module in imported if module.partition(".")[0] == "botocore"} == {"botocore.loaders"}


def test_the_errors_carry_a_report_without_importing_it() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "import sys, cpnb.errors; print('cpnb.report' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert seen.stdout.strip() == "False"
