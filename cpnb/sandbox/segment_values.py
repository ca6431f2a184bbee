"""Text as a number, a moment or a list, in SQL: what the segments compare.

Profiles hold nothing but text. What counts as a number or a date is not documented; the grammars here are narrow on
purpose, because DuckDB's own casts take spaces, underscores, other scripts' digits, ``inf`` and much else. A regular
expression decides, and the cast that follows is one that cannot fail at run time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cpnb.sandbox.database import Session

ABSENT = "CAST(NULL AS VARCHAR)"
"""SQL for the text of an attribute that no profile of the domain has."""

DAY_US = 86_400_000_000
YEAR_1_TO_1970_US = 719_162 * DAY_US
LAST_US = 3_652_059 * DAY_US - 1
"""The last microsecond of the year 9999, counted from the first of the year 1."""

_NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
_YEAR = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_DAY = f"{_YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_LOCAL = rf"{_DAY}[T ]{_CLOCK}(:[0-5][0-9](\.[0-9]{{1,9}})?)?"
_UTC = f"{_DAY}|{_LOCAL}Z?"
_WITH_OFFSET = f"{_LOCAL}[+-]{_CLOCK}"

_BLANKS = r"[ \t\n\r]*"
_HEX = "[0-9a-fA-F]"
# Half of a pair of surrogates is no sign of any text, and DuckDB up to 1.4 fails over it, in a TRY_CAST too.
_ESCAPED = rf"\\u([0-9a-cefA-CEF]{_HEX}{{3}}|[dD][0-7]{_HEX}{{2}})|\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}"
_STRING = rf'"([^"\\\x00-\x1f]|\\["\\/bfnrt]|{_ESCAPED})*"'
_LIST = rf"{_BLANKS}\[{_BLANKS}({_STRING}{_BLANKS}(,{_BLANKS}{_STRING}{_BLANKS})*)?\]{_BLANKS}"
"""A JSON array of nothing but strings. DuckDB's reader of JSON would take a comma too many."""


def number(text: str) -> str:
    """Return SQL for a text as a finite DOUBLE, NULL where it is no number."""
    value = f"TRY_CAST({text} AS DOUBLE)"
    return f"CASE WHEN regexp_full_match({text}, '{_NUMBER}') AND isfinite({value}) THEN {value} END"


def moment(text: str) -> str:
    """Return SQL for a text as microseconds from the first of the year 1 in UTC, NULL where it is no date.

    A bare date is its midnight; digits beyond microseconds are cut off; a moment that its offset takes out of the
    years 1 to 9999 is none.
    """
    at_utc = _local_us(f"rtrim({text}, 'Z')")
    moved = f"{_local_us(f'left({text}, length({text}) - 6)')} - {_offset_us(text)}"
    return (
        f"CASE WHEN regexp_full_match({text}, '{_UTC}') THEN {at_utc} "
        f"WHEN regexp_full_match({text}, '{_WITH_OFFSET}') AND {moved} BETWEEN 0 AND {LAST_US} THEN {moved} END"
    )


def _local_us(text: str) -> str:
    # The offset is taken off before: DuckDB's cast leaves it out of account, or refuses it, from version to version.
    return f"epoch_us(TRY_CAST({text} AS TIMESTAMP)) + {YEAR_1_TO_1970_US}"


def _offset_us(text: str) -> str:
    """Return SQL for the offset in the last six characters of a text."""
    minutes = f"TRY_CAST(left(right({text}, 5), 2) AS BIGINT) * 60 + TRY_CAST(right({text}, 2) AS BIGINT)"
    return f"CASE left(right({text}, 6), 1) WHEN '-' THEN -60000000 ELSE 60000000 END * ({minutes})"


def elements(text: str) -> str:
    """Return SQL for a text as a list of texts: the strings of a JSON array of strings, or the text alone."""
    strings = f"TRY_CAST(TRY_CAST({text} AS JSON) AS VARCHAR[])"
    return f"CASE WHEN regexp_full_match({text}, '{_LIST}') THEN coalesce({strings}, [{text}]) ELSE [{text}] END"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a value of a condition is: its text, and the number or the moment that this text is."""

    text: str
    number: float | None = None
    moment: int | None = None


def read_values(session: Session, texts: Sequence[str]) -> dict[str, Reading]:
    """Return what the values of conditions are, found out by the same SQL that reads the profiles."""
    if not texts:
        return {}
    rows = session.rows(
        f"SELECT value, {number('value')}, {moment('value')} FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS value)",
        [list(texts)],
    )
    return {row[0]: Reading(*row) for row in rows}
