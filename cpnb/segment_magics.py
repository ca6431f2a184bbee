"""``%cp_segments`` and ``%%cp_segment``: segments, said in a cell."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Sequence
from typing import Any, Protocol

import pandas as pd
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from cpnb.domain import Domain
from cpnb.errors import CpnbError, SegmentExistsError, did_you_mean
from cpnb.expressions import calculated, in_segment, profile
from cpnb.fields import FieldMap
from cpnb.magic_lines import check_variable, in_one_line, parsed
from cpnb.segments import SegmentDefinition, Sql, list_segments, placeholders

__all__ = ["SegmentMagics"]

_CONDITION = "<condition>"
"""What the cell is called where an error says in which file it happened."""

# What a condition is made of; in the cell of a segment these names mean this, whatever variables are called.
_WORDS = {"profile": profile, "calculated": calculated, "in_segment": in_segment}


class LookUps(Protocol):
    """What names in a line mean."""

    def domain_named(self, name: str | None) -> Domain:
        """Return the domain of a name; without one, that which is bound."""

    def frame_named(self, name: str) -> pd.DataFrame:
        """Return the table that a variable holds."""

    def fields_named(self, frame: str, given: str | None) -> FieldMap:
        """Return the field map that a variable or file holds; without one, that which is guessed for a table."""


@magics_class
class SegmentMagics(Magics):
    """The magics about segments of one shell."""

    def __init__(self, shell: InteractiveShell, names: LookUps) -> None:
        super().__init__(shell)
        self._names = names

    @in_one_line
    @magic_arguments()
    @argument("--domain", default=None, help="Another domain of the sandbox that runs, or a variable that holds one.")
    @argument("-o", "--out", default=None, help="Store the table in this variable, and do not show it.")
    @line_magic
    def cp_segments(self, line: str) -> pd.DataFrame | None:
        """List the segments of the domain.

        ::

            %cp_segments
        """
        options = parsed(self.cp_segments, line)
        check_variable(options.out)
        segments = list_segments(self._names.domain_named(options.domain))
        self._store(options.out, segments)
        return None if options.out else segments

    @in_one_line
    @magic_arguments()
    @argument("name", help="Name of the segment: letters, digits, _ or -.")
    @argument("--sql", action="store_true", help="The cell is a query in Spark SQL; :name stands for a variable.")
    @argument("--display-name", default=None, help="What people see; the name if not given.")
    @argument("--description", default=None, help="What is said about it.")
    @argument("--tag", action="append", default=[], metavar="KEY=VALUE", help="A tag; may be given several times.")
    @argument("--frame", default=None, help="Variable with a table: show first whom the condition matches in it.")
    @argument("--fields", default=None, help="With --frame: its field map, a variable or file; by default guessed.")
    @argument("--replace", action="store_true", help="If another segment has this name, delete it and make this one.")
    @argument("--dry-run", action="store_true", help="Create nothing; say and show it only.")
    @argument("--domain", default=None, help="Another domain of the sandbox that runs, or a variable that holds one.")
    @argument("-o", "--out", default=None, help="Store the definition in this variable, and do not show it.")
    @cell_magic
    def cp_segment(self, line: str, cell: str) -> SegmentDefinition | None:
        """Create a segment from the condition, or the query, in the cell.

        The condition is an expression of Python over as many lines as you like, in which ``profile``, ``calculated``
        and ``in_segment`` are known beside your variables::

            %%cp_segment seattle-s --frame people
            profile.Address.City.isin(cities)
            & profile.LastName.startswith("S")

        A cell that is run again finds its segment as it is, and leaves it alone.
        """
        options = parsed(self.cp_segment, line)
        check_variable(options.out)
        if options.fields and not options.frame:
            raise UsageError("--fields says what the columns of a table are: name the table too, --frame people")
        said = {"sql": self._query(cell)} if options.sql else {"expression": self._condition(cell)}
        segment = SegmentDefinition(
            options.name,
            **said,
            display_name=options.display_name,
            description=options.description,
            tags=_tags(options.tag),
        )
        domain = self._domain(options.domain, options.dry_run)
        if options.frame:
            data = self._names.frame_named(options.frame)
            self._show(segment.matches(data, self._names.fields_named(options.frame, options.fields), domain=domain))
        if domain is not None and not options.dry_run:
            print(f"{_put(segment, domain, options.replace)} {_summary(segment)}")  # noqa: T201 - what was done
        self._store(options.out, segment)
        return None if options.out else segment

    def _domain(self, name: str | None, is_optional: bool) -> Domain | None:  # noqa: FBT001 - an option of the line
        """Return the domain; None if none is named and bound, and it can be done without."""
        try:
            return self._names.domain_named(name)
        except UsageError:
            if name or not is_optional:
                raise
            return None

    def _condition(self, cell: str) -> Any:
        """Return what the cell says; its brackets let lines begin with & and |."""
        _check_body(cell)
        try:
            code = compile(f"(\n{cell}\n)", _CONDITION, "eval")
        except SyntaxError as error:
            # The bracket stands where the line of the magic does, so that lines count as in the cell.
            message, number = error.msg, min(max(error.lineno or 2, 2), 1 + len(cell.rstrip().splitlines()))
        else:
            return self._evaluated(code)
        raise UsageError(
            f"The condition cannot be read, line {number} of the cell: {message}. Expected one expression, such as "
            "(profile.LastName == 'Smith') & profile.Address.City.isin(['Seattle'])."
        )

    def _evaluated(self, code: Any) -> Any:
        # As globals, so that the inside of a comprehension knows the words too.
        names = {**self.shell.user_ns, **_WORDS}
        unknown = ""
        try:
            with self.shell.builtin_trap:
                return eval(code, names)  # noqa: S307 - the cell of the person who runs it, like every other cell
        except CpnbError:
            raise
        except NameError as error:
            unknown = error.name or "that the condition names"
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            kind, line = type(error).__name__, _line_of(error)
        if not unknown:
            # Without its message, which may hold what stands in a table.
            raise UsageError(
                f"The condition could not be worked out: line {line} of the cell ended with {kind}. Run what stands "
                "there in a cell of its own, which shows the whole error."
            )
        raise UsageError(f"There is no variable {unknown!r}.{did_you_mean(unknown, _shown(names))}")

    def _query(self, cell: str) -> Sql:
        """Return the query of the cell, with the values of the variables that it names bound into it."""
        _check_body(cell)
        text = cell.strip()
        names = placeholders(text)
        variables = self.shell.user_ns
        for name in names:
            if name not in variables:
                meant = did_you_mean(
                    name, _shown({key: value for key, value in variables.items() if not callable(value)})
                )
                raise UsageError(f"The query names :{name}, and there is no variable {name!r}.{meant}")
        return Sql(text, **{name: variables[name] for name in names})

    def _show(self, noun: object) -> None:
        self.shell.display_pub.publish(*self.shell.display_formatter.format(noun))

    def _store(self, out: str | None, result: object) -> None:
        if out:
            self.shell.user_ns[out] = result


def _check_body(cell: str) -> None:
    if all(not line.strip() or line.lstrip().startswith("#") for line in cell.splitlines()):
        raise UsageError(
            "The cell says nothing. Write below its first line whom you mean: profile.LastName.startswith('S')"
        )


def _line_of(error: Exception) -> int:
    """Return the line of the cell in which an error happened, counted from that of the magic."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 1 for frame in reversed(frames) if frame.filename == _CONDITION), 1)


def _shown(names: dict[str, Any]) -> Sequence[str]:
    return [name for name in names if not name.startswith("_")]


def _tags(pairs: Sequence[str]) -> dict[str, str] | None:
    tags = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--tag {pair!r} has no '='. Name the key and its value: --tag team=crm")
        tags[key] = value
    return tags or None


def _put(segment: SegmentDefinition, domain: Domain, replaces: bool) -> str:  # noqa: FBT001 - an option of the line
    """Have the segment in the domain, and return what was done."""
    where = f"in domain {domain.name} at {domain.place}"
    try:
        segment.create(domain)
        return f"Created {where}:"
    except SegmentExistsError:
        if SegmentDefinition.get(domain, segment.name).to_api() == segment.to_api():
            return f"Was {where} before, as it is said here:"
        if not replaces:
            raise
    with warnings.catch_warnings(record=True) as told:
        segment.replace(domain)
    for one in told:
        warnings.warn_explicit(one.message, one.category, "%%cp_segment", 1)  # where it was said, and not here
    return f"Deleted and made anew {where}:"


def _summary(segment: SegmentDefinition) -> str:
    if segment.expression is None:
        return f"segment {segment.name}, in SQL."
    return f"segment {segment.name}, profiles for which {segment.expression.explain()}."
