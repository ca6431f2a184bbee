"""Segments: say one, create it, ask whom it matches, read, export, replace and delete it.

::

    definition      SegmentDefinition: what is said of a segment, and its verbs
    display         how a definition reads
    sources         the segments that one is built on: gone, in a circle, too deep, too many attributes
    creation        create, replace
    estimates       how many profiles a condition matches, and whether that may be old
    exports         asking for a snapshot
    snapshots       Snapshot: the profiles of a segment as files in S3
    snapshot_files  these files as a table
    membership      which of some profiles are in a segment
    listing         list_segments()
    sql             Sql: a query with values bound into it
    sort | tags     SortBy | tags, and how many of them
    texts | layers  names and texts | how deep segments build on each other
    requests        one question about one segment; what is missing, it or its domain
"""

from cpnb.segments.definition import SegmentDefinition
from cpnb.segments.estimates import EmptySegmentWarning
from cpnb.segments.listing import list_segments

__all__ = ["EmptySegmentWarning", "SegmentDefinition", "list_segments"]
