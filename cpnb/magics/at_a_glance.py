"""``%cp_help``: all magics at a glance, or one in full."""

from __future__ import annotations

import inspect
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from IPython.core.magic import Magics, magics_class
from IPython.core.magic_arguments import argument

from cpnb.display import Html, RowHeader, html_table, markup
from cpnb.errors import did_you_mean
from cpnb.magics.jobs import JobMagics
from cpnb.magics.options import example_of
from cpnb.magics.places import PlaceMagics
from cpnb.magics.python_lines import Said
from cpnb.magics.segments import SegmentMagics
from cpnb.magics.sending import SendingMagics
from cpnb.magics.speaking import ProfileMagics, line
from cpnb.magics.tables import TableMagics

__all__ = ["FAMILY", "Guide", "Help", "HelpMagics", "guide", "magics_of"]

_HEADLINE = "What the magics do; %cp_upload? shows one in full, with its options"


@dataclass(frozen=True, slots=True, repr=False)
class Guide:
    """Magics at a glance, in the order in which one needs them.

    Attributes
    ----------
    parsers : mapping of str to ArgumentParser
        What each takes, by its name.
    """

    parsers: Mapping[str, ArgumentParser]

    def _rows(self) -> list[tuple[str, str, str]]:
        return [
            (name, inspect.cleandoc(parser.description or "").splitlines()[0], example_of(parser))
            for name, parser in self.parsers.items()
        ]

    def __str__(self) -> str:
        rows = self._rows()
        width = max(len(name) for name, _, _ in rows)
        lines = [f"{name:<{width}}  {does}\n{'':<{width}}  {example}" for name, does, example in rows]
        return "\n".join([f"{_HEADLINE}.", *lines])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [
            (RowHeader(name), does, Html(f"<code>{markup(example)}</code>")) for name, does, example in self._rows()
        ]
        return html_table(_HEADLINE, ("Magic", "What it does", "Example"), rows)


@dataclass(frozen=True, slots=True, repr=False)
class Help:
    """The help of one magic.

    Attributes
    ----------
    text : str
        All of it: what it does, an example, the Python that does the same, and every option.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def guide(name: str | None = None) -> Guide | Help:
    """Return all magics at a glance, or the help of one of them.

    Raises
    ------
    ValueError
        If there is no such magic.
    """
    magics = magics_of(FAMILY)
    if name is None:
        return Guide({spelled: magic.parser for spelled, magic in magics.items()})
    asked = name.strip("%?")
    by_name = {spelled.strip("%"): magic for spelled, magic in magics.items()}
    if asked not in by_name:
        raise ValueError(f"There is no magic {name!r}.{did_you_mean(asked, list(by_name))} %cp_help lists all.")
    return Help(inspect.cleandoc(by_name[asked].__doc__))


def magics_of(classes: Iterable[type[Magics]]) -> dict[str, Any]:
    """Return the magics of some classes by their names, such as ``%cp_read`` and ``%%cp_segment``."""
    return {
        sign + name: getattr(one, method)
        for one in classes
        for sign, kind in (("%", "line"), ("%%", "cell"))
        for name, method in one.magics[kind].items()
    }


@magics_class
class HelpMagics(ProfileMagics):
    """The magic that explains all of them."""

    @line(argument("name", nargs="?", default=None, help="A magic, to show all of it; by default all at a glance."))
    def cp_help(self, options: Namespace) -> Said[Guide | Help]:
        """Show all magics at a glance, or one of them in full.

        ::

            %cp_help
            %cp_help cp_upload

        In Python::

            cpnb.magics.guide()
        """
        return Said(
            f"cpnb.magics.guide({options.name!r})" if options.name else "cpnb.magics.guide()",
            lambda: guide(options.name),
        )


FAMILY: tuple[type[ProfileMagics], ...] = (
    PlaceMagics,
    TableMagics,
    SendingMagics,
    JobMagics,
    SegmentMagics,
    HelpMagics,
)
"""All classes of magics, in the order in which one needs them."""
