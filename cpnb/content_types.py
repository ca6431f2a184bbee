"""How the service compares the values of a field."""

from __future__ import annotations

from enum import StrEnum

from cpnb import catalog
from cpnb.errors import FieldsError, did_you_mean


class ContentType(StrEnum):
    """How the service compares the values of a field. Source: service model, ``FieldContentType``."""

    STRING = "STRING"
    NUMBER = "NUMBER"
    PHONE_NUMBER = "PHONE_NUMBER"
    EMAIL_ADDRESS = "EMAIL_ADDRESS"
    NAME = "NAME"

    @classmethod
    def of_target(cls, path: str) -> ContentType:
        """Return the content type that belongs to a target by its meaning.

        Examples
        --------
        >>> ContentType.of_target("_profile.MobilePhoneNumber")
        <ContentType.PHONE_NUMBER: 'PHONE_NUMBER'>
        >>> ContentType.of_target("_profile.Address.PostalCode")
        <ContentType.STRING: 'STRING'>
        """
        if path.startswith(catalog.ATTRIBUTE_PREFIX):
            return cls.STRING
        if path.endswith("PhoneNumber"):
            return cls.PHONE_NUMBER
        if path.endswith("EmailAddress"):
            return cls.EMAIL_ADDRESS
        if path.removeprefix(catalog.PROFILE_PREFIX) in {"FirstName", "MiddleName", "LastName", "BusinessName"}:
            return cls.NAME
        return cls.STRING

    @classmethod
    def named(cls, name: str) -> ContentType:
        """Return the content type of a name.

        Raises
        ------
        FieldsError
            If there is none.
        """
        try:
            return cls(name)
        except ValueError:
            hint = did_you_mean(str(name), [known.value for known in cls])
        raise FieldsError(f"{str(name)!r} is no content type. Expected one of {', '.join(cls)}.{hint}")
