"""Remove one mechanism after the other, and see which test misses it.

::

    python -m tests.mutants            all of them, some minutes
    python -m tests.mutants rewound    those whose name has this word

Works on a copy in a temporary folder. Ends with 1 if a removal was not noticed, or its tests fail without it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.mutant import Mutant, caught_by, copied
from tests.mutants.removals import REMOVALS


def main(words: list[str]) -> int:
    """Run the mutants that are asked for, print a line for each, and return the exit status."""
    chosen = [one for one in REMOVALS if all(word in one.name for word in words)]
    if not chosen:
        print(f"No mutant has {' '.join(words)!r} in its name.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="cpnb-mutants-") as folder:
        copy = copied(Path(folder))
        tests = tuple(dict.fromkeys(test for one in chosen for test in one.tests))
        broken = caught_by(copy, tests)
        if broken:
            print(f"These fail with nothing removed, so they prove nothing: {', '.join(broken)}", file=sys.stderr)
            return 1
        verdicts = [_tried(one, copy) for one in chosen]
    print(f"\n{sum(verdicts)} of {len(verdicts)} removals were noticed.")
    return 0 if all(verdicts) else 1


def _tried(one: Mutant, copy: Path) -> bool:
    begun = time.monotonic()
    one.plant(copy)
    try:
        failed = caught_by(copy, one.tests)
    finally:
        one.uproot(copy)
    verdict = f"caught by {failed[0]}" if failed else "NOT CAUGHT"
    print(f"{one.name}\n    {verdict} ({time.monotonic() - begun:.0f} s)", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
