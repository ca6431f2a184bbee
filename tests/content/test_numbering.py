"""Automata over digits, against the regular expressions that they stand for."""

import random
import re

import pytest
from hypothesis import given, settings, strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, phonenumberutil
from phonenumbers.phonemetadata import PhoneMetadata

from cpnb.content.numbering_automaton import DEAD, PatternSet, smallest
from cpnb.content.numbering_pattern import UnknownPatternError, parsed
from cpnb.content.numbering_prefix import Stripping
from cpnb.content.numbering_validity import NUMBER_DIGITS_MAX, NUMBER_DIGITS_MIN, number_automaton


@pytest.mark.parametrize(
    "pattern",
    ["a", ".", "1*", "1+", "1{2,}", "1??", "1?+", "[^1]", "(?=1)", "(?i:1)", "(?P<x>1)", "\\D", "\\1", "^1", "1|*",
     "(1", "1)", "[1", "[5-2]", "[1-]", "1{2", "\u0661"],
)  # fmt: skip
def test_a_construct_that_is_not_modelled_is_refused(pattern):
    with pytest.raises(UnknownPatternError):
        parsed(pattern)


@pytest.mark.parametrize("pattern", ["1|23", "[2-46]\\d{2,3}", "(?:0|90)?(1[245])", "4(?:[14]4|56)?7", "[\\d]0", ""])
def test_a_pattern_set_matches_whole_texts_as_re_does(pattern):
    patterns = PatternSet()
    end = patterns.add(pattern)

    for number in range(20_000):
        for text in (str(number), f"0{number}"):
            places = patterns.start
            for digit in text:
                places = patterns.step(places)[int(digit)]
            assert bool(places & end) == bool(re.fullmatch(pattern, text)), text


def test_a_beginning_stays_matched():
    patterns = PatternSet()
    end = patterns.add_beginning("12|3")

    def is_reached(text):
        places = patterns.start
        for digit in text:
            places = patterns.step(places)[int(digit)]
        return bool(places & end)

    assert [is_reached(text) for text in ("1", "12", "129999", "3", "30", "21", "")] == [
        False, True, True, True, True, False, False,
    ]  # fmt: skip


def test_an_end_inside_a_whole_pattern_is_refused():
    with pytest.raises(UnknownPatternError):
        PatternSet().add("1$")


def test_the_smallest_automaton_of_even_numbers_of_three_digits():
    # By hand: what follows is two digits, one digit, nothing even, nothing odd; and the dead end.
    def step(state):
        first = state == "nothing"
        return tuple(
            "dead" if state == "dead" or len(state) == 3 else (str(d) if first else f"{state}{d}") for d in range(10)
        )

    def label(state, length):
        return length == 3 and int(state) % 2 == 0

    automaton = smallest("nothing", step, label, "dead", dead_label=False)

    assert len(automaton.labels) == 5
    assert [automaton.labels[automaton.after(text)] for text in ("", "12", "124", "125", "1248")] == [
        False, False, True, False, False,
    ]  # fmt: skip
    assert automaton.after("1248") == DEAD


def stripped_by_re(pattern, rule, digits):
    """What phonenumbers' own two lines do: match at the beginning, and apply the rule if the last group took part."""
    match = re.match(pattern, digits)
    if not match:
        return digits
    if not rule or match.groups()[-1] is None:
        return digits[match.end() :]
    return re.sub(pattern, rule, digits, count=1)


def prefixes():
    """Every way of stripping in the installed metadata, prefixes out of the country among them."""
    plans = [PhoneMetadata.metadata_for_region(region) for region in sorted(SUPPORTED_REGIONS)]
    inside = {(plan.national_prefix_for_parsing, plan.national_prefix_transform_rule) for plan in plans}
    return sorted((inside | {(plan.international_prefix, None) for plan in plans}) - {(None, None)}, key=str)


@pytest.mark.parametrize(("pattern", "rule"), prefixes())
def test_every_prefix_of_the_metadata_is_stripped_as_re_does(pattern, rule):
    # The inner automaton remembers all digits that it was given.
    stripping = Stripping(pattern, rule, "", None, lambda text: tuple(f"{text}{digit}" for digit in range(10)))
    random_digits = random.Random(pattern)
    openings = [*re.findall("[0-9]+", pattern), ""]

    for _ in range(300):
        digits = "".join(random_digits.choice(openings) for _ in range(random_digits.randint(0, 3)))
        digits += "".join(random_digits.choice("0123456789") for _ in range(random_digits.randint(0, 13)))
        state = stripping.start
        for digit in digits:
            state = stripping.step(state)[int(digit)]
        match = state.best()
        left = state.whole if match is None else match.inner
        assert left == stripped_by_re(pattern, rule, digits), digits
        if match is not None:
            kept = f"{stripping.literal}{digits[match.kept_from : match.kept_to]}" if match.kept_from >= 0 else ""
            assert f"{kept}{digits[match.rest_from :]}" == left


@pytest.mark.parametrize("rule", ["\\1", "x\\2", "\\2\\1", "9", "\\g<2>"])
def test_a_rule_other_than_digits_and_the_last_group_is_refused(rule):
    with pytest.raises(UnknownPatternError):
        Stripping("0(1)?(2)?", rule, 0, None, lambda _: (0,) * 10)


@given(st.sampled_from(sorted(COUNTRY_CODE_TO_REGION_CODE)), st.text("0123456789", min_size=2, max_size=17))
@settings(max_examples=300)
def test_random_numbers_are_valid_if_phonenumbers_says_so(calling_code, digits):
    number = phonenumberutil.PhoneNumber(calling_code, int(digits))
    number.italian_leading_zero = digits[0] == "0"
    number.number_of_leading_zeros = len(digits[:-1]) - len(digits[:-1].lstrip("0"))
    automaton = number_automaton(calling_code, COUNTRY_CODE_TO_REGION_CODE[calling_code][0])

    assert automaton.labels[automaton.after(digits)].valid == phonenumberutil.is_valid_number(number)


def test_lengths_are_those_of_phonenumbers():
    assert phonenumberutil._MIN_LENGTH_FOR_NSN == NUMBER_DIGITS_MIN
    assert phonenumberutil._MAX_LENGTH_FOR_NSN == NUMBER_DIGITS_MAX
