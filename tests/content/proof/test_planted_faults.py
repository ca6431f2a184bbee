"""Would the proof notice? Faults planted in what decides, and the strings of the proof against them."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from cpnb.content import phone_table
from tests.content.proof import phone_metadata
from tests.content.proof.agreement import seed_of_today
from tests.content.proof.phone_cover import Walk
from tests.content.proof.planted_faults import Strings, share_noticed
from tests.content.proof.state_identification import ALL, SplittingTree


def strings_of(table: phone_table.DigitTable, words: Iterable[str], rng: random.Random, to_nowhere: int) -> Strings:
    """Return what the proof tries on a table: strings that identify its states, that cover it, and words."""
    walk = Walk(table)
    abroad = [text[1:] for text in phone_metadata.international_words(rng, 1)]
    identifying = SplittingTree(walk).identifying(rng, to_nowhere=to_nowhere, abroad=abroad)
    covering = walk.cover(rng, per_transition=1, abroad=abroad)
    texts = [*identifying, *covering, *(word for word in words if word.isdigit())]
    return Strings(texts, phone_table.compiled().international)


def report(where: str, noticed: dict[str, tuple[int, int]], strings: Strings) -> None:
    print(f"\n| {where}, {len(strings.texts):,} strings | planted | noticed |\n|---|---:|---:|")
    for kind, (seen, planted) in noticed.items():
        print(f"| {kind} | {planted} | {seen} |")


def test_faults_in_the_table_of_a_region_are_noticed() -> None:
    rng = random.Random(seed_of_today())
    table = phone_table.compiled("DE").national
    strings = strings_of(table, phone_metadata.national_words("DE", rng, 500), rng, ALL)

    noticed = share_noticed(table, strings, rng, each=20)

    for kind, (seen, planted) in noticed.items():
        assert seen >= 0.85 * planted, f"{kind}: {seen} of {planted}"


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_nearly_all_of_many_faults_in_tables_are_noticed() -> None:
    seed = seed_of_today()
    rng = random.Random(seed)
    international = phone_table.compiled().international
    words = (text[1:] for text in phone_metadata.international_words(rng, 5))
    strings = strings_of(international, words, rng, 20)
    found = {"international table": share_noticed(international, strings, rng, each=100)}
    report("international table", found["international table"], strings)
    for region in ("US", "GB", "AR", "CN"):
        table = phone_table.compiled(region).national
        strings = strings_of(table, phone_metadata.national_words(region, rng, 10_000), rng, ALL)
        found[region] = share_noticed(table, strings, rng, each=100)
        report(f"national table of {region}", found[region], strings)

    for where, noticed in found.items():
        for kind, (seen, planted) in noticed.items():
            assert seen >= 0.9 * planted, f"CPNB_PROOF_SEED={seed}, {where}, {kind}: {seen} of {planted}"
