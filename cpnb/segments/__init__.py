"""Segments: say one, create it, ask whom it matches, read, export, replace and delete it.

::

    deletion        delete_segments(): look which segments they are, then delete those and no others
    definition      SegmentDefinition: what is said of a segment
    verbs           what is done with it
    comparison      Comparison: rows of a table beside profiles of the service
    comparison_reasons   why both may differ, the most likely first
    display         how a definition reads
    layers          a condition of any depth as segments that build on each other
    creation        create, replace
    estimates       how many profiles a condition matches, and whether that may be old
    domain_uploads  what the uploads of the domain say about that
    sources         the segments that one is built on: gone, in a circle, too deep, too many attributes
    exports         asking for a snapshot
    snapshots       Snapshot: the profiles of a segment as files in S3
    snapshot_files  these files as a table
    membership      which of some profiles are in a segment
    listing         list_segments()
    sql             Sql: a query with values bound into it
    sort | tags | texts   SortBy | tags, and how many of them | names and what is said
    requests        one question about one segment; what is missing, it or its domain
"""

from cpnb.segments.definition import SegmentDefinition
from cpnb.segments.estimates import EmptySegmentWarning
from cpnb.segments.listing import list_segments

__all__ = ["EmptySegmentWarning", "SegmentDefinition", "list_segments"]
