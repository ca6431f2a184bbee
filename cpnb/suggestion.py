"""Which column is which field of a profile: guessed from names, then values, then near spellings, with reasons.

What a name says must agree with the values: a column ``Email Address`` full of dates is not mapped. Where no
name speaks, values that can hardly be anything else do; last comes a name with a slip of the pen in it. Then
each target goes to the column with the highest score for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypeAlias

from cpnb import catalog, frames
from cpnb.candidates import Candidate, breaks_promise, candidates_for, in_agreement
from cpnb.column_names import is_named_as_key, is_plain_key, reading_of, reason_to_stay
from cpnb.display import counted
from cpnb.errors import FieldsError, did_you_mean, listed
from cpnb.evidence import Sample, looks_like_a_value
from cpnb.evident_key import PLAINLY_NAMED, LookedAt, LookedAtFrame, evident_key
from cpnb.fields import Field, FieldMap
from cpnb.headers import distinct, slug
from cpnb.suggested import Suggestion, Suggestions

__all__ = ["Suggestion", "Suggestions", "suggest", "suggest_fields"]

AskedAttributes: TypeAlias = Literal["all"] | Sequence[str]
"""Columns that are to become custom attributes; ``"all"`` for every column that has no other place."""

_SCORE_OF_PLAIN_KEY = 0.8
_SCORE_OF_KEY_BY_ENDING = 0.6
_KEY_REASON = "it is the unique key, which the service needs as a field"

# Where a column would go if its name were read less narrowly.
_WIDER = {
    "HomePhoneNumber": "PhoneNumber",
    "BusinessPhoneNumber": "PhoneNumber",
    "MobilePhoneNumber": "PhoneNumber",
    "PersonalEmailAddress": "EmailAddress",
    "BusinessEmailAddress": "EmailAddress",
    "Address.State": "Address.Province",
    "Address.Province": "Address.State",
    "Address.County": "Address.Province",
}


def suggest_fields(
    data: object, *, unique_key: str | None = None, region: str | None = None, attributes: AskedAttributes = ()
) -> FieldMap:
    """Return a field map guessed from the names of the columns and their values.

    See `suggest`, which also says why, and what was left out.
    """
    return suggest(data, unique_key=unique_key, region=region, attributes=attributes).fields


def suggest(
    data: object, *, unique_key: str | None = None, region: str | None = None, attributes: AskedAttributes = ()
) -> Suggestions:
    """Return a guess for each column, with reasons, and what is left out, with reasons.

    No two columns go to one target. No column becomes a custom attribute without being asked for,
    except a unique key that has no other place: the service needs the key as a field.

    Parameters
    ----------
    data : DataFrame, Scan, or anything that speaks Arrow
        At most a thousand values of each column are looked at, and all of a few columns that may be
        the key.
    unique_key : str, optional
        The column that identifies a customer. By default the evident one: a column named as the
        customer's number that is present and distinct in at least 95 % of the rows; else, unless the
        table has a row for each order, a column named as an id that is so in every row, or the e-mail
        address under the first condition, if nearly all of it are valid addresses; else none.
    region : str, optional
        Region of phone numbers without country code, for the map.
    attributes : sequence of str or "all", optional
        Columns that become custom attributes, whatever else they could be; ``"all"`` takes every column
        that has no other place, except passwords and means of payment: those have to be named.

    Raises
    ------
    FrameError
        If `data` is no table with distinct column names.
    FieldsError
        If the key or one of `attributes` is no column, the region is none, no column points to any field, or
        the names of the columns are values: there was no header line.
    """
    table = LookedAtFrame(frames.checked_frame(data))
    return suggestions_for(table, unique_key=unique_key, region=region, attributes=attributes)


def suggestions_for(
    table: LookedAt, *, unique_key: str | None, region: str | None, attributes: AskedAttributes
) -> Suggestions:
    """Return the guesses for a table, wherever its rows are; see `suggest`."""
    columns = table.columns
    _require_header(columns)
    asked = _asked(attributes, columns)
    if unique_key is not None and unique_key not in columns:
        raise FieldsError(f"There is no column {unique_key!r} for the unique key.{_instead_of(unique_key, columns)}")
    samples = table.samples()
    found, unmapped = _candidates(columns, samples, asked)
    best = _best(found)
    key = unique_key or evident_key(table, best, samples)
    if unique_key is None and key is not None and key not in best:
        found += _as_number(key, best)
    chosen = _one_to_one(found, key, unmapped)
    if key is not None and key not in chosen and key not in asked:
        chosen[key] = _key_suggestion(key, chosen)
        unmapped.pop(key, None)
    chosen |= _attributes(asked if attributes != "all" else _offers(unmapped), chosen)
    ordered = tuple(chosen[column] for column in columns if column in chosen)
    if not ordered:
        raise _nothing_found(columns, unmapped)
    fields = FieldMap([Field(guess.column, guess.target) for guess in ordered], key, region)
    left_out = {column: unmapped[column] for column in columns if column in unmapped and column not in chosen}
    return Suggestions(
        fields,
        ordered,
        MappingProxyType(left_out),
        MappingProxyType(_offered(left_out, chosen)),
        tuple(column for column in left_out if breaks_promise(column, samples[column])),
    )


def _require_header(columns: Sequence[str]) -> None:
    if count := sum(map(looks_like_a_value, columns)):
        raise FieldsError(
            f"{count} of the table's {counted(len(columns), 'column name')} {'is' if count == 1 else 'are'} an e-mail "
            "address or a phone number: has it no header line? Then its first customer is taken for one. Read it "
            "again with names: pd.read_csv(path, header=None, names=[...])."
        )


def _nothing_found(columns: Sequence[str], unmapped: Mapping[str, str]) -> FieldsError:
    by_hand = "map the columns by hand: FieldMap({'column': 'EmailAddress'}, unique_key='column')."
    familiar = [f"{column!r}: {unmapped[column]}" for column in columns if column in unmapped and reading_of(column)]
    if familiar:
        return FieldsError(
            f"No column can be mapped. The names of {len(familiar)} of {counted(len(columns), 'column')} point to "
            f"fields of a profile, but their values do not, such as {familiar[0]}. Look at what they hold, or {by_hand}"
        )
    # Not named: without a header line the names are the first customer.
    return FieldsError(
        f"None of the table's columns ({len(columns)}) points to a field of a profile, by name or by values. Are "
        f"its names unusual, or has it no header line? Add that line, or {by_hand}"
    )


def _asked(attributes: AskedAttributes, columns: Sequence[str]) -> tuple[str, ...]:
    if attributes == "all":
        return ()
    if isinstance(attributes, str):
        raise FieldsError(
            f"attributes is the text {attributes!r}; expected 'all', or a list of columns: attributes=[{attributes!r}]."
        )
    for column in attributes:
        if column not in columns:
            raise FieldsError(
                f"There is no column {column!r} for a custom attribute.{_instead_of(str(column), columns)}"
            )
    return tuple(dict.fromkeys(attributes))


def _instead_of(name: str, columns: Sequence[str]) -> str:
    """Return what there is in place of a name; the columns are listed only if they seem to come from a header line."""
    if any(reading_of(column) or is_named_as_key(column) for column in columns):
        there_are = f"The columns are {listed(columns)}."
    else:
        there_are = (
            f"None of the table's columns ({len(columns)}) has a familiar name: has it no header line? Then add one."
        )
    return f"{did_you_mean(name, columns)} {there_are}"


def _candidates(
    columns: Iterable[str], samples: Mapping[str, Sample], asked: Sequence[str]
) -> tuple[list[Candidate], dict[str, str]]:
    """Return every candidate that agrees with the others, and the reasons of the columns that have none."""
    unmapped: dict[str, str] = {}
    found: list[Candidate] = []
    for column in columns:
        if column in asked:
            continue
        candidates, reason = candidates_for(column, samples[column])
        found += candidates
        if not candidates:
            unmapped[column] = reason
    agreeing, dropped = in_agreement(found)
    unmapped |= dropped
    return agreeing, unmapped


def _best(found: Iterable[Candidate]) -> dict[str, Candidate]:
    """Return the candidate with the highest score of each column, the best of all first."""
    best: dict[str, Candidate] = {}
    for candidate in sorted(found, key=lambda candidate: -candidate.score):
        best.setdefault(candidate.column, candidate)
    return best


def _as_number(key: str, best: Mapping[str, Candidate]) -> list[Candidate]:
    """Return the candidate for AccountNumber that an evident key is, unless a column is plainly named so."""
    if any(other.target == "AccountNumber" and other.score >= PLAINLY_NAMED for other in best.values()):
        return []
    score = _SCORE_OF_PLAIN_KEY if is_plain_key(key) else _SCORE_OF_KEY_BY_ENDING
    reason = f"it is named as an id and distinct in every row, so {_KEY_REASON}"
    return [Candidate(key, "AccountNumber", score, reason)]


def _one_to_one(found: Iterable[Candidate], key: str | None, unmapped: dict[str, str]) -> dict[str, Suggestion]:
    """Return the best guess for each target, by column; columns that lose theirs are added to `unmapped`.

    The key comes first: it must be mapped, the others may be. Of equals, the first column of the table wins.
    """
    winners: dict[str, Candidate] = {}
    losers: dict[str, list[Candidate]] = {}
    placed: set[str] = set()
    for candidate in sorted(found, key=lambda candidate: (candidate.column != key, -candidate.score)):
        if candidate.column in placed:
            continue
        if candidate.target in winners:
            losers.setdefault(candidate.target, []).append(candidate)
        else:
            winners[candidate.target] = candidate
            placed.add(candidate.column)
    for target, lost in losers.items():
        winner = winners[target]
        for candidate in lost:
            if candidate.column not in placed:
                why = "comes first" if winner.score == candidate.score else "fits better"
                unmapped.setdefault(candidate.column, f"{target} is taken by {winner.column!r}, which {why}")
    return {
        winner.column: Suggestion(
            winner.column, target, winner.score, winner.reason, _runner_up(target, losers.get(target, ()), winners)
        )
        for target, winner in winners.items()
    }


def _runner_up(target: str, losers: Sequence[Candidate], taken: Iterable[str]) -> str:
    if losers:
        return f"{target} would go to {losers[0].column!r}, at {losers[0].score:.0%}"
    wider = _WIDER.get(target)
    return f"it would be {wider}" if wider and wider not in taken else ""


def _key_suggestion(key: str, chosen: Mapping[str, Suggestion]) -> Suggestion:
    if all(guess.target != "AccountNumber" for guess in chosen.values()):
        return Suggestion(key, "AccountNumber", 1.0, _KEY_REASON)
    target = catalog.target(f"Attributes.{slug(key)}").name
    return Suggestion(key, target, 1.0, f"{_KEY_REASON}, and AccountNumber is taken")


def _offers(unmapped: Mapping[str, str]) -> list[str]:
    return [column for column in unmapped if "secret" not in reason_to_stay(column)]


def _offered(unmapped: Mapping[str, str], chosen: Mapping[str, Suggestion]) -> dict[str, str]:
    """Return the custom attribute that each column could go to."""
    guesses = _attributes(_offers(unmapped), chosen)
    return {column: guess.target for column, guess in guesses.items()}


def _attributes(columns: Sequence[str], chosen: Mapping[str, Suggestion]) -> dict[str, Suggestion]:
    """Return a custom attribute for each column, of names that differ from each other and from those chosen."""
    taken = [
        guess.target.removeprefix("Attributes.") for guess in chosen.values() if guess.target.startswith("Attributes.")
    ]
    names = distinct([*taken, *(slug(column) for column in columns)])[len(taken) :]
    return {
        column: Suggestion(
            column, catalog.target(f"Attributes.{name}").name, 1.0, "you asked for it as a custom attribute"
        )
        for column, name in zip(columns, names, strict=True)
    }
