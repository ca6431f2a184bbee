"""Marks that keep a spreadsheet from reading text as a number, and that came along: ``'00123`` and ``="00123"``."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.cells import mended_where, picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of
from cpnb.content.text_bytes import TextBytes

SPREADSHEET_MARK = Problem(
    "spreadsheet_mark",
    Severity.WARNING,
    Provenance.CAUTION,
    "with a spreadsheet's mark for text in front, like \"'00123\" or '=\"00123\"'",
    "The mark is no part of the value: df.cp.clean() takes it away.",
)

# Only before what a spreadsheet would take for a number or a formula: "'t Hart" is a name.
_APOSTROPHE = r"\A'([+=(-]?[0-9][0-9 ().,/:+-]*|\+[0-9 ().-]+)\z"
_FORMULA = r'\A="([^"]*)"\z'


def _suspected(found: TextBytes) -> Mask:
    return found.starting_with(b"'=")


def without_marks(text: pa.Array) -> pa.Array:
    """Return text without the apostrophe or the formula that a spreadsheet was given to keep a value as text.

    Examples
    --------
    >>> without_marks(pa.array(["'00123", "'t Hart", '="007"'], pa.large_string())).to_pylist()
    ['00123', "'t Hart", '007']
    """
    return mended_where(text, _suspected(TextBytes.of(text)), _without)


def _without(part: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.replace_substring_regex(part, _APOSTROPHE, r"\1"), _FORMULA, r"\1")


def _failing(column: TextColumn) -> tuple[Mask]:
    mask = _suspected(column.bytes)
    if mask.any():
        part = picked(column.text, mask)
        mask[mask] = mask_of(pc.not_equal(_without(part), part))
    return (mask,)


RULE = Rule((SPREADSHEET_MARK,), _failing)
"""Source: our caution; how spreadsheets mark text is documented by their makers."""
