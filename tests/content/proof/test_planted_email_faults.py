"""Would the proof notice a fault in the patterns that judge e-mail addresses by their shape?

A fault is noticed if a string of the proof is accepted by its shape although email-validator refuses it, or refused
by its shape although it is valid.
"""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from cpnb.content.email_patterns import Shapes, classes_of, shapes
from tests.content.proof import email_judges, email_strings
from tests.content.proof.agreement import published, seed_of_today

FOREIGN = r"\x{80}-\x{10FFFF}"
FAULTS = {
    "nothing says that the text begins": ("valid", r"\A", ""),
    "nothing says that the text ends": ("valid", r"\z", ""),
    "a line break may follow": ("valid", r"\z", r"\n?\z"),
    "a domain needs no dot": ("valid", r"\.)+", r"\.)*"),
    "two dots in a row": ("valid", r"(?:\.[", r"(?:\.+["),
    "two hyphens in a row, as Punycode has": ("valid", "(?:-[", "(?:-+["),
    "a hyphen before a dot": ("valid", r")*\.)+", r")*-?\.)+"),
    "nothing before the sign": ("valid", "]+(?:", "]*(?:"),
    "two signs": ("valid", "@", "@+"),
    "capitals are no letters of a domain": ("ascii", "A-Z0-9", "0-9"),
    "digits are no letters of a domain": ("ascii", "0-9", ""),
    "no dot before the sign": ("ascii", r"(?:\.", r"(?:\x{1}"),
    "nothing foreign before the sign": ("foreign", FOREIGN, ""),
    "nothing foreign behind the sign": ("foreign", rf"\-.{FOREIGN}", r"\-."),
    "no capitals behind the sign": ("foreign", "@[a-zA-Z", "@[a-z"),
    "no hyphens behind the sign": ("foreign", r"0-9\-.", "0-9."),
}


@pytest.fixture(scope="module")
def strings() -> tuple[pa.Array, list[bool]]:
    """The strings of a normal run of the proof, and whether email-validator takes each for valid."""
    rng = random.Random(seed_of_today())
    texts = [text for name in email_strings.TABLES for text in published(name)]
    texts += email_strings.plain(rng, 6_000)
    texts += email_strings.from_grammar(rng, 8_000)
    texts += email_strings.mutated_tables(rng, 6_000)
    texts += email_strings.lengths()
    return pa.array(texts, pa.large_string()), [email_judges.reference(text).is_valid for text in texts]


def wrong_rows(text: pa.Array, is_valid: list[bool], patterns: Shapes) -> int:
    classes = classes_of(text, patterns)
    rows = zip(is_valid, classes.valid.tolist(), classes.unclear.tolist(), strict=True)
    return sum(accepted != right and not (right and unclear) for right, accepted, unclear in rows)


def test_without_a_fault_there_is_nothing_to_notice(strings: tuple[pa.Array, list[bool]]) -> None:
    assert wrong_rows(*strings, shapes()) == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_pattern_is_noticed(strings: tuple[pa.Array, list[bool]], fault: str) -> None:
    name, right, wrong = FAULTS[fault]
    usual = shapes()
    faulty = usual._replace(**{name: getattr(usual, name).replace(right, wrong)})

    assert faulty != usual
    assert wrong_rows(*strings, faulty) > 0
