"""Building a segment by clicking: groups of conditions, a sentence, counts, and the segment itself.

::

    builder             SegmentBuilder
    group_box           one group of conditions | service_panel: create and estimate | segment_styles
    condition_row       one condition | source_row: what a group takes its profiles from | segment_service
    value_entry         what an attribute is compared with
    draft_reading       an expression as a draft | attribute_choices | value_suggestions
    segment_draft       groups, complete or not | segment_code: the same as JSON and Python
    condition_draft     one condition, complete or not | newest: only the latest count | turns: whose change it was
"""

from cpnb.widgets.segment_builder.builder import SegmentBuilder

__all__ = ["SegmentBuilder"]
