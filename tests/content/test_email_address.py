"""E-mail addresses: the truth table, by hand."""

import pyarrow as pa
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, strategies as st

from cpnb.content import TextColumn, email_address
from cpnb.content.canary import Canary, FastPathWarning

VALID = [
    "ann@example.com",
    "Ann.O'Neil+news@Mail.Example.co.uk",
    "émile@example.com",
    "ann@exämple.com",
    "用户@例え.jp",
    "x" * 64 + "@example.com",
    "a@1.example.org",
]
INVALID = [
    "ann",
    "ann@",
    "@example.com",
    "ann@example",
    "ann@localhost",
    "ann@example..com",
    ".ann@example.com",
    "ann@-example.com",
    "ann @example.com",
    "ann@example.com ",
    " ann@example.com",
    "ann@example.com, bob@example.com",
    "Ann <ann@example.com>",
    '"a b"@example.com',
    "ann@[127.0.0.1]",
    "ann@host.test",
    "ann@host.invalid",
    "ann@example.com\n",
    "99/99/99",
    "x" * 250 + "@example.com",
]


@pytest.mark.parametrize("text", VALID)
def test_addresses_that_mail_can_be_sent_to(text):
    assert email_address.is_email(text)


@pytest.mark.parametrize("text", INVALID)
def test_texts_that_are_no_address(text):
    assert not email_address.is_email(text)


def test_the_rule_marks_every_row_of_a_repeated_bad_address_and_no_missing_one():
    column = TextColumn(pa.array(["bad", None, "ann@example.com", "bad"], pa.large_string()))

    (invalid,) = email_address.RULE.failing(column)

    assert invalid.tolist() == [True, False, False, True]


def test_addresses_are_compared_without_letter_case():
    text = pa.array(["Ann@Example.COM", "STRASSE@example.com", "straße@example.com", None], pa.large_string())

    assert email_address.comparable(text).to_pylist() == [
        "ann@example.com",
        "strasse@example.com",
        "strasse@example.com",
        None,
    ]


NORMAL_FORMS = {
    "Ann.Lee@EXAMPLE.Com": "Ann.Lee@example.com",
    "PostMaster@Example.com": "postmaster@example.com",
    "PostMasters@example.com": "PostMasters@example.com",
    "ann@xn--exmple-cua.com": "ann@exämple.com",
    "ANN@EXÄMPLE.com": "ANN@exämple.com",
    "e\u0301mile@example.com": "émile@example.com",
    "ann@例え。jp": "ann@例え.jp",
    "ann@my--shop.example.com": None,
    "ann@sho--p.example.com": "ann@sho--p.example.com",
    "ann@corp.LOCAL": None,
    "ann@local.example.com": "ann@local.example.com",
    "ann@" + "x" * 63 + ".com": "ann@" + "x" * 63 + ".com",
    "ann@" + "x" * 64 + ".com": None,
    "ann@" + "ü" * 60 + ".com": None,
    "x" * 64 + "@" + "ü" * 40 + "." + "y" * 63 + "." + "z" * 60 + ".com": None,
    "שלום@example.com": "שלום@example.com",
    "ann@אב.com": "ann@אב.com",
    "👍@example.com": "👍@example.com",
    "\u0301a@example.com": None,
    "a\u200bb@example.com": None,
    "ann@example.com\x00": None,
    "ann@@example.com": None,
    "": None,
    "x" * 65536: None,
    "ann@" + "x." * 32768 + "com": None,
}  # fmt: skip


def column_of(values):
    return pa.array(values, pa.large_string())


def test_addresses_in_their_normal_form():
    texts = list(NORMAL_FORMS)

    assert email_address.normalised(column_of(texts)).to_pylist() == list(NORMAL_FORMS.values())


@pytest.mark.parametrize("count", [1, len(NORMAL_FORMS)])
def test_few_rows_and_many_have_the_same_verdict(count):
    texts = column_of(list(NORMAL_FORMS)[:count])

    expected = [form is not None for form in NORMAL_FORMS.values()][:count]
    assert email_address.valid(texts).tolist() == expected
    assert email_address.valid(texts, table_rows=1_000_000).tolist() == expected


def test_missing_cells_empty_columns_and_slices():
    whole = column_of(["ann@", None, "Ann@Example.com", None, "ann@exämple.com"] * 5)

    assert email_address.valid(whole.slice(1)).tolist() == ([False, False, True, False, True] * 5)[1:]
    assert email_address.normalised(whole.slice(2, 20)).to_pylist()[:3] == ["Ann@example.com", None, "ann@exämple.com"]
    assert email_address.valid(column_of([]), table_rows=100).tolist() == []
    assert email_address.normalised(column_of([None] * 20)).to_pylist() == [None] * 20


def test_a_column_of_other_things_holds_no_address():
    others = column_of(["Ann Lee", "+12065550100", "1990-12-31", "C-0001", "1 Main St", "山田太郎", "<a@b.co>"] * 10)

    assert not email_address.valid(others).any()


PIECES = st.text(alphabet='aZ9.-_@+ "<[éßİ日א\u0301\u200d。x', max_size=12)
ADDRESSES = st.one_of(
    PIECES,
    st.builds("{}@{}.{}".format, PIECES, PIECES, st.sampled_from(["com", "COM", "test", "xn--p1ai", "рф", "c1"])),
)


@given(st.lists(ADDRESSES, max_size=12), st.integers(0, 100))
def test_verdicts_are_those_of_the_library_whatever_the_size_of_the_table(texts, table_rows):
    def reference(text):
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError:
            return None

    expected = [reference(text) for text in texts]
    assert email_address.normalised(column_of(texts), table_rows=table_rows).to_pylist() == expected
    assert email_address.valid(column_of(texts), table_rows=table_rows).tolist() == [
        one is not None for one in expected
    ]


class _Doubting(Canary):
    """Takes every comparison for a difference."""

    def agrees(self, ours, theirs):
        return super().agrees([*ours, 1], [*theirs, 2])


def test_after_a_difference_everything_is_asked_of_the_library():
    canary = _Doubting("e-mail addresses", "email-validator")
    texts = column_of(["ann@example.com", "ann@", "ann@exämple.com"] * 10)

    with pytest.warns(FastPathWarning):
        first = email_address.valid(texts, canary=canary)

    assert not canary.is_on
    assert first.tolist() == [True, False, True] * 10
    assert email_address.normalised(texts, canary=canary).to_pylist()[:3] == [
        "ann@example.com",
        None,
        "ann@exämple.com",
    ]
