"""The attributes that a segment can compare, in groups, found by any part of their name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cpnb import catalog, dimensions
from cpnb.dimensions import CALCULATED, CUSTOM_PREFIX
from cpnb.errors import ExpressionError
from cpnb.expressions import calculated, profile

CALCULATED_PREFIX = "calculated: "
"""What calculated attributes are marked with, which may be called like others."""

PERSON = "Person"
CONTACT = "Phone and e-mail"
ACCOUNT = "Account"
CUSTOM = "Custom attributes"
CALCULATED_GROUP = "Calculated attributes"

_GROUPS = {
    "FirstName": PERSON,
    "MiddleName": PERSON,
    "LastName": PERSON,
    "BirthDate": PERSON,
    "GenderString": PERSON,
}
_WORDS = {
    "INCLUSIVE": "is one of",
    "EXCLUSIVE": "is none of",
    "CONTAINS": "contains",
    "BEGINS_WITH": "starts with",
    "ENDS_WITH": "ends with",
    "BEFORE": "is before",
    "AFTER": "is after",
    "ON": "is on",
    "BETWEEN": "is between",
    "NOT_BETWEEN": "is not between",
    "EQUAL": "equals",
    "GREATER_THAN": "is greater than",
    "GREATER_THAN_OR_EQUAL": "is at least",
    "LESS_THAN": "is less than",
    "LESS_THAN_OR_EQUAL": "is at most",
    "LIST_CONTAINS": "lists one of",
    "LIST_CONTAINS_ALL": "lists all of",
}


@dataclass(frozen=True, slots=True)
class AttributeChoice:
    """One attribute to choose.

    Attributes
    ----------
    label : str
        What people see and type: ``Address.City``, ``Attributes.tier``, ``calculated: _calls``.
    name : str
        What the service calls it.
    shape : str
        Its dimension shape, which says how it can be compared.
    group : str
        Under which heading it stands.
    """

    label: str
    name: str
    shape: str
    group: str


def label_of(name: str, shape: str) -> str:
    """Return what people see of an attribute."""
    return CALCULATED_PREFIX + name if shape == CALCULATED else name


def operator_choices(shape: str) -> list[tuple[str, str]]:
    """Return the comparisons that a shape has, in words and as the service calls them."""
    return [(_WORDS.get(one, one.lower().replace("_", " ")), one) for one in catalog.dimension_types(shape)]


class AttributeChoices:
    """The attributes that there are: those of every profile, and those that are known of a domain or a table.

    Parameters
    ----------
    custom : iterable of str
        Names of custom attributes, with or without ``Attributes.``.
    calculated_names : iterable of str
        Names of calculated attributes.
    """

    def __init__(self, custom: Iterable[str] = (), calculated_names: Iterable[str] = ()) -> None:
        names = [target.name for target in catalog.targets().values() if target.dimension]
        of_profiles = [AttributeChoice(name, name, dimensions.attribute_shape(name), _group(name)) for name in names]
        own = [self._custom(name) for name in dict.fromkeys(custom)]
        counted = [_calculated(name) for name in dict.fromkeys(calculated_names)]
        order = [PERSON, CONTACT, ACCOUNT]
        self._choices = sorted(
            of_profiles, key=lambda one: order.index(one.group) if one.group in order else len(order)
        )
        self._choices += [one for one in (*own, *counted) if one is not None]

    @staticmethod
    def _custom(name: str) -> AttributeChoice | None:
        try:
            return _read_custom(CUSTOM_PREFIX + name.removeprefix(CUSTOM_PREFIX))
        except ExpressionError:  # a column of a table that can be no attribute is no choice
            return None

    @property
    def groups(self) -> list[str]:
        """The headings, in their order; those of custom and calculated attributes always."""
        found = [one.group for one in self._choices]
        return list(dict.fromkeys([*found, CUSTOM, CALCULATED_GROUP]))

    def labels(self, group: str = "", search: str = "") -> list[str]:
        """Return what can be chosen under a heading, or all of it, and holds all words of a search."""
        words = re.findall(r"\w+", search.casefold())
        return [
            one.label
            for one in self._choices
            if group in {"", one.group}
            if all(word in f"{one.group} {one.label}".casefold() for word in words)
        ]

    def read(self, typed: str) -> AttributeChoice:
        """Return the attribute that was typed or chosen; one that is not in the list, if there can be such a one.

        Raises
        ------
        ExpressionError
            If there is no such attribute, or segments cannot compare it; the message offers the nearest.
        """
        text = typed.strip()
        for one in self._choices:
            if text.casefold() == one.label.casefold():
                return one
        if text.casefold().startswith(CALCULATED_PREFIX.strip()):
            name = text[len(CALCULATED_PREFIX.strip()) :].strip()
            attribute = calculated[name]
            return AttributeChoice(label_of(attribute.name, CALCULATED), attribute.name, CALCULATED, CALCULATED_GROUP)
        if text.startswith(CUSTOM_PREFIX):
            return _read_custom(text)
        # "city" is that of the address, which stands before those for shipping, mail and bills.
        for one in self._choices:
            if one.group != CUSTOM and one.label.casefold().endswith(f".{text.casefold()}"):
                return one
        return AttributeChoice(text, text, dimensions.attribute_shape(text), _group(text))


def _read_custom(path: str) -> AttributeChoice:
    attribute = profile.Attributes[path.removeprefix(CUSTOM_PREFIX)]
    return AttributeChoice(attribute.name, attribute.name, "AttributeDimension", CUSTOM)


def _calculated(name: str) -> AttributeChoice | None:
    try:
        attribute = calculated[name]
    except ExpressionError:
        return None
    return AttributeChoice(label_of(attribute.name, CALCULATED), attribute.name, CALCULATED, CALCULATED_GROUP)


def _group(name: str) -> str:
    block, _, part = name.partition(".")
    if part:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", block).capitalize()
    if name.endswith(("PhoneNumber", "EmailAddress")):
        return CONTACT
    return _GROUPS.get(name, ACCOUNT)
