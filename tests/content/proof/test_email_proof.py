"""E-mail addresses: the fast path says what email-validator says, verdict and normal form, string by string.

``pytest -m long -s`` tries more than a million strings. "Decided by the fast path" counts what the shape alone
decides; the others are judged by their parts, distinct ones by the library.
"""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Iterator

import pytest

from tests.content.proof import email_judges, email_strings
from tests.content.proof.agreement import Proof, published, seed_of_today

NOT_IN_ARROW = {"Cs"}  # lone surrogates, which UTF-8 cannot hold


def every_character(step: int, start: int) -> Iterator[str]:
    """Yield every so-manieth character of Unicode, and each in six places of an address."""
    for code in range(start, sys.maxunicode + 1, step):
        character = chr(code)
        if unicodedata.category(character) not in NOT_IN_ARROW:
            yield from in_six_places(character)


def in_six_places(text: str) -> Iterator[str]:
    yield f"{text}@example.com"
    yield f"a{text}b@example.com"
    yield f"ann@{text}.com"
    yield f"ann@a{text}b.com"
    yield f"ann@example.{text}"
    yield f"a{text}@b{text}.c{text}"


def neighbours(rng: random.Random, count: int) -> Iterator[str]:
    """Yield addresses whose domain has letters and marks of many scripts beside each other."""
    letters = [chr(code) for code in range(128, sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in "LMN"]
    block = 128
    for _ in range(count):
        place = rng.randrange(len(letters))
        nearby = letters[max(0, place - block) : place + block]
        label = "".join(rng.choice(nearby if rng.random() < 0.85 else letters) for _ in range(rng.randint(1, 5)))
        others = rng.choice(["", "a", "1", "-", "-b", rng.choice(letters)])
        local = "".join(rng.choices(nearby, k=rng.randint(1, 3))) if rng.random() < 0.3 else "ann"
        yield f"{local}@{label}{others}.{rng.choice(['com', 'org', label])}"


def run(proof: Proof, scale: int, step: int) -> None:
    """Try about 25,000 strings times the scale, and every so-manieth character of Unicode."""
    rng = random.Random(proof.seed)
    for name in email_strings.TABLES:
        email_judges.try_all(proof, f"published: {name}", published(name))
    email_judges.try_all(proof, "around every length", email_strings.lengths())
    email_judges.try_all(proof, "usual addresses", email_strings.plain(rng, 6_000 * scale))
    email_judges.try_all(proof, "from the grammar", email_strings.from_grammar(rng, 8_000 * scale))
    email_judges.try_all(proof, "published and mutated", email_strings.mutated_tables(rng, 6_000 * scale))
    email_judges.try_all(proof, "neighbouring letters", neighbours(rng, 1_000 * scale))
    email_judges.try_all(proof, "characters", every_character(step, rng.randrange(step)))


def test_20_000_strings_are_judged_as_by_email_validator() -> None:
    proof = Proof("e-mail addresses", seed_of_today())

    run(proof, scale=1, step=701)

    assert not proof.differences, proof.explanation()
    assert proof.tried >= 20_000
    assert proof.decided >= proof.tried // 3  # the strings must reach the fast path


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_more_than_a_million_strings_are_judged_as_by_email_validator() -> None:
    proof = Proof("e-mail addresses", seed_of_today())

    run(proof, scale=24, step=13)

    print(f"\n{proof}")
    assert not proof.differences, proof.explanation()
    assert proof.tried >= 1_000_000
