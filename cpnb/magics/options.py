"""The options of the magics, how they are read, and what is said about those that cannot be."""

from __future__ import annotations

from argparse import Action, ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic_arguments import argument

from cpnb.errors import did_you_mean, listed
from cpnb.magics.words import Line, Word
from cpnb.planning import ON_INVALID

__all__ = ["ALWAYS", "Given", "Reading", "declared", "example_of", "may_be_repeated", "parsed"]

FRAME = argument(
    "frame",
    help="The table: a variable that holds a DataFrame or another kind of table, or an expression for one in Python.",
)
FIELDS = argument("--fields", default=None, help="Variable, or JSON file, with a field map; by default it is guessed.")
UNIQUE_KEY = argument("--unique-key", default=None, help="Column by which the service recognises a customer.")
REGION = argument("--region", default=None, help="Country of phone numbers without +, such as US; not the AWS region.")
DOMAIN = argument(
    "--domain", default=None, help="Another domain of the sandbox that runs, or a variable that holds one."
)
DATA_EXPIRY = argument(
    "--expiry",
    "--data-expiry",
    dest="data_expiry",
    metavar="DAYS",
    type=int,
    default=None,
    help="Days after which a profile that is not updated again is deleted, 1 to 1098; 14 if nothing is said. "
    "The service's guide allows imports no more than 90, and so does the sandbox.",
)
MARKER = argument(
    "--marker",
    default=None,
    metavar="NAME=VALUE",
    help="A custom attribute for every row, to find these rows by later.",
)
ON_INVALID_OPTION = argument(
    "--on-invalid", choices=list(ON_INVALID), default="raise", help="What to do about errors in the table."
)
OPTIONS = argument("--options", default=None, help="The rare settings: a variable that holds a cpnb.UploadOptions.")
ALWAYS = (
    argument(
        "-o", "--out", default=None, metavar="NAME", help="Store the result in this variable, and do not show it."
    ),
    argument("--show-code", action="store_true", help="Print the Python that does the same, and do nothing else."),
    argument("-h", "--help", action="store_true", help="Show this help, and do nothing else."),
)
"""What every magic takes."""


@dataclass(slots=True)
class Given:
    """An argument that a line gives: which one, how it is spelled there, and the texts of its values so far."""

    action: Action
    spelled: str
    texts: list[str] = field(default_factory=list)

    @property
    def takes_more(self) -> bool:
        """Whether another word would be a value of it."""
        return self.action.nargs == "+" or (self.action.nargs != 0 and not self.texts)


@dataclass(slots=True)
class Reading:
    """The words of a line, each put to the argument that it belongs to.

    Attributes
    ----------
    given : list of Given
        What the line gives, in its order.
    unknown, superfluous : list of str
        Options that there are not; words too many.
    pending : list of Action
        The arguments without a name that are still to come.
    """

    given: list[Given]
    unknown: list[str]
    superfluous: list[str]
    pending: list[Action]

    @classmethod
    def of(cls, parser: ArgumentParser, words: Iterable[Word]) -> Reading:
        """Put words to the arguments of a magic."""
        actions = declared(parser)
        by_option = {spelling: action for action in actions for spelling in action.option_strings}
        found = cls([], [], [], [action for action in actions if not action.option_strings])
        for word in words:
            if word.is_option:
                found._take_option(word.text, by_option)
            elif found.open_option is not None:
                found.given[-1].texts.append(word.text)
            elif found.pending:
                found.given.append(Given(found.pending.pop(0), "", [word.text]))
            else:
                found.superfluous.append(word.text)
        return found

    def _take_option(self, text: str, by_option: dict[str, Action]) -> None:
        spelled, equals, value = text.partition("=")
        if spelled not in by_option:
            self.unknown.append(spelled)
            return
        self.given.append(Given(by_option[spelled], spelled, [value] if equals else []))

    @property
    def open_option(self) -> Action | None:
        """The option that the next word is a value of, unless it begins with ``-``."""
        last = self.given[-1] if self.given else None
        return last.action if last is not None and last.spelled and last.takes_more else None

    def value_of(self, dest: str) -> str | None:
        """Return the first value of an argument, if the line gives it."""
        values = [each.texts[0] for each in self.given if each.action.dest == dest and each.texts]
        return values[0] if values else None

    def gives(self, dest: str) -> bool:
        """Whether the line gives an argument."""
        return any(each.action.dest == dest for each in self.given)


def declared(parser: ArgumentParser) -> list[Action]:
    """Return the arguments of a magic."""
    return parser._actions  # noqa: SLF001 - there is no other way to ask a parser


def parsed(magic: Any, line: str) -> Namespace:
    """Return the options of a line.

    Raises
    ------
    UsageError
        In words, if they cannot be read.
    """
    parser: ArgumentParser = magic.parser
    reading = Reading.of(parser, Line.of(line).checked())
    if reading.gives("help"):
        return Namespace(help=True)
    _check(reading, parser)
    named = [word for each in reading.given if each.spelled for word in _as_words(each)]
    # Behind the two dashes nothing is taken for an option; each option stands in one word with its value.
    plain = [value for each in reading.given if not each.spelled for value in each.texts]
    options: Namespace = parser.parse_args([*named, "--", *plain] if plain else named)
    return options


def _as_words(given: Given) -> list[str]:
    if given.action.nargs in {0, "+"}:
        return [given.spelled, *given.texts]
    return [f"{given.spelled}={given.texts[0]}"]


def _check(reading: Reading, parser: ArgumentParser) -> None:
    name = example_of(parser).split()[0]
    for spelled in reading.unknown:
        options = [spelling for action in declared(parser) for spelling in action.option_strings]
        raise UsageError(f"{name} has no option {spelled!r}.{did_you_mean(spelled, options)} {name}? shows all.")
    _check_counts(reading.given)
    for each in reading.given:
        _check_values(each)
    if reading.superfluous:
        raise UsageError(
            f"{reading.superfluous[0]!r} is one word too many. A name, or an expression with spaces outside of its "
            f"brackets, goes between quotation marks. For example: {example_of(parser)}"
        )
    for action in reading.pending:
        if action.required:
            raise UsageError(f"{name} lacks {_called(action)}. For example: {example_of(parser)}")


def _check_counts(given: Sequence[Given]) -> None:
    seen: set[str] = set()
    for each in given:
        if each.action.dest in seen and not may_be_repeated(each.action):
            raise UsageError(f"{each.spelled} is given twice; which one is meant? Leave the other out.")
        seen.add(each.action.dest)


def may_be_repeated(action: Action) -> bool:
    """Whether an argument may be given several times."""
    return isinstance(action.default, list)


def _check_values(given: Given) -> None:
    action, spelled = given.action, given.spelled or _called(given.action)
    if action.nargs == 0:
        if given.texts:
            raise UsageError(f"{spelled} takes no value; it is there or not.")
        return
    if not given.texts:
        raise UsageError(
            f"{spelled} lacks its value{_one_of(action)}. One that begins with - goes between quotation marks."
        )
    for value in given.texts:
        if action.choices is not None and value not in action.choices:
            known = list(action.choices)
            raise UsageError(f"{spelled} is {value!r}; expected one of {listed(known)}.{did_you_mean(value, known)}")
        if action.type is int and not value.removeprefix("-").isdecimal():
            raise UsageError(f"{spelled} is {value!r}; expected a whole number.")


def _one_of(action: Action) -> str:
    return f", one of {listed(action.choices)}" if action.choices else ""


def _called(action: Action) -> str:
    return str(action.metavar or action.dest.upper())


def example_of(parser: ArgumentParser) -> str:
    """Return the first line of the example in the help of a magic."""
    lines = (line.strip() for line in (parser.description or "").splitlines())
    return next((line for line in lines if line.startswith("%")), f"%{parser.prog}")
