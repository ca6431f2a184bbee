"""Words that stand for nothing: ``n/a``, ``unknown``, ``000-00-0000``, ``test@test.com``."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.cells import picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of
from cpnb.content.text_bytes import Pairs, TextBytes, ends_of
from cpnb.content_types import ContentType

PLACEHOLDER = Problem(
    "placeholder",
    Severity.WARNING,
    Provenance.CAUTION,
    "a word or number that stands for nothing, like 'n/a' or '-'",
    "Where it means that nothing is known, make the cell empty: "
    "df.cp.clean(fields, steps=['defaults', 'placeholders']) does.",
)

# 'NA' is not among them, the code of Namibia and a name. The rest is what spreadsheets, databases and people
# write into cells they may not leave empty; 'None' and 'Null' are names too, so this only warns.
_WORDS = (
    "n/a", "n.a.", "#n/a", "<na>", "none", "(none)", "null", "(null)", "\\n", "nil", "nan", "unknown", "not known",
    "not available", "not applicable", "not provided", "not specified", "no data", "(blank)", "(empty)", "tbd", "tba",
    "-", "--", "---", "\N{EN DASH}", "\N{EM DASH}",
    ".", "..", "...", "?", "??", "???", "_", "/", "#ref!", "#value!", "#name?", "#div/0!",
    "#null!", "#num!", "undefined", "missing", "unbekannt", "keine angabe", "k.a.", "k. a.", "inconnu", "non renseigné",
    "néant", "desconocido", "desconocida", "sin datos", "no disponible", "sconosciuto", "non disponibile",
    "desconhecido", "não informado", "onbekend", "nieznany", "brak",
)  # fmt: skip
_ADDRESSES = tuple(f"{name}@{name}.com" for name in ("test", "none", "no", "na", "email", "noemail", "a", "x", "abc"))
_ADDRESSES += ("no@email.com", "none@email.com", "noemail@email.com", "test@email.com", "no@mail.com")
_ADDRESSES += ("noemail@none.com", "unknown@unknown.com", "no-email@no-email.com", "test@test.de", "asdf@asdf.com")
_DUMMY_NUMBERS = ("{0}{0}{0}-{0}{0}-{0}{0}{0}{0}", "{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}", "{0}{0}{0}-{0}{0}{0}-{0}{0}{0}{0}",
                  "({0}{0}{0}) {0}{0}{0}-{0}{0}{0}{0}", "{0}{0}{0}.{0}{0}{0}.{0}{0}{0}{0}", "{0}{0}{0}-{0}{0}{0}{0}",
                  "+1{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}")  # fmt: skip


@functools.cache
def _placeholders(content_type: ContentType) -> pa.Array:
    """Return the placeholders of one content type, in the letter cases that people write."""
    known = set(_WORDS)
    if content_type is ContentType.EMAIL_ADDRESS:
        known.update(_ADDRESSES)
    elif content_type in {ContentType.PHONE_NUMBER, ContentType.STRING}:
        known.update(pattern.format(digit) for pattern in _DUMMY_NUMBERS for digit in "09")
    if content_type is ContentType.PHONE_NUMBER:
        known.update(pattern.format(digit) for pattern in _DUMMY_NUMBERS for digit in "12345678")
        known.update({"0", "00", "000", "0000", "1234567890", "123-456-7890", "(123) 456-7890", "1234567"})
    cases = {case(word) for word in known for case in (str, str.upper, str.capitalize, str.title)}
    return pa.array(sorted(cases), pa.large_string())


def placeholders(text: pa.Array, content_type: ContentType) -> Mask:
    """Return the rows whose cell is nothing but a placeholder.

    Only whole cells count, and only those on a short list. Numbers of one digit repeated are among
    them for phones; for other text only zeros and nines.
    """
    return _placeholders_among(text, TextBytes.of(text), content_type)


def _placeholders_among(text: pa.Array, found: TextBytes, content_type: ContentType) -> Mask:
    known = _placeholders(content_type)
    mask = found.with_ends(_ends(content_type))
    mask[mask] = _middles(content_type)[found.first_and_middle(np.flatnonzero(mask))]
    if mask.any():
        mask[mask] = mask_of(pc.is_in(picked(text, mask), value_set=known))
    return mask


@functools.cache
def _ends(content_type: ContentType) -> Pairs:
    """Return the first and last bytes of the placeholders of one content type."""
    return ends_of(word.encode() for word in _placeholders(content_type).to_pylist())


@functools.cache
def _middles(content_type: ContentType) -> Pairs:
    """Return their first bytes and those in their middle, as few other cells have that have their ends."""
    words = TextBytes.of(_placeholders(content_type))
    pairs = np.zeros((256, 256), dtype=bool)
    pairs[words.first_and_middle(np.arange(len(words.lengths)))] = True
    return pairs


@functools.cache
def placeholder_rule(content_type: ContentType) -> Rule:
    """Return the rule for one content type. Source: our caution."""

    def failing(column: TextColumn) -> tuple[Mask]:
        return (_placeholders_among(column.text, column.bytes, content_type),)

    return Rule((PLACEHOLDER,), failing)
