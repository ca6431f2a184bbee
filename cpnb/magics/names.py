"""What the words of a line mean: variables of the notebook, expressions, files, and the domain that is bound."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from cpnb.cleaned import Cleaned
from cpnb.cleaned_scan import CleanedScan
from cpnb.domain import Domain
from cpnb.errors import CpnbError, did_you_mean
from cpnb.fields import FieldMap
from cpnb.frames import Table, is_table
from cpnb.magics.python_lines import Call, Said
from cpnb.magics.words import quoted
from cpnb.sandbox_process import Sandbox
from cpnb.suggested import Suggestions

__all__ = ["NO_DOMAIN", "Names"]

NO_DOMAIN = (
    "No domain is bound, so there is nowhere to go. Run one of these first:\n"
    "    %cp_sandbox start --domain loyalty\n"
    "    %cp_domain loyalty --profile prod"
)

T = TypeVar("T")


class Names:
    """The names of one shell, with the sandbox and the domain that its magics have bound.

    Nothing here outlives the shell, and two shells share nothing.

    Attributes
    ----------
    sandbox : Said of Sandbox, optional
        The sandbox that a magic started.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self.sandbox: Said[Sandbox] | None = None
        self._bound: Said[Domain] | None = None

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the notebook."""
        variables: dict[str, Any] = self._shell.user_ns
        return variables

    def variables_with(self, kind: type | tuple[type, ...]) -> Iterator[str]:
        """Go through the variables that hold a kind of thing, but for those that IPython has for itself."""
        for name, value in list(self.variables.items()):
            if isinstance(value, kind) and not name.startswith("_"):
                yield name

    def shown(self) -> Iterator[str]:
        """Go through the names of all variables that are not IPython's own."""
        return self.variables_with(object)

    def evaluated(self, code: CodeType, variables: dict[str, Any]) -> Any:
        """Return the value of an expression, with the names that a cell has beside its variables."""
        with self._shell.builtin_trap:
            return eval(code, variables)  # noqa: S307 - what somebody types into a cell of their own

    def bind(self, domain: Said[Domain]) -> Domain:
        """Make a domain the one for all magics that name none, and return it."""
        made = domain.value
        self._bound = domain
        return made

    def running_sandbox(self) -> Said[Sandbox] | None:
        """Return the sandbox that a magic started, if it still runs."""
        if self.sandbox is None or not self.sandbox.value.running:
            return None
        return self._by_its_variable(self.sandbox)

    def domain(self, text: str | None) -> Said[Domain]:
        """Return the domain of a name, or of a variable or expression; without one, that which is bound."""
        if text is None:
            return self.bound_domain()
        if isinstance(self.variables.get(text), Domain):
            return Said(text, lambda: self.variables[text])
        if _is_member(text):
            return self._expected(text, _parsed(text), Domain, "a Domain")
        sandbox = self.running_sandbox()
        if sandbox is not None:
            return sandbox.then("domain", text)
        nowhere = f"\n{NO_DOMAIN}" if self._bound is None else ""
        raise UsageError(
            f"{text!r} is neither a variable that holds a Domain nor a domain of a running sandbox."
            f"{did_you_mean(text, list(self.variables_with(Domain)))}{nowhere}"
        )

    def known_domain(self, text: str | None) -> Domain | None:
        """Return the domain that is bound, or that of a variable, without asking anybody; None if there is none."""
        held = self._bound.value if text is None and self._bound is not None else self.variables.get(text or "")
        return held if isinstance(held, Domain) else None

    def bound_domain(self) -> Said[Domain]:
        """Return the domain that is bound, said by a variable if one holds it."""
        if self._bound is None:
            raise UsageError(NO_DOMAIN)
        said = self._by_its_variable(self._bound)
        sandbox = self.running_sandbox()
        domain = self._bound.value
        if said is self._bound and sandbox is not None and domain.endpoint_url == sandbox.value.url:
            return Said(sandbox.then("domain", domain.name).code(), lambda: domain)
        return said

    def _by_its_variable(self, said: Said[T]) -> Said[T]:
        held = said.value
        names = [name for name in self.variables_with(type(held)) if self.variables[name] is held]
        return Said(names[0], lambda: held) if names else said

    def forget_sandbox(self) -> None:
        """Stop the sandbox, if a magic started one, and forget the domain if it was there."""
        if self.sandbox is None:
            return
        sandbox = self.sandbox.value
        if self._bound is not None and self._bound.value.endpoint_url == sandbox.url:
            self._bound = None
        sandbox.stop()
        self.sandbox = None

    def tables(self) -> Iterator[str]:
        """Go through the variables that hold a table, of whichever kind."""
        return (name for name in self.shown() if is_table(self.variables[name]))

    def frame(self, text: str) -> Said[Table]:
        """Return the table that a variable holds, or an expression stands for."""
        if not text.isidentifier():
            if _is_file(text):
                raise UsageError(f"{text!r} is a file. Read it first: %cp_read {quoted(text)} -o people")
            expression = _parsed(text)
            return Said(text, lambda: self._table(text, self._worked_out(text, expression)))
        return Said(text, lambda: self._frame_called(text))

    def _frame_called(self, name: str) -> Table:
        if name not in self.variables:
            raise UsageError(f"There is no variable {name!r}.{did_you_mean(name, list(self.tables()))}")
        value = self.variables[name]
        if is_table(value):
            table: Table = value
            return table
        way_out = f" Its table is {name}.frame." if isinstance(value, Cleaned | CleanedScan) else ""
        if type(value).__module__.startswith("dask."):
            way_out = f" Of Dask's there is {name}.cp.upload(...), after import cpnb.dask; the magics know none."
        raise UsageError(
            f"{name!r} is a {type(value).__name__}; expected a variable that holds a pandas DataFrame.{way_out}"
        )

    def _table(self, text: str, value: Any) -> Table:
        if is_table(value):
            table: Table = value
            return table
        raise UsageError(f"{text} is a {type(value).__name__}; expected a pandas DataFrame.")

    def fields(self, text: str) -> Said[FieldMap]:
        """Return the field map of a variable, a file or an expression."""
        held = self.variables.get(text)
        if isinstance(held, Suggestions):
            return Said(f"{text}.fields", lambda: held.fields)
        if isinstance(held, FieldMap):
            return Said(text, lambda: held)
        if _is_file(text):
            return Call(FieldMap.load, text)
        if _is_member(text) and not text.endswith(".json"):
            return self._expected(text, _parsed(text), FieldMap, "a FieldMap")
        it_is = f"--fields {text!r} is neither a variable that holds a FieldMap nor a file."
        if held is not None:
            it_is = f"--fields {text!r} is a {type(held).__name__}; expected a FieldMap, or the name of its file."
        raise UsageError(f"{it_is}{did_you_mean(text, list(self.variables_with((FieldMap, Suggestions))))}")

    def thing(self, option: str, text: str | None, kind: type[T]) -> Said[T] | None:
        """Return what a variable or an expression stands for; None if an option is not given."""
        if text is None:
            return None
        return self._expected(text, _parsed(text), kind, f"a {kind.__name__} for {option}")

    def _expected(self, text: str, code: CodeType, kind: type[T], words: str) -> Said[T]:
        def make() -> T:
            value = self._worked_out(text, code)
            if isinstance(value, kind):
                return value
            raise UsageError(f"{text} is a {type(value).__name__}; expected {words}.")

        return Said(text, make)

    def _worked_out(self, text: str, code: CodeType) -> Any:
        """Return the value of an expression; what goes wrong in it is told without the values that it met."""
        try:
            return self.evaluated(code, self.variables)
        except CpnbError:
            raise
        except NameError as error:
            # That of pandas, for a name in a query, tells none.
            problem = "It uses a name that there is not."
            if name := error.name:
                problem = f"There is no variable {name!r}.{did_you_mean(name, list(self.shown()))}"
        except AttributeError as error:
            near = did_you_mean(error.name or "", dir(error.obj)) if error.obj is not None else ""
            problem = f"{type(error.obj).__name__} has no {error.name!r}.{near}"
        except KeyError as error:
            # A key that was typed may be shown; any other may be the value of a cell.
            key = error.args[0] if error.args and isinstance(error.args[0], str) else ""
            problem = f"There is no {key!r} in it." if key and key in text else "It looks for a key that is not there."
        except Exception as error:  # noqa: BLE001 - whatever somebody's own expression raises; its text may hold a cell
            problem = f"It ends with {type(error).__name__}; in a cell of its own it says why."
        raise UsageError(f"{text} cannot be worked out. {problem}")


def _is_file(text: str) -> bool:
    """Return whether there is a file of this name; an expression may be longer than the name of any."""
    try:
        return Path(text).is_file()
    except OSError:
        return False


def _parsed(text: str) -> CodeType:
    try:
        return compile(text.strip(), "<expression>", "eval", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two for what is nested too deeply
        pass
    raise UsageError(
        f"{text!r} is neither the name of a variable nor an expression of Python, such as "
        'people[people.country == "US"].'
    )


def _is_member(text: str) -> bool:
    """Return whether a text is an expression such as ``guess.fields`` or ``maps["us"]``."""
    try:
        parsed = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return False
    return isinstance(parsed.body, ast.Attribute | ast.Call | ast.Subscript)
