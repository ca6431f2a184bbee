"""What a magic does, as Python: the same object is carried out, and printed by ``--show-code``.

So what is printed cannot say something else than what is done. `Said` is anything that has a value and a way to say it;
`Call` and `MethodCall` are put together from such parts.
"""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

__all__ = ["Call", "MethodCall", "Said", "script"]

WIDTH = 100
"""Characters to a line; longer calls have a line for each argument."""

_INDENT = "    "

T = TypeVar("T")
S = TypeVar("S")


class Said(Generic[T]):
    """Something that a line says: the Python for it, and its value, which is made once, when it is asked for.

    Parameters
    ----------
    code : str
        An expression of Python.
    make : callable
        Makes what the expression stands for.
    """

    def __init__(self, code: str, make: Callable[[], T]) -> None:
        self._code = code
        self._make = make

    @functools.cached_property
    def value(self) -> T:
        """What it stands for."""
        return self._make()

    def parts(self) -> Iterator[Said[Any]]:
        """Go through what has no parts itself, as often as it occurs."""
        yield self

    def code(self, indent: str = "", names: Mapping[int, str] | None = None) -> str:  # noqa: ARG002 - not by all
        """Return the expression.

        Parameters
        ----------
        indent : str
            What stands before each of its lines but the first.
        names : mapping
            Names of variables, by the `id` of what is to be said by its name.
        """
        return self._alias(names) or self._code

    def _alias(self, names: Mapping[int, str] | None) -> str:
        return (names or {}).get(id(self), "")

    def then(self, method: str, *positional: object, **named: object) -> MethodCall[Any]:
        """Return what a method of it gives."""
        return MethodCall(self, method, *positional, **named)


class _WithArguments(Said[T]):
    """Something with arguments in brackets."""

    def __init__(self, positional: tuple[object, ...], named: Mapping[str, object]) -> None:
        super().__init__("", self._made)
        self._positional = positional
        self._named = named

    def _made(self) -> T:
        raise NotImplementedError

    def _values(self) -> tuple[list[Any], dict[str, Any]]:
        return [_value(each) for each in self._positional], {name: _value(each) for name, each in self._named.items()}

    def parts(self) -> Iterator[Said[Any]]:
        """Go through the parts of the arguments."""
        for each in (*self._positional, *self._named.values()):
            if isinstance(each, Said):
                yield from each.parts()

    def _in_brackets(self, before: str, indent: str, names: Mapping[int, str] | None) -> str:
        pieces = [("", each) for each in self._positional] + [(f"{name}=", each) for name, each in self._named.items()]
        in_one_line = before + "(" + ", ".join(start + _code(each, indent, names) for start, each in pieces) + ")"
        if "\n" not in in_one_line.removeprefix(before) and len(indent) + len(in_one_line) <= WIDTH:
            return in_one_line
        deeper = indent + _INDENT
        lines = [f"{deeper}{start}{_code(each, deeper, names)},\n" for start, each in pieces]
        return f"{before}(\n{''.join(lines)}{indent})"


class Call(_WithArguments[T]):
    """A call of a public function or class of `cpnb`; arguments that are as they would be anyway are not said."""

    def __init__(self, function: Callable[..., T], *positional: object, **named: object) -> None:
        parameters = inspect.signature(function).parameters
        said = {name: each for name, each in named.items() if _is_news(each, parameters.get(name))}
        super().__init__(positional, said)
        self._function = function

    def _made(self) -> T:
        positional, named = self._values()
        return self._function(*positional, **named)

    def code(self, indent: str = "", names: Mapping[int, str] | None = None) -> str:
        """Return the call, over several lines if it is long."""
        return self._alias(names) or self._in_brackets(f"cpnb.{self._function.__qualname__}", indent, names)


class MethodCall(_WithArguments[T]):
    """A call of a method of something else that is said."""

    def __init__(self, receiver: Said[Any], method: str, *positional: object, **named: object) -> None:
        super().__init__(positional, named)
        self._receiver = receiver
        self._method = method

    def _made(self) -> T:
        positional, named = self._values()
        result: T = getattr(self._receiver.value, self._method)(*positional, **named)
        return result

    def parts(self) -> Iterator[Said[Any]]:
        """Go through the parts of the receiver, and those of the arguments."""
        yield from self._receiver.parts()
        yield from super().parts()

    def code(self, indent: str = "", names: Mapping[int, str] | None = None) -> str:
        """Return the call, over several lines if it is long."""
        receiver = self._receiver.code(indent, names)
        return self._alias(names) or self._in_brackets(f"{receiver}.{self._method}", indent, names)


def _is_news(argument: object, parameter: inspect.Parameter | None) -> bool:
    if isinstance(argument, Said) or parameter is None:
        return True
    return argument is not None and argument != parameter.default


def _value(argument: object) -> Any:
    return argument.value if isinstance(argument, Said) else argument


def _code(argument: object, indent: str, names: Mapping[int, str] | None) -> str:
    return argument.code(indent, names) if isinstance(argument, Said) else repr(argument)


def script(result: Said[Any], *, out: str = "", afterwards: str = "", taken: Mapping[str, object] | None = None) -> str:
    """Return a magic as a script that does the same.

    An expression that is used twice, such as a table of which the fields are guessed, is worked out once.

    Parameters
    ----------
    result : Said
        What the magic returns.
    out : str
        The variable that gets it; if empty, the last line is the expression itself.
    afterwards : str
        A method that is called on the result.
    taken : mapping
        Variables that there are, whose names are not to be used for anything else.
    """
    counts = Counter(id(part) for part in result.parts())
    several = {id(part): part for part in result.parts() if counts[id(part)] > 1 and not part.code().isidentifier()}
    names = {key: _free_name("data", taken or {}, number) for number, key in enumerate(several)}
    lines = [f"{names[key]} = {part.code()}" for key, part in several.items()]
    code = result.code(names=names)
    if out:
        lines += [f"{out} = {code}", *([f"{out}.{afterwards}()"] if afterwards else [])]
    else:
        lines += [f"{code}.{afterwards}()" if afterwards else code]
    body = "\n".join(lines)
    module = "cpnb.magics" if "cpnb.magics." in body else "cpnb"
    return f"import {module}\n\n{body}" if "cpnb." in body else body


def _free_name(name: str, taken: Mapping[str, object], start: int) -> str:
    candidates = [name, *(f"{name}_{number}" for number in range(2, len(taken) + start + 3))]
    return [candidate for candidate in candidates if candidate not in taken][start]
