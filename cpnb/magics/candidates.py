"""What can stand at a place of a line: variables, columns, files, domains, segments, targets, choices."""

from __future__ import annotations

import ast
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandera.pandas as pandera

from cpnb import catalog
from cpnb.domain import Domain
from cpnb.fields import FieldMap
from cpnb.frames import column_names, is_table
from cpnb.headers import slug
from cpnb.magics.names import Names
from cpnb.magics.options import Given, Reading
from cpnb.magics.recently import Recently
from cpnb.repairs import DEFAULTS, HEADER_ROWS, REPAIRS
from cpnb.suggested import Suggestions
from cpnb.upload_options import UploadOptions

__all__ = ["Candidate", "Candidates"]

MOST = 500
"""Names that are looked at in a folder or a domain, and offered at most. Source: the limit of IPython's completer."""

_DATA_FILES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may stand at a place.

    Attributes
    ----------
    text : str
        It, without quotation marks.
    kind : str
        What it is, in a word that front ends show beside it.
    goes_on : bool
        Whether more of the same word is to come, as after the name of a folder.
    """

    text: str
    kind: str
    goes_on: bool = False


class Candidates:
    """What may stand at the places of lines in one shell.

    Parameters
    ----------
    names : Names
        The variables, and the domain that is bound.
    magics : iterable of str
        The names of all magics.
    """

    def __init__(self, names: Names, magics: Iterable[str]) -> None:
        self._names = names
        self._recently = Recently()
        # By the names of arguments; those of one magic alone with the magic's before them.
        self._sources: Mapping[str, Callable[[Reading, str], Iterable[Candidate]]] = {
            "frame": lambda _, __: self._variables_called(self._names.tables()),
            "fields": lambda _, typed: [*self._variables(FieldMap, Suggestions), *_files(typed, (".json",))],
            "schema": lambda _, __: self._variables(pandera.DataFrameSchema),
            "options": lambda _, __: self._variables(UploadOptions),
            "domain": lambda _, __: [*self._variables(Domain), *self._sandbox_domains()],
            "unique_key": lambda reading, _: self._columns(reading),
            "attributes": lambda reading, _: [*self._columns(reading), Candidate("all", "keyword")],
            "with_field": self._pairs,
            "path": lambda _, typed: _files(typed, _DATA_FILES),
            "steps": lambda _, __: _repairs(DEFAULTS),
            "cp_fields.without": lambda reading, _: self._columns(reading),
            "cp_clean.without": lambda _, __: _repairs(),
            "cp_domain.name": lambda _, __: self._variables(Domain),
            "cp_help.name": lambda _, __: [Candidate(name, "magic") for name in magics],
            "cp_segment.name": lambda reading, _: self.segments(reading),
        }

    def of(self, magic: str, given: Given, reading: Reading, typed: str) -> Iterator[Candidate]:
        """Go through what may be the value of an argument, and begins with what is typed already.

        Parameters
        ----------
        magic : str
            Name of the magic, without its signs.
        given : Given
            The argument, with the values that the line gives it before.
        reading : Reading
            All of the line.
        typed : str
            The beginning of the value.
        """
        dest = given.action.dest
        source = self._sources.get(f"{magic}.{dest}", self._sources.get(dest))
        found: Iterable[Candidate] = (Candidate(str(choice), "keyword") for choice in given.action.choices or ())
        if source is not None:
            found = source(reading, typed)
        fitting = (each for each in found if each.text.casefold().startswith(typed.casefold()))
        yield from (each for each in itertools.islice(fitting, MOST) if each.text not in given.texts)

    def _variables(self, *kinds: type) -> Iterator[Candidate]:
        return self._variables_called(self._names.variables_with(kinds))

    def _variables_called(self, names: Iterable[str]) -> Iterator[Candidate]:
        variables = self._names.variables
        return (Candidate(name, type(variables[name]).__name__) for name in names)

    def _columns(self, reading: Reading) -> list[Candidate]:
        """Return the columns of the table in the line; of an expression, those of the first table that it names."""
        text = reading.value_of("frame") or ""
        try:
            nodes = list(ast.walk(ast.parse(text.strip(), mode="eval")))
        except (SyntaxError, ValueError):
            return []
        words = [node.id for node in nodes if isinstance(node, ast.Name)]
        tables = [self._names.variables.get(word) for word in words]
        table = next((table for table in tables if is_table(table)), None)
        return [Candidate(column, "column") for column in column_names(table)]

    def _pairs(self, reading: Reading, typed: str) -> Iterator[Candidate]:
        """Go through columns, and behind a column through the targets that it may go to."""
        column, equals, _ = typed.rpartition("=")
        if not equals:
            yield from (Candidate(f"{each.text}=", "column", goes_on=True) for each in self._columns(reading))
            return
        targets = [f"Attributes.{slug(column)}", *(target.name for target in catalog.targets().values())]
        yield from (Candidate(f"{column}={target}", "target") for target in targets)

    def _sandbox_domains(self) -> list[Candidate]:
        sandbox = self._names.running_sandbox()
        if sandbox is None:
            return []
        running = sandbox.value
        found = self._recently.names(running.url, lambda: tuple(running.status()["profile_counts"]))
        return [Candidate(name, "domain") for name in found]

    def segments(self, reading: Reading) -> list[Candidate]:
        """Return the segments of the domain that a line names, or that is bound; no domain is made for it."""
        domain = self._names.known_domain(reading.value_of("domain"))
        if domain is None:
            return []
        found = self._recently.names((domain.endpoint_url, domain.name), lambda: _segments_of(domain))
        return [Candidate(name, "segment") for name in found]

    def custom_attributes(self) -> list[Candidate]:
        """Return the custom attributes that field maps in variables write: no other is known."""
        maps = [self._names.variables[name] for name in self._names.variables_with((FieldMap, Suggestions))]
        targets = [one.name for each in maps for one in (each.fields if isinstance(each, Suggestions) else each)]
        custom = dict.fromkeys(name for name in targets if name.startswith("Attributes."))
        return [Candidate(name.removeprefix("Attributes."), "attribute") for name in custom]


def _segments_of(domain: Domain) -> tuple[str, ...]:
    items = itertools.islice(domain.pages("ListSegmentDefinitions"), MOST)
    return tuple(str(item["SegmentDefinitionName"]) for item in items)


def _repairs(*more: str) -> list[Candidate]:
    return [Candidate(name, "keyword") for name in (*more, *(one.name for one in REPAIRS), HEADER_ROWS)]


def _files(typed: str, endings: tuple[str, ...]) -> Iterator[Candidate]:
    """Go through the files of some kinds, and the folders, in the folder that a path leads to so far."""
    folder = typed[: len(typed) - len(typed.rpartition("/")[2])]
    try:
        with os.scandir(Path(folder).expanduser() if folder else ".") as entries:
            found = sorted(itertools.islice(entries, MOST), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield Candidate(f"{folder}{entry.name}/", "path", goes_on=True)
        elif entry.name.casefold().endswith(endings):
            yield Candidate(folder + entry.name, "path")
