"""What a proof keeps: how many strings were tried, how many the fast path decided itself, and where it differed."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PUBLISHED = Path(__file__).parent / "published"
SHOWN = 20


def seed_of_today() -> int:
    """Return the seed of a run: CPNB_PROOF_SEED, or the number of the day, so that every day tries other strings."""
    return int(os.environ.get("CPNB_PROOF_SEED") or dt.datetime.now(dt.UTC).date().toordinal())


def published(name: str) -> list[str]:
    """Return the strings of a test table that others published (see `published/README.md`)."""
    strings: list[str] = json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8"))
    return strings


@dataclass(frozen=True, slots=True)
class Difference:
    """A string, in a region if it is a phone number, on which the library and our code disagree."""

    text: str
    region: str | None
    theirs: object
    ours: object

    def __str__(self) -> str:
        return f"{self.text!a} in {self.region}: the library says {self.theirs}, we say {self.ours}"


@dataclass(slots=True)
class Stage:
    """One kind of strings."""

    name: str
    tried: int = 0
    decided: int = 0
    differences: list[Difference] = field(default_factory=list)


class Proof:
    """Collects the stages of one run.

    Parameters
    ----------
    subject : str
        What is judged, in the plural.
    seed : int
        Where the random strings come from; said when there is a difference, so that it can be had again.
    """

    def __init__(self, subject: str, seed: int) -> None:
        self.subject = subject
        self.seed = seed
        self.stages: dict[str, Stage] = {}

    def compare(
        self,
        name: str,
        texts: Sequence[str],
        verdicts: tuple[Iterable[object], Iterable[object]],
        *,
        decided: int,
        region: str | None = None,
    ) -> None:
        """Add the verdicts of the library and ours on some strings to the stage of that name."""
        stage = self.stages.setdefault(name, Stage(name))
        stage.tried += len(texts)
        stage.decided += decided
        theirs, ours = verdicts
        stage.differences += [
            Difference(text, region, their, our)
            for text, their, our in zip(texts, theirs, ours, strict=True)
            if their != our
        ]

    @property
    def tried(self) -> int:
        """How many strings were tried in all stages."""
        return sum(stage.tried for stage in self.stages.values())

    @property
    def decided(self) -> int:
        """How many of them the fast path decided itself."""
        return sum(stage.decided for stage in self.stages.values())

    @property
    def differences(self) -> list[Difference]:
        """All differences."""
        return [one for stage in self.stages.values() for one in stage.differences]

    def __str__(self) -> str:
        rows = [*self.stages.values(), Stage("**all**", self.tried, self.decided, self.differences)]
        return "\n".join(
            [
                f"| {self.subject}, seed {self.seed} | strings | decided by the fast path | differences |",
                "|---|---:|---:|---:|",
                *(f"| {one.name} | {one.tried:,} | {one.decided:,} | {len(one.differences):,} |" for one in rows),
            ]
        )

    def explanation(self) -> str:
        """Return what to say when there are differences: the seed, the counts, and the shortest of the strings."""
        shortest = sorted(self.differences, key=lambda one: len(one.text))[:SHOWN]
        lines = [f"CPNB_PROOF_SEED={self.seed}: {len(self.differences)} of {self.tried} strings differ"]
        return "\n".join([*lines, *map(str, shortest), "", str(self)])
