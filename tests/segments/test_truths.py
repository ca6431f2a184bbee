"""The two evaluators meet the truth table, and agree about what nobody wrote down."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cpnb import catalog
from cpnb.dimensions import attribute_shape
from cpnb.sandbox_process import Sandbox
from tests.segments.evaluators import Sql, selected_locally
from tests.segments.truth_table import (
    GROUP_TRUTHS,
    OCTOBER,
    PAIR,
    PAIR_PROFILES,
    REFERENCE_TRUTHS,
    TRUTHS,
    dimension,
    segment,
)

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def sql(sandbox: Sandbox) -> Iterator[Sql]:
    """The sandbox's evaluator over one domain; tests take labels of their own."""
    return Sql(sandbox, sandbox.domain("truths"))


def labelled(profiles):
    """Profiles under labels that no other test takes."""
    return {f"{next(_numbers)}": profile for profile in profiles}


def chosen(evaluator, groups, profiles):
    """Which of the labelled profiles a segment selects, as one of the two sees it."""
    if evaluator == "table":
        return selected_locally(groups, profiles)
    evaluator.add(profiles)
    return evaluator.selected(groups, list(profiles))


@pytest.fixture(params=["table", "sql"])
def evaluator(request):
    return "table" if request.param == "table" else request.getfixturevalue("sql")


def is_known(path, comparison):
    """Whether the installed service model has the comparison; LIST_CONTAINS is younger than the oldest one allowed."""
    return comparison in catalog.dimension_types(attribute_shape(path))


CASES = [
    pytest.param(truth, path, id=f"{path}-{truth}")
    for truth in TRUTHS
    for path in truth.paths
    if is_known(path, truth.comparison)
]
REFERENCES = [truth for truth in REFERENCE_TRUTHS if is_known(truth.path, truth.comparison)]


@pytest.mark.parametrize(("truth", "path"), CASES)
def test_a_comparison_means_what_the_truth_table_says(evaluator, truth, path):
    texts = list(truth.meets)
    profiles = labelled({path: text} if text else {} for text in texts)
    found = chosen(evaluator, segment(dimension(path, truth.comparison, truth.values)), profiles)
    seen = {text: label in found for text, label in zip(texts, profiles, strict=True)}
    assert seen == truth.meets


def test_the_truth_table_knows_every_comparison_of_every_kind():
    told = {(attribute_shape(path), truth.comparison) for truth in TRUTHS for path in truth.paths}
    shapes = {target.dimension for target in catalog.targets().values() if target.dimension} | {"AttributeDimension"}
    assert told >= {(shape, comparison) for shape in shapes for comparison in catalog.dimension_types(shape)}


@pytest.mark.parametrize("truth", REFERENCES, ids=str)
def test_a_value_may_stand_for_another_attribute(evaluator, truth):
    profiles = labelled([truth.profile])
    groups = segment(dimension(truth.path, truth.comparison, truth.values))
    assert bool(chosen(evaluator, groups, profiles)) == truth.meets


def test_a_reference_without_a_name_is_text(evaluator):
    profiles = labelled([{"LastName": text} for text in ("{{_profile.}}", "{{_profile. }}", "Smith")])
    found = chosen(evaluator, segment(dimension("LastName", "INCLUSIVE", ["{{_profile.}}"])), profiles)
    assert found == set(list(profiles)[:1])


@pytest.mark.parametrize("truth", GROUP_TRUTHS, ids=lambda truth: f"{truth.how}-{truth.include}")
def test_comparisons_are_joined_as_the_truth_table_says(evaluator, truth):
    profiles = labelled(PAIR_PROFILES.values())
    found = chosen(evaluator, segment(*PAIR, how=truth.how, include=truth.include), profiles)
    assert {name for name, label in zip(PAIR_PROFILES, profiles, strict=True) if label in found} == truth.selected


PATHS = ("LastName", "Address.City", "BirthDate", "ProfileType", "Attributes.x", "Attributes.y")
# Texts that one of the evaluators might read and the other might not.
STRANGE = sorted({text for truth in TRUTHS for text in truth.meets if text} | {OCTOBER, "0", "1", "10", "a", "A"})
# What looks like a reference and is none, in profiles and in values.
BRACES = [
    "{{_profile.}}",
    "{{_profile. }}",
    "{{ _profile.LastName }}",
    "{{_profile.LastName }} ",
    "{{nonsense}}",
    "{{}}",
]
texts = st.one_of(
    st.sampled_from(STRANGE),
    st.sampled_from(BRACES),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=4),
    st.text("0123456789+-.eE", min_size=1, max_size=6),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.from_regex(r"\A\d\d\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)?\Z"),
    st.lists(st.sampled_from(["a", "b", "é", '"']), max_size=3).map(lambda items: str(items).replace("'", '"')),
)
references = st.sampled_from([f"{{{{_profile.{path}}}}}" for path in PATHS])


@st.composite
def dimensions(draw):
    path = draw(st.sampled_from(PATHS))
    comparison = draw(st.sampled_from(catalog.dimension_types(attribute_shape(path))))
    if path == "ProfileType":
        return dimension(path, comparison, [draw(st.sampled_from(["PROFILE", "ACCOUNT_PROFILE"]))])
    count = {"min_size": 2, "max_size": 2} if "BETWEEN" in comparison else {"min_size": 1, "max_size": 3}
    return dimension(path, comparison, draw(st.lists(st.one_of(texts, texts, references), **count)))


switches = st.sampled_from(["ALL", "ANY", "NONE"])
groups = st.builds(
    lambda found, how: {"Dimensions": found, "Type": how, "SourceType": "ALL"},
    st.lists(dimensions(), min_size=1, max_size=3),
    switches,
)
segments = st.builds(
    lambda found, include: {"Groups": found, "Include": include}, st.lists(groups, min_size=1, max_size=3), switches
)
profiles_of_texts = st.fixed_dictionaries(
    {},
    optional={path: texts for path in PATHS if path != "ProfileType"}
    | {"ProfileType": st.sampled_from(["PROFILE", "ACCOUNT_PROFILE"])},
)


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(segment_groups=segments, profiles=st.lists(profiles_of_texts, min_size=1, max_size=5))
def test_table_and_sql_select_the_same_profiles(sql, segment_groups, profiles):
    marked = labelled(profiles)
    sql.add(marked)
    assert selected_locally(segment_groups, marked) == sql.selected(segment_groups, list(marked))
