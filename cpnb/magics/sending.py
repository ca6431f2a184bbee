"""``%cp_plan`` and ``%cp_upload``: from a table to the profiles of a domain."""

from __future__ import annotations

from argparse import Namespace
from functools import wraps
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from cpnb import planning, uploads
from cpnb.domain import Domain
from cpnb.fields import FieldMap
from cpnb.frames import Table
from cpnb.magics.guessing import fields_of, map_shown, summary_shown
from cpnb.magics.options import (
    DATA_EXPIRY,
    DOMAIN,
    FIELDS,
    FRAME,
    MARKER,
    ON_INVALID_OPTION,
    OPTIONS,
    REGION,
    UNIQUE_KEY,
)
from cpnb.magics.python_lines import Call, Said
from cpnb.magics.speaking import ProfileMagics, line
from cpnb.upload_options import UploadOptions

__all__ = ["SendingMagics"]

_ABOUT_AN_UPLOAD = (FRAME, FIELDS, UNIQUE_KEY, REGION, DATA_EXPIRY, MARKER, ON_INVALID_OPTION, DOMAIN, OPTIONS)


@magics_class
class SendingMagics(ProfileMagics):
    """The magics that say what an upload would do, and do it."""

    @line(*_ABOUT_AN_UPLOAD)
    def cp_plan(self, options: Namespace) -> Said[planning.Plan]:
        """Tell what an upload would do, and send nothing: what goes, what stays behind, and when it expires.

        ::

            %cp_plan people --fields fields --expiry 30 --on-invalid blank

        In Python::

            cpnb.plan(people, domain, fields, data_expiry=30, on_invalid='blank')
        """
        frame = self.names.frame(options.frame)
        domain = self.names.domain(options.domain)
        fields = fields_of(self.names, options, frame, summary_shown)
        return Call(planning.plan, frame, domain, fields, **self._settings(options))

    @line(
        *_ABOUT_AN_UPLOAD,
        argument("--display-name", default="cpnb", help="Beginning of the jobs' names, as the console shows them."),
        argument("--wait", action="store_true", help="Return when the upload is through."),
    )
    def cp_upload(self, options: Namespace) -> Said[uploads.Upload]:
        """Examine a table, upload what is right of it, and return the upload at work.

        It says where the rows go before any is sent. Without ``--fields`` the fields are guessed, and the guess is
        used only if all of it is sure. A cell that is run again finds its upload, and sends nothing twice.

        ::

            %cp_upload people --unique-key customer_id --region US --expiry 30 --on-invalid blank
            %cp_upload people[people.country == "US"] --fields fields --wait -o upload

        In Python::

            cpnb.upload(
                people,
                domain,
                cpnb.suggest_fields(people, unique_key='customer_id', region='US'),
                data_expiry=30,
                on_invalid='blank',
            )
        """
        frame = self.names.frame(options.frame)
        domain = self.names.domain(options.domain)
        fields = fields_of(self.names, options, frame, map_shown)
        settings = self._settings(options) | {"display_name": options.display_name}
        return Call(_upload_said_aloud, frame, domain, fields, **settings)

    def _settings(self, options: Namespace) -> dict[str, Any]:
        rare = self.names.thing("--options", options.options, UploadOptions)
        return {
            "data_expiry": options.data_expiry,
            "marker": _marker(options.marker),
            "on_invalid": options.on_invalid,
        } | ({} if rare is None else {"options": rare})


@wraps(uploads.upload)
def _upload_said_aloud(data: Table, domain: Domain, fields: FieldMap, **settings: Any) -> uploads.Upload:
    _ = domain.account  # asked first, so that the place is told in full
    print(f"Goes to domain {domain.name} at {domain.place}.")  # noqa: T201 - said before anything is sent
    return uploads.upload(data, domain, fields, **settings)


def _marker(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(
            f"--marker {text!r} has no '='. Name the attribute and its value: --marker campaign=spring-2026"
        )
    return name, value
