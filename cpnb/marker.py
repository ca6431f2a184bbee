"""A mark on every row of an upload: the only way to ask the service later for the rows of that upload."""

from __future__ import annotations

from typing import NamedTuple, Self

from cpnb import catalog, headers
from cpnb.content_types import ContentType
from cpnb.errors import FieldsError
from cpnb.fields import FieldMap


class Marker(NamedTuple):
    """A custom attribute that has the same value in every row.

    The service keeps to itself which upload a profile came from; its segments know attributes only.
    Source: service model (no dimension of a segment names an import).
    """

    name: str
    value: str

    @classmethod
    def checked(cls, given: object, fields: FieldMap) -> Self:
        """Return the marker that somebody asked for, if it can go beside these fields.

        Raises
        ------
        TypeError
            If it is no pair of texts.
        FieldsError
            If the service takes no such attribute or value, or a column is mapped to it, or has its
            header in the file.
        """
        if not isinstance(given, tuple) or [*map(type, given)] != [str, str]:
            raise TypeError(
                f"The marker is a {type(given).__name__}; expected a name and a value, both text, such as "
                "marker=('campaign', 'spring-2026')."
            )
        marker = cls(*given)
        target = catalog.target(catalog.ATTRIBUTE_PREFIX + marker.name)
        if not 1 <= len(marker.value) <= target.max_length:
            raise FieldsError(
                f"The value of the marker {marker.name!r} has {len(marker.value):,} characters; expected 1 to "
                f"{target.max_length}."
            )
        if not marker.value.isprintable() or marker.value != marker.value.strip():
            raise FieldsError(
                f"The value of the marker {marker.name!r} has a control character, or spaces at an end; a segment "
                "could not ask for it. Use letters, digits and signs."
            )
        # Whatever is between the braces: only the service knows what else it reads so.
        if marker.value.startswith("{{") and marker.value.endswith("}}"):
            raise FieldsError(
                f"The value of the marker {marker.name!r} would be read as a reference to another attribute, and its "
                "segment would hold other profiles than the rows of the upload. Leave out the braces at its ends."
            )
        marker._require_free(fields)
        return marker

    def _require_free(self, fields: FieldMap) -> None:
        for field in fields:
            if field.target == self.target:
                raise FieldsError(
                    f"Column {field.column!r} is mapped to {field.name!r}, which the marker would fill in every row. "
                    "Choose another name for the marker, or leave the column out."
                )
            if field.source.casefold() == self.source.casefold():
                raise FieldsError(
                    f"Column {field.column!r} has the header {field.source!r} in the uploaded file, and so would the "
                    f"marker {self.name!r}. Choose another name for the marker."
                )

    @property
    def target(self) -> str:
        """Where it goes: ``_profile.Attributes.<name>``."""
        return catalog.ATTRIBUTE_PREFIX + self.name

    @property
    def source(self) -> str:
        """Its header in the uploaded file, and with it the field's name at the service."""
        return headers.slug(self.name)

    def to_api(self) -> dict[str, dict[str, str]]:
        """Return its entry in the ``Fields`` of a CreateUploadJob request."""
        kind = ContentType.STRING.value
        return {self.source: {"Source": self.source, "Target": self.target, "ContentType": kind}}
