"""SQL for one batch of records: from CSV cells to values by path, with what makes a record fail.

Source of the checks: see the settings that switch them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cpnb.sandbox.import_plan import ImportPlan, PlannedField
from cpnb.sandbox.matching_keys import comparable
from cpnb.sandbox.settings import Settings
from cpnb.sandbox.targets import enum_values, is_json, max_length

UNIT_SEPARATOR = "chr(31)"
FILLED_BY_TYPE = {"EMAIL_ADDRESS": "EmailAddress", "PHONE_NUMBER": "PhoneNumber"}
"""What a field of a content type fills besides its own target when a profile is new.

Source: Amazon Connect administrator guide, 'profile-matching'.
"""


@dataclass(frozen=True, slots=True)
class StagingQuery:
    """How a batch becomes rows of (position, failed, key, a value per path, a value per filled path).

    `paths` and `filled` give the profile path of each value column ``v0...`` and ``f0...``.
    """

    sql: str
    paths: tuple[str, ...]
    filled: tuple[str, ...]


def staging_query(plan: ImportPlan, cell_columns: Mapping[str, str], settings: Settings) -> StagingQuery:
    """Return the query over the view ``batch``, whose column for each CSV header `cell_columns` tells."""
    cells = {field.name: _cell(field, cell_columns) for field in plan.fields}
    targeted = [field for field in plan.fields if field.path is not None]
    values = [_value(field.path, cells[field.name], settings) for field in targeted if field.path is not None]
    failures = [f"{_key(plan, cells)} IS NULL"]
    if settings.refused_keys:
        failures.append(f"coalesce(regexp_full_match({_key(plan, cells)}, {_literal(settings.refused_keys)}), FALSE)")
    for field in plan.fields:
        failures += _failures(field, cells[field.name], settings)
    filled = _filled(plan, cells)
    selected = [
        "position",
        f"({' OR '.join(failures)}) AS failed",
        f"{_key(plan, cells)} AS key",
        *(f"{value} AS v{number}" for number, value in enumerate(values)),
        *(f"{value} AS f{number}" for number, value in enumerate(filled.values())),
    ]
    paths = tuple(field.path for field in targeted if field.path is not None)
    return StagingQuery(f"SELECT {', '.join(selected)} FROM batch", paths, tuple(filled))


def _cell(field: PlannedField, cell_columns: Mapping[str, str]) -> str:
    """Return SQL for a field's text, NULL where it is empty."""
    parts = [cell_columns[text] if is_header else _literal(text) for is_header, text in field.parts]
    return f"nullif({' || '.join(parts)}, '')"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _key(plan: ImportPlan, cells: Mapping[str, str]) -> str:
    """Return SQL for the comparable unique key, NULL where all its parts are empty."""
    parts = [comparable(cells[field.name], field.content_type) for field in plan.key_fields]
    if len(parts) == 1:
        return f"nullif({parts[0]}, '')"
    joined = f" || {UNIT_SEPARATOR} || ".join(f"coalesce({part}, '')" for part in parts)
    return f"nullif({joined}, repeat({UNIT_SEPARATOR}, {len(parts) - 1}))"


def _value(path: str, cell: str, settings: Settings) -> str:
    if path in enum_values() and settings.invalid_enum == "drop_cell":
        return f"CASE WHEN {_in_enum(path, cell)} THEN {cell} END"
    if settings.over_long_cell == "truncate":
        return f"left({cell}, {max_length(path)})"
    return cell


def _failures(field: PlannedField, cell: str, settings: Settings) -> list[str]:
    """Return SQL conditions under which a cell fails its record; none of them is ever NULL."""
    failures = []
    if field.path is not None:
        if settings.over_long_cell == "fail_record":
            failures.append(f"coalesce(length({cell}) > {max_length(field.path)}, FALSE)")
        if field.path in enum_values() and settings.invalid_enum == "fail_record":
            failures.append(f"coalesce(NOT ({_in_enum(field.path, cell)}), FALSE)")
        if is_json(field.path):
            failures.append(
                f"CASE WHEN json_valid({cell}) THEN json_type({cell}) <> 'ARRAY' ELSE {cell} IS NOT NULL END"
            )
    invalid = {
        ("EMAIL_ADDRESS", settings.invalid_email): rf"NOT regexp_full_match(trim({cell}), '[^\s@]+@[^\s@]+')",
        ("PHONE_NUMBER", settings.invalid_phone): rf"length(regexp_replace({cell}, '[^\p{{Nd}}]', '', 'g')) < 3",
        ("NUMBER", settings.invalid_number): f"{cell} IS NOT NULL AND TRY_CAST(trim({cell}) AS DOUBLE) IS NULL",
    }.get((field.content_type, "fail_record"))
    if invalid is not None:
        failures.append(f"coalesce({invalid}, FALSE)")
    return failures


def _in_enum(path: str, cell: str) -> str:
    return f"{cell} IN ({', '.join(_literal(value) for value in enum_values()[path])})"


def _filled(plan: ImportPlan, cells: Mapping[str, str]) -> dict[str, str]:
    """Return, by path, the value that fields of a content type lend a new profile."""
    filled = {}
    for content_type, path in FILLED_BY_TYPE.items():
        lenders = [cells[field.name] for field in plan.fields if field.content_type == content_type]
        if lenders and path not in plan.paths:
            filled[path] = f"left(coalesce({', '.join(lenders)}), {max_length(path)})"
    return filled
