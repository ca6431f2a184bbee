"""What the names of columns say, alone and beside each other."""

import pandas as pd
import pytest

from cpnb import aliases, catalog
from cpnb.suggestion import suggest, suggest_fields


def targets(fields):
    return {field.column: field.name for field in fields}


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


def test_every_alias_leads_to_a_target_of_the_service():
    names = [*aliases.ALIASES, *aliases.WEAKER_ALIASES, *(pair[0] for pair in aliases.NEEDING_COMPANIONS.values())]
    for block in ("Address", *aliases.ADDRESS_BLOCKS):
        names += [f"{block}.{part}" for part in (*aliases.ADDRESS_ALIASES, *aliases.WEAKER_ADDRESS_ALIASES)]
    assert [catalog.target(name).name for name in names] == names


@pytest.mark.parametrize("table", [aliases.ALIASES, aliases.ADDRESS_ALIASES])
def test_no_alias_stands_for_two_targets(table):
    every = [name for names in table.values() for name in names.split()]
    assert sorted(name for name in set(every) if every.count(name) > 1) == []


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("Address 1 - City", "Address.City"),
        ("Billing Address City", "BillingAddress.City"),
        ("billingAddressCity", "BillingAddress.City"),
        ("Adresse (Ville)", "Address.City"),
        ("Kunde: E-Mail", "EmailAddress"),
        ("E-mail 1 - Value", "EmailAddress"),
        ("Phone 1 - Value", "PhoneNumber"),
        ("Person - Phone - Mobile", "MobilePhoneNumber"),
        ("Work phone", "BusinessPhoneNumber"),
        ("Telefon (privat)", "HomePhoneNumber"),
        ("Rechnungsort", "BillingAddress.City"),
        ("Ort L", "ShippingAddress.City"),
        ("配送先郵便番号", "ShippingAddress.PostalCode"),
        ("Domicilio fiscal", "Address.Address1"),
        ("Dirección de envío", "ShippingAddress.Address1"),
        ("ship-address-2", "ShippingAddress.Address2"),
        ("Address 1: Street 2", "Address.Address2"),
        ("Rue (bureau) 2", "Address.Address2"),
        ("State/Province", "Address.State"),
        ("Provincia", "Address.Province"),
        ("Land/Region", "Address.Country"),
        ("Birthday (yyyy-mm-dd)", "BirthDate"),
        ("お名前(姓)", "LastName"),
        ("都道府県(名称)", "Address.State"),
        ("First Name*", "FirstName"),
    ],
)
def test_composite_names_are_taken_apart(column, target):
    assert targets(suggest_fields(pd.DataFrame({column: []}))) == {column: target}


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("Email Opt In", "a consent"),
        ("Accepts Marketing", "a consent"),
        ("Latitude", "a position"),
        ("Order ID", "the number of something else"),
        ("product_id", "the number of something else"),
        ("Assistant's Phone", "somebody else"),
        ("Owner Email", "somebody else"),
        ("Created Date", "not the date of birth"),
        ("Job Title", "a title or position"),
        ("CPF", "an identity or tax number"),
        ("E-mail 1 - Type", "neither name nor values"),
        ("性別(ID)", "neither name nor values"),
        ("Estado del envío", "neither name nor values"),
    ],
)
def test_what_is_near_a_field_and_is_none_stays_behind_with_a_reason(column, reason):
    found = suggest(pd.DataFrame({"email": ["ann@example.com"], column: ["1"]}))
    assert reason in found.unmapped[column]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["Nome", "Cognome"], {"Nome": "FirstName", "Cognome": "LastName"}),
        (["Nom", "Prénom"], {"Nom": "LastName", "Prénom": "FirstName"}),
        (["Nombre", "Apellidos"], {"Nombre": "FirstName", "Apellidos": "LastName"}),
        (["Name", "Vorname"], {"Name": "LastName", "Vorname": "FirstName"}),
        (["Name", "First Name", "Last Name"], {"First Name": "FirstName", "Last Name": "LastName"}),
    ],
)
def test_a_name_that_may_be_a_whole_one_is_what_the_others_are_not(columns, expected):
    assert targets(suggest_fields(pd.DataFrame(columns=columns, dtype=object))) == expected


def test_a_whole_name_beside_its_parts_is_left_out_as_one():
    found = suggest(pd.DataFrame(columns=["Name", "First Name", "Last Name"], dtype=object))
    assert "a whole name" in found.unmapped["Name"]


@pytest.mark.parametrize("column", ["Nome", "Nom", "Nombre", "Name", "Customer Name"])
def test_a_whole_name_is_left_out_with_the_advice_to_split_it(column):
    found = suggest(pd.DataFrame(columns=[column, "email"], dtype=object))
    assert "split it first" in found.unmapped[column]


HOME = ["Home Street", "Home City", "Home Zip"]
WORK = ["Work Street", "Work City", "Work Zip"]


def test_of_two_addresses_the_one_at_home_is_taken_as_a_whole():
    found = suggest(pd.DataFrame(columns=[*WORK, *HOME, "City"], dtype=object))
    assert targets(found.fields) == dict(
        zip(HOME, ["Address.Address1", "Address.City", "Address.PostalCode"], strict=True)
    )
    assert "part of another address than 'Home Street'" in found.unmapped["Work City"]


def test_of_two_addresses_the_fuller_one_is_taken_as_a_whole():
    table = pd.DataFrame([["1 Main St", "Seattle", "98101", "", "", None]], columns=[*WORK, *HOME])
    table["Home City"] = "Boston"
    assert suggest_fields(table).columns == tuple(WORK)


def test_an_address_that_is_filled_in_is_better_known_than_one_that_hardly_is():
    table = pd.DataFrame([["1 Main St", "Seattle", "98101", None, None, None]] * 10, columns=[*WORK, *HOME])
    table.loc[0, HOME] = ["2 Main St", "Boston", "02101"]
    assert suggest_fields(table).columns == tuple(WORK)


def test_another_address_does_not_complete_the_first():
    found = suggest(pd.DataFrame(columns=["Street", "Zip", "Other City"], dtype=object))
    assert found.fields.columns == ("Street", "Zip")
    assert "part of another address" in found.unmapped["Other City"]


def test_the_parts_of_one_address_complete_each_other_whatever_they_are_called():
    fields = suggest_fields(pd.DataFrame(columns=["Home Address", "City", "Zip"], dtype=object))
    assert fields.columns == ("Home Address", "City", "Zip")


@pytest.mark.parametrize("column", ["Phone 2", "Other Phone", "Secondary Phone"])
def test_a_second_phone_is_left_out_beside_a_first_and_unsure_alone(column):
    assert "one more" in suggest(pd.DataFrame(columns=["Mobile", column], dtype=object)).unmapped[column]
    alone = suggest(pd.DataFrame(columns=[column], dtype=object))
    assert targets(alone.fields) == {column: "PhoneNumber"}
    assert not alone.confident


@pytest.mark.parametrize(
    ("column", "target"),
    [("Emial adress", "EmailAddress"), ("Pohne number", "PhoneNumber"), ("Lastnmae", "LastName")],
)
def test_a_slip_of_the_pen_is_understood_and_never_sure(column, target):
    found = suggest(pd.DataFrame(columns=[column], dtype=object))
    assert targets(found.fields) == {column: target}
    assert not found.confident
    assert "spelled nearly like" in found.reasons[column]


@pytest.mark.parametrize("column", ["Start", "Sender id", "Address 6", "Country X", "Status"])
def test_another_word_is_no_slip_of_the_pen(column):
    assert column in suggest(pd.DataFrame(columns=[column, "email"], dtype=object)).unmapped


@pytest.mark.parametrize("column", ["Estado", "Stato"])
def test_a_word_for_state_and_status_alike_is_never_sure(column):
    found = suggest(pd.DataFrame({column: ["Jalisco", "Puebla"]}))
    assert targets(found.fields) == {column: "Address.State"}
    assert not found.confident


def test_a_slip_is_not_sure_even_if_all_values_fit():
    found = suggest(pd.DataFrame({"Telephone numbr": ["2065550100"]}))
    assert targets(found.fields) == {"Telephone numbr": "PhoneNumber"}
    assert found.chosen[0].score < 0.75


def test_a_slip_needs_values_that_fit():
    frame = pd.DataFrame({"Emial adress": ["yes", "no"], "city": ["Seattle", "Boston"]})
    assert "Emial adress" in suggest(frame).unmapped
