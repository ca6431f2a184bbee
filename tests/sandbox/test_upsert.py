"""What a record does to the profiles that are there already."""

import pytest

FIELDS = {"id": "AccountNumber", "first": "FirstName", "last": "LastName"}
DAY_S = 86_400


def test_a_second_import_updates_and_keeps_the_profile_id(domain):
    domain.upload("id,first,last\n1,Ana,Lee\n", FIELDS)
    before = domain.one("1")
    assert domain.counts("id,first,last\n1,Ann,Lee\n2,Bo,Kim\n", FIELDS) == ("SUCCEEDED", 1, 1, 0)
    assert domain.one("1") == {**before, "FirstName": "Ann"}


def test_an_empty_cell_clears_nothing(domain):
    domain.upload("id,first,last\n1,Ana,Lee\n", FIELDS)
    domain.upload("id,first,last\n1,,Li\n", FIELDS)
    profile = domain.one("1")
    assert (profile["FirstName"], profile["LastName"]) == ("Ana", "Li")


def test_a_repeated_key_is_created_once_and_then_updated(domain):
    content = "id,first,last\n1,Ana,Lee\n2,Bo,\n1,,Li\n1,Ann,\n"
    assert domain.counts(content, FIELDS) == ("SUCCEEDED", 2, 2, 0)
    profile = domain.one("1")
    assert (profile["FirstName"], profile["LastName"]) == ("Ann", "Li")
    assert domain.counts(content, FIELDS) == ("SUCCEEDED", 0, 4, 0)


def test_a_key_repeated_in_a_later_batch_is_an_update(domain):
    filler = "".join(f"f{number},{'x' * 200},{'y' * 200}\n" for number in range(60_000))
    content = f"id,first,last\n1,Ana,Lee\n{filler}1,Ann,\n"
    assert domain.counts(content, FIELDS) == ("SUCCEEDED", 60_001, 1, 0)
    assert domain.one("1")["FirstName"] == "Ann"


# What compares equal, by the content type of the unique key.
# Source: Amazon Connect administrator guide, 'how-object-type-mapping-works'.
@pytest.mark.parametrize(
    ("content_type", "first", "second", "equal"),
    [
        ("STRING", "a1", "a1", True),
        ("STRING", "a1", "A1", False),
        ("STRING", "1", "1.0", False),
        ("STRING", "1", " 1", False),
        ("NAME", "Ana  Lee", "ana lee", True),
        ("NAME", "Ana Lee", "AnaLee", False),
        ("EMAIL_ADDRESS", "Ana@Example.com", "ana@example.COM", True),
        ("EMAIL_ADDRESS", "ana@example.com", "ann@example.com", False),
        ("PHONE_NUMBER", "+15551234567", "(555)-123-4567", True),
        ("PHONE_NUMBER", "+1 (206) 345-7890", "2063457890", True),
        ("PHONE_NUMBER", "+44 20 7946 0000", "+1 20 7946 0000", False),
        ("NUMBER", "100", "100.0", True),
        ("NUMBER", "0100", "100", True),
        ("NUMBER", "12345678901234567890", "12345678901234567891", False),
        ("NUMBER", "1", "1.0000000000000000001", False),
        ("NUMBER", "1e2", "100", True),
        ("NUMBER", "ten", "eleven", False),
    ],
)
def test_keys_compare_by_content_type(domain, content_type, first, second, equal):
    fields = {"id": ("Attributes.key", content_type), "first": "FirstName"}
    assert domain.counts(f"id,first\n{first},Ana\n", fields) == ("SUCCEEDED", 1, 0, 0)
    expected = ("SUCCEEDED", 0, 1, 0) if equal else ("SUCCEEDED", 1, 0, 0)
    assert domain.counts(f"id,first\n{second},Ann\n", fields) == expected


def test_the_key_is_stored_as_sent(domain):
    domain.upload("id,first\n  Ana@Example.com,Ana\n", {"id": ("EmailAddress", "EMAIL_ADDRESS"), "first": "FirstName"})
    (profile,) = domain.find("_email", "ana@example.com")
    assert profile["EmailAddress"] == "  Ana@Example.com"


def test_keys_of_different_names_do_not_meet(domain):
    domain.upload("id,first\n1,Ana\n", {"id": "AccountNumber", "first": "FirstName"})
    counts = domain.counts("number,first\n1,Ana\n", {"number": "AccountNumber", "first": "FirstName"}, "number")
    assert counts == ("SUCCEEDED", 1, 0, 0)


def test_domains_do_not_meet(domain, sandbox, new_domain):
    other = new_domain(sandbox, domain.name + "-b")
    assert domain.counts("id,first\n1,Ana\n") == ("SUCCEEDED", 1, 0, 0)
    assert other.counts("id,first\n1,Ana\n") == ("SUCCEEDED", 1, 0, 0)


def test_email_and_phone_fields_fill_the_primary_ones_of_a_new_profile(domain):
    fields = {
        "id": "AccountNumber",
        "mobile": ("MobilePhoneNumber", "PHONE_NUMBER"),
        "work": ("BusinessEmailAddress", "EMAIL_ADDRESS"),
    }
    domain.upload("id,mobile,work\n1,+12065550100,ana@example.com\n", fields)
    profile = domain.one("1")
    assert profile["PhoneNumber"] == profile["MobilePhoneNumber"] == "+12065550100"
    assert profile["EmailAddress"] == profile["BusinessEmailAddress"] == "ana@example.com"
    domain.upload("id,mobile,work\n1,+12065550199,ann@example.com\n", fields)
    assert domain.one("1")["PhoneNumber"] == "+12065550100"


def test_a_mapped_primary_field_is_not_filled_from_another(domain):
    fields = {
        "id": "AccountNumber",
        "home": ("HomePhoneNumber", "PHONE_NUMBER"),
        "phone": ("PhoneNumber", "PHONE_NUMBER"),
    }
    domain.upload("id,home,phone\n1,+12065550100,\n", fields)
    assert "PhoneNumber" not in domain.one("1")


def test_what_update_profile_set_is_kept_by_later_imports(domain):
    domain.upload("id,first,last\n1,Ana,Lee\n", FIELDS)
    domain.client.update_profile(DomainName=domain.name, ProfileId=domain.one("1")["ProfileId"], FirstName="Agent's")
    assert domain.counts("id,first,last\n1,Ann,Li\n", FIELDS) == ("SUCCEEDED", 0, 1, 0)
    profile = domain.one("1")
    assert (profile["FirstName"], profile["LastName"]) == ("Agent's", "Li")


def advance(domain, days):
    domain.sandbox.control("POST", "clock", {"advance_s": days * DAY_S})


def test_a_profile_leaves_when_its_days_are_over(domain):
    domain.upload("id,first\n1,Ana\n", DataExpiry=10)
    advance(domain, 9.9)
    assert domain.find("_account", "1")
    advance(domain, 0.2)
    assert domain.find("_account", "1") == []
    assert domain.client.get_domain(DomainName=domain.name)["Stats"]["ProfileCount"] == 0
    assert domain.estimate({"Groups": []}) == 0


def test_without_an_expiry_a_profile_lives_fourteen_days(domain):
    domain.upload("id,first\n1,Ana\n")
    advance(domain, 13.9)
    assert domain.find("_account", "1")
    advance(domain, 0.2)
    assert domain.find("_account", "1") == []


def test_an_import_renews_the_life_and_the_longest_expiry_wins(domain):
    domain.upload("id,first\n1,Ana\n", DataExpiry=30)
    advance(domain, 20)
    domain.upload("id,first\n1,Ana\n", DataExpiry=5)
    advance(domain, 29)
    assert domain.find("_account", "1")
    advance(domain, 2)
    assert domain.find("_account", "1") == []


def test_an_expired_profile_is_created_anew(domain):
    domain.upload("id,first\n1,Ana\n", DataExpiry=1)
    before = domain.one("1")["ProfileId"]
    advance(domain, 2)
    assert domain.counts("id,first\n1,Ana\n") == ("SUCCEEDED", 1, 0, 0)
    assert domain.one("1")["ProfileId"] != before
