"""What is common to all magics: they read their line, do what Python can say as well, and show no traceback."""

from __future__ import annotations

import inspect
import keyword
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from cpnb.errors import CpnbError
from cpnb.magics.names import Names
from cpnb.magics.options import ALWAYS, parsed
from cpnb.magics.python_lines import Said, script

__all__ = ["ProfileMagics", "cell", "line"]

_Result = TypeVar("_Result")
_Magics = TypeVar("_Magics", bound="ProfileMagics")


class ProfileMagics(Magics):
    """Magics that look up the names of one shell."""

    def __init__(self, shell: Any, names: Names) -> None:
        super().__init__(shell)
        self.names = names

    def store(self, out: str | None, result: object) -> None:
        """Give a result to a variable, if one is named."""
        if out:
            self.names.variables[out] = result


def line(*arguments: argument) -> Callable[[Callable[[_Magics, Namespace], Said[Any]]], Callable[..., Any]]:
    """Make a line magic of a method that says what is to be done.

    The line is taken as it was typed: IPython would put values in place of ``$name`` and ``{expression}``, and a column
    may be called that.
    """

    def decorated(method: Callable[[_Magics, Namespace], Said[Any]]) -> Callable[..., Any]:
        @wraps(method)
        def magic(self: _Magics, line: str = "") -> Any:
            def do() -> Any:
                options = _asked(magic, line)
                return None if options is None else _answer(self, options, method(self, options))

            return _in_one_message(method.__name__, do)

        made: Callable[..., Any] = no_var_expand(line_magic(_with_arguments(magic, arguments)))
        return made

    return decorated


def cell(*arguments: argument) -> Callable[[Callable[[_Magics, Namespace, str], Any]], Callable[..., Any]]:
    """Make a cell magic of a method that gets the options and the cell."""

    def decorated(method: Callable[[_Magics, Namespace, str], Any]) -> Callable[..., Any]:
        @wraps(method)
        def magic(self: _Magics, line: str, cell: str) -> Any:
            def do() -> Any:
                options = _asked(magic, line)
                return None if options is None else method(self, options, cell)

            return _in_one_message(method.__name__, do)

        made: Callable[..., Any] = no_var_expand(cell_magic(_with_arguments(magic, arguments)))
        return made

    return decorated


def _with_arguments(magic: Callable[..., Any], arguments: tuple[argument, ...]) -> Callable[..., Any]:
    for one in reversed((*arguments, *ALWAYS)):
        magic = one(magic)
    made: Callable[..., Any] = magic_arguments()(magic)
    return made


def _asked(magic: Any, line: str) -> Namespace | None:
    """Return the options of a line; None if it asked for help, which is shown then."""
    options = parsed(magic, line)
    if options.help:
        print(inspect.cleandoc(magic.__doc__))  # noqa: T201 - what was asked for
        return None
    if options.out and (not options.out.isidentifier() or keyword.iskeyword(options.out)):
        raise UsageError(f"--out {options.out!r} cannot be the name of a variable.")
    return options


def _answer(magics: ProfileMagics, options: Namespace, said: Said[Any]) -> Any:
    """Do what was said and return its result, unless it is to be stored; or print the Python for it."""
    waits = getattr(options, "wait", False)
    if options.show_code:
        afterwards = "wait" if waits else ""
        code = script(said, out=options.out or "", afterwards=afterwards, taken=magics.names.variables)
        print(code)  # noqa: T201 - what was asked for
        return None
    result = said.value
    magics.store(options.out, result)  # before the waiting, which an interrupt or a failure may end
    if waits:
        _wait(result, options)
    return None if options.out else result


def _wait(result: Any, options: Namespace) -> None:
    try:
        result.wait()
    except KeyboardInterrupt as interrupt:
        if not options.out:
            interrupt.add_note("Run the cell again to go on watching it: nothing is sent twice.")
        raise


def _in_one_message(name: str, do: Callable[[], _Result]) -> _Result:
    """Turn what goes wrong into IPython's usage error, which shows as a message and not as a traceback."""
    try:
        with _warnings_each_time(name):
            return do()
    except (CpnbError, ValueError, TypeError) as error:
        message = str(error)
    except KeyboardInterrupt as interrupt:
        message = " ".join(["Interrupted.", *getattr(interrupt, "__notes__", [])])
    # Raised outside of the handlers: what went wrong may hold the table in its frames.
    raise UsageError(message)


@contextmanager
def _warnings_each_time(name: str) -> Iterator[None]:
    """Let warnings of ours seem to come from the magic, and come again when its cell is run again.

    Python shows a warning once for each line of code that gives it, which here is always the same line of ours.
    """
    caught: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            yield
    finally:
        for one in caught:
            is_ours = one.category.__module__.startswith("cpnb.")
            place = (f"%{name}", 1) if is_ours else (one.filename, one.lineno)
            warnings.warn_explicit(one.message, one.category, *place, registry={})
