"""What is said once of a file about which something was guessed."""

from __future__ import annotations

import inspect
import warnings
from pathlib import Path

from cpnb.reading.encodings import GUESSED
from cpnb.reading.layouts import Layout

__all__ = ["ReadWarning", "note_on", "tell_caller"]

_PACKAGE = str(Path(__file__).parents[1])


class ReadWarning(UserWarning):
    """A file was read, and something about it had to be guessed or is not as it may seem."""


def note_on(layout: Layout) -> str:
    """Return what was found out about a text that is not plain, and how to say it; empty if there is nothing."""
    guesses = layout.guesses
    if not guesses:
        return ""
    found = " and ".join(f"{name}={value!r} ({layout.found_by[name]})" for name, value in guesses.items())
    say = ", ".join(f"{name}={value!r}" for name, value in guesses.items())
    is_guess = layout.found_by["encoding"].startswith(GUESSED)
    look = " Look at letters with accents: if they are wrong, name another encoding." if is_guess else ""
    return f"{layout.file.path.name!r} was read with {found}.{look} To say so yourself: cpnb.read(..., {say})."


def tell_caller(note: str) -> None:
    """Give a `ReadWarning` that seems to come from whoever called this package, however deep it was found here."""
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(note, ReadWarning, stacklevel=level)
