"""Snapshots: the members of a segment as files in S3, read with boto3. Expectations by hand."""

import io
import json
import time
import uuid

import pyarrow.csv
import pyarrow.orc
import pytest

ROLE = "arn:aws:iam::123456789012:role/exports"
HEADER = [
    "ProfileId",
    "AccountNumber",
    "FirstName",
    "Address.City",
    "Address.State",
    "Attributes.Größe",
    "Attributes.tier",
]


@pytest.fixture
def bucket(sandbox):
    s3 = sandbox.client("s3", s3={"addressing_style": "path"})
    name = f"exports-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return Bucket(s3, name)


class Bucket:
    def __init__(self, s3, name):
        self.s3, self.name = s3, name

    def names(self):
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def read(self, ending):
        """Return the contents of the objects whose key has this ending, in the order of their keys."""
        keys = [key for key in self.names() if key.endswith(ending)]
        return [self.s3.get_object(Bucket=self.name, Key=key)["Body"].read() for key in keys]


@pytest.fixture
def people(domain, words):
    domain.add(
        [
            {"AccountNumber": "1", "FirstName": 'A "quoted", name', "Attributes": {"tier": "gold", "Größe": "1\n2"}},
            {"AccountNumber": "2", "FirstName": "Bo", "Address": {"State": "WA", "City": "Łódź"}},
            {"AccountNumber": "3", "Attributes": {"tier": "gold"}},
        ]
    )
    domain.define("golden", SegmentGroups=words.attribute("tier", "INCLUSIVE", "gold"))
    domain.define("all", SegmentGroups={"Groups": [], "Include": "ALL"})
    return domain


def begin(domain, segment, destination, **more):
    parameters = {"DataFormat": "CSV", "DestinationUri": destination, "RoleArn": ROLE, **more}
    return domain.client.create_segment_snapshot(
        DomainName=domain.name,
        SegmentDefinitionName=segment,
        **{name: value for name, value in parameters.items() if value is not None},
    )["SnapshotId"]


def look(domain, segment, snapshot):
    return domain.client.get_segment_snapshot(
        DomainName=domain.name, SegmentDefinitionName=segment, SnapshotId=snapshot
    )


def finished(domain, segment, snapshot):
    deadline = time.monotonic() + 20
    while (answer := look(domain, segment, snapshot))["Status"] == "IN_PROGRESS":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return answer


def export(domain, segment, destination, **more):
    """Run a whole snapshot and return its final state."""
    return finished(domain, segment, begin(domain, segment, destination, **more))


def by_account(rows):
    """Return rows without their profile ids, in the order of the accounts."""
    return sorted(([*row][1:] for row in rows), key=lambda row: row[0])


MEMBERS = [
    ["1", 'A "quoted", name', None, None, "1\n2", "gold"],
    ["3", None, None, None, None, "gold"],
]


def test_csv(people, bucket):
    answer = export(people, "golden", f"s3://{bucket.name}/exports/2026/")
    assert answer["Status"] == "COMPLETED"
    assert "StatusMessage" not in answer
    (content,) = bucket.read(".csv")
    table = pyarrow.csv.read_csv(
        io.BytesIO(content),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(HEADER, "string"), strings_can_be_null=True, null_values=[""]
        ),
    )
    assert table.column_names == HEADER
    assert by_account(zip(*table.to_pydict().values(), strict=True)) == MEMBERS
    ids = {person["ProfileId"] for person in people.find("_account", "1", "3")}
    assert set(table["ProfileId"].to_pylist()) == ids
    assert content.startswith(b'"ProfileId","AccountNumber"')  # no byte-order mark


def test_json_lines(people, bucket):
    assert export(people, "golden", f"s3://{bucket.name}/x", DataFormat="JSONL")["Status"] == "COMPLETED"
    (content,) = bucket.read(".jsonl")
    rows = [json.loads(line) for line in content.decode().splitlines()]
    assert [list(row) for row in rows] == [HEADER, HEADER]
    assert by_account(row.values() for row in rows) == MEMBERS


def test_orc(people, bucket):
    assert export(people, "golden", f"s3://{bucket.name}/x", DataFormat="ORC")["Status"] == "COMPLETED"
    (content,) = bucket.read(".orc")
    table = pyarrow.orc.read_table(io.BytesIO(content))
    assert table.column_names == HEADER
    assert by_account(zip(*table.to_pydict().values(), strict=True)) == MEMBERS


@pytest.mark.parametrize("data_format", ["CSV", "JSONL", "ORC"])
def test_a_segment_of_nobody_is_a_file_without_rows(people, bucket, words, data_format):
    people.define("nobody", SegmentGroups=words.attribute("tier", "INCLUSIVE", "silver"))
    assert export(people, "nobody", f"s3://{bucket.name}", DataFormat=data_format)["Status"] == "COMPLETED"
    (content,) = bucket.read("." + data_format.lower())
    if data_format == "ORC":
        assert pyarrow.orc.read_table(io.BytesIO(content)).shape == (0, len(HEADER))
    else:
        assert content.decode() == {"CSV": ",".join(f'"{name}"' for name in HEADER) + "\n", "JSONL": ""}[data_format]


def test_many_profiles_are_several_files_with_the_same_columns(people, bucket):
    people.sandbox.control("PATCH", "settings", {"snapshot_rows_per_file": 2})
    assert export(people, "all", f"s3://{bucket.name}/x")["Status"] == "COMPLETED"
    contents = [content.decode().splitlines() for content in bucket.read(".csv")]
    assert [content[0] for content in contents] == [",".join(f'"{name}"' for name in HEADER)] * 2
    assert sum("gold" in line for content in contents for line in content) == 2
    # A whole number of full files is not followed by an empty one.
    people.sandbox.control("PATCH", "settings", {"snapshot_rows_per_file": 3})
    assert export(people, "all", f"s3://{bucket.name}/y")["Status"] == "COMPLETED"
    assert len([key for key in bucket.names() if key.startswith("y/") and key.endswith(".csv")]) == 1


def test_a_snapshot_takes_its_time_and_tells_what_was_asked(people, bucket):
    people.sandbox.control("PATCH", "settings", {"snapshot_s": 600})
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    snapshot = begin(people, "golden", f"s3://{bucket.name}/a/b/", EncryptionKey=key)
    answer = look(people, "golden", snapshot)
    del answer["ResponseMetadata"]
    assert answer == {
        "SnapshotId": snapshot,
        "Status": "IN_PROGRESS",
        "DataFormat": "CSV",
        "EncryptionKey": key,
        "RoleArn": ROLE,
        "DestinationUri": f"s3://{bucket.name}/a/b",  # as public production code sees it come back
    }
    assert bucket.names() == []
    people.sandbox.control("POST", "clock", {"advance_s": 601})
    assert finished(people, "golden", snapshot)["Status"] == "COMPLETED"


def test_a_test_file_is_written_too(people, bucket):
    export(people, "golden", f"s3://{bucket.name}/a b/ü%20")
    test_file, data = sorted(bucket.names())
    assert test_file == "a b/ü%20/customer-profiles-test-file"
    assert data.startswith("a b/ü%20/golden-")
    assert data.endswith(".csv")


def test_a_bucket_that_is_not_there_fails_the_snapshot(people):
    name = f"missing-{uuid.uuid4().hex}"
    answer = export(people, "golden", f"s3://{name}/x")
    assert answer["Status"] == "FAILED"
    assert answer["StatusMessage"] == f"Bucket {name} cannot be written: S3 answers NoSuchBucket."


def test_a_source_that_goes_meanwhile_fails_the_snapshot(people, bucket, refusal):
    sources = [{"SegmentDefinitionName": "golden"}]
    people.define("top", SegmentGroups={"Groups": [{"SourceSegments": sources}]})
    people.sandbox.control("PATCH", "settings", {"snapshot_s": 600})
    snapshot = begin(people, "top", f"s3://{bucket.name}/x")
    people.drop("golden")
    people.sandbox.control("POST", "clock", {"advance_s": 601})
    answer = finished(people, "top", snapshot)
    assert answer["Status"] == "FAILED"
    assert "Source segment golden does not exist" in answer["StatusMessage"]
    # And is refused at once where it is gone already.
    people.sandbox.control("DELETE", "settings")
    code, _, message = refusal(begin, people, "top", f"s3://{bucket.name}/x")
    assert code == "BadRequestException"
    assert "Source segment golden does not exist" in message


def test_only_living_profiles_are_in_it(people, bucket):
    people.client.delete_profile(DomainName=people.name, ProfileId=people.one("1")["ProfileId"])
    export(people, "golden", f"s3://{bucket.name}/x")
    (content,) = bucket.read(".csv")
    assert len(content.splitlines()) == 2


@pytest.mark.parametrize(
    ("parameters", "what"),
    [
        ({"DestinationUri": None}, "DestinationUri is needed"),
        ({"DestinationUri": "exports/x"}, "s3://bucket/prefix"),
        ({"DestinationUri": "https://exports/x"}, "s3://bucket/prefix"),
        ({"DestinationUri": "s3://UPPER/x"}, "s3://bucket/prefix"),
        ({"DestinationUri": "s3://"}, "s3://bucket/prefix"),
        ({"DestinationUri": "s3://exports/" + "x" * 250}, "length less than or equal to 255"),
        ({"RoleArn": None}, "RoleArn is needed"),
        ({"RoleArn": "exports"}, "'RoleArn' failed to satisfy constraint"),
        ({"DataFormat": "PARQUET"}, "[CSV, JSONL, ORC]"),
    ],
)
def test_what_cannot_be_exported_is_refused(people, refusal, parameters, what):
    destination = parameters.pop("DestinationUri", "s3://exports/x")
    code, status, message = refusal(begin, people, "golden", destination, **parameters)
    assert (code, status) == ("BadRequestException", 400)
    assert what in message


def test_a_role_is_not_needed_where_the_setting_says_so(people, bucket):
    people.sandbox.control("PATCH", "settings", {"snapshot_without_role": "accept"})
    assert export(people, "golden", f"s3://{bucket.name}/x", RoleArn=None)["Status"] == "COMPLETED"


def test_what_does_not_exist_is_not_found(people, refusal):
    assert refusal(begin, people, "missing", "s3://exports")[0] == "ResourceNotFoundException"
    assert refusal(look, people, "golden", "0" * 32)[0] == "ResourceNotFoundException"
    snapshot = begin(people, "golden", "s3://missing-bucket")
    assert refusal(look, people, "all", snapshot)[0] == "ResourceNotFoundException"


def test_an_sql_segment_is_not_exported(people, refusal):
    people.define("sql", SegmentSqlQuery="SELECT profileid FROM profiles")
    code, status, message = refusal(begin, people, "sql", "s3://exports")
    assert (code, status) == ("NotImplementedException", 501)
    assert "sql is one" in message


def test_a_snapshot_at_work_when_the_sandbox_ends_has_failed(tmp_path, start_sandbox, new_domain, words):
    state = str(tmp_path / "state.db")
    first = start_sandbox("--state", state, "--set", "snapshot_s=600")
    domain = new_domain(first, "loyalty")
    domain.define("golden", SegmentGroups=words.attribute("tier", "INCLUSIVE", "gold"))
    snapshot = begin(domain, "golden", "s3://exports")
    started_s = time.monotonic()
    assert first.close() == ""
    assert time.monotonic() - started_s < 5

    domain.client = start_sandbox("--state", state).client()
    answer = look(domain, "golden", snapshot)
    assert (answer["Status"], answer["StatusMessage"]) == ("FAILED", "The service ended while it was in progress.")
