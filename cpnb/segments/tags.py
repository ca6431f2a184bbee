"""Tags of a segment, by which an account allows, finds and counts what it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from cpnb import catalog
from cpnb.errors import ExpressionError

__all__ = ["checked_tags", "without_those_of_aws"]

OF_AWS = "aws:"
"""How the keys of tags begin that only AWS itself may set. Source: service model, ``TagKey``."""


def checked_tags(tags: Mapping[str, str]) -> Mapping[str, str]:
    """Return a copy of tags that cannot be changed.

    Raises
    ------
    ExpressionError
        If there are too many, or a key or value is none that the service takes.

    Source: service model, ``TagMap``.
    """
    if not isinstance(tags, Mapping):
        raise ExpressionError(f"tags is a {type(tags).__name__}; expected a dict: {{'team': 'crm'}}.")
    shapes = catalog.service_model()["shapes"]
    most, key_shape, value_shape = (shapes[name] for name in ("TagMap", "TagKey", "TagValue"))
    if len(tags) > most["max"]:
        raise ExpressionError(f"A segment has {most['max']} tags at most, here are {len(tags)}.")
    for key, value in tags.items():
        if {type(key), type(value)} != {str}:
            raise ExpressionError(f"The tag {key!r} is no pair of texts; write numbers in quotation marks.")
        if not 1 <= len(key) <= key_shape["max"] or not re.fullmatch(key_shape["pattern"], key):
            raise ExpressionError(
                f"{key!r} cannot be the key of a tag: expected 1 to {key_shape['max']} letters and signs that match "
                f"{key_shape['pattern']}, so without spaces, and not beginning with {OF_AWS!r}."
            )
        if len(value) > value_shape["max"]:
            raise ExpressionError(
                f"The value of the tag {key!r} has {len(value)} characters; expected at most {value_shape['max']}."
            )
    return MappingProxyType(dict(tags))


def without_those_of_aws(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that a caller may set: AWS sets some of its own, and refuses to be given them."""
    return {key: value for key, value in tags.items() if not key.casefold().startswith(OF_AWS)}
