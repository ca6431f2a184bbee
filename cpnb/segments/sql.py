"""A query of an SQL segment with values bound into it, so that no text of a value is ever read as SQL."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Integral
from typing import Any, Self, TypeGuard

import numpy as np
import pandas as pd

from cpnb.condition_values import is_number
from cpnb.errors import ExpressionError, did_you_mean, listed
from cpnb.expressions import Attribute, Expression

__all__ = ["Sql", "placeholders"]

# What stands between the places where a placeholder may be. A raw string has no escapes; brackets of comments nest.
# Source: Apache Spark, ``SqlBaseLexer.g4`` (STRING_LITERAL, BACKQUOTED_IDENTIFIER, SIMPLE_COMMENT, BRACKETED_COMMENT).
_PIECE = re.compile(
    r"""
      (?P<raw> (?<![\w]) [rR] (?: '[^']*' | "[^"]*" ) )
    | (?P<text> '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" )
    | (?P<quoted> `(?:[^`]|``)*` )
    | (?P<line> --(?:\\\n|[^\r\n])* )
    | (?P<open> /\* )
    | (?P<cast> :: )
    | (?<![\w]) : (?P<name> [A-Za-z_]\w* )
    | (?P<broken> ['"`] )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_BRACKET = re.compile(r"/\*|\*/")

MOST_DIGITS = 38
"""Digits of the longest number of Spark SQL. Source: Apache Spark, SQL reference, 'Data Types' (DecimalType)."""


class Sql(str):
    r"""The text of a query, with a literal of Spark SQL in the place of each ``:name``.

    Parameters
    ----------
    text : str
        The query. What looks like a placeholder inside of string literals, quoted identifiers and comments is left
        alone, and so are casts (``x::int``).
    **values
        A value for each name: text, a number, a date or time (without zone: UTC), a truth value, None for ``NULL``,
        or a list of these for ``IN :name``, which may stand in brackets.

    Raises
    ------
    ExpressionError
        If a placeholder has no value or a value no placeholder, a value has no literal, or a literal or comment
        of the text does not end.

    Notes
    -----
    Source of the dialect: administrator guide, 'customer-segments-building-segments' (Spark SQL).

    Examples
    --------
    >>> print(Sql("SELECT ... WHERE city IN :cities AND name <> :name", cities=["Rome", "Oslo"], name="O'Hara"))
    SELECT ... WHERE city IN ('Rome', 'Oslo') AND name <> 'O\'Hara'
    """

    __slots__ = ()

    def __new__(cls, text: str, /, **values: object) -> Self:
        """Return the text with the values in it."""
        if not isinstance(text, str):
            raise ExpressionError(f"SQL is text, got an object of type {type(text).__name__}.")
        pieces = list(_pieces(text))
        _check_names([piece for piece, is_name in pieces if is_name], values)
        literals = {name: literal(value, name) for name, value in values.items()}
        lists = {name for name, value in values.items() if _is_list(value)}
        bound = [literals[piece] if is_name else piece for piece, is_name in pieces]
        for at, (piece, is_name) in enumerate(pieces):
            if is_name and piece in lists and _is_in_brackets(pieces[at - 1][0], pieces[at + 1][0]):
                bound[at] = literals[piece][1:-1]  # IN (:cities): those that stand there are the list's own
        return super().__new__(cls, "".join(bound))

    def __repr__(self) -> str:
        return f"Sql({super().__repr__()})"


def placeholders(text: str) -> list[str]:
    """Return the names of the placeholders in a query, each once, in order.

    Raises
    ------
    ExpressionError
        If a literal or comment of the text does not end.

    Examples
    --------
    >>> placeholders("SELECT ':a', b::int FROM t WHERE c = :c AND d > :d AND e = :c -- :f")
    ['c', 'd']
    """
    return list(dict.fromkeys(piece for piece, is_name in _pieces(text) if is_name))


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the text in pieces, each with whether it is the name of a placeholder, without its colon."""
    start = at = 0
    while match := _PIECE.search(text, at):
        at = match.end()
        if match["broken"]:
            raise ExpressionError(
                f"The SQL has a {match['broken']} in line {_line(text, match.start())} that begins a literal or a "
                "quoted name without an end."
            )
        if match["open"]:
            at = _end_of_comment(text, match.start())
        elif match["name"]:
            yield text[start : match.start()], False
            yield match["name"], True
            start = at
    yield text[start:], False


def _is_in_brackets(before: str, after: str) -> bool:
    return before.rstrip().endswith("(") and after.lstrip().startswith(")")


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for bracket in _BRACKET.finditer(text, start):
        depth += 1 if bracket[0] == "/*" else -1
        if depth == 0:
            return bracket.end()
    raise ExpressionError(f"The SQL has a comment that begins with /* in line {_line(text, start)} and does not end.")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _check_names(wanted: list[str], values: Mapping[str, object]) -> None:
    missing = [name for name in dict.fromkeys(wanted) if name not in values]
    unused = [name for name in values if name not in wanted]
    if missing:
        raise ExpressionError(
            f"The SQL has a placeholder without a value: {listed(missing)}.{did_you_mean(missing[0], unused)} Give one "
            f"for each: Sql(text, {missing[0]}=...)."
        )
    if unused:
        raise ExpressionError(
            f"There is no placeholder for {listed(unused)} in the SQL.{did_you_mean(unused[0], wanted)} Write "
            f":{unused[0]} outside of quotation marks and comments, where the value belongs."
        )


def literal(value: object, name: str) -> str:
    """Return a value as a literal of Spark SQL.

    Parameters
    ----------
    value : object
        See `Sql`.
    name : str
        Of its placeholder, for messages.

    Raises
    ------
    ExpressionError
        If there is no literal for it.

    Examples
    --------
    >>> literal([1, -2], "n"), literal(None, "n"), literal(date(2024, 10, 1), "n")
    ('(1, (-2))', 'NULL', "DATE '2024-10-01'")
    """
    if isinstance(value, pd.DataFrame):
        raise ExpressionError(f":{name} is a table; bind one of its columns, {name}=table['column'].")
    if _is_list(value):
        return _list_literal(value, name)
    return "NULL" if value is None else _plain_literal(value, name)


def _is_list(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping | Attribute | Expression)


def _list_literal(values: Iterable[object], name: str) -> str:
    # A set has no order of its own, and the same query must give the same text.
    members: list[Any] = sorted(values, key=str) if isinstance(values, AbstractSet) else list(values)
    if not members:
        raise ExpressionError(f":{name} is an empty list, for which SQL has no literal; give at least one value.")
    if any(member is None for member in members):
        raise ExpressionError(
            f":{name} is a list that holds None. In SQL nothing equals NULL, and NOT IN with a NULL is never true: "
            "leave it out and ask for IS NULL beside the list."
        )
    return f"({', '.join(_plain_literal(member, name) for member in members)})"


def _plain_literal(value: object, name: str) -> str:
    if isinstance(value, str):
        return _text_literal(value, name)
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()  # None for NaT, an int beyond the years of Python
        if not isinstance(value, date):
            raise ExpressionError(f":{name} is a time that lies outside of the years 1 to 9999, or none at all.")
    if is_number(value):
        return _number_literal(value, name)
    if isinstance(value, date) and value == value:  # noqa: PLR0124  # pandas' NaT is a datetime unlike itself
        return _date_literal(value, name)
    raise ExpressionError(
        f":{name} is bound to an object of type {type(value).__name__}, for which SQL has no literal; expected text, a "
        "number, a date or time, True or False, None, or a list of these."
    )


def _text_literal(text: str, name: str) -> str:
    r"""Return a text between quotes, every quote and backslash of it escaped.

    Spark puts settings in the place of ``${...}`` before it reads a query, inside of literals too; ``\u0024`` is a
    dollar sign that only its last step sees.
    Source: Apache Spark, ``SparkParserUtils.unescapeSQLString`` and ``VariableSubstitution``.
    """
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ExpressionError(f":{name} holds half of a character (a lone surrogate), which cannot be sent.")
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\u0024{")
    return f"'{escaped}'"


def _number_literal(value: Any, name: str) -> str:
    if isinstance(value, Integral):
        text = str(int(value))
    elif not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
        raise ExpressionError(f":{name} is a number that is not finite, for which SQL has no literal.")
    elif isinstance(value, Decimal):
        text = format(value, "f")
    else:
        text = f"{float(value)!r}D"  # without the D it would be a decimal number
    if len(text) - text.startswith("-") - ("." in text) > MOST_DIGITS and not text.endswith("D"):
        raise ExpressionError(f":{name} is a number of more than {MOST_DIGITS} digits, the most that Spark SQL takes.")
    # In brackets, because two signs in a row would begin a comment: x-:n.
    return f"({text})" if text.startswith("-") else text


def _date_literal(value: date, name: str) -> str:
    if not isinstance(value, datetime):
        return f"DATE '{value.isoformat()}'"
    try:
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        moment = None
    if moment is None:
        raise ExpressionError(f":{name} is a time that lies outside of the years 1 to 9999 in UTC.")
    precision = "microseconds" if moment.microsecond else "seconds"
    return f"TIMESTAMP '{moment.replace(tzinfo=None).isoformat(sep=' ', timespec=precision)}Z'"
