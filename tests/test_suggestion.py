from pathlib import Path

import pandas as pd
import pytest

from cpnb import aliases, catalog, samples
from cpnb.errors import FieldsError, FrameError
from cpnb.reading import read
from cpnb.suggestion import suggest, suggest_fields

DATA = Path(__file__).parent / "data"

CHINOOK = {
    "CustomerId": "AccountNumber",
    "FirstName": "FirstName",
    "LastName": "LastName",
    "Company": "BusinessName",
    "Address": "Address.Address1",
    "City": "Address.City",
    "State": "Address.State",
    "Country": "Address.Country",
    "PostalCode": "Address.PostalCode",
    "Phone": "PhoneNumber",
    "Email": "EmailAddress",
}
# In this table the headers do not fit their columns: dates stand under "Email Address".
DEDUPE = {
    "Id": "AccountNumber",
    "Site name": "BusinessName",
    "Address": "Address.Address1",
    "Zip": "Address.PostalCode",
    "Phone": "PhoneNumber",
    "Purple binder service type": "EmailAddress",
}
FEBRL = {
    "rec_id": "AccountNumber",
    "given_name": "FirstName",
    "surname": "LastName",
    "address_1": "Address.Address1",
    "address_2": "Address.Address2",
    "suburb": "Address.City",
    "postcode": "Address.PostalCode",
    "state": "Address.State",
    "date_of_birth": "BirthDate",
}
SAMPLES = {
    "customer_id": "AccountNumber",
    "first_name": "FirstName",
    "last_name": "LastName",
    "email": "EmailAddress",
    "phone": "PhoneNumber",
    "street": "Address.Address1",
    "city": "Address.City",
    "state": "Address.State",
    "postcode": "Address.PostalCode",
    "country": "Address.Country",
    "birth_date": "BirthDate",
}


def targets(fields):
    return {field.column: field.name for field in fields}


@pytest.mark.parametrize(
    ("file_name", "expected", "key"),
    [
        ("chinook_customers.csv", CHINOOK, "CustomerId"),
        ("dedupe_messy.csv", DEDUPE, "Id"),
        ("febrl1.csv", FEBRL, "rec_id"),
    ],
)
def test_real_tables_are_understood(file_name, expected, key):
    fields = suggest_fields(read(DATA / file_name))
    assert targets(fields) == expected
    assert fields.unique_key == key


def test_the_key_of_the_samples_is_seen_in_spite_of_its_flaws():
    fields = suggest_fields(samples.people(500))
    assert targets(fields) == SAMPLES
    assert fields.unique_key == "customer_id"


def test_every_column_has_a_reason_and_none_holds_a_value():
    people = read(DATA / "dedupe_messy.csv")
    found = suggest(people)
    assert set(found.reasons) | set(found.unmapped) == set(people.columns)
    assert not set(found.reasons) & set(found.unmapped)
    assert "cannot be called" in found.unmapped["Fax"]
    assert found.unmapped["Email Address"] == "its name says EmailAddress, but only 0 of 41 values look like one"
    assert "40 of 40 values" in found.reasons["Purple binder service type"]


def test_suggestions_show_themselves():
    contacts = ["ann@example.com", "bob@example.com"]
    frame = pd.DataFrame({"customer id": ["1", "2"], "<b>": ["x", "y"], "contacts": contacts, "E-mail": ["x", "y"]})
    found = suggest(frame)
    key, guessed, surprise, left_out = str(found).splitlines()
    assert key.startswith("customer id")
    assert key.endswith("its name says AccountNumber")
    assert "UNSURE: 2 of 2 values look like EmailAddress" in guessed
    assert surprise == "E-mail is left out: its name says EmailAddress, but only 0 of 2 values look like one."
    assert left_out == "Not mapped: '<b>', 'E-mail'."
    assert ">&lt;b&gt;</td>" in found._repr_html_()
    assert "ann@" not in str(found) + repr(found) + found._repr_html_()


def test_a_guess_from_values_alone_is_not_confident():
    assert suggest(read(DATA / "chinook_customers.csv")).confident
    assert not suggest(read(DATA / "dedupe_messy.csv")).confident


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("E-Mail", "EmailAddress"),
        ("customer_email", "EmailAddress"),
        ("Vorname", "FirstName"),
        ("Prénom", "FirstName"),
        ("Nachname", "LastName"),
        ("Primary Phone", "PhoneNumber"),
        ("Téléphone portable", "MobilePhoneNumber"),
        ("携帯電話", "MobilePhoneNumber"),
        ("Work E-mail Address", "BusinessEmailAddress"),
        ("PLZ", "Address.PostalCode"),
        ("Straße", "Address.Address1"),
        ("Billing City", "BillingAddress.City"),
        ("shipping_zip_code", "ShippingAddress.PostalCode"),
        ("Mailing Address Line 2", "MailingAddress.Address2"),
        ("Postal Code", "Address.PostalCode"),
        ("メールアドレス", "EmailAddress"),
        ("Geburtsdatum", "BirthDate"),
        ("billing_phone", "PhoneNumber"),
    ],
)
def test_names_are_known_in_any_spelling(column, target):
    assert targets(suggest_fields(pd.DataFrame({column: []}))) == {column: target}


@pytest.mark.parametrize(
    "column",
    [
        "Fax",
        "Fax Number",
        "SSN",
        "Passport No",
        "Password",
        "IBAN",
        "Notes",
        "house number",
        "Full Name",
        "Website",
    ],
)
def test_some_columns_stay_behind(column):
    found = suggest(pd.DataFrame({"email": ["ann@example.com"], column: ["+1 206 555 0100"]}))
    assert list(found.unmapped) == [column]


def test_two_columns_never_go_to_one_target():
    found = suggest(pd.DataFrame({"mail": ["x", "ann@example.com"], "Email": ["ann@example.com", "bob@example.com"]}))
    assert targets(found.fields) == {"Email": "EmailAddress"}
    assert "taken by 'Email'" in found.unmapped["mail"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Phone", "Default Address Phone"),
        ("City", "Suburb"),
        ("email", "billing_email"),
        ("Nachname", "Nom"),
    ],
)
def test_the_plainer_name_wins_wherever_it_stands(better, worse):
    for columns in ([better, worse], [worse, better]):
        assert suggest_fields(pd.DataFrame(columns=columns, dtype=object)).columns == (better,)


def test_a_given_key_is_mapped_whatever_it_is():
    frame = pd.DataFrame({"shoe size": ["1", "2"], "email": ["ann@example.com", "bob@example.com"]})
    found = suggest(frame, unique_key="shoe size")
    assert targets(found.fields) == {"shoe size": "AccountNumber", "email": "EmailAddress"}
    assert found.fields.unique_key == "shoe size"
    assert "unique key" in found.reasons["shoe size"]


def test_a_given_key_goes_to_a_custom_attribute_if_the_account_number_is_taken():
    frame = pd.DataFrame({"Row ref.": ["1", "2"], "account_number": ["7", "7"]})
    assert targets(suggest_fields(frame, unique_key="Row ref.")) == {
        "Row ref.": "Attributes.Row_ref",
        "account_number": "AccountNumber",
    }


def test_a_given_key_has_the_first_claim_on_its_target():
    frame = pd.DataFrame({"email": ["ann@example.com"], "mail": ["bob@example.com"]})
    assert targets(suggest_fields(frame, unique_key="mail")) == {"mail": "EmailAddress"}


def test_the_email_address_is_the_key_if_nothing_better_is_there():
    frame = pd.DataFrame({"first name": ["Ann", "Bob"], "email": ["ann@example.com", "bob@example.com"]})
    assert suggest_fields(frame).unique_key == "email"


def test_there_is_no_key_if_nothing_identifies():
    frame = pd.DataFrame({"customer id": ["1"] * 4, "order id": list("1234"), "email": ["ann@example.com"] * 4})
    assert suggest_fields(frame).unique_key is None


def test_the_region_is_kept_for_phone_numbers():
    fields = suggest_fields(pd.DataFrame({"phone": ["(206) 555-0100"]}), region="us")
    assert fields.region_of(fields["phone"]) == "US"


def test_values_of_any_kind_are_looked_at():
    frame = pd.DataFrame(
        {
            "dob": pd.to_datetime(["1990-01-02", None]),
            "phone": [12065550100.0, None],
            "zip": pd.Categorical(["01234", None]),
            "email": [["a list"], {"a": "dict"}],
        }
    )
    assert targets(suggest_fields(frame)) == {"dob": "BirthDate", "phone": "PhoneNumber", "zip": "Address.PostalCode"}


def test_the_table_is_not_changed():
    frame = samples.people(50)
    before = frame.copy()
    suggest(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_what_cannot_be_suggested_is_said():
    with pytest.raises(FieldsError, match=r"no column 'emial'.*Did you mean 'email'"):
        suggest(pd.DataFrame({"email": ["ann@example.com"]}), unique_key="emial")
    with pytest.raises(FieldsError, match=r"columns \(2\) points to a field"):
        suggest(pd.DataFrame({"x": [1], "y": [2]}))
    with pytest.raises(FrameError):
        suggest(pd.DataFrame([[1, 2]], columns=["email", "email"]))


@pytest.mark.parametrize("unique_key", [None, "Id"])
def test_a_table_without_a_header_line_is_asked_about_and_its_first_customer_not_named(unique_key):
    with pytest.raises(FieldsError, match="has it no header line") as caught:
        suggest(pd.DataFrame({"Ann Lee": ["Bob Day"], "Seattle": ["Boston"]}), unique_key=unique_key)
    assert "Ann Lee" not in str(caught.value)
    assert "Seattle" not in str(caught.value)


def test_a_near_miss_of_the_key_is_offered_and_familiar_columns_are_listed():
    with pytest.raises(FieldsError, match="Did you mean 'shoe size'") as caught:
        suggest(pd.DataFrame({"shoe size": ["1"]}), unique_key="shoe_size")
    assert "no header line" in str(caught.value)
    with pytest.raises(FieldsError, match=r"The columns are 'email', 'shoe size'\."):
        suggest(pd.DataFrame({"email": ["ann@example.com"], "shoe size": ["1"]}), unique_key="zzz")


def test_reasons_agree_in_number():
    found = suggest(pd.DataFrame({"email": ["ann@example.com"], "phone": ["x"]}))
    assert found.reasons["email"] == "its name says EmailAddress, and 1 of 1 value looks like one"
    assert found.unmapped["phone"] == "its name says PhoneNumber, but only 0 of 1 value look like one"


def test_every_alias_leads_to_a_target_of_the_service():
    names = [*aliases.ALIASES, *aliases.WEAKER_ALIASES]
    for block in ("Address", *aliases.ADDRESS_BLOCKS):
        names += [f"{block}.{part}" for part in (*aliases.ADDRESS_ALIASES, *aliases.WEAKER_ADDRESS_ALIASES)]
    assert [catalog.target(name).name for name in names] == names
