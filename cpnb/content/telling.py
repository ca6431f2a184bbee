"""Each cell told once, where two problems of it are one to the analyst: ``n/a`` is no valid e-mail address either."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import replace

from cpnb.content.rule import Mask, Problem, Severity

# What says more about a cell, and what to do, than the problem that it is also a case of.
_BETTER_SAID = {
    "email_invalid": ("two_emails", "placeholder"),
    "phone_invalid": ("two_phones", "placeholder"),
    "phone_without_country": ("two_phones", "placeholder"),
    "number_invalid": ("placeholder",),
    "date_not_iso": ("date_ambiguous", "placeholder"),
}


def told_once(verdicts: Iterable[tuple[Problem, Mask]]) -> list[tuple[Problem, Mask]]:
    """Return the verdicts on a column without those that another one says better, none of them milder.

    A cell that leaves an error for a warning takes the error with it: what says more of it is then an error
    too, and stands apart from the cells for which it only warns. The cells with errors are the same as before.

    Parameters
    ----------
    verdicts : iterable of (Problem, mask)
        Of all rules of a column. The masks are not changed.
    """
    verdicts = list(verdicts)
    masks = {problem.code: mask for problem, mask in verdicts}
    graver: dict[str, Problem] = {}
    taken: dict[str, Mask] = {}
    for problem, mask in verdicts:
        for code in _BETTER_SAID.get(problem.code, ()):
            if code in masks and problem.severity is Severity.ERROR:
                graver.setdefault(code, problem)
                taken[code] = taken.get(code, False) | (mask & masks[code])
    told: list[tuple[Problem, Mask]] = []
    for problem, mask in verdicts:
        rest = mask
        for code in _BETTER_SAID.get(problem.code, ()):
            rest = rest & ~masks[code] if code in masks else rest
        if problem.code in graver and problem.severity is Severity.WARNING:
            told.append((_as_grave(problem, graver[problem.code]), taken[problem.code]))
            rest = rest & ~taken[problem.code]
        told.append((problem, rest))
    return told


@functools.cache
def _as_grave(problem: Problem, other: Problem) -> Problem:
    """Return a problem with the severity of another, and where that is written."""
    return replace(problem, severity=other.severity, provenance=other.provenance)
