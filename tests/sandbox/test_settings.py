"""Each open question about the service is a setting, and each setting has an effect."""

import urllib.error

import pytest

GOOD = "id,first\n1,Ana\n"
PEOPLE = {"id": "AccountNumber", "first": "FirstName"}


@pytest.fixture
def use(sandbox):
    """Change settings for one test."""

    def use(**settings):
        return sandbox.control("PATCH", "settings", settings)

    return use


def bad(refused):
    code, status, _ = refused
    return (code, status) == ("BadRequestException", 400)


def explanation(domain, job):
    jobs = domain.sandbox.control("GET", "jobs")["jobs"]
    return next(one["explanation"] for one in jobs if one["job_id"] == job)


# Creating a job


@pytest.mark.parametrize(
    ("setting", "bare", "prefixed"),
    [("accept_both", True, True), ("bare_only", True, False), ("prefixed_only", False, True)],
)
def test_source_prefix(domain, use, refusal, setting, bare, prefixed):
    use(source_prefix=setting)
    for source, accepted in (("id", bare), ("_source.id", prefixed)):
        fields = {"id": {"Source": source, "Target": "_profile.AccountNumber"}}
        if accepted:
            assert domain.counts("id\n1\n", fields)[0] == "SUCCEEDED"
        else:
            assert bad(refusal(domain.create_job, fields))


def test_source_template(domain, use, refusal):
    name = {"Source": "{{_source.last}}, {{ _source.first }}", "Target": "_profile.BusinessName"}
    fields = {"id": "AccountNumber", "name": name}
    assert bad(refusal(domain.create_job, fields))
    use(source_template="evaluate")
    assert domain.counts("id,first,last\n1,Ana,O'Lee\n", fields) == ("SUCCEEDED", 1, 0, 0)
    assert domain.one("1")["BusinessName"] == "O'Lee, Ana"
    name["Source"] = "{{#if _source.last}}x{{/if}}"
    assert bad(refusal(domain.create_job, fields))


def test_dotted_source(domain, use, refusal):
    fields = {"id": "AccountNumber", "a": {"Source": "first.name", "Target": "_profile.FirstName"}}
    assert bad(refusal(domain.create_job, fields))
    use(dotted_source="accept")
    assert domain.counts("id,first.name\n1,Ana\n", fields) == ("SUCCEEDED", 1, 0, 0)


@pytest.mark.parametrize(
    ("setting", "name"), [("field", "key"), ("source", "column"), ("target", "_profile.AccountNumber")]
)
def test_unique_key_names(domain, use, refusal, setting, name):
    use(unique_key_names=setting)
    fields = {"key": {"Source": "column", "Target": "_profile.AccountNumber"}}
    assert domain.counts("column\n1\n", fields, name) == ("SUCCEEDED", 1, 0, 0)
    assert bad(refusal(domain.create_job, fields, "column" if name == "key" else "key"))


def test_unique_key_separator(domain, use, refusal):
    fields = {"shop": "Attributes.shop", "number": "AccountNumber"}
    assert bad(refusal(domain.create_job, fields, "shop,number"))
    use(unique_key_separator=",")
    content = "shop,number\na,1\nb,1\n,1\na,\n,\n"
    assert domain.counts(content, fields, "shop,number") == ("PARTIALLY_SUCCEEDED", 4, 0, 1)
    assert domain.counts("shop,number\na,1\n1,a\n", fields, "shop,number") == ("SUCCEEDED", 1, 1, 0)


def test_max_mapped_fields(domain, use, refusal):
    fields = {"id": "AccountNumber", **{f"a{number}": f"Attributes.a{number}" for number in range(25)}}
    assert bad(refusal(domain.create_job, fields))
    use(max_mapped_fields=26)
    assert domain.create_job(fields)


def test_max_data_expiry_days(domain, use, refusal):
    assert domain.create_job(DataExpiry=90)
    assert bad(refusal(domain.create_job, DataExpiry=91))
    use(max_data_expiry_days=1098)
    assert domain.create_job(DataExpiry=1098)


def test_display_name(domain, use, refusal):
    domain.create_job(DisplayName="same")
    domain.create_job(DisplayName="same")
    use(display_name="unique")
    code, _, message = refusal(domain.create_job, DisplayName="same")
    assert code == "BadRequestException"
    assert "already exists" in message


# States of a job


def test_start_without_file(domain, use, refusal):
    use(start_without_file="refuse")
    job = domain.create_job()
    assert bad(refusal(domain.start, job))
    assert domain.job(job)["Status"] == "CREATED"


def test_start_again(domain, use):
    job = domain.create_job()
    domain.put(job, GOOD)
    domain.start(job)
    domain.wait(job)
    use(start_again="ignore")
    domain.start(job)
    assert domain.job(job)["ResultsSummary"]["CreatedRecords"] == 1


def test_stop_before_start(domain, use, refusal):
    use(stop_before_start="refuse")
    job = domain.create_job()
    assert bad(refusal(domain.stop, job))
    assert domain.job(job)["Status"] == "CREATED"


def test_stop_after_end(domain, use):
    use(stop_after_end="ignore")
    job = domain.upload(GOOD)["JobId"]
    domain.stop(job)
    assert domain.job(job)["Status"] == "SUCCEEDED"


def test_path_after_start(domain, use):
    use(path_after_start="allow")
    job = domain.upload(GOOD)["JobId"]
    assert domain.path(job)["Url"]


def test_rotate_client_token(domain, use):
    use(rotate_client_token="yes")
    job = domain.create_job()
    first, second = domain.path(job), domain.path(job)
    assert first["ClientToken"] != second["ClientToken"]
    domain.put_at(second, GOOD)
    domain.start(job)
    assert domain.wait(job)["Status"] == "SUCCEEDED"


def test_upload_url_life_s(domain, use):
    use(upload_url_life_s=60)
    job = domain.create_job()
    path = domain.path(job)
    domain.put_at(path, GOOD)
    domain.sandbox.control("POST", "clock", {"advance_s": 61})
    with pytest.raises(urllib.error.HTTPError) as caught:
        domain.put_at(path, GOOD)
    with caught.value as answer:
        assert answer.code == 403
        assert b"Request has expired" in answer.read()


@pytest.mark.parametrize(("setting", "count"), [("none", 0), ("algorithm", 1), ("all", 3)])
def test_signed_headers(domain, use, setting, count):
    use(signed_headers=setting)
    path = domain.path(domain.create_job())
    assert path["Url"].count("x-amz-server-side-encryption-customer-") == count


def test_upload_over_http(domain, use):
    use(upload_over_http="refuse")
    with pytest.raises(urllib.error.HTTPError) as caught:
        domain.put(domain.create_job(), GOOD)
    with caught.value as answer:
        assert answer.code == 400
        assert b"secure connection" in answer.read()


# The file and its records


def test_max_file_bytes(domain, use):
    use(max_file_bytes=len(GOOD))
    assert domain.upload(GOOD)["Status"] == "FAILED"
    use(max_file_bytes=len(GOOD) + 1)
    assert domain.upload(GOOD)["Status"] == "SUCCEEDED"


def test_max_records(domain, use):
    use(max_records=2)
    assert domain.upload("id,first\n1,a\n2,b\n3,c\n")["Status"] == "FAILED"
    assert domain.counts("id,first\n1,a\n2,b\n") == ("SUCCEEDED", 2, 0, 0)


def test_csv_delimiter(domain, use):
    use(csv_delimiter=";")
    assert domain.counts("id;first\n1;a,b\n") == ("SUCCEEDED", 1, 0, 0)
    assert domain.one("1")["FirstName"] == "a,b"


def test_unbalanced_quotes(domain, use):
    content = 'id,first\n1,5" nail\n'
    assert domain.upload(content)["Status"] == "FAILED"
    use(unbalanced_quotes="accept")
    assert domain.counts(content) == ("SUCCEEDED", 1, 0, 0)
    assert domain.one("1")["FirstName"] == '5" nail'


def test_ragged_record(domain, use):
    use(ragged_record="fail_file")
    assert domain.upload("id,first\n1,a\n2\n")["Status"] == "FAILED"
    assert domain.find("_account", "1") == []


def test_unmapped_column(domain, use):
    use(unmapped_column="fail_file")
    assert domain.upload("id,first,more\n1,a,b\n")["Status"] == "FAILED"
    assert domain.upload("id,first\n1,a\n")["Status"] == "SUCCEEDED"


def test_over_long_cell(domain, use):
    use(over_long_cell="truncate")
    assert domain.counts(f"id,first\n1,{'x' * 300}\n") == ("SUCCEEDED", 1, 0, 0)
    assert domain.one("1")["FirstName"] == "x" * 255


@pytest.mark.parametrize(
    ("setting", "content_type", "cell", "default"),
    [
        ("invalid_email", "EMAIL_ADDRESS", "nobody", "fail_record"),
        ("invalid_phone", "PHONE_NUMBER", "none", "fail_record"),
        ("invalid_number", "NUMBER", "many", "accept"),
    ],
)
def test_invalid_cells(domain, use, setting, content_type, cell, default):
    fields = {"id": "AccountNumber", "cell": ("Attributes.cell", content_type)}
    content = f"id,cell\n1,{cell}\n2,\n"
    assert use()[setting] == default
    for value, expected in (("accept", "SUCCEEDED"), ("fail_record", "PARTIALLY_SUCCEEDED")):
        use(**{setting: value})
        assert domain.counts(content, fields)[0] == expected


def test_invalid_enum(domain, use):
    use(invalid_enum="drop_cell")
    assert domain.counts("id,g\n1,male\n", {"id": "AccountNumber", "g": "Gender"}) == ("SUCCEEDED", 1, 0, 0)
    assert "Gender" not in domain.one("1")


@pytest.mark.parametrize(
    ("setting", "first_time", "second_time", "name"),
    [
        ("update", ("SUCCEEDED", 2, 2, 0), ("SUCCEEDED", 0, 4, 0), "c"),
        ("count_once", ("SUCCEEDED", 2, 0, 0), ("SUCCEEDED", 0, 2, 0), "c"),
        ("fail_record", ("PARTIALLY_SUCCEEDED", 2, 0, 2), ("PARTIALLY_SUCCEEDED", 0, 2, 2), "a"),
    ],
)
def test_repeated_key(domain, use, setting, first_time, second_time, name):
    use(repeated_key=setting)
    content = "id,first\n1,a\n2,x\n1,b\n1,c\n"
    assert domain.counts(content) == first_time
    assert domain.counts(content) == second_time
    assert domain.one("1")["FirstName"] == name


@pytest.mark.parametrize("setting", ["update", "count_once", "fail_record"])
def test_repeated_key_in_a_later_batch(domain, use, setting):
    use(repeated_key=setting)
    filler = "".join(f"f{number},{'x' * 250}\n" for number in range(80_000))
    _, created, updated, failed = domain.counts(f"id,first\n1,a\n{filler}1,b\n")
    assert created == 80_001
    assert (updated, failed) == {"update": (1, 0), "count_once": (0, 0), "fail_record": (0, 1)}[setting]
    assert domain.one("1")["FirstName"] == ("a" if setting == "fail_record" else "b")


def test_all_records_failed(domain, use):
    use(all_records_failed="partially_succeeded")
    assert domain.counts("id,first\n,a\n") == ("PARTIALLY_SUCCEEDED", 0, 0, 1)


def test_no_records(domain, use):
    use(no_records="succeeded")
    assert domain.counts("id,first\n") == ("SUCCEEDED", 0, 0, 0)


def test_match_existing_by(domain, use):
    made = domain.client.create_profile(DomainName=domain.name, AccountNumber="1")["ProfileId"]
    assert domain.counts("id,first\n1,Ana\n") == ("SUCCEEDED", 1, 0, 0)
    domain.client.create_profile(DomainName=domain.name, AccountNumber="2")
    use(match_existing_by="target")
    # Two profiles have account 1, so the key is ambiguous and a third one appears; account 2 has one.
    assert domain.counts("id,first\n1,Ann\n2,Bo\n") == ("SUCCEEDED", 1, 1, 0)
    assert len(domain.find("_account", "1")) == 3
    assert domain.one("2")["FirstName"] == "Bo"
    assert "FirstName" not in domain.find("_profileId", made)[0]


def test_processing_s(domain, use):
    use(processing_s=0.5)
    answer = domain.upload(GOOD)
    assert (answer["CompletedAt"] - answer["CreatedAt"]).total_seconds() >= 0.5


def test_concurrent_jobs(domain, use, refusal):
    use(concurrent_jobs=1, processing_s=600)
    jobs = [domain.create_job() for _ in range(2)]
    for job in jobs:
        domain.put(job, GOOD)
    domain.start(jobs[0])
    assert refusal(domain.start, jobs[1])[:2] == ("ThrottlingException", 429)
    domain.stop(jobs[0])
    domain.start(jobs[1])
    domain.stop(jobs[1])


# Segments


@pytest.fixture
def people(domain):
    domain.upload("id,first\n1,Ana\n2,Bo\n3,Cy\n")
    return domain


def named(name):
    return {"ProfileAttributes": {"FirstName": {"DimensionType": "INCLUSIVE", "Values": [name]}}}


@pytest.mark.parametrize(("setting", "count"), [("ALL", 0), ("ANY", 2), ("NONE", 1)])
def test_defaults_of_the_switches(people, use, setting, count):
    dimensions = [named("Ana"), named("Bo")]
    for name in ("Ana", "Bo"):
        people.client.create_segment_definition(
            DomainName=people.name,
            SegmentDefinitionName=name,
            DisplayName=name,
            SegmentGroups={"Groups": [{"Dimensions": [named(name)], "Type": "ALL"}], "Include": "ALL"},
        )
    sources = [{"SegmentDefinitionName": name} for name in ("Ana", "Bo")]
    use(default_type=setting)
    assert people.estimate({"Groups": [{"Dimensions": dimensions}], "Include": "ALL"}) == count
    use(default_type="ALL", default_include=setting)
    assert people.estimate({"Groups": [{"Dimensions": [one]} for one in dimensions]}) == count
    use(default_include="ALL", default_source_type=setting)
    assert people.estimate({"Groups": [{"SourceSegments": sources}]}) == count


def test_several_attributes(people, use):
    both = {**named("Ana")["ProfileAttributes"], "AccountNumber": {"DimensionType": "INCLUSIVE", "Values": ["2"]}}
    groups = {"Groups": [{"Dimensions": [{"ProfileAttributes": both}]}]}
    assert people.estimate(groups) == 0
    use(several_attributes="ANY")
    assert people.estimate(groups) == 2


def test_empty_groups(people, use, refusal):
    assert people.estimate({"Groups": []}) == 3
    use(empty_groups="refuse")
    assert bad(refusal(people.estimate, {"Groups": []}))
    assert bad(refusal(people.estimate, {"Groups": [{"Type": "ALL"}]}))


def test_estimate_s(people, use):
    use(estimate_s=0)
    estimate = people.client.create_segment_estimate(DomainName=people.name, SegmentQuery={"Groups": []})
    parameters = {"DomainName": people.name, "EstimateId": estimate["EstimateId"]}
    assert people.client.get_segment_estimate(**parameters)["Status"] == "SUCCEEDED"


def test_sql_estimate(people, use, refusal):
    parameters = {"DomainName": people.name, "SegmentSqlQuery": "SELECT 1"}
    assert refusal(people.client.create_segment_estimate, **parameters)[1] == 501
    use(sql_estimate=42, estimate_s=0)
    estimate = people.client.create_segment_estimate(**parameters)["EstimateId"]
    answer = people.client.get_segment_estimate(DomainName=people.name, EstimateId=estimate)
    assert (answer["Status"], answer["Estimate"]) == ("SUCCEEDED", "42")


# The service as a whole


def test_list_order(domain, use):
    jobs = [domain.create_job() for _ in range(3)]

    def listed():
        pages = domain.client.get_paginator("list_upload_jobs").paginate(
            DomainName=domain.name, PaginationConfig={"PageSize": 2}
        )
        return [item["JobId"] for page in pages for item in page["Items"]]

    assert listed() == jobs[::-1]
    use(list_order="oldest_first")
    assert listed() == jobs


def test_job_retention_days(domain, use, refusal):
    use(job_retention_days=2)
    job = domain.create_job()
    domain.sandbox.control("POST", "clock", {"advance_s": 2.1 * 86_400})
    assert refusal(domain.job, job)[0] == "ResourceNotFoundException"
    assert domain.client.list_upload_jobs(DomainName=domain.name)["Items"] == []


@pytest.mark.parametrize(
    ("setting", "call", "other"),
    [("read_rate_per_s", "get_domain", "delete_domain"), ("write_rate_per_s", "delete_domain", "get_domain")],
)
def test_rates(domain, use, refusal, setting, call, other):
    use(**{setting: 0.001})
    client = domain.client
    refusal(getattr(client, call), DomainName="nowhere")
    assert refusal(getattr(client, call), DomainName="nowhere")[:2] == ("ThrottlingException", 429)
    assert refusal(getattr(client, other), DomainName="nowhere")[1] == 404


# Settings themselves


def test_every_setting_says_what_it_asks_where_its_default_is_from_and_what_it_can_be(sandbox):
    described = sandbox.control("GET", "settings/help")
    assert set(described) == set(sandbox.control("GET", "settings"))
    for name, setting in described.items():
        assert setting["asks"].endswith((".", "?")), name
        assert setting["source"], name
        assert "choices" in setting or "range" in setting or isinstance(setting["default"], str), name


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"no_such": 1}, "unknown setting"),
        ({"repeated_key": "perhaps"}, "must be one of"),
        ({"processing_s": -1}, "must lie between"),
        ({"processing_s": "1"}, "must be of type float"),
        ({"max_records": True}, "must be of type int"),
        ({"csv_delimiter": ",,"}, "must be one character"),
    ],
)
def test_a_wrong_setting_is_refused_and_changes_nothing(sandbox, body, message):
    before = sandbox.control("GET", "settings")
    with pytest.raises(urllib.error.HTTPError) as caught:
        sandbox.control("PATCH", "settings", body)
    with caught.value as answer:
        assert answer.code == 400
        assert message in answer.read().decode()
    assert sandbox.control("GET", "settings") == before
