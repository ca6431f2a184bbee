"""One AWS_ENDPOINT_URL serves a whole notebook: Customer Profiles, S3 and STS from the same address."""

import boto3
import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def session(sandbox_url, aws_environment, monkeypatch):
    for name, value in aws_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox_url)
    return boto3.Session()


def test_every_service_answers_at_the_one_address(session, guide):
    assert session.client("sts").get_caller_identity()["Account"] == "123456789012"

    bucket = f"{guide.domain}-exports"
    s3 = session.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.put_object(Bucket=bucket, Key="assets.csv", Body=guide.csv)
    assert s3.get_object(Bucket=bucket, Key="assets.csv")["Body"].read() == guide.csv

    profiles = session.client("customer-profiles")
    profiles.create_domain(DomainName=guide.domain, DefaultExpirationDays=30)
    assert profiles.get_domain(DomainName=guide.domain)["DefaultExpirationDays"] == 30


def test_a_large_object_goes_through_s3_in_parts(session, guide, tmp_path):
    source, target = tmp_path / "source.bin", tmp_path / "target.bin"
    source.write_bytes(bytes(range(256)) * 65_536)
    bucket = f"{guide.domain}-parts"
    s3 = session.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.upload_file(str(source), bucket, "large.bin")
    s3.download_file(bucket, "large.bin", str(target))
    assert target.read_bytes() == source.read_bytes()


def test_the_upload_urls_are_not_s3(session, guide):
    with pytest.raises(ClientError) as caught:
        session.client("s3").get_object(Bucket="_upload", Key="customer-profiles-uploads/x")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 405
