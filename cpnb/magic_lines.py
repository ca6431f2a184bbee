"""What all magics do with a line: read its options, and answer a mistake in one line."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from IPython.core.error import UsageError
from IPython.core.magic import Magics, no_var_expand

from cpnb.errors import CpnbError

__all__ = ["check_variable", "in_one_line", "parsed"]

_Result = TypeVar("_Result")


def in_one_line(method: Callable[..., _Result]) -> Callable[..., _Result]:
    """Turn our own errors into IPython's usage errors, which show as a message and not as a traceback.

    The line is taken as it was typed: IPython would put values in place of ``$name`` and ``{expression}``, and a
    column may be called that.
    """

    @wraps(method)
    def magic(self: Magics, *line_and_cell: str) -> _Result:
        try:
            return method(self, *line_and_cell)
        except (CpnbError, ValueError, TypeError) as error:
            message = str(error)
        raise UsageError(message)

    expanded_by_nobody: Callable[..., _Result] = no_var_expand(magic)
    return expanded_by_nobody


def parsed(magic: Any, line: str) -> Namespace:
    """Return the options of a line, in which quotation marks hold a text with spaces together.

    A backslash is a character like any other, as in the path of a file on Windows.
    """
    words = shlex.shlex(line, posix=True)
    words.whitespace_split = True
    words.escape = words.commenters = ""
    options: Namespace = magic.parser.parse_args(list(words))
    return options


def check_variable(out: str | None) -> None:
    """Refuse a name that no variable can have."""
    if out and not out.isidentifier():
        raise UsageError(f"--out {out!r} cannot be the name of a variable.")
