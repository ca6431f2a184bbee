"""What conditions become is what the service takes: for the SDK, for the stricter sandbox, and AWS's own guide."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from botocore.validate import ParamValidator

from cpnb import catalog
from cpnb.expressions import calculated, profile
from cpnb.segments import SegmentDefinition

GUIDE = json.loads((Path(__file__).parents[1] / "sandbox/clients/guide.json").read_text(encoding="utf-8"))

# How each comparison of the service is said, written by hand.
SAID = {
    "INCLUSIVE": lambda attribute, value: attribute.isin([value]),
    "EXCLUSIVE": lambda attribute, value: attribute.notin([value]),
    "CONTAINS": lambda attribute, value: attribute.contains(value),
    "BEGINS_WITH": lambda attribute, value: attribute.startswith(value),
    "ENDS_WITH": lambda attribute, value: attribute.endswith(value),
    "BEFORE": lambda attribute, _: attribute.before("2024-10-01"),
    "AFTER": lambda attribute, _: attribute.after("2024-10-01"),
    "ON": lambda attribute, _: attribute.on("2024-10-01"),
    "BETWEEN": lambda attribute, _: attribute.between("2024-01-01", "2024-12-31"),
    "NOT_BETWEEN": lambda attribute, _: attribute.not_between("2024-01-01", "2024-12-31"),
    "EQUAL": lambda attribute, _: attribute == 5,
    "GREATER_THAN": lambda attribute, _: attribute > 5,
    "GREATER_THAN_OR_EQUAL": lambda attribute, _: attribute >= 5,
    "LESS_THAN": lambda attribute, _: attribute < 5,
    "LESS_THAN_OR_EQUAL": lambda attribute, _: attribute <= 5,
    "LIST_CONTAINS": lambda attribute, value: attribute.list_contains(value),
    "LIST_CONTAINS_ALL": lambda attribute, value: attribute.list_contains_all(value, "other"),
}
TEXT = ("INCLUSIVE", "EXCLUSIVE", "CONTAINS", "BEGINS_WITH", "ENDS_WITH")
DATES = ("BEFORE", "AFTER", "ON", "BETWEEN", "NOT_BETWEEN")
# One attribute of each kind, with the comparisons that the facts give it (section 5.2), and a value that it may have.
KINDS = {
    "text": (profile.LastName, TEXT, "x" * 255),
    "address": (profile.ShippingAddress.PostalCode, TEXT, "00501"),
    "long text": (profile.AdditionalInformation, TEXT, "x" * 1000),
    "date": (profile.BirthDate, DATES, None),
    "custom": (profile.Attributes["tier"], tuple(SAID), "gold"),
    "calculated": (calculated["_calls"], tuple(SAID), "3"),
    "calculated over days": (calculated["_calls"].over(30, 7), tuple(SAID), "3"),
    "profile type": (profile.ProfileType, ("INCLUSIVE", "EXCLUSIVE"), "ACCOUNT_PROFILE"),
}
EVERY = [(kind, operator) for kind, (_, operators, _) in KINDS.items() for operator in operators]
# The oldest service model that is supported lacks the two comparisons of lists.
LACKING = set(SAID) - set(catalog.dimension_types("AttributeDimension"))
CASES = [case for case in EVERY if case[1] not in LACKING]


def condition(kind: str, operator: str):
    attribute, _, value = KINDS[kind]
    return SAID[operator](attribute, value)


def problems(operation: str, **parameters: object) -> str:
    """What the SDK itself would refuse to send."""
    client = boto3.client(
        "customer-profiles", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    shape = client.meta.service_model.operation_model(operation).input_shape
    return ParamValidator().validate({"DomainName": "loyalty", **parameters}, shape).generate_report()


def test_every_comparison_of_the_service_is_there():
    assert len(SAID) == 17
    assert set(SAID) >= set(catalog.dimension_types("AttributeDimension"))
    assert {"LIST_CONTAINS", "LIST_CONTAINS_ALL"} >= LACKING
    assert len(EVERY) == 3 * 5 + 5 + 3 * 17 + 2 == len(CASES) + 3 * len(LACKING)


@pytest.mark.parametrize(("kind", "operator"), CASES, ids="-".join)
def test_what_a_condition_becomes_is_valid_for_the_sdk(kind, operator):
    groups = condition(kind, operator).to_api()
    assert json.loads(json.dumps(groups)) == groups
    assert operator in json.dumps(groups)
    assert problems("CreateSegmentEstimate", SegmentQuery=groups) == ""
    definition = SegmentDefinition("x", condition(kind, operator)).to_api()
    assert problems("CreateSegmentDefinition", SegmentDefinitionName="x", **definition) == ""


def test_what_a_condition_becomes_is_valid_for_the_stricter_sandbox(domain):
    for number, (kind, operator) in enumerate(CASES):
        SegmentDefinition(f"s{number}", condition(kind, operator)).create(domain)
        back = SegmentDefinition.get(domain, f"s{number}")
        assert back.expression.to_api() == condition(kind, operator).to_api(), (kind, operator)


GUIDES_SEGMENTS = {
    "first-asset": profile.AccountNumber == "ASSET001",
    "high-value": profile.PartyTypeString.contains("5000", "1200"),
    "accounts-acc1": profile.BusinessName.startswith("ACC1"),
    "not-monitors": profile.AdditionalInformation != "Monitor",
}


@pytest.mark.parametrize("name", GUIDES_SEGMENTS)
def test_the_segments_of_the_guide_are_said_exactly(name):
    """Source: AWS re:Post, 'Automate Customer Segmentation in Amazon Connect', step 6."""
    assert GUIDES_SEGMENTS.keys() == GUIDE["segments"].keys()
    assert GUIDES_SEGMENTS[name].to_api() == {
        "Groups": [
            {"Dimensions": [{"ProfileAttributes": GUIDE["segments"][name]}], "SourceType": "ALL", "Type": "ALL"},
        ],
        "Include": "ALL",
    }
