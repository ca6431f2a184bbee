from pathlib import Path

import pandas as pd
import pytest

from cpnb import samples
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
    summary, key, guessed, surprise, left_out, advice = str(found).splitlines()
    assert summary == (
        "2 of 4 columns mapped, 1 of them UNSURE: look at those first; 2 left out; the unique key is 'customer id'."
    )
    assert key.startswith("customer id")
    assert key.endswith("its name says AccountNumber, and 2 of 2 values look like one")
    assert "UNSURE: 2 of 2 values look like EmailAddress" in guessed
    assert surprise == "E-mail is left out: its name says EmailAddress, but only 0 of 2 values look like one."
    assert left_out == "Not mapped: '<b>', 'E-mail'."
    assert "attributes='all'" in advice
    assert "ann@" not in str(found) + repr(found) + found._repr_html_()


def test_a_column_that_hardly_keeps_what_its_name_says_is_told_apart():
    frame = pd.DataFrame({"email": ["x"] * 9 + ["ann@example.com"], "city": ["Boston"] * 10, "shoe size": ["40"] * 10})
    found = suggest(frame)
    assert found.left_by_mistake == ("email",)
    assert "email is left out: its name says EmailAddress, but only 1 of 10 values looks like one." in str(found)


def test_in_html_one_sees_what_is_sure_what_is_not_and_what_is_left_out():
    frame = pd.DataFrame({"mail": ["ann@example.com"], "Emial adress": [""], "<b>": ["x"]})
    html = suggest(frame)._repr_html_()
    assert "1 of 3 columns mapped" in html
    assert "> sure</td>" in html
    assert html.count("> left out</td>") == 2
    assert ">&lt;b&gt;</th>" in html
    assert "ann@" not in html
    assert "> UNSURE</td>" in suggest(frame[["Emial adress"]])._repr_html_()


def test_a_guess_from_values_alone_is_not_confident():
    assert suggest(read(DATA / "chinook_customers.csv")).confident
    assert not suggest(read(DATA / "dedupe_messy.csv")).confident


def test_two_columns_never_go_to_one_target():
    found = suggest(pd.DataFrame({"mail": ["x", "ann@example.com"], "Email": ["ann@example.com", "bob@example.com"]}))
    assert targets(found.fields) == {"Email": "EmailAddress"}
    assert "taken by 'Email'" in found.unmapped["mail"]


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


def test_each_guess_says_what_it_would_be_otherwise():
    found = suggest(
        pd.DataFrame({"email": ["ann@example.com"], "billing email": ["x@example.com"], "Cell": ["2065550100"]})
    )
    mail, cell = found.chosen
    assert mail.runner_up == "EmailAddress would go to 'billing email', at 84%"
    assert cell.runner_up == "it would be PhoneNumber"
    assert "; otherwise it would be PhoneNumber" in str(found)


def test_of_equals_the_first_column_wins_and_the_other_is_told_so():
    found = suggest(pd.DataFrame(columns=["City", "Town"], dtype=object))
    assert found.unmapped["Town"] == "Address.City is taken by 'City', which comes first"


def test_whole_addresses_in_one_column_are_unsure_and_to_be_split():
    found = suggest(pd.DataFrame({"Address": ["1 Main St, Seattle, WA 98101", "2 Main St, Boston, MA 02101"]}))
    assert not found.confident
    assert "split them first" in found.reasons["Address"]


def test_nothing_becomes_a_custom_attribute_without_being_asked_for():
    frame = pd.DataFrame(columns=["email", "Shoe size", "shoe-size", "shoe_size"], dtype=object)
    found = suggest(frame)
    assert found.fields.columns == ("email",)
    assert dict(found.attributes) == {
        "Shoe size": "Attributes.Shoe_size",
        "shoe-size": "Attributes.shoe-size",
        "shoe_size": "Attributes.shoe_size_2",
    }


def test_all_that_is_left_becomes_custom_attributes_if_asked_for_but_no_secrets():
    frame = pd.DataFrame(columns=["email", "Shoe size", "Password", "Fax"], dtype=object)
    found = suggest(frame, attributes="all")
    assert targets(found.fields) == {
        "email": "EmailAddress",
        "Shoe size": "Attributes.Shoe_size",
        "Fax": "Attributes.Fax",
    }
    assert list(found.unmapped) == ["Password"]


def test_named_columns_become_custom_attributes_whatever_else_they_could_be():
    frame = pd.DataFrame(columns=["email", "Shoe size", "City", "Password"], dtype=object)
    fields = suggest_fields(frame, attributes=["City", "Password"], unique_key="City")
    assert targets(fields) == {
        "email": "EmailAddress",
        "City": "Attributes.City",
        "Password": "Attributes.Password",
    }
    assert fields.unique_key == "City"


@pytest.mark.parametrize(
    ("attributes", "words"),
    [(["Shoe siz"], "Did you mean 'Shoe size'"), ("Shoe size", r"attributes=\['Shoe size'\]")],
)
def test_attributes_that_are_none_are_refused(attributes, words):
    with pytest.raises(FieldsError, match=words):
        suggest(pd.DataFrame(columns=["email", "Shoe size"], dtype=object), attributes=attributes)


def test_one_row_does_not_make_a_key_of_a_number_that_is_the_customers_only_by_its_ending():
    frame = pd.DataFrame({"paper ref": ["1", "2"], "email": ["ann@example.com", "ann@example.com"]})
    assert suggest_fields(frame).unique_key == "paper ref"
    assert suggest_fields(frame[:1]).unique_key == "email"


def test_in_a_table_of_orders_nothing_identifies_a_customer_but_a_customer_number():
    orders = pd.DataFrame({"Order #": ["1", "2"], "Id": ["8", "9"], "email": ["ann@example.com", "bob@example.com"]})
    assert suggest_fields(orders).unique_key is None
    assert suggest_fields(orders.assign(customer_id=["3", "4"])).unique_key == "customer_id"
    assert suggest_fields(orders.rename(columns={"Order #": "Last order date"})).unique_key == "Id"


def test_the_rows_own_id_is_the_key_before_the_id_of_the_account_it_belongs_to():
    found = suggest(
        pd.DataFrame({"AccountId": ["7", "8"], "Id": ["1", "2"], "Email": ["a@example.com", "b@example.com"]})
    )
    assert found.fields.unique_key == "Id"
    assert targets(found.fields) == {"Id": "AccountNumber", "Email": "EmailAddress"}
    assert "AccountNumber is taken by 'Id'" in found.unmapped["AccountId"]


def test_values_speak_for_a_name_that_says_nothing_but_not_for_somebody_elses():
    numbers = ["(206) 555-0100", "(206) 555-0101"]
    found = suggest(pd.DataFrame({"reach me at": numbers, "Emergency contact": numbers}))
    assert targets(found.fields) == {"reach me at": "PhoneNumber"}
    assert "somebody else" in found.unmapped["Emergency contact"]


def test_bytes_are_not_text_whatever_they_hold():
    found = suggest(pd.DataFrame({"reach me at": [b"ann@example.com", b"bob@example.com"], "city": ["Boston", "Rome"]}))
    assert "neither name nor values" in found.unmapped["reach me at"]


def test_an_apostrophe_before_a_number_does_not_hide_it():
    frame = pd.DataFrame({"Phone": ["'+12065550100"], "Zip": ["'01234"]})
    assert suggest(frame).confident


def test_the_values_of_a_nearly_empty_column_are_found():
    rows = 5_000
    sparse = pd.Series([None] * rows, dtype=object)
    sparse[rows - 3] = "yes"
    found = suggest(pd.DataFrame({"birthday": sparse, "city": ["Seattle"] * rows}))
    assert "0 of 1 value" in found.unmapped["birthday"]


def test_a_header_that_is_the_first_customer_is_refused_and_not_shown():
    for name in ("ann@example.com", "+1 206 555 0100"):
        with pytest.raises(FieldsError, match="has it no header line") as caught:
            suggest(pd.DataFrame({name: ["bob@example.com"], "city": ["Boston"]}))
        assert name not in str(caught.value)


def test_if_values_contradict_every_name_the_message_says_so():
    with pytest.raises(FieldsError, match="'email': its name says EmailAddress, but only 0 of 2 values look like one"):
        suggest(pd.DataFrame({"email": ["x", "y"], "shoe size": ["1", "2"]}))


ODD = pd.DataFrame({"email": ["ann@example.com", "bob@example.com"], "first name": ["Ann", "Bob"]})


@pytest.mark.parametrize(
    "frame",
    [
        ODD.iloc[:0],
        ODD.iloc[:1],
        ODD.set_axis(pd.MultiIndex.from_tuples([(1, 1), (1, 1)])),
        ODD.set_axis(["same", "same"]),
        ODD.astype("category"),
        ODD.astype("string"),
        ODD.astype("string[pyarrow]"),
        pd.concat([ODD, pd.DataFrame({f"c{number}": ["x", "y"] for number in range(300)})], axis=1),
        ODD.assign(other=[b"ann@example.com", b"bob@example.com"]),
        ODD.assign(other=[["a list"], 7.5]),
        ODD.assign(other=pd.Series(["\ud800@example.com", "\udc00"], dtype=object)),
        ODD.assign(other="x" * 65_536),
        ODD.assign(other=["שלום", "مرحبا"]),
        ODD.rename(columns={"first name": "\u200ffirst name"}),
        ODD.assign(**{"\N{E-MAIL SYMBOL}": ["x", "y"], "": "z", " ": None}),
    ],
)
def test_odd_tables_are_read_all_the_same(frame):
    found = suggest(frame)
    assert [guess.target for guess in found.chosen] == ["EmailAddress", "FirstName"]
    assert set(found.reasons) | set(found.unmapped) == set(frame.columns)


def test_of_a_blank_column_only_the_name_speaks():
    found = suggest(pd.DataFrame({"email": ["", None], "phone": pd.array([pd.NA, pd.NA], dtype="string")}))
    assert found.reasons == {
        "email": "its name says EmailAddress; it has no values",
        "phone": "its name says PhoneNumber; it has no values",
    }


def test_names_that_are_not_text_and_levels_are_refused():
    for columns in ([1, 2], pd.MultiIndex.from_tuples([("a", "email"), ("a", "phone")])):
        with pytest.raises(FrameError):
            suggest(pd.DataFrame([["x", "y"]], columns=columns))
