"""What a field may be mapped to: the paths of a profile that an import can fill.

Source: service model, botocore (members of Profile, Address); Amazon Connect administrator guide,
'mapping-field-definitions' (custom attributes, exclusive pairs, reserved names).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cpnb.sandbox.model import service_model

PREFIX = "_profile."
ATTRIBUTES = "Attributes."
RESERVED = ("ProfileId", "FoundByItems")
EXCLUSIVE = (("PartyType", "PartyTypeString"), ("Gender", "GenderString"))

EMAIL_PATHS = ("EmailAddress", "PersonalEmailAddress", "BusinessEmailAddress")
PHONE_PATHS = ("PhoneNumber", "MobilePhoneNumber", "HomePhoneNumber", "BusinessPhoneNumber")
MAX_ATTRIBUTE_NAME = 255
MAX_ATTRIBUTE_VALUE = 255


@cache
def standard_paths() -> Mapping[str, int]:
    """Return every standard path of a profile with the greatest length of its value in characters.

    Paths are dotted (``Address.City``). A path whose value is an enum is here too, with length 255.
    """
    shapes = service_model().shapes
    paths: dict[str, int] = {}
    for name, member in shapes["Profile"]["members"].items():
        shape = shapes[member["shape"]]
        if name in RESERVED or shape["type"] == "map":
            continue
        if shape["type"] == "string":
            paths[name] = shape.get("max", 255)
            continue
        for part, part_member in shape["members"].items():
            # The preferences hold lists; as a cell they are JSON text without a length of its own.
            paths[f"{name}.{part}"] = shapes[part_member["shape"]].get("max", 255)
    return {path: 25_000 if is_json(path) else length for path, length in paths.items()}


@cache
def enum_values() -> Mapping[str, tuple[str, ...]]:
    """Return the allowed values of each path that is an enum."""
    shapes = service_model().shapes
    members = shapes["Profile"]["members"]
    return {
        name: tuple(shapes[member["shape"]]["enum"])
        for name, member in members.items()
        if "enum" in shapes[member["shape"]]
    }


def is_json(path: str) -> bool:
    """Return whether a path's value is a JSON list rather than plain text."""
    return path.startswith("EngagementPreferences.")


def max_length(path: str) -> int:
    """Return the greatest length in characters of a value at `path`."""
    return standard_paths().get(path, MAX_ATTRIBUTE_VALUE)


def is_path(path: str) -> bool:
    """Return whether `path` names a place in a profile: a standard one or a custom attribute."""
    if path.startswith(ATTRIBUTES):
        return 1 <= len(path) - len(ATTRIBUTES) <= MAX_ATTRIBUTE_NAME
    return path in standard_paths()


def expected_targets() -> str:
    """Return the list of targets as an error message shows it."""
    return ", ".join([*standard_paths(), ATTRIBUTES + "<name>"])
