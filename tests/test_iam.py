"""The least-privilege policy: its shape, and that it allows what the package does, and nothing else."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import boto3
import pandas as pd
import pytest

import cpnb
from cpnb import catalog
from cpnb.domain import Domain
from cpnb.errors import ServiceError, SnapshotError
from cpnb.expressions import profile
from cpnb.iam import iam_policy
from cpnb.monitoring import list_jobs, look_at_job
from cpnb.segments import EmptySegmentWarning, SegmentDefinition, delete_segments, list_segments
from cpnb.widgets.segment_builder.value_suggestions import values_of_domain

EVERYTHING = ("upload", "segments", "failed_rows")
PLACE = {"domain": "loyalty", "account": "012345678901", "region": "us-east-1"}


def operations(policy) -> set[str]:
    return {action.removeprefix("profile:") for action in policy.actions if action.startswith("profile:")}


def test_the_policy_for_uploads_names_the_domain_and_what_an_upload_calls():
    assert iam_policy(**PLACE, for_="upload") == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "LookAtDomain",
                "Effect": "Allow",
                "Action": ["profile:GetDomain", "profile:ListUploadJobs"],
                "Resource": ["arn:aws:profile:us-east-1:012345678901:domains/loyalty"],
            },
            {
                "Sid": "Upload",
                "Effect": "Allow",
                "Action": [
                    "profile:CreateUploadJob",
                    "profile:GetUploadJobPath",
                    "profile:StartUploadJob",
                    "profile:StopUploadJob",
                    "profile:GetUploadJob",
                ],
                "Resource": ["arn:aws:profile:us-east-1:012345678901:domains/loyalty"],
            },
        ],
    }


def test_segments_need_their_domain_and_themselves():
    [statement] = [one for one in iam_policy(**PLACE)["Statement"] if one["Sid"] == "Segments"]
    assert statement["Action"] == [
        "profile:CreateSegmentDefinition",
        "profile:TagResource",
        "profile:GetSegmentDefinition",
        "profile:DeleteSegmentDefinition",
        "profile:GetSegmentMembership",
        "profile:CreateSegmentSnapshot",
        "profile:GetSegmentSnapshot",
    ]
    assert statement["Resource"] == [
        "arn:aws:profile:us-east-1:012345678901:domains/loyalty",
        "arn:aws:profile:us-east-1:012345678901:domains/loyalty/segment-definitions/*",
    ]


def test_a_role_may_be_handed_to_customer_profiles_and_to_no_other_service():
    def statement(**more):
        [found] = [one for one in iam_policy(**PLACE, **more)["Statement"] if one["Action"] == ["iam:PassRole"]]
        return found

    assert statement(for_="segments") == {
        "Sid": "HandRoleToSnapshots",
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": ["arn:aws:iam::012345678901:role/*"],
        "Condition": {"StringEquals": {"iam:PassedToService": "profile.amazonaws.com"}},
    }
    role = "arn:aws:iam::012345678901:role/exports"
    assert statement(snapshot_role=role)["Resource"] == [role]
    with pytest.raises(ValueError, match="snapshot_role is 'exports'; expected the ARN of a role"):
        iam_policy(**PLACE, snapshot_role="exports")
    assert "iam:PassRole" not in iam_policy(**PLACE, for_=("upload", "failed_rows")).actions


def test_reading_customers_is_allowed_only_when_it_is_asked_for():
    assert "SearchProfiles" not in operations(iam_policy(**PLACE))
    assert operations(iam_policy(**PLACE, for_="failed_rows")) == {"SearchProfiles"}


def test_what_several_purposes_need_stands_there_once():
    policy = iam_policy(**PLACE, for_=EVERYTHING)
    assert len(policy.actions) == len(set(policy.actions))
    names = [statement["Sid"] for statement in policy["Statement"]]
    assert len(names) == len(set(names))
    assert all(name.isalnum() for name in names)  # IAM takes nothing else


def test_it_shows_itself_as_json_and_is_a_dict_for_the_sdk():
    policy = iam_policy(**PLACE)
    assert json.loads(str(policy)) == json.loads(repr(policy)) == json.loads(json.dumps(policy)) == policy
    assert "\n" in str(policy)


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-central-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
)
def test_the_partition_follows_the_region(region, partition):
    policy = iam_policy(domain="loyalty", account="012345678901", region=region, for_="upload")
    assert policy["Statement"][0]["Resource"] == [f"arn:{partition}:profile:{region}:012345678901:domains/loyalty"]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"account": "12345"}, ValueError, "12 digits as text"),
        ({"account": 12345678901}, ValueError, "12 digits as text"),
        ({"account": "0123-4567-8901"}, ValueError, "without hyphens"),
        ({"account": "*"}, ValueError, "12 digits"),
        ({"account": None}, TypeError, "Give both"),
        ({"region": None}, TypeError, "Give both"),
        ({"region": "us-east1"}, ValueError, "Did you mean 'us-east-1'"),
        ({"region": "*"}, ValueError, "no AWS region"),
        ({"region": "aws-global"}, ValueError, "no AWS region"),
        ({"domain": "*"}, ValueError, "cannot be the name of a domain"),
        ({"domain": ""}, ValueError, "cannot be the name of a domain"),
        ({"domain": "x" * 65}, ValueError, "1 to 64"),
        ({"for_": "uplaod"}, ValueError, "Did you mean 'upload'"),
        ({"for_": ["upload", "*"]}, ValueError, "no purpose"),
        ({"for_": ()}, ValueError, "would allow nothing"),
    ],
    ids=str,
)
def test_what_would_make_a_wrong_policy_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        iam_policy(**(PLACE | changes))


def test_a_domain_knows_its_region_and_account(domain):
    policy = iam_policy(domain=domain, for_="upload")
    assert policy["Statement"][0]["Resource"] == [f"arn:aws:profile:us-east-1:123456789012:domains/{domain.name}"]
    with pytest.raises(ValueError, match="lies in us-east-1"):
        iam_policy(domain=domain, region="eu-west-1")


def test_every_action_is_an_operation_of_the_service_model():
    assert operations(iam_policy(**PLACE, for_=EVERYTHING)) <= set(catalog.service_model()["operations"])


def test_the_policy_covers_every_operation_that_the_package_names_and_no_other():
    named = set()
    package = Path(cpnb.__file__).parent
    for path in package.rglob("*.py"):
        if path.name != "iam.py" and not path.is_relative_to(package / "sandbox"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            named |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)} & set(
                catalog.service_model()["operations"]
            )
    # A domain of the sandbox is made by it; that of AWS was made by somebody else.
    # Tags are set by another action than the one that is called.
    assert (named - {"CreateDomain"}) | {"TagResource"} == operations(iam_policy(**PLACE, for_=EVERYTHING))


def watched(domain: Domain) -> tuple[Domain, set[str]]:
    """Return the same domain, and the operations that are called through it."""
    called: set[str] = set()
    session = boto3.Session("sandbox", "sandbox", region_name=domain.region)
    session.events.register("before-call.customer-profiles", lambda model, **_: called.add(model.name))
    return Domain(domain.name, endpoint_url=domain.endpoint_url, session=session), called


def test_an_upload_watched_and_stopped_calls_what_the_policy_for_uploads_allows(domain):
    domain, called = watched(domain)
    people = cpnb.samples.people(20, flaws=0)
    fields = people.cp.suggest_fields(unique_key="customer_id", region="US")
    upload = people.cp.upload(domain, fields).wait()
    upload.stop()
    job = list_jobs(domain)[0]
    look_at_job(domain, job.job_id).job.stop()
    assert domain.exists()
    with pytest.raises(ServiceError, match="has no job"):
        look_at_job(domain, "0" * 32)

    assert called == operations(iam_policy(**PLACE, for_="upload"))


def test_segments_made_estimated_listed_and_deleted_call_what_the_policy_for_segments_allows(domain):
    domain, called = watched(domain)
    segment = SegmentDefinition("tmp-seattle", profile.Address.City == "Seattle").create(domain)
    with pytest.warns(EmptySegmentWarning):
        segment.estimate(domain)
    assert SegmentDefinition.get(domain, "tmp-seattle") == segment
    assert len(list_segments(domain)) == 1
    segment.membership(domain, ["0" * 32])
    values_of_domain(domain, "Address.City")
    role = "arn:aws:iam::123456789012:role/exports"
    with pytest.raises(SnapshotError):
        segment.snapshot(domain, "s3://nowhere-at-all/x", role_arn=role)
    delete_segments(domain, delete_segments(domain, prefix="tmp-"))
    with pytest.raises(ServiceError, match="has no segment"):
        segment.delete(domain)

    # Tags are set by another action than the one that is called.
    assert called | {"TagResource"} == operations(iam_policy(**PLACE, for_="segments"))


def test_looking_for_failed_rows_calls_what_its_policy_and_that_for_uploads_allow(own_sandbox):
    own_sandbox.change(refused_keys="C-000[37]")
    domain, called = watched(own_sandbox.domain("loyalty"))
    table = pd.DataFrame({"id": [f"C-{number:04}" for number in range(20)], "city": "Seattle"})
    fields = cpnb.FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")
    upload = table.cp.upload(domain, fields).wait()
    assert sorted(upload.failed_rows()["row"]) == [3, 7]
    assert called == {*operations(iam_policy(**PLACE, for_=("upload", "failed_rows")))} - {"GetDomain", "StopUploadJob"}


def test_a_region_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="region is a int; expected text, such as 'us-east-1'"):
        iam_policy(domain="loyalty", account="123456789012", region=5)  # type: ignore[arg-type]
