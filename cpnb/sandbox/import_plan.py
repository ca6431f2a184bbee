"""What an upload job will do with a file's columns: its field map, checked and made ready.

Source: Amazon Connect administrator guide, 'mapping-field-definitions' and 'examples-object-type-mappings' (field
names, sources, targets, exclusive pairs); the shape of the target message is quoted in the AWS re:Post article
'Automate Customer Segmentation in Amazon Connect'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cpnb.sandbox.errors import BadRequestError
from cpnb.sandbox.settings import Settings
from cpnb.sandbox.targets import EXCLUSIVE, PREFIX, expected_targets, is_path

SOURCE_PREFIX = "_source."
FORBIDDEN_NAMES = ("Tags", "tags")
MAX_SHOWN = 64
_REFERENCE = re.compile(r"\{\{\s*_source\.([^{}]+?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class PlannedField:
    """One field of the map.

    `parts` is its Source: headers (True) and literal text (False) in order; a plain Source is one header.
    `path` is where it goes in the profile, None for a field without Target.
    """

    name: str
    parts: tuple[tuple[bool, str], ...]
    path: str | None
    content_type: str

    @property
    def headers(self) -> tuple[str, ...]:
        """The CSV headers the field needs."""
        return tuple(text for is_header, text in self.parts if is_header)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The fields of a job and which of them are its unique key."""

    fields: tuple[PlannedField, ...]
    key_name: str
    key_fields: tuple[PlannedField, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        """The CSV headers a file must have, each once."""
        return tuple(dict.fromkeys(header for field in self.fields for header in field.headers))

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of a profile that are filled directly."""
        return tuple(field.path for field in self.fields if field.path is not None)


def plan_import(fields: Mapping[str, Mapping[str, str]], unique_key: str, settings: Settings) -> ImportPlan:
    """Return the plan for a field map.

    Raises
    ------
    BadRequestError
        If the service would not take the map; the message names fields and targets.
    """
    if not fields:
        raise BadRequestError("Fields is empty: map at least the unique key.")
    if len(fields) > settings.max_mapped_fields:
        raise BadRequestError(
            f"Fields maps {len(fields)} attributes; at most {settings.max_mapped_fields} are allowed."
        )
    planned = tuple(_plan_field(name, definition, settings) for name, definition in fields.items())
    _check_targets(planned)
    return ImportPlan(planned, unique_key, _key_fields(planned, fields, unique_key, settings))


def _plan_field(name: str, definition: Mapping[str, str], settings: Settings) -> PlannedField:
    if not name[0].isalpha() or name in FORBIDDEN_NAMES:
        raise BadRequestError(f"Field name {name} is invalid: it must start with a letter and not be Tags or tags.")
    if "Source" not in definition:
        raise BadRequestError(f"Field {name} has no Source.")
    return PlannedField(
        name=name,
        parts=_source_parts(name, definition["Source"], settings),
        path=_path(definition["Target"]) if "Target" in definition else None,
        content_type=definition.get("ContentType", "STRING"),
    )


def _source_parts(name: str, source: str, settings: Settings) -> tuple[tuple[bool, str], ...]:
    if "{{" in source or "}}" in source:
        return _template_parts(name, source, settings)
    prefixed = source.startswith(SOURCE_PREFIX)
    if prefixed and settings.source_prefix == "bare_only":
        raise BadRequestError(f"Source of field {name} must be the CSV header, without {SOURCE_PREFIX}")
    if not prefixed and settings.source_prefix == "prefixed_only":
        raise BadRequestError(f"Source of field {name} must begin with {SOURCE_PREFIX}")
    header = source.removeprefix(SOURCE_PREFIX)
    if not header or ("." in header and settings.dotted_source == "refuse"):
        raise BadRequestError(f"Source of field {name} is not a valid header: it is empty or holds a dot.")
    return ((True, header),)


def _template_parts(name: str, source: str, settings: Settings) -> tuple[tuple[bool, str], ...]:
    if settings.source_template == "refuse":
        raise BadRequestError(f"Source of field {name} is a template; name one CSV header.")
    # Splitting at a pattern with one group alternates between literal text and captured header.
    pieces = _REFERENCE.split(source)
    parts = tuple((position % 2 == 1, text) for position, text in enumerate(pieces) if text)
    if any("{{" in text or "}}" in text for is_header, text in parts if not is_header):
        raise BadRequestError(f"Source of field {name} holds an invalid template expression.")
    return parts


def _path(target: str) -> str:
    path = target.removeprefix(PREFIX)
    if path == target or not is_path(path):
        shown = target if len(target) <= MAX_SHOWN else target[:MAX_SHOWN] + "..."
        raise BadRequestError(f"Provided nested target is invalid. Found {shown}, expected [{expected_targets()}]")
    return path


def _check_targets(planned: tuple[PlannedField, ...]) -> None:
    paths = [field.path for field in planned if field.path is not None]
    repeated = sorted({path for path in paths if paths.count(path) > 1})
    if repeated:
        raise BadRequestError(f"Target {PREFIX}{repeated[0]} is given to {paths.count(repeated[0])} fields.")
    for first, second in EXCLUSIVE:
        if first in paths and second in paths:
            raise BadRequestError(f"Targets {PREFIX}{first} and {PREFIX}{second} exclude each other.")


def _key_fields(
    planned: tuple[PlannedField, ...], fields: Mapping[str, Mapping[str, str]], unique_key: str, settings: Settings
) -> tuple[PlannedField, ...]:
    separator = settings.unique_key_separator
    names = unique_key.split(separator) if separator else [unique_key]
    by_name = {
        "field": {field.name: field for field in planned},
        "source": {fields[field.name]["Source"].removeprefix(SOURCE_PREFIX): field for field in planned},
        "target": {fields[field.name]["Target"]: field for field in planned if field.path is not None},
    }[settings.unique_key_names]
    unknown = [name for name in names if name not in by_name]
    if unknown:
        shown = unknown[0][:MAX_SHOWN]
        raise BadRequestError(f"UniqueKey {shown} is not a {settings.unique_key_names} of Fields.")
    return tuple(by_name[name] for name in names)
