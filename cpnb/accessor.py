"""``df.cp``: what cpnb does, said to the table itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpnb.cleaned import Cleaned
    from cpnb.cleaned_scan import CleanedScan
    from cpnb.cleaning import DateOrder
    from cpnb.conditions import Expression
    from cpnb.description import Description
    from cpnb.domain import Domain
    from cpnb.duplicates import Keep
    from cpnb.fields import FieldMap
    from cpnb.frames import Frame
    from cpnb.matching import Preview
    from cpnb.planning import OnInvalid, Plan, UploadOptions
    from cpnb.report import Report
    from cpnb.suggested import Suggestions
    from cpnb.suggestion import AskedAttributes
    from cpnb.uploads import Upload


@pd.api.extensions.register_dataframe_accessor("cp")
class CustomerProfilesAccessor:
    """Prepare the rows of a table for Amazon Connect Customer Profiles, and upload them.

    It holds the table and nothing else: pandas makes a new one whenever it likes. A `Scan` has it as well.
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def describe(self, fields: FieldMap | None = None) -> Description:
        """Return what each column holds, in content types; see `cpnb.describe`.

        Parameters
        ----------
        fields : FieldMap, optional
            What the columns are meant to be. Without it, each is described by its values alone.
        """
        from cpnb.description import describe

        return describe(self._frame, fields)

    def suggest(
        self, *, unique_key: str | None = None, region: str | None = None, attributes: AskedAttributes = ()
    ) -> Suggestions:
        """Return a guess for each column, with reasons, and what is left out, with reasons; see `cpnb.suggest`."""
        from cpnb.suggestion import suggest

        return suggest(self._frame, unique_key=unique_key, region=region, attributes=attributes)

    def suggest_fields(
        self, *, unique_key: str | None = None, region: str | None = None, attributes: AskedAttributes = ()
    ) -> FieldMap:
        """Return a field map guessed from the columns' names and values; see `cpnb.suggest_fields`."""
        return self.suggest(unique_key=unique_key, region=region, attributes=attributes).fields

    def validate(self, fields: FieldMap | None = None, *, schema: Any = None) -> Report:
        """Return what is wrong with the rows; see `cpnb.validate`.

        Parameters
        ----------
        fields : FieldMap, optional
            By default what `suggest_fields` guesses.
        schema : pandera.pandas.DataFrameSchema, optional
            A schema made by `cpnb.schema_for` and extended.
        """
        from cpnb.validation import validate

        return validate(self._frame, self.suggest_fields() if fields is None else fields, schema=schema)

    def clean(
        self,
        fields: FieldMap,
        *,
        steps: Sequence[str] | None = None,
        without: Sequence[str] = (),
        keep: Keep | None = None,
        date_order: DateOrder | None = None,
        country: str | None = None,
    ) -> Cleaned | CleanedScan:
        """Return the rows with everything repaired that can be for certain, and an account of it; see `cpnb.clean`."""
        from cpnb.cleaning import clean

        return clean(
            self._frame, fields, steps=steps, without=without, keep=keep, date_order=date_order, country=country
        )

    def preview(
        self, expression: Expression, fields: FieldMap, *, sources: Mapping[str, Expression] | None = None
    ) -> Preview:
        """Return whom a condition matches, and why it matches nobody; see `cpnb.preview`."""
        from cpnb.matching import preview

        return preview(self._frame, expression, fields, sources=sources)

    def plan(
        self,
        domain: Domain,
        fields: FieldMap,
        *,
        data_expiry: int | None = None,
        marker: tuple[str, str] | None = None,
        on_invalid: OnInvalid = "raise",
        options: UploadOptions | None = None,
    ) -> Plan:
        """Return what an upload would do, without sending anything; see `cpnb.plan`."""
        from cpnb.planning import plan

        return plan(
            self._frame,
            domain,
            fields,
            data_expiry=data_expiry,
            marker=marker,
            on_invalid=on_invalid,
            options=options,
        )

    def upload(
        self,
        domain: Domain,
        fields: FieldMap,
        *,
        display_name: str = "cpnb",
        data_expiry: int | None = None,
        marker: tuple[str, str] | None = None,
        on_invalid: OnInvalid = "raise",
        options: UploadOptions | None = None,
    ) -> Upload:
        """Examine the rows, send them, and return the upload at work; see `cpnb.upload`."""
        from cpnb.uploads import upload

        return upload(
            self._frame,
            domain,
            fields,
            display_name=display_name,
            data_expiry=data_expiry,
            marker=marker,
            on_invalid=on_invalid,
            options=options,
        )
