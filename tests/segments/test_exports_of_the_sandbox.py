"""Segments exported by a sandbox into its S3, and read back: the whole way, with nothing prepared."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from botocore.config import Config

import cpnb
from cpnb.domain import Domain
from cpnb.errors import DomainNotFoundError, ServiceError, SnapshotError
from cpnb.expressions import profile
from cpnb.segments import SegmentDefinition, Snapshot
from cpnb.text_dtype import TEXT_DTYPE

ROLE = "arn:aws:iam::123456789012:role/exports"
SEGMENT = SegmentDefinition("vip", profile.Attributes["tier"] == "gold")
_numbers = itertools.count(1)


@pytest.fixture
def bucket(sandbox, domain) -> str:
    name = f"exports-{next(_numbers)}"
    config = Config(s3={"addressing_style": "path"})
    domain._session.client("s3", endpoint_url=sandbox.url, config=config).create_bucket(Bucket=name)
    return name


@pytest.fixture
def people(domain) -> Domain:
    for number, tier in (("01", "gold"), ("02", "silver"), ("03", "gold")):
        address = {"City": 'Łódź, "PL"\nnext'} if number == "03" else {}
        domain.client.create_profile(
            DomainName=domain.name, AccountNumber=number, Address=address, Attributes={"tier": tier}
        )
    SEGMENT.create(domain)
    return domain


@pytest.mark.parametrize("data_format", ["CSV", "JSONL", "ORC"])
def test_an_exported_segment_is_read_as_it_is(people, bucket, data_format):
    snapshot = SEGMENT.snapshot(people, f"s3://{bucket}/exports", role_arn=ROLE, data_format=data_format)
    assert snapshot.status == "COMPLETED"
    assert snapshot.destination.startswith(f"s3://{bucket}/exports/vip-")
    found = snapshot.to_frame().sort_values("AccountNumber", ignore_index=True)
    assert set(found.dtypes) == {TEXT_DTYPE}
    assert list(found["AccountNumber"]) == ["01", "03"]
    assert list(found["Attributes.tier"]) == ["gold", "gold"]
    assert found["Address.City"][1] == 'Łódź, "PL"\nnext'
    assert found["Address.City"].isna()[0]
    assert found["ProfileId"].str.fullmatch("[0-9a-f]{32}").all()
    again = Snapshot.get(people, "vip", snapshot.snapshot_id)
    assert again == snapshot
    assert len(again.to_frame()) == 2


def test_the_members_of_an_export_are_members(people, bucket):
    found = SEGMENT.snapshot(people, f"s3://{bucket}", role_arn=ROLE).to_frame()
    assert SEGMENT.membership(people, found["ProfileId"])["present"].all()


def test_two_exports_into_one_folder_stay_apart(people, bucket):
    first = SEGMENT.snapshot(people, f"s3://{bucket}/exports", role_arn=ROLE)
    people.client.create_profile(DomainName=people.name, AccountNumber="04", Attributes={"tier": "gold"})
    second = SEGMENT.snapshot(people, f"s3://{bucket}/exports", role_arn=ROLE)
    assert (len(first.to_frame()), len(second.to_frame())) == (2, 3)


def test_many_files_are_one_table(own_sandbox):
    own_sandbox.change(snapshot_rows_per_file=3)
    domain = own_sandbox.domain("loyalty")
    config = Config(s3={"addressing_style": "path"})
    domain._session.client("s3", endpoint_url=own_sandbox.url, config=config).create_bucket(Bucket="many")
    table = pd.DataFrame({"id": [f"C-{number:02}" for number in range(10)]})
    table.cp.upload(domain, cpnb.FieldMap({"id": "AccountNumber"}, unique_key="id")).wait()
    everybody = SegmentDefinition("all", profile.AccountNumber.startswith("C")).create(domain)
    found = everybody.snapshot(domain, "s3://many/x", role_arn=ROLE).to_frame()
    assert sorted(found["AccountNumber"]) == sorted(table["id"])


def test_a_bucket_that_is_not_there_fails_the_export(people):
    with pytest.raises(SnapshotError, match=r"NoSuchBucket.*Look whether bucket 'nowhere-at-all' exists"):
        SEGMENT.snapshot(people, "s3://nowhere-at-all/x", role_arn=ROLE)


def test_files_that_are_gone_are_told_of(people, bucket):
    there = SEGMENT.snapshot(people, f"s3://{bucket}", role_arn=ROLE)
    elsewhere = Snapshot(people, "vip", there.snapshot_id, "COMPLETED", "CSV", f"s3://{bucket}/elsewhere")
    with pytest.raises(SnapshotError, match="has no file whose name ends in"):
        elsewhere.to_frame()
    nowhere = Snapshot(people, "vip", there.snapshot_id, "COMPLETED", "CSV", "s3://nowhere-at-all/x")
    with pytest.raises(SnapshotError, match=r"cannot be read from here \(NoSuchBucket\)"):
        nowhere.to_frame()


def test_what_is_missing_is_named(people, bucket, sandbox):
    with pytest.raises(ServiceError, match="has no segment 'none'"):
        SegmentDefinition("none", SEGMENT.expression).snapshot(people, f"s3://{bucket}", role_arn=ROLE)
    with pytest.raises(ServiceError, match=r"'vip' of domain .* has no snapshot"):
        Snapshot.get(people, "vip", "0" * 32)
    gone = Domain("gone", endpoint_url=sandbox.url, session=people._session)
    with pytest.raises(DomainNotFoundError):
        SEGMENT.snapshot(gone, f"s3://{bucket}", role_arn=ROLE)
