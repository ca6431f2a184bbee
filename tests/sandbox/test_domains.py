import uuid

import pytest


def test_a_domain_shows_what_it_was_made_with(client):
    name = f"d-{uuid.uuid4().hex[:8]}"
    client.create_domain(DomainName=name, DefaultExpirationDays=30, Tags={"team": "crm"})
    domain = client.get_domain(DomainName=name)
    assert (domain["DomainName"], domain["DefaultExpirationDays"], domain["Tags"]) == (name, 30, {"team": "crm"})
    assert domain["Stats"]["ProfileCount"] == 0


def test_a_taken_name_is_a_bad_request(domain, refusal):
    code, status, message = refusal(domain.client.create_domain, DomainName=domain.name, DefaultExpirationDays=1)
    assert (code, status, message) == ("BadRequestException", 400, f"Domain {domain.name} already exists")


def test_an_update_changes_what_it_names(domain):
    domain.client.update_domain(DomainName=domain.name, DeadLetterQueueUrl="https://queue.example.com/1")
    domain.client.update_domain(DomainName=domain.name, DefaultExpirationDays=7)
    changed = domain.client.get_domain(DomainName=domain.name)
    assert changed["DefaultExpirationDays"] == 7
    assert changed["DeadLetterQueueUrl"] == "https://queue.example.com/1"
    assert changed["LastUpdatedAt"] >= changed["CreatedAt"]


def test_deleting_a_domain_takes_all_it_holds_with_it(domain, refusal):
    domain.upload("id,first\n1,Ana\n")
    job = domain.create_job()
    domain.client.delete_domain(DomainName=domain.name)
    assert refusal(domain.client.get_domain, DomainName=domain.name)[0] == "ResourceNotFoundException"
    domain.client.create_domain(DomainName=domain.name, DefaultExpirationDays=1)
    assert domain.find("_account", "1") == []
    assert refusal(domain.job, job)[0] == "ResourceNotFoundException"


def test_a_domain_deleted_while_an_import_runs_ends_the_import(domain, refusal):
    domain.sandbox.control("PATCH", "settings", {"processing_s": 0.3})
    content = "id,first\n" + "".join(f"{number},Ana\n" for number in range(300_000))
    job = domain.create_job()
    domain.put(job, content)
    domain.start(job)
    domain.client.delete_domain(DomainName=domain.name)
    assert refusal(domain.job, job)[0] == "ResourceNotFoundException"
    assert domain.name not in domain.sandbox.control("GET", "status")["profile_counts"]


def test_domains_are_listed_page_by_page(start_sandbox):
    client = start_sandbox().client()
    for name in ("b", "d", "a", "c"):
        client.create_domain(DomainName=name, DefaultExpirationDays=1)
    first = client.list_domains(MaxResults=3)
    second = client.list_domains(MaxResults=3, NextToken=first["NextToken"])
    assert [item["DomainName"] for item in first["Items"] + second["Items"]] == ["a", "b", "c", "d"]
    assert "NextToken" not in second


@pytest.mark.parametrize("operation", ["list_upload_jobs", "list_segment_definitions"])
def test_lists_of_an_unknown_domain_are_not_found(client, operation, refusal):
    assert refusal(getattr(client, operation), DomainName="nowhere")[0] == "ResourceNotFoundException"
