"""The map from the columns of a table to the fields of a profile, and the forms in which it is kept and sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from cpnb import catalog, headers
from cpnb.content_types import ContentType
from cpnb.display import html_table
from cpnb.errors import FieldsError, did_you_mean, listed
from cpnb.field import Field, checked_region

__all__ = ["FILE_FORMAT", "Field", "FieldMap"]

FILE_FORMAT = "cpnb.fields/1"


@dataclass(frozen=True, slots=True, repr=False)
class FieldMap:
    """The map from columns to profile fields, and the column that identifies a customer.

    Parameters
    ----------
    fields : iterable of Field, or mapping of column to target
        In the order in which the columns are sent.
    unique_key : str, optional
        The mapped column by which the service recognises a customer. Needed for an upload, not for
        a validation.
    region : str, optional
        Region of every phone field that has none of its own.

    Raises
    ------
    FieldsError
        If there are no fields, two go to one target, a column is mapped twice, targets exclude each
        other, or the key is not mapped.

    Examples
    --------
    >>> fields = FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id")
    >>> fields["mail"].content_type.value
    'EMAIL_ADDRESS'
    """

    fields: tuple[Field, ...]
    unique_key: str | None = None
    region: str | None = None

    def __init__(
        self,
        fields: Iterable[Field] | Mapping[str, str],
        unique_key: str | None = None,
        region: str | None = None,
    ) -> None:
        if isinstance(fields, Mapping):
            fields = [Field(column, target) for column, target in fields.items()]
        _set(self, "region", checked_region(region) if region is not None else None)
        _set(self, "fields", _with_distinct_sources(_checked(_only_fields(fields))))
        _set(self, "unique_key", unique_key)
        if unique_key is not None and unique_key not in self.columns:
            raise FieldsError(
                f"The unique key {unique_key!r} is not among the mapped columns ({listed(self.columns)})."
                f"{did_you_mean(str(unique_key), self.columns)} The service needs the key as a field: map it, for "
                "example to 'AccountNumber'."
            )

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __getitem__(self, column: str) -> Field:
        for field in self.fields:
            if field.column == column:
                return field
        raise KeyError(f"{column!r} is not mapped.{did_you_mean(column, self.columns)}")

    def _ipython_key_completions_(self) -> tuple[str, ...]:
        """Return what IPython offers after ``fields["``."""
        return self.columns

    def __str__(self) -> str:
        width = max(len(column) for column in self.columns)
        lines = [f"{column:<{width}}  -> {target}  {notes}".rstrip() for column, target, notes in self._table()]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table("Field map", ("Column", "Goes to", "Compared as"), self._table())

    def _table(self) -> list[tuple[str, str, str]]:
        rows = []
        for field in self.fields:
            place = f"per row from {field.region_column}" if field.region_column else self.region_of(field)
            notes = [field.content_type.value]
            notes += [f"region {place}"] if field.content_type is ContentType.PHONE_NUMBER and place else []
            notes += ["unique key"] if field.column == self.unique_key else []
            rows.append((field.column, field.name, ", ".join(notes)))
        return rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The mapped columns, in order."""
        return tuple(field.column for field in self.fields)

    @property
    def sources(self) -> tuple[str, ...]:
        """The headers of the uploaded file, in order."""
        return tuple(field.source for field in self.fields)

    @property
    def key_field(self) -> Field:
        """The field of the unique key.

        Raises
        ------
        FieldsError
            If the map has no unique key.
        """
        if self.unique_key is None:
            raise FieldsError(
                "This field map has no unique key, and an upload needs one: the column by which the service "
                f"recognises a customer. Add it with fields.overridden(unique_key=...), one of {listed(self.columns)}."
            )
        return self[self.unique_key]

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """Every column that is read, the region columns included, each once."""
        regions = (field.region_column for field in self.fields if field.region_column)
        return tuple(dict.fromkeys((*self.columns, *regions)))

    def region_of(self, field: Field) -> str | None:
        """Return the region in which numbers of `field` without ``+`` are read, or None."""
        return field.region or self.region

    def overridden(self, unique_key: str | None = None, region: str | None = None) -> FieldMap:
        """Return the same map with another unique key, region, or both; None keeps what there is.

        A phone field's own region or region column stays, as it comes before the map's.
        """
        return FieldMap(self.fields, unique_key or self.unique_key, region or self.region)

    def with_field(self, field: Field) -> FieldMap:
        """Return the same map with `field` added, or put in place of the one for its column."""
        if field.column in self.columns:
            return FieldMap(
                [field if old.column == field.column else old for old in self.fields], self.unique_key, self.region
            )
        return FieldMap([*self.fields, field], self.unique_key, self.region)

    def without(self, *columns: str) -> FieldMap:
        """Return the same map without some columns; the key cannot be among them."""
        return FieldMap([field for field in self.fields if field.column not in columns], self.unique_key, self.region)

    def to_api(self) -> dict[str, dict[str, str]]:
        """Return the ``Fields`` of a CreateUploadJob request.

        The map key, the Source and the header in the file are the same text, so that it does not
        matter which of them the service looks at.
        """
        return {
            field.source: {"Source": field.source, "Target": field.target, "ContentType": field.content_type.value}
            for field in self.fields
        }

    def to_cli_json(
        self, *, domain_name: str | None = None, display_name: str | None = None, data_expiry: int | None = None
    ) -> str:
        """Return the input of ``aws customer-profiles create-upload-job --cli-input-json`` as JSON.

        What is not given here is left out, and has to be given on the command line: ``--domain-name`` and
        ``--display-name`` are required, ``--data-expiry`` is not. The file uploaded afterwards needs the
        header line that `sources` says.

        Parameters
        ----------
        domain_name, display_name : str, optional
            The domain, and the name of the upload job in it.
        data_expiry : int, optional
            Days after which the service deletes what was uploaded; it takes 14 if nothing is said.

        Raises
        ------
        FieldsError
            If the map has no unique key, or a name or the expiry is longer, shorter or of another form than
            the service takes.

        Source: service model, ``CreateUploadJobRequest``.

        Examples
        --------
        >>> fields = FieldMap({"id": "AccountNumber"}, unique_key="id")
        >>> print(fields.to_cli_json(domain_name="loyalty", display_name="spring"))
        {
          "DomainName": "loyalty",
          "DisplayName": "spring",
          "Fields": {
            "id": {
              "Source": "id",
              "Target": "_profile.AccountNumber",
              "ContentType": "STRING"
            }
          },
          "UniqueKey": "id"
        }
        """
        given = {"DomainName": domain_name, "DisplayName": display_name, "DataExpiry": data_expiry}
        for member, value in given.items():
            if value is not None:
                _require_allowed(member, value)
        request = {
            "DomainName": domain_name,
            "DisplayName": display_name,
            "Fields": self.to_api(),
            "UniqueKey": self.key_field.source,
            "DataExpiry": data_expiry,
        }
        return json.dumps({name: value for name, value in request.items() if value is not None}, indent=2)

    @classmethod
    def from_api(cls, fields: Mapping[str, Mapping[str, str]], unique_key: str | None = None) -> Self:
        """Return the map that a GetUploadJob response describes; its columns are the headers of the file.

        A Source in the object-type spelling, ``_source.X``, means the header ``X``.
        """
        return cls(
            [
                Field(
                    column := entry.get("Source", key).removeprefix("_source."),
                    entry["Target"],
                    ContentType(entry.get("ContentType", "STRING")),
                    source=headers.slug(column),
                )
                for key, entry in fields.items()
            ],
            unique_key=unique_key,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the whole map as plain data, columns, regions and key included."""
        return {
            "format": FILE_FORMAT,
            "unique_key": self.unique_key,
            "region": self.region,
            "fields": [
                {
                    "column": field.column,
                    "target": field.target,
                    "content_type": field.content_type.value,
                    "source": field.source,
                    **({"region": field.region} if field.region else {}),
                    **({"region_column": field.region_column} if field.region_column else {}),
                }
                for field in self.fields
            ],
        }

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Return the map that `to_dict` described.

        Raises
        ------
        FieldsError
            If it is something else.
        """
        if not isinstance(data, dict) or data.get("format") != FILE_FORMAT:
            raise FieldsError(f'This is no field map: expected a JSON object with "format": {FILE_FORMAT!r}.')
        try:
            return cls([Field(**entry) for entry in data["fields"]], data.get("unique_key"), data.get("region"))
        except (KeyError, TypeError, AttributeError):
            raise FieldsError(
                'This field map is damaged: expected a list "fields", each with "column" and "target".'
            ) from None

    def save(self, path: str | Path) -> None:
        """Write the map as JSON, one field to a line, so that a changed field is one changed line in a diff."""
        whole = self.to_dict()
        fields = ",\n".join(f"    {_line(field)}" for field in whole.pop("fields"))
        head = "".join(f"  {_line(name)}: {_line(value)},\n" for name, value in whole.items())
        text = f'{{\n{head}  "fields": [\n{fields}\n  ]\n}}\n'
        # Encoded before the file is opened: what cannot be written must not empty what is there.
        content = text.encode("utf-8", "surrogatepass")
        Path(path).write_bytes(content)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return the map that `save` wrote.

        Raises
        ------
        FieldsError
            If the file holds something else.
        """
        try:
            data = json.loads(Path(path).read_bytes().decode("utf-8-sig", "surrogatepass"))
        except OSError as error:
            raise FieldsError(f"The field map {Path(path).name!r} cannot be read: {error.strerror}.") from None
        except (ValueError, RecursionError):
            raise FieldsError(f"{Path(path).name!r} is no field map: it is not JSON.") from None
        return cls.from_dict(data)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _set(instance: object, name: str, value: object) -> None:
    object.__setattr__(instance, name, value)


def _require_allowed(member: str, value: str | int) -> None:
    bounds = catalog.limit("CreateUploadJobRequest", member)
    if isinstance(value, str):
        if not bounds.minimum <= len(value) <= bounds.maximum or not re.search(bounds.pattern, value):
            form = f" of the form {bounds.pattern}" if bounds.pattern else ""
            raise FieldsError(
                f"{member} is a text of {len(value)} characters; expected {bounds.minimum} to {bounds.maximum}{form}."
            )
    elif not bounds.minimum <= value <= bounds.maximum:
        raise FieldsError(f"{member} is {value}; expected {bounds.minimum} to {bounds.maximum} days.")


def _only_fields(things: Iterable[object]) -> tuple[Field, ...]:
    everything = tuple(things)
    fields = tuple(thing for thing in everything if isinstance(thing, Field))
    strangers = [thing for thing in everything if not isinstance(thing, Field)]
    if strangers:
        raise FieldsError(
            f"A field map holds Field objects, found a {type(strangers[0]).__name__}. Write "
            "FieldMap([Field('column', 'EmailAddress'), ...]), or FieldMap({'column': 'EmailAddress'})."
        )
    return fields


def _checked(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    if not fields:
        raise FieldsError("A field map needs at least one field: Field('column', 'EmailAddress').")
    by_target: dict[str, str] = {}
    columns: set[str] = set()
    for field in fields:
        if field.column in columns:
            raise FieldsError(f"Column {field.column!r} is mapped twice; the service takes one target for each.")
        if field.target in by_target:
            raise FieldsError(
                f"Columns {by_target[field.target]!r} and {field.column!r} both go to {field.name!r}; choose one, "
                "and another target or none for the other."
            )
        columns.add(field.column)
        by_target[field.target] = field.column
    for one, other in catalog.EXCLUSIVE_TARGETS:
        if one in by_target and other in by_target:
            raise FieldsError(
                f"Columns {by_target[one]!r} and {by_target[other]!r} go to two targets that exclude each other, "
                f"{one.removeprefix(catalog.PROFILE_PREFIX)!r} and {other.removeprefix(catalog.PROFILE_PREFIX)!r}."
            )
    return fields


def _with_distinct_sources(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    sources = headers.distinct(field.source for field in fields)
    return tuple(
        field if field.source == source else replace(field, source=source)
        for field, source in zip(fields, sources, strict=True)
    )
