"""Values that a target knows under one spelling: ``female`` is ``FEMALE``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from cpnb import catalog
from cpnb.content.cells import mended_where
from cpnb.content.rule import mask_of

# The texts that took the place of two enumerations, and that segments compare exactly.
_SUCCESSORS = {"GenderString": "Gender", "PartyTypeString": "PartyType"}
# Other words for a gender, where only these three values are allowed.
_GENDERS = {
    "FEMALE": ("woman", "weiblich", "frau", "femme", "féminin", "femenino", "mujer", "femmina", "feminino", "vrouw"),
    "MALE": ("man", "männlich", "mann", "homme", "masculin", "masculino", "hombre", "maschio", "mannelijk"),
}
_LETTERS = {"F": "FEMALE", "M": "MALE"}


def allowed_values(target: str) -> tuple[str, ...]:
    """Return the values that a target, or the enumeration it succeeds, knows; empty if it takes any text."""
    found = catalog.target(target)
    return catalog.target(_SUCCESSORS.get(found.name, target)).values


def tells(text: pa.Array) -> Counter[str]:
    """Return how often each single letter stands alone in a cell."""
    letters = text.filter(pa.array(mask_of(pc.equal(pc.utf8_length(text), 1))))
    return Counter({pair["values"]: pair["counts"] for pair in pc.value_counts(pc.utf8_upper(letters)).to_pylist()})


def as_allowed(text: pa.Array, target: str, seen: Mapping[str, int]) -> pa.Array:
    """Return text in the spelling that the service knows, where it is one of its values in other letters.

    For Gender, which takes nothing else, words for it in some languages count as well, and the
    letters F and M in a column that has both and no third one: M alone may be *mujer*.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``.
    target : str
        Where the column goes.
    seen : mapping of str to int
        What `tells` said of the whole column.
    """
    known = _spellings(catalog.target(target).name, allowed_values(target), seen)
    names = pa.array(list(known), text.type)
    index = pc.index_in(pc.replace_substring(pc.utf8_lower(pc.utf8_trim_whitespace(text)), " ", "_"), value_set=names)
    spelled = pa.array(list(known.values()), text.type).take(index)
    return mended_where(text, mask_of(spelled.is_valid()), lambda _: spelled.drop_null())


def _spellings(name: str, values: tuple[str, ...], seen: Mapping[str, int]) -> dict[str, str]:
    known = {value.lower(): value for value in values}
    if name == "Gender":
        known |= {word: value for value, words in _GENDERS.items() for word in words}
        if seen.keys() == _LETTERS.keys():
            known |= {letter.lower(): value for letter, value in _LETTERS.items()}
    return known
