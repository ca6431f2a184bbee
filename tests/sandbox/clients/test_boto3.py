"""AWS's guide with plain boto3 and requests; nothing of cpnb takes part."""

import time

import boto3
import requests


def until(is_done, read):
    deadline = time.monotonic() + 30
    while not is_done(answer := read()):
        assert time.monotonic() < deadline, f"still {answer['Status']} after 30 s"
        time.sleep(0.05)
    return answer


def upload(profiles, guide):
    job_id = profiles.create_upload_job(
        DomainName=guide.domain, DisplayName="assets.csv", Fields=guide.fields, UniqueKey=guide.unique_key
    )["JobId"]
    job = {"DomainName": guide.domain, "JobId": job_id}
    path = profiles.get_upload_job_path(**job)
    put = requests.put(path["Url"], data=guide.csv, headers=guide.customer_headers(path["ClientToken"]), timeout=10)
    assert put.status_code == 200, put.text
    before = profiles.get_upload_job(**job)
    profiles.start_upload_job(**job)
    after = until(lambda job: job["Status"] not in {"CREATED", "IN_PROGRESS"}, lambda: profiles.get_upload_job(**job))
    return guide.upload_result(job_id, before, after)


def estimate(profiles, guide, groups):
    estimate_id = profiles.create_segment_estimate(DomainName=guide.domain, SegmentQuery=groups)["EstimateId"]
    return until(
        lambda answer: answer["Status"] != "RUNNING",
        lambda: profiles.get_segment_estimate(DomainName=guide.domain, EstimateId=estimate_id),
    )["Estimate"]


def test_the_guide_with_boto3(sandbox_url, guide):
    profiles = boto3.client(
        "customer-profiles",
        endpoint_url=sandbox_url,
        region_name="us-west-2",
        aws_access_key_id="made-up",
        aws_secret_access_key="made-up",
    )
    profiles.create_domain(DomainName=guide.domain, DefaultExpirationDays=30)
    uploads = [upload(profiles, guide), upload(profiles, guide)]
    for name, groups in guide.segment_groups.items():
        profiles.create_segment_definition(
            DomainName=guide.domain, SegmentDefinitionName=name, DisplayName=name, SegmentGroups=groups
        )
    pages = profiles.get_paginator("list_segment_definitions").paginate(
        DomainName=guide.domain, PaginationConfig={"PageSize": 3}
    )
    segments = sorted(item["SegmentDefinitionName"] for page in pages for item in page["Items"])
    estimates = {name: estimate(profiles, guide, groups) for name, groups in guide.segment_groups.items()}
    guide.check(uploads, segments, estimates)
