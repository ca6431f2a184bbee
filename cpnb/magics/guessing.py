"""The field map of a magic that names none: it is guessed, shown, and refused if it is unsure."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from functools import wraps
from typing import Any

from IPython.core.error import UsageError

from cpnb.fields import FieldMap
from cpnb.frames import Table
from cpnb.magics.names import Names
from cpnb.magics.python_lines import Call, Said
from cpnb.magics.words import quoted
from cpnb.suggested import Suggestions
from cpnb.suggestion import suggest, suggest_fields

__all__ = ["fields_of", "map_shown", "summary_shown"]

Look = Callable[[Suggestions, Namespace], None]
"""What is done with guesses before they are used."""


def fields_of(names: Names, options: Namespace, frame: Said[Table], look: Look) -> Said[FieldMap]:
    """Return the field map that the options name, with the key and the region that they say; or a guess.

    Parameters
    ----------
    names : Names
        What variables mean.
    options : Namespace
        With ``fields``, and perhaps ``unique_key`` and ``region``.
    frame : Said of a table
        The table.
    look : callable
        Shows a guess to the analyst, or refuses it.
    """
    said = {name: getattr(options, name, None) for name in ("unique_key", "region")}
    if options.fields is None:
        return Call(_looked_at(look, options), frame, **said)
    fields = names.fields(options.fields)
    given = {name: value for name, value in said.items() if value is not None}
    return fields.then("overridden", **given) if given else fields


def _looked_at(look: Look, options: Namespace) -> Callable[..., FieldMap]:
    @wraps(suggest_fields)
    def guessed(data: Table, **asked: Any) -> FieldMap:
        guess = suggest(data, **asked)
        look(guess, options)
        return guess.fields

    return guessed


def map_shown(guess: Suggestions, options: Namespace) -> None:
    """Show the whole map, and refuse it if it is unsure: rows are to be sent by it."""
    print(guess)  # noqa: T201 - the analyst sees what was guessed before it is used
    _require_sure(guess, options)


def summary_shown(guess: Suggestions, options: Namespace) -> None:
    """Say in a line what was guessed, unless the magic is to be silent; a guess that is unsure is refused."""
    if not options.out:
        print(guess.summary)  # noqa: T201 - the analyst sees that something was guessed
    _require_sure(guess, options)


def _require_sure(guess: Suggestions, options: Namespace) -> None:
    if guess.confident:
        return
    given = {"unique-key": options.unique_key or guess.fields.unique_key, "region": options.region}
    words = "".join(f" --{name} {quoted(value)}" for name, value in given.items() if value is not None)
    raise UsageError(
        "Some of these guesses are unsure. Look at them, correct what is wrong, and say which map to use:\n"
        f"    guess = %cp_fields {quoted(options.frame)}{words}\n"
        "    guess  # with the reason for each\n"
        "    fields = guess.fields  # .without('column') leaves one out, .with_field(...) adds one\n"
        "and then this line again, with --fields fields"
    )
