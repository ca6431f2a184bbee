"""AWS's guide with the AWS CLI, and the upload with the standard library."""

import json
import time
import urllib.request

import pytest

pytestmark = pytest.mark.clients


@pytest.fixture
def aws(aws_cli, aws_environment, run_client, sandbox_url, guide, tmp_path):
    def call(operation: str, **options):
        command = [aws_cli, "customer-profiles", operation, "--endpoint-url", sandbox_url]
        command += ["--output", "json", "--domain-name", guide.domain]
        for name, value in options.items():
            text = value if isinstance(value, str) else json.dumps(value)
            command += [f"--{name.replace('_', '-')}", text]
        output = run_client(command, aws_environment, tmp_path)
        return json.loads(output) if output.strip() else {}

    return call


def upload(aws, guide):
    job_id = aws("create-upload-job", display_name="assets.csv", fields=guide.fields, unique_key=guide.unique_key)[
        "JobId"
    ]
    path = aws("get-upload-job-path", job_id=job_id)
    headers = guide.customer_headers(path["ClientToken"])
    request = urllib.request.Request(path["Url"], data=guide.csv, headers=headers, method="PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
    before = aws("get-upload-job", job_id=job_id)
    aws("start-upload-job", job_id=job_id)
    after = until(
        lambda job: job["Status"] not in {"CREATED", "IN_PROGRESS"}, lambda: aws("get-upload-job", job_id=job_id)
    )
    return guide.upload_result(job_id, before, after)


def until(is_done, read):
    deadline = time.monotonic() + 30
    while not is_done(answer := read()):
        assert time.monotonic() < deadline, f"still {answer['Status']} after 30 s"
    return answer


def estimate(aws, groups):
    estimate_id = aws("create-segment-estimate", segment_query=groups)["EstimateId"]
    return until(
        lambda answer: answer["Status"] != "RUNNING", lambda: aws("get-segment-estimate", estimate_id=estimate_id)
    )["Estimate"]


def test_the_guide_with_the_aws_cli(aws, guide):
    aws("create-domain", default_expiration_days="30")
    uploads = [upload(aws, guide), upload(aws, guide)]
    for name, groups in guide.segment_groups.items():
        aws("create-segment-definition", segment_definition_name=name, display_name=name, segment_groups=groups)
    listed = aws("list-segment-definitions", page_size="3")
    segments = sorted(item["SegmentDefinitionName"] for item in listed["Items"])
    estimates = {name: estimate(aws, groups) for name, groups in guide.segment_groups.items()}
    guide.check(uploads, segments, estimates)
