"""Segments: definitions, and a truth table of groups worked out by hand."""

import pytest

# id, first, city, state, tier
PEOPLE = """id,first,city,state,tier
1,Ana,Seattle,WA,gold
2,Bo,Seattle,WA,silver
3,Cy,Portland,OR,gold
4,Di,Portland,OR,
5,Ed,,,gold
6,ana,seattle,wa,Gold
"""
FIELDS = {
    "id": "AccountNumber",
    "first": "FirstName",
    "city": "Address.City",
    "state": "Address.State",
    "tier": "Attributes.tier",
}


@pytest.fixture
def people(domain):
    assert domain.counts(PEOPLE, FIELDS) == ("SUCCEEDED", 6, 0, 0)
    return domain


def first(kind, *values):
    return {"ProfileAttributes": {"FirstName": {"DimensionType": kind, "Values": list(values)}}}


def address(part, kind, *values):
    return {"ProfileAttributes": {"Address": {part: {"DimensionType": kind, "Values": list(values)}}}}


def tier(kind, *values):
    return {"ProfileAttributes": {"Attributes": {"tier": {"DimensionType": kind, "Values": list(values)}}}}


def group(*dimensions, how="ALL", sources=(), source_how="ALL"):
    return {
        "Dimensions": list(dimensions),
        "Type": how,
        "SourceSegments": [{"SegmentDefinitionName": name} for name in sources],
        "SourceType": source_how,
    }


def segment(*groups, include="ALL"):
    return {"Groups": list(groups), "Include": include}


def members(domain, groups, name="under-test"):
    """Return the account numbers in a segment, by way of GetSegmentMembership, and check the estimate."""
    everybody = {profile["ProfileId"]: profile["AccountNumber"] for profile in every_profile(domain)}
    domain.client.create_segment_definition(
        DomainName=domain.name, SegmentDefinitionName=name, DisplayName=name, SegmentGroups=groups
    )
    answer = domain.client.get_segment_membership(
        DomainName=domain.name, SegmentDefinitionName=name, ProfileIds=list(everybody)
    )
    present = {everybody[one["ProfileId"]] for one in answer["Profiles"] if one["QueryResult"] == "PRESENT"}
    assert len(answer["Profiles"]) == len(everybody)
    assert domain.estimate(groups) == len(present)
    return "".join(sorted(present))


def every_profile(domain):
    return domain.find("_account", *"123456", MaxResults=100)


WA = address("State", "INCLUSIVE", "WA")
GOLD = tier("INCLUSIVE", "gold")
SEATTLE = address("City", "INCLUSIVE", "Seattle")


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        (SEATTLE, "12"),
        (address("City", "INCLUSIVE", "Seattle", "Portland"), "1234"),
        (address("City", "INCLUSIVE", "Tacoma"), ""),
        (address("City", "EXCLUSIVE", "Seattle"), "3456"),  # 5 has no city and is not equal to Seattle
        (address("City", "EXCLUSIVE", "Seattle", "Portland"), "56"),
        (address("City", "CONTAINS", "att"), "126"),
        (address("City", "CONTAINS", "att", "ort"), "12346"),
        (address("City", "CONTAINS", "%"), ""),  # no wildcard
        (address("City", "CONTAINS", "_"), ""),
        (address("City", "BEGINS_WITH", "Sea"), "12"),
        (address("City", "BEGINS_WITH", "eattle"), ""),
        (address("City", "ENDS_WITH", "land"), "34"),
        (address("City", "ENDS_WITH", "Port"), ""),
        (address("County", "INCLUSIVE", "King"), ""),  # an attribute nobody has
        (address("County", "EXCLUSIVE", "King"), "123456"),
        (first("INCLUSIVE", "Ana"), "1"),  # case matters
        (GOLD, "135"),
        (tier("EXCLUSIVE", "gold"), "246"),
        (tier("BEGINS_WITH", "g", "G"), "1356"),
        (tier("CONTAINS", "l"), "12356"),
        (first("INCLUSIVE", "{{_profile.FirstName}}"), "123456"),
        (first("INCLUSIVE", "{{_profile.Address.City}}"), ""),
    ],
)
def test_one_dimension(people, dimension, expected):
    assert members(people, segment(group(dimension))) == expected


@pytest.mark.parametrize(
    ("how", "expected"),
    [("ALL", "1"), ("ANY", "1235"), ("NONE", "46")],
)
def test_type_joins_the_dimensions_of_a_group(people, how, expected):
    assert members(people, segment(group(WA, GOLD, how=how))) == expected


@pytest.mark.parametrize(
    ("include", "expected"),
    [("ALL", "1"), ("ANY", "1235"), ("NONE", "46")],
)
def test_include_joins_the_groups(people, include, expected):
    assert members(people, segment(group(WA), group(GOLD), include=include)) == expected


def test_a_group_of_type_none_excludes(people):
    assert members(people, segment(group(GOLD), group(WA, how="NONE"))) == "35"


@pytest.mark.parametrize(
    ("source_how", "expected"),
    [("ALL", "1"), ("ANY", "1235"), ("NONE", "46")],
)
def test_source_type_joins_the_source_segments(people, source_how, expected):
    members(people, segment(group(WA)), "washington")
    members(people, segment(group(GOLD)), "golden")
    groups = segment(group(sources=["washington", "golden"], source_how=source_how))
    assert members(people, groups) == expected


def test_dimensions_narrow_the_source_segments(people):
    members(people, segment(group(WA)), "washington")
    assert members(people, segment(group(tier("INCLUSIVE", "silver"), sources=["washington"]))) == "2"


@pytest.mark.parametrize("groups", [{"Groups": []}, {}, {"Groups": [{}]}, segment(group())])
def test_no_condition_matches_everybody(people, groups):
    assert members(people, groups) == "123456"


def test_several_attributes_of_one_dimension_all_hold(people):
    both = {"ProfileAttributes": {**WA["ProfileAttributes"], **GOLD["ProfileAttributes"]}}
    assert members(people, segment(group(both))) == "1"


def test_profile_type_excludes_and_keeps_those_without_one(people):
    client = people.client
    client.create_profile(DomainName=people.name, ProfileType="ACCOUNT_PROFILE")
    dimension = {"ProfileAttributes": {"ProfileType": {"DimensionType": "EXCLUSIVE", "Values": ["ACCOUNT_PROFILE"]}}}
    assert people.estimate(segment(group(dimension))) == 6


def define(domain, name, **more):
    return domain.client.create_segment_definition(
        DomainName=domain.name, SegmentDefinitionName=name, DisplayName=name.title(), **more
    )


def test_a_definition_comes_back_as_it_was_made(domain):
    groups = segment(group(SEATTLE))
    created = define(domain, "seattle", SegmentGroups=groups, Description="In Seattle", Tags={"team": "crm"})
    arn = f"arn:aws:profile:us-east-1:123456789012:domains/{domain.name}/segment-definitions/seattle"
    assert created["SegmentDefinitionArn"] == arn
    shown = domain.client.get_segment_definition(DomainName=domain.name, SegmentDefinitionName="seattle")
    assert shown["SegmentGroups"] == groups
    assert (shown["DisplayName"], shown["Description"], shown["SegmentType"]) == ("Seattle", "In Seattle", "CLASSIC")


def test_a_taken_name_already_exists(domain, refusal):
    define(domain, "one", SegmentGroups=segment())
    code, status, message = refusal(define, domain, "one", SegmentGroups=segment())
    assert (code, status) == ("BadRequestException", 400)
    assert "already exists" in message


def test_definitions_are_listed_without_their_groups(domain):
    for name in ("c", "a", "b"):
        define(domain, name, SegmentGroups=segment(group(SEATTLE)))
    pages = domain.client.get_paginator("list_segment_definitions").paginate(
        DomainName=domain.name, PaginationConfig={"PageSize": 2}
    )
    items = [item for page in pages for item in page["Items"]]
    assert [item["SegmentDefinitionName"] for item in items] == ["a", "b", "c"]
    assert "SegmentGroups" not in items[0]


def test_a_deleted_definition_is_gone_and_its_name_free(domain, refusal):
    define(domain, "one", SegmentGroups=segment())
    domain.client.delete_segment_definition(DomainName=domain.name, SegmentDefinitionName="one")
    parameters = {"DomainName": domain.name, "SegmentDefinitionName": "one"}
    assert refusal(domain.client.get_segment_definition, **parameters)[0] == "ResourceNotFoundException"
    assert refusal(domain.client.delete_segment_definition, **parameters)[0] == "ResourceNotFoundException"
    define(domain, "one", SegmentGroups=segment())


def test_groups_or_sql_and_not_both(domain, refusal):
    assert refusal(define, domain, "none")[0] == "BadRequestException"
    both = {"SegmentGroups": segment(), "SegmentSqlQuery": "SELECT 1"}
    assert refusal(define, domain, "both", **both)[0] == "BadRequestException"


def test_an_sql_segment_is_kept_and_not_evaluated(domain, refusal):
    define(domain, "sql", SegmentSqlQuery="SELECT profileid FROM profiles")
    shown = domain.client.get_segment_definition(DomainName=domain.name, SegmentDefinitionName="sql")
    assert (shown["SegmentType"], shown["SegmentSqlQuery"]) == ("ENHANCED", "SELECT profileid FROM profiles")
    parameters = {"DomainName": domain.name, "SegmentDefinitionName": "sql", "ProfileIds": ["0" * 32]}
    # Its membership is that of the last snapshot, and there is none.
    code, status, message = refusal(domain.client.get_segment_membership, **parameters)
    assert (code, status) == ("BadRequestException", 400)
    assert "no exported snapshot" in message
    assert refusal(domain.client.create_segment_estimate, DomainName=domain.name, SegmentSqlQuery="SELECT 1")[1] == 501


def test_a_source_segment_without_a_name_is_a_bad_request(domain, refusal):
    groups = {"Groups": [{"SourceSegments": [{}]}]}
    assert refusal(domain.estimate, groups)[0] == "BadRequestException"
    assert refusal(define, domain, "top", SegmentGroups=groups)[0] == "BadRequestException"


def test_sixty_attributes_are_allowed_and_no_more(domain, refusal):
    dimensions = [
        {"ProfileAttributes": {"Attributes": {f"a{number}": {"DimensionType": "INCLUSIVE", "Values": ["1"]}}}}
        for number in range(61)
    ]
    assert domain.estimate(segment(group(*dimensions[:60]))) == 0
    assert refusal(domain.estimate, segment(group(*dimensions)))[0] == "BadRequestException"


def test_fifty_one_values_are_too_many(domain, refusal):
    groups = segment(group(first("INCLUSIVE", *map(str, range(51)))))
    assert refusal(define, domain, "many", SegmentGroups=groups)[0] == "BadRequestException"


def test_a_numeric_operator_on_a_standard_attribute_is_a_bad_request(domain, refusal):
    assert refusal(define, domain, "x", SegmentGroups=segment(group(first("GREATER_THAN", "5"))))[1] == 400


def test_an_estimate_runs_first_and_answers_with_text(people):
    people.sandbox.control("PATCH", "settings", {"estimate_s": 600})
    client, name = people.client, people.name
    estimate = client.create_segment_estimate(DomainName=name, SegmentQuery=segment(group(GOLD)))
    assert estimate["StatusCode"] == 200
    parameters = {"DomainName": name, "EstimateId": estimate["EstimateId"]}
    running = client.get_segment_estimate(**parameters)
    assert (running["Status"], "Estimate" in running) == ("RUNNING", False)
    people.sandbox.control("POST", "clock", {"advance_s": 601})
    finished = client.get_segment_estimate(**parameters)
    assert (finished["Status"], finished["Estimate"]) == ("SUCCEEDED", "3")


def test_an_estimate_can_be_a_json_text(people):
    people.sandbox.control("PATCH", "settings", {"estimate_s": 0, "estimate_form": "json_string"})
    client, name = people.client, people.name
    estimate = client.create_segment_estimate(DomainName=name, SegmentQuery=segment(group(GOLD)))["EstimateId"]
    assert client.get_segment_estimate(DomainName=name, EstimateId=estimate)["Estimate"] == '"3"'


def test_an_estimate_fails_if_its_source_is_gone(domain):
    domain.sandbox.control("PATCH", "settings", {"estimate_s": 600})
    define(domain, "source", SegmentGroups=segment())
    query = segment(group(sources=["source"]))
    estimate = domain.client.create_segment_estimate(DomainName=domain.name, SegmentQuery=query)["EstimateId"]
    domain.client.delete_segment_definition(DomainName=domain.name, SegmentDefinitionName="source")
    domain.sandbox.control("POST", "clock", {"advance_s": 601})
    answer = domain.client.get_segment_estimate(DomainName=domain.name, EstimateId=estimate)
    assert answer["Status"] == "FAILED"
    assert "source" in answer["Message"]


def test_an_unknown_estimate_is_not_found(domain, refusal):
    parameters = {"DomainName": domain.name, "EstimateId": "0" * 32}
    assert refusal(domain.client.get_segment_estimate, **parameters)[0] == "ResourceNotFoundException"


def test_membership_of_an_unknown_profile_is_a_failure(people):
    define(people, "all", SegmentGroups=segment())
    answer = people.client.get_segment_membership(
        DomainName=people.name, SegmentDefinitionName="all", ProfileIds=["0" * 32]
    )
    assert [(one["ProfileId"], one["Status"]) for one in answer["Failures"]] == [("0" * 32, 404)]
    assert answer["Profiles"] == []


def test_membership_of_a_hundred_profiles_is_told_with_its_time(people, refusal):
    define(people, "gold", SegmentGroups=segment(group(GOLD)))
    parameters = {"DomainName": people.name, "SegmentDefinitionName": "gold"}
    ids = {profile["AccountNumber"]: profile["ProfileId"] for profile in every_profile(people)}
    unknown = [f"{number:032x}" for number in range(94)]
    now_s = people.sandbox.control("GET", "status")["now_s"]
    answer = people.client.get_segment_membership(**parameters, ProfileIds=[*ids.values(), *unknown])
    results = {one["ProfileId"]: one for one in answer["Profiles"]}
    assert {account: results[one]["QueryResult"] for account, one in ids.items()} == {
        "1": "PRESENT",
        "2": "ABSENT",
        "3": "PRESENT",
        "4": "ABSENT",
        "5": "PRESENT",
        "6": "ABSENT",
    }
    assert results[ids["1"]]["Profile"]["FirstName"] == "Ana"
    assert "Profile" not in results[ids["2"]]
    assert [one["ProfileId"] for one in answer["Failures"]] == unknown
    assert abs(answer["LastComputedAt"].timestamp() - now_s) < 60
    too_many = {"ProfileIds": [*ids.values(), *unknown, "f" * 32]}
    assert (
        "length less than or equal to 100" in refusal(people.client.get_segment_membership, **parameters, **too_many)[2]
    )


@pytest.mark.parametrize(
    ("kind", "how", "expected"),
    [
        ("INCLUSIVE", "ANY", "1235"),
        ("INCLUSIVE", "ALL", ""),
        ("INCLUSIVE", "NONE", "46"),
        ("EXCLUSIVE", "ALL", "46"),
        ("EXCLUSIVE", "ANY", "123456"),
        ("EXCLUSIVE", "NONE", ""),
        ("CONTAINS", "ANY", "1235"),
        ("EQUAL", "ANY", ""),
    ],
)
def test_values_beyond_fifty_stand_in_several_dimensions(people, kind, how, expected):
    others = [f"other {number}" for number in range(98)]
    many = segment(group(tier(kind, "gold", *others[:49]), tier(kind, *others[49:], "silver"), how=how))
    assert members(people, many) == expected


def test_dimensions_that_differ_in_more_than_values_stay_apart(people):
    # tier is gold or begins with s; the state is gold, which is nobody's.
    assert members(people, segment(group(GOLD, tier("BEGINS_WITH", "s"), how="ANY")), "kinds") == "1235"
    assert members(people, segment(group(GOLD, address("State", "INCLUSIVE", "silver"), how="ANY")), "names") == "135"
    both = {"ProfileAttributes": {**WA["ProfileAttributes"], **tier("INCLUSIVE", "silver")["ProfileAttributes"]}}
    assert members(people, segment(group(both, address("State", "INCLUSIVE", "OR"), how="ANY")), "several") == "234"
