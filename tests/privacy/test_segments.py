"""Segments held against a table, exported and read back: what is shown of it holds no cell, and no credentials."""

from __future__ import annotations

import pytest
from botocore.config import Config

import cpnb
from cpnb.domain import Domain
from cpnb.errors import ExpressionError, SnapshotError
from cpnb.foreign_logs import silenced
from tests.privacy.canary import Canary
from tests.privacy.outlet import Outlet
from tests.privacy.test_tables import FIELDS

ROLE = "arn:aws:iam::123456789012:role/exports"
SEGMENT = cpnb.SegmentDefinition("tall", cpnb.profile.FirstName.startswith("Zo"))


def test_a_table_beside_the_service(canary: Canary, outlet: Outlet, watched: Domain) -> None:
    table = canary.good()
    cpnb.upload(table, watched, FIELDS).wait()
    found = SEGMENT.compare(table.head(2), watched, FIELDS)
    outlet.show(found, found.preview, *found.reasons, SEGMENT.matches(table, FIELDS))

    assert found.difference > 0
    assert len(found.reasons) > 1


def test_an_exported_segment(canary: Canary, outlet: Outlet, watched: Domain, domain: Domain) -> None:
    bucket = f"exports-{watched.name}"
    config = Config(s3={"addressing_style": "path"})
    with silenced():  # what the test itself does is not what is looked at
        s3 = domain._session.client("s3", endpoint_url=domain.endpoint_url, config=config)
        s3.create_bucket(Bucket=bucket)
    cpnb.upload(canary.good(), watched, FIELDS).wait()
    SEGMENT.create(watched)
    snapshot = SEGMENT.snapshot(watched, f"s3://{bucket}", role_arn=ROLE)
    exported = snapshot.to_frame()
    outlet.show(snapshot)

    place = snapshot.destination.removeprefix(f"s3://{bucket}/")
    with silenced():
        s3.put_object(Bucket=bucket, Key=f"{place}/z.csv", Body=f"a,b\n1,{canary.word('exported')},3\n".encode())
    with outlet.expecting(SnapshotError):
        snapshot.to_frame()
    outlet.add("frame of membership", SEGMENT.membership(watched, exported["ProfileId"]).to_csv())
    with outlet.expecting(ExpressionError):
        SEGMENT.membership(watched, [canary.word("id")])

    assert len(exported) == 6


@pytest.mark.parametrize("text", ["SELECT :name", "SELECT ':name"])
def test_a_value_that_cannot_be_bound_is_not_quoted(canary: Canary, outlet: Outlet, text: str) -> None:
    for value in ([], [canary.word("inner"), None], {canary.word("key"): 1}, canary.word("half") + "\ud800"):
        with outlet.expecting(ExpressionError):
            cpnb.Sql(text, name=value)
