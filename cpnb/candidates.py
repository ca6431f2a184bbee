"""Candidates: the fields that one column could be, scored, and which of them agree with the rest of the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cpnb.column_names import Reading, near_reading_of, reading_of, reason_to_stay
from cpnb.display import counted
from cpnb.errors import listed
from cpnb.evidence import Evidence, Sample
from cpnb.headers import slug

# A name is believed unless fewer of the values fit: real columns hold much that is broken.
_MIN_SHARE_FOR_NAME = 0.2
_MIN_SHARE_FOR_NEAR_NAME = 0.5
_WEIGHT_OF_VALUES = 0.6
_WEIGHT_WITHOUT_VALUES = 0.9
_WEIGHT_OF_WHOLE_ADDRESSES = 0.7
_MANY_WHOLE_ADDRESSES = 0.5

_KINDS = ("PhoneNumber", "EmailAddress")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One field that one column could be.

    Attributes
    ----------
    column, target, score, reason
        As in `cpnb.suggested.Suggestion`.
    place : str
        Of an address ``home`` or ``work``, of anything ``second``, or empty.
    companion : str
        The target that another column must have for this to hold, or empty.
    filled_share : float
        How many of the column's rows hold something, from 0 to 1.
    """

    column: str
    target: str
    score: float
    reason: str
    place: str = ""
    companion: str = ""
    filled_share: float = 1.0


def candidates_for(column: str, sample: Sample) -> tuple[list[Candidate], str]:
    """Return what a column could be, and if it can be nothing, the reason."""
    reading = reading_of(column)
    refused = ""
    if reading is not None:
        candidate = _by_name(column, sample, reading, _MIN_SHARE_FOR_NAME)
        if candidate is not None:
            return [candidate], ""
        refused = _refused(reading, sample)
    elif reason := reason_to_stay(column):
        return [], reason
    if by_values := _by_values(column, sample):
        return [by_values], ""
    near = near_reading_of(column) if reading is None else None
    if near is not None and (candidate := _by_name(column, sample, near, _MIN_SHARE_FOR_NEAR_NAME)):
        return [candidate], ""
    return [], refused or (
        f"neither name nor values point to a standard field; a custom attribute would be 'Attributes.{slug(column)}'"
    )


def breaks_promise(column: str, sample: Sample) -> bool:
    """Return whether a name says a field, and hardly any of the values is one."""
    reading = reading_of(column)
    if reading is None or reading.companion:
        return False
    evidence = sample.evidence_for(reading.target)
    return evidence is not None and evidence.share < _MIN_SHARE_FOR_NAME


def _by_name(column: str, sample: Sample, reading: Reading, min_share: float) -> Candidate | None:
    evidence = sample.evidence_for(reading.target)
    if evidence is not None and evidence.share < min_share:
        return None
    reason = f"its name says {reading.target}"
    if reading.near:
        reason = f"its name is spelled nearly like {reading.near!r}, which is {reading.target}"
    if not sample.values:
        score, ending = _WEIGHT_WITHOUT_VALUES * reading.weight, "; it has no values"
    elif evidence is None:
        score, ending = reading.weight, ""
    else:
        score = reading.weight * (0.5 + 0.5 * evidence.share)
        ending = f", and {_looking_like('one', evidence)}"
    if reading.target.endswith("Address1") and sample.whole_address_count > _MANY_WHOLE_ADDRESSES * len(sample.values):
        score *= _WEIGHT_OF_WHOLE_ADDRESSES
        ending += "; many hold street, city and postal code in one: split them first"
    return Candidate(
        column, reading.target, score, reason + ending, reading.place, reading.companion, sample.filled_share
    )


def _by_values(column: str, sample: Sample) -> Candidate | None:
    found = sample.unmistakable()
    if found is None:
        return None
    target, evidence = found
    reason = f"{_looking_like(target, evidence)}, whatever the column is called"
    return Candidate(column, target, _WEIGHT_OF_VALUES * evidence.share, reason)


def _refused(reading: Reading, sample: Sample) -> str:
    evidence = sample.evidence_for(reading.target)
    return f"its name says {reading.target}, but only {_looking_like('one', evidence)}" if evidence else ""


def _looking_like(what: str, evidence: Evidence) -> str:
    verb = "looks" if evidence.fitting_count == 1 else "look"
    return f"{evidence.fitting_count:,} of {counted(evidence.looked_at_count, 'value')} {verb} like {what}"


def in_agreement(found: Sequence[Candidate]) -> tuple[list[Candidate], dict[str, str]]:
    """Return the candidates that agree with the others, and the reasons of the columns that are dropped.

    A column ``Nom`` is the last name if another is the first name, else a whole name; and of an address at home
    and another at work, one is chosen as a whole.
    """
    dropped: dict[str, str] = {}
    certain = {candidate.target for candidate in found if not candidate.companion}
    kept = []
    for candidate in found:
        if candidate.companion and (candidate.companion not in certain or candidate.target in certain):
            dropped[candidate.column] = reason_to_stay(candidate.column) or "a whole name; split it first"
        elif candidate.place == "second" and _is_one_more(candidate, found):
            dropped[candidate.column] = "one more of its kind; map it by hand if it is wanted"
        else:
            kept.append(candidate)
    main, others = _main_address(kept)
    for candidate in others:
        dropped[candidate.column] = (
            f"part of another address than {listed([part.column for part in main], shown=2)}; a profile has one main "
            "address, so map it by hand, for example to 'MailingAddress'"
        )
    return [candidate for candidate in kept if candidate.column not in dropped], dropped


def _is_one_more(candidate: Candidate, found: Iterable[Candidate]) -> bool:
    """Return whether a second phone or e-mail address stands beside a first one of whatever kind."""
    kind = next((kind for kind in _KINDS if candidate.target.endswith(kind)), None)
    return kind is not None and any(other.target.endswith(kind) and other.place != "second" for other in found)


def _main_address(found: Iterable[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Return the parts of the one address that is best known, and those of all others.

    The best known has the most parts, counted by their scores and by how full they are; of equals, the one at
    home, where a customer is.
    """
    groups: dict[str, list[Candidate]] = {}
    for candidate in found:
        if candidate.target.startswith("Address."):
            groups.setdefault(candidate.place, []).append(candidate)
    if not groups:
        return [], []
    order = ("", "home", "work", "second")
    main_place = max(groups, key=lambda place: (_known(groups[place]), -order.index(place)))
    main = list(groups.pop(main_place))
    others: list[Candidate] = []
    for place in sorted(groups, key=order.index):
        group = groups[place]
        # "Home Address, City, Zip" is one address: its parts complete each other.
        completes = "" in {main_place, place} and "second" not in {main_place, place}
        if completes and {part.target for part in main}.isdisjoint(part.target for part in group):
            main += group
        else:
            others += group
    return main, others


def _known(parts: Iterable[Candidate]) -> float:
    best: dict[str, float] = {}
    for part in parts:
        best[part.target] = max(best.get(part.target, 0.0), part.score * (0.5 + 0.5 * part.filled_share))
    return sum(best.values())
