"""The directives of the pages: what they show is taken from the code, and nothing is said twice.

========================================  ==========================================================================
``.. names:: read scan``                  these names of `cpnb`: a table with a sentence each, then each in full
``.. accessor:: …``                       every method of a pandas accessor
``.. magics::``                           every magic, with its options, from its ``magic_arguments``
``.. command:: cpnb.__main__``            the options of a command, from its parser
``.. targets::``                          the places in a profile that a column can go to, from the service model
``.. sandbox-settings::``                 every setting: default, choices, what it decides, where the default is from
``.. module-text:: cpnb.errors``          the docstring of a module, as it stands
========================================  ==========================================================================
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata, OptionSpec

from cpnb import catalog
from cpnb.magics import FAMILY, magics_of
from cpnb.sandbox.settings import Settings

USAGE_WIDTH = 88
NO_BREAK = "\N{NO-BREAK SPACE}"


class GeneratedDirective(SphinxDirective):
    """A directive that writes reStructuredText; Sphinx reads it in its place."""

    has_content = False
    final_argument_whitespace = True

    def lines(self) -> Iterable[str]:
        """Return what stands in the place of the directive."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes("\n".join(self.lines()), allow_section_headings=True)


class Names(GeneratedDirective):
    """Some names, first as a table, then each with all it has; without a module they are names of `cpnb`."""

    required_arguments = 1

    def lines(self) -> Iterator[str]:
        names = [name if name.startswith("cpnb.") else f"cpnb.{name}" for name in self.arguments[0].split()]
        if len(names) > 1:
            yield from [".. autosummary::", "   :nosignatures:", "", *(f"   ~{name}" for name in names)]
        for name in names:
            yield from ["", *_documented(name)]


def _documented(name: str) -> list[str]:
    """Return the directive that documents a thing."""
    thing = pkgutil.resolve_name(name)
    if inspect.isfunction(thing):
        return [f".. autofunction:: {name}"]
    if inspect.ismodule(thing):
        return [f".. automodule:: {name}"]
    if not inspect.isclass(thing):
        return [f".. autodata:: {name}", "   :no-value:"]
    if issubclass(thing, Enum):
        return [f".. autoclass:: {name}", "   :undoc-members:"]
    return [f".. {'autoexception' if issubclass(thing, Exception) else 'autoclass'}:: {name}"]


class Accessor(GeneratedDirective):
    """The methods of a pandas accessor, under the name by which one calls them."""

    required_arguments = 1
    option_spec: ClassVar[OptionSpec] = {"shown-as": directives.unchanged_required}

    def lines(self) -> Iterator[str]:
        shown_as = self.options["shown-as"]
        methods = [name for name in vars(pkgutil.resolve_name(self.arguments[0])) if not name.startswith("_")]
        yield from [".. autosummary::", "   :nosignatures:", ""]
        yield from [f"   ~{shown_as}.{name}" for name in methods]
        yield ""
        yield from [f".. autoaccessormethod:: {shown_as}.{name}" for name in methods]


class Magics(GeneratedDirective):
    """Every magic as ``%load_ext cpnb`` gives it."""

    def lines(self) -> Iterator[str]:
        for name, method in magics_of(FAMILY).items():
            yield from _magic(name, method)


def _magic(name: str, method: Any) -> Iterator[str]:
    yield from [name, "-" * len(name), ""]
    parser = getattr(method, "parser", None)
    if parser is None:
        yield inspect.cleandoc(method.__doc__)
    else:
        yield from _options(parser, name)
    yield ""


class Command(GeneratedDirective):
    """The options of a command, from the parser that its module makes."""

    required_arguments = 1

    def lines(self) -> Iterator[str]:
        parser = importlib.import_module(self.arguments[0])._parser()  # noqa: SLF001 - a command has no public parts
        yield from _options(parser, parser.prog)


def _options(parser: argparse.ArgumentParser, program: str) -> Iterator[str]:
    """Return what a parser says of itself: how it is called, what it is for, and each option."""
    actions = [action for action in parser._actions if "--help" not in action.option_strings]  # noqa: SLF001 - no other way
    usage = " ".join([program, *(_usage(action).replace(" ", NO_BREAK) for action in actions)])
    wrapped = textwrap.wrap(usage, USAGE_WIDTH, subsequent_indent="    ", break_on_hyphens=False)
    yield from [".. code-block:: text", "", *(f"   {line.replace(NO_BREAK, ' ')}" for line in wrapped), ""]
    yield from [inspect.cleandoc(parser.description or ""), "", f".. program:: {program.lstrip('%')}", ""]
    for action in actions:
        yield from [f".. option:: {_spelled(action)}", "", f"   {_told(action, program)}", ""]


def _told(action: argparse.Action, program: str) -> str:
    """Return the help of an option as sentences, with its choices."""
    told = (action.help or "") % {**vars(action), "prog": program}
    told = told[:1].upper() + told[1:].removesuffix(".") + "."
    return told + (f" One of {_literals(action.choices)}." if action.choices else "")


def _literals(words: Iterable[object]) -> str:
    return ", ".join(f"``{word}``" for word in words)


def _spelled(action: argparse.Action) -> str:
    value = _value(action)
    if not action.option_strings:
        return value
    return ", ".join(f"{option} {value}".strip() for option in action.option_strings)


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    return str(action.metavar or (action.dest.upper() if action.option_strings else action.dest))


def _usage(action: argparse.Action) -> str:
    spelled = f"{action.option_strings[-1]} {_value(action)}".strip() if action.option_strings else _value(action)
    return spelled if action.required else f"[{spelled}]"


class Targets(GeneratedDirective):
    """The places in a profile that a column can go to, from the service model; equal ones share a line."""

    def lines(self) -> Iterator[str]:
        alike: dict[tuple[str, int, tuple[str, ...], str], list[str]] = {}
        for target in catalog.targets().values():
            last = target.name.rpartition(".")[2] if "." in target.name else target.name
            alike.setdefault((last, target.max_length, target.values, target.dimension), []).append(target.name)
        yield from [".. list-table::", "   :header-rows: 1", ""]
        yield from _row("Target", "At most", "In a segment")
        for (_, max_length, values, dimension), names in alike.items():
            yield from _row(
                _literals(names),
                f"one of {_literals(values)}" if values else f"{max_length:,} characters",
                "yes" if dimension else "no",
            )


def _row(first: str, *others: str) -> Iterator[str]:
    yield f"   * - {first}"
    yield from (f"     - {other}" for other in others)


class SandboxSettings(GeneratedDirective):
    """Every setting of the sandbox, from its declaration."""

    def lines(self) -> Iterator[str]:
        for name, declared in Settings.described().items():
            yield from [f".. confval:: {name}", "", f"   {declared['asks']}", ""]
            yield from [f"   {_allowed(declared)} Source: {declared['source']}.", ""]


def _allowed(declared: dict[str, Any]) -> str:
    """Return the default of a setting and what else it may be, as a sentence."""
    default = f"Default: ``{declared['default']}``" if declared["default"] != "" else "Default: empty"
    if "choices" in declared:
        return f"{default}; else {_literals(declared['choices'][1:])}."
    if "range" in declared:
        lowest, highest = declared["range"]
        return f"{default}; from {lowest:,} to {highest:,}."
    return f"{default}; else {'a regular expression of RE2' if 'pattern' in declared else 'a text'}."


class ModuleText(GeneratedDirective):
    """The docstring of a module."""

    required_arguments = 1

    def lines(self) -> Iterator[str]:
        yield inspect.cleandoc(importlib.import_module(self.arguments[0]).__doc__ or "")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Give Sphinx the directives."""
    app.add_directive("names", Names)
    app.add_directive("accessor", Accessor)
    app.add_directive("magics", Magics)
    app.add_directive("command", Command)
    app.add_directive("targets", Targets)
    app.add_directive("sandbox-settings", SandboxSettings)
    app.add_directive("module-text", ModuleText)
    return {"parallel_read_safe": True}
