"""What validate makes of tables that nobody would wish for: a clear error or a finding, and no row lost."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cpnb.content_types import ContentType
from cpnb.fields import Field, FieldMap
from cpnb.validation import check_slices, validate

FIELDS = FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id")


def found(report):
    return [(one.column, one.code, one.positions.tolist()) for one in report.findings]


def with_mail(*cells, dtype=object):
    ids = [f"C{number}" for number in range(len(cells))]
    return pd.DataFrame({"id": ids, "mail": pd.Series(cells, dtype=dtype)})


def test_one_row():
    assert found(validate(with_mail("a@example.com"), FIELDS)) == []


def test_a_table_of_blanks_has_no_key_anywhere():
    data = pd.DataFrame({"id": [None, np.nan, ""], "mail": ["", None, pd.NA]}, dtype=object)

    assert found(validate(data, FIELDS)) == [("id", "key_empty", [0, 1, 2])]


def test_three_hundred_columns():
    columns = [f"column {number}" for number in range(300)]
    fields = FieldMap({name: f"Attributes.a{number}" for number, name in enumerate(columns)})
    data = pd.DataFrame([["x"] * 300, ["x " if number == 299 else "x" for number in range(300)]], columns=columns)

    assert found(validate(data, fields)) == [("", "too_many_fields", []), ("column 299", "space_at_the_ends", [1])]


@pytest.mark.parametrize(
    "index",
    [[7, 7, 7], pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2)]), ["x", None, "x"]],
    ids=["repeated", "several levels", "with gaps"],
)
def test_positions_are_physical_rows_whatever_the_index(index):
    data = with_mail("a@example.com", "bad", "b@example.com").set_axis(index)

    assert found(validate(data, FIELDS)) == [("mail", "email_invalid", [1])]


@pytest.mark.parametrize(
    "dtype",
    ["category", "string", "object", pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))],
    ids=str,
)
def test_every_kind_of_text_column_is_judged_alike(dtype):
    data = with_mail("a@example.com", "bad", None, "bad", dtype=dtype)

    assert found(validate(data, FIELDS)) == [("mail", "email_invalid", [1, 3])]


@pytest.mark.parametrize("dtype", ["Int64", "Float64", pd.ArrowDtype(pa.int64()), "float64"], ids=str)
def test_every_kind_of_number_column_is_judged_alike(dtype):
    fields = FieldMap([Field("spend", "Attributes.spend", ContentType.NUMBER)])

    assert found(validate(pd.DataFrame({"spend": pd.Series([1, None, 3], dtype=dtype)}), fields)) == []


def test_cells_of_several_types_are_judged_one_by_one():
    cells = [b"a@example.com", 7, 2.5, True, ["a@example.com"], "a@example.com", None, "\ud800@example.com"]

    assert found(validate(with_mail(*cells), FIELDS)) == [
        ("mail", "unsupported_cell", [0, 4, 7]),
        ("mail", "email_invalid", [1, 2, 3]),
    ]


def test_a_decimal_that_signals_is_missing_like_every_other_not_a_number():
    data = with_mail("a@example.com", Decimal("sNaN"), Decimal("NaN"), "bad")

    assert found(validate(data, FIELDS)) == [("mail", "email_invalid", [3])]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_text_that_a_file_only_says_is_text_is_an_unsupported_cell(kind):
    cells = [b"a@example.com", b"\xff\xfe", None, "é@example.com".encode()]
    text = pa.Array.from_buffers(pa.string(), 4, pa.array(cells, pa.binary()).buffers())
    if pa.types.is_dictionary(kind):
        text = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 3], pa.int32()), text)
    data = pd.DataFrame({"id": list("abcd"), "mail": pd.Series(pd.arrays.ArrowExtensionArray(text.cast(kind)))})

    (piece,) = check_slices(data, FIELDS)

    assert found(piece.report) == [("mail", "unsupported_cell", [1])]
    assert piece.rendered.table.column("mail").to_pylist() == ["a@example.com", None, None, "é@example.com"]


def test_right_to_left_text_and_emoji_are_text():
    fields = FieldMap({"name": "FirstName", "city": "Address.City"})
    names = ["נועה", "فاطمة", "\N{GRINNING FACE}", "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{FAMILY}"]
    data = pd.DataFrame({"name": names, "city": ["תל אביב", "القاهرة", "\N{WOMAN}" * 255, "\N{WOMAN}" * 256]})

    assert found(validate(data, fields)) == [("city", "too_long", [3])]


def test_a_column_that_is_all_one_bad_value_is_one_finding_with_one_shape():
    (finding,) = validate(with_mail(*["n/k"] * 300_000), FIELDS).findings

    assert (finding.code, finding.count, dict(finding.shapes)) == ("email_invalid", 300_000, {"a/a": 300_000})
    assert finding.positions[-1] == 299_999


def test_a_key_that_is_the_same_in_every_row_is_repeated_in_all_but_the_first():
    data = pd.DataFrame({"id": ["same"] * 200_000, "mail": None})

    (finding,) = validate(data, FIELDS).findings

    assert (finding.code, finding.count, finding.positions[0]) == ("key_repeated", 199_999, 1)


def test_identifiers_that_were_too_large_for_a_float_have_lost_digits():
    keys = pd.DataFrame({"id": [1234567890.0, 12345678901234567890.0, np.nan]})
    mixed = pd.DataFrame({"id": ["1001", 2.0**53, 2.0**53 - 1]}, dtype=object)
    fields = FieldMap({"id": "AccountNumber"})

    assert found(validate(keys, fields)) == [("id", "digits_lost", [1])]
    assert found(validate(mixed, fields)) == [("id", "digits_lost", [1])]


def test_cells_of_64_kib_are_judged_like_any_other():
    long = "x" * 65_536
    fields = FieldMap([Field("mail", "EmailAddress"), Field("spend", "Attributes.spend", ContentType.NUMBER)])
    data = pd.DataFrame({"mail": [long] * 600, "spend": ["1" * 65_536] * 600})

    counts = {(one.column, one.code): one.count for one in validate(data, fields).findings}

    assert counts == {("mail", "email_invalid"): 600, ("mail", "too_long"): 600, ("spend", "too_long"): 600}
