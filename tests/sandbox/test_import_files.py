"""Files that are not as they should be: the job says so, the service lives on."""

import pytest

FIELDS = {"id": "AccountNumber", "note": "AdditionalInformation"}


def explanation(domain, job):
    jobs = domain.sandbox.control("GET", "jobs")["jobs"]
    return next(one["explanation"] for one in jobs if one["job_id"] == job)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"id,note\n", "no records"),
        (b"id,note", "no records"),
        (b"\xef\xbb\xbfid,note\n1,a\n", "byte order mark"),
        ("id,note\n1,a\n".encode("utf-16"), "not valid UTF-8"),
        (b"id,note\n1,caf\xe9\n", "not valid UTF-8"),
        (b"id,note,other\n1,a,caf\xe9\n", "not valid UTF-8"),
        (b"id,caf\xe9\n1,a\n", "not valid UTF-8"),
        (b"id,other\n1,a\n", "not in the file"),
        (b"ID,note\n1,a\n", "not in the file"),
        (b"id;note\n1;a\n", "not in the file"),
        (b"id,id,note\n1,2,a\n", "repeats a name"),
        (b'id,note\n1,"a\n2,b\n', "not closed"),
        (b"id,note\n1," + b"x" * (40 * 1024**2) + b"\n", "not valid CSV"),
    ],
)
def test_a_file_that_cannot_be_read_fails_the_job(domain, content, reason):
    job = domain.create_job(FIELDS)
    domain.put(job, content)
    domain.start(job)
    answer = domain.wait(job)
    assert (answer["Status"], answer["StatusReason"]) == ("FAILED", "VALIDATION_FAILURE")
    assert "ResultsSummary" not in answer
    assert reason in explanation(domain, job)
    assert domain.counts("id,note\n1,a\n", FIELDS) == ("SUCCEEDED", 1, 0, 0)


def test_a_bad_byte_at_the_end_keeps_the_whole_file_out(domain):
    content = b"id,note\n" + b"".join(b"%d,a\n" % number for number in range(100_000)) + b"x,\xff\n"
    assert domain.upload(content, FIELDS)["Status"] == "FAILED"
    assert domain.find("_account", "1") == []


def test_ragged_records_fail_and_the_others_come_in(domain):
    assert domain.counts("id,note\n1,a\n2\n3,c,d\n4,d\n", FIELDS) == ("PARTIALLY_SUCCEEDED", 2, 0, 2)


def test_records_without_a_key_fail(domain):
    assert domain.counts('id,note\n1,a\n,b\n"",c\n', FIELDS) == ("PARTIALLY_SUCCEEDED", 1, 0, 2)


def test_if_all_records_fail_the_job_fails_and_counts_them(domain):
    answer = domain.upload("id,note\n,a\n,b\n", FIELDS)
    assert (answer["Status"], answer["StatusReason"]) == ("FAILED", "VALIDATION_FAILURE")
    assert answer["ResultsSummary"] == {"CreatedRecords": 0, "UpdatedRecords": 0, "FailedRecords": 2}


@pytest.mark.parametrize(
    ("target", "length", "fits"),
    [
        ("FirstName", 255, True),
        ("FirstName", 256, False),
        ("AdditionalInformation", 1000, True),
        ("AdditionalInformation", 1001, False),
        ("Attributes.note", 255, True),
        ("Attributes.note", 256, False),
        ("Address.Address3", 256, False),
    ],
)
def test_a_value_may_be_as_long_as_its_target_in_characters(domain, target, length, fits):
    content = f"id,note\n1,{'é' * length}\n2,a\n"
    counts = domain.counts(content, {"id": "AccountNumber", "note": target})
    assert counts == (("SUCCEEDED", 2, 0, 0) if fits else ("PARTIALLY_SUCCEEDED", 1, 0, 1))


def test_a_cell_of_64_kib_fails_its_record_only(domain):
    content = f"id,note\n1,{'x' * 65_536}\n2,a\n"
    assert domain.counts(content, FIELDS) == ("PARTIALLY_SUCCEEDED", 1, 0, 1)


@pytest.mark.parametrize(
    ("content_type", "cell", "fits"),
    [
        ("EMAIL_ADDRESS", "ana@example.com", True),
        ("EMAIL_ADDRESS", "ana.example.com", False),
        ("EMAIL_ADDRESS", "ana@", False),
        ("EMAIL_ADDRESS", "a na@example.com", False),
        ("EMAIL_ADDRESS", "a@b@example.com", False),
        ("EMAIL_ADDRESS", "", True),
        ("PHONE_NUMBER", "+1 (206) 555-0100", True),
        ("PHONE_NUMBER", "1-800-FLOWERS", True),
        ("PHONE_NUMBER", "unknown", False),
        ("PHONE_NUMBER", "12", False),
        ("NUMBER", "a dozen", True),
        ("NAME", "x", True),
        ("STRING", "anything@all", True),
    ],
)
def test_a_cell_that_can_be_no_address_or_phone_fails_its_record(domain, content_type, cell, fits):
    fields = {"id": "AccountNumber", "cell": ("Attributes.cell", content_type)}
    counts = domain.counts(f'id,cell\n1,"{cell}"\n2,\n', fields)
    assert counts == (("SUCCEEDED", 2, 0, 0) if fits else ("PARTIALLY_SUCCEEDED", 1, 0, 1))


@pytest.mark.parametrize(("cell", "fits"), [("MALE", True), ("", True), ("male", False), ("M", False)])
def test_a_value_outside_of_an_enum_fails_its_record(domain, cell, fits):
    counts = domain.counts(f"id,g\n1,{cell}\n2,\n", {"id": "AccountNumber", "g": "Gender"})
    assert counts == (("SUCCEEDED", 2, 0, 0) if fits else ("PARTIALLY_SUCCEEDED", 1, 0, 1))


def test_preferences_are_json_lists(domain):
    fields = {"id": "AccountNumber", "p": "EngagementPreferences.Email"}
    content = 'id,p\n1,"[{""KeyName"": ""_email"", ""KeyValue"": ""a@example.com""}]"\n2,no json\n3,{}\n4,\n'
    assert domain.counts(content, fields) == ("PARTIALLY_SUCCEEDED", 2, 0, 2)
    assert domain.one("1")["EngagementPreferences"] == {"Email": [{"KeyName": "_email", "KeyValue": "a@example.com"}]}


def test_values_arrive_as_sent(domain):
    cells = ["a,b", 'say ""hi""', "two\nlines", "two\r\nlines", "  spaces  ", "NA", "null", "007", "名前", "\\N", "1e6"]
    content = "id,note\r\n" + "".join(f'{number},"{cell}"\r\n' for number, cell in enumerate(cells, start=1))
    assert domain.counts(content, FIELDS) == ("SUCCEEDED", len(cells), 0, 0)
    stored = [domain.one(str(number))["AdditionalInformation"] for number in range(1, len(cells) + 1)]
    assert stored == [cell.replace('""', '"') for cell in cells]


def test_columns_that_no_field_maps_are_ignored(domain):
    assert domain.counts("more,note,id,rest\nx,a,1,y\n", FIELDS) == ("SUCCEEDED", 1, 0, 0)
    profile = domain.one("1")
    assert set(profile) == {"ProfileId", "AccountNumber", "AdditionalInformation"}


def test_headers_that_differ_in_case_are_different_columns(domain):
    fields = {"id": "AccountNumber", "Size": "Attributes.Size", "size": "Attributes.size"}
    domain.upload("id,Size,size\n1,big,small\n", fields)
    assert domain.one("1")["Attributes"] == {"Size": "big", "size": "small"}


def test_headers_may_be_any_text_without_a_dot(domain):
    fields = {
        "id": "AccountNumber",
        "name": {"Source": 'name of \'the "person", or ?', "Target": "_profile.FirstName"},
    }
    assert domain.counts('id,"name of \'the ""person"", or ?"\n1,Ana\n', fields) == ("SUCCEEDED", 1, 0, 0)
    assert domain.one("1")["FirstName"] == "Ana"


def test_an_address_arrives_as_a_block(domain):
    fields = {"id": "AccountNumber", "city": "Address.City", "bill": "BillingAddress.City", "a1": "Address.Address1"}
    domain.upload("id,city,bill,a1\n1,Seattle,Kent,1 Pike St\n", fields)
    profile = domain.one("1")
    assert profile["Address"] == {"City": "Seattle", "Address1": "1 Pike St"}
    assert profile["BillingAddress"] == {"City": "Kent"}
