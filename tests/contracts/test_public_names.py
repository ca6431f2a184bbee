"""The public names: they load, are told to type checkers, say what they are, and hide no module."""

from __future__ import annotations

import ast
import importlib
import inspect
import types
from pathlib import Path

import pytest

import cpnb

PACKAGE = Path(cpnb.__file__).parent
MODULES = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}


def stub_imports() -> dict[str, str]:
    """Return, for each name that the stub gives, the module that it comes from."""
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_every_name_of_the_stub_is_public_and_no_other() -> None:
    assert sorted(cpnb.__all__) == sorted(stub_imports())
    assert set(cpnb.__all__) <= set(dir(cpnb))


@pytest.mark.parametrize("name", cpnb.__all__)
def test_a_public_name_is_the_one_that_the_stub_says(name: str) -> None:
    module = stub_imports()[name]
    source = importlib.import_module(f"cpnb.{module or name}")

    assert getattr(cpnb, name) is (getattr(source, name) if module else source)


@pytest.mark.parametrize("name", cpnb.__all__)
def test_a_public_name_says_what_it_is(name: str) -> None:
    text = inspect.getdoc(getattr(cpnb, name)) or ""

    assert len(text.splitlines()[0]) > 10
    assert text.splitlines()[0].endswith(".")


@pytest.mark.parametrize("name", cpnb.__all__)
def test_a_public_name_that_equals_a_module_is_that_module(name: str) -> None:
    assert name not in MODULES or isinstance(getattr(cpnb, name), types.ModuleType)


@pytest.mark.parametrize("name", [name for name in cpnb.__all__ if name not in {"samples", "profile"}])
def test_the_public_parts_of_a_public_class_say_what_they_are(name: str) -> None:
    thing = getattr(cpnb, name)
    if not inspect.isclass(thing):
        return
    silent = [
        part
        for part, value in vars(thing).items()
        if not part.startswith("_")
        and (inspect.isfunction(value) or isinstance(value, property | classmethod | staticmethod))
        and not inspect.getdoc(value)
    ]

    assert silent == []


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="uplaod"):
        _ = cpnb.uplaod  # type: ignore[attr-defined]


def test_every_error_is_public() -> None:
    from cpnb import errors

    tree = {name for name in errors.__all__ if isinstance(getattr(errors, name), type)}

    assert tree <= set(cpnb.__all__)
