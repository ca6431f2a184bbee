"""What `import cpnb` loads: pandas and little else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# pandas brings numpy, and from version 3 on pyarrow where that is installed.
LATE = [
    "IPython", "ipywidgets", "boto3", "botocore", "pandera", "duckdb", "moto", "dask", "distributed", "requests",
    "phonenumbers", "email_validator", "rapidfuzz", "tenacity", "xxhash", "werkzeug", "cryptography",
]  # fmt: skip


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter has after a statement."""
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(seen.stdout))


@pytest.fixture(scope="module")
def by_import() -> set[str]:
    return loaded_by("import cpnb")


@pytest.mark.parametrize("module", LATE)
def test_importing_cpnb_does_not_load(module: str, by_import: set[str]) -> None:
    assert module not in by_import


def test_importing_cpnb_registers_the_accessor_and_names_the_widgets_and_no_more_of_ours(by_import: set[str]) -> None:
    assert {name for name in by_import if name.startswith("cpnb.")} == {"cpnb.accessor", "cpnb.display"}
    assert "pandas" in by_import


def test_a_name_loads_what_it_needs_and_not_the_rest() -> None:
    modules = loaded_by("import cpnb; cpnb.FieldMap({'mail': 'EmailAddress'})")

    assert "cpnb.fields" in modules
    assert modules.isdisjoint({"pandera", "requests", "boto3", "IPython", "duckdb"})


def test_validating_opens_no_way_to_the_network() -> None:
    modules = loaded_by(
        "import cpnb, pandas\n"
        "frame = pandas.DataFrame({'mail': ['ada@example.com']})\n"
        "assert frame.cp.validate(cpnb.FieldMap({'mail': 'EmailAddress'})).ok"
    )

    assert "pandera" in modules
    assert modules.isdisjoint({"boto3", "requests", "IPython", "ipywidgets", "duckdb", "moto", "dask"})
