"""What a client cannot know: records refused for no reason it was told, counters withheld, searches that lag behind."""

import urllib.error

import pytest

ACCOUNTS = {"id": "AccountNumber"}


@pytest.fixture
def use(sandbox):
    """Change settings for one test."""

    def use(**settings):
        return sandbox.control("PATCH", "settings", settings)

    return use


def test_records_are_refused_by_their_keys_as_they_are_compared(domain, use):
    use(refused_keys="b@example.com|c.*")
    fields = {"id": ("EmailAddress", "EMAIL_ADDRESS")}
    content = "id\na@example.com\nB@Example.com\nbb@example.com\ncarl@example.com\n"
    assert domain.counts(content, fields) == ("PARTIALLY_SUCCEEDED", 2, 0, 2)
    found = domain.find("_email", "a@example.com") + domain.find("_email", "bb@example.com")
    assert len(found) == 2
    assert domain.find("_email", "b@example.com") == []


def test_a_pattern_is_text_and_not_sql(domain, use):
    use(refused_keys="O'Lee")
    assert domain.counts("id\nO'Lee\nLee\n", ACCOUNTS) == ("PARTIALLY_SUCCEEDED", 1, 0, 1)


def test_no_record_is_refused_by_default(domain):
    assert domain.counts("id\n1\n2\n", ACCOUNTS) == ("SUCCEEDED", 2, 0, 0)


def test_what_is_no_pattern_is_refused(sandbox):
    with pytest.raises(urllib.error.HTTPError) as caught:
        sandbox.control("PATCH", "settings", {"refused_keys": "(1"})
    with caught.value as answer:
        assert "must be a regular expression" in answer.read().decode()


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("all", {"CreatedRecords", "UpdatedRecords", "FailedRecords"}),
        ("without_failed", {"CreatedRecords", "UpdatedRecords"}),
        ("none", set()),
    ],
)
def test_counters_are_withheld_as_the_setting_says(domain, use, setting, names):
    use(result_counts=setting, refused_keys="2")
    answer = domain.upload("id\n1\n2\n", ACCOUNTS)
    assert answer["Status"] == "PARTIALLY_SUCCEEDED"
    assert set(answer.get("ResultsSummary", {})) == names


def test_searches_find_a_profile_only_after_the_lag(domain, use):
    use(search_lag_s=600)
    domain.upload("id\n1\n", ACCOUNTS)
    assert domain.find("_account", "1") == []
    domain.sandbox.control("POST", "clock", {"advance_s": 601})
    assert len(domain.find("_account", "1")) == 1
