"""The rest of AWS behind the same address, driven by plain boto3 with made-up credentials."""

import socket
import threading

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from werkzeug.serving import make_server

from cpnb.sandbox.storage import OtherServices


@pytest.fixture(scope="module")
def url():
    server = make_server("127.0.0.1", 0, OtherServices().wsgi, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client(service, url, **config):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-west-2",
        aws_access_key_id="made-up",
        aws_secret_access_key="made-up",
        config=Config(**config),
    )


@pytest.mark.parametrize("addressing_style", ["auto", "path"])
def test_an_object_put_into_s3_is_read_back(url, addressing_style):
    s3 = client("s3", url, s3={"addressing_style": addressing_style})
    bucket = f"exports-{addressing_style}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.put_object(Bucket=bucket, Key="segments/part 1.csv", Body=b"a,b\n1,2\n", Metadata={"origin": "test"})
    answer = s3.get_object(Bucket=bucket, Key="segments/part 1.csv")
    assert answer["Body"].read() == b"a,b\n1,2\n"
    assert answer["Metadata"] == {"origin": "test"}


def test_sts_says_who_is_calling(url):
    identity = client("sts", url).get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert identity["Arn"].startswith("arn:aws:")


def test_an_absent_bucket_is_an_error_of_s3(url):
    s3 = client("s3", url)
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket="nowhere-at-all")


def test_nothing_leaves_this_machine(url, monkeypatch):
    connected = []
    real = socket.socket.connect

    def watch(self, address):
        connected.append(address)
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", watch)
    s3 = client("s3", url)
    s3.create_bucket(Bucket="watched", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.put_object(Bucket="watched", Key="k", Body=b"x")
    client("sts", url).get_caller_identity()
    assert {address[0] for address in connected} == {"127.0.0.1"}


def test_an_unexpected_error_inside_is_a_500_without_a_traceback(url, monkeypatch, caplog):
    monkeypatch.setattr("moto.s3.models.S3Backend.list_buckets", lambda *_, **__: 1 / 0)
    with pytest.raises(ClientError) as caught:
        client("s3", url, retries={"total_max_attempts": 1}).list_buckets()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    response = requests.get(url, timeout=10)
    assert response.status_code == 500
    assert "ZeroDivisionError" not in response.text
    assert "Traceback" not in caplog.text
    assert "moto failed with ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("outposts", "list_outposts"),  # moto has nothing of this service
        ("connectcampaignsv2", "list_connect_instance_integrations"),  # nor this operation, REST with JSON
        ("iam", "get_organizations_access_report"),  # nor this one, in the query protocol with XML
    ],
)
def test_what_is_not_imitated_is_a_501(url, service, operation):
    parameters = {
        "list_connect_instance_integrations": {"connectInstanceId": "0" * 36},
        "get_organizations_access_report": {"JobId": "0" * 36},
    }
    call = getattr(client(service, url, retries={"total_max_attempts": 1}), operation)
    with pytest.raises(ClientError) as caught:
        call(**parameters.get(operation, {}))
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize(
    "authorization",
    ["AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, x"],
)
def test_a_request_that_names_no_service_properly_is_a_400(url, authorization):
    assert requests.get(url, headers={"Authorization": authorization}, timeout=10).status_code == 400
