"""The cell of ``%%cp_segment``: a condition in Python, or a query in SQL with variables bound into it."""

from __future__ import annotations

import ast
import textwrap
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

from IPython.core.error import UsageError

from cpnb.errors import CpnbError, did_you_mean
from cpnb.expressions import calculated, in_segment, profile
from cpnb.magics.names import Names
from cpnb.magics.python_lines import Call, Said
from cpnb.segments import Sql, placeholders

__all__ = ["WORDS", "Body", "condition_of", "query_of"]

_CONDITION = "<condition>"
"""What the cell is called where an error says in which file it happened."""

WORDS: Mapping[str, Any] = {"profile": profile, "calculated": calculated, "in_segment": in_segment}
"""What a condition is made of; in the cell of a segment these names mean this, whatever variables are called."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a cell says.

    Attributes
    ----------
    said : Said
        The condition, or the query.
    words : tuple of str
        Which of our words it uses.
    """

    said: Said[Any]
    words: tuple[str, ...] = ()


class _Condition(Said[Any]):
    """A condition as it stands in the cell, its lines and comments kept."""

    def __init__(self, cell: str, code: CodeType, names: Names) -> None:
        super().__init__(cell, lambda: _evaluated(code, names))

    def code(self, indent: str = "", names: Mapping[int, str] | None = None) -> str:  # noqa: ARG002 - a part
        """Return the condition, between brackets of its own if it has several lines."""
        lines = textwrap.dedent(self._code.strip("\n").rstrip())
        if "\n" not in lines and "#" not in lines:
            return lines.strip()
        indented = textwrap.indent(lines, indent + "    ")
        # A text over several lines would become another text.
        is_same = ast.dump(ast.parse(f"(\n{indented}\n)")) == ast.dump(ast.parse(f"(\n{self._code}\n)"))
        return f"(\n{indented if is_same else self._code.rstrip()}\n{indent})"


def condition_of(cell: str, names: Names) -> Body:
    """Return the condition of a cell; brackets around it let lines begin with & and |."""
    _check(cell)
    try:
        tree = ast.parse(f"(\n{cell}\n)", _CONDITION, "eval")
        code = compile(tree, _CONDITION, "eval")
    except SyntaxError as error:
        # The bracket stands where the line of the magic does, so that lines count as in the cell.
        message, number = error.msg, min(max(error.lineno or 2, 2), 1 + len(cell.rstrip().splitlines()))
    else:
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        return Body(_Condition(cell, code, names), tuple(sorted(used & WORDS.keys())))
    raise UsageError(
        f"The condition cannot be read, line {number} of the cell: {message}. Expected one expression, such as "
        "(profile.LastName == 'Smith') & profile.Address.City.isin(['Seattle'])."
    )


def _evaluated(code: CodeType, names: Names) -> Any:
    # As globals, so that the inside of a comprehension knows the words too.
    known = {**names.variables, **WORDS}
    unknown = ""
    try:
        return names.evaluated(code, known)
    except CpnbError:
        raise
    except NameError as error:
        unknown = error.name or "that the condition names"
    except Exception as error:  # noqa: BLE001 - whatever somebody's own expression raises
        kind, line = type(error).__name__, _line_of(error)
    if not unknown:
        # Without its message, which may hold what stands in a table.
        raise UsageError(
            f"The condition could not be worked out: line {line} of the cell ended with {kind}. Run what stands there "
            "in a cell of its own, which shows the whole error."
        )
    raise UsageError(f"There is no variable {unknown!r}.{did_you_mean(unknown, [*names.shown(), *WORDS])}")


def _line_of(error: Exception) -> int:
    """Return the line of the cell in which an error happened, counted from that of the magic."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 1 for frame in reversed(frames) if frame.filename == _CONDITION), 1)


def query_of(cell: str, names: Names) -> Body:
    """Return the query of a cell, with the values of the variables that it names bound into it."""
    _check(cell)
    text = cell.strip()
    bound = {}
    for name in placeholders(text):
        if name not in names.variables:
            meant = did_you_mean(name, [shown for shown in names.shown() if not callable(names.variables.get(shown))])
            raise UsageError(f"The query names :{name}, and there is no variable {name!r}.{meant}")
        bound[name] = Said(name, lambda name=name: names.variables[name])  # type: ignore[misc]
    return Body(Call(Sql, text, **bound))


def _check(cell: str) -> None:
    if all(not line.strip() or line.lstrip().startswith("#") for line in cell.splitlines()):
        raise UsageError(
            "The cell says nothing. Write below its first line whom you mean: profile.LastName.startswith('S')"
        )
