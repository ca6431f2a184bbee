import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email

from cpnb import samples


def is_valid_email(text):
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def is_valid_phone(text):
    return phonenumbers.is_valid_number(phonenumbers.parse(text, "US"))


def test_the_same_seed_gives_the_same_people():
    assert samples.people(200, seed=7).equals(samples.people(200, seed=7))
    assert not samples.people(200, seed=7).equals(samples.people(200, seed=8))


def test_without_flaws_everything_is_valid():
    people = samples.people(1_200, flaws=0)
    assert people["email"].map(is_valid_email).all()
    assert people["phone"].map(is_valid_phone).all()
    assert people["customer_id"].is_unique
    assert people["customer_id"].notna().all()


def test_nobody_real_can_be_reached():
    people = samples.people(1_200)
    domains = people["email"].dropna().str.extract(r"@(example\.\w+)$")[0].dropna()
    assert set(domains) == {"example.com", "example.org"}
    digits = people["phone"].str.replace(r"\D", "", regex=True)
    assert digits.str.contains(r"^(?:1?206)?55501\d\d$").all()


def test_flaws_are_of_six_kinds_and_as_many_as_asked_for():
    people = samples.people(6_000, flaws=0.1)
    email = people["email"]
    assert (~email.dropna().map(is_valid_email)).sum() == 100
    assert email.isna().sum() == 100
    assert (~people["phone"].map(is_valid_phone)).sum() == 100
    assert people["last_name"].str.startswith("  ").sum() == 100
    assert people["customer_id"].isna().sum() == 100
    assert people["customer_id"].dropna().duplicated().sum() == 100


def test_codes_are_text_with_leading_zeros():
    people = samples.people(500)
    assert people["customer_id"].dropna().str.fullmatch(r"0\d{7}").all()
    assert people["postcode"].str.startswith("0").any()


def test_names_come_in_several_scripts():
    names = samples.people(500)["first_name"]
    for script in (r"[a-z]", r"[\u0370-\u03ff]", r"[\u0400-\u04ff]", r"[\u0600-\u06ff]", r"[\u4e00-\u9fff]"):
        assert names.str.contains(script).any()


@pytest.mark.parametrize("rows", [0, 1, 2])
@pytest.mark.parametrize("flaws", [0, 0.5, 1])
def test_small_tables_work(rows, flaws):
    assert len(samples.people(rows, flaws=flaws)) == rows


@pytest.mark.parametrize("arguments", [{"rows": -1}, {"flaws": 1.5}, {"flaws": -0.1}])
def test_impossible_requests_are_refused(arguments):
    with pytest.raises(ValueError, match="expected"):
        samples.people(**arguments)
