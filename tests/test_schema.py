"""The pandera schema: ours alone, extended, and what cannot be run."""

import pickle

import pandas as pd
import pandera.errors
import pandera.pandas as pandera
import pytest

from cpnb import frames
from cpnb.content import Rule
from cpnb.content_types import ContentType
from cpnb.errors import FieldsError
from cpnb.fields import Field, FieldMap
from cpnb.rendering import render
from cpnb.schema import Examination, checked_schema, schema_for
from cpnb.validation import check_slices, validate

FIELDS = FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "city": "Address.City"}, unique_key="id")
DATA = pd.DataFrame(
    {"id": ["1", "2", "3"], "mail": ["a@example.com", "bad", None], "city": ["Oslo", None, "Rome"]}, index=[5, 5, 5]
)


def with_check(*checks, column="city"):
    schema = schema_for(FIELDS)
    return schema.update_column(column, checks=[*schema.columns[column].checks, *checks])


def found(report):
    return [(one.column, one.code, one.positions.tolist()) for one in report.findings]


def test_the_schema_has_the_analysts_columns_and_our_checks():
    schema = schema_for(FIELDS)

    assert list(schema.columns) == ["id", "mail", "city"]
    names = [check.name for check in schema.columns["mail"].checks]
    assert {"cpnb.email_invalid", "cpnb.too_long"} <= set(names)
    assert all(name.startswith("cpnb.") for name in names)
    assert schema.columns["id"].checks[0].name == "cpnb.key_empty"


def test_the_schema_alone_refuses_what_validate_refuses():
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        schema_for(FIELDS).validate(DATA, lazy=True)

    assert [error.check.name for error in caught.value.schema_errors] == ["cpnb.email_invalid"]


def test_the_schema_alone_accepts_what_validate_accepts_in_any_dtype():
    data = pd.DataFrame({"id": [1.0, 2.0], "mail": ["a@example.com", None], "city": pd.Categorical(["Oslo", None])})

    assert len(schema_for(FIELDS).validate(data, lazy=True)) == 2
    assert validate(data, FIELDS).ok


def test_a_check_of_a_phone_number_sees_the_region_of_its_row():
    fields = FieldMap([Field("phone", "PhoneNumber", region_column="country")])
    schema = schema_for(fields)
    dialled = pd.DataFrame({"phone": ["+12065550100", "+4930901820"], "country": ["US", "DE"]})

    assert schema.validate(dialled, lazy=True) is not None
    with pytest.raises(pandera.errors.SchemaErrors):
        schema.validate(dialled.assign(phone="030 901820 1234567890"), lazy=True)
    national = pd.DataFrame({"phone": ["206 555 0100", "206 555 0100"], "country": ["US", None]})
    assert ("phone", "phone_without_country", [1]) in found(validate(national, fields, schema=schema))


def test_a_warning_is_reported_and_not_printed_by_pandera():
    report = validate(pd.DataFrame({"p": ["206 555 0100"]}), FieldMap({"p": "PhoneNumber"}, region="US"))

    assert found(report) == [("p", "phone_not_e164", [0])]


def test_an_added_check_is_reported_beside_ours_with_its_rows():
    schema = with_check(pandera.Check(lambda text: text.str.startswith("O"), name="only_o"))

    report = validate(DATA, FIELDS, schema=schema)

    assert found(report) == [("mail", "email_invalid", [1]), ("city", "check_only_o", [2])]
    assert not report.ok


def test_an_added_check_counts_exactly_even_where_pandera_shortens_its_cases():
    schema = with_check(pandera.Check(lambda text: text == "never", name="never", n_failure_cases=1))
    data = pd.DataFrame({"id": [str(n) for n in range(20_000)], "mail": None, "city": "Oslo"})

    (finding,) = validate(data, FIELDS, schema=schema).findings

    assert finding.count == 20_000
    assert finding.positions.tolist() == list(range(20_000))


def test_added_checks_of_one_cell_of_missing_cells_and_of_the_whole_table():
    schema = with_check(pandera.Check(lambda cell: len(cell) > 4, element_wise=True, name="long"))
    schema = schema.update_column("mail", nullable=False)
    schema.checks = [pandera.Check(lambda table: table["id"] != "3", name="no_three")]

    assert found(validate(DATA, FIELDS, schema=schema)) == [
        ("", "check_no_three", [2]),
        ("mail", "email_invalid", [1]),
        ("mail", "check_not_nullable", [2]),
        ("city", "check_long", [0, 2]),
    ]


def test_an_added_check_may_judge_missing_cells():
    schema = with_check(pandera.Check(lambda text: text == "Oslo", name="oslo", ignore_na=False))

    assert ("city", "check_oslo", [1, 2]) in found(validate(DATA, FIELDS, schema=schema))


def test_an_added_check_of_the_whole_table_may_meet_missing_cells():
    schema = schema_for(FIELDS)
    schema.checks = [pandera.Check(lambda table: table["city"].str.startswith("O"), name="o", ignore_na=False)]

    assert ("", "check_o", [1, 2]) in found(validate(DATA, FIELDS, schema=schema))


def test_an_added_check_that_ignores_missing_cells_passes_them():
    schema = with_check(pandera.Check(lambda text: text != "Rome", name="not_rome"))

    assert ("city", "check_not_rome", [2]) in found(validate(DATA, FIELDS, schema=schema))


def test_an_added_check_sees_the_text_that_will_be_sent():
    seen = []
    schema = with_check(pandera.Check(lambda text: seen.extend(text) or True, name="look"), column="id")

    validate(pd.DataFrame({"id": [1.0, 2.0], "mail": None, "city": None}), FIELDS, schema=schema)

    assert seen == ["1", "2"]


def test_a_check_that_judges_the_slice_as_a_whole_names_no_rows():
    report = validate(DATA, FIELDS, schema=with_check(pandera.Check(lambda _: False, name="no")))

    assert found(report)[-1] == ("city", "check_no", [])
    assert not report.ok


def test_a_check_that_raises_is_a_finding():
    report = validate(DATA, FIELDS, schema=with_check(pandera.Check(lambda _: 1 / 0, name="boom")))

    assert found(report)[-1] == ("city", "check_error", [])
    assert "'boom' raised an error" in str(report)


def test_our_rules_run_even_where_the_schema_left_them_out():
    schema = pandera.DataFrameSchema({"city": pandera.Column(nullable=True)})

    assert found(validate(DATA, FIELDS, schema=schema)) == [("mail", "email_invalid", [1])]


def test_cells_refused_by_an_added_check_are_bad_cells():
    schema = with_check(pandera.Check(lambda text: text != "Rome", name="not_rome"))

    (piece,) = check_slices(DATA, FIELDS, schema=schema)

    assert {source: mask.tolist() for source, mask in piece.bad_cells.items()} == {
        "mail": [False, True, False],
        "city": [False, False, True],
    }


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("no schema", "type str"),
        (pandera.DataFrameSchema({"cty": pandera.Column()}), "not mapped: 'cty'. Did you mean 'city'"),
        (pandera.DataFrameSchema({"city": pandera.Column(unique=True)}), "unique values .*'city'"),
        (pandera.DataFrameSchema({"city": pandera.Column()}, unique=["city"]), "unique values"),
        (pandera.DataFrameSchema({"city": pandera.Column()}, index=pandera.Index(int)), "checks the index"),
    ],
)
def test_a_schema_that_slices_cannot_run_is_refused_before_anything_is_read(schema, message):
    with pytest.raises(FieldsError, match=message):
        check_slices(DATA, FIELDS, schema=schema)


def test_a_schema_survives_pickling():
    schema = pickle.loads(pickle.dumps(schema_for(FIELDS)))  # noqa: S301  # our own bytes

    assert found(validate(DATA, FIELDS, schema=schema)) == [("mail", "email_invalid", [1])]


def test_each_rule_is_asked_once_for_a_slice():
    asked = []
    ((_, rows),) = frames.slices(DATA, FIELDS.needed_columns)
    examination = Examination(FIELDS, render(rows, FIELDS))
    rule = Rule((), lambda column: asked.append(column.text.to_pylist()) or ())

    examination.masks(FIELDS["city"], 0, rule)
    examination.masks(FIELDS["city"], 0, rule)

    assert asked == [["Oslo", None, "Rome"]]


def test_numbers_are_judged_by_their_text():
    fields = FieldMap([Field("spend", "Attributes.spend", ContentType.NUMBER)])
    column = pd.DataFrame({"spend": ["1,200", "12"]})

    assert found(validate(column, fields)) == [("spend", "number_invalid", [0])]


def test_failing_cells_of_added_checks_are_counted_and_not_written_down():
    checks = [pandera.Check(lambda text: text == "never", name=f"never_{number}") for number in range(3)]
    schema = with_check(*checks)
    data = pd.DataFrame({"id": [f"C{n}" for n in range(200_000)], "mail": None, "city": "Oslo"})

    report = validate(data, FIELDS, schema=schema)

    assert [(one.code, one.count) for one in report.findings] == [(f"check_never_{n}", 200_000) for n in range(3)]
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        checked_schema(schema, FIELDS).validate(data, lazy=True)
    assert len(caught.value.failure_cases) == 3  # one for each check
    assert all(check.n_failure_cases is None for check in checks)  # the analyst's own schema stays as it is


def test_a_check_of_each_element_names_its_rows():
    schema = with_check(pandera.Check(lambda cell: cell != "Rome", element_wise=True, name="not_rome"))

    assert ("city", "check_not_rome", [2]) in found(validate(DATA, FIELDS, schema=schema))


def test_a_check_of_the_whole_table_names_its_rows():
    schema = schema_for(FIELDS)
    schema.checks = [pandera.Check(lambda table: table["id"] != "2", name="not_two")]

    assert ("", "check_not_two", [1]) in found(validate(DATA, FIELDS, schema=schema))
