"""What CreateUploadJob refuses in a field map."""

import pytest


@pytest.fixture
def refused(domain, refusal):
    """Return the message a field map is refused with."""

    def refused(fields, unique_key="id"):
        code, status, message = refusal(domain.create_job, fields, unique_key)
        assert (code, status) == ("BadRequestException", 400)
        return message

    return refused


def test_an_unknown_target_is_answered_with_the_known_ones(refused):
    message = refused({"id": "Account"})
    assert message.startswith("Provided nested target is invalid. Found _profile.Account, expected [AccountNumber, ")


@pytest.mark.parametrize(
    "target",
    [
        "AccountNumber", "_profile.", "_profile.ProfileId", "_profile.FoundByItems", "_profile.Address", "_order.Id",
        "_profile.Address.Town", "_profile.Attributes", "_profile.Attributes.", "_profile.Attributes." + "x" * 256,
        "_profile.accountnumber",
    ],
)  # fmt: skip
def test_a_target_outside_of_the_profile_is_refused(refused, target):
    assert "target is invalid" in refused({"id": {"Source": "id", "Target": target}})


@pytest.mark.parametrize(
    "target",
    [
        "AdditionalInformation", "PartyType", "ShippingAddress.Address4", "BillingAddress.County", "Attributes.a b.c",
        "Attributes." + "x" * 255, "EngagementPreferences.Email", "ProfileType", "BirthDate",
    ],
)  # fmt: skip
def test_every_place_of_the_profile_is_a_target(domain, target):
    assert domain.create_job({"id": "AccountNumber", "more": target})


def test_an_empty_map_is_refused(domain, refusal):
    assert "Fields is empty" in refusal(
        domain.client.create_upload_job, DomainName=domain.name, DisplayName="x", Fields={}, UniqueKey="id"
    )[2]  # fmt: skip


def test_the_unique_key_must_be_a_field(refused):
    assert "UniqueKey other" in refused({"id": "AccountNumber"}, unique_key="other")


def test_one_target_twice_is_refused(refused):
    assert "_profile.FirstName" in refused({"id": "FirstName", "other": "FirstName"})


@pytest.mark.parametrize("pair", [("PartyType", "PartyTypeString"), ("Gender", "GenderString")])
def test_exclusive_targets_are_refused_together(refused, pair):
    assert "exclude each other" in refused({"id": "AccountNumber", "a": pair[0], "b": pair[1]})


@pytest.mark.parametrize("name", ["1st", "_id", "Tags", "tags"])
def test_a_field_name_must_be_allowed(refused, name):
    assert "is invalid" in refused({"id": "AccountNumber", name: "FirstName"})


def test_a_field_without_source_is_refused(refused):
    assert "no Source" in refused({"id": {"Target": "_profile.AccountNumber"}})


def test_a_field_without_target_may_be_the_key(domain):
    fields = {"id": {"Source": "id"}, "first": "FirstName"}
    assert domain.counts("id,first\n1,Ana\n", fields) == ("SUCCEEDED", 1, 0, 0)
    assert domain.counts("id,first\n1,Ann\n", fields) == ("SUCCEEDED", 0, 1, 0)
    (profile,) = domain.find("id", "1")
    assert profile == {"ProfileId": profile["ProfileId"], "FirstName": "Ann"}
