"""Which column is which field of a profile: guessed from names first, then from values, with reasons.

A name is compared in a plain form, without accents, letter case, spaces and punctuation. What it
says must agree with the values: a column ``Email Address`` full of dates is not mapped. Where no
name speaks, values that can hardly be anything else do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from cpnb import aliases, catalog
from cpnb.display import counted, html_table
from cpnb.errors import FieldsError, did_you_mean, listed
from cpnb.fields import Field, FieldMap
from cpnb.frames import checked_frame
from cpnb.headers import slug

__all__ = ["Suggestion", "Suggestions", "suggest", "suggest_fields"]

# Values looked at in each column, spread over its whole length.
_SAMPLE_SIZE = 1_000
# A name is believed unless fewer of the values fit: real columns hold much that is broken.
_MIN_SHARE_FOR_NAME = 0.2
# Values speak for themselves only if nearly all do.
_MIN_SHARE_WITHOUT_NAME = 0.8
# A column named as a customer's number is the key even if some of its cells are empty or repeated:
# those are what a validation is for.
_MIN_DISTINCT_NAMED_KEY = 0.95
_CONFIDENT = 0.75
# Of a local number, and of an international one with its prefix and an extension.
_FEWEST_DIGITS, _MOST_DIGITS = 7, 21

_KEY_ENDINGS = frozenset({"id", "key", "number", "no", "nr", "num", "code", "uuid", "guid", "nummer", "ref"})
_PLAIN_KEYS = frozenset({"id", "recid", "recordid", "rowid", "uuid", "guid", "key"})
# Numbers of other things than the customer.
_OTHER_THINGS = frozenset(
    {
        *("order", "invoice", "ticket", "product", "item", "store", "session", "transaction", "program"),
        *("provider", "rep", "agent", "employee", "parent", "phone", "fax"),
    }
)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+?[\d\s().,/-]{7,28}(?:\s*(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)
_UNMISTAKABLE_PHONE = re.compile(r"\+\d[\d\s().-]{6,24}|\(\d{2,4}\)[\d\s.-]{6,14}")
_DATE = re.compile(
    r"(?:(?:1[89]|20)\d\d[-/.]?(?:0?[1-9]|1[0-2])[-/.]?(?:0?[1-9]|[12]\d|3[01])"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d\d|\d{4}))"
    r"(?:[T ].*)?"
)
_WORDS = re.compile(r"[^\d@]*[^\W\d_][^\d@]*")
_POSTCODE = re.compile(r"(?=.*\d)[A-Za-z\d][A-Za-z\d\s-]{1,11}|〒?\d{3}-?\d{4}")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One guess.

    Attributes
    ----------
    column : str
        Name of the column.
    target : str
        Where it would go, without prefix: ``Address.City``.
    score : float
        How sure the guess is, from 0 to 1.
    reason : str
        Why, in words, with counts and without values.
    """

    column: str
    target: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """All guesses for a table.

    Attributes
    ----------
    fields : FieldMap
        The guesses as a map, ready for a validation; for an upload if it has a unique key.
    chosen : tuple of Suggestion
        What went into it, in the order of the columns.
    unmapped : mapping of str to str
        The columns left out, each with the reason.
    """

    fields: FieldMap
    chosen: tuple[Suggestion, ...]
    unmapped: Mapping[str, str]

    @property
    def reasons(self) -> Mapping[str, str]:
        """The reason for each mapped column."""
        return MappingProxyType({suggestion.column: suggestion.reason for suggestion in self.chosen})

    @property
    def confident(self) -> bool:
        """Whether every guess is sure enough to go ahead without a look."""
        return all(suggestion.score >= _CONFIDENT for suggestion in self.chosen)

    def _repr_html_(self) -> str:
        rows = [(guess.column, guess.target, f"{guess.score:.0%}", guess.reason) for guess in self.chosen]
        rows += [(column, "", "", reason) for column, reason in self.unmapped.items()]
        return html_table("Suggested fields", ("column", "target", "score", "reason"), rows)

    def __str__(self) -> str:
        lines = str(self.fields).splitlines()
        width = max(len(line) for line in lines)
        lines = [
            f"{line:<{width}}  {'' if guess.score >= _CONFIDENT else 'UNSURE: '}{guess.reason}"
            for line, guess in zip(lines, self.chosen, strict=True)
        ]
        # A name that promises a field, and a column that is not it, is what an analyst should hear of.
        lines += [
            f"{column} is left out: {reason}." for column, reason in self.unmapped.items() if aliases.target_of(column)
        ]
        return "\n".join([*lines, f"Not mapped: {listed(self.unmapped, shown=12) or 'no column'}."])


def suggest_fields(data: object, *, unique_key: str | None = None, region: str | None = None) -> FieldMap:
    """Return a field map guessed from the names of the columns and their values.

    See `suggest`, which also says why, and what was left out.
    """
    return suggest(data, unique_key=unique_key, region=region).fields


def suggest(data: object, *, unique_key: str | None = None, region: str | None = None) -> Suggestions:
    """Return a guess for each column, with reasons, and what is left out, with reasons.

    No two columns go to one target. No column becomes a custom attribute without being asked for,
    except a unique key that has no other place: the service needs the key as a field.

    Parameters
    ----------
    data : pandas.DataFrame
        At most a thousand values of each column are looked at, and all of the columns that may be
        the key.
    unique_key : str, optional
        The column that identifies a customer. By default the evident one: a column named as the
        customer's number that is present and distinct in at least 95 % of the rows; else a column
        named as an id that is so in every row; else the e-mail address under the first condition;
        else none.
    region : str, optional
        Region of phone numbers without country code, for the map.

    Raises
    ------
    FrameError
        If `data` is no table with distinct column names.
    FieldsError
        If the key is no column, the region is none, or no column points to any field.
    """
    frame = checked_frame(data)
    columns = [str(column) for column in frame.columns]
    if unique_key is not None and unique_key not in columns:
        raise FieldsError(f"There is no column {unique_key!r} for the unique key.{_instead_of(unique_key, columns)}")
    unmapped: dict[str, str] = {}
    guesses: list[Suggestion] = []
    for column in columns:
        guess, reason = _guess(column, _sample(frame[column]))
        if guess:
            guesses.append(guess)
        else:
            unmapped[column] = reason
    key = unique_key or _evident_key(frame, guesses)
    chosen = _one_to_one(guesses, key, unmapped)
    if key is None:
        key = next(
            (c.column for c in chosen.values() if c.target == "EmailAddress" and _names_most(frame[c.column])), None
        )
    elif key not in chosen:
        chosen[key] = _key_suggestion(key, chosen)
        unmapped.pop(key, None)
    ordered = tuple(chosen[column] for column in columns if column in chosen)
    if not ordered:
        # Not named: without a header line the names are the first customer.
        raise FieldsError(
            f"None of the table's columns ({len(columns)}) points to a field of a profile, by name or by values. Are "
            "its names unusual, or has it no header line? Add that line, or map the columns by hand: "
            "FieldMap({'column': 'EmailAddress'}, unique_key='column')."
        )
    fields = FieldMap([Field(guess.column, guess.target) for guess in ordered], key, region)
    left_out = {column: unmapped[column] for column in columns if column in unmapped}
    return Suggestions(fields, ordered, MappingProxyType(left_out))


def _instead_of(unique_key: str, columns: list[str]) -> str:
    """Return what there is in place of a key; the names are listed only if they seem to come from a header line."""
    if any(aliases.target_of(column) or _is_named_as_key(column) for column in columns):
        there_are = f"The columns are {listed(columns)}."
    else:
        there_are = (
            f"None of the table's columns ({len(columns)}) has a familiar name: has it no header line? Then add one."
        )
    return f"{did_you_mean(unique_key, columns)} {there_are}"


def _is_phone(text: str) -> bool:
    # Source: ITU-T E.164, at most fifteen digits; seven are a local number in the North American plan.
    digits = sum(sign.isdigit() for sign in text)
    return _PHONE.fullmatch(text) is not None and _FEWEST_DIGITS <= digits <= _MOST_DIGITS


def _fits(target: str) -> Callable[[str], bool] | None:
    """Return what tells whether a text can be a value of a target; None if any can."""
    if target.endswith("EmailAddress"):
        return lambda text: _EMAIL.fullmatch(text) is not None
    if target.endswith("PhoneNumber"):
        return _is_phone
    if target == "BirthDate":
        return lambda text: _DATE.fullmatch(text) is not None
    last = target.rpartition(".")[2]
    if last in {
        "FirstName",
        "MiddleName",
        "LastName",
        "GenderString",
        "City",
        "County",
        "State",
        "Province",
        "Country",
    }:
        return lambda text: _WORDS.fullmatch(text) is not None
    if last == "PostalCode":
        return lambda text: _POSTCODE.fullmatch(text) is not None
    return None


def _sample(column: pd.Series) -> list[str]:
    """Return at most a thousand values that are not blank, as text, spread over the column."""
    present = column.dropna()
    if len(present) > _SAMPLE_SIZE:
        present = present.iloc[np.linspace(0, len(present) - 1, _SAMPLE_SIZE).astype(int)]
    return [text for value in present if (text := str(value).strip())]


def _guess(column: str, values: list[str]) -> tuple[Suggestion | None, str]:
    """Return the guess for one column, or None and the reason."""
    if reason := aliases.reason_to_stay(column):
        return None, reason
    by_name = aliases.target_of(column)
    if by_name:
        return _guess_by_name(column, values, *by_name)
    for target, looks_so in (("EmailAddress", _EMAIL), ("PhoneNumber", _UNMISTAKABLE_PHONE)):
        count = sum(looks_so.fullmatch(value) is not None for value in values)
        if values and count / len(values) >= _MIN_SHARE_WITHOUT_NAME:
            reason = f"{_looking_like(target, count, len(values))}, whatever the column is called"
            return Suggestion(column, target, 0.6 * count / len(values), reason), ""
    return (
        None,
        f"neither name nor values point to a standard field; a custom attribute would be 'Attributes.{slug(column)}'",
    )


def _guess_by_name(column: str, values: list[str], target: str, weight: float) -> tuple[Suggestion | None, str]:
    fits = _fits(target)
    if fits is None:
        return Suggestion(column, target, weight, f"its name says {target}"), ""
    if not values:
        return Suggestion(column, target, 0.9 * weight, f"its name says {target}; it has no values"), ""
    count = sum(map(fits, values))
    share = count / len(values)
    if share < _MIN_SHARE_FOR_NAME:
        return None, f"its name says {target}, but only {_looking_like('one', count, len(values))}"
    reason = f"its name says {target}, and {_looking_like('one', count, len(values))}"
    return Suggestion(column, target, weight * (0.5 + 0.5 * share), reason), ""


def _looking_like(what: str, count: int, total: int) -> str:
    return f"{count:,} of {counted(total, 'value')} {'looks' if count == 1 else 'look'} like {what}"


def _one_to_one(guesses: list[Suggestion], key: str | None, unmapped: dict[str, str]) -> dict[str, Suggestion]:
    """Return the best guess for each target, by column; the others are added to `unmapped`.

    The key comes first: it must be mapped, the others may be.
    """
    chosen: dict[str, Suggestion] = {}
    taken: dict[str, str] = {}
    for guess in sorted(guesses, key=lambda guess: (guess.column != key, -guess.score)):
        if guess.target in taken:
            unmapped[guess.column] = (
                f"{guess.target} is taken by {taken[guess.target]!r}, which fits better or comes first"
            )
        else:
            taken[guess.target] = guess.column
            chosen[guess.column] = guess
    return chosen


def _key_suggestion(key: str, chosen: Mapping[str, Suggestion]) -> Suggestion:
    if all(guess.target != "AccountNumber" for guess in chosen.values()):
        return Suggestion(key, "AccountNumber", 1.0, "it is the unique key, which the service needs as a field")
    target = catalog.target(f"Attributes.{slug(key)}").name
    return Suggestion(
        key, target, 1.0, "it is the unique key, which the service needs as a field, and AccountNumber is taken"
    )


def _evident_key(frame: pd.DataFrame, guesses: list[Suggestion]) -> str | None:
    """Return the column that is evidently the customer's number, or None."""
    targets = {guess.column: guess.target for guess in guesses}
    named = [column for column, target in targets.items() if target == "AccountNumber"]
    for column in named:
        if not len(frame) or _names_most(frame[column]):
            return column
    others = [str(c) for c in frame.columns if c not in targets and _is_named_as_key(str(c))]
    for column in sorted(others, key=lambda column: aliases.plain(column).replace(" ", "") not in _PLAIN_KEYS):
        if len(frame) and _distinct_share(frame[column]) == 1:
            return column
    return None


def _is_named_as_key(column: str) -> bool:
    words = aliases.plain(column).split()
    if not words or _OTHER_THINGS.intersection(words) or aliases.reason_to_stay(column):
        return False
    return words[-1] in _KEY_ENDINGS or "".join(words) in _PLAIN_KEYS


def _names_most(column: pd.Series) -> bool:
    return _distinct_share(column) >= _MIN_DISTINCT_NAMED_KEY


def _distinct_share(column: pd.Series) -> float:
    """Return how many distinct values a column has, as a share of its rows; 0 for lists and the like."""
    try:
        return column.nunique() / len(column) if len(column) else 0.0
    except TypeError:
        return 0.0
