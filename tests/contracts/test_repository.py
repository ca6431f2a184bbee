"""The repository as a whole: its top level, its two lists of dependencies, its front door."""

from __future__ import annotations

import ast
import fnmatch
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]

# What conda-forge calls by another name, or has in more than one package.
ON_CONDA = {
    "pandera[pandas]": ["pandera"],
    "xxhash": ["python-xxhash"],
    "duckdb": ["python-duckdb"],
    "dask[dataframe,distributed]": ["dask", "distributed"],
}


def project() -> dict[str, Any]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"])


def bounds(requirements: list[str]) -> dict[str, str]:
    """Return the lower bound of each requirement; there must be no other."""
    found = {}
    for requirement in requirements:
        name, _, bound = requirement.partition(">=")
        assert re.fullmatch(r"[0-9.]+", bound.strip()), requirement
        found[name.strip()] = bound.strip()
    return found


def test_the_top_level_holds_its_six_names_and_no_more() -> None:
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split() if line]
    names = {
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith(".") and not any(fnmatch.fnmatch(path.name, pattern) for pattern in ignored)
    }

    required = {"pyproject.toml", "environment.yml", "README.md", "cpnb", "notebooks", "tests"}
    assert names - {"LICENSE", "CHANGELOG.md"} == required


def test_conda_users_get_the_same_dependencies_with_the_same_lower_bounds() -> None:
    extras = project()["optional-dependencies"]
    requirements = [*project()["dependencies"], *(one for extra in extras.values() for one in extra)]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    [by_pip] = [entry["pip"] for entry in environment if isinstance(entry, dict)]
    by_conda = [entry for entry in environment if isinstance(entry, str) and entry not in {"pip", "python >=3.11"}]

    expected = {
        conda_name: bound
        for name, bound in bounds([one for one in requirements if not one.startswith("cpnb[")]).items()
        for conda_name in ON_CONDA.get(name, [name])
    }

    assert "python >=3.11" in environment
    assert project()["requires-python"] == ">=3.11"
    assert bounds(by_pip).keys().isdisjoint(bounds(by_conda))
    assert bounds(by_conda) | bounds(by_pip) == expected


def test_the_development_extra_holds_all_others() -> None:
    extras = project()["optional-dependencies"]
    everything = {name for one in extras["dev"] if (held := re.match(r"cpnb\[(.*)\]", one))
                  for name in held[1].split(",")}  # fmt: skip

    assert everything | {"dev"} == set(extras)


def test_the_version_is_said_once_in_two_places() -> None:
    import cpnb

    assert cpnb.__version__ == project()["version"]


LIBRARY = sorted((ROOT / "cpnb").rglob("*.py"))
# A command and a magic show their results as text; everything below them returns it.
FACES = ("__main__.py", "magics")


@pytest.mark.parametrize(
    "path", [path for path in LIBRARY if not set(FACES) & set(path.parts)], ids=lambda path: str(path.relative_to(ROOT))
)
def test_nothing_below_the_faces_prints(path: Path) -> None:
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "breakpoint"}
    ]

    assert calls == []


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_of_the_library_is_shorter_than_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


# Their versions follow those of the packages that cannot be without them.
BROUGHT_ALONG = {
    "numpy": "pandas",
    "botocore": "boto3",
    "urllib3": "requests",
    "flask": "moto",
    "traitlets": "ipywidgets",
    "distributed": "dask",
}


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_of_the_library_imports_what_is_declared_for_it(path: Path) -> None:
    extra = next((name for name in ("sandbox", "dask") if name in path.parts), None)
    requirements = project()["dependencies"] + (project()["optional-dependencies"][extra] if extra else [])
    declared = {re.split(r"[\[>]", requirement)[0] for requirement in requirements}
    imported = {
        module.partition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    foreign = imported - sys.stdlib_module_names - {"cpnb", "_typeshed"}  # the last is there for type checkers only

    assert {BROUGHT_ALONG.get(name, name.lower().replace("_", "-")) for name in foreign} <= declared


def commands_of_the_front_door() -> dict[str, list[str]]:
    """Return the lines of the first shell block under each heading of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    sections = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        heading: block[1].strip().splitlines()
        for heading, body in zip(sections[::2], sections[1::2], strict=True)
        if (block := re.search(r"^```sh\n(.*?)^```", body, flags=re.MULTILINE | re.DOTALL))
    }


def test_the_front_door_has_its_two_one_line_commands() -> None:
    commands = commands_of_the_front_door()

    [see] = commands["See it work"]
    [test] = commands["Run the tests"]
    assert see.endswith(".venv/bin/python -m cpnb")
    assert re.search(r"\.venv/bin/(python -m )?pytest$", test)
    for command in (see, test):
        assert "python3 -m venv .venv" in command
        assert ".venv/bin/pip install" in command


def test_ci_runs_the_front_doors_command_and_no_copy_of_it() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert "## Run the tests" in script
    assert "README.md" in script
    assert ".[dev]" not in script
