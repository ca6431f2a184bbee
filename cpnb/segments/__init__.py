"""Segments: say one, create it, ask whom it matches, read, export, replace and delete it.

::

    deletion        delete_segments(): look which segments they are, then delete those and no others
    definition      SegmentDefinition: what is said of a segment
    verbs           what is done with it
    comparison      Comparison: rows of a table beside profiles of the service
    comparison_reasons   why both may differ, the most likely first
    display         how a definition reads
    layers          a condition of any depth as segments that build on each other
    joint_creation  create_segments(): several, all of them or none
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

from cpnb.segments.comparison import Comparison
from cpnb.segments.creation import ReplacedSegmentWarning
from cpnb.segments.definition import SegmentDefinition
from cpnb.segments.deletion import InUse, delete_segments
from cpnb.segments.estimates import EmptySegmentWarning, StaleEstimateWarning
from cpnb.segments.joint_creation import create_segments
from cpnb.segments.listing import list_segments
from cpnb.segments.snapshots import Snapshot
from cpnb.segments.sort import SortBy
from cpnb.segments.sql import Sql, placeholders

__all__ = [
    "Comparison",
    "EmptySegmentWarning",
    "InUse",
    "ReplacedSegmentWarning",
    "SegmentDefinition",
    "Snapshot",
    "SortBy",
    "Sql",
    "StaleEstimateWarning",
    "create_segments",
    "delete_segments",
    "list_segments",
    "placeholders",
]
