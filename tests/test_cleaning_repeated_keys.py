"""clean, and rows that share a key: which are told, which one is kept."""

import pandas as pd
import pytest

from cpnb.cleaning import clean
from cpnb.errors import FieldsError
from cpnb.fields import FieldMap
from tests.messy_table import MESS

KEYED = FieldMap({"mail": "EmailAddress", "city": "Address.City", "name": "LastName"}, unique_key="mail")
TWINS = pd.DataFrame(
    {
        "mail": ["a@example.com", "b@example.com", "A@EXAMPLE.com ", None, "a@example.com", "b@example.com", None],
        "city": ["Rome", None, "Rome", "Oslo", "Milan", "Paris", "Oslo"],
        "name": [None, "Lee", "Ann", None, "ANN", "lee", None],
    },
    index=list("abcdefg"),
)


@pytest.mark.parametrize(
    ("keep", "index"),
    [(None, "abcdefg"), ("first", "abdg"), ("last", "defg"), ("most_complete", "cdfg")],
)
def test_of_rows_that_share_a_key_one_is_kept_if_that_is_asked_for(keep, index):
    cleaned = clean(TWINS, KEYED, keep=keep)

    assert cleaned.frame.index.tolist() == list(index)
    assert len(cleaned.changes[cleaned.changes["rule"] == "duplicates"]) == len(TWINS) - len(index)


def test_rows_that_share_a_key_and_contradict_each_other_are_told():
    cleaned = clean(TWINS, KEYED)
    found = cleaned.duplicates

    assert (found.group_count, found.positions.tolist(), found.groups.tolist()) == (2, [0, 1, 2, 4, 5], [0, 1, 0, 0, 1])
    assert found.conflict_counts == {"city": 1}
    assert cleaned.conflicts(TWINS).index.tolist() == ["a", "c", "e"]
    assert "2 keys in 5 rows, 1 of them the same only since they were repaired;" in str(cleaned)
    assert "the rows of 1 key contradict each other in city (1)" in str(cleaned)


def test_keys_that_became_equal_by_their_repair_are_told():
    data = pd.DataFrame({"id": ["C1", "C1 ", "C2", "C2"]})

    cleaned = clean(data, FieldMap({"id": "AccountNumber"}, unique_key="id"))

    assert cleaned.duplicates.brought_together == 1
    assert "1 of them the same only since they were repaired" in str(cleaned)


def test_to_keep_one_row_of_a_key_there_must_be_a_key():
    with pytest.raises(FieldsError, match="overridden"):
        clean(MESS, FieldMap({"name": "LastName"}), keep="first")


def test_a_row_that_is_taken_out_still_speaks_against_a_repair():
    data = pd.DataFrame({"mail": ["a@example.com", "b@example.com", "a@example.com"], "sex": ["M", "F", "X"]})
    fields = FieldMap({"mail": "EmailAddress", "sex": "Gender"}, unique_key="mail")

    once = clean(data, fields, keep="first").frame

    assert once["sex"].tolist() == ["M", "F"]
    assert clean(once, fields, keep="first").frame["sex"].tolist() == ["MALE", "FEMALE"]
