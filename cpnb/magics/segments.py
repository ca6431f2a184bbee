"""``%cp_segments`` and ``%%cp_segment``: segments, said in a cell."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from IPython.core.error import UsageError
from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from cpnb.domain import Domain
from cpnb.magics.conditions import Body, condition_of, query_of
from cpnb.magics.guessing import fields_of, summary_shown
from cpnb.magics.options import DOMAIN
from cpnb.magics.python_lines import Call, Said
from cpnb.magics.speaking import ProfileMagics, cell, line
from cpnb.matching import Preview
from cpnb.segments import SegmentDefinition, list_segments

__all__ = ["SegmentMagics"]

_DONE = {
    "created": "Created in domain {} at {}:",
    "kept": "Was in domain {} at {} before, as it is said here:",
    "replaced": "Deleted and made anew in domain {} at {}:",
}


@dataclass(frozen=True, slots=True)
class _Deed:
    """All that a cell asks for: a segment, perhaps a look at a table first, and where it is to be."""

    segment: Said[SegmentDefinition]
    body: Body
    preview: Said[Preview] | None
    domain: Said[Domain] | None
    on_other: str

    def script(self, variable: str) -> str:
        """Return the Python that does the same."""
        words = f"from cpnb import {', '.join(self.body.words)}\n" if self.body.words else ""
        lines = [f"import cpnb\n{words}\n{variable} = {self.segment.code()}"]
        if self.preview is not None:
            lines.append(f"print({self.preview.code(names={id(self.segment): variable})})")
        if self.domain is not None:
            settings = {} if self.on_other == "raise" else {"on_other": self.on_other}
            named = {id(self.segment): variable}
            lines.append(self.segment.then("ensure", self.domain, **settings).code(names=named))
        return "\n".join(lines)


@magics_class
class SegmentMagics(ProfileMagics):
    """The magics about segments of one shell."""

    @line(DOMAIN)
    def cp_segments(self, options: Namespace) -> Said[pd.DataFrame]:
        """List the segments of the domain.

        ::

            %cp_segments

        In Python::

            cpnb.list_segments(domain)
        """
        return Call(list_segments, self.names.domain(options.domain))

    @cell(
        argument("name", help="Name of the segment: letters, digits, _ or -."),
        argument("--sql", action="store_true", help="The cell is a query in Spark SQL; :name stands for a variable."),
        argument("--display-name", default=None, help="What people see; the name if not given."),
        argument("--description", default=None, help="What is said about it."),
        argument("--tag", action="append", default=[], metavar="KEY=VALUE", help="A tag; may be given several times."),
        argument("--frame", default=None, help="A table, by variable or expression: show first who matches in it."),
        argument("--fields", default=None, help="With --frame: its field map, a variable or file; by default guessed."),
        argument(
            "--replace", action="store_true", help="If another segment has this name, delete it and make this one."
        ),
        argument("--dry-run", action="store_true", help="Create nothing; say and show it only."),
        DOMAIN,
    )
    def cp_segment(self, options: Namespace, text: str) -> SegmentDefinition | None:
        """Create a segment from the condition, or the query, in the cell.

        The condition is an expression of Python over as many lines as you like, in which ``profile``, ``calculated``
        and ``in_segment`` are known beside your variables::

            %%cp_segment seattle-s --frame people
            profile.Address.City.isin(cities)
            & profile.LastName.startswith("S")

        A cell that is run again finds its segment as it is, and leaves it alone.

        In Python::

            segment = cpnb.SegmentDefinition('smiths', profile.LastName == "Smith")
            segment.ensure(domain)
        """
        deed = self._deed(options, text)
        if options.show_code:
            print(deed.script(options.out or "segment"))  # noqa: T201 - what was asked for
            return None
        segment = deed.segment.value
        if deed.preview is not None:
            self._show(deed.preview.value)
        if deed.domain is not None:
            domain = deed.domain.value
            done = segment.ensure(domain, on_other="replace" if options.replace else "raise")
            place = _DONE[done].format(domain.name, domain.place)
            print(f"{place} {_summary(segment)}")  # noqa: T201 - what was done
        self.store(options.out, segment)
        return None if options.out else segment

    def _deed(self, options: Namespace, text: str) -> _Deed:
        if options.fields and not options.frame:
            raise UsageError("--fields says what the columns of a table are: name the table too, --frame people")
        body = query_of(text, self.names) if options.sql else condition_of(text, self.names)
        said = {"sql" if options.sql else "expression": body.said}
        first = [] if options.sql else [said.pop("expression")]
        segment = Call(
            SegmentDefinition,
            options.name,
            *first,
            **said,
            display_name=options.display_name,
            description=options.description,
            tags=_tags(options.tag),
        )
        domain = self._domain(options)
        return _Deed(
            segment,
            body,
            self._preview(options, segment, domain),
            None if options.dry_run else domain,
            "replace" if options.replace else "raise",
        )

    def _domain(self, options: Namespace) -> Said[Domain] | None:
        """Return the domain; None if none is named and bound, and it can be done without."""
        try:
            return self.names.domain(options.domain)
        except UsageError:
            if options.domain or not options.dry_run:
                raise
            return None

    def _preview(
        self, options: Namespace, segment: Said[SegmentDefinition], domain: Said[Domain] | None
    ) -> Said[Preview] | None:
        if not options.frame:
            return None
        frame = self.names.frame(options.frame)
        place = {} if domain is None else {"domain": domain}
        return segment.then("matches", frame, fields_of(self.names, options, frame, summary_shown), **place)

    def _show(self, noun: object) -> None:
        self.shell.display_pub.publish(*self.shell.display_formatter.format(noun))


def _tags(pairs: Sequence[str]) -> dict[str, str] | None:
    tags = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--tag {pair!r} has no '='. Name the key and its value: --tag team=crm")
        if key in tags:
            raise UsageError(f"--tag {key!r} is given twice; which value is meant? Leave the other out.")
        tags[key] = value
    return tags or None


def _summary(segment: SegmentDefinition) -> str:
    if segment.expression is None:
        return f"segment {segment.name}, in SQL."
    return f"segment {segment.name}, profiles for which {segment.expression.explain()}."
