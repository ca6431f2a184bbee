"""A mechanism taken out on purpose, and the tests that must miss it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST_S = 600
NOT_CAUGHT = 0


@dataclass(frozen=True)
class Mutant:
    """One removal.

    Attributes
    ----------
    name : str
        What is missing.
    file : str
        Where, from the top of the repository.
    old, new : str
        The text of the mechanism, which stands there once, and what stands in its place.
    tests : tuple of str
        What must fail: files, or single tests, as pytest takes them.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether the mechanism still stands where it is to be removed, just once."""
        return (ROOT / self.file).read_text(encoding="utf-8").count(self.old) == 1

    def plant(self, copy: Path) -> None:
        """Remove the mechanism from a copy of the repository."""
        place = copy / self.file
        place.write_text(place.read_text(encoding="utf-8").replace(self.old, self.new), encoding="utf-8")

    def uproot(self, copy: Path) -> None:
        """Put the mechanism back."""
        shutil.copyfile(ROOT / self.file, copy / self.file)


def copied(folder: Path) -> Path:
    """Return a copy of the package and its tests, in which something may be broken."""
    unwanted = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("cpnb", "tests", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "environment.yml"):
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def caught_by(copy: Path, tests: tuple[str, ...]) -> list[str]:
    """Return the tests that fail in a copy, up to the first three; none if the tests hold.

    Raises
    ------
    RuntimeError
        If pytest could not run them at all.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:nbval", "-p", "no:cacheprovider", "--maxfail=3", "-rfE"]
    command += ["-o", "addopts=--strict-markers --import-mode=importlib", "-m", "not long", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    if done.returncode == NOT_CAUGHT:
        return []
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if not failed:
        raise RuntimeError(f"pytest ended with {done.returncode} and names no test:\n{done.stdout[-2000:]}")
    return failed
