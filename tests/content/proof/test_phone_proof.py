"""Phone numbers: the fast path says what phonenumbers says, verdict and E.164 form, string by string.

The library is called here directly, row by row. ``pytest -m long -s`` tries all regions and more than a million
strings; a normal run some regions, other ones every day.
"""

from __future__ import annotations

import random

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, re_util

from cpnb.content import phone_table
from tests.content.proof import phone_judges, phone_metadata, phone_strings
from tests.content.proof.agreement import Proof, published, seed_of_today
from tests.content.proof.phone_cover import Walk
from tests.content.proof.phone_metadata import REGIONS
from tests.content.proof.state_identification import SplittingTree

OF_UPSTREAM_TESTS = [
    "US",
    "GB",
    "NZ",
    "AU",
    "DE",
    "IT",
    "AR",
    "MX",
    "BR",
    "JP",
    "CN",
    "KR",
    "SG",
    "SE",
    "BS",
    "RE",
    "YT",
    "AD",
]
IN_A_NORMAL_RUN = 4
IDENTIFIED_WHOLLY = ["US", "DE", "BR", "CN", "IN", "AR"]


@pytest.fixture(autouse=True)
def patterns_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let phonenumbers keep its compiled patterns, as its newer versions can: the same verdicts in half the time."""
    monkeypatch.setattr(re_util, "_COMPILED_PATTERNS", {}, raising=False)


def without_region(proof: Proof, rng: random.Random, scale: int) -> None:
    """Try strings that nothing but themselves gives a country."""
    numbers = [number for _, number in phone_metadata.examples()]
    notations = [text for number in numbers for text in phone_metadata.notations(number)]
    tried = {
        "every example number": notations,
        "published": published("phonenumbers"),
        "words of all patterns": phone_metadata.international_words(rng, scale),
        "mutated examples": phone_strings.mutated_examples(rng, 3_000 * scale),
        "texts": phone_strings.token_texts(rng, 3_000 * scale),
        "long texts": phone_strings.around_the_longest(rng, 100 * scale),
        "digits": phone_strings.digit_strings(rng, 1_000 * scale),
        "other columns": phone_strings.other_columns(rng, 1_500 * scale),
    }
    for name, texts in tried.items():
        phone_judges.try_all(proof, f"without region: {name}", texts, None)


def in_region(proof: Proof, region: str, rng: random.Random, scale: int) -> None:
    """Try strings as people of one region write and dial them."""
    own = [number for there, number in phone_metadata.examples() if there == region]
    notations = [text for number in own for text in phone_metadata.notations(number, dialled_in=region)]
    abroad = [
        phone_metadata.notations(number, dialled_in=region)[4]
        for _, number in rng.choices(phone_metadata.examples(), k=100)
    ]
    tried = {
        "every example number": notations + abroad,
        "published": published("phonenumbers") if region in OF_UPSTREAM_TESTS else [],
        "words of its patterns": phone_metadata.national_words(region, rng, 700 * scale),
        "mutated examples": phone_strings.mutated_examples(rng, 250 * scale),
        "its mutated examples": phone_strings.mutated_examples(rng, 300 * scale, region=region),
        "texts": phone_strings.token_texts(rng, 300 * scale),
        "digits": phone_strings.digit_strings(rng, 200 * scale),
        "other columns": phone_strings.other_columns(rng, 200 * scale),
    }
    for name, texts in tried.items():
        phone_judges.try_all(proof, f"in a region: {name}", texts, region)


def identifying_states(proof: Proof, region: str, rng: random.Random, share: float) -> None:
    """Try strings that show where every transition of a region's table leads, or a random share of them."""
    table = phone_table.compiled(region, phone_judges.TABLES).national
    if table is not None:
        abroad = [
            phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:] for _, number in phone_metadata.examples()
        ]
        texts = SplittingTree(Walk(table)).identifying(rng, share=share, abroad=abroad)
        phone_judges.try_all(proof, "in a region: identifying states", texts, region)


def test_30_000_strings_are_judged_as_by_phonenumbers() -> None:
    seed = seed_of_today()
    proof, rng = Proof("phone numbers", seed), random.Random(seed)
    regions = [REGIONS[(seed * IN_A_NORMAL_RUN + step) % len(REGIONS)] for step in range(IN_A_NORMAL_RUN)]

    without_region(proof, rng, scale=1)
    for region in ["US", *regions]:
        in_region(proof, region, rng, scale=1)
        identifying_states(proof, region, rng, share=0.01)

    assert not proof.differences, proof.explanation()
    assert proof.tried >= 30_000
    assert proof.decided >= proof.tried // 2  # the strings must reach the fast path


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_more_than_a_million_strings_of_all_regions_are_judged_as_by_phonenumbers() -> None:
    seed = seed_of_today()
    proof, rng = Proof("phone numbers", seed), random.Random(seed)

    without_region(proof, rng, scale=20)
    phone_judges.try_all(proof, "without region: up to 4 digits", phone_strings.short_strings(4), None)
    for region in REGIONS:
        in_region(proof, region, rng, scale=3)
        identifying_states(proof, region, rng, share=1.0 if region in IDENTIFIED_WHOLLY else 0.02)

    print(f"\n{proof}")
    assert not proof.differences, proof.explanation()
    assert proof.tried >= 1_000_000
