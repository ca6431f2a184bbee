"""Calculated attributes: seeded by the control path, compared like the service's. Expectations by hand."""

import urllib.error

import pytest

import cpnb
from cpnb.errors import SandboxError
from cpnb.sandbox.model import service_model


@pytest.fixture
def people(domain):
    domain.add(
        [
            {"AccountNumber": "1", "Attributes": {"crm": "a", "limit": "100"}},
            {"AccountNumber": "2", "Attributes": {"crm": "b", "limit": "100"}},
            {"AccountNumber": "3", "Attributes": {"crm": "b"}},
        ]
    )
    return domain


def test_values_are_seeded_by_account_number(people, words):
    assert people.seed({"values": {"1": {"spend": 250.5, "city": "Oslo"}, "2": {"spend": "9"}}}) == {"profile_count": 2}

    assert people.members(words.calculated("spend", "GREATER_THAN", "100")) == ["1"]
    assert people.members(words.calculated("spend", "LESS_THAN", "100")) == ["2"]
    assert people.members(words.calculated("spend", "INCLUSIVE", "250.5")) == ["1"]
    assert people.members(words.calculated("spend", "EXCLUSIVE", "9")) == ["1", "3"]  # 3 has none
    assert people.members(words.calculated("city", "BEGINS_WITH", "O")) == ["1"]
    assert people.members(words.calculated("unseeded", "EXCLUSIVE", "x")) == ["1", "2", "3"]


def test_values_are_seeded_by_profile_id_and_by_custom_attributes(people, words):
    profile_id = people.one("3")["ProfileId"]
    people.seed({"by": "ProfileId", "values": {profile_id: {"spend": 1}}})
    assert people.members(words.calculated("spend", "EQUAL", "1")) == ["3"]
    # Two profiles have this value: both get it.
    assert people.seed({"by": "Attributes.crm", "values": {"b": {"visits": 7}}}) == {"profile_count": 2}
    assert people.members(words.calculated("visits", "EQUAL", "7.0")) == ["2", "3"]


def test_a_later_seed_replaces_and_null_takes_away(people, words):
    people.seed({"values": {"1": {"spend": 1}, "2": {"spend": 1}, "3": {"spend": 1}}})
    people.seed({"values": {"1": {"spend": 2}, "2": {"spend": None}, "3": {"spend": ""}}})
    assert people.members(words.calculated("spend", "EQUAL", "1", "2")) == ["1"]
    assert people.members(words.calculated("spend", "EXCLUSIVE", "2")) == ["2", "3"]


@pytest.mark.skipif(
    "LIST_CONTAINS" not in service_model().shapes["AttributeDimensionType"]["enum"],
    reason="the service model of this botocore has no LIST_CONTAINS",
)
def test_a_seeded_list_is_a_list_and_for_other_comparisons_its_json(people, words):
    people.seed({"values": {"1": {"bought": ["tea", 'a "b"', "Öl\n"]}, "2": {"bought": []}, "3": {"bought": "tea"}}})
    assert people.members(words.calculated("bought", "LIST_CONTAINS", "tea")) == ["1", "3"]
    assert people.members(words.calculated("bought", "LIST_CONTAINS_ALL", "Öl\n", 'a "b"')) == ["1"]
    assert people.members(words.calculated("bought", "LIST_CONTAINS", "milk", "[]")) == []
    assert people.members(words.calculated("bought", "INCLUSIVE", r'["tea","a \"b\"","Öl\n"]')) == ["1"]
    assert people.members(words.calculated("bought", "INCLUSIVE", "[]")) == ["2"]


def test_a_range_has_values_of_its_own(people, words):
    people.seed({"values": {"1": {"spend": 1}}})
    people.seed({"values": {"2": {"spend": 1}}, "start": 30})
    people.seed({"values": {"3": {"spend": 1}}, "start": 30, "end": 7})
    assert people.members(words.calculated("spend", "EQUAL", "1")) == ["1"]
    assert people.members(words.calculated("spend", "EQUAL", "1", Start=30)) == ["2"]
    assert people.members(words.calculated("spend", "EQUAL", "1", Start=30, End=7)) == ["3"]
    assert people.members(words.calculated("spend", "EQUAL", "1", Start=31)) == []


def test_comparisons_over_different_ranges_are_kept_apart(people, words):
    people.seed({"values": {"1": {"spend": 1}, "2": {"spend": 9}, "3": {"spend": 2}}})
    people.seed({"values": {"1": {"spend": 9}, "2": {"spend": 2}}, "start": 30})
    own, last_days = words.calculated("spend", "INCLUSIVE", "1"), words.calculated("spend", "INCLUSIVE", "2", Start=30)
    (group,), (other,) = own["Groups"], last_days["Groups"]
    either = {**group, "Dimensions": group["Dimensions"] + other["Dimensions"], "Type": "ANY"}
    assert people.members({"Groups": [either], "Include": "ALL"}) == ["1", "2"]


def test_a_value_can_stand_for_a_calculated_attribute(people, words):
    people.seed({"values": {"1": {"spend": 150}, "2": {"spend": 50}, "3": {"spend": 50}}})
    people.seed({"values": {"1": {"usual": 100}, "2": {"usual": 100}}, "start": 30})
    people.seed({"values": {"1": {"usual": 200}, "2": {"usual": 20}}})
    # The limit stands in the profile, the spending is calculated.
    reference = "{{_calculated_attribute.spend}}"
    assert people.members(words.attribute("limit", "LESS_THAN", reference)) == ["1"]
    assert people.members(words.calculated("spend", "GREATER_THAN", "{{_profile.Attributes.limit}}")) == ["1"]
    # Without a range, whatever the range of the attribute that is compared.
    assert people.members(words.calculated("spend", "GREATER_THAN", "{{ _calculated_attribute.usual }}")) == ["2"]
    assert people.members(words.calculated("spend", "GREATER_THAN", "{{_calculated_attribute.nothing}}")) == []


def test_seeded_values_are_no_part_of_a_profile(people):
    people.seed({"values": {"1": {"spend": 5}}})
    profile = people.one("1")
    assert set(profile) == {"ProfileId", "AccountNumber", "Attributes"}
    assert set(profile["Attributes"]) == {"crm", "limit"}
    listed = people.client.list_object_type_attributes(DomainName=people.name, ObjectTypeName="_profile")["Items"]
    assert {item["AttributeName"] for item in listed} == {"AccountNumber", "Attributes.crm", "Attributes.limit"}


def test_an_import_keeps_seeded_values_and_they_go_with_the_profile(domain, words):
    fields = {"id": "AccountNumber", "first": "FirstName"}
    domain.counts("id,first\n1,Ana\n2,Bo\n", fields)
    domain.accounts = ["1", "2"]
    domain.seed({"values": {"1": {"spend": 5}, "2": {"spend": 5}}})
    assert domain.counts("id,first,city\n1,Ann,Oslo\n", fields | {"city": "Address.City"}) == ("SUCCEEDED", 0, 1, 0)
    assert domain.members(words.calculated("spend", "EQUAL", "5")) == ["1", "2"]

    domain.client.delete_profile(DomainName=domain.name, ProfileId=domain.one("1")["ProfileId"])
    domain.counts("id,first\n1,Ana\n", fields)
    assert domain.members(words.calculated("spend", "EQUAL", "5")) == ["2"]


def test_a_new_domain_of_the_same_name_has_no_values(people, words):
    people.seed({"values": {"1": {"spend": 5}}})
    people.client.delete_domain(DomainName=people.name)
    people.client.create_domain(DomainName=people.name, DefaultExpirationDays=30)
    people.accounts = []
    people.add([{"AccountNumber": "1"}])
    assert people.members(words.calculated("spend", "EXCLUSIVE", "6")) == ["1"]
    assert people.members(words.calculated("spend", "EQUAL", "5")) == []


def test_seeded_values_are_kept_in_the_state_file(tmp_path, start_sandbox, new_domain, words):
    state = str(tmp_path / "state.db")
    first = start_sandbox("--state", state)
    domain = new_domain(first, "loyalty")
    domain.add([{"AccountNumber": "1"}, {"AccountNumber": "2"}])
    domain.seed({"values": {"1": {"spend": 5}}})
    domain.define("spenders", SegmentGroups=words.calculated("spend", "EQUAL", "5"))
    profile_id = domain.one("1")["ProfileId"]
    assert first.close() == ""

    client = start_sandbox("--state", state).client()
    answer = client.get_segment_membership(
        DomainName="loyalty", SegmentDefinitionName="spenders", ProfileIds=[profile_id]
    )
    assert [one["QueryResult"] for one in answer["Profiles"]] == ["PRESENT"]


def refused(domain, body):
    """Return the message that seeding is refused with."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        domain.seed(body)
    with caught.value as error:
        assert error.code == 400
        return error.read().decode()


def test_a_key_without_a_profile_is_counted_and_not_named(people, words):
    message = refused(people, {"values": {"1": {"spend": 5}, "private-key": {"spend": 5}}})
    assert "1 of 2 keys are no AccountNumber of a profile" in message
    assert "private-key" not in message
    assert people.members(words.calculated("spend", "EQUAL", "5")) == []


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({}, "values"),
        ({"values": []}, "values"),
        ({"values": {"1": 5}}, "values"),
        ({"values": {"1": {"spend": True}}}, "A value must be"),
        ({"values": {"1": {"spend": {"a": 1}}}}, "A value must be"),
        ({"values": {"1": {"spend": ["a", 1]}}}, "A value must be"),
        ({"values": {"1": {"spend": float("nan")}}}, "A value must be"),
        ({"values": {"1": {"spend": "\ud800"}}}, "Unicode"),
        ({"values": {"1": {"two words": 1}}}, "name"),
        ({"values": {"1": {"1st": 1}}}, "name"),
        ({"values": {"1": {"s" * 256: 1}}}, "name"),
        ({"values": {"1": {"spend": 1}}, "by": "Nickname"}, "by must be"),
        ({"values": {"1": {"spend": 1}}, "start": "30"}, "start must be"),
        ({"values": {"1": {"spend": 1}}, "start": 2**40}, "start must be"),
        ({"values": {"1": {"spend": 1}}, "end": 7}, "range"),
    ],
)
def test_a_wrong_seed_is_refused(people, body, what):
    assert what in refused(people, body)


def test_the_client_seeds_too(words):
    with cpnb.Sandbox() as sandbox:
        domain = sandbox.domain("loyalty")
        created = domain.client.create_profile(DomainName="loyalty", AccountNumber="1", Attributes={"crm": "a"})
        domain.client.create_segment_definition(
            DomainName="loyalty",
            SegmentDefinitionName="spenders",
            DisplayName="Spenders",
            SegmentGroups=words.calculated("spend", "GREATER_THAN", "5", Start=30, End=7),
        )

        assert sandbox.seed_calculated(domain, "spend", {"1": 5}, start=30, end=7) == 1
        assert sandbox.seed_calculated("loyalty", "spend", {"a": 6.5}, start=30, end=7, by="Attributes.crm") == 1
        with pytest.raises(SandboxError, match="1 of 1 keys are no AccountNumber"):
            sandbox.seed_calculated(domain, "spend", {"2": 5})

        answer = domain.client.get_segment_membership(
            DomainName="loyalty", SegmentDefinitionName="spenders", ProfileIds=[created["ProfileId"]]
        )
        assert [one["QueryResult"] for one in answer["Profiles"]] == ["PRESENT"]
