"""Print the lowest versions that pyproject.toml allows, one exact requirement to a line.

Run-time dependencies and those of the sandbox come first; from the ones that run tests only what is
named on the command line: `python lowest.py pytest pytest-timeout pytest-xdist hypothesis`.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


def pinned(requirement: str) -> str:
    """Return a requirement with its lower bound as the only version."""
    name, bound, version = requirement.partition(">=")
    if not bound or set(version) & set("<>=,;"):
        raise SystemExit(f"{requirement!r} in pyproject.toml is not of the form 'name>=version'.")
    return f"{name.strip()}=={version.strip()}"


def main(tools: list[str]) -> None:
    """Print the pins of what the package needs, and of some of the development tools."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    requirements = project["dependencies"] + extras["sandbox"]
    by_name = {requirement.partition(">=")[0]: requirement for requirement in extras["dev"]}
    unknown = sorted(set(tools) - by_name.keys())
    if unknown:
        raise SystemExit(f"Not among the development dependencies: {', '.join(unknown)}.")
    for requirement in requirements + [by_name[tool] for tool in tools]:
        print(pinned(requirement))


if __name__ == "__main__":
    main(sys.argv[1:])
