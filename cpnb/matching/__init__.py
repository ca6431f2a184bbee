"""Whom a condition matches in a table, and why it matches nobody, without asking the service.

::

    previewing      preview(): counts, funnel, near misses and notes in one pass, or two
    previewed       Preview
    preview_display, funnel_chart   how it reads | as a drawing
    near_misses | remarks    what would match if taken less literally | what else is worth knowing
    funnel          how each condition shrinks or widens the rows that match
    evaluation      matching_rows(): which rows meet a condition, and nothing else
    steps           a condition as a tree: what is compared, and how that is joined
    comparing       one comparison over many profiles
    operands        its two sides
    profile_texts   the texts of each attribute
    readings        a text as a number, a moment, a list
"""

from cpnb.matching.evaluation import matching_rows
from cpnb.matching.funnel_chart import FunnelChart
from cpnb.matching.previewed import Preview
from cpnb.matching.previewing import preview

__all__ = ["FunnelChart", "Preview", "matching_rows", "preview"]
