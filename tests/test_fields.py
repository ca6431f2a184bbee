"""Columns on their way to profile fields: what a map accepts, says and keeps."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import given, strategies as st

from cpnb.content_types import ContentType
from cpnb.errors import FieldsError
from cpnb.fields import Field, FieldMap
from cpnb.headers import slug

HEADER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def people() -> FieldMap:
    return FieldMap(
        [
            Field("Kunden-Nr.", "AccountNumber"),
            Field("E-Mail", "EmailAddress"),
            Field("Telefon (privat)", "HomePhoneNumber", region="DE"),
            Field("Mobil", "MobilePhoneNumber", region_column="Land"),
            Field("Ort", "Address.City"),
            Field("Stufe", "Attributes.tier"),
        ],
        unique_key="Kunden-Nr.",
        region="US",
    )


@pytest.mark.parametrize(
    ("target", "content_type"),
    [
        ("PhoneNumber", "PHONE_NUMBER"),
        ("MobilePhoneNumber", "PHONE_NUMBER"),
        ("BusinessEmailAddress", "EMAIL_ADDRESS"),
        ("FirstName", "NAME"),
        ("BusinessName", "NAME"),
        ("AccountNumber", "STRING"),
        ("Address.City", "STRING"),
        ("BirthDate", "STRING"),
        ("Attributes.EmailAddress", "STRING"),
    ],
)
def test_a_target_brings_the_content_type_of_its_meaning(target: str, content_type: str) -> None:
    assert Field("c", target).content_type == content_type


def test_a_content_type_of_ones_own_is_kept() -> None:
    assert Field("c", "AccountNumber", "NUMBER").content_type is ContentType.NUMBER


def test_a_content_type_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(FieldsError, match="Did you mean 'EMAIL_ADDRESS'"):
        Field("c", "EmailAddress", "email_addres")


def test_a_column_that_is_not_named_by_text_is_refused_with_the_way_out() -> None:
    with pytest.raises(FieldsError, match=r"type int.*df\.columns\.map\(str\)"):
        Field(7, "FirstName")  # type: ignore[arg-type]


@pytest.mark.parametrize("source", ["1st", "a b", "a.b", "é", "x" * 65, "Tags", "tags", "_a", "a\n"])
def test_a_header_that_the_service_refuses_is_refused(source: str) -> None:
    with pytest.raises(FieldsError, match="cannot be a header"):
        Field("c", "FirstName", source=source)


@pytest.mark.parametrize("region", ["XX", "United States", "", "U1"])
def test_a_region_without_phone_numbers_is_refused(region: str) -> None:
    with pytest.raises(FieldsError, match="is no region"):
        Field("c", "PhoneNumber", region=region)


def test_a_region_is_kept_in_capitals() -> None:
    assert Field("c", "PhoneNumber", region=" de ").region == "DE"


def test_only_phone_numbers_have_a_region() -> None:
    with pytest.raises(FieldsError, match="is no phone number"):
        Field("c", "FirstName", region="US")
    with pytest.raises(FieldsError, match="is no phone number"):
        Field("c", "FirstName", region_column="country")


def test_the_region_of_a_field_comes_before_that_of_the_map() -> None:
    fields = people()

    assert fields.region_of(fields["Telefon (privat)"]) == "DE"
    assert fields.region_of(fields["Mobil"]) == "US"


@pytest.mark.parametrize(
    ("column", "header"),
    [
        ("Email", "Email"),
        ("Téléphone (privé)", "Telephone_prive"),
        ("2nd e-mail", "c_2nd_e-mail"),
        ("a.b", "a_b"),
        ("名前", "c"),
        ("", "c"),
        ("---", "c"),
        ("tags", "tags_"),
        ("Tags", "Tags_"),
        ("x" * 70, "x" * 64),
    ],
)
def test_a_header_is_as_near_to_the_column_as_the_service_allows(column: str, header: str) -> None:
    assert slug(column) == header


@given(st.text(max_size=90))
def test_every_column_name_gives_a_header_that_the_service_accepts(column: str) -> None:
    header = slug(column)

    assert HEADER.fullmatch(header)
    assert header.casefold() != "tags"


@given(st.lists(st.text(max_size=90), min_size=1, max_size=12, unique=True))
def test_headers_are_distinct_whatever_the_columns_are_called(columns: list[str]) -> None:
    fields = FieldMap({column: f"Attributes.a{number}" for number, column in enumerate(columns)})

    assert len({source.casefold() for source in fields.sources}) == len(columns)
    assert all(HEADER.fullmatch(source) for source in fields.sources)


def test_columns_that_differ_by_letter_case_only_get_headers_that_differ_by_more() -> None:
    fields = FieldMap({"Name": "FirstName", "name": "LastName", "NAME": "MiddleName"})

    assert fields.sources == ("Name", "name_2", "NAME_3")


def test_a_map_without_fields_is_refused() -> None:
    with pytest.raises(FieldsError, match="at least one field"):
        FieldMap([])


def test_two_columns_on_one_target_are_refused() -> None:
    with pytest.raises(FieldsError, match="'a' and 'b' both go to 'EmailAddress'"):
        FieldMap({"a": "EmailAddress", "b": "_profile.EmailAddress"})


def test_a_column_on_two_targets_is_refused() -> None:
    with pytest.raises(FieldsError, match="'a' is mapped twice"):
        FieldMap([Field("a", "FirstName"), Field("a", "LastName")])


@pytest.mark.parametrize("pair", [("PartyType", "PartyTypeString"), ("Gender", "GenderString")])
def test_targets_that_exclude_each_other_are_refused_together(pair: tuple[str, str]) -> None:
    with pytest.raises(FieldsError, match="exclude each other"):
        FieldMap({"a": pair[0], "b": pair[1]})


def test_a_key_that_is_not_mapped_is_refused_with_the_nearest() -> None:
    with pytest.raises(FieldsError, match="Did you mean 'customer_id'"):
        FieldMap({"customer_id": "AccountNumber"}, unique_key="customerid")


def test_a_map_without_a_key_can_be_made_and_says_so_when_the_key_is_needed() -> None:
    fields = FieldMap({"mail": "EmailAddress"})

    with pytest.raises(FieldsError, match=r"no unique key.*overridden.*'mail'"):
        _ = fields.key_field


def test_a_changed_map_is_a_new_one() -> None:
    fields = people()

    changed = fields.with_field(Field("Ort", "Address.County")).without("Mobil").overridden(unique_key="E-Mail")

    assert changed["Ort"].target == "_profile.Address.County"
    assert changed.columns == ("Kunden-Nr.", "E-Mail", "Telefon (privat)", "Ort", "Stufe")
    assert (changed.unique_key, changed.region) == ("E-Mail", "US")
    assert fields == people()


def test_an_added_field_comes_last() -> None:
    assert people().with_field(Field("PLZ", "Address.PostalCode")).columns[-1] == "PLZ"


def test_the_key_cannot_be_taken_out() -> None:
    with pytest.raises(FieldsError, match="unique key"):
        people().without("Kunden-Nr.")


def test_a_column_that_is_not_mapped_is_offered_the_nearest() -> None:
    with pytest.raises(KeyError, match="Did you mean 'E-Mail'"):
        people()["Email"]


def test_region_columns_are_read_and_not_sent() -> None:
    fields = people()

    assert fields.needed_columns == (*fields.columns, "Land")
    assert "Land" not in fields.sources


def test_the_service_gets_the_header_as_key_and_source() -> None:
    assert people().to_api() == {
        "Kunden-Nr": {"Source": "Kunden-Nr", "Target": "_profile.AccountNumber", "ContentType": "STRING"},
        "E-Mail": {"Source": "E-Mail", "Target": "_profile.EmailAddress", "ContentType": "EMAIL_ADDRESS"},
        "Telefon_privat": {
            "Source": "Telefon_privat",
            "Target": "_profile.HomePhoneNumber",
            "ContentType": "PHONE_NUMBER",
        },
        "Mobil": {"Source": "Mobil", "Target": "_profile.MobilePhoneNumber", "ContentType": "PHONE_NUMBER"},
        "Ort": {"Source": "Ort", "Target": "_profile.Address.City", "ContentType": "STRING"},
        "Stufe": {"Source": "Stufe", "Target": "_profile.Attributes.tier", "ContentType": "STRING"},
    }


def test_a_map_comes_back_from_what_the_service_echoes() -> None:
    fields = FieldMap({"id": "AccountNumber", "tier": "Attributes.tier"}, unique_key="id")

    assert FieldMap.from_api(fields.to_api(), unique_key="id") == fields


def test_a_source_in_the_spelling_of_object_types_means_the_header() -> None:
    fields = FieldMap.from_api({"k": {"Source": "_source.City", "Target": "_profile.Address.City"}})

    assert (fields.columns, fields.sources) == (("City",), ("City",))
    assert fields["City"].content_type is ContentType.STRING


def test_a_saved_map_comes_back_whole(tmp_path: Path) -> None:
    people().save(tmp_path / "fields.json")

    assert FieldMap.load(tmp_path / "fields.json") == people()


def test_a_saved_map_is_json_that_people_can_read(tmp_path: Path) -> None:
    FieldMap({"Straße": "Address.Address1"}).save(tmp_path / "fields.json")

    text = (tmp_path / "fields.json").read_text(encoding="utf-8")
    assert '"column": "Straße"' in text
    assert json.loads(text)["format"] == "cpnb.fields/1"


def test_a_changed_field_is_one_changed_line_of_the_saved_map(tmp_path: Path) -> None:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    people().save(before)
    people().with_field(Field("Ort", "Address.County")).save(after)

    old, new = before.read_text("utf-8").splitlines(), after.read_text("utf-8").splitlines()
    assert [line for line in old if line not in new] == [
        '    {"column": "Ort", "target": "_profile.Address.City", "content_type": "STRING", "source": "Ort"},'
    ]
    assert len(new) == len(old)
    assert old[:4] == ["{", '  "format": "cpnb.fields/1",', '  "unique_key": "Kunden-Nr.",', '  "region": "US",']


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json", "not JSON"),
        ("[]", "no field map"),
        ('{"fields": []}', "no field map"),
        ('{"format": "cpnb.fields/2", "fields": []}', "no field map"),
        ('{"format": "cpnb.fields/1"}', "damaged"),
        ('{"format": "cpnb.fields/1", "fields": [{"column": "a"}]}', "damaged"),
        ('{"format": "cpnb.fields/1", "fields": [7]}', "damaged"),
        ('{"format": "cpnb.fields/1", "fields": [{"column": "a", "target": "FirstName", "colour": 1}]}', "damaged"),
        ('{"format": "cpnb.fields/1", "fields": [{"column": "a", "target": 7}]}', "is a int; expected the name"),
        ('{"format": "cpnb.fields/1", "fields": [{"column": "a", "target": "Nowhere"}]}', "no target"),
    ],
)
def test_a_file_that_holds_no_map_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "fields.json").write_text(text, encoding="utf-8")

    with pytest.raises(FieldsError, match=words):
        FieldMap.load(tmp_path / "fields.json")


def test_a_map_cannot_be_changed_in_place() -> None:
    with pytest.raises(AttributeError):
        people().region = "DE"  # type: ignore[misc]


def test_a_map_with_another_key_or_region_is_a_new_map() -> None:
    fields = FieldMap({"id": "AccountNumber", "phone": "PhoneNumber"}, unique_key="id")

    changed = fields.overridden(unique_key="phone", region="gb")

    assert (changed.unique_key, changed.region) == ("phone", "GB")
    assert changed.fields == fields.fields
    assert fields.overridden() == fields
    assert (fields.unique_key, fields.region) == ("id", None)


def test_a_name_without_a_utf8_form_is_saved_and_loaded_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "fields.json"
    odd = FieldMap({"id\ud800": "AccountNumber"})
    odd.save(path)

    assert FieldMap.load(path) == odd


def test_a_file_that_is_not_there_or_begins_with_a_mark_is_read_or_told(tmp_path: Path) -> None:
    path = tmp_path / "fields.json"
    with pytest.raises(FieldsError, match=r"'fields\.json' cannot be read"):
        FieldMap.load(path)
    FieldMap({"id": "AccountNumber"}).save(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert FieldMap.load(path) == FieldMap({"id": "AccountNumber"})


@pytest.mark.parametrize("things", [[("a", "FirstName")], ["a"], [None]])
def test_a_map_of_something_else_than_fields_is_refused(things: list[Any]) -> None:
    with pytest.raises(FieldsError, match="holds Field objects"):
        FieldMap(things)


def test_the_input_of_the_command_line_tool_is_what_the_service_model_asks_for() -> None:
    given = json.loads(people().to_cli_json(domain_name="loyalty", display_name="spring 2026", data_expiry=30))

    assert given["Fields"] == people().to_api()
    assert (given["UniqueKey"], given["DataExpiry"]) == ("Kunden-Nr", 30)
    assert not validation_errors(given)


def test_what_is_not_given_to_the_command_line_tool_is_left_to_its_options() -> None:
    given = json.loads(people().to_cli_json())

    assert set(given) == {"Fields", "UniqueKey"}
    missing = validation_errors(given).splitlines()
    assert [line.rpartition(" ")[2] for line in missing] == ['"DomainName"', '"DisplayName"']


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"domain_name": "my domain"}, "DomainName is a text of 9 characters; expected 1 to 64 of the form"),
        ({"display_name": ""}, "DisplayName is a text of 0 characters; expected 1 to 255"),
        ({"data_expiry": 1099}, "DataExpiry is 1099; expected 1 to 1098 days"),
    ],
)
def test_what_the_service_would_refuse_is_told_before(given: dict[str, Any], words: str) -> None:
    with pytest.raises(FieldsError, match=words):
        people().to_cli_json(**given)


def test_without_a_key_there_is_no_job_for_the_command_line_tool() -> None:
    with pytest.raises(FieldsError, match="no unique key"):
        FieldMap({"mail": "EmailAddress"}).to_cli_json()


def validation_errors(request: dict[str, Any]) -> str:
    model = ServiceModel(Loader().load_service_model("customer-profiles", "service-2"))
    shape = model.operation_model("CreateUploadJob").input_shape
    return str(ParamValidator().validate(request, shape).generate_report())
