"""What the service model says of a segment definition and botocore does not check: sizes, names, words."""

import pytest


def condition(**attributes):
    return {"Groups": [{"Dimensions": [{"ProfileAttributes": attributes}]}]}


def of(kind, *values):
    return {"DimensionType": kind, "Values": list(values)}


NAMED = {"FirstName": of("INCLUSIVE", "Ana")}
GROUPS = condition(**NAMED)
SORT = {"Name": "LastName", "Order": "ASC"}


@pytest.mark.parametrize(
    ("parameters", "constraint"),
    [
        ({"SegmentDefinitionName": "two words"}, "regular expression pattern"),
        ({"SegmentDefinitionName": "x" * 65}, "length less than or equal to 64"),
        ({"DisplayName": "x" * 256}, "length less than or equal to 255"),
        ({"Description": "x" * 4001}, "length less than or equal to 4000"),
        ({"Tags": {f"key{number}": "" for number in range(51)}}, "length less than or equal to 50"),
        ({"Tags": {"aws:team": "crm"}}, "regular expression pattern"),
        ({"Tags": {"two words": "crm"}}, "regular expression pattern"),
        ({"Tags": {"k" * 129: "crm"}}, "length less than or equal to 128"),
        ({"Tags": {"team": "x" * 257}}, "length less than or equal to 256"),
        ({"SegmentSort": {"Attributes": []}}, "length greater than or equal to 1"),
        ({"SegmentSort": {"Attributes": [SORT] * 11}}, "length less than or equal to 10"),
        ({"SegmentSort": {"Attributes": [{**SORT, "Name": "two words"}]}}, "regular expression pattern"),
        ({"SegmentSort": {"Attributes": [{**SORT, "Name": "x" * 65}]}}, "length less than or equal to 64"),
        ({"SegmentSort": {"Attributes": [{**SORT, "Order": "UP"}]}}, "[ASC, DESC]"),
        ({"SegmentSort": {"Attributes": [{**SORT, "DataType": "TEXT"}]}}, "[STRING, NUMBER, DATE]"),
        ({"SegmentSort": {"Attributes": [{**SORT, "Type": "OTHER"}]}}, "[PROFILE, CALCULATED]"),
        ({"SegmentGroups": None, "SegmentSqlQuery": "x" * 50_001}, "length less than or equal to 50000"),
        ({"SegmentGroups": {"Groups": [], "Include": "SOME"}}, "[ALL, ANY, NONE]"),
        ({"SegmentGroups": {"Groups": [{"Type": "SOME"}]}}, "[ALL, ANY, NONE]"),
        ({"SegmentGroups": {"Groups": [{"SourceType": "SOME"}]}}, "[ALL, ANY, NONE]"),
    ],
)
def test_a_definition_that_breaks_a_limit_is_refused(domain, refusal, parameters, constraint):
    parameters = {"SegmentDefinitionName": "x", "DisplayName": "X", "SegmentGroups": GROUPS, **parameters}
    parameters = {name: value for name, value in parameters.items() if value is not None}
    client = domain.sandbox.client(parameter_validation=False)  # botocore would stop what is too short
    code, status, message = refusal(client.create_segment_definition, DomainName=domain.name, **parameters)
    assert (code, status) == ("BadRequestException", 400)
    assert constraint in message


def test_a_definition_at_its_limits_is_kept(domain):
    kept = {
        "DisplayName": "x" * 255,
        "Description": "x" * 4000,
        "Tags": {f"key{number}": "x" * 256 for number in range(50)},
        "SegmentSort": {"Attributes": [{**SORT, "DataType": "STRING", "Type": "PROFILE"}] * 10},
        "SegmentSqlQuery": "x" * 50_000,
    }
    name = "x" * 64
    domain.client.create_segment_definition(DomainName=domain.name, SegmentDefinitionName=name, **kept)
    shown = domain.client.get_segment_definition(DomainName=domain.name, SegmentDefinitionName=name)
    assert {member: shown[member] for member in kept} == kept
    assert shown["SegmentType"] == "ENHANCED"


@pytest.mark.parametrize(
    ("groups", "constraint"),
    [
        (condition(FirstName=of("INCLUSIVE", *"x" * 51)), "length less than or equal to 50"),
        (condition(FirstName=of("INCLUSIVE", "x" * 256)), "length less than or equal to 255"),
        (condition(FirstName=of("EQUAL", "5")), "[INCLUSIVE, EXCLUSIVE, CONTAINS, BEGINS_WITH, ENDS_WITH]"),
        (condition(AdditionalInformation=of("ON", "2020-01-01")), "[INCLUSIVE, EXCLUSIVE, CONTAINS"),
        (condition(BirthDate=of("CONTAINS", "20")), "[BEFORE, AFTER, BETWEEN, NOT_BETWEEN, ON]"),
        (condition(BirthDate=of("BETWEEN", "2020-01-01")), "exactly two"),
        (condition(ProfileType=of("CONTAINS", "PROFILE")), "[INCLUSIVE, EXCLUSIVE]"),
        (condition(ProfileType=of("INCLUSIVE", "PROFILE", "ACCOUNT_PROFILE")), "length less than or equal to 1"),
        (condition(ProfileType=of("INCLUSIVE", "OTHER")), "[ACCOUNT_PROFILE, PROFILE]"),
        (condition(Address={"City": of("EQUAL", "5")}), "[INCLUSIVE, EXCLUSIVE, CONTAINS"),
        (condition(Attributes={"tier": of("LIKE", "5")}), "GREATER_THAN_OR_EQUAL"),
        (condition(Attributes={"x" * 256: of("EQUAL", "5")}), "length less than or equal to 255"),
        (condition(Attributes={"tier": of("BETWEEN", "5")}), "exactly two"),
        ({"Groups": [{"Dimensions": [{"CalculatedAttributes": {"two words": of("EQUAL", "5")}}]}]}, "pattern"),
        ({"Groups": [{"Dimensions": [{"CalculatedAttributes": {"x": of("BETWEEN", "5")}}]}]}, "exactly two"),
    ],
)
def test_a_condition_that_breaks_a_limit_is_refused(domain, refusal, groups, constraint):
    for call, arguments in [(domain.define, ("x",)), (domain.estimate, ())]:
        given = {"SegmentGroups": groups} if arguments else {"groups": groups}
        code, status, message = refusal(call, *arguments, **given)
        assert (code, status) == ("BadRequestException", 400)
        assert constraint in message


@pytest.mark.parametrize(
    "dimension",
    [
        {},
        {"ProfileAttributes": NAMED, "CalculatedAttributes": {"x": of("EQUAL", "5")}},
        {"ProfileAttributes": {"FirstName": {"DimensionType": "INCLUSIVE", "Values": []}}},
        {"ProfileAttributes": {"FirstName": {"DimensionType": "INCLUSIVE"}}},
        {"ProfileAttributes": {"FirstName": {"Values": ["Ana"]}}},
        {"CalculatedAttributes": {"x": {**of("EQUAL", "5"), "ConditionOverrides": {"Range": {"Unit": "DAYS"}}}}},
        {"CalculatedAttributes": {"x": {**of("EQUAL", "5"), "ConditionOverrides": {"Range": {"Start": 1}}}}},
    ],
)
def test_what_botocore_itself_would_stop_is_refused_too(domain, refusal, dimension):
    client = domain.sandbox.client(parameter_validation=False)
    groups = {"Groups": [{"Dimensions": [dimension]}]}
    parameters = {"DomainName": domain.name, "SegmentDefinitionName": "x", "DisplayName": "X", "SegmentGroups": groups}
    assert refusal(client.create_segment_definition, **parameters)[:2] == ("BadRequestException", 400)
    parameters = {"DomainName": domain.name, "SegmentQuery": groups}
    assert refusal(client.create_segment_estimate, **parameters)[:2] == ("BadRequestException", 400)


def test_a_dimension_of_no_attribute_restricts_nothing_or_is_refused(domain, refusal):
    domain.add([{"AccountNumber": "1"}])
    assert domain.estimate(condition()) == 1
    assert domain.estimate(condition(Address={})) == 1
    domain.sandbox.control("PATCH", "settings", {"empty_groups": "refuse"})
    assert "names no attribute" in refusal(domain.estimate, condition())[2]
    assert "names no attribute" in refusal(domain.estimate, condition(Attributes={}))[2]
