"""Whom a condition matches in a table, and why it matches nobody, without asking the service.

::

    evaluation   matching_rows(): which rows meet a condition
    steps        a condition as a tree: what is compared, and how that is joined
    comparing    one comparison over many profiles
    profile_texts, readings   the text of an attribute | as a number, a moment, a list
"""

from cpnb.matching.evaluation import matching_rows

__all__ = ["matching_rows"]
