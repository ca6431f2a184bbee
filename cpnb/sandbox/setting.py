"""One setting of the sandbox: its default, what it decides, where that comes from, and what else it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def choice(default: str, *others: str, asks: str, source: str) -> Any:
    """Declare a setting that is one of some words."""
    return field(default=default, metadata={"choices": (default, *others), "asks": asks, "source": source})


def number(default: float, lowest: float, highest: float, *, asks: str, source: str) -> Any:
    """Declare a setting that is a number, whole if its default is."""
    return field(default=default, metadata={"range": (lowest, highest), "asks": asks, "source": source})


def text(default: str, *, asks: str, source: str) -> Any:
    """Declare a setting that is a text of any kind."""
    return field(default=default, metadata={"asks": asks, "source": source})


def pattern(default: str, *, asks: str, source: str) -> Any:
    """Declare a setting that is a regular expression of RE2."""
    return field(default=default, metadata={"pattern": "RE2", "asks": asks, "source": source})


def from_text(name: str, spelled: str, default: object) -> object:
    """Return a command line's text as the type that the setting has."""
    if not isinstance(default, int | float):
        return spelled
    try:
        return type(default)(spelled)
    except ValueError:
        raise ValueError(f"setting {name} must be a number of type {type(default).__name__}") from None


def as_declared(value: object, example: object) -> object:
    """Return a whole number as float where the setting is a float; JSON does not tell them apart."""
    if isinstance(example, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def check(name: str, value: Any, metadata: Mapping[str, Any], kind: type) -> None:
    """Raise a ValueError that says what a setting must be, if the value is something else."""
    if type(value) is not kind:
        raise ValueError(f"setting {name} must be of type {kind.__name__}, not {type(value).__name__}")
    if "choices" in metadata and value not in metadata["choices"]:
        raise ValueError(f"setting {name} must be one of: {', '.join(metadata['choices'])}")
    if "range" in metadata:
        lowest, highest = metadata["range"]
        if not lowest <= value <= highest:
            raise ValueError(f"setting {name} must lie between {lowest} and {highest}")
    if "pattern" in metadata and not _is_pattern(str(value)):
        raise ValueError(f"setting {name} must be a regular expression of RE2")
    if name == "csv_delimiter" and (len(str(value)) != 1 or str(value) in '"\r\n'):
        raise ValueError("setting csv_delimiter must be one character, not a quote or a line end")


def _is_pattern(value: str) -> bool:
    """Tell whether RE2 can read a pattern; Arrow has the same RE2 as the database."""
    try:
        pc.match_substring_regex(pa.array([""]), value)
    except pa.ArrowInvalid:
        return False
    return True
