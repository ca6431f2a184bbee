"""The unique key: what each record needs to be recognised by, compared as its content type compares."""

from __future__ import annotations

import pyarrow.compute as pc

from cpnb.content.cells import picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of
from cpnb.content.text_bytes import space_pairs

KEY_EMPTY = Problem(
    "key_empty",
    Severity.ERROR,
    Provenance.GUIDE,
    "an empty unique key",
    "The service rejects a record without its key: fill it in, choose another key, or leave these rows behind.",
)
KEY_REPEATED = Problem(
    "key_repeated",
    Severity.ERROR,
    Provenance.GUIDE,
    "a unique key that an earlier row has already",
    "The later record would replace fields of the earlier one: merge or drop the repeated rows, or choose another key.",
)


def _failing(column: TextColumn) -> tuple[Mask]:
    empty = column.bytes.with_ends(space_pairs().both)
    if empty.any():
        empty[empty] = mask_of(pc.equal(pc.utf8_trim_whitespace(picked(column.text, empty)), ""))
    return (empty | (column.bytes.lengths == 0),)


RULE = Rule((KEY_EMPTY,), _failing)
"""A key of nothing but spaces is empty too. Source: Amazon Connect administrator guide,
'mapping-field-definitions' (a record is rejected when all fields of its key are empty)."""
