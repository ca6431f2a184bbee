"""Attributes of profiles, compared like the columns of a pandas frame.

>>> from cpnb.expressions import profile
>>> condition = profile.Address.City.isin(["Seattle", "Boston"]) & ~profile.LastName.startswith("S")
>>> print(condition)
Address.City is one of 'Seattle', 'Boston' and not (LastName starts with 'S')
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from cpnb import catalog, dimensions
from cpnb.attribute import Attribute, UnknownAttributeError
from cpnb.conditions import Condition, Expression, InSegment, MisuseError
from cpnb.dimensions import CALCULATED, CUSTOM_PREFIX
from cpnb.errors import ExpressionError, FieldsError

__all__ = ["Attribute", "Condition", "Expression", "InSegment", "calculated", "in_segment", "profile"]


class _Container:
    """What holds attributes and is none itself, so that nothing can be compared with it."""

    __slots__ = ()

    def _example(self) -> str:
        """Return one of the attributes as it is written."""
        raise NotImplementedError

    def __eq__(self, other: object) -> NoReturn:
        raise MisuseError(f"This holds attributes and is none, so it cannot be compared; name one: {self._example()}.")

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __and__ = __or__ = __rand__ = __ror__ = __contains__ = __eq__
    __hash__ = None  # type: ignore[assignment]  # what has no plain equality has no hash

    def __iter__(self) -> NoReturn:
        raise MisuseError(f"This holds attributes, which are named and not gone through: {self._example()}.")


class ProfileAttributes(_Container):
    """The attributes that segments can filter on: ``profile.LastName``, ``profile.Address.City``."""

    __slots__ = ("_block",)

    def __init__(self, block: str = "") -> None:
        self._block = block

    def _names(self) -> list[str]:
        names = [target.name for target in catalog.targets().values() if target.dimension]
        return [name.removeprefix(self._block) for name in names if name.startswith(self._block)]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # Python and IPython ask for many such names; none is an attribute of a profile
            raise AttributeError(name)
        path = self._block + name
        if path == "Attributes":
            return CustomAttributes()
        if any(known.startswith(f"{name}.") for known in self._names()):
            return ProfileAttributes(f"{path}.")
        try:
            return Attribute(path, dimensions.attribute_shape(path))
        except ExpressionError as error:
            message = str(error)
        raise UnknownAttributeError(message)

    def __getitem__(self, name: object) -> NoReturn:
        way = f"profile.{self._block}{name}" if name in self.__dir__() else f"profile.Attributes[{name!r}]"
        raise MisuseError(
            f"Attributes with a fixed name are written {self._example()}, and custom ones profile.Attributes['tier']: "
            f"did you mean {way}?"
        )

    def _example(self) -> str:
        return f"profile.{self._block}{'City' if self._block else 'LastName'}"

    def __dir__(self) -> list[str]:
        own = {name.partition(".")[0] for name in self._names()}
        return sorted(own if self._block else {*own, "Attributes"})

    def __repr__(self) -> str:
        return f"<attributes profile.{self._block}{{{', '.join(self.__dir__())}}}>"


class _NamedAttributes(_Container):
    """Attributes whose names are the domain's, so that no list of them is known here."""

    __slots__ = ()

    _written: str
    """How one of them is written, with its name left out."""

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith(("__", "_repr_", "_ipython_")):  # Python and IPython ask for many such names
            raise AttributeError(name)
        raise UnknownAttributeError(f"These attributes are written with brackets: {self._written.format(name)}.")

    def _example(self) -> str:
        return self._written.format("tier")

    def __repr__(self) -> str:
        return f"<attributes {self._written.format('name')}>"


class CustomAttributes(_NamedAttributes):
    """Custom attributes by name: ``profile.Attributes["tier"]``."""

    __slots__ = ()

    _written = "profile.Attributes['{}']"

    def __getitem__(self, name: str) -> Attribute:
        if not isinstance(name, str):
            raise ExpressionError(
                f"Custom attributes have names: profile.Attributes['tier'], got {type(name).__name__}."
            )
        try:
            return Attribute(catalog.target(CUSTOM_PREFIX + name).name, "AttributeDimension")
        except FieldsError as error:
            message = str(error)
        raise ExpressionError(message)


class CalculatedAttributes(_NamedAttributes):
    """Calculated attributes of the domain by name: ``calculated["_average_hold_time"]``."""

    __slots__ = ()

    _written = "calculated['{}']"

    def __getitem__(self, name: str) -> Attribute:
        if not isinstance(name, str):
            raise ExpressionError(f"Calculated attributes have names: calculated['_calls'], got {type(name).__name__}.")
        if not re.fullmatch(r"[a-zA-Z_][a-zA-Z_0-9-]*", name):
            raise ExpressionError(
                f"{name!r} cannot be a calculated attribute: expected a letter or '_', then letters, digits, "
                "'_' and '-'."
            )
        return Attribute(name, CALCULATED)


def in_segment(name: str) -> Expression:
    """Return the condition that a profile is in another segment of the domain.

    Parameters
    ----------
    name : str
        The name of that segment, 1 to 64 letters, digits, ``_`` or ``-``.

    Raises
    ------
    ExpressionError
        If no segment can have that name.

    Examples
    --------
    >>> print(in_segment("vip") & ~in_segment("unsubscribed"))
    is in segment 'vip' and not (is in segment 'unsubscribed')
    """
    if not isinstance(name, str):
        raise ExpressionError(f"Segments have names: in_segment('vip'), got an object of type {type(name).__name__}.")
    bounds = catalog.limit("CreateSegmentDefinitionRequest", "SegmentDefinitionName")
    if not bounds.minimum <= len(name) <= bounds.maximum or not re.fullmatch(bounds.pattern, name):
        raise ExpressionError(
            f"No segment can have the name {name!r}: expected {bounds.minimum} to {bounds.maximum} letters, digits, "
            "'_' or '-'. cpnb.list_segments(domain) shows the names that there are."
        )
    return InSegment(name)


profile = ProfileAttributes()
calculated = CalculatedAttributes()
