"""The wire: errors in the service's shape, whatever comes in."""

import http.client
import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from botocore.loaders import Loader

SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/profile/aws4_request, SignedHeaders=host, Signature=0"


def send(sandbox, method, path, body=b"", **headers):
    """Return (status, error type, document) of a raw request."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=20)
    headers = {"Authorization": SIGNED, **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request(method, path, body, {name: value for name, value in headers.items() if value is not None})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, answer.headers.get("x-amzn-ErrorType"), json.loads(text)


def test_an_unknown_domain_is_not_found(client, refusal):
    code, status, message = refusal(client.get_domain, DomainName="nowhere")
    assert (code, status) == ("ResourceNotFoundException", 404)
    assert "nowhere" in message


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"', b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_a_bad_request(sandbox, domain, body):
    status, error_type, document = send(sandbox, "POST", f"/domains/{domain.name}/upload-jobs", body)
    assert (status, error_type) == (400, "BadRequestException")
    assert "JSON" in document["Message"]


def test_a_wrong_enum_value_is_named_by_member_and_not_echoed(domain, refusal):
    fields = {"id": {"Source": "id", "Target": "_profile.AccountNumber", "ContentType": "SECRET_VALUE"}}
    code, status, message = refusal(
        domain.client.create_upload_job, DomainName=domain.name, DisplayName="x", Fields=fields, UniqueKey="id"
    )
    assert (code, status) == ("BadRequestException", 400)
    assert "Fields.id.ContentType" in message
    assert "EMAIL_ADDRESS" in message
    assert "SECRET_VALUE" not in message


def test_missing_required_members_are_all_named(sandbox, domain):
    status, error_type, document = send(sandbox, "POST", f"/domains/{domain.name}/upload-jobs", b"{}")
    assert (status, error_type) == (400, "BadRequestException")
    assert document["Message"].startswith("3 validation errors detected")
    for name in ("DisplayName", "Fields", "UniqueKey"):
        assert f"'{name}'" in document["Message"]


@pytest.mark.parametrize(
    ("member", "value", "constraint"),
    [
        ("DisplayName", "x" * 256, "length less than or equal to 255"),
        ("DisplayName", 5, "of type string"),
        ("DataExpiry", 1099, "value less than or equal to 1098"),
        ("DataExpiry", 0, "value greater than or equal to 1"),
        ("DataExpiry", True, "of type integer"),
        ("Fields", [], "of type map"),
        ("Fields", {"a b": {"Source": "a"}}, "regular expression pattern"),
        ("Fields", {"id": None}, "must not be null"),
        ("DisplayName", "\ud800", "valid Unicode"),
    ],
)
def test_a_constraint_of_the_model_is_enforced(sandbox, domain, member, value, constraint):
    body = {
        "DisplayName": "x",
        "Fields": {"id": {"Source": "id", "Target": "_profile.AccountNumber"}},
        "UniqueKey": "id",
        member: value,
    }
    status, error_type, document = send(
        sandbox, "POST", f"/domains/{domain.name}/upload-jobs", json.dumps(body).encode()
    )
    assert (status, error_type) == (400, "BadRequestException")
    assert constraint in document["Message"]


def test_a_label_that_breaks_its_pattern_is_a_bad_request(client, refusal):
    assert refusal(client.get_domain, DomainName="a b/c")[:2] == ("BadRequestException", 400)


def test_a_query_value_out_of_range_is_a_bad_request(sandbox, domain):
    for value in ("0", "501", "many"):
        status, error_type, _ = send(sandbox, "GET", f"/domains/{domain.name}/upload-jobs?max-results={value}")
        assert (status, error_type) == (400, "BadRequestException")


def test_a_union_takes_one_member(domain):
    both = {
        "ProfileAttributes": {"City": {"DimensionType": "INCLUSIVE", "Values": ["x"]}},
        "CalculatedAttributes": {"a": {"DimensionType": "EQUAL", "Values": ["1"]}},
    }
    body = {"DisplayName": "x", "SegmentGroups": {"Groups": [{"Dimensions": [both]}]}}
    status, error_type, document = send(
        domain.sandbox, "POST", f"/domains/{domain.name}/segment-definitions/x", json.dumps(body).encode()
    )
    assert (status, error_type) == (400, "BadRequestException")
    assert "Exactly one of" in document["Message"]


def test_unknown_members_are_ignored(sandbox, domain):
    body = json.dumps({"FirstName": "Ana", "Unheard": {"of": 1}}).encode()
    status, _, document = send(sandbox, "POST", f"/domains/{domain.name}/profiles", body)
    assert status == 200
    assert len(document["ProfileId"]) == 32


def test_an_unknown_path_answers_in_the_shape_of_the_service(sandbox):
    assert send(sandbox, "GET", "/no/such/path")[:2] == (404, "ResourceNotFoundException")
    assert send(sandbox, "PATCH", "/domains")[:2] == (404, "ResourceNotFoundException")


def test_an_operation_the_sandbox_does_not_do_is_named(client, refusal):
    code, status, message = refusal(client.list_event_streams, DomainName="any")
    assert (code, status) == ("NotImplementedException", 501)
    assert "ListEventStreams" in message


def test_an_unsigned_request_is_denied(sandbox):
    assert send(sandbox, "GET", "/domains", Authorization=None)[:2] == (403, "AccessDeniedException")


@pytest.mark.parametrize("path", ["/domains", "/_sandbox/status", "/_upload/x"])
@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example:80"}, {"Host": "127.0.0.1.evil.example"}, {"Origin": "http://evil.example"}]
)
def test_other_hosts_and_web_pages_are_refused(sandbox, path, headers):
    assert send(sandbox, "GET", path, **headers)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_loopback_names_are_served(sandbox, host):
    assert send(sandbox, "GET", "/domains", Host=f"{host}:{urlsplit(sandbox.url).port}")[0] == 200


def test_the_upload_url_is_under_the_host_the_client_used(domain):
    job = domain.create_job()
    status, _, document = send(
        domain.sandbox, "GET", f"/domains/{domain.name}/upload-jobs/{job}/path", Host="localhost:4000"
    )
    assert status == 200
    assert document["Url"].startswith("http://localhost:4000/_upload/")
    assert len(document["Url"]) <= 2048


def test_timestamps_are_epoch_seconds(sandbox, domain):
    document = send(sandbox, "GET", f"/domains/{domain.name}")[2]
    assert isinstance(document["CreatedAt"], float)
    assert abs(document["CreatedAt"] - sandbox.control("GET", "status")["now_s"]) < 60


def test_start_answers_with_an_empty_document(sandbox, domain):
    job = domain.create_job()
    assert send(sandbox, "PUT", f"/domains/{domain.name}/upload-jobs/{job}") == (200, None, {})


def test_a_body_of_eleven_megabytes_is_refused_and_the_service_lives_on(sandbox, domain):
    body = b'{"FirstName": "' + b"x" * 11_000_000 + b'"}'
    assert send(sandbox, "POST", f"/domains/{domain.name}/profiles", body)[:2] == (400, "BadRequestException")
    assert send(sandbox, "GET", "/domains")[0] == 200


def test_values_that_look_like_sql_are_values(domain):
    name = "x'); DROP TABLE domains; --"
    created = domain.client.create_profile(DomainName=domain.name, LastName=name, Attributes={'a"b': "1"})
    (found,) = domain.find("_profileId", created["ProfileId"])
    assert found["LastName"] == name
    assert found["Attributes"] == {'a"b': "1"}


def requests_of(operation, domain):
    """Yield requests of an operation with members missing, of wrong types, or empty."""
    model = Loader().load_service_model("customer-profiles", "service-2")
    raw = model["operations"][operation]
    labels = {"DomainName": domain.name, "ObjectTypeName": "_profile", "JobId": "0" * 32}
    path = re.sub(r"\{(\w+)\}", lambda label: labels.get(label[1], "nothing"), raw["http"]["requestUri"])
    members = [
        name for name, member in model["shapes"][raw["input"]["shape"]]["members"].items() if "location" not in member
    ]
    for value in (None, 1, -1.5, True, "", "x" * 70_000, [], [None], [[]], {}, {"a": None}, {"": {}}):
        yield raw["http"]["method"], path, json.dumps(dict.fromkeys(members, value)).encode()
    yield raw["http"]["method"], path + "?max-results=&next-token=", b""


def test_no_broken_request_is_an_internal_error(sandbox, domain):
    for operation in sandbox.control("GET", "status")["operations"]:
        for method, path, body in requests_of(operation, domain):
            status, error_type, document = send(sandbox, method, path, body)
            assert status in (200, 400, 404), (operation, body[:100])
            if status != 200:
                assert error_type in ("BadRequestException", "ResourceNotFoundException")
                assert 0 < len(document["Message"]) < 2_000
            elif operation == "DeleteDomain":
                domain.client.create_domain(DomainName=domain.name, DefaultExpirationDays=1)


def test_many_threads_at_once_get_right_answers(domain, refusal):
    def work(number):
        content = "id,first\n" + "".join(f"{number}-{row},Ana\n" for row in range(50))
        counts = domain.counts(content)
        domain.client.create_profile(DomainName=domain.name, AccountNumber=f"single-{number}", FirstName="Ana")
        refusal(domain.client.get_domain, DomainName="nowhere")
        return counts

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(work, range(32))) == [("SUCCEEDED", 50, 0, 0)] * 32
    assert domain.client.get_domain(DomainName=domain.name)["Stats"]["ProfileCount"] == 32 * 51


def test_a_chunked_body_is_bounded_too(sandbox, domain):
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=20)
    blocks = (b"x" * 1_000_000 for _ in range(12))
    connection.request(
        "POST", f"/domains/{domain.name}/profiles", blocks, {"Authorization": SIGNED}, encode_chunked=True
    )
    answer = connection.getresponse()
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (400, "BadRequestException")
    connection.close()


def test_other_services_of_aws_are_on_the_same_port(sandbox):
    identity = sandbox.client("sts").get_caller_identity()
    assert identity["Account"] == "123456789012"
