"""A running sandbox, driven over HTTP as any client would."""

import json
import ssl
import subprocess
import sys
import time
import urllib.request
import uuid
from base64 import b64decode, b64encode
from hashlib import md5

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

FINAL = {"SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "STOPPED"}


class RunningSandbox:
    """One sandbox process; ends when closed, or with this process."""

    def __init__(self, *arguments, command=None):
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "cpnb.sandbox", "--with-parent", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError(self.process.communicate(timeout=10)[1])
        self.ca_bundle = self.process.stdout.readline().strip() if "--tls" in arguments else None

    def client(self, service="customer-profiles", **config):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            verify=self.ca_bundle,
            config=Config(retries={"total_max_attempts": 1}, **config),
        )

    def control(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{path}", method=method, data=None if body is None else json.dumps(body).encode()
        )
        with urllib.request.urlopen(request, timeout=10, context=self.trusting()) as answer:
            return json.load(answer)

    def trusting(self):
        """Return the TLS context of a client that trusts this sandbox alone; None without TLS."""
        return None if self.ca_bundle is None else ssl.create_default_context(cafile=self.ca_bundle)

    def close(self):
        """Close its standard input and return what it wrote to standard error."""
        try:
            return self.process.communicate(timeout=20)[1]
        finally:
            self.process.kill()


@pytest.fixture(scope="session")
def running():
    sandbox = RunningSandbox()
    yield sandbox
    complaints = sandbox.close()
    assert complaints == ""


@pytest.fixture(scope="session")
def secure():
    """A sandbox that speaks TLS and takes files over nothing else; tests leave it running."""
    sandbox = RunningSandbox("--tls", "throw-away", "--set", "upload_over_http=refuse")
    yield sandbox
    complaints = sandbox.close()
    assert complaints == ""


@pytest.fixture
def sandbox(running):
    """The session's sandbox, with settings and faults as at its start."""
    running.control("DELETE", "settings")
    running.control("DELETE", "faults")
    return running


@pytest.fixture
def sandbox_url(sandbox):
    return sandbox.url


@pytest.fixture
def client(sandbox):
    return sandbox.client()


@pytest.fixture
def start_sandbox():
    """Start sandboxes of a test's own; they are stopped after it."""
    started = []

    def start(*arguments, **options):
        started.append(RunningSandbox(*arguments, **options))
        return started[-1]

    yield start
    for sandbox in started:
        sandbox.close()


class LoyaltyDomain:
    """A domain of a test's own, and short words for what tests do with it."""

    def __init__(self, sandbox, name):
        self.sandbox = sandbox
        self.client = sandbox.client()
        self.name = name
        self.accounts = []
        self.client.create_domain(DomainName=name, DefaultExpirationDays=100)

    def create_job(self, fields=None, unique_key="id", **more):
        fields = fields or {"id": "AccountNumber", "first": "FirstName"}
        return self.client.create_upload_job(
            DomainName=self.name,
            DisplayName=more.pop("DisplayName", "people"),
            Fields={key: as_field(key, value) for key, value in fields.items()},
            UniqueKey=unique_key,
            **more,
        )["JobId"]

    def path(self, job):
        return self.client.get_upload_job_path(DomainName=self.name, JobId=job)

    def put(self, job, content):
        self.put_at(self.path(job), content)

    def put_at(self, path, content):
        """PUT as the guide says: the three headers of a customer-provided key."""
        token = path["ClientToken"]
        key_md5 = b64encode(md5(b64decode(token), usedforsecurity=False).digest()).decode()
        request = urllib.request.Request(
            path["Url"],
            method="PUT",
            data=content if isinstance(content, bytes) else content.encode(),
            headers={
                "Content-Type": "text/csv",
                "x-amz-server-side-encryption-customer-algorithm": "AES256",
                "x-amz-server-side-encryption-customer-key": token,
                "x-amz-server-side-encryption-customer-key-MD5": key_md5,
            },
        )
        with urllib.request.urlopen(request, timeout=60, context=self.sandbox.trusting()) as answer:
            assert answer.status == 200

    def start(self, job):
        self.client.start_upload_job(DomainName=self.name, JobId=job)

    def stop(self, job):
        self.client.stop_upload_job(DomainName=self.name, JobId=job)

    def job(self, job):
        return self.client.get_upload_job(DomainName=self.name, JobId=job)

    def wait(self, job, timeout_s=30):
        deadline = time.monotonic() + timeout_s
        while (answer := self.job(job))["Status"] not in FINAL:
            assert time.monotonic() < deadline, answer["Status"]
            time.sleep(0.02)
        return answer

    def upload(self, content, fields=None, unique_key="id", **more):
        """Run a whole job and return its final state."""
        job = self.create_job(fields, unique_key, **more)
        self.put(job, content)
        self.start(job)
        return self.wait(job)

    def counts(self, content, fields=None, unique_key="id", **more):
        """Run a whole job and return (status, created, updated, failed)."""
        answer = self.upload(content, fields, unique_key, **more)
        summary = answer["ResultsSummary"]
        return (
            answer["Status"],
            summary["CreatedRecords"],
            summary["UpdatedRecords"],
            summary["FailedRecords"],
        )

    def find(self, key, *values, **more):
        return self.client.search_profiles(DomainName=self.name, KeyName=key, Values=list(values), **more)["Items"]

    def one(self, account):
        (profile,) = self.find("_account", account)
        return profile

    def add(self, profiles):
        """Make profiles from their members."""
        self.sandbox.control("POST", "profiles", {"domain": self.name, "profiles": profiles})
        self.accounts += [profile["AccountNumber"] for profile in profiles]

    def seed(self, body):
        """Give profiles values of calculated attributes."""
        return self.sandbox.control("POST", "calculated-attributes", {"domain": self.name, **body})

    def define(self, name, **more):
        return self.client.create_segment_definition(
            DomainName=self.name, SegmentDefinitionName=name, DisplayName=name, **more
        )

    def drop(self, name):
        return self.client.delete_segment_definition(DomainName=self.name, SegmentDefinitionName=name)

    def members(self, groups):
        """Return the account numbers in a segment of these groups, sorted, by way of GetSegmentMembership."""
        name = f"segment-{uuid.uuid4().hex}"
        self.define(name, SegmentGroups=groups)
        everybody = self.find("_account", *self.accounts, MaxResults=100)
        by_id = {profile["ProfileId"]: profile["AccountNumber"] for profile in everybody}
        answer = self.client.get_segment_membership(
            DomainName=self.name, SegmentDefinitionName=name, ProfileIds=list(by_id)
        )
        assert len(answer["Profiles"]) == len(by_id) == len(self.accounts)
        self.drop(name)
        return sorted(by_id[one["ProfileId"]] for one in answer["Profiles"] if one["QueryResult"] == "PRESENT")

    def estimate(self, groups):
        """Return how many profiles are in a segment of these groups."""
        estimate = self.client.create_segment_estimate(DomainName=self.name, SegmentQuery=groups)["EstimateId"]
        deadline = time.monotonic() + 10
        while True:
            answer = self.client.get_segment_estimate(DomainName=self.name, EstimateId=estimate)
            if answer["Status"] != "RUNNING":
                assert answer["Status"] == "SUCCEEDED", answer
                return int(answer["Estimate"])
            assert time.monotonic() < deadline
            time.sleep(0.02)


def one(dimension, how="ALL"):
    """Return the groups of a segment of one dimension."""
    return {"Groups": [{"Dimensions": [dimension], "Type": how, "SourceType": "ALL"}], "Include": "ALL"}


def attribute(name, kind, *values):
    """Return the groups of a segment with a condition on a custom attribute."""
    return one({"ProfileAttributes": {"Attributes": {name: {"DimensionType": kind, "Values": list(values)}}}})


def calculated(name, kind, *values, **override):
    """Return the groups of a segment with a condition on a calculated attribute; `override` is a range."""
    test = {"DimensionType": kind, "Values": list(values)}
    if override:
        test["ConditionOverrides"] = {"Range": {**override, "Unit": "DAYS"}}
    return one({"CalculatedAttributes": {name: test}})


@pytest.fixture(scope="session")
def words():
    """Short words for the groups of a segment."""
    return Words()


class Words:
    one = staticmethod(one)
    attribute = staticmethod(attribute)
    calculated = staticmethod(calculated)


def as_field(key, value):
    """A field from a target's name, a (target, content type) pair, or the whole definition."""
    if isinstance(value, dict):
        return value
    target, content_type = value if isinstance(value, tuple) else (value, "STRING")
    return {"Source": key, "Target": f"_profile.{target}", "ContentType": content_type}


@pytest.fixture
def domain(sandbox):
    return LoyaltyDomain(sandbox, f"loyalty-{uuid.uuid4().hex[:12]}")


@pytest.fixture(scope="session")
def new_domain():
    """Make domains in a sandbox of the test's choice."""
    return LoyaltyDomain


@pytest.fixture
def refusal():
    """Return (error type, status, message) that a boto3 call ends in."""

    def refusal(call, *arguments, **parameters):
        with pytest.raises(ClientError) as caught:
            call(*arguments, **parameters)
        response = caught.value.response
        return (
            response["Error"]["Code"],
            response["ResponseMetadata"]["HTTPStatusCode"],
            response["Error"]["Message"],
        )

    return refusal
