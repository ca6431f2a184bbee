"""Tab: what can come next in the line of a magic, and in the cell of ``%%cp_segment``.

By IPython's matchers, version 2, which JupyterLab, Notebook and the terminal all ask through the same shell.
"""

from __future__ import annotations

import re
from argparse import Action, ArgumentParser
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher
from IPython.core.interactiveshell import InteractiveShell

from cpnb.errors import ExpressionError
from cpnb.magics.at_a_glance import FAMILY, magics_of
from cpnb.magics.candidates import Candidate, Candidates
from cpnb.magics.conditions import WORDS
from cpnb.magics.names import Names
from cpnb.magics.options import Given, Reading, declared, may_be_repeated
from cpnb.magics.words import Line, Word, quoted

__all__ = ["attach", "detach"]

IDENTIFIER = "cpnb"

# Before all others: in the line of a magic nothing that is Python can come next.
_PRIORITY = 1000

# The line of a magic up to the cursor; the sign may be missing, as IPython takes `cp_upload people` for the magic too.
_LINE = re.compile(r"\s*(?:[\w.,\s]+=\s*%|%{0,2})(?P<name>cp_\w+)\s(?P<line>.*)", re.DOTALL)

# The ends of what is typed, in a condition.
_MEMBER = re.compile(r"(?<![\w.])profile((?:\.\w+)*)\.(\w*)$")
_WORD = re.compile(r"(?<![\w.])(\w+)$")
_ATTRIBUTE = re.compile(r"\bprofile\.Attributes\[\s*['\"]([^'\"]*)$")
_SEGMENT = re.compile(r"\bin_segment\(\s*['\"]([^'\"]*)$")


@dataclass(frozen=True, slots=True)
class _Found:
    """What may stand in place of the end of what is typed."""

    end: str
    texts: list[tuple[str, str]]
    is_all: bool = True


def attach(shell: InteractiveShell, names: Names) -> None:
    """Let the shell complete the lines of the magics."""
    shell.Completer.custom_matchers.append(_matcher(names))


def detach(shell: InteractiveShell) -> None:
    """Undo `attach`."""
    matchers = shell.Completer.custom_matchers
    matchers[:] = [one for one in matchers if getattr(one, "matcher_identifier", "") != IDENTIFIER]


def _matcher(names: Names) -> Callable[[CompletionContext], SimpleMatcherResult]:
    candidates = Candidates(names, _parsers())

    @context_matcher(identifier=IDENTIFIER, priority=_PRIORITY)
    def complete(context: CompletionContext) -> SimpleMatcherResult:
        found = _found(context, candidates)
        completions = [SimpleCompletion(text, type=kind) for text, kind in found.texts]
        return {
            "completions": completions,
            "matched_fragment": found.end,
            "suppress": found.is_all and bool(completions),
            "ordered": True,
        }

    matcher: Callable[[CompletionContext], SimpleMatcherResult] = complete
    return matcher


def _found(context: CompletionContext, candidates: Candidates) -> _Found:
    lines = context.full_text.split("\n")
    here = lines[context.cursor_line]
    before, after = here[: context.cursor_position], here[context.cursor_position :]
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    body_of = _LINE.fullmatch(f"{lines[first]} ") if lines[first].lstrip().startswith("%%") else None
    if body_of is not None and context.cursor_line > first:
        return _in_body(before, body_of, candidates)
    start = context.cursor_line
    while start > 0 and lines[start - 1].rstrip().endswith("\\"):
        start -= 1
    continued = [line.rstrip()[:-1] for line in lines[start : context.cursor_line]]
    match = _LINE.fullmatch(" ".join([*continued, before]))
    parser = _parsers().get(match["name"]) if match is not None else None
    if match is None or parser is None:
        return _in_strings(before, candidates, _nothing_said())
    found = _in_line(_Place(match["name"], parser, match["line"], after), candidates)
    return found if before.endswith(found.end) else _Found("", [])


def _parsers() -> dict[str, ArgumentParser]:
    return {name.strip("%"): magic.parser for name, magic in magics_of(FAMILY).items()}


def _nothing_said() -> Reading:
    return Reading([], [], [], [])


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of the cursor in the line of a magic."""

    magic: str
    parser: ArgumentParser
    before: str
    after: str


def _in_line(place: _Place, candidates: Candidates) -> _Found:
    line = Line.of(place.before)
    is_new = not line.words or (place.before[-1].isspace() and not line.unclosed)
    word = Word("", len(place.before)) if is_new else line.words[-1]
    earlier = line.words if is_new else line.words[:-1]
    raw = place.before[word.start :]
    reading = Reading.of(place.parser, earlier)
    if word.is_option or raw == "-":
        spelled, equals, typed = word.text.partition("=")
        if not equals:
            return _Found(raw, _options(place.parser, reading, raw))
        given = _given(place.parser, spelled)
        return _Found(raw, []) if given is None else _values(place, candidates, given, raw.partition("=")[2], typed)
    if reading.open_option is not None:
        return _values(place, candidates, reading.given[-1], raw, word.text)
    found = _Found(raw, [])
    if reading.pending:
        found = _values(place, candidates, Given(reading.pending[0], ""), raw, word.text)
    if not raw and not (reading.pending and reading.pending[0].required and found.texts):
        return _Found(raw, found.texts + _options(place.parser, reading, raw))
    return found


def _given(parser: ArgumentParser, spelled: str) -> Given | None:
    return next((Given(action, spelled) for action in declared(parser) if spelled in action.option_strings), None)


def _options(parser: ArgumentParser, reading: Reading, typed: str) -> list[tuple[str, str]]:
    """Return the options that are not in the line yet, in the order of the help, by their long names."""
    there = {each.action.dest for each in reading.given if not may_be_repeated(each.action)}
    actions = [action for action in declared(parser) if action.option_strings and action.dest not in there]
    names = [name for action in actions for name in (action.option_strings if typed else [_long_name(action)])]
    fitting = [name for name in names if name.startswith(typed)]
    return [(name, "param") for name in fitting]


def _long_name(action: Action) -> str:
    return max(action.option_strings, key=len)


def _values(place: _Place, candidates: Candidates, given: Given, raw: str, typed: str) -> _Found:
    """Return the values that an argument may have, between quotation marks where they need them."""
    if any(sign in raw for sign in "([{") and given.action.dest in {"frame", "fields", "options", "schema"}:
        return _Found("", [])  # within the brackets of an expression, what comes next is Python
    # What stands behind the cursor counts too: the table may be named there.
    words = [*Line.of(place.before[: len(place.before) - len(raw)]).words, Word("x", 0, is_quoted=True)]
    reading = Reading.of(place.parser, [*words, *Line.of(place.after).words])
    found = candidates.of(place.magic, given, reading, typed)
    mark = raw[:1] if raw[:1] in {"'", '"'} else ""
    return _Found(raw, [(_as_word(each, mark), each.kind) for each in found])


def _as_word(candidate: Candidate, mark: str) -> str:
    """Return a candidate as it is to stand in the line; what goes on is left open behind."""
    text = candidate.text
    word = f"{mark}{text}{mark}" if mark and mark not in text else quoted(text)
    return word[:-1] if candidate.goes_on and word != text else word


def _in_body(before: str, first: re.Match[str], candidates: Candidates) -> _Found:
    """Return what may come next in a condition, which knows words that are no variables."""
    parser = _parsers().get(first["name"])
    if parser is None:
        return _Found("", [])
    if (member := _MEMBER.search(before)) is not None:
        return _Found(member[2], [(name, "property") for name in _members(member[1]) if name.startswith(member[2])])
    found = _in_strings(before, candidates, Reading.of(parser, Line.of(first["line"]).words))
    if found.texts or (word := _WORD.search(before)) is None:
        return found
    return _Found(word[1], [(name, "instance") for name in WORDS if name.startswith(word[1])], is_all=False)


def _members(path: str) -> list[str]:
    thing: Any = WORDS["profile"]
    try:
        for name in path.split(".")[1:]:
            thing = getattr(thing, name)
    except (AttributeError, ExpressionError):
        return []
    return [name for name in dir(thing) if not name.startswith("_")]


def _in_strings(before: str, candidates: Candidates, reading: Reading) -> _Found:
    """Return names of custom attributes and segments, where a condition asks for one in any cell."""
    if (attribute := _ATTRIBUTE.search(before)) is not None:
        return _starting(attribute[1], candidates.custom_attributes())
    if (segment := _SEGMENT.search(before)) is not None:
        return _starting(segment[1], candidates.segments(reading))
    return _Found("", [])


def _starting(typed: str, candidates: Iterable[Candidate]) -> _Found:
    return _Found(typed, [(each.text, each.kind) for each in candidates if each.text.startswith(typed)])
