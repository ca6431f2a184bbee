"""What one column of a table is to the service."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cpnb import catalog, headers
from cpnb.content_types import ContentType
from cpnb.errors import FieldsError

_REGION = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Field:
    """One column on its way to one place in the profile.

    Parameters
    ----------
    column : str
        Name of the column in the table.
    target : str
        Where it goes, ``"EmailAddress"`` or ``"_profile.EmailAddress"``; kept in the long form.
    content_type : ContentType or str, optional
        How the service compares its values; by default what belongs to the target.
    region : str, optional
        For phone numbers: ISO 3166 code of the country in which numbers without ``+`` are dialled.
    region_column : str, optional
        For phone numbers: the column that holds such a code, row by row.
    source : str, optional
        Header in the uploaded file, and with it the field's name at the service; derived from
        `column` if not given.

    Raises
    ------
    FieldsError
        If the target, content type, region or source is none that the service knows.
    """

    column: str
    target: str
    content_type: ContentType = None  # type: ignore[assignment]  # filled in below, never None afterwards
    region: str | None = None
    region_column: str | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.column, str):
            raise FieldsError(
                f"Columns are named by text; found a name of type {type(self.column).__name__}. "
                "Rename the columns first: df.columns = df.columns.map(str)."
            )
        if not isinstance(self.target, str):
            raise FieldsError(
                f"The target of column {self.column!r} is a {type(self.target).__name__}; expected the name of a "
                "profile field, such as 'EmailAddress'."
            )
        path = catalog.target(self.target).path
        object.__setattr__(self, "target", path)
        object.__setattr__(self, "content_type", ContentType.named(self.content_type or ContentType.of_target(path)))
        object.__setattr__(self, "source", headers.checked(self.source) if self.source else headers.slug(self.column))
        if self.region is not None:
            object.__setattr__(self, "region", checked_region(self.region))
        if (self.region or self.region_column) and self.content_type is not ContentType.PHONE_NUMBER:
            raise FieldsError(
                f"Column {self.column!r} has a region but is no phone number (content type {self.content_type})."
            )

    @property
    def name(self) -> str:
        """The target without its prefix: ``Address.City``."""
        return self.target.removeprefix(catalog.PROFILE_PREFIX)


def checked_region(value: str) -> str:
    """Return the code of a region in capitals.

    Raises
    ------
    FieldsError
        If no phone numbers are known of it.
    """
    import phonenumbers

    region = str(value).strip().upper()
    if not _REGION.fullmatch(region) or region not in phonenumbers.SUPPORTED_REGIONS:
        raise FieldsError(
            f"{value!r} is no region: expected the two-letter ISO 3166 code of a country that has phone numbers, "
            "such as 'US', 'GB' or 'DE'."
        )
    return region
