"""A distributed table validated: each partition where it is, and what only the whole can tell from what they told."""

from __future__ import annotations

from typing import Any

import dask.dataframe as dd

from cpnb.dask.examining import Examination, Examine
from cpnb.dask.partitions import checked_meta
from cpnb.examining import Silence
from cpnb.fields import FieldMap
from cpnb.report import Report
from cpnb.schema import checked_schema


def validate(data: dd.DataFrame, fields: FieldMap, *, schema: Any = None) -> Report:
    """Return what is wrong with a distributed table; see `cpnb.validate`. The partitions are read once."""
    checked_meta(data, fields)
    if schema is not None:
        checked_schema(schema, fields)  # said here, and not by every worker
    return Examination.of(data, Examine(fields, data.npartitions, schema=schema), Silence()).report(fields)
