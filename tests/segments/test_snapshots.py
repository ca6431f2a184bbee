"""Exporting a segment into S3 and reading it from there: what is asked, waited for, read, and said if it fails."""

from __future__ import annotations

import re

import pytest

from cpnb.errors import (
    CredentialsError,
    ExpressionError,
    ServiceError,
    SnapshotError,
    UnreachableError,
    WaitTimeoutError,
)
from cpnb.expressions import profile
from cpnb.retrying import Patience
from cpnb.segments import SegmentDefinition
from cpnb.segments.snapshots import Snapshot
from tests.segments.answers import NOT_FOUND, Answers

SEGMENT = SegmentDefinition("vip", profile.Address.City == "Seattle")
ROLE = "arn:aws:iam::123456789012:role/exports"
ID = "3f2504e04f8941d39a0c0305e82c3301"
AT = "s3://bucket/exports/vip-1"


def state(status: str, message: str | None = None, **more):
    answer = {"SnapshotId": ID, "Status": status, "DataFormat": "CSV", "DestinationUri": AT, **more}
    return answer | ({"StatusMessage": message} if message else {})


class Storage(Answers):
    """A service with a bucket: what it is told to hold, by key."""

    def __init__(self, *answers, objects=None):
        super().__init__(*answers)
        self.objects = objects

    def stored_keys(self, bucket, prefix):
        assert bucket == "bucket"
        if isinstance(self.objects, Exception):
            raise self.objects
        return sorted(key for key in self.objects if key.startswith(prefix))

    def stored_content(self, bucket, key):
        assert bucket == "bucket"
        return self.objects[key]


def snapshot(domain, **changes):
    return Snapshot(**{"domain": domain, "segment_name": "vip", "snapshot_id": ID, "status": "COMPLETED",
                       "data_format": "CSV", "destination": AT} | changes)  # fmt: skip


def test_an_export_asks_for_a_folder_of_its_own_and_waits():
    answers = Answers({"SnapshotId": ID}, state("IN_PROGRESS"), state("COMPLETED"))
    with Patience(poll_first_s=0.0, poll_longest_s=0.0).applied():
        found = SEGMENT.snapshot(
            answers, "s3://bucket/exports/", role_arn=ROLE, data_format="JSONL", encryption_key="k"
        )
    request = answers.parameters[0]
    folder = request.pop("DestinationUri")
    assert re.fullmatch(r"s3://bucket/exports/vip-\d{8}T\d{6}\.\d{6}Z", folder)
    assert request == {
        "SegmentDefinitionName": "vip",
        "DataFormat": "JSONL",
        "RoleArn": ROLE,
        "EncryptionKey": "k",
    }
    assert answers.asked == ["CreateSegmentSnapshot", "GetSegmentSnapshot", "GetSegmentSnapshot"]
    assert answers.parameters[1] == {"SegmentDefinitionName": "vip", "SnapshotId": ID}
    assert (found.status, found.destination) == ("COMPLETED", AT)


def test_after_a_lost_answer_another_folder_is_asked_for():
    answers = Answers(UnreachableError("lost"), {"SnapshotId": ID}, state("COMPLETED"))
    with Patience(pause_first_s=0.01).applied():
        SEGMENT.snapshot(answers, "s3://bucket/exports", role_arn=ROLE)
    first, second = (one["DestinationUri"] for one in answers.parameters[:2])
    assert first != second


def test_two_exports_do_not_mix():
    objects = {f"exports/vip-{n}/part.csv": f"ProfileId\n{n}\n".encode() for n in (1, 2)}
    assert list(snapshot(Storage(objects=objects)).to_frame()["ProfileId"]) == ["1"]


def test_all_files_but_the_test_file_are_read_in_order():
    objects = {
        "exports/vip-1/b.csv": b"ProfileId,City\n3,\n",
        "exports/vip-1/a.CSV": b"ProfileId,City\n01,Rome\n2,Oslo\n",
        "exports/vip-1/test-file": b"This bucket can be written.",
        "exports/vip-1/_SUCCESS": b"",
        "elsewhere/c.csv": b"ProfileId\n9\n",
    }
    found = snapshot(Storage(objects=objects)).to_frame()
    assert found.astype("object").where(found.notna(), None).to_numpy().tolist() == [
        ["01", "Rome"],
        ["2", "Oslo"],
        ["3", None],
    ]


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        (
            CredentialsError("no", code="AccessDenied"),
            r"complete, but its files at s3://bucket/exports/vip-1 cannot be read from here \(AccessDenied\)",
        ),
        (CredentialsError("none at all"), r"cannot be read from here \(CredentialsError\)"),
        ({}, r"has no file whose name ends in \.csv\. Somebody may have moved or deleted it"),
        ({"exports/vip-1/a.csv": b"a,b\n1,secret,3\n"}, r"cannot be read as CSV \(ArrowInvalid\)"),
    ],
)
def test_files_that_cannot_be_read_are_named_and_not_quoted(objects, message):
    with pytest.raises(SnapshotError, match=message) as caught:
        snapshot(Storage(objects=objects)).to_frame()
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("status", ["IN_PROGRESS", "FAILED"])
def test_what_is_not_complete_is_not_read(status):
    with pytest.raises(SnapshotError, match=rf"is {status}, as it was last looked at; .*wait\(\)"):
        snapshot(Storage(), status=status).to_frame()


def test_a_failed_export_says_why_and_what_is_likely():
    answers = Answers({"SnapshotId": ID}, state("FAILED", "Access denied to bucket."))
    with pytest.raises(
        SnapshotError, match=r"'vip' to s3://\S+: Access denied to bucket\. It writes as the role"
    ) as caught:
        SEGMENT.snapshot(answers, "s3://bucket/exports", role_arn=ROLE)
    for cause in ("bucket 'bucket' exists", "s3:PutObject", "trust policy", "profile.amazonaws.com"):
        assert cause in str(caught.value)
    with pytest.raises(SnapshotError, match=r"it gives no reason\. It writes"):
        SEGMENT.snapshot(Answers({"SnapshotId": ID}, state("FAILED")), "s3://bucket/exports", role_arn=ROLE)


def test_waiting_ends_and_says_how_to_go_on():
    class Slow(Answers):
        def call(self, operation, /, **_parameters):
            return {"SnapshotId": ID} if operation == "CreateSegmentSnapshot" else state("IN_PROGRESS")

        call_once = call

    with pytest.raises(
        WaitTimeoutError, match=rf"still IN_PROGRESS after 0\.2 s.*Snapshot\.get\(domain, 'vip', '{ID}'\)"
    ):
        SEGMENT.snapshot(Slow(), "s3://bucket/exports", role_arn=ROLE, timeout_s=0.2)


def test_credentials_that_may_not_export_are_told_of_the_role():
    denied = CredentialsError("these credentials may not do this", code="AccessDeniedException")
    with pytest.raises(CredentialsError, match=rf"may not do this .*iam:PassRole for {ROLE}") as caught:
        SEGMENT.snapshot(Answers(denied), "s3://bucket/exports", role_arn=ROLE)
    assert caught.value.code == "AccessDeniedException"


def test_a_missing_segment_is_told_from_a_missing_snapshot():
    missing = ServiceError("no", code=NOT_FOUND)
    with pytest.raises(ServiceError, match="has no segment 'vip'"):
        SEGMENT.snapshot(Answers(missing, missing, {}), "s3://bucket/exports", role_arn=ROLE)
    with pytest.raises(ServiceError, match=f"'vip' of domain 'answers' has no snapshot '{ID}'"):
        Snapshot.get(Answers(missing, {}), "vip", ID)
    with pytest.raises(ServiceError, match="has no segment 'vip'"):
        Snapshot.get(Answers(missing, missing, {}), "vip", ID)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"destination": "bucket/exports"}, "destination is 'bucket/exports'; expected .*'s3://bucket/exports'"),
        ({"destination": "s3://My_Bucket/x"}, "destination is"),
        ({"destination": "s3://"}, "destination is"),
        ({"destination": None}, "destination is None"),
        (
            {"destination": f"s3://bucket/{'x' * 230}"},
            "The destination, with a folder for .* characters; the .* takes 255",
        ),
        ({"data_format": "csv"}, "data_format is 'csv'; expected 'CSV', 'JSONL', 'ORC'.* Did you mean 'CSV'"),
        ({"data_format": "PARQUET"}, "data_format is 'PARQUET'; expected 'CSV'"),
        ({"role_arn": "exports"}, "role_arn is 'exports'; expected the role"),
        ({"role_arn": f"{ROLE}{'x' * 512}"}, "role_arn has 550 characters; the service takes 512"),
        ({"encryption_key": ""}, "encryption_key is the ARN"),
        ({"encryption_key": "x" * 256}, "encryption_key has 256 characters; the service takes 255"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_anything_is_asked(changes, message):
    answers = Answers()
    arguments = {"destination": "s3://bucket/exports", "role_arn": ROLE} | changes
    with pytest.raises(ExpressionError, match=message):
        SEGMENT.snapshot(answers, arguments.pop("destination"), **arguments)
    assert answers.asked == []


def test_a_snapshot_reads_well():
    made = snapshot(Answers(), status="FAILED", status_message="<b>no</b>")
    assert str(made) == repr(made) == f"Snapshot {ID} of segment 'vip', CSV at {AT}, FAILED: <b>no</b>"
    assert "FAILED &lt;b&gt;no&lt;/b&gt;" in made._repr_html_()
    assert f"<code>{ID}</code>" in made._repr_html_()
