"""E-mail addresses: the truth table, by hand."""

import pyarrow as pa
import pytest

from cpnb.content import TextColumn, email_address

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
