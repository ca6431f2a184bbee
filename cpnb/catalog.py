"""What Customer Profiles knows: targets, lengths, enumerations, limits and kinds of dimension.

Everything that the service model of the installed botocore says is read from it, as data; no client
is made. Limits that only the documentation gives are constants here, each with its source.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from botocore.loaders import Loader

from cpnb.errors import FieldsError, did_you_mean

PROFILE_PREFIX = "_profile."
ATTRIBUTE_PREFIX = "_profile.Attributes."

MAX_PART_ROWS = 1_000_000
"""Records in one uploaded file. Source: AWS re:Post guide to CSV uploads; no AWS page repeats it."""

MAX_PART_BYTES = 1_000_000_000
"""Size of one uploaded file, which must stay under it.
Source: Amazon Connect administrator guide, 'customer-segments-imported-files' (under 1 GB)."""

MAX_MAPPED_FIELDS = 25
"""Mapped columns in the console; whether the API holds to it is unknown, so more is a warning.
Source: Amazon Connect administrator guide, 'customer-segments-imported-files'."""

DEFAULT_EXPIRY_DAYS = 14
"""What the service does when no expiry is given.
Source: service model (DataExpiry); administrator guide, 'customer-profiles-data-expiration'."""

ADVISED_MAX_EXPIRY_DAYS = 90
"""The guide's cap for imports, against 1098 in the model.
Source: Amazon Connect administrator guide, 'customer-segments-imported-files'."""

MAX_SEGMENT_ATTRIBUTES = 60
"""Different attributes in one segment, those of its source segments included; can be raised on request.
Source: Amazon Connect administrator guide, 'customer-segments-building-segments-troubleshooting'."""

MAX_SEGMENT_CALCULATED_ATTRIBUTES = 10
"""Different calculated attributes in one segment, those of its source segments included; can be raised on request.
Source: Amazon Connect administrator guide, 'customer-segments-building-segments-troubleshooting'."""

MAX_SOURCE_DEPTH = 5
"""How deep segments may build on each other.
Source: Amazon Connect administrator guide, 'customer-segments-building-segments-troubleshooting'."""

EXCLUSIVE_TARGETS = (
    ("_profile.PartyType", "_profile.PartyTypeString"),
    ("_profile.Gender", "_profile.GenderString"),
)
"""Of each pair one may be mapped. Source: administrator guide, 'mapping-field-definitions'."""

# The service fills these itself, or needs settings that an upload job cannot pass.
# Source: administrator guide, 'mapping-field-definitions' (reserved) and 'customer-profiles-object-type-mappings'.
_NOT_TARGETS = frozenset({"ProfileId", "FoundByItems", "EngagementPreferences", "Attributes"})


@dataclass(frozen=True, slots=True)
class Target:
    """One place in a profile that a column can be mapped to.

    Attributes
    ----------
    path : str
        As the service spells it, ``_profile.Address.City``.
    max_length : int
        The longest value in characters.
    values : tuple of str
        The only values allowed; empty if any text will do.
    dimension : str
        Name of the dimension shape with which segments can filter on it, such as
        ``ProfileDimension``; empty if they cannot.
    """

    path: str
    max_length: int
    values: tuple[str, ...] = ()
    dimension: str = ""

    @property
    def name(self) -> str:
        """The path without its prefix: ``Address.City``."""
        return self.path.removeprefix(PROFILE_PREFIX)


@dataclass(frozen=True, slots=True)
class Limit:
    """Smallest and largest length (of text, lists) or value (of numbers) of one modelled member."""

    minimum: int
    maximum: int
    pattern: str = ""


@functools.cache
def service_model() -> Mapping[str, Any]:
    """Return the Customer Profiles service model of the installed botocore, as plain data.

    Source: botocore, ``data/customer-profiles/*/service-2``.
    """
    model: dict[str, Any] = Loader().load_service_model("customer-profiles", "service-2")
    return MappingProxyType(model)


def _shape(name: str) -> Mapping[str, Any]:
    shape: Mapping[str, Any] = service_model()["shapes"][name]
    return shape


@functools.cache
def enumeration(shape_name: str) -> tuple[str, ...]:
    """Return the values of one enumerated shape of the model, in its order.

    Examples
    --------
    >>> enumeration("FieldContentType")
    ('STRING', 'NUMBER', 'PHONE_NUMBER', 'EMAIL_ADDRESS', 'NAME')
    """
    return tuple(_shape(shape_name)["enum"])


@functools.cache
def limit(shape_name: str, member: str) -> Limit:
    """Return the bounds that the model puts on one member of a structure.

    Examples
    --------
    >>> limit("CreateUploadJobRequest", "DataExpiry")
    Limit(minimum=1, maximum=1098, pattern='')
    """
    shape = _shape(_shape(shape_name)["members"][member]["shape"])
    return Limit(int(shape["min"]), int(shape["max"]), str(shape.get("pattern", "")))


@functools.cache
def targets() -> Mapping[str, Target]:
    """Return every target with a fixed name, by path, in the model's order.

    Custom attributes, ``_profile.Attributes.<name>``, exist besides; `target` makes them.
    """
    found: dict[str, Target] = {}
    dimensions = _shape("ProfileAttributes")["members"]
    for member, reference in _shape("Profile")["members"].items():
        if member in _NOT_TARGETS:
            continue
        dimension = dimensions.get(member, {}).get("shape", "")
        shape = _shape(reference["shape"])
        if shape["type"] == "structure":
            parts = _shape(dimension)["members"] if dimension else {}
            for part, inner in shape["members"].items():
                path = f"{PROFILE_PREFIX}{member}.{part}"
                found[path] = _text_target(path, inner["shape"], parts.get(part, {}).get("shape", ""))
        else:
            path = PROFILE_PREFIX + member
            found[path] = _text_target(path, reference["shape"], dimension)
    return MappingProxyType(found)


def _text_target(path: str, shape_name: str, dimension: str) -> Target:
    shape = _shape(shape_name)
    values = tuple(shape.get("enum", ()))
    longest = max(map(len, values)) if values else int(shape["max"])
    return Target(path, longest, values, dimension)


def target(name: str) -> Target:
    """Return the target that a name means, with or without the ``_profile.`` prefix.

    Raises
    ------
    FieldsError
        If the service has no such target; the message offers the nearest.

    Examples
    --------
    >>> target("Address.City").path
    '_profile.Address.City'
    >>> target("Attributes.tier").max_length
    255
    """
    path = name if name.startswith("_") else PROFILE_PREFIX + name
    if path.startswith(ATTRIBUTE_PREFIX):
        return _custom_attribute(path)
    known = targets()
    if path not in known:
        names = [candidate.name for candidate in known.values()]
        hint = did_you_mean(path.removeprefix(PROFILE_PREFIX), names)
        raise FieldsError(
            f"The service has no target {name!r}.{hint} Targets are the fields of a standard profile, such as "
            "'EmailAddress' or 'Address.City'; anything else can go to a custom attribute, 'Attributes.<name>'."
        )
    return known[path]


def _custom_attribute(path: str) -> Target:
    key, value = (_shape(_shape("Attributes")[part]["shape"]) for part in ("key", "value"))
    name = path.removeprefix(ATTRIBUTE_PREFIX)
    if not int(key["min"]) <= len(name) <= int(key["max"]):
        raise FieldsError(
            f"The name of a custom attribute has {key['min']} to {key['max']} characters, this one has {len(name)}."
        )
    # The service reads a target as a JSON accessor, in which a dot or a bracket would open another level.
    if any(sign in ".[]{}" for sign in name) or not name.isprintable() or name != name.strip():
        raise FieldsError(
            f"The custom attribute {name!r} has a dot, bracket, brace, control character or outer space in its name; "
            "use letters, digits, '_' and '-'."
        )
    return Target(path, int(value["max"]), (), "AttributeDimension")


@functools.cache
def dimension_types(dimension: str) -> tuple[str, ...]:
    """Return the operators that one dimension shape allows.

    Examples
    --------
    >>> dimension_types("ProfileTypeDimension")
    ('INCLUSIVE', 'EXCLUSIVE')
    """
    return enumeration(_shape(dimension)["members"]["DimensionType"]["shape"])


@functools.cache
def partition(region: str) -> str:
    """Return the partition of AWS that a region lies in, as ARNs name it.

    Source: botocore, ``data/partitions``.

    Raises
    ------
    ValueError
        If the installed botocore knows no such region.

    Examples
    --------
    >>> partition("eu-central-1"), partition("us-gov-west-1"), partition("cn-north-1")
    ('aws', 'aws-us-gov', 'aws-cn')
    """
    places = {
        name: str(one["id"])
        for one in Loader().load_data("partitions")["partitions"]
        for name in one["regions"]
        if not name.endswith("-global")  # stand for services that have no region
    }
    if region not in places:
        raise ValueError(
            f"{region!r} is no AWS region that the installed SDK knows.{did_you_mean(region, list(places))} Expected "
            "one such as 'us-east-1'; if it is new, update boto3."
        )
    return places[region]
