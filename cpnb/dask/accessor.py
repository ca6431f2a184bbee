"""``ddf.cp``: what cpnb does, said to a distributed table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
from dask.dataframe.extensions import register_dataframe_accessor

from cpnb.dask import choosing, cleaning, describing, previewing, suggesting, uploading, validating

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpnb.cleaning import DateOrder
    from cpnb.conditions import Expression
    from cpnb.dask.cleaned_partitions import CleanedPartitions
    from cpnb.description import Description
    from cpnb.domain import Domain
    from cpnb.duplicates import Keep
    from cpnb.fields import FieldMap
    from cpnb.matching import Preview
    from cpnb.planning import OnInvalid, Plan, UploadOptions
    from cpnb.report import Report
    from cpnb.suggested import Suggestions
    from cpnb.suggestion import AskedAttributes
    from cpnb.uploads import Upload


@register_dataframe_accessor("cp")
class DaskCustomerProfilesAccessor:
    """Prepare the rows of a distributed table for Amazon Connect Customer Profiles, and let its workers upload them.

    The verbs and their results are those of ``df.cp``, on the same rows. Nothing is kept between two of them: each
    reads the partitions that it needs, so a table that is expensive to make is best persisted or written down first.
    """

    def __init__(self, frame: dd.DataFrame) -> None:
        self._frame = frame

    def describe(self, fields: FieldMap | None = None) -> Description:
        """Return what each column holds, in content types; see `cpnb.describe`.

        Parameters
        ----------
        fields : FieldMap, optional
            What the columns are meant to be. Without it, each is described by its values alone.
        """
        return describing.describe(self._frame, fields)

    def suggest(
        self, *, unique_key: str | None = None, region: str | None = None, attributes: AskedAttributes = ()
    ) -> Suggestions:
        """Return a guess for each column, with reasons, and what is left out, with reasons; see `cpnb.suggest`."""
        return suggesting.suggest(self._frame, unique_key=unique_key, region=region, attributes=attributes)

    def suggest_fields(
        self, *, unique_key: str | None = None, region: str | None = None, attributes: AskedAttributes = ()
    ) -> FieldMap:
        """Return a field map guessed from the columns' names and values; see `cpnb.suggest_fields`."""
        return self.suggest(unique_key=unique_key, region=region, attributes=attributes).fields

    def preview(
        self, expression: Expression, fields: FieldMap, *, sources: Mapping[str, Expression] | None = None
    ) -> Preview:
        """Return whom a condition matches, and why it matches nobody; see `cpnb.preview`.

        Its mask is by physical position; `rows_at` gives the rows.
        """
        return previewing.preview(self._frame, expression, fields, sources=sources)

    def validate(self, fields: FieldMap | None = None, *, schema: Any = None) -> Report:
        """Return what is wrong with the rows; see `cpnb.validate`.

        Parameters
        ----------
        fields : FieldMap, optional
            By default what `suggest_fields` guesses.
        schema : pandera.pandas.DataFrameSchema, optional
            A schema made by `cpnb.schema_for` and extended.
        """
        return validating.validate(self._frame, self.suggest_fields() if fields is None else fields, schema=schema)

    def rows_at(self, positions: Any) -> dd.DataFrame:
        """Return some rows, lazily and in the order of the table, with the index they have.

        Reports, plans and previews name rows by physical position: ``ddf.cp.rows_at(report.positions())``. What comes
        back holds the data itself: mind where you show it.

        Parameters
        ----------
        positions : sequence of int, or of bool
            Physical positions from 0, or one truth value for each row.
        """
        return choosing.rows_at(self._frame, positions)

    def clean(
        self,
        fields: FieldMap,
        *,
        steps: Sequence[str] | None = None,
        without: Sequence[str] = (),
        keep: Keep | None = None,
        date_order: DateOrder | None = None,
        country: str | None = None,
    ) -> CleanedPartitions:
        """Return the rows with everything repaired that can be for certain, lazily, and an account; see `cpnb.clean`.

        The rows are read for the account, and what is wrong with them in one partition counts for all. Its ``frame`` is
        another distributed table.
        """
        return cleaning.clean(
            self._frame,
            fields,
            steps=steps,
            without=without,
            keep=keep,
            date_order=date_order,
            country=country,
        )

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
        """Return what an upload would do, without sending anything; see `cpnb.plan`.

        Its parts are those that the same rows would make in one pandas table, whatever the partitions.
        """
        return uploading.plan(
            self._frame,
            domain,
            fields,
            data_expiry=data_expiry,
            marker=marker,
            on_invalid=on_invalid,
            options=options,
        )

    def upload(  # noqa: PLR0913 - as cpnb.upload, and which cluster is trusted
        self,
        domain: Domain,
        fields: FieldMap,
        *,
        display_name: str = "cpnb",
        data_expiry: int | None = None,
        marker: tuple[str, str] | None = None,
        on_invalid: OnInvalid = "raise",
        options: UploadOptions | None = None,
        trusted_scheduler: str | None = None,
    ) -> Upload:
        """Examine the rows, let the workers send them, and return the upload at work; see `cpnb.upload`.

        Workers get no credentials, and of a part's path only what the one that sends it needs, sealed for it. Without
        a cluster the partitions are read, and sent, by this process, a few parts at once. Whatever sends rows again, as
        `retry` and each small job of `find_failed_rows`, reads their partitions again: ``ddf.persist()`` first, if that
        takes long. `failed_rows` brings here the keys that it searches for.

        Parameters
        ----------
        domain, fields, display_name, data_expiry, marker, on_invalid, options
            As those of `cpnb.upload`.
        trusted_scheduler : str, optional
            The address of the scheduler, ``"tcp://10.0.0.5:8786"``, if the cluster speaks without TLS across a network
            that you trust; otherwise that is refused.
        """
        return uploading.upload(
            self._frame,
            domain,
            fields,
            display_name=display_name,
            trusted_scheduler=trusted_scheduler,
            data_expiry=data_expiry,
            marker=marker,
            on_invalid=on_invalid,
            options=options,
        )
