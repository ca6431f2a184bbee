"""``%cp_read``, ``%cp_fields``, ``%cp_validate`` and ``%cp_clean``: a table, before anything is sent."""

from __future__ import annotations

from argparse import Namespace
from typing import Any, get_args

import pandas as pd
import pandera.pandas as pandera
from IPython.core.error import UsageError
from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from cpnb.cleaned import Cleaned
from cpnb.cleaned_scan import CleanedScan
from cpnb.cleaning import DateOrder, clean
from cpnb.duplicates import KEEP
from cpnb.fields import Field
from cpnb.magics.guessing import fields_of, summary_shown
from cpnb.magics.options import FIELDS, FRAME, REGION, UNIQUE_KEY
from cpnb.magics.python_lines import Call, Said
from cpnb.magics.speaking import ProfileMagics, line
from cpnb.reading import read
from cpnb.report import Report
from cpnb.suggestion import suggest, suggest_fields
from cpnb.validation import validate

__all__ = ["TableMagics"]


@magics_class
class TableMagics(ProfileMagics):
    """The magics that read a table, say what its columns are, examine and repair it."""

    @line(
        argument("path", help="The file: CSV, Excel (.xlsx) or Parquet. Between quotation marks if it has spaces."),
        argument("--encoding", default=None, help="Character encoding, such as cp1252; by default it is found out."),
        argument("--delimiter", default=None, help="One character; by default it is found out."),
        argument("--quote", default=None, help="The quotation mark of the file; by default it is found out."),
        argument("--sheet", default=None, help="Sheet of a workbook; by default the first visible one with cells."),
    )
    def cp_read(self, options: Namespace) -> Said[pd.DataFrame]:
        r"""Read a file as a table in which every cell is the text that stands in the file.

        With ``-o``, or a variable before it, nothing of the table is shown.

        ::

            %cp_read customers.csv -o people
            people = %cp_read "My customers.xlsx" --sheet 2026

        In Python::

            people = cpnb.read('customers.csv')
        """
        settings = {name: getattr(options, name) for name in ("encoding", "delimiter", "quote", "sheet")}
        return Call(read, options.path, **settings)

    @line(
        FRAME,
        UNIQUE_KEY,
        REGION,
        argument(
            "--attributes", nargs="+", default=None, metavar="COLUMN",
            help="Columns that become custom attributes; all stands for those that have no other place.",
        ),
        argument(
            "--with-field", action="append", default=[], metavar="COLUMN=TARGET",
            help="Where a column goes, in place of the guess; may be given several times.",
        ),
        argument(
            "--without", nargs="+", default=None, metavar="COLUMN", help="Columns that are left out of the guess.",
        ),
    )  # fmt: skip
    def cp_fields(self, options: Namespace) -> Said[Any]:
        """Guess which column of a table is which field of a profile, with the reason for each.

        What it returns goes behind ``--fields`` of other magics. Where ``--with-field`` or ``--without`` correct the
        guess, that is the corrected map.

        ::

            %cp_fields people --unique-key customer_id --region US -o fields
            %cp_fields people --with-field tier=Attributes.tier --without notes -o fields

        In Python::

            fields = cpnb.suggest(people, unique_key='customer_id', region='US')
        """
        attributes: Any = options.attributes
        asked = {
            "unique_key": options.unique_key,
            "region": options.region,
            "attributes": "all" if attributes == ["all"] else attributes,
        }
        corrections = [_field(pair) for pair in options.with_field]
        frame = self.names.frame(options.frame)
        if not corrections and not options.without:
            return Call(suggest, frame, **asked)
        said: Said[Any] = Call(suggest_fields, frame, **asked)
        if options.without:
            said = said.then("without", *options.without)
        for field in corrections:
            said = said.then("with_field", field)
        return said

    @line(
        FRAME, FIELDS, UNIQUE_KEY, REGION,
        argument("--schema", default=None, help="Variable with a schema that cpnb.schema_for made, extended."),
    )  # fmt: skip
    def cp_validate(self, options: Namespace) -> Said[Report]:
        """Examine a table and tell what is wrong with its rows: counts, positions and shapes, never a value.

        ::

            %cp_validate people --fields fields
            report = %cp_validate people[people.country == "US"] --unique-key customer_id --region US

        In Python::

            cpnb.validate(people, fields)
        """
        frame = self.names.frame(options.frame)
        schema = self.names.thing("--schema", options.schema, pandera.DataFrameSchema)
        more = {} if schema is None else {"schema": schema}
        return Call(validate, frame, fields_of(self.names, options, frame, summary_shown), **more)

    @line(
        FRAME, FIELDS, UNIQUE_KEY, REGION,
        argument(
            "--steps", nargs="+", default=None, metavar="REPAIR",
            help="Which repairs to make; defaults stands for all that are made without being named.",
        ),
        argument("--without", nargs="+", default=None, metavar="REPAIR", help="Repairs to leave out."),
        argument("--keep", choices=list(KEEP), default=None, help="Which row of those that share a key stays."),
        argument(
            "--date-order", choices=list(get_args(DateOrder)), default=None, help="Of dates that can be read both ways."
        ),
        argument("--country", default=None, help="Of postal codes without a country beside them, such as US."),
    )  # fmt: skip
    def cp_clean(self, options: Namespace) -> Said[Cleaned | CleanedScan]:
        """Repair what can be repaired for certain, and tell what was done and what was left alone.

        The table is ``.frame`` of what it returns; yours is as it was.

        ::

            %cp_clean people --fields fields --keep last -o cleaned
            people = cleaned.frame

        In Python::

            cleaned = cpnb.clean(people, fields, keep='last')
        """
        frame = self.names.frame(options.frame)
        settings = {name: getattr(options, name) for name in ("steps", "without", "keep", "date_order", "country")}
        return Call(clean, frame, fields_of(self.names, options, frame, summary_shown), **settings)


def _field(pair: str) -> Said[Field]:
    column, equals, target = pair.rpartition("=")
    if not equals or not column:
        raise UsageError(
            f"--with-field {pair!r} is no pair. Name the column and the field: --with-field tier=Attributes.tier"
        )
    return Call(Field, column, target)
