"""The catalog against the service model of the installed botocore: what we rely on is still there."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore import xform_name

from cpnb import catalog
from cpnb.content_types import ContentType
from cpnb.upload_job import JobStatus

# Source: service model. Each with the members that cpnb sends and reads.
UPLOADS = {
    "CreateUploadJob": ({"DomainName", "DisplayName", "Fields", "UniqueKey", "DataExpiry"}, {"JobId"}),
    "GetUploadJobPath": ({"DomainName", "JobId"}, {"Url", "ClientToken", "ValidUntil"}),
    "StartUploadJob": ({"DomainName", "JobId"}, set()),
    "StopUploadJob": ({"DomainName", "JobId"}, set()),
    "GetUploadJob": (
        {"DomainName", "JobId"},
        {"JobId", "DisplayName", "Status", "StatusReason", "ResultsSummary", "CreatedAt", "CompletedAt"},
    ),
    "ListUploadJobs": ({"DomainName", "MaxResults", "NextToken"}, {"Items", "NextToken"}),
}
SEGMENTS = {
    "CreateSegmentDefinition": (
        {"DomainName", "SegmentDefinitionName", "DisplayName", "Description", "SegmentGroups", "SegmentSqlQuery",
         "SegmentSort"},
        {"SegmentDefinitionName"},
    ),
    "GetSegmentDefinition": ({"DomainName", "SegmentDefinitionName"}, {"SegmentGroups", "DisplayName"}),
    "ListSegmentDefinitions": ({"DomainName", "MaxResults", "NextToken"}, {"Items", "NextToken"}),
    "DeleteSegmentDefinition": ({"DomainName", "SegmentDefinitionName"}, set()),
    "CreateSegmentEstimate": ({"DomainName", "SegmentQuery"}, {"EstimateId"}),
    "GetSegmentEstimate": ({"DomainName", "EstimateId"}, {"Status", "Estimate", "Message"}),
}  # fmt: skip
DOMAINS = {
    "GetDomain": ({"DomainName"}, {"DomainName"}),
    "CreateDomain": ({"DomainName", "DefaultExpirationDays"}, {"DomainName"}),
}


@pytest.fixture(scope="module")
def client() -> Any:
    return boto3.Session("a", "b", region_name="us-east-1").client("customer-profiles")


@pytest.mark.parametrize(("operation", "members"), [*UPLOADS.items(), *SEGMENTS.items(), *DOMAINS.items()])
def test_an_operation_that_we_call_has_the_members_that_we_use(
    client: Any, operation: str, members: tuple[set[str], set[str]]
) -> None:
    model = client.meta.service_model.operation_model(operation)
    sent, read = members

    assert sent <= set(model.input_shape.members)
    assert read <= set(model.output_shape.members if model.output_shape else ())
    assert callable(getattr(client, xform_name(operation)))


@pytest.mark.parametrize(("shape", "ours"), [("FieldContentType", ContentType), ("UploadJobStatus", JobStatus)])
def test_an_enumeration_of_ours_is_that_of_the_model(client: Any, shape: str, ours: type) -> None:
    assert {member.value for member in ours} == set(client.meta.service_model.shape_for(shape).enum)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("shape", "member", "minimum", "maximum"),
    [
        ("CreateUploadJobRequest", "DomainName", 1, 64),
        ("CreateUploadJobRequest", "DisplayName", 1, 255),
        ("CreateUploadJobRequest", "DataExpiry", 1, 1098),
        ("CreateUploadJobRequest", "UniqueKey", 1, 1000),
        ("ListUploadJobsRequest", "MaxResults", 1, 500),
        ("CreateSegmentDefinitionRequest", "SegmentDefinitionName", 1, 64),
        ("ProfileDimension", "Values", 1, 50),
    ],
)
def test_a_limit_is_still_what_the_documentation_says(shape: str, member: str, minimum: int, maximum: int) -> None:
    found = catalog.limit(shape, member)

    assert (found.minimum, found.maximum) == (minimum, maximum)


def test_every_text_of_a_profile_is_a_target_or_left_out_on_purpose(client: Any) -> None:
    profile = client.meta.service_model.shape_for("Profile").members
    addresses = {name for name, shape in profile.items() if shape.type_name == "structure" and "City" in shape.members}
    expected = {
        *(f"_profile.{name}" for name, shape in profile.items() if shape.type_name == "string"),
        *(f"_profile.{name}.{part}" for name in addresses for part in profile[name].members),
    } - {"_profile.ProfileId"}

    assert set(catalog.targets()) == expected


def test_everything_that_segments_can_filter_on_is_a_target(client: Any) -> None:
    shapes = client.meta.service_model.shape_for("ProfileAttributes").members
    filtered = {
        f"_profile.{name}" if shape.members.keys() >= {"DimensionType"} else f"_profile.{name}.{part}"
        for name, shape in shapes.items()
        if shape.type_name == "structure"
        for part in shape.members
    }

    assert filtered == {path for path, found in catalog.targets().items() if found.dimension}


def test_the_errors_that_we_tell_apart_are_modelled(client: Any) -> None:
    names = {shape.name for shape in client.meta.service_model.error_shapes}

    assert names == {
        "AccessDeniedException",
        "BadRequestException",
        "InternalServerException",
        "ResourceNotFoundException",
        "ThrottlingException",
    }
