"""Whether each removal still finds what it removes; what notices it is found out on demand."""

from __future__ import annotations

import pytest

from tests.mutants.mutant import ROOT
from tests.mutants.removals import REMOVALS


def test_removals_are_told_apart_by_name():
    names = [one.name for one in REMOVALS]

    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda removal: removal.name)
def test_what_a_removal_removes_stands_there_once(removal):
    assert removal.fits
    assert removal.old != removal.new


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda removal: removal.name)
def test_the_tests_that_must_notice_it_are_there(removal):
    for test in removal.tests:
        file, _, name = test.partition("::")
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not name or f"def {name.rpartition('::')[2].partition('[')[0]}(" in text
