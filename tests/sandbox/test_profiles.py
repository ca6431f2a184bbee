"""Profiles one by one, and how they are found."""

import pytest

ANA = {
    "AccountNumber": "A-1",
    "FirstName": "Ana",
    "MiddleName": "Maria",
    "LastName": "Lee",
    "MobilePhoneNumber": "+1 (206) 555-0100",
    "BusinessEmailAddress": "Ana@Example.com",
    "Address": {"City": "Seattle", "PostalCode": "98101"},
    "Attributes": {"tier": "gold"},
    "PartyType": "INDIVIDUAL",
    "EngagementPreferences": {
        "Phone": [{"KeyName": "_phone", "KeyValue": "+12065550100", "ContactType": "PhoneNumber"}]
    },
}


@pytest.fixture
def ana(domain):
    return domain.client.create_profile(DomainName=domain.name, **ANA)["ProfileId"]


def test_a_created_profile_comes_back_whole(domain, ana):
    answer = domain.client.batch_get_profile(DomainName=domain.name, ProfileIds=[ana])
    assert answer["Profiles"] == [{**ANA, "ProfileId": ana}]
    assert answer["Errors"] == []


def test_an_unknown_id_is_an_entry_among_the_errors(domain, ana):
    answer = domain.client.batch_get_profile(DomainName=domain.name, ProfileIds=["0" * 32, ana])
    assert [profile["ProfileId"] for profile in answer["Profiles"]] == [ana]
    assert [(error["ProfileId"], error["Code"]) for error in answer["Errors"]] == [
        ("0" * 32, "ResourceNotFoundException")
    ]


def test_twenty_one_ids_are_too_many(domain, refusal):
    ids = [f"{number:032x}" for number in range(21)]
    code, _, message = refusal(domain.client.batch_get_profile, DomainName=domain.name, ProfileIds=ids)
    assert code == "BadRequestException"
    assert "20" in message


def test_an_update_sets_clears_and_leaves_alone(domain, ana):
    domain.client.update_profile(
        DomainName=domain.name,
        ProfileId=ana,
        FirstName="Ann",
        MiddleName="",
        Address={"City": "Kent", "PostalCode": ""},
        Attributes={"tier": "", "since": "2020"},
    )
    (profile,) = domain.find("_profileId", ana)
    assert profile["FirstName"] == "Ann"
    assert profile["LastName"] == "Lee"
    assert "MiddleName" not in profile
    assert profile["Address"] == {"City": "Kent"}
    assert profile["Attributes"] == {"since": "2020"}


def test_a_deleted_profile_is_gone(domain, ana, refusal):
    domain.client.delete_profile(DomainName=domain.name, ProfileId=ana)
    assert domain.find("_profileId", ana) == []
    for call in (domain.client.delete_profile, domain.client.update_profile):
        assert refusal(call, DomainName=domain.name, ProfileId=ana)[0] == "ResourceNotFoundException"


def test_a_created_profile_lives_as_long_as_the_domain_says(domain, ana):
    domain.sandbox.control("POST", "clock", {"advance_s": 99 * 86_400})
    assert domain.find("_profileId", ana)
    domain.sandbox.control("POST", "clock", {"advance_s": 2 * 86_400})
    assert domain.find("_profileId", ana) == []


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("_account", "A-1", True),
        ("_account", "a-1", False),
        ("_phone", "2065550100", True),
        ("_phone", "+1-206-555-0100", True),
        ("_phone", "2065550101", False),
        ("_email", "ana@example.com", True),
        ("_email", "ana@example.org", False),
        ("_fullName", "Ana Lee", True),
        ("_fullName", "ana  maria lee", True),
        ("_fullName", "Lee", False),
        ("_profileId", "not an id", False),
    ],
)
def test_standard_keys_find_as_they_compare(domain, ana, key, value, found):
    assert [profile["ProfileId"] for profile in domain.find(key, value)] == ([ana] if found else [])


def test_several_values_of_a_key_are_alternatives(domain, ana):
    assert len(domain.find("_account", "none", "A-1")) == 1


@pytest.mark.parametrize(("operator", "count"), [(None, 0), ("AND", 0), ("OR", 2)])
def test_several_keys_join_by_the_operator(domain, ana, operator, count):
    domain.client.create_profile(DomainName=domain.name, AccountNumber="B-2")
    more = {} if operator is None else {"LogicalOperator": operator}
    keys = [{"KeyName": "_account", "Values": ["B-2"]}]
    found = domain.find("_email", "ana@example.com", AdditionalSearchKeys=keys, **more)
    assert len(found) == count
    if count:
        by_account = {profile["AccountNumber"]: profile["FoundByItems"] for profile in found}
        assert by_account == {
            "A-1": [{"KeyName": "_email", "Values": ["ana@example.com"]}],
            "B-2": [{"KeyName": "_account", "Values": ["B-2"]}],
        }


def test_an_imported_unique_key_is_a_search_key(domain):
    domain.upload("mail,first\nAna@example.com,Ana\n", {"mail": ("EmailAddress", "EMAIL_ADDRESS")}, "mail")
    assert len(domain.find("mail", "ana@EXAMPLE.com")) == 1


def test_an_unknown_search_key_is_a_bad_request(domain, refusal):
    code, _, message = refusal(domain.find, "nickname", "x")
    assert code == "BadRequestException"
    assert "nickname" in message


def test_search_pages_hold_every_profile_once(domain):
    domain.upload("id,first\n" + "".join(f"{number},Same\n" for number in range(250)))
    seen, token = [], {}
    while True:
        page = domain.client.search_profiles(
            DomainName=domain.name, KeyName="_fullName", Values=["same"], MaxResults=100, **token
        )
        seen += [profile["AccountNumber"] for profile in page["Items"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sorted(seen, key=int) == [str(number) for number in range(250)]


def test_attribute_values_are_distinct(domain):
    fields = {"id": "AccountNumber", "city": "Address.City", "tier": "Attributes.tier"}
    domain.upload("id,city,tier\n1,Kent,gold\n2,Seattle,gold\n3,Kent,\n", fields)

    def values(name):
        answer = domain.client.list_profile_attribute_values(DomainName=domain.name, AttributeName=name)
        return {item["Value"] for item in answer["Items"]}

    assert values("Address.City") == {"Kent", "Seattle"}
    assert values("tier") == values("Attributes.tier") == {"gold"}
    assert values("LastName") == set()


def test_attributes_of_profiles_are_listed_page_by_page(domain, refusal):
    domain.upload("id,tier\n1,gold\n", {"id": "AccountNumber", "tier": "Attributes.tier"})
    pages = domain.client.get_paginator("list_object_type_attributes").paginate(
        DomainName=domain.name, ObjectTypeName="_profile", PaginationConfig={"PageSize": 1}
    )
    assert [item["AttributeName"] for page in pages for item in page["Items"]] == ["AccountNumber", "Attributes.tier"]
    parameters = {"DomainName": domain.name, "ObjectTypeName": "_order"}
    assert refusal(domain.client.list_object_type_attributes, **parameters)[0] == "ResourceNotFoundException"
