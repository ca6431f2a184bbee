"""The verb of the preview: a condition over a table, with all that is to be said about it."""

from __future__ import annotations

import numpy as np

from cpnb import frames
from cpnb.conditions import Expression
from cpnb.fields import FieldMap
from cpnb.frames import Frame, Table
from cpnb.matching import remarks
from cpnb.matching.evaluation import profile_slices
from cpnb.matching.funnel import FunnelCounts
from cpnb.matching.near_misses import NearMiss, NearMissCounts, core
from cpnb.matching.operands import Mask
from cpnb.matching.previewed import Preview
from cpnb.matching.remarks import Remarks
from cpnb.matching.steps import Sources, Step, steps_of


def preview(data: Table, expression: Expression, fields: FieldMap, *, sources: Sources | None = None) -> Preview:
    """Return whom a condition matches in a table, and why it matches nobody, without sending anything.

    It is evaluated over the text that an upload would send, as the service does: letter case counts, dates are in UTC,
    and a row without an attribute meets only what excludes. Rows are not profiles yet: the service merges those that
    share a key, and has profiles of its own.

    Parameters
    ----------
    data : DataFrame, Scan, or anything that speaks Arrow
        The table; any number of rows, read in slices. Only columns that the condition looks at are rendered, and the
        unique key.
    expression : Expression
        A condition, made from `cpnb.profile`.
    fields : FieldMap
        What the columns are. An attribute that it does not fill is one that no row has.
    sources : mapping of str to Expression, optional
        The conditions of the segments that it is built on, by name.

    Returns
    -------
    Preview
        Counts, the funnel, near misses; the rows themselves by ``rows(data)``.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    ExpressionError
        If it is no condition, needs a calculated attribute, or is built on a segment whose condition is not given.

    Examples
    --------
    >>> import pandas as pd
    >>> from cpnb import FieldMap, profile
    >>> table = pd.DataFrame({"city": ["Seattle", "SEATTLE", "Boston"]})
    >>> print(preview(table, profile.Address.City == "Seattle", FieldMap({"city": "Address.City"})))
    1 of 3 rows matches (33.3 %).
      rows  together
         1         1  ███·······  Address.City is 'Seattle'
    """
    whole = steps_of(expression, sources)
    data = frames.require_columns(data, fields)
    counts, said = FunnelCounts(whole), Remarks(whole, fields)
    masks: list[Mask] = [np.empty(0, dtype=bool)]
    for _, profiles in profile_slices(data, fields, whole.needed_paths):
        found = whole.met(profiles)
        counts.add(found)
        said.add(profiles, found)
        masks.append(found[whole])
    mask = np.concatenate(masks)
    return Preview(
        expression,
        frames.flagged(data, mask, "matches"),
        tuple(counts.lines()),
        _near_misses(data, fields, whole, counts) if len(data) else (),
        (*said.of_condition(), *remarks.of_keys(data, fields, mask)),
    )


def _near_misses(data: Frame, fields: FieldMap, whole: Step, counts: FunnelCounts) -> tuple[NearMiss, ...]:
    """Look at the table again, if anything matches nobody."""
    by_nobody = matched_by_nobody(whole, counts)
    if not by_nobody:
        return ()
    missed = NearMissCounts(whole, by_nobody)
    for _, profiles in profile_slices(data, fields, whole.needed_paths):
        missed.add(profiles)
    return tuple(missed.found())


def matched_by_nobody(whole: Step, counts: FunnelCounts) -> list[Step]:
    """Return what matches nobody: comparisons, and the whole if it is made of several."""
    # Each once, however often it was said.
    comparisons = {core(dimension): step for step, dimension in whole.comparisons()}
    by_nobody = [step for dimension, step in comparisons.items() if counts.rows_found(step) == 0]
    if whole.dimension is None and counts.rows_found(whole) == 0:
        by_nobody.append(whole)
    return by_nobody
