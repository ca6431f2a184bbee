import pandas as pd
import pytest

from cpnb import catalog
from cpnb.errors import FieldsError
from cpnb.suggestion import suggest, suggest_fields
from cpnb.templates import template


def targets(fields):
    return [field.name for field in fields]


def test_the_usual_template_is_led_back_to_its_targets():
    table = template()
    assert list(table.columns)[:5] == ["Customer ID", "First Name", "Last Name", "Email Address", "Phone Number"]
    assert targets(suggest_fields(table)) == [
        *("AccountNumber", "FirstName", "LastName", "EmailAddress", "PhoneNumber", "Address.Address1"),
        *("Address.City", "Address.State", "Address.PostalCode", "Address.Country", "BirthDate"),
    ]


def test_every_target_of_the_service_is_led_back_and_surely():
    excluded = {"Gender", "PartyType"}  # not beside GenderString and PartyTypeString
    names = [target.name for target in catalog.targets().values() if target.name not in excluded]
    found = suggest(template(names))
    assert targets(found.fields) == names
    assert found.confident
    assert not found.unmapped


@pytest.mark.parametrize("target", ["Gender", "PartyType", "ProfileType", "Attributes.loyalty tier"])
def test_what_has_no_plain_name_of_its_own_stands_under_its_full_name(target):
    table = template(["EmailAddress", target])
    assert list(table.columns) == ["Email Address", f"_profile.{target}"]
    assert targets(suggest_fields(table)) == ["EmailAddress", target]


def test_a_filled_in_template_keeps_what_was_typed_and_is_led_back(tmp_path):
    asked = ["AccountNumber", "EmailAddress", "ShippingAddress.PostalCode", "BillingAddress.Address1"]
    table = template(asked)
    assert list(table.columns) == ["Customer ID", "Email Address", "Shipping Postal Code", "Billing Address 1"]
    table.loc[0] = ["007", "ann@example.com", "01234", "1 Main St"]
    table.to_csv(tmp_path / "customers.csv", index=False)
    back = pd.read_csv(tmp_path / "customers.csv", dtype=str)
    assert back.iloc[0].tolist() == ["007", "ann@example.com", "01234", "1 Main St"]
    fields = suggest_fields(back)
    assert targets(fields) == asked
    assert fields.unique_key == "Customer ID"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["EmailAdress"], "Did you mean 'EmailAddress'"),
        (["FirstName", "_profile.FirstName"], "more than once: 'FirstName'"),
        ([], "at least one target"),
        ("FirstName", r"template\(\['FirstName'\]\)"),
    ],
)
def test_what_cannot_be_a_template_is_said(asked, words):
    with pytest.raises(FieldsError, match=words):
        template(asked)
