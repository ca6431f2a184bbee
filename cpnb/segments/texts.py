"""What a segment is called, and what is said about it."""

from __future__ import annotations

import re

from cpnb import catalog
from cpnb.errors import ExpressionError

__all__ = ["check_text"]

_REQUEST = "CreateSegmentDefinitionRequest"


def check_text(member: str, label: str, text: str) -> None:
    """Refuse a text that CreateSegmentDefinition would not take.

    Parameters
    ----------
    member : str
        Its name in the request.
    label : str
        What it is called in the message.
    text : str
        The text.

    Raises
    ------
    ExpressionError
        If it is no text, too short, too long, or holds signs that are not allowed.
    """
    if not isinstance(text, str):
        raise ExpressionError(f"The {label} of a segment is text, got an object of type {type(text).__name__}.")
    bounds = catalog.limit(_REQUEST, member)
    if not bounds.minimum <= len(text) <= bounds.maximum:
        raise ExpressionError(
            f"The {label} of a segment has {bounds.minimum} to {bounds.maximum:,} characters, this one has "
            f"{len(text):,}."
        )
    if bounds.pattern and not re.fullmatch(bounds.pattern, text):
        raise ExpressionError(
            f"{text!r} cannot be the {label} of a segment: expected letters, digits, '_' or '-', without spaces. What "
            "people see is the display_name, which is free text."
        )
