"""The rest of AWS behind the same address, driven by plain boto3 with made-up credentials."""

import socket
import threading

import boto3
import pytest
import requests
from botocore.config import Config
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


def test_an_unexpected_error_inside_is_a_500_without_a_traceback(url, monkeypatch):
    monkeypatch.setattr("moto.s3.models.S3Backend.list_buckets", lambda *_: 1 / 0)
    response = requests.get(url, timeout=10)
    assert response.status_code == 500
    assert "ZeroDivisionError" not in response.text
    assert "Traceback" not in response.text
